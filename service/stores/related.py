"""Who is named beside an entity, and how much more often than chance would have it.

Significance is Dunning's log-likelihood ratio G2 of the four counts of articles that name both,
either or none (Dunning 1993, Accurate Methods for the Statistics of Surprise and Coincidence),
negative where two meet less often than chance: so who is in every article stands beside nobody in
particular.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np
import numpy.typing as npt

from service.archive import Archive
from service.database import Connection, Row
from service.dates import Moment
from service.deadline import raise_if_late
from service.entity import EntityType
from service.stores.entities import EntityRow
from service.stores.in_bulk import Numbers, article_count, numbers, numbers_in

RelatedSort = Literal["significance", "count"]
Reals = npt.NDArray[np.float64]

ENTITY = "SELECT id, articles FROM entities WHERE key = :key"
# Counted outside SQLite, whose GROUP BY sorts a row for every name of every article.
BESIDE = """
SELECT group_concat(theirs.entity_id) FROM article_entities mine
CROSS JOIN article_entities theirs ON theirs.article_id = mine.article_id
WHERE mine.entity_id = :entity
"""
OF_TYPE = """
SELECT group_concat(id), group_concat(articles) FROM entities
WHERE id IN (SELECT value FROM json_each(:ids)) AND (:type IS NULL OR +type = :type)
"""
NAMES = """
SELECT id, key, name, type, articles, mentions FROM entities
WHERE id IN (SELECT value FROM json_each(:ids))
"""
# Of each pair it walks down the articles of the rarer one.
SHARED = """
SELECT pair.key AS place, a.key, a.title, a.title_derived, a.published_at, a.published_precision,
  s.name AS source
FROM json_each(:pairs) pair CROSS JOIN articles a ON a.id IN (
  SELECT x.article_id FROM article_entities x
  WHERE x.entity_id = json_extract(pair.value, '$[0]') AND EXISTS (
    SELECT 1 FROM article_entities
    WHERE article_id = x.article_id AND entity_id = json_extract(pair.value, '$[1]'))
  ORDER BY x.article_id DESC LIMIT :limit)
LEFT JOIN sources s ON s.id = a.source_id ORDER BY pair.key, a.id DESC
"""
# Of a few; whole lists are compared faster than SQLite can join them pair by pair.
ARTICLES_OF = """
SELECT e.key, e.articles,
  (SELECT group_concat(article_id) FROM article_entities WHERE entity_id = e.id) AS ids
FROM json_each(:keys) CROSS JOIN entities e ON e.key = value ORDER BY json_each.key
"""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class SharedArticle:
    key: str
    title: str
    title_derived: bool
    source: str | None
    published: Moment | None


@dataclass(frozen=True, slots=True)
class Related:
    """Another entity, how many articles name both, and the newest of them."""

    entity: EntityRow
    shared: int
    significance: float
    articles: tuple[SharedArticle, ...]


@dataclass(frozen=True, slots=True)
class RelatedPage:
    total: int
    entities: tuple[Related, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entities that some articles name both, and how many do."""

    one: str
    other: str
    shared: int
    significance: float


@dataclass(frozen=True, slots=True)
class _Beside:
    """All that are named beside one: in how many of its articles, and how significant that is."""

    ids: Numbers
    shared: Numbers
    significance: Reals


class RelatedStore:
    """Counts who is named together."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def page(
        self, key: str, type_: EntityType | None, sort: RelatedSort, limit: int, offset: int
    ) -> RelatedPage:
        """Everybody named beside the entity, most significant or most often first."""
        with self._archive.read() as conn:
            own = conn.execute(ENTITY, {"key": key}).fetchone()
            if own is None:
                return RelatedPage(0, (), False)
            beside = _beside(conn, own, type_)
            raise_if_late()
            total, end = len(beside.ids), offset + limit
            shown = _best(conn, beside, sort, end)[offset:end]
            entities = _related(conn, own, beside, shown)
        return RelatedPage(total, entities, end < total)

    def among(self, keys: Sequence[str]) -> tuple[Pair, ...]:
        """Every two of a few entities that are named together, in the order of the keys."""
        with self._archive.read() as conn:
            rows = conn.execute(ARTICLES_OF, {"keys": json.dumps(keys)}).fetchall()
            raise_if_late()
            named = [np.sort(numbers_in(row["ids"])) for row in rows]
            size = article_count(conn)
        ones, others = np.triu_indices(len(rows), 1)
        articles = np.array([row["articles"] for row in rows], np.int64)
        shared = np.array([_in_both(named[i], named[j]) for i, j in zip(ones, others, strict=True)])
        measured = significance(shared, articles[ones], articles[others], size)
        return tuple(
            Pair(rows[i]["key"], rows[j]["key"], int(both), float(ratio))
            for i, j, both, ratio in zip(ones, others, shared, measured, strict=True)
            if both
        )


def _beside(conn: Connection, own: Row, type_: EntityType | None) -> _Beside:
    (named,) = numbers(conn, BESIDE, {"entity": own["id"]})
    counts = np.bincount(named, minlength=own["id"] + 1)
    counts[own["id"]] = 0
    others = json.dumps(np.flatnonzero(counts).tolist())
    ids, articles = numbers(conn, OF_TYPE, {"ids": others, "type": type_})
    shared = counts[ids]
    # Most names are in a few articles only: the same counts come again, and must measure the same.
    base = articles.max(initial=0) + 1
    pairs, places = np.unique(shared * base + articles, return_inverse=True)
    measured = significance(pairs // base, own["articles"], pairs % base, article_count(conn))
    return _Beside(ids, shared, measured[places])


def _best(conn: Connection, beside: _Beside, sort: RelatedSort, most: int) -> list[tuple[int, Row]]:
    """The first of all, each with its place in the arrays; equal ones by their keys."""
    by = (-beside.significance, -beside.shared)
    first, second = by if sort == "significance" else reversed(by)
    order = np.lexsort((second, first))
    if 0 < most < len(order):
        last = order[most - 1]
        equal = (first == first[last]) & (second <= second[last])
        order = order[((first < first[last]) | equal)[order]]
    ids = {"ids": json.dumps(beside.ids[order].tolist())}
    rows = {row["id"]: row for row in conn.execute(NAMES, ids)}
    named = [(int(place), rows[int(beside.ids[place])]) for place in order]
    return sorted(named, key=lambda each: (first[each[0]], second[each[0]], each[1]["key"]))


def significance(
    both: npt.ArrayLike, one: npt.ArrayLike, other: npt.ArrayLike, size: npt.ArrayLike
) -> Reals:
    """Signed log-likelihood ratio: of `size` articles `both` name the two, `one` and `other` each.

    Twice the sum of k ln(k / expected) over the counts of articles that name both, either or none;
    by chance alone it is above 11 once in 1,000 times.
    """
    k, a, b, n = (np.asarray(count, np.float64) for count in (both, one, other, size))
    counts = np.stack(np.broadcast_arrays(k, a - k, b - k, n - a - b + k))
    expected = np.stack(
        np.broadcast_arrays(a * b / n, a * (n - b) / n, (n - a) * b / n, (n - a) * (n - b) / n)
    )
    some = counts > 0
    ratios = np.divide(counts, expected, out=np.ones_like(counts), where=some)
    ratio = 2 * (np.where(some, counts, 0) * np.log(ratios)).sum(axis=0)
    signed: Reals = np.copysign(np.maximum(ratio, 0.0), counts[0] - expected[0])
    return signed


def _in_both(one: Numbers, other: Numbers) -> int:
    """How many numbers two sorted lists share."""
    rarer, longer = sorted((one, other), key=len)
    places = np.searchsorted(longer, rarer)
    places[places == len(longer)] = 0  # beyond its end, where the first is not equal either
    return int(np.count_nonzero(longer[places] == rarer)) if len(rarer) else 0


def _related(
    conn: Connection, own: Row, beside: _Beside, shown: Sequence[tuple[int, Row]]
) -> tuple[Related, ...]:
    articles = _shared(conn, own, [row for _, row in shown])
    return tuple(
        Related(
            EntityRow(row["key"], row["name"], row["type"], row["articles"], row["mentions"]),
            int(beside.shared[place]),
            float(beside.significance[place]),
            articles.get(number, ()),
        )
        for number, (place, row) in enumerate(shown)
    )


def _shared(
    conn: Connection, own: Row, others: Iterable[Row]
) -> Mapping[int, tuple[SharedArticle, ...]]:
    """The newest articles that name both, by the place among the others."""
    counted = [sorted([(own["articles"], own["id"]), (o["articles"], o["id"])]) for o in others]
    pairs = [[rarer, other] for (_, rarer), (_, other) in counted]
    rows = conn.execute(SHARED, {"pairs": json.dumps(pairs), "limit": SHOWN})
    return {
        place: tuple(map(_article, each)) for place, each in groupby(rows, lambda r: r["place"])
    }


def _article(row: Row) -> SharedArticle:
    published = row["published_at"]
    return SharedArticle(
        row["key"],
        row["title"],
        bool(row["title_derived"]),
        row["source"],
        Moment(published, row["published_precision"]) if published else None,
    )
