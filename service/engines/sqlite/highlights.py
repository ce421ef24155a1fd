"""Where the query's words stand in a hit's fields, as FTS5 itself sees them."""

from collections.abc import Iterator, Mapping

from service.database import Connection, Row
from service.engines.sqlite.match import (
    PIECES,
    STEMS,
    WORDS,
    Index,
    index_of,
    match_of,
    wanted_leaves,
)
from service.engines.sqlite.selection import FOREIGN, Reading
from service.passages import Range, passages
from service.query import TEXT_FIELDS, In, Near, Node, Phrase, Prefix, Word
from service.result import Snippet
from service.unspaced import occurrences

COLUMNS = ("title", "standfirst", "body", "captions", "credits")
_LISTS = ("captions", "credits")
# Noncharacters, which no text should hold; three in a row, so that one that does is no trouble.
_OPEN, _CLOSE = "\ufdd0\ufdd1\ufdd2", "\ufdd3\ufdd4\ufdd5"
# The most passages shown of one hit.
_MOST = 3

MARKS = ", ".join(
    f"highlight({{index}}, {number}, :open, :close) AS {column}"
    for number, column in enumerate(COLUMNS)
)
MARKED = f"""
SELECT rowid AS id, {MARKS} FROM {{index}}
WHERE {{index}} MATCH :wanted AND rowid IN (SELECT value FROM json_each(:ids))
"""  # noqa: S608 - over the fixed columns above
PLAIN = """
SELECT id, title, standfirst, body, captions, credits
FROM articles WHERE id IN (SELECT value FROM json_each(:ids))
"""
FOREIGN_AMONG = f"{FOREIGN} AND id IN (SELECT value FROM json_each(:ids))"  # noqa: S608 - fixed

# Column -> where the query's words stand in it.
Found = dict[str, list[Range]]


def snippets(
    conn: Connection, ids: list[int], reading: Reading
) -> Mapping[int, tuple[Snippet, ...]]:
    """The passages of each article; those without a match begin where the body begins."""
    plain = {row["id"]: row for row in conn.execute(PLAIN, {"ids": str(ids)})}
    found: dict[int, Found] = {id_: {} for id_ in ids}
    foreign: set[int] = set()
    if reading.foreign is not None:
        foreign = {row[0] for row in conn.execute(FOREIGN_AMONG, {"ids": str(ids)})}
        _mark(conn, plain, found, sorted(foreign), reading.foreign)
    _mark(conn, plain, found, [id_ for id_ in ids if id_ not in foreign], reading.tree)
    return {id_: _of_article(plain[id_], found[id_]) for id_ in ids}


def _mark(
    conn: Connection,
    plain: Mapping[int, Row],
    found: Mapping[int, Found],
    ids: list[int],
    tree: Node | None,
) -> None:
    """Note where the tree's words stand in some articles."""
    for index in (STEMS, WORDS):
        for match in _matches(tree, index) if ids else ():
            values = {"ids": str(ids), "wanted": match, "open": _OPEN, "close": _CLOSE}
            for row in conn.execute(MARKED.replace("{index}", index), values):
                _collect(found[row["id"]], row, plain[row["id"]])
    pieces = [leaf for leaf in wanted_leaves(tree) if index_of(leaf) == PIECES]
    for id_ in ids if pieces else ():
        for leaf in pieces:
            _collect_pieces(found[id_], leaf, plain[id_])


def _matches(tree: Node | None, index: Index) -> Iterator[str]:
    """What to mark: all at once, but each NEAR alone, of which FTS5 leaves marks in other rows."""
    leaves = [leaf for leaf in wanted_leaves(tree) if index_of(leaf) == index]
    near = [
        leaf for leaf in leaves if isinstance(leaf.part if isinstance(leaf, In) else leaf, Near)
    ]
    yield from dict.fromkeys(map(match_of, near))
    others = dict.fromkeys(match_of(leaf) for leaf in leaves if leaf not in near)
    if others:
        yield " OR ".join(others)


def _collect_pieces(found: Found, leaf: Node, plain: Row) -> None:
    """The index of pieces holds a text cut up, so that the text itself is looked through."""
    columns: tuple[str, ...] = COLUMNS
    if isinstance(leaf, In):
        columns, leaf = (TEXT_FIELDS[leaf.field],), leaf.part
    assert isinstance(leaf, Word | Phrase | Prefix | Near)  # noqa: S101 - leaves within a field
    parts = leaf.text.split() if isinstance(leaf, Near) else [leaf.text]
    for column in columns:
        ranges = [r for part in parts for r in occurrences(plain[column] or "", part)]
        if ranges:
            found[column] = _merged([*found.get(column, ()), *ranges])


def _collect(found: Found, marked: Row, plain: Row) -> None:
    for column in COLUMNS:
        if marked[column] is not None and _OPEN in marked[column]:
            text, ranges = unmark(marked[column])
            if text == plain[column]:
                found[column] = _merged([*found.get(column, ()), *ranges])


def _merged(ranges: list[Range]) -> list[Range]:
    """In order, and none within another: both indexes may have found one place."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _of_article(plain: Row, found: Found) -> tuple[Snippet, ...]:
    """The best passage of each field before the second best of any, in the order of the fields."""
    shown = [_of_column(c, plain[c], found[c]) for c in COLUMNS if c in found]
    ranked = [(place, s) for column in shown for place, s in enumerate(column)]
    ranked = sorted(ranked, key=lambda each: each[0])[:_MOST]
    kept = {id(snippet) for _, snippet in ranked}
    best = tuple(s for column in shown for s in column if id(s) in kept)
    return best or tuple(passages("body", plain["body"], ()))


def _of_column(column: str, text: str, ranges: list[Range]) -> list[Snippet]:
    if column not in _LISTS:
        return passages(column, text, ranges)
    found: list[Snippet] = []
    start = 0
    for number, item in enumerate(text.split("\n")):
        end = start + len(item)
        # A phrase may begin at the end of one item and go on in the next.
        clipped = ((max(s, start) - start, min(e, end) - start) for s, e in ranges)
        inside = [(s, e) for s, e in clipped if s < e]
        if inside:
            found += passages(f"{column}[{number}]", item, inside)[:1]
        start = end + 1
    return found


def unmark(marked: str) -> tuple[str, list[Range]]:
    """The text without its marks, and the stretches that stood between them."""
    text: list[str] = []
    ranges: list[Range] = []
    length = 0
    for number, piece in enumerate(marked.split(_OPEN)):
        inside, closed, outside = piece.partition(_CLOSE) if number else ("", "", piece)
        if closed:
            ranges.append((length, length + len(inside)))
        text += (inside, outside)
        length += len(inside) + len(outside)
    return "".join(text), ranges
