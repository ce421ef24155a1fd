"""A document: all that belongs to one owner, as rows of its tables without any id."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from service.near_copies import bands
from service.working.image import columns_of
from service.working.owners import OWNED, Kind, Name, Owned

Value = str | int | float | bytes | None
Row = tuple[Value, ...]
Place = tuple[int, int]
"""A band and a number: where a text stands among those that may be copies of each other."""


@dataclass(frozen=True, slots=True)
class Document:
    """Rows by their tables, in the order of `columns`; what they refer to is called by its key.

    An article that is away may have rows all the same: the keys that it had, or a tombstone.
    """

    kind: Kind
    key: str
    rows: Mapping[str, tuple[Row, ...]]

    @property
    def name(self) -> Name:
        return self.kind, self.key

    def values(self, table: str, column: str) -> list[Value]:
        """What stands in that column, of all rows."""
        rows = self.rows.get(table, ())
        return [row[at] for at in (columns(table).index(column),) for row in rows]

    def texts(self, table: str, column: str) -> list[str]:
        """The same of a column of texts."""
        return [value for value in self.values(table, column) if isinstance(value, str)]

    def number(self, table: str, column: str) -> int:
        """The number in its only row; 0 if it has none."""
        return next((value for value in self.values(table, column) if isinstance(value, int)), 0)

    @property
    def places(self) -> list[Place]:
        """In 14 bands, if its text is long enough to have copies."""
        return [
            (band, number)
            for number, made, *_ in self.rows.get("copy_signatures", ())
            if isinstance(number, int) and isinstance(made, bytes)
            for band in bands(made)
        ]


@cache
def owned_by_table() -> Mapping[str, Owned]:
    return {owned.table: owned for owned in OWNED}


@cache
def columns(table: str) -> tuple[str, ...]:
    """Those that a document keeps of a table."""
    owned = owned_by_table()[table]
    return tuple(c for c in columns_of(table) if c != owned.owner and c not in owned.anew)
