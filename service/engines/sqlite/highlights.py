"""Where the query's words stand in a hit's fields, as FTS5 itself sees them."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from service.database import Connection, Row
from service.engines.sqlite.long_texts import LONGEST, READ, indexed, stretches
from service.engines.sqlite.match import (
    CURRENT,
    PAST,
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
from service.query import TEXT_FIELDS, In, Near, Node, Or, Phrase, Prefix, Word, mapped
from service.result import Snippet
from service.unspaced import FoldedText

COLUMNS = ("title", "standfirst", "body", "captions", "credits")
_LISTS = ("captions", "credits")
# Noncharacters, which no text should hold; three in a row, so that one that does is no trouble.
_OPEN, _CLOSE = "\ufdd0\ufdd1\ufdd2", "\ufdd3\ufdd4\ufdd5"
# The most passages shown of one hit.
_MOST = 3

MARKS = ", ".join(
    f"CASE WHEN length(CAST({column} AS BLOB)) <= :longest"
    f" THEN highlight({{index}}, {number}, :open, :close) END AS {column}"
    for number, column in enumerate(COLUMNS)
)
MARKED = f"""
SELECT rowid AS id, {MARKS} FROM {{index}}
WHERE {{index}} MATCH :wanted AND rowid IN (SELECT value FROM json_each(:ids))
"""  # noqa: S608 - over the fixed columns above
IS_IN = "SELECT 1 FROM {index} WHERE {index} MATCH :match AND rowid = :id"
PLAIN = """
SELECT id, title, standfirst, body, captions, credits
FROM {table} WHERE id IN (SELECT value FROM json_each(:ids))
"""
FOREIGN_AMONG = f"{FOREIGN} AND id IN (SELECT value FROM json_each(:ids))"  # noqa: S608 - fixed
PAST_FOREIGN_AMONG = f"""
SELECT v.id FROM json_each(:ids) CROSS JOIN versions v ON v.id = value
CROSS JOIN articles a ON a.key = v.article_key WHERE a.id IN ({FOREIGN})
"""  # noqa: S608 - fixed

# Column -> where the query's words stand in it.
Found = dict[str, list[Range]]
# A text index and what to ask of it.
Match = tuple[Index, str]
# What the three indexes are called over the texts at hand.
Names = Mapping[Index, str]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts as they are, by id, and where the query's words stand in them."""

    plain: Mapping[int, Row]
    found: Mapping[int, Found]
    names: Names


def snippets(
    conn: Connection, ids: list[int], reading: Reading
) -> Mapping[int, tuple[Snippet, ...]]:
    """The passages of each article; those without a match begin where the body begins."""
    texts = _texts(conn, "articles", ids, CURRENT)
    return _snippets(conn, texts, reading, FOREIGN_AMONG)


def past_snippets(
    conn: Connection, ids: list[int], reading: Reading
) -> Mapping[int, tuple[Snippet, ...]]:
    """The same of past texts, by their ids."""
    texts = _texts(conn, "versions", ids, PAST)
    return _snippets(conn, texts, reading, PAST_FOREIGN_AMONG)


def _texts(conn: Connection, table: str, ids: list[int], names: Names) -> _Texts:
    rows = conn.execute(PLAIN.replace("{table}", table), {"ids": str(ids)})
    return _Texts({row["id"]: row for row in rows}, {id_: {} for id_ in ids}, names)


def _snippets(
    conn: Connection, texts: _Texts, reading: Reading, foreign_among: str
) -> Mapping[int, tuple[Snippet, ...]]:
    ids = list(texts.found)
    foreign: set[int] = set()
    if reading.foreign is not None:
        foreign = {row[0] for row in conn.execute(foreign_among, {"ids": str(ids)})}
        _mark(conn, texts, sorted(foreign), reading.foreign)
    _mark(conn, texts, [id_ for id_ in ids if id_ not in foreign], reading.tree)
    shown: dict[int, tuple[Snippet, ...]] = {}
    for id_ in ids:
        conn.raise_if_late()
        shown[id_] = _of_article(texts.plain[id_], texts.found[id_])
    return shown


def _mark(conn: Connection, texts: _Texts, ids: list[int], tree: Node | None) -> None:
    """Note where the tree's words stand in some texts."""
    plain, found = texts.plain, texts.found
    long: dict[tuple[int, str], list[Match]] = {}
    for match in _matches(tree) if ids else ():
        for row in _marked(conn, ids, match, texts.names):
            conn.raise_if_late()
            for column in COLUMNS:
                text = plain[row["id"]][column]
                if text is not None and row[column] is None:
                    long.setdefault((row["id"], column), []).append(match)
                else:
                    _add(found[row["id"]], column, _ranges(row[column], text))
    for (id_, column), matches in long.items():
        inside = [match for match in matches if _is_in(conn, match, id_, column, texts.names)]
        if inside:
            _add(found[id_], column, _in_long(conn, plain[id_][column], column, inside, tree))
    _mark_pieces(conn, texts, ids, tree)


def _matches(tree: Node | None) -> Iterator[Match]:
    """What to mark: all at once, but each NEAR alone, of which FTS5 leaves marks in other rows."""
    leaves = list(dict.fromkeys(wanted_leaves(tree)))
    for index in (STEMS, WORDS):
        here = [leaf for leaf in leaves if index_of(leaf) == index]
        yield from ((index, match_of(leaf)) for leaf in here if isinstance(_bare(leaf), Near))
        others = [match_of(leaf) for leaf in here if not isinstance(_bare(leaf), Near)]
        if others:
            yield index, " OR ".join(dict.fromkeys(others))


def _bare(leaf: Node) -> Node:
    return leaf.part if isinstance(leaf, In) else leaf


def _marked(
    conn: Connection, ids: Iterable[int], match: Match, names: Names = CURRENT
) -> Iterable[Row]:
    """Those that match, less their long texts."""
    values = {"ids": str([*ids]), "wanted": match[1], "longest": LONGEST}
    values |= {"open": _OPEN, "close": _CLOSE}
    return conn.execute(MARKED.replace("{index}", names[match[0]]), values)


def _ranges(marked: str | None, plain: str | None) -> list[Range]:
    if marked is None or _OPEN not in marked:
        return []
    text, ranges = unmark(marked)
    return ranges if text == plain else []


def _add(found: Found, column: str, ranges: list[Range]) -> None:
    if ranges:
        found[column] = _merged([*found.get(column, ()), *ranges])


def _is_in(conn: Connection, match: Match, id_: int, column: str, names: Names) -> bool:
    values = {"match": f"{{{column}}} : ({match[1]})", "id": id_}
    return conn.execute(IS_IN.replace("{index}", names[match[0]]), values).fetchone() is not None


def _in_long(
    conn: Connection, text: str, column: str, matches: list[Match], tree: Node | None
) -> list[Range]:
    """Places in a text of any length: all in the first part of it that has one.

    What is longer than an overlap may be in no stretch whole; then its words are marked.
    """
    loosened = _matches(mapped(tree, _in_words)) if tree is not None else ()
    for asked in (matches, [*loosened]):
        for start, end in stretches(text, READ):
            if ranges := _in_part(conn, text[start:end], column, asked):
                return _shifted(ranges, start)
    return []


def _in_words(node: Node) -> Node | None:
    if isinstance(node, Phrase | Near) and index_of(node) == WORDS:
        return Or(tuple(map(Phrase, node.text.split())))
    return None


def _in_part(conn: Connection, part: str, column: str, matches: list[Match]) -> list[Range]:
    places = list(stretches(part))
    texts = [part[slice(*place)] for place in places]
    found: list[Range] = []
    with indexed(conn, {index for index, _ in matches}, column, texts) as made:
        for match in matches:
            for row in _marked(made, range(1, len(texts) + 1), match):
                conn.raise_if_late()
                ranges = _ranges(row[column], texts[row["id"] - 1])
                found += _shifted(ranges, places[row["id"] - 1][0])
    return _merged(found)


def _mark_pieces(conn: Connection, texts: _Texts, ids: list[int], tree: Node | None) -> None:
    """The index of pieces holds a text cut up, so that the text itself is looked through."""
    wanted = _pieces(tree)
    for id_ in ids:
        for column, queries in wanted.items():
            conn.raise_if_late()
            text = texts.plain[id_][column] or ""
            _add(texts.found[id_], column, _in_unspaced(conn, text, queries))


def _pieces(tree: Node | None) -> Mapping[str, Collection[str]]:
    """Column -> what is looked for in it by pieces, each once."""
    wanted: dict[str, dict[str, None]] = {}
    for leaf in wanted_leaves(tree):
        if index_of(leaf) == PIECES:
            part = _bare(leaf)
            assert isinstance(part, Word | Phrase | Prefix | Near)  # noqa: S101 - leaves of a field
            queries = part.text.split() if isinstance(part, Near) else [part.text]
            for column in (TEXT_FIELDS[leaf.field],) if isinstance(leaf, In) else COLUMNS:
                wanted.setdefault(column, {}).update(dict.fromkeys(queries))
    return wanted


def _in_unspaced(conn: Connection, text: str, queries: Collection[str]) -> list[Range]:
    """As `_in_long`: all places in the first part that has one."""
    parts = list(stretches(text, READ))
    # In a part of a line there may be nothing left for which the line was indexed.
    for start, end in [*parts, (0, len(text))] if parts[1:] else parts:
        conn.raise_if_late()
        folded = FoldedText(text[start:end])
        ranges = [place for query in queries for place in folded.occurrences(query)]
        if ranges:
            return _shifted(ranges, start)
    return []


def _shifted(ranges: Iterable[Range], by: int) -> list[Range]:
    return [(start + by, end + by) for start, end in ranges]


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
    starts, ends = [s for s, _ in ranges], [e for _, e in ranges]
    for number, item in enumerate(text.split("\n")):
        end = start + len(item)
        # A phrase may begin at the end of one item and go on in the next.
        near = ranges[bisect_right(ends, start) : bisect_left(starts, end)]
        clipped = ((max(s, start) - start, min(e, end) - start) for s, e in near)
        inside = [(s, e) for s, e in clipped if s < e]
        if inside:
            found += passages(f"{column}[{number}]", item, inside)[:1]
        if len(found) == _MOST:
            break
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
