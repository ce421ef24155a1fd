"""Who is named beside an entity, and how much more often than chance would have it.

Significance is Dunning's log-likelihood ratio G2 of the four counts of articles that name both,
either or none (Dunning 1993, Accurate Methods for the Statistics of Surprise and Coincidence),
negative where two meet less often than chance: so who is in every article stands beside nobody in
particular.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, Literal, NamedTuple

from service.database import Connection, Database, Row
from service.dates import Moment
from service.entity import EntityType
from service.stores.entities import EntityRow

RelatedSort = Literal["significance", "count"]

ENTITY = "SELECT id, articles FROM entities WHERE key = :key"
SIZE = "SELECT count(*) FROM articles"
# Counted outside SQLite, whose GROUP BY sorts a row for every name of every article: of an entity
# in all of 100,000 articles that takes 1.5 s instead of 0.6.
BESIDE = """
SELECT (SELECT group_concat(entity_id) FROM article_entities WHERE article_id = mine.article_id)
FROM article_entities mine WHERE mine.entity_id = :entity
"""
OF_TYPE = """
SELECT id, key, articles FROM entities
WHERE id IN (SELECT value FROM json_each(:ids)) AND (:type IS NULL OR type = :type)
"""
NAMES = """
SELECT id, key, name, type, articles, mentions FROM entities
WHERE id IN (SELECT value FROM json_each(:ids))
"""
# Walks down the articles of the rarer of the two.
SHARED = """
SELECT a.key, a.title, a.title_derived, a.published_at, a.published_precision, s.name AS source
FROM article_entities x CROSS JOIN articles a ON a.id = x.article_id
LEFT JOIN sources s ON s.id = a.source_id
WHERE x.entity_id = :rarer AND EXISTS (
  SELECT 1 FROM article_entities WHERE article_id = x.article_id AND entity_id = :other)
ORDER BY x.article_id DESC LIMIT :limit
"""
_SHOWN = 3


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


class _Beside(NamedTuple):
    """An entity that is named beside the one asked about, in so many of its articles."""

    id: int
    key: str
    articles: int
    shared: int
    significance: float


class RelatedStore:
    """Counts who is named together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, key: str, type_: EntityType | None, sort: RelatedSort, limit: int, offset: int
    ) -> RelatedPage:
        """Everybody named beside the entity, most significant or most often first."""
        with self._database.read() as conn:
            own = conn.execute(ENTITY, {"key": key}).fetchone()
            if own is None:
                return RelatedPage(0, (), False)
            found = sorted(_beside(conn, own, type_), key=_ORDERS[sort])
            shown = found[offset : offset + limit]
            ids = {"ids": json.dumps([beside.id for beside in shown])}
            names = {row["id"]: row for row in conn.execute(NAMES, ids)}
            entities = tuple(_related(conn, own, each, names[each.id]) for each in shown)
        return RelatedPage(len(found), entities, offset + len(shown) < len(found))


def _by_significance(beside: _Beside) -> tuple[float, int, str]:
    return -beside.significance, -beside.shared, beside.key


def _by_count(beside: _Beside) -> tuple[int, float, str]:
    return -beside.shared, -beside.significance, beside.key


_ORDERS: Mapping[RelatedSort, Callable[[_Beside], Any]] = {
    "significance": _by_significance,
    "count": _by_count,
}


def _beside(conn: Connection, own: Row, type_: EntityType | None) -> Iterator[_Beside]:
    size = conn.execute(SIZE).fetchone()[0]
    # Most names are in a few articles only, so that the same counts come again and again.
    measure = cache(lambda both, other: significance(both, own["articles"], other, size))
    in_articles = (row[0].split(",") for row in conn.execute(BESIDE, {"entity": own["id"]}))
    shared = Counter(chain.from_iterable(in_articles))
    del shared[str(own["id"])]
    conn.raise_if_late()
    values = {"ids": f"[{','.join(shared)}]", "type": type_}
    for id_, key, articles in conn.execute(OF_TYPE, values):
        both = shared[str(id_)]
        yield _Beside(id_, key, articles, both, measure(both, articles))


def significance(both: int, one: int, other: int, size: int) -> float:
    """Signed log-likelihood ratio: of `size` articles `both` name the two, `one` and `other` each.

    Twice the sum of k ln(k / expected) over the counts of articles that name both, either or none;
    by chance alone it is above 11 once in 1,000 times.
    """
    counts = (both, one - both, other - both, size - one - other + both)
    expected = (
        one * other / size,
        one * (size - other) / size,
        (size - one) * other / size,
        (size - one) * (size - other) / size,
    )
    ratio = 2 * sum(k * math.log(k / e) for k, e in zip(counts, expected, strict=True) if k > 0)
    return math.copysign(max(ratio, 0.0), both - expected[0])


def _related(conn: Connection, own: Row, beside: _Beside, row: Row) -> Related:
    rarer, other = sorted(((own["articles"], own["id"]), (beside.articles, beside.id)))
    values = {"rarer": rarer[1], "other": other[1], "limit": _SHOWN}
    articles = tuple(_article(row) for row in conn.execute(SHARED, values))
    entity = EntityRow(row["key"], row["name"], row["type"], row["articles"], row["mentions"])
    return Related(entity, beside.shared, beside.significance, articles)


def _article(row: Row) -> SharedArticle:
    published = row["published_at"]
    return SharedArticle(
        row["key"],
        row["title"],
        bool(row["title_derived"]),
        row["source"],
        Moment(published, row["published_precision"]) if published else None,
    )
