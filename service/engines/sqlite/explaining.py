"""What a hit's score is made of: each word by itself, words side by side, and age.

bm25 adds up over what is looked for, so that each part asked alone gives its share of the whole.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.database import Connection
from service.engines.sqlite.highlights import COLUMNS
from service.engines.sqlite.match import (
    PIECES,
    STEMS,
    WORDS,
    Index,
    index_of,
    match_of,
    wanted_leaves,
)
from service.engines.sqlite.ranking import (
    EXACTNESS,
    NEARNESS,
    WEIGHTS,
    Read,
    capitals_of,
    pairs_of,
    recency_of,
)
from service.query import Node, Search
from service.result import Explanation, ScorePart

SCORES = f"""
SELECT rowid AS id, -bm25({{index}}, {WEIGHTS}) AS score FROM {{index}}
WHERE {{index}} MATCH :match AND rowid IN (SELECT value FROM json_each(:ids))
"""  # noqa: S608 - fixed weights
STANDS_IN = """
SELECT rowid AS id FROM {index}
WHERE {index} MATCH :match AND rowid IN (SELECT value FROM json_each(:ids))
"""
RECENCIES = """
SELECT id, {recency} AS factor FROM articles WHERE id IN (SELECT value FROM json_each(:ids))
"""


def explanations(
    conn: Connection, search: Search, read: Read, ids: list[int]
) -> Mapping[int, Explanation]:
    """The score of each article by parts."""
    parts: dict[int, list[ScorePart]] = {id_: [] for id_ in ids}
    for leaf, times in _ranked(read).items():
        index = read.chosen.index or (PIECES if index_of(leaf) == PIECES else STEMS)
        fields = _fields(conn, index, leaf, ids)
        for id_, score in _scores(conn, index, match_of(leaf), ids).items():
            parts[id_].append(ScorePart(str(leaf), "words", times * score, fields[id_]))
    for part, index, weight, match in _more(search) if STEMS in read.chosen.ranks else ():
        for id_, score in _scores(conn, index, match, ids).items():
            parts[id_].append(replace(part, score=weight * score))
    recency, age = recency_of(conn, search)
    sql = RECENCIES.replace("{recency}", recency).replace("{id}", "id")
    factors = {row["id"]: row["factor"] for row in conn.execute(sql, {"ids": str(ids)} | age)}
    return {id_: Explanation(tuple(parts[id_]), factors[id_]) for id_ in ids}


def _more(search: Search) -> Iterator[tuple[ScorePart, Index, float, str]]:
    """What adds to the scores of words: its part, where it is asked for, its weight and MATCH."""
    for text, match in pairs_of(search).items():
        yield ScorePart(text, "nearness", 0.0, ()), STEMS, NEARNESS, match
    for text, match in capitals_of(search).items():
        yield ScorePart(text, "as written", 0.0, ()), WORDS, EXACTNESS, match


def _ranked(read: Read) -> Mapping[Node, int]:
    """What ranks, and how often: one index counts a word again that the query says again."""
    leaves = Counter(wanted_leaves(read.reading.tree))
    return leaves if read.chosen.index else dict.fromkeys(leaves, 1)


def _scores(conn: Connection, index: Index, match: str, ids: list[int]) -> Mapping[int, float]:
    rows = conn.execute(SCORES.replace("{index}", index), {"match": match, "ids": str(ids)})
    return {row["id"]: row["score"] for row in rows}


def _fields(
    conn: Connection, index: Index, leaf: Node, ids: list[int]
) -> Mapping[int, tuple[str, ...]]:
    """The fields of each article in which the leaf stands."""
    found: dict[int, tuple[str, ...]] = dict.fromkeys(ids, ())
    for column in COLUMNS:
        match = f"{{{column}}} : ({match_of(leaf)})"
        sql = STANDS_IN.replace("{index}", index)
        for row in conn.execute(sql, {"match": match, "ids": str(ids)}):
            found[row["id"]] = (*found[row["id"]], column)
    return found
