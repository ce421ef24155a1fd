"""Near copies among what is found: how many hits they leave, and for which others a hit stands.

A group is called by the lowest id in it; an article without near copies is in no group.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from service.database import Connection, Row
from service.dates import Moment
from service.engines.sqlite.selection import Selection
from service.result import Copy

ANY = "SELECT EXISTS (SELECT 1 FROM copies)"
COUNT = "SELECT count(*) AS total, 0 AS copies FROM ({ids})"
COUNT_WITH_COPIES = """
SELECT count(*) AS total, count(group_id) - count(DISTINCT group_id) AS copies
FROM ({ids}) m LEFT JOIN copies ON article_id = m.id
"""
COUNT_EVERYTHING = """
SELECT (SELECT count(*) FROM articles) AS total,
  (SELECT count(*) - count(DISTINCT group_id) FROM copies) AS copies
"""
GROUPS = """
SELECT article_id, group_id FROM copies WHERE article_id IN (SELECT value FROM json_each(:page))
"""
IN_ARCHIVE = "copies"
AMONG = """(SELECT article_id, group_id FROM ({ids}) m CROSS JOIN copies ON article_id = m.id)"""
# One more than are shown, since the hit may be one of them.
MEMBERS = """
SELECT g.group_id, g.size, a.key, s.name AS source, a.published_at, a.published_precision, a.id
FROM (
  SELECT article_id, group_id, count(*) OVER (PARTITION BY group_id) AS size,
    row_number() OVER (PARTITION BY group_id ORDER BY article_id) AS place
  FROM {members} WHERE group_id IN (SELECT value FROM json_each(:groups))
) g CROSS JOIN articles a ON a.id = g.article_id LEFT JOIN sources s ON s.id = a.source_id
WHERE g.place <= :most + 1 ORDER BY g.group_id, a.id
"""
# The most that are named of a hit.
_MOST = 10


def counted(conn: Connection, chosen: Selection) -> tuple[int, int]:
    """The articles that are chosen, and the hits that they are with near copies collapsed."""
    sql = COUNT
    if conn.execute(ANY).fetchone()[0]:
        sql = COUNT_EVERYTHING if chosen.is_everything else COUNT_WITH_COPIES
    row = conn.execute(sql.replace("{ids}", chosen.ids), chosen.values).fetchone()
    return row["total"], row["total"] - row["copies"]


@dataclass(frozen=True, slots=True)
class Copies:
    """How many near copies an article has, and the oldest of them."""

    number: int
    oldest: tuple[Copy, ...]


def near_copies(conn: Connection, ids: list[int], among: Selection | None) -> Mapping[int, Copies]:
    """The near copies of those articles that have any, or of what is `among` a selection."""
    found = conn.execute(GROUPS, {"page": str(ids)})
    groups = {row["article_id"]: row["group_id"] for row in found}
    if not groups:
        return {}
    members = AMONG.replace("{ids}", among.ids) if among is not None else IN_ARCHIVE
    values = {"groups": str([*set(groups.values())]), "most": _MOST}
    values |= among.values if among is not None else {}
    rows = conn.execute(MEMBERS.replace("{members}", members), values)
    all_of = {group: [*each] for group, each in groupby(rows, lambda row: row["group_id"])}
    return {id_: _others(id_, all_of[group]) for id_, group in groups.items()}


def _others(id_: int, members: list[Row]) -> Copies:
    others = [_copy(row) for row in members if row["id"] != id_]
    return Copies(members[0]["size"] - 1, tuple(others[:_MOST]))


def _copy(row: Row) -> Copy:
    at = row["published_at"]
    published = Moment(at, row["published_precision"]) if at else None
    return Copy(row["key"], row["source"], published)
