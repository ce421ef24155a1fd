"""Entities as the cluster has them: found by what they are called, and told with their counts."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from service.engines.opensearch.compiling import EVERYTHING, Query, every
from service.engines.opensearch.lists.asking import (
    MOST_AT_ONCE,
    WITHOUT_SOURCE,
    Hit,
    WholeArchive,
    either,
    parts,
)
from service.engines.opensearch.lists.fields import shortened
from service.entity import EntityType
from service.stores.entities import Alias, EntityRow

Order = Sequence[Mapping[str, str]]
MOST_MENTIONED: Order = ({"lists.mentions": "desc"}, {"lists.key": "asc"})
_BY_KEY = [{"lists.key": "asc"}]
_TOLD = ["lists.key", "lists.type", "lists.articles", "lists.mentions", "lists.shown"]
_COUNTED = ["lists.key", "lists.articles"]


class Spelling(NamedTuple):
    """How an entity is called, and how often articles do so; `added` is 1 for an editor's."""

    text: str
    folded: str
    mentions: int
    added: int


@dataclass(frozen=True, slots=True)
class Known:
    """An entity with its spellings."""

    entity: EntityRow
    spellings: tuple[Spelling, ...]

    @property
    def aliases(self) -> tuple[Alias, ...]:
        """The commonest first."""
        counted = (Alias(each.text, each.mentions) for each in self.spellings)
        return tuple(sorted(counted, key=lambda each: (-each.count, each.text)))


class KnownEntities:
    """Asks the index of entities."""

    def __init__(self, whole: WholeArchive) -> None:
        self._whole = whole

    def count(self, query: Query) -> int:
        return self._whole.count(self._whole.entities, query)

    def any(self, query: Query) -> bool:
        body = {"size": 1, "track_total_hits": False, "query": query, "_source": False}
        return bool(self._whole.first(self._whole.entities, body))

    def page(
        self, query: Query, limit: int, offset: int = 0, *, order: Order = MOST_MENTIONED
    ) -> tuple[Known, ...]:
        """What a query finds, the most mentioned first."""
        body = {"query": query, "sort": [*order], "track_total_hits": False}
        index = self._whole.entities
        if not offset or offset + limit <= MOST_AT_ONCE:
            shown = {**body, "from": offset, "size": limit, "_source": _TOLD}
            return tuple(map(_known, self._whole.first(index, shown)))
        last = self._skipped(body, offset)
        if last is None:
            return ()
        shown = {**body, "search_after": last["sort"], "size": limit, "_source": _TOLD}
        return tuple(map(_known, self._whole.first(index, shown)))

    def all(self, query: Query) -> Iterator[Known]:
        """All that a query finds, by their keys."""
        body = {"query": query, "sort": _BY_KEY, "_source": _TOLD}
        return map(_known, self._whole.walk(self._whole.entities, body))

    def of_keys(self, keys: Collection[str]) -> Mapping[str, Known]:
        """Those of the keys that somebody has."""
        found: dict[str, Known] = {}
        for part in parts([*keys], MOST_AT_ONCE):
            found |= {each.entity.key: each for each in self.all(with_keys(part))}
        return found

    def among(self, keys: Sequence[str], query: Query = EVERYTHING) -> set[str]:
        """Which of the keys belong to entities that a query finds."""
        return {*self._articles(keys, query)}

    def articles(self, keys: Sequence[str]) -> Mapping[str, int]:
        """How many articles name each."""
        return dict(self._articles(keys, EVERYTHING).items())

    def _articles(self, keys: Sequence[str], query: Query) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in parts(keys, MOST_AT_ONCE):
            body = {
                "query": every([with_keys(part), query]),
                "size": len(part),
                "track_total_hits": False,
                **WITHOUT_SOURCE,
                "docvalue_fields": _COUNTED,
            }
            for hit in self._whole.first(self._whole.entities, body):
                fields = hit["fields"]
                found[fields["lists.key"][0]] = int(fields["lists.articles"][0])
        return found

    def _skipped(self, body: Mapping[str, object], offset: int) -> Hit | None:
        """The last of so many, none of which is shown."""
        sizes = (min(MOST_AT_ONCE, offset - start) for start in range(0, offset, MOST_AT_ONCE))
        last = None
        for piece in self._whole.pieces(self._whole.entities, {**body, **WITHOUT_SOURCE}, sizes):
            last = piece[-1] if piece else None
        return last


def of_type(type_: EntityType | None) -> Query:
    return {"term": {"lists.type": type_}} if type_ is not None else EVERYTHING


def of_types(types: Iterable[EntityType]) -> Query:
    return {"terms": {"lists.type": [*types]}}


def with_keys(keys: Iterable[str]) -> Query:
    return {"terms": {"lists.key": [*keys]}}


def spelled(folded: Iterable[str]) -> Query:
    """Who has one of these spellings, or is called so in full."""
    names = [shortened(each) for each in folded]
    return either([{"terms": {"lists.spellings": names}}, {"terms": {"lists.folded": names}}])


def written(field: str, *texts: str) -> Query:
    """What has these texts one after the other, with anything between them: "" before and behind
    for what is written somewhere.
    """
    escaped = "*".join(map(_escaped, texts))
    return {"wildcard": {f"lists.{field}.parts": {"value": escaped}}}


def beginning_with(field: str, start: str) -> Query:
    return {"prefix": {f"lists.{field}": {"value": shortened(start)}}}


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\*?" else sign for sign in shortened(text))


def _known(hit: Hit) -> Known:
    told = hit["_source"]["lists"]
    type_ = cast("EntityType", told["type"])
    name = told["shown"]["name"]
    entity = EntityRow(told["key"], name, type_, told["articles"], told["mentions"])
    return Known(entity, tuple(Spelling(*each) for each in told["shown"]["aliases"]))
