"""What the cluster knows of entities that may be one: their names, and the company they keep."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from service.archive import Archive
from service.engines.opensearch.compiling import EVERYTHING, Query, every
from service.engines.opensearch.lists.asking import (
    NEWEST_FIRST,
    WITHOUT_SOURCE,
    Hit,
    WholeArchive,
    either,
    growing,
    naming,
    without,
)
from service.engines.opensearch.lists.known import (
    MOST_MENTIONED,
    KnownEntities,
    beginning_with,
    of_type,
    spelled,
    with_keys,
    written,
)
from service.entity import ENTITY_TYPES, EntityType
from service.stores.entities import EntityRow
from service.stores.suggestions import (
    MOST_BEGINNING,
    MOST_COMPANIONS,
    MOST_RELATED,
    NEWEST,
    SEARCHED,
    Companion,
    SuggestionStore,
)

# Of so many of the most mentioned it is asked whether others are called the same: those behind
# them would be suggested last.
_ASKED_ABOUT = 50_000
_FIELDS = [f"facet.{type_}" for type_ in ENTITY_TYPES]


class OpenSearchSuggestions(SuggestionStore):
    """Reads what suggestions of merges are made of."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._whole = whole
        self._known = KnownEntities(whole)

    def articles(self) -> int:
        return self._whole.count(self._whole.articles, EVERYTHING)

    def get(self, key: str) -> EntityRow | None:
        found = self._known.page(with_keys([key]), 1)
        return found[0].entity if found else None

    def most_mentioned(self, type_: EntityType, limit: int) -> tuple[EntityRow, ...]:
        return self._rows(of_type(type_), limit)

    def same_name(self, limit: int) -> tuple[EntityRow, ...]:
        """Of the 50,000 most mentioned."""
        keys: list[str] = []
        for batch in self._by_mentions():
            others = {key: [*_namesakes(key)] for key in batch}
            there = self._known.among([each for key in batch for each in others[key]])
            keys += (key for key in batch if not there.isdisjoint(others[key]))
            if len(keys) >= limit:
                break
        known = self._known.of_keys(keys[:limit])
        return tuple(known[key].entity for key in keys[:limit] if key in known)

    def related(
        self, entity: EntityRow, folded: Iterable[str], whole: str, ends: tuple[str, str]
    ) -> tuple[EntityRow, ...]:
        first, last = ends
        alike = []
        if len(whole) > 2:
            alike = [written("folded", "", whole, "")]
            alike += [written("folded", first, last)] if last else []
        kind = of_type(entity.type)
        meant = either([spelled(folded), *(every([kind, each]) for each in alike)])
        return self._rows(without(meant, with_keys([entity.key])), MOST_RELATED)

    def beginning(self, entity: EntityRow, first: str) -> tuple[EntityRow, ...]:
        query = every([of_type(entity.type), beginning_with("folded", first)])
        return self._rows(without(query, with_keys([entity.key])), MOST_BEGINNING)

    def companies(self, keys: Iterable[str], common: int) -> Mapping[str, Sequence[Companion]]:
        keys = [*keys]
        bodies = [{**_newest(naming(key), NEWEST), "docvalue_fields": _FIELDS} for key in keys]
        found = self._whole.each(self._whole.articles, bodies)
        beside = {key: _beside(key, hits) for key, hits in zip(keys, found, strict=True)}
        known = self._known.of_keys({each for times in beside.values() for each in times})
        rows = {key: each.entity for key, each in known.items()}
        return {key: _company(times, rows, common) for key, times in beside.items()}

    def together(self, pairs: Iterable[tuple[EntityRow, EntityRow]]) -> frozenset[frozenset[str]]:
        asked = [sorted(pair, key=lambda each: (each.articles, each.key)) for pair in pairs]
        naming_both = [
            _newest(every([naming(rarer.key), naming(other.key)]), 1) for rarer, other in asked
        ]
        found = self._whole.each(self._whole.articles, naming_both)
        return frozenset(
            frozenset((rarer.key, other.key))
            for (rarer, other), hits in zip(asked, found, strict=True)
            if hits and self._is_searched(rarer, hits[0])
        )

    def _is_searched(self, entity: EntityRow, article: Hit) -> bool:
        """Whether an article is among the newest that name somebody, who may be in many."""
        if entity.articles <= SEARCHED:
            return True
        body = {**_newest(naming(entity.key), 1), "from": SEARCHED - 1}
        last = self._whole.first(self._whole.articles, body)
        return not last or bool(article["sort"] >= last[0]["sort"])

    def _by_mentions(self) -> Iterator[list[str]]:
        body = {
            "query": EVERYTHING,
            "sort": [*MOST_MENTIONED],
            **WITHOUT_SOURCE,
            "docvalue_fields": ["lists.key"],
        }
        left = _ASKED_ABOUT
        for piece in self._whole.pieces(self._whole.entities, body, growing(1_000)):
            yield [hit["fields"]["lists.key"][0] for hit in piece]
            left -= len(piece)
            if left <= 0:
                return

    def _rows(self, query: Query, limit: int) -> tuple[EntityRow, ...]:
        return tuple(each.entity for each in self._known.page(query, limit))


def _namesakes(key: str) -> Iterator[str]:
    own, _, folded = key.partition("-")
    return (f"{type_}-{folded}" for type_ in ENTITY_TYPES if type_ != own)


def _newest(query: Query, most: int) -> dict[str, Any]:
    return {
        "query": query,
        "size": most,
        "sort": NEWEST_FIRST,
        "track_total_hits": False,
        **WITHOUT_SOURCE,
    }


def _beside(key: str, articles: Iterable[Hit]) -> Counter[str]:
    """In how many of the articles each of the others is named."""
    times: Counter[str] = Counter()
    for each in articles:
        times.update(other for field in _FIELDS for other in each["fields"].get(field, ()))
    times.pop(key, None)
    return times


def _company(
    times: Mapping[str, int], rows: Mapping[str, EntityRow], common: int
) -> tuple[Companion, ...]:
    there = (rows[key] for key in times if key in rows)
    rare = sorted(
        (each for each in there if 2 <= each.articles <= common),
        key=lambda each: (each.articles, each.key),
    )
    shown = rare[:MOST_COMPANIONS]
    return tuple(Companion(each.key, each.name, each.articles, times[each.key]) for each in shown)
