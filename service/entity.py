"""People, organisations and places, where an article names them, and which names are one entity.

Identity is settled within one article: a short form joins the one full name it can stand for, and
stays apart when there are several or none. Between articles only the key counts, which depends on
nothing but type and full name, so the order in which articles arrive changes nothing.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from service.names import (
    family_first,
    family_name_first,
    family_names,
    given_name,
    initials,
    is_acronym,
    name_key,
    plain,
    squeeze,
    title_start,
    titled_as,
    without_form,
)

EntityType = Literal["person", "organization", "place"]
ENTITY_TYPES: tuple[EntityType, ...] = ("person", "organization", "place")


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


@dataclass(frozen=True, slots=True)
class Tagged:
    """One passage of an article with the names found in it."""

    field: str
    text: str
    spans: Sequence[Span]


# The canonical name of a well-known entity, or None: `US` -> `United States`.
Known = Callable[[str, EntityType], str | None]

# How far an identity is to be trusted, as a factor on the confidence of the span itself.
# A short form is wrong when a namesake is named in full and the one meant is not.
TRUST = {
    "definition": 0.98,
    "initials": 0.9,
    "short form": 0.95,
    "short form of the most named": 0.8,
    "given name": 0.75,
    "tail": 0.85,
    "ambiguous": 0.6,
    "lone": 0.7,
}

_KEY_LENGTH = 128


def entity_key(kind: EntityType, name: str) -> str | None:
    """`person-josonggil`; None for what has neither letter nor digit, which is no name."""
    ordered = family_name_first(name) if kind == "person" else without_form(name)
    folded = name_key(ordered)
    if not folded:
        return None
    key = f"{kind}-{folded}"
    if len(key) <= _KEY_LENGTH:
        return key
    digest = hashlib.sha256(folded.encode()).hexdigest()[:16]
    return f"{key[: _KEY_LENGTH - 17]}-{digest}"


def resolve(
    passages: Sequence[Tagged], definitions: Mapping[str, str], known: Known
) -> tuple[Mention, ...]:
    """Mentions of an article in reading order, each with the entity that it stands for.

    `definitions` gives the full name of every acronym that the article itself explains.
    """
    identities = _identities(passages, definitions, known)
    mentions: list[Mention] = []
    for passage in passages:
        flat = plain(passage.text)
        for span in sorted(passage.spans, key=lambda span: span.start):
            identity = identities.get((span.type, squeeze(span.text)))
            if identity:
                mentions.append(_mention(passage.field, flat, span, identity))
    return tuple(mentions)


@dataclass(frozen=True, slots=True)
class _Identity:
    entity: EntityName | None
    method: str | None = None


def _mention(field: str, flat: str, span: Span, identity: _Identity) -> Mention:
    trust = TRUST.get(identity.method or "", 1.0)
    return Mention(
        field=field,
        start=span.start,
        end=span.end,
        text=span.text,
        alias=_alias(flat, span),
        type=span.type,
        entity=identity.entity,
        method=identity.method or span.method,
        confidence=round(span.confidence * trust, 3),
    )


def _alias(flat: str, span: Span) -> str:
    start = title_start(flat, span.start) if span.type == "person" else span.start
    return squeeze(flat[start : span.end])


def _identities(
    passages: Sequence[Tagged], definitions: Mapping[str, str], known: Known
) -> dict[tuple[EntityType, str], _Identity]:
    counted: dict[EntityType, dict[str, int]] = {kind: {} for kind in ENTITY_TYPES}
    for passage in passages:
        for span in passage.spans:
            surface = squeeze(span.text)
            if name_key(surface):
                counted[span.type][surface] = counted[span.type].get(surface, 0) + 1
    people = _People(counted["person"], known, _couples(passages))
    organizations = _Organizations(counted["organization"], definitions, known)
    found: dict[tuple[EntityType, str], _Identity] = {}
    found.update((("person", name), people.identify(name)) for name in counted["person"])
    found.update(
        (("organization", name), organizations.identify(name)) for name in counted["organization"]
    )
    spellings = _Spellings("place", counted["place"], known)
    found.update((("place", name), _Identity(spellings.entity(name))) for name in counted["place"])
    return found


def _couples(passages: Iterable[Tagged]) -> set[str]:
    """Keys of short forms that the article gives to a man and to a woman: Mr and Mrs Obama."""
    sexes: dict[str, set[str]] = {}
    for passage in passages:
        flat = plain(passage.text)
        for span in passage.spans:
            if span.type == "person":
                sexes.setdefault(name_key(span.text), set()).update(titled_as(flat, span.start))
    return {key for key, found in sexes.items() if len(found) > 1}


class _Spellings:
    """The surfaces of one type in an article, those with the same key taken together."""

    def __init__(self, kind: EntityType, counts: Mapping[str, int], known: Known) -> None:
        self._kind = kind
        self._known = known
        self.counts: dict[str, int] = {}
        self._shown: dict[str, str] = {}
        for name, count in counts.items():
            key = self.key(name)
            self.counts[key] = self.counts.get(key, 0) + count
            if count > counts.get(self._shown.get(key, ""), 0):
                self._shown[key] = name

    def key(self, name: str) -> str:
        """Two surfaces with one key are one entity."""
        return entity_key(self._kind, self._known(name, self._kind) or name) or ""

    def entity(self, name: str) -> EntityName:
        """The entity of a full name, called as the article most often spells it."""
        key = self.key(name)
        canonical = self._known(name, self._kind)
        return EntityName(key, canonical or self._shown.get(key, name), self._kind)

    def is_known(self, name: str) -> bool:
        return self._known(name, self._kind) is not None

    def names(self) -> Iterable[str]:
        """One spelling for each key, in reading order."""
        return self._shown.values()


class _People:
    """Whom a person's name can stand for, given the full names in the article."""

    def __init__(self, counts: Mapping[str, int], known: Known, couples: Collection[str]) -> None:
        self._couples = couples
        self._spellings = _Spellings("person", counts, known)
        full = [name for name in self._spellings.names() if " " in name]
        # "Jong Un" is the given name of a Kim Jong Un, and "Van Gaal" no person of its own.
        parts = {part for name in full for part in _parts(name)}
        full = [name for name in full if name_key(name) not in parts]
        self._full = {self._spellings.key(name) for name in full}
        self._by_family = _index(full, _families)
        self._by_given = _index(full, lambda name: [name_key(given_name(name))])
        self._same = self._middle_names(full)

    def identify(self, name: str) -> _Identity:
        if self._spellings.is_known(name) or self._spellings.key(name) in self._full:
            return _Identity(self._spellings.entity(self._winner(name)))
        short = name_key(name)
        if short in self._by_family:
            if short in self._couples:
                return _Identity(None, "ambiguous")
            return self._choose(self._by_family[short])
        by_given = {self._winner(full) for full in self._by_given.get(short, ())}
        if len(by_given) == 1:
            return _Identity(self._spellings.entity(by_given.pop()), "given name")
        return _Identity(None, "ambiguous" if by_given else "lone")

    def _winner(self, name: str) -> str:
        return self._same.get(self._spellings.key(name), name)

    def _choose(self, candidates: Iterable[str]) -> _Identity:
        """The candidate most often named in full; a tie is left open."""
        votes: dict[str, int] = {}
        for full in candidates:
            winner = self._winner(full)
            votes[winner] = votes.get(winner, 0) + self._count(full)
        ranked = sorted(votes, key=lambda full: -votes[full])
        if len(ranked) == 1:
            return _Identity(self._spellings.entity(ranked[0]), "short form")
        if votes[ranked[0]] == votes[ranked[1]]:
            return _Identity(None, "ambiguous")
        return _Identity(self._spellings.entity(ranked[0]), "short form of the most named")

    def _count(self, full: str) -> int:
        return self._spellings.counts[self._spellings.key(full)]

    def _middle_names(self, full: Sequence[str]) -> dict[str, str]:
        """Key -> the name that wins, for `Donald Trump` beside the only `Donald J. Trump`."""
        same: dict[str, str] = {}
        by_ends = _index([name for name in full if name.count(" ") > 1], _shortened)
        for short in full:
            longer = by_ends.get(name_key(short), []) if short.count(" ") == 1 else []
            if len(longer) == 1:
                pair = (short, longer[0])
                winner = max(pair, key=self._count)
                same.update((self._spellings.key(name), winner) for name in pair)
        return same


def _families(name: str) -> Iterable[str]:
    return dict.fromkeys(name_key(part) for part in family_names(name))


def _parts(name: str) -> set[str]:
    given = {name_key(given_name(name))} if family_first(name) else set()
    return {*_families(name), *given} - {name_key(name)}


def _shortened(name: str) -> Iterable[str]:
    """Keys of a long name without its middle, and without initials: W. Mark Felt is Mark Felt."""
    if family_first(name):
        return set()
    words = name.split(" ")
    spelled = [word for word in words if len(word.rstrip(".")) > 1]
    return {name_key(words[0] + words[-1]), name_key("".join(spelled))} - {name_key(name)}


def _index(names: Iterable[str], keys: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        for key in keys(name):
            found.setdefault(key, []).append(name)
    return found


class _Organizations:
    """Acronyms by definition or initials, and `Foreign Ministry` for the only one of these."""

    def __init__(
        self, counts: Mapping[str, int], definitions: Mapping[str, str], known: Known
    ) -> None:
        self._definitions = definitions
        self._spellings = _Spellings("organization", counts, known)
        full = [name for name in self._spellings.names() if " " in name]
        self._by_initials = _index(full, initials)
        self._by_tail = _index(full, _tails)

    def identify(self, name: str) -> _Identity:
        if name in self._definitions:
            return _Identity(self._spellings.entity(self._definitions[name]), "definition")
        if self._spellings.is_known(name):
            return _Identity(self._spellings.entity(name))
        if is_acronym(name):
            letters = re.sub(r"[.&]", "", name)
            return self._only(name, self._by_initials.get(letters, []), "initials")
        return self._only(name, self._by_tail.get(name.lower(), []), "tail")

    def _only(self, name: str, candidates: Sequence[str], method: str) -> _Identity:
        if len({self._spellings.key(full) for full in candidates}) != 1:
            return _Identity(self._spellings.entity(name))
        return _Identity(self._spellings.entity(candidates[0]), method)


def _tails(name: str) -> list[str]:
    """What is left of a name without its first words, two words at least."""
    words = name.lower().split(" ")
    return [" ".join(words[first:]) for first in range(1, len(words) - 1)]
