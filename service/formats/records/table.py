"""Tables of articles: CSV, and the same with tabs, semicolons or bars; a row is an article.

The first row names the columns, and one of them must hold the text: that, and rows of one width,
tell a table from prose with commas.
"""

import csv
import json
import re
from ast import literal_eval
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from service.errors import Unreadable
from service.formats.decoding import Decoded, decode
from service.formats.document import HEAD, LARGEST_RECORD, Content, Document, Format, Options
from service.formats.records.field_names import field_of, names_body
from service.formats.records.pieces import TOO_LARGE, Piece, chunks, lines, opening
from service.formats.records.reader import RecordReader

_DELIMITERS = ",\t;|"
_NAMES = (".csv", ".tsv", ".tab")
_TYPES = ("text/csv", "text/tab-separated-values", "application/csv")
_LISTS = frozenset(("authors", "topics", "captions", "credits", "related", "subheadings"))
_NUMBERS = frozenset(("version", "stated_version"))
_FLAGS = frozenset(("title_derived", "source_derived", "language_detected"))
# Tables that are safe to open in a spreadsheet have an apostrophe before what would be a formula.
_DISARMED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_LISTED = re.compile(r"\s*[;|]\s*")
_LONGEST_NAME = 100
_ROWS = 30
# A cell is at most as large as a record; the limit holds for every reader of the csv module.
csv.field_size_limit(LARGEST_RECORD)


class _Header(NamedTuple):
    delimiter: str
    names: tuple[str, ...]


def _recognises(document: Document) -> bool:
    kind = (document.media_type or "").partition(";")[0].strip().lower()
    if document.name.lower().endswith(_NAMES) or kind in _TYPES:
        return True
    # Nobody but a person at the command line names columns, so those are not looked for here.
    header = _header(document)
    return header is not None and names_body(header.names, {})


def _read(document: Document, options: Options) -> Iterator[Content]:
    header = _header(document)
    if header is None:
        raise Unreadable("is no table: it has no row with the names of at least two columns")
    if not names_body(header.names, options.fields):
        columns = ", ".join(" ".join(name[:40].split()) for name in header.names[:12])
        raise Unreadable(
            f"has no column that is known to hold the text (it has {columns}):"
            " say which with --map NAME=body"
        )
    reader = RecordReader(document, options)
    reader.tell(dict.fromkeys(header.names))
    return _records(document, header, reader)


def _header(document: Document) -> _Header | None:
    """The names of the columns, by the delimiter that makes most rows as wide as the first."""
    try:
        text = _decoded(opening(document), document.charset).text
    except Unreadable:
        return None
    whole = len(document.head) < HEAD
    named = document.name.lower().endswith(_NAMES)
    # A row of another width alone beside the names: by name it is a table all the same.
    best, best_score = None, -1.0 if named else 0.0
    for delimiter in _DELIMITERS:
        rows = _sample(text, delimiter)
        if not whole and len(rows) > 1:
            rows.pop()  # cut by the end of what is looked at
        if not rows or not _are_names(rows[0]):
            continue
        alike = sum(len(row) == len(rows[0]) for row in rows[1:])
        score = alike / (len(rows) - 1) if len(rows) > 1 else 0.1
        if score > best_score and (score >= 0.5 or named):
            best, best_score = _Header(delimiter, _distinct(rows[0])), score
    return best


def _sample(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            rows += [row] if row else []
            if len(rows) > _ROWS:
                break
    except csv.Error:
        pass
    return rows


def _are_names(row: list[str]) -> bool:
    filled = [name for name in row if name.strip()]
    return len(row) >= 2 and len(filled) >= 2 and max(map(len, row)) <= _LONGEST_NAME


def _distinct(row: list[str]) -> tuple[str, ...]:
    """Names to tell the columns by: one that is missing or stands twice gets its number."""
    names: list[str] = []
    for number, name in enumerate((name.strip() for name in row), 1):
        names.append(name if name and name not in names else f"{name or 'column'} {number}")
    return tuple(names)


@dataclass(slots=True)
class _Rows:
    """The lines of a table for the csv module, remembering the bytes of the row being read."""

    pieces: Iterator[Piece]
    charset: str | None
    raw: list[bytes] = field(default_factory=list)
    size: int = 0
    cut: str | None = None
    mended: tuple[str, ...] = ()

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> str:
        piece = next(self.pieces)
        self.raw.append(piece.data[: max(0, LARGEST_RECORD - self.size)])
        self.size += len(piece.data)
        if piece.cut or self.size > LARGEST_RECORD:
            self.cut = TOO_LARGE
            # The csv module begins a new row after it.
            raise csv.Error(TOO_LARGE)
        try:
            decoded = _decoded(piece.data, self.charset)
        except Unreadable as fault:
            self.cut = fault.detail
            raise csv.Error(fault.detail) from fault
        self.mended += decoded.mended
        return decoded.text

    def taken(self) -> tuple[Piece, tuple[str, ...]]:
        """The bytes of the row that has just been read, and what was mended in its text."""
        taken = Piece(b"".join(self.raw), self.cut), self.mended
        self.raw, self.size, self.cut, self.mended = [], 0, None, ()
        return taken


def _records(document: Document, header: _Header, reader: RecordReader) -> Iterator[Content]:
    options = reader.options
    rows = _Rows(lines(chunks(document), _line_end(document)), document.charset)
    parsed = csv.reader(rows, delimiter=header.delimiter)
    is_first = True
    named = b""  # the names of the columns, without which a row that is kept aside means nothing
    while True:
        try:
            row = next(parsed, None)
        except csv.Error as fault:
            piece, _ = rows.taken()
            why = piece.cut or f"is no row of a table: {fault}"
            yield reader.refused(why, named + piece.data)
            continue
        piece, mended = rows.taken()
        if row is None:
            break
        if row and not is_first and len(row) != len(header.names):
            wide = f"has {len(row)} cells where the first row has {len(header.names)}"
            yield reader.refused(wide, named + piece.data)
        elif row and not is_first:
            cells = _cells(row, header, options.fields)
            yield reader.content(cells, named + piece.data, mended)
        elif row:
            named = piece.data
        is_first = is_first and not row
    if not reader.number:
        raise Unreadable("has no rows but the one with the names of its columns")


def _cells(row: list[str], header: _Header, mapping: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: _cell(cell, field_of(name, mapping) or name)
        for name, cell in zip(header.names, row, strict=True)
        if cell.strip()
    }


def _cell(cell: str, meant: str) -> Any:
    """A cell as what the field takes: lists, flags and numbers are written as text in tables."""
    cell = cell[1:] if _DISARMED.match(cell) else cell
    text = cell.strip()
    if meant in _FLAGS and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if meant in _NUMBERS and re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    if meant == "extra" or (meant in _LISTS and text[:1] == "["):
        return _written(text, cell)
    if meant in ("authors", "topics"):
        return [part for part in _LISTED.split(text) if part]
    return cell


def _written(text: str, cell: str) -> Any:
    """A list or object as JSON, or as Python prints one; else the cell as it is."""
    for read in (json.loads, literal_eval):
        try:
            value = read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        return value if isinstance(value, list | dict) else cell
    return cell


def _decoded(data: bytes, charset: str | None) -> Decoded:
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError as fault:
        if fault.end == len(data) == HEAD:  # it ends inside a character
            return Decoded(data[: fault.start].decode("utf-8"))
        return decode(data, charset)


def _line_end(document: Document) -> bytes:
    head = opening(document)
    return b"\r" if b"\r" in head and b"\n" not in head else b"\n"


FORMAT = Format("table", _recognises, _read)
