"""Where the query's words stand in a hit's fields, as the index sees them, and what is shown."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from heapq import merge
from itertools import takewhile
from typing import Any, Protocol

from service.article import Article
from service.deadline import raise_if_late
from service.engines.fields import is_english
from service.engines.leaves import PIECES, index_of, wanted_leaves
from service.engines.long_texts import READ, stretches
from service.engines.marks import SearchedText, Wanted, wanted_of
from service.engines.reading import Reading
from service.passages import Range, passages
from service.query import TEXT_FIELDS, In, Near, Node, Phrase, Prefix, Word
from service.result import Places, Snippet
from service.stores.article_rows import in_lines
from service.unspaced import FoldedText

COLUMNS = ("title", "standfirst", "body", "captions", "credits")
_LISTS = ("captions", "credits")
# The most passages shown of one hit.
_MOST = 3


class Row(Protocol):
    """A text by its columns."""

    def __getitem__(self, column: str, /) -> Any: ...


# Column -> where the query's words stand in it.
Found = dict[str, list[Range]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a tree looks for by column: words, and pieces of scripts that write no spaces."""

    words: Mapping[str, Collection[Wanted]]
    pieces: Mapping[str, Collection[str]]


def snippets(texts: Iterable[Row], reading: Reading) -> Mapping[Any, tuple[Snippet, ...]]:
    """The passages of each text by its id; those without a match begin where the body begins.

    Of a row are read `id`, the columns above, and `is_foreign`.
    """
    asked = _asked(reading.tree)
    foreign = _asked(reading.foreign) if reading.foreign is not None else asked
    shown: dict[Any, tuple[Snippet, ...]] = {}
    for row in texts:
        raise_if_late()
        shown[row["id"]] = _of_article(row, _found(row, foreign if row["is_foreign"] else asked))
    return shown


def places(article: Article, reading: Reading) -> Places:
    """All places in all fields of one text, however long it is; an item of a list is a field."""
    is_foreign = not is_english(article.language) and reading.foreign
    asked = _asked(reading.foreign if is_foreign else reading.tree)
    found: dict[str, tuple[Range, ...]] = {}
    for column in COLUMNS:
        items = getattr(article, column) or ""
        text = items if isinstance(items, str) else in_lines(items)
        if ranges := _everywhere(text, column, asked) if text else []:
            parts = {column: ranges} if isinstance(items, str) else _by_item(column, text, ranges)
            found |= {name: tuple(part) for name, part in parts.items()}
    return found


def _everywhere(text: str, column: str, asked: _Asked) -> list[Range]:
    found: list[Range] = []
    if wanted := asked.words.get(column):
        searched = SearchedText(text)
        for each in wanted:
            raise_if_late()
            found += searched.places(each)
    if queries := asked.pieces.get(column):
        # Parts overlap, so that a place may be found twice.
        for start, end in stretches(text):
            raise_if_late()
            folded = FoldedText(text[start:end])
            hits = (place for query in queries for place in folded.occurrences(query))
            found += ((first + start, last + start) for first, last in hits)
    return _merged(found)


def _by_item(column: str, text: str, ranges: list[Range]) -> Mapping[str, list[Range]]:
    """By the items of a list, an item a line; each as offsets in its own text."""
    return {
        f"{column}[{number}]": inside
        for number, (start, end) in enumerate(_lines(text))
        if (inside := _inside(ranges, start, end))
    }


def _lines(text: str) -> Iterable[Range]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _inside(ranges: list[Range], start: int, end: int) -> list[Range]:
    """What of the ranges stands in a line; a phrase may begin in one and go on in the next."""
    first = bisect_right(ranges, start, key=lambda each: each[1])
    last = bisect_left(ranges, end, key=lambda each: each[0])
    clipped = ((max(s, start) - start, min(e, end) - start) for s, e in ranges[first:last])
    return [(s, e) for s, e in clipped if s < e]


def _asked(tree: Node | None) -> _Asked:
    words: dict[str, dict[Wanted, None]] = {}
    pieces: dict[str, dict[str, None]] = {}
    for leaf in wanted_leaves(tree):
        index, part = index_of(leaf), leaf.part if isinstance(leaf, In) else leaf
        columns = (TEXT_FIELDS[leaf.field],) if isinstance(leaf, In) else COLUMNS
        for column in columns if index == PIECES else ():
            pieces.setdefault(column, {}).update(dict.fromkeys(_queries(part)))
        wanted = wanted_of(part, index) if index not in (None, PIECES) else None
        if wanted is not None:
            for column in columns:
                words.setdefault(column, {})[wanted] = None
    return _Asked(words, pieces)


def _queries(part: Node) -> list[str]:
    assert isinstance(part, Word | Phrase | Prefix | Near)  # noqa: S101 - leaves of a field
    return part.text.split() if isinstance(part, Near) else [part.text]


def _found(row: Row, asked: _Asked) -> Found:
    found: Found = {}
    for column in COLUMNS:
        text = row[column]
        if text and (ranges := _in_text(text, column, asked)):
            found[column] = ranges
    return found


def _in_text(text: str, column: str, asked: _Asked) -> list[Range]:
    found: list[Range] = []
    if wanted := asked.words.get(column):
        found = _first_places(text, wanted)
    if queries := asked.pieces.get(column):
        found = [*found, *_in_unspaced(text, queries)]
    return _merged(found) if len(found) > 1 else found


def _first_places(text: str, wanted: Collection[Wanted]) -> list[Range]:
    """All places; of a text of any length those within READ characters of the first."""
    searched = SearchedText(text)
    if len(text) <= READ:
        return [place for each in wanted for place in searched.places(each)]
    places = merge(*map(searched.places, wanted))
    first = next(places, None)
    if first is None:
        return []
    last = first[0] + READ
    return [first, *takewhile(lambda place: place[0] < last, places)]


def _in_unspaced(text: str, queries: Collection[str]) -> list[Range]:
    """All places in the first part of a text that has one.

    The index of pieces holds a text cut up, so that the text itself is looked through.
    """
    parts = list(stretches(text, READ))
    # In a part of a line there may be nothing left for which the line was indexed.
    for start, end in [*parts, (0, len(text))] if parts[1:] else parts:
        raise_if_late()
        folded = FoldedText(text[start:end])
        ranges = [place for query in queries for place in folded.occurrences(query)]
        if ranges:
            return [(first + start, last + start) for first, last in ranges]
    return []


def _merged(ranges: list[Range]) -> list[Range]:
    """In order, and none within another: two words of a query may have found one place."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _of_article(plain: Row, found: Found) -> tuple[Snippet, ...]:
    """The best passage of each field before the second best of any, in the order of the fields."""
    if not found:
        return tuple(passages("body", plain["body"], ()))
    shown = [_of_column(column, plain[column], ranges) for column, ranges in found.items()]
    if len(shown) == 1:
        return tuple(shown[0][:_MOST])
    ranked = [(place, s) for column in shown for place, s in enumerate(column)]
    ranked = sorted(ranked, key=lambda each: each[0])[:_MOST]
    kept = {id(snippet) for _, snippet in ranked}
    return tuple(s for column in shown for s in column if id(s) in kept)


def _of_column(column: str, text: str, ranges: list[Range]) -> list[Snippet]:
    if column not in _LISTS:
        return passages(column, text, ranges)
    found: list[Snippet] = []
    for number, (start, end) in enumerate(_lines(text)):
        if inside := _inside(ranges, start, end):
            found += passages(f"{column}[{number}]", text[start:end], inside)[:1]
        if len(found) == _MOST:
            break
    return found
