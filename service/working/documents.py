"""A document: all that belongs to one owner, as rows of its tables without any id."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from service.near_copies import bands
from service.needs import Field, Kind, Name, Place
from service.working.image import columns_of
from service.working.schemas import owned_by_table

Value = str | int | float | bytes | None
Row = tuple[Value, ...]


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
        return [row[at] for at in (columns(table).index(column),) for row in rows] if rows else []

    def texts(self, table: str, column: str) -> list[str]:
        """The same as texts, numbers as they are written."""
        return [str(value) for value in self.values(table, column) if isinstance(value, str | int)]

    def stated(self, field: Field) -> list[str | int]:
        """Texts and numbers in a field, which may be what the document is called by."""
        table, column = field
        owned = owned_by_table()[table]
        if column == owned.owner and table in self.rows:
            return [int(self.key) if owned.number else self.key]
        return [value for value in self.values(table, column) if isinstance(value, str | int)]

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
def columns(table: str) -> tuple[str, ...]:
    """Those that a document keeps of a table."""
    owned = owned_by_table()[table]
    return tuple(c for c in columns_of(table) if c != owned.owner and c not in owned.anew)
