"""Hits that only a past text of an article gives: which text that is, and where they come.

They have no score: bm25 weighs a word by how many texts of its index have it, and an index of past
texts is no measure for current ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.database import Connection, Row
from service.engines.sqlite.ranking import Read
from service.engines.sqlite.selection import past_texts
from service.query import Search

CURRENT_AMONG = "SELECT id FROM ({ids}) WHERE id IN (SELECT value FROM json_each(:page))"
# Of the row with the maximum SQLite takes the other columns too.
NEWEST = """
SELECT a.id, v.id AS text, max(v.version) AS version
FROM json_each(:page) CROSS JOIN articles a ON a.id = value
CROSS JOIN versions v ON v.article_key = a.key
WHERE {condition} GROUP BY a.id
"""
COUNT = "SELECT count(*) FROM ({ids})"
PAST_ONLY = """
SELECT id, NULL AS score FROM ({ids}) WHERE id NOT IN ({current})
ORDER BY id DESC LIMIT :limit OFFSET :offset
"""


@dataclass(frozen=True, slots=True)
class PastText:
    """A row of `versions`, and the number that it has among its article's."""

    id: int
    version: int


def past_hits(conn: Connection, read: Read, ids: list[int]) -> Mapping[int, PastText]:
    """Article -> its newest past text that matches, of those whose current text does not."""
    if read.reading.past is None:
        return {}
    values = read.scored.values | {"page": str(ids)}
    sql = CURRENT_AMONG.replace("{ids}", read.scored.ids)
    current = {row["id"] for row in conn.execute(sql, values)}
    past = [id_ for id_ in ids if id_ not in current]
    condition, values = past_texts(read.reading)
    rows = conn.execute(NEWEST.replace("{condition}", condition), values | {"page": str(past)})
    return {row["id"]: PastText(row["text"], row["version"]) for row in rows}


def after_the_scored(conn: Connection, search: Search, read: Read, most: int) -> list[Row]:
    """What only past texts give goes on where the scores end, newest first."""
    if read.reading.past is None or not most:
        return []
    scored = read.scored
    count = conn.execute(COUNT.replace("{ids}", scored.ids), scored.values).fetchone()[0]
    seen = max(0, search.cursor.offset - count) if search.cursor else 0
    sql = PAST_ONLY.replace("{ids}", read.shown.ids).replace("{current}", scored.ids)
    values = read.shown.values | scored.values | {"limit": most, "offset": seen}
    return conn.execute(sql, values).fetchall()
