"""The order of hits: by score, or by date; a page at a time.

A score is the bm25 of what is looked for, raised where words of the query stand side by side and
names stand as they are typed, and lowered with age if the archive is told to. The SQL is put
together from the fixed pieces below; every value from outside is bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

from service.database import Connection, Row
from service.engines.sqlite.match import STEMS, WORDS, index_of, match_of, unstemmed, wanted_leaves
from service.engines.sqlite.selection import Reading, Selection, selection
from service.query import Node, Search, Word
from service.stores.slots import SLOTS_A_DAY, UNDATED_ROOM

# bm25 weights of title, standfirst, body, captions, credits: the first two measured, together with
# what follows (benchmarks/README.md). News puts what it is about on top.
WEIGHTS = "4.0, 2.0, 1.0, 1.0, 0.5"
# What neighbours in the query add that stand with at most so many words between them: a small
# part, since a rare pair has a bm25 as high as both of its words.
NEARNESS, WITHIN = 0.1, 5
_MOST_PAIRS = 30
# What a word with a capital adds where it stands just so: Davis before Davies, which have one stem.
EXACTNESS = 0.2
# An article's age counts no further than this many half-lives: then its words alone rank it.
MOST_HALVINGS = 5

BY_SCORE = f"""
WITH arms(id, score) AS MATERIALIZED ({{arms}}),
  more(id, score) AS MATERIALIZED (SELECT id, sum(score) FROM arms GROUP BY id)
SELECT rowid AS id, (bm25({{index}}, {WEIGHTS}) + {{added}}) * {{recency}} AS score
FROM {{index}} WHERE {{where}}
ORDER BY {{first}} score, id DESC LIMIT :limit OFFSET :offset
"""  # noqa: S608 - fixed weights
ADDED = "coalesce((SELECT score FROM more WHERE id = {index}.rowid), 0.0)"
# What is not selected by one index alone is ranked by whichever of the words it has.
BY_SCORE_BESIDE = """
WITH ranked(id, score) AS MATERIALIZED ({ranked})
SELECT m.id, total * {recency} AS score
FROM ({ids}) m LEFT JOIN (
  SELECT id, sum(score) AS total FROM ranked GROUP BY id
) r ON r.id = m.id
ORDER BY {first} score IS NULL, score, m.id DESC LIMIT :limit OFFSET :offset
"""
RANKED = f"""
SELECT rowid, bm25({{index}}, {WEIGHTS}) FROM {{index}} WHERE {{index}} MATCH :rank_{{index}}
"""  # noqa: S608 - fixed weights
NEAR = f"""
SELECT rowid AS id, {NEARNESS} * bm25({STEMS}, {WEIGHTS}) AS score FROM {STEMS}
WHERE {STEMS} MATCH :{{name}}
"""  # noqa: S608 - fixed weights
EXACT = f"""
SELECT rowid AS id, {EXACTNESS} * bm25({WORDS}, {WEIGHTS}) AS score FROM {WORDS}
WHERE {WORDS} MATCH :{{name}}
"""  # noqa: S608 - fixed weights
NO_MORE = "SELECT 0, 0.0 WHERE 0"
# Ids grow with time: half for each half-life, in between on a straight line.
RECENCY = f"""(
  CASE WHEN {{id}} < {UNDATED_ROOM} OR :newest - {{id}} >= {MOST_HALVINGS} * :half_life
  THEN 1.0 / (1 << {MOST_HALVINGS})
  ELSE (1.0 - ((:newest - {{id}}) % :half_life) / (2.0 * :half_life))
    / (1 << ((:newest - {{id}}) / :half_life)) END)"""
NEWEST_ID = "SELECT max(id) FROM articles"
ALL_WORDS_FIRST = "({id} IN ({ids})) DESC,"
NEWEST = """
SELECT id, NULL AS score FROM ({ids}) WHERE id < :edge ORDER BY id DESC LIMIT :limit
"""
OLDEST = "SELECT id, NULL AS score FROM ({ids}) WHERE id > :edge ORDER BY id LIMIT :limit"


@dataclass(frozen=True, slots=True)
class Read:
    """How a search was read: as all of its words or any, and what that selects.

    `chosen` is what matches, `shown` those of it that are hits of their own, and `scored` those of
    them whose current text matches: the same where nothing is collapsed and no past text asked.
    """

    match: Literal["all", "any"]
    reading: Reading
    chosen: Selection
    shown: Selection
    scored: Selection
    total: int
    groups: int

    @property
    def ranked(self) -> bool:
        """Whether there is anything to rank by."""
        return bool(self.scored.ranks)


def by_date(conn: Connection, search: Search, read: Read, edge: int) -> list[Row]:
    """A page from the article after `edge` on, and one row more if there is a next page."""
    sql = OLDEST if search.sort == "oldest" else NEWEST
    values = {"limit": search.limit + 1, "edge": edge}
    return conn.execute(sql.replace("{ids}", read.shown.ids), read.shown.values | values).fetchall()


def by_score(conn: Connection, search: Search, strict: Reading, read: Read) -> list[Row]:
    """A page of the best, and one row more if there is a next page.

    Where any word is enough, articles that `strict` selects, which have all of them, come first.
    """
    scored = read.scored
    values: dict[str, Any] = {
        "limit": search.limit + 1,
        "offset": search.cursor.offset if search.cursor else 0,
    }
    recency, age = recency_of(conn, search)
    more = _more(search) if STEMS in scored.ranks else {}
    statement = _indexed(scored, more) if scored.index else _beside(scored, more)
    id_ = "rowid" if scored.index else "m.id"
    first = ""
    first_values: dict[str, Any] = {}
    if read.match == "any" and search.any_tree is not None:
        first, first_values = _all_words_first(search, strict)
    sql = statement.replace("{recency}", recency).replace("{first}", first).replace("{id}", id_)
    ranks = {f"rank_{index}": match for index, match in scored.ranks.items()}
    return conn.execute(sql, scored.values | values | age | first_values | ranks | more).fetchall()


def _more(search: Search) -> dict[str, str]:
    """What adds to the scores of words, as the name of its value -> MATCH."""
    # Each pair alone: in an OR, FTS5 counts a NEAR in rows where it does not hold.
    near = {f"near{number}": match for number, match in enumerate(pairs_of(search).values())}
    exact = " OR ".join(capitals_of(search).values())
    return near | ({"exact": exact} if exact else {})


def _arms(more: Mapping[str, str]) -> list[str]:
    return [(EXACT if name == "exact" else NEAR).replace("{name}", name) for name in more]


def _indexed(chosen: Selection, more: Mapping[str, str]) -> str:
    assert chosen.index  # noqa: S101 - looked at by by_score()
    arms = " UNION ALL ".join(_arms(more))
    sql = BY_SCORE.replace("{arms}", arms or NO_MORE)
    sql = sql.replace("{added}", ADDED if arms else "0.0")
    return sql.replace("{index}", chosen.index).replace("{where}", chosen.on("rowid"))


def _beside(chosen: Selection, more: Mapping[str, str]) -> str:
    arms = [RANKED.replace("{index}", index) for index in chosen.ranks]
    ranked = " UNION ALL ".join([*arms, *_arms(more)])
    return BY_SCORE_BESIDE.replace("{ranked}", ranked).replace("{ids}", chosen.ids)


def pairs_of(search: Search) -> Mapping[str, str]:
    """Each two words that follow each other in the query, stop words left out, as text -> MATCH."""
    pairs: dict[str, str] = {}
    if not search.nearness:
        return pairs
    for one, two in pairwise(wanted_leaves(search.any_tree or search.tree)):
        if len(pairs) < _MOST_PAIRS and _are_neighbours(one, two):
            pairs[f"{one} {two}"] = f"NEAR({match_of(one)} {match_of(two)}, {WITHIN})"
    return pairs


def capitals_of(search: Search) -> Mapping[str, str]:
    """Each word with a capital, but not all in capitals, as text -> MATCH of it as written."""
    if not search.nearness:
        return {}
    leaves = wanted_leaves(search.any_tree or search.tree)
    words = [leaf for leaf in leaves if isinstance(leaf, Word) and index_of(leaf) == STEMS]
    named = [word for word in words if word.text[:1].isupper() and not word.text.isupper()]
    return {word.text: match_of(unstemmed(word)) for word in named}


def _are_neighbours(one: Node, two: Node) -> bool:
    """Two different words, both looked for by their stems."""
    match one, two:
        case Word(a), Word(b):
            return a.lower() != b.lower() and index_of(one) == index_of(two) == STEMS
        case _:
            return False


def recency_of(conn: Connection, search: Search) -> tuple[str, dict[str, int]]:
    """What a score is multiplied by, as SQL over `{id}`, and its values.

    Age counts from the newest article, not from today: the order stays while the archive does.
    """
    if not search.half_life:
        return "1.0", {}
    newest = conn.execute(NEWEST_ID).fetchone()[0] or 0
    return RECENCY, {"newest": newest, "half_life": max(1, round(search.half_life * SLOTS_A_DAY))}


def _all_words_first(search: Search, strict: Reading) -> tuple[str, dict[str, Any]]:
    chosen = selection(
        replace(search, filters={}, excluded={}, published=None, cursor=None),
        replace(strict, past=None),
    )
    names = {name: f"all_{name}" for name in chosen.values}
    sql = chosen.ids
    for name, renamed in sorted(names.items(), reverse=True):
        sql = sql.replace(f":{name}", f":{renamed}")
    values = {names[name]: value for name, value in chosen.values.items()}
    return ALL_WORDS_FIRST.replace("{ids}", sql), values
