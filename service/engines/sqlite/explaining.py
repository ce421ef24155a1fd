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
from service.query import And, In, Node, Or, Prefix, Search, Without
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
    for (leaf, groups), times in _ranked(read).items():
        index = read.scored.index or (PIECES if index_of(leaf) == PIECES else STEMS)
        within = _within(conn, index, groups, ids)
        fields = _fields(conn, index, leaf, within)
        for id_, score in _scores(conn, index, match_of(leaf), within).items():
            said = 1 if isinstance(leaf, Prefix) else times  # a beginning is asked for once
            parts[id_].append(ScorePart(str(leaf), "words", said * score, fields[id_]))
    for part, index, weight, match in _more(search) if STEMS in read.scored.ranks else ():
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


# A leaf of the tree, and the groups around it without which it does not count.
Ranked = tuple[Node, tuple[Node, ...]]


def _ranked(read: Read) -> Mapping[Ranked, int]:
    """What ranks, and how often: one index counts a word again that the query says again."""
    tree = read.reading.tree
    if read.scored.index and tree is not None:
        return Counter(_in_groups(tree, ()))
    return dict.fromkeys(((leaf, ()) for leaf in wanted_leaves(tree)), 1)


def _in_groups(node: Node, groups: tuple[Node, ...]) -> Iterator[Ranked]:
    """FTS5 counts a leaf only where the group matches that it is in, one side of an OR."""
    match node:
        case And(parts):
            for part in parts:
                yield from _in_groups(part, groups)
        case Or(parts):
            for part in parts:
                yield from _in_groups(part, (*groups, part) if _is_group(part) else groups)
        case In(name, part):
            inner = _in_groups(part, ())
            for leaf, around in inner:
                yield In(name, leaf), (*groups, *(In(name, group) for group in around))
        case Without(kept, _) if kept is not None:
            yield from _in_groups(kept, groups)
        case _:
            yield node, groups


def _is_group(node: Node) -> bool:
    return isinstance(node.part if isinstance(node, In) else node, And | Without)


def _within(conn: Connection, index: Index, groups: tuple[Node, ...], ids: list[int]) -> list[int]:
    """Those of the articles that match every group."""
    for group in groups:
        values = {"match": match_of(group), "ids": str(ids)}
        ids = [row["id"] for row in conn.execute(STANDS_IN.replace("{index}", index), values)]
    return ids


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
