"""When and where an entity is named. An article counts once for it, in however many spellings."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from service.archive import Archive
from service.database import Connection
from service.histogram import Days, Interval, bins
from service.result import Facet
from service.stores.entities import EntityDetail
from service.stores.in_bulk import numbers
from service.stores.slots import UNDATED_ROOM

MOST_SOURCES = 20
_AFTER_ALL = 1 << 62

ENTITY = "SELECT id FROM entities WHERE key = :key"
NAMED_IN = """
SELECT group_concat(article_id), group_concat(mentions) FROM article_entities
WHERE entity_id = :entity
"""
# Ids grow with time, so a stretch of time is one of ids, and no article has to be looked at.
FIRST_IDS = """
SELECT group_concat(first) FROM (
  SELECT coalesce((SELECT id FROM articles WHERE published_at >= day.value
    ORDER BY published_at, id LIMIT 1), :after_all) AS first
  FROM json_each(:days) day ORDER BY day.key
)
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

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def of(self, detail: EntityDetail, sources: Facet | None = None) -> Coverage:
        """The coverage of an entity that was read from the same snapshot.

        `sources` are those of its articles, if they are counted already.
        """
        with self._archive.read() as conn:
            entity = conn.execute(ENTITY, {"key": detail.entity.key}).fetchone()["id"]
            interval, days = _days(detail)
            undated, *counts = _counts(conn, entity, days)
            named, more = _sources(conn, entity) if sources is None else _counted(sources)
        return Coverage(interval, tuple(map(Period, days, counts)), undated, named, more)


def _days(detail: EntityDetail) -> tuple[Interval, tuple[Days, ...]]:
    if detail.first_seen is None or detail.last_seen is None:
        return "year", ()
    return bins(detail.first_seen[:10], detail.last_seen[:10])


def _counts(conn: Connection, entity: int, days: Sequence[Days]) -> Iterator[Count]:
    """Of the undated articles, then of each bin."""
    ids, mentions = numbers(conn, NAMED_IN, {"entity": entity})
    starts = {"days": json.dumps([each.start for each in days[1:]]), "after_all": _AFTER_ALL}
    (firsts,) = numbers(conn, FIRST_IDS, starts)
    order = np.argsort(ids)
    edges = (0, UNDATED_ROOM, *firsts, _AFTER_ALL) if days else (0, UNDATED_ROOM)
    places = np.searchsorted(ids[order], edges)
    sums = np.concatenate(([0], np.cumsum(mentions[order])))
    for start, end in pairwise(places):
        yield Count(int(end - start), int(sums[end] - sums[start]))


def _sources(conn: Connection, entity: int) -> tuple[tuple[SourceCount, ...], bool]:
    values = {"entity": entity, "limit": MOST_SOURCES + 1}
    found = tuple(SourceCount(*row) for row in conn.execute(SOURCES, values))
    return found[:MOST_SOURCES], len(found) > MOST_SOURCES


def _counted(sources: Facet) -> tuple[tuple[SourceCount, ...], bool]:
    return tuple(SourceCount(each.label, each.count) for each in sources.values), sources.more
