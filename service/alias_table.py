"""Spellings of entities as a table (CSV), out of the archive and into it.

No spreadsheet takes a cell for a formula; a table that is read back is the one that was written.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from itertools import islice

from service.edits import Edit
from service.errors import InvalidRequest, Unreadable
from service.formats.decoding import decode
from service.spreadsheets import armed, disarmed
from service.stores.aliases import AliasRow
from service.stores.edits import Author, EditStore
from service.stores.given_aliases import GivenAlias

COLUMNS = ("key", "name", "type", "alias", "mentions", "added")
# Excel writes semicolons where a comma is a decimal sign.
_DELIMITERS = ",;\t"
_ADDED = {"1": True, "0": False}
_ROWS_A_PIECE = 500


@dataclass(frozen=True, slots=True)
class BadRow:
    """`line` counts from 1, the header included."""

    line: int
    reason: str


@dataclass(slots=True)
class AliasReport:
    """What became of every row, and the first and the last edit that it took."""

    added: int = 0
    unchanged: int = 0
    failed: list[BadRow] = field(default_factory=list)
    edits: tuple[int, int] | None = None


def written(rows: Iterable[AliasRow]) -> Iterator[str]:
    """The table in pieces, with its header."""
    rest = iter(rows)
    piece: list[Sequence[object]] = [COLUMNS]
    while piece:
        out = io.StringIO(newline="")
        csv.writer(out).writerows([disarmed(str(cell)) for cell in row] for row in piece)
        yield out.getvalue()
        piece = [astuple(row) for row in islice(rest, _ROWS_A_PIECE)]


def add_from_table(store: EditStore, data: bytes, author: Author) -> AliasReport:
    """Add every alias of a table; a row that cannot be used is reported and stops no other.

    InvalidRequest for what is no such table at all.
    """
    rows = list(_read(_text(data)))
    outcomes = iter(
        store.add_aliases((row for _, row in rows if isinstance(row, GivenAlias)), author)
    )
    report = AliasReport()
    for line, row in rows:
        outcome = next(outcomes) if isinstance(row, GivenAlias) else row
        if isinstance(outcome, Edit):
            report.added += 1
            report.edits = (report.edits[0] if report.edits else outcome.id, outcome.id)
        elif outcome is None:
            report.unchanged += 1
        else:
            report.failed.append(BadRow(line, outcome))
    return report


def _text(data: bytes) -> str:
    try:
        decoded = decode(data)
    except Unreadable as exc:
        raise InvalidRequest(f"The table {exc.detail}") from exc
    if decoded.mended:
        # A guess at letters would make names of them.
        raise InvalidRequest("The table is not UTF-8: save it as that")
    return decoded.text


def _read(text: str) -> Iterator[tuple[int, GivenAlias | str]]:
    """Each row with its line; a text says what is wrong with it."""
    rows = _rows(text)
    _, header = next(rows)
    columns = [name.strip().lower() for name in header] if isinstance(header, list) else []
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise InvalidRequest(f"The first line names a column twice: {', '.join(twice)}")
    if "alias" not in columns or not ("key" in columns or {"name", "type"} <= set(columns)):
        raise InvalidRequest(
            "The first line must name the columns: `alias`, and `key` or `name` and `type`"
        )
    for line, cells in rows:
        if isinstance(cells, str):
            yield line, cells
        elif any(cell.strip() for cell in cells):
            yield line, _given(columns, cells)


def _given(columns: Sequence[str], cells: Sequence[str]) -> GivenAlias | str:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return "has more cells than there are columns"
    row = dict(zip(columns, cells, strict=False))
    if not row.get("alias", "").strip():
        return "has no alias"
    stated = {name: armed(row.get(name, "").strip()) for name in ("key", "name", "type", "reason")}
    return GivenAlias(
        alias=armed(row["alias"]), added=_ADDED.get(row.get("added", "").strip()), **stated
    )


class _Lines(Iterator[str]):
    """Lines that can be gone back to."""

    def __init__(self, text: str) -> None:
        self._lines = list(io.StringIO(text, newline=""))
        self.read = 0

    def __next__(self) -> str:
        if self.read == len(self._lines):
            raise StopIteration
        self.read += 1
        return self._lines[self.read - 1]


def _rows(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Cells by line. A quote that is never closed spoils its own line, not all that follow."""
    first = text[: text.find("\n")]
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=max(_DELIMITERS, key=first.count), strict=True)
    while True:
        line = lines.read + 1
        try:
            yield line, next(reader)
        except csv.Error as exc:
            yield line, f"is no row of a table: {exc}"
            lines.read = line
        except StopIteration:
            return
