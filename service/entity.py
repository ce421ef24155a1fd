"""People, organisations and places: where an article names them, and the keys they are known by.

A key depends on nothing but type and full name, so the order in which articles arrive changes
nothing.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from service.east_asian_names import family_name_first
from service.names import name_key, without_article
from service.organization_names import without_form
from service.titles import without_courtesy, without_rank

EntityType = Literal["person", "organization", "place"]
ENTITY_TYPES: tuple[EntityType, ...] = ("person", "organization", "place")

_KEY_LENGTH = 128
# What of a full name tells it from others.
_WHOLE: Mapping[EntityType, Callable[[str], str]] = {
    "person": lambda name: family_name_first(without_rank(name)),
    "organization": without_form,
    "place": without_article,
}


@dataclass(frozen=True, slots=True)
class Span:
    """A name that a tagger found in one text: offsets in code points, the end exclusive.

    `method` says what found it, `confidence` (0 to 1) how sure that is.
    """

    start: int
    end: int
    text: str
    type: EntityType
    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class EntityName:
    """Which entity a mention stands for: a key made of type and folded name, and a full name."""

    key: str
    name: str
    type: EntityType


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at a place in an article; `alias` has its courtesy title, `Mr Kim` for the text `Kim`.

    `entity` is None when the article does not say which of several it means (or only a lone
    surname is given): such a mention stays apart, and `method` tells why.
    """

    field: str
    start: int
    end: int
    text: str
    alias: str
    type: EntityType
    entity: EntityName | None
    method: str
    confidence: float


def entity_key(kind: EntityType, name: str) -> str | None:
    """`person-josonggil`; None for what has neither letter nor digit, which is no name."""
    folded = name_key(_WHOLE[kind](name))
    if not folded:
        return None
    key = f"{kind}-{folded}"
    if len(key) <= _KEY_LENGTH:
        return key
    digest = hashlib.sha256(folded.encode()).hexdigest()[:16]
    return f"{key[: _KEY_LENGTH - 17]}-{digest}"


def is_full_spelling(kind: EntityType, text: str, key: str) -> bool:
    """Whether a spelling gives this key by itself: `Mr Jo Song-gil` does so, `Mr Jo` does not."""
    return key in (entity_key(kind, text), entity_key(kind, without_courtesy(text)))
