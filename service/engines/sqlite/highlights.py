"""Where the query's words stand in a hit's fields, as FTS5 itself sees them."""

from collections.abc import Mapping

from service.database import Connection, Row
from service.passages import Range, passage
from service.result import Snippet

COLUMNS = ("title", "standfirst", "body", "captions", "credits")
_LISTS = ("captions", "credits")
# Noncharacters, which no text should hold; three in a row, so that one that does is no trouble.
_OPEN, _CLOSE = "\ufdd0\ufdd1\ufdd2", "\ufdd3\ufdd4\ufdd5"
# The most passages shown of one hit.
_MOST = 3

MARKED = f"""
SELECT rowid AS id, {", ".join(f"highlight(articles_fts, {n}, :open, :close) AS {c}" for n, c in enumerate(COLUMNS))}
FROM articles_fts WHERE articles_fts MATCH :rank AND rowid IN (SELECT value FROM json_each(:ids))
"""  # noqa: S608, E501 - over the fixed columns above
PLAIN = """
SELECT id, title, standfirst, body, captions, credits
FROM articles WHERE id IN (SELECT value FROM json_each(:ids))
"""


def snippets(
    conn: Connection, ids: list[int], rank: str | None
) -> Mapping[int, tuple[Snippet, ...]]:
    """The passages of each article; those without a match begin where the body begins."""
    listed = {"ids": str(ids)}
    plain = {row["id"]: row for row in conn.execute(PLAIN, listed)}
    marked: dict[int, Row] = {}
    if rank is not None:
        values = listed | {"rank": rank, "open": _OPEN, "close": _CLOSE}
        marked = {row["id"]: row for row in conn.execute(MARKED, values)}
    return {id_: _of_article(plain[id_], marked.get(id_)) for id_ in ids if id_ in plain}


def _of_article(plain: Row, marked: Row | None) -> tuple[Snippet, ...]:
    found: list[Snippet] = []
    for column in COLUMNS if marked is not None else ():
        if marked is None or marked[column] is None or _OPEN not in marked[column]:
            continue
        text, ranges = unmark(marked[column])
        if text == plain[column]:
            found += _of_column(column, text, ranges)
    return tuple(found[:_MOST]) or (passage("body", plain["body"], ()),)


def _of_column(column: str, text: str, ranges: list[Range]) -> list[Snippet]:
    if column not in _LISTS:
        return [passage(column, text, ranges)]
    found: list[Snippet] = []
    start = 0
    for number, item in enumerate(text.split("\n")):
        end = start + len(item)
        inside = [(s - start, e - start) for s, e in ranges if start <= s and e <= end]
        if inside:
            found.append(passage(f"{column}[{number}]", item, inside))
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
