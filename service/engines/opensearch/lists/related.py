"""Who is named beside an entity, counted by the cluster.

How significant that is depends on how many articles name the other altogether. That is asked only
of those who may come first: it is highest for whom no other article names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from service.archive import Archive
from service.dates import Moment
from service.engines.opensearch.compiling import EVERYTHING, every
from service.engines.opensearch.lists.asking import (
    MOST_AT_ONCE,
    NEWEST_FIRST,
    Hit,
    WholeArchive,
    naming,
    parts,
)
from service.engines.opensearch.lists.known import KnownEntities
from service.entity import ENTITY_TYPES, EntityType
from service.stores.entities import EntityRow
from service.stores.related import (
    SHOWN,
    Pair,
    Related,
    RelatedPage,
    RelatedSort,
    RelatedStore,
    SharedArticle,
    significance,
)

# Of each type; of more it is asked once more, a piece at a time.
_COUNTED = 20_000
_ARTICLE = ("title", "title_derived", "source", "published", "precision")
# The cluster holds no more entities against each other.
_MOST_HELD = 100


@dataclass(frozen=True, slots=True)
class _Beside:
    key: str
    shared: int
    significance: float


class OpenSearchRelated(RelatedStore):
    """Counts who is named together in the articles of the cluster."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._whole = whole
        self._known = KnownEntities(whole)

    def page(
        self, key: str, type_: EntityType | None, sort: RelatedSort, limit: int, offset: int
    ) -> RelatedPage:
        own = self._known.of_keys([key]).get(key)
        if own is None:
            return RelatedPage(0, (), False)
        types = ENTITY_TYPES if type_ is None else (type_,)
        counts = {other: n for t in types for other, n in self._beside(key, t) if other != key}
        end = offset + limit
        best = self._best(own.entity.articles, counts, sort, end)[offset:end]
        known = self._known.of_keys([each.key for each in best])
        shown = [(each, known[each.key].entity) for each in best if each.key in known]
        total = len(counts)
        return RelatedPage(total, tuple(self._related(key, shown)), end < total)

    def among(self, keys: Sequence[str]) -> tuple[Pair, ...]:
        articles = self._known.articles(keys)
        asked = [key for key in keys if key in articles]
        size = self._whole.count(self._whole.articles, EVERYTHING)
        shared = self._shared(asked)
        pairs = [pair for pair in combinations(asked, 2) if shared.get(frozenset(pair))]
        both = [shared[frozenset(pair)] for pair in pairs]
        ones, others = ([articles[pair[at]] for pair in pairs] for at in (0, 1))
        measured = significance(both, ones, others, size)
        return tuple(
            Pair(*pair, number, float(ratio))
            for pair, number, ratio in zip(pairs, both, measured, strict=True)
        )

    def _beside(self, key: str, type_: EntityType) -> Iterator[tuple[str, int]]:
        """Everybody of a type in the same articles, with the number of these."""
        field, query = f"facet.{type_}", naming(key)
        aggs = {"beside": {"terms": {"field": field, "size": _COUNTED}}}
        made = self._whole.asked(self._whole.articles, query, aggs)["beside"]
        if not made["sum_other_doc_count"]:
            return ((each["key"], each["doc_count"]) for each in made["buckets"])
        return self._piece_by_piece(key, field)

    def _piece_by_piece(self, key: str, field: str) -> Iterator[tuple[str, int]]:
        asked: dict[str, Any] = {
            "size": MOST_AT_ONCE,
            "sources": [{"key": {"terms": {"field": field}}}],
        }
        while True:
            aggs = {"beside": {"composite": asked}}
            made = self._whole.asked(self._whole.articles, naming(key), aggs)["beside"]
            yield from ((each["key"]["key"], each["doc_count"]) for each in made["buckets"])
            if "after_key" not in made:
                return
            asked["after"] = made["after_key"]

    def _best(
        self, own: int, counts: Mapping[str, int], sort: RelatedSort, most: int
    ) -> list[_Beside]:
        """The first of all; as many are looked at as may be among them."""
        size = self._whole.count(self._whole.articles, EVERYTHING)
        order = sorted(counts, key=lambda key: -counts[key])
        shared = np.array([counts[key] for key in order], np.int64)
        highest = significance(shared, own, shared, size) if order else np.empty(0)
        # Whoever comes behind cannot be more.
        ahead = np.maximum.accumulate(highest[::-1])[::-1]
        by = _by_significance if sort == "significance" else _by_count
        limits = ahead if sort == "significance" else shared
        found: list[_Beside] = []
        for start in range(0, len(order), MOST_AT_ONCE):
            if most <= len(found) and _value(found[most - 1], sort) > limits[start]:
                break
            part = order[start : start + MOST_AT_ONCE]
            found = sorted([*found, *self._measured(part, counts, own, size)], key=by)
        return found[:most]

    def _measured(
        self, keys: Sequence[str], counts: Mapping[str, int], own: int, size: int
    ) -> Iterator[_Beside]:
        articles = self._known.articles(keys)
        pairs = sorted({(counts[key], articles[key]) for key in keys if key in articles})
        if not pairs:
            return
        both, others = np.array(pairs, np.int64).T
        ratios = significance(both, own, others, size)
        known = dict(zip(pairs, ratios.tolist(), strict=True))
        for key in keys:
            if key in articles:
                yield _Beside(key, counts[key], known[counts[key], articles[key]])

    def _shared(self, keys: Sequence[str]) -> Mapping[frozenset[str], int]:
        """How many articles name each two of the keys."""
        found: dict[frozenset[str], int] = {}
        blocks = [*parts(keys, _MOST_HELD // 2)]
        for at, one in enumerate(blocks):
            for other in blocks[at:]:
                held = [*dict.fromkeys((*one, *other))]
                found |= self._held(held)
        return found

    def _held(self, keys: Sequence[str]) -> dict[frozenset[str], int]:
        filters = {str(number): naming(key) for number, key in enumerate(keys)}
        aggs = {"pairs": {"adjacency_matrix": {"filters": filters}}}
        made = self._whole.asked(self._whole.articles, EVERYTHING, aggs)["pairs"]["buckets"]
        return {
            frozenset(keys[int(number)] for number in each["key"].split("&")): each["doc_count"]
            for each in made
            if "&" in each["key"]
        }

    def _related(self, key: str, shown: Sequence[tuple[_Beside, EntityRow]]) -> Iterator[Related]:
        bodies = [
            {
                "query": every([naming(key), naming(each.key)]),
                "size": SHOWN,
                "sort": NEWEST_FIRST,
                "track_total_hits": False,
                "_source": [f"article.{name}" for name in _ARTICLE],
            }
            for each, _ in shown
        ]
        found = self._whole.each(self._whole.articles, bodies)
        for (each, entity), hits in zip(shown, found, strict=True):
            yield Related(entity, each.shared, each.significance, tuple(map(_article, hits)))


def _by_significance(each: _Beside) -> tuple[float, float, str]:
    return -each.significance, -each.shared, each.key


def _by_count(each: _Beside) -> tuple[float, float, str]:
    return -each.shared, -each.significance, each.key


def _value(each: _Beside, sort: RelatedSort) -> float:
    return each.significance if sort == "significance" else each.shared


def _article(hit: Hit) -> SharedArticle:
    article = hit["_source"]["article"]
    published = article["published"]
    return SharedArticle(
        hit["_id"],
        article["title"],
        bool(article["title_derived"]),
        article["source"],
        Moment(published, article["precision"]) if published else None,
    )
