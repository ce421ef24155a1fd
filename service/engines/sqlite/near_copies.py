"""Near copies among what is found: how many hits they leave, and for which others a hit stands.

A group is called by the lowest id in it; an article without near copies is in no group.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from service.database import Connection, Row
from service.dates import Moment
from service.engines.sqlite.columns.view import Columns, Mask, Positions
from service.result import Copy

# By group and time, since ids grow with it.
MEMBERS = """
SELECT group_id, article_id FROM copies CROSS JOIN articles a ON a.id = article_id
WHERE group_id IN (SELECT value FROM json_each(:groups)) ORDER BY group_id, article_id
"""
NAMED = """
SELECT a.id, a.key, s.name AS source, a.published_at, a.published_precision
FROM json_each(:ids) CROSS JOIN articles a ON a.id = value
LEFT JOIN sources s ON s.id = a.source_id
"""
# Articles -> those of them that count.
Among = Callable[[Collection[int]], Iterable[int]]
# The most that are named of a hit.
_MOST = 10


def behind_others(columns: Columns, mask: Mask) -> Positions:
    """All but the first of each group of near copies among what matches."""
    grouped = columns.grouped
    matching = grouped[mask[grouped]]
    groups = columns.copies[matching]
    hidden: Positions = matching[1:][groups[1:] == groups[:-1]]
    return hidden


@dataclass(frozen=True, slots=True)
class Copies:
    """How many near copies an article has, and the oldest of them."""

    number: int
    oldest: tuple[Copy, ...]


NO_COPIES = Copies(0, ())


def near_copies(
    conn: Connection, groups: Mapping[int, int], among: Among | None
) -> Mapping[int, Copies]:
    """The near copies of articles that are in groups, or those of them that are `among` something.

    Asked by group, so that it takes as long as there are copies, and not as what is selected.
    """
    if not groups:
        return {}
    members = _members(conn, groups.values(), among)
    others = {id_: [m for m in members[group] if m != id_] for id_, group in groups.items()}
    named = {id_ for each in others.values() for id_ in each[:_MOST]}
    rows = conn.execute(NAMED, {"ids": str([*named])})
    copies = {row["id"]: _copy(row) for row in rows}
    return {
        id_: Copies(len(each), tuple(copies[other] for other in each[:_MOST]))
        for id_, each in others.items()
    }


def _members(
    conn: Connection, groups: Iterable[int], among: Among | None
) -> Mapping[int, list[int]]:
    rows = conn.execute(MEMBERS, {"groups": str([*set(groups)])}).fetchall()
    every = [row["article_id"] for row in rows]
    kept = frozenset(every if among is None else among(every))
    by_group = groupby(rows, lambda row: int(row["group_id"]))
    return {
        group: [row["article_id"] for row in each if row["article_id"] in kept]
        for group, each in by_group
    }


def _copy(row: Row) -> Copy:
    at = row["published_at"]
    published = Moment(at, row["published_precision"]) if at else None
    return Copy(row["key"], row["source"], published)
