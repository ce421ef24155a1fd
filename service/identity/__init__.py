"""Which names in an article are one entity.

Identity is settled within one article: a short form joins the one full name it can stand for, and
stays apart when there are several or none. Between articles only the key counts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.entity import ENTITY_TYPES, EntityType, Mention, Span
from service.identity.organizations import Organizations
from service.identity.people import People
from service.identity.surfaces import Identity, Known, Surfaces
from service.names import name_key, plain, squeeze
from service.titles import title_start, titled_as, without_courtesy

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


@dataclass(frozen=True, slots=True)
class Tagged:
    """One passage of an article with the names found in it."""

    field: str
    text: str
    spans: Sequence[Span]


def resolve(
    passages: Sequence[Tagged], definitions: Mapping[str, str], known: Known
) -> tuple[Mention, ...]:
    """Mentions of an article in reading order, each with the entity that it stands for.

    `definitions` gives the full name of every acronym that the article itself explains.
    """
    flats = [plain(passage.text) for passage in passages]
    identities = _identities(passages, _couples(passages, flats), definitions, known)
    mentions: list[Mention] = []
    for passage, flat in zip(passages, flats, strict=True):
        for span in sorted(passage.spans, key=lambda span: span.start):
            identity = identities.get((span.type, squeeze(span.text)))
            if identity:
                mentions.append(_mention(passage.field, flat, span, identity))
    return tuple(mentions)


def _mention(field: str, flat: str, span: Span, identity: Identity) -> Mention:
    trust = TRUST.get(identity.method or "", 1.0)
    first = title_start(flat, span.start) if span.type == "person" else span.start
    return Mention(
        field=field,
        start=span.start,
        end=span.end,
        text=span.text,
        alias=squeeze(flat[first : span.end]),
        type=span.type,
        entity=identity.entity,
        method=identity.method or span.method,
        confidence=round(span.confidence * trust, 3),
    )


def _identities(
    passages: Sequence[Tagged],
    couples: Collection[str],
    definitions: Mapping[str, str],
    known: Known,
) -> dict[tuple[EntityType, str], Identity]:
    counted: dict[EntityType, dict[str, int]] = {kind: {} for kind in ENTITY_TYPES}
    for passage in passages:
        for span in passage.spans:
            surface = squeeze(span.text)
            if name_key(surface):
                counted[span.type][surface] = counted[span.type].get(surface, 0) + 1
    places = Surfaces("place", counted["place"], known)
    identify: dict[EntityType, Callable[[str], Identity]] = {
        "person": People(counted["person"], known, couples).identify,
        "organization": Organizations(counted["organization"], definitions, known).identify,
        "place": lambda name: Identity(places.entity(name)),
    }
    return {(kind, name): identify[kind](name) for kind in counted for name in counted[kind]}


def _couples(passages: Iterable[Tagged], flats: Iterable[str]) -> set[str]:
    """Keys of short forms that the article gives to a man and to a woman: Mr and Mrs Obama."""
    sex: dict[str, set[str]] = {}
    for passage, flat in zip(passages, flats, strict=True):
        for span in passage.spans:
            if span.type == "person":
                bare = without_courtesy(span.text)
                sex.setdefault(name_key(bare), set()).update(titled_as(flat, span.end - len(bare)))
    return {key for key, found in sex.items() if len(found) > 1}
