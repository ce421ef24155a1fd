"""The order of hits: by score, or by date; a page at a time.

The SQL is put together from the fixed pieces below; every value from outside is bound.
"""

from dataclasses import dataclass, replace
from typing import Literal

from service.database import Connection, Row
from service.engines.sqlite.selection import Reading, Selection, selection
from service.query import Search

# bm25 weights of title, standfirst, body, captions, credits. News puts what it is about on top.
WEIGHTS = "3.0, 2.0, 1.0, 1.0, 0.5"

BY_SCORE = f"""
SELECT rowid AS id, bm25({{index}}, {WEIGHTS}) AS score FROM {{index}} WHERE {{where}}
ORDER BY {{first}} score, id DESC LIMIT :limit OFFSET :offset
"""  # noqa: S608 - fixed weights
# What is not selected by one index alone is ranked by whichever of the words it has.
BY_SCORE_BESIDE = """
WITH ranked(id, score) AS MATERIALIZED ({ranked})
SELECT m.id, coalesce(total, 0.0) AS score
FROM ({ids}) m LEFT JOIN (
  SELECT id, sum(score) AS total FROM ranked GROUP BY id
) r ON r.id = m.id
ORDER BY {first} score, m.id DESC LIMIT :limit OFFSET :offset
"""
RANKED = f"""
SELECT rowid, bm25({{index}}, {WEIGHTS}) FROM {{index}} WHERE {{index}} MATCH :rank_{{index}}
"""  # noqa: S608 - fixed weights
ALL_WORDS_FIRST = "({id} IN ({ids})) DESC,"
NEWEST = """
SELECT id, NULL AS score FROM ({ids}) WHERE id < :edge ORDER BY id DESC LIMIT :limit
"""
OLDEST = "SELECT id, NULL AS score FROM ({ids}) WHERE id > :edge ORDER BY id LIMIT :limit"


@dataclass(frozen=True, slots=True)
class Read:
    """How a search was read: as all of its words or any, and what that selects."""

    match: Literal["all", "any"]
    reading: Reading
    chosen: Selection
    total: int

    @property
    def ranked(self) -> bool:
        """Whether there is anything to rank by."""
        return bool(self.chosen.ranks)


def by_date(conn: Connection, search: Search, read: Read, edge: int) -> list[Row]:
    """A page from the article after `edge` on, and one row more if there is a next page."""
    sql = OLDEST if search.sort == "oldest" else NEWEST
    values = {"limit": search.limit + 1, "edge": edge}
    return conn.execute(
        sql.replace("{ids}", read.chosen.ids), read.chosen.values | values
    ).fetchall()


def by_score(conn: Connection, search: Search, strict: Reading, read: Read) -> list[Row]:
    """A page of the best, and one row more if there is a next page.

    Where any word is enough, articles that `strict` selects, which have all of them, come first.
    """
    chosen = read.chosen
    values = chosen.values | {
        "limit": search.limit + 1,
        "offset": search.cursor.offset if search.cursor else 0,
    }
    first = ""
    if read.match == "any" and search.any_tree is not None:
        first, first_values = _all_words_first(search, strict)
        values |= first_values
    if chosen.index:
        sql = BY_SCORE.replace("{index}", chosen.index).replace("{where}", chosen.on("rowid"))
        first = first.replace("{id}", "rowid")
    else:
        ranked = " UNION ALL ".join(RANKED.replace("{index}", index) for index in chosen.ranks)
        sql = BY_SCORE_BESIDE.replace("{ranked}", ranked).replace("{ids}", chosen.ids)
        first = first.replace("{id}", "m.id")
        values |= {f"rank_{index}": match for index, match in chosen.ranks.items()}
    return conn.execute(sql.replace("{first}", first), values).fetchall()


def _all_words_first(search: Search, strict: Reading) -> tuple[str, dict[str, str]]:
    chosen = selection(
        replace(search, filters={}, excluded={}, published=None, cursor=None), strict
    )
    names = {name: f"all_{name}" for name in chosen.values}
    sql = chosen.ids
    for name, renamed in sorted(names.items(), reverse=True):
        sql = sql.replace(f":{name}", f":{renamed}")
    values = {names[name]: value for name, value in chosen.values.items()}
    return ALL_WORDS_FIRST.replace("{ids}", sql), values
