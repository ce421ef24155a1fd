"""When and where an entity is named. An article counts once for it, in however many spellings."""

from dataclasses import dataclass
from itertools import pairwise

from service.database import Connection, Database
from service.histogram import Days, Interval, bins
from service.stores.entities import EntityDetail
from service.stores.slots import UNDATED_ROOM

_MOST_SOURCES = 20
_AFTER_ALL = 1 << 62

ENTITY = "SELECT id FROM entities WHERE key = :key"
# Ids grow with time, so a stretch of time is one of ids, and no article has to be looked at.
FIRST_ID = """
SELECT id FROM articles WHERE published_at >= :day ORDER BY published_at, id LIMIT 1
"""
BETWEEN = """
SELECT count(*), coalesce(sum(mentions), 0) FROM article_entities
WHERE entity_id = :entity AND article_id >= :first AND article_id < :after
"""
# Names that differ in case are one source, as they are for a filter.
SOURCES = """
SELECT min(s.name) AS name, sum(own.articles) AS articles FROM (
  SELECT a.source_id, count(*) AS articles
  FROM article_entities ae CROSS JOIN articles a ON a.id = ae.article_id
  WHERE ae.entity_id = :entity GROUP BY a.source_id
) own JOIN sources s ON s.id = own.source_id
GROUP BY s.name COLLATE NOCASE ORDER BY articles DESC, name LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Count:
    articles: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Period:
    """What was published on these days."""

    days: Days
    count: Count


@dataclass(frozen=True, slots=True)
class SourceCount:
    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """By publication date in UTC, and by source, the most first; `more` when there are others."""

    interval: Interval
    periods: tuple[Period, ...]
    undated: Count
    sources: tuple[SourceCount, ...]
    more: bool


class CoverageStore:
    """Counts the articles that name an entity."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, detail: EntityDetail) -> Coverage:
        """The coverage of an entity that was read from the same snapshot."""
        with self._database.read() as conn:
            entity = conn.execute(ENTITY, {"key": detail.entity.key}).fetchone()["id"]
            interval, periods = _periods(conn, entity, detail)
            undated = _count(conn, entity, 0, UNDATED_ROOM)
            values = {"entity": entity, "limit": _MOST_SOURCES + 1}
            sources = tuple(SourceCount(*row) for row in conn.execute(SOURCES, values))
        more = len(sources) > _MOST_SOURCES
        return Coverage(interval, periods, undated, sources[:_MOST_SOURCES], more)


def _periods(
    conn: Connection, entity: int, detail: EntityDetail
) -> tuple[Interval, tuple[Period, ...]]:
    if detail.first_seen is None or detail.last_seen is None:
        return "year", ()
    interval, days = bins(detail.first_seen[:10], detail.last_seen[:10])
    edges = [UNDATED_ROOM, *(_first_id(conn, each.start) for each in days[1:]), _AFTER_ALL]
    counts = (_count(conn, entity, *ids) for ids in pairwise(edges))
    return interval, tuple(map(Period, days, counts))


def _first_id(conn: Connection, day: str) -> int:
    row = conn.execute(FIRST_ID, {"day": day}).fetchone()
    return row["id"] if row is not None else _AFTER_ALL


def _count(conn: Connection, entity: int, first: int, after: int) -> Count:
    values = {"entity": entity, "first": first, "after": after}
    return Count(*conn.execute(BETWEEN, values).fetchone())
