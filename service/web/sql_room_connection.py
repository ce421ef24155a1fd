"""A connection for SQL that somebody else has written: what it makes is bounded as it is made.

Datasette stops a statement at its time limit. But SQLite looks at the clock between its steps only,
so that no single step may be large: a value has a length, and what takes the square of that is done
by Python, which does not.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from datasette.utils.sqlite import sqlite3

# Between two looks at the clock: at each Python stops all other threads.
STEPS_BETWEEN_LOOKS = 10_000
# A pattern is held against a text at each of its places.
LONGEST_PATTERN = 500
# The names of `SQLITE_LIMIT_…` are not in Python 3.10.
_LENGTH, _PATTERN_LENGTH = 0, 8


class SqlCursor(sqlite3.Cursor):  # type: ignore[misc]  # Datasette has no types
    """Takes no more than the connection's bound into the memory."""

    connection: "SqlConnection"

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        self.connection.statement = sql
        with _memory_told():
            return super().execute(sql, parameters)

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return self._bounded(islice(iter(self.fetchone, None), size or self.arraysize))

    def fetchall(self) -> list[Any]:
        return self._bounded(iter(self.fetchone, None))

    def _bounded(self, fetched: Iterable[Any]) -> list[Any]:
        rows: list[Any] = []
        room = self.connection.largest
        with _memory_told():
            for row in fetched:
                rows.append(row)
                room -= sum(len(value) for value in row if isinstance(value, str | bytes))
                if room < 0:
                    raise sqlite3.OperationalError(
                        f"the answer has more than {self.connection.largest:,} bytes "
                        "(CUTTINGS_SQL_LARGEST): take less of it"
                    )
        return rows


@contextmanager
def _memory_told() -> Iterator[None]:
    """A statement that wants too much is the mistake of who wrote it."""
    try:
        yield
    except MemoryError as exc:
        told = "this needs more memory than SQLite may hold (CUTTINGS_SQLITE_MEMORY)"
        raise sqlite3.OperationalError(told) from exc


class SqlConnection(sqlite3.Connection):  # type: ignore[misc]  # Datasette has no types
    """`statement` is what is being asked, for who decides whether it may be."""

    statement = ""
    largest = 0

    def bound(self, largest: int) -> None:
        """Set the most bytes of a value, and of an answer."""
        self.largest = largest
        if hasattr(self, "setlimit"):
            self.setlimit(_LENGTH, largest)
            self.setlimit(_PATTERN_LENGTH, LONGEST_PATTERN)
        self.create_function("instr", 2, _instr, deterministic=True)
        self.create_function("replace", 3, _replace, deterministic=True)
        for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
            self.create_function(name, 2, _trimming(strip), deterministic=True)

    def cursor(self, factory: Any = SqlCursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return self.cursor().execute(sql, parameters)

    def set_progress_handler(self, handler: Any, n: int) -> None:
        super().set_progress_handler(handler, max(n, STEPS_BETWEEN_LOOKS))


Value = str | bytes | int | float | None


def _instr(text: Value, part: Value) -> int | None:
    """As SQLite's own: counted from 1; 0 where it is not."""
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _text(text).find(_text(part)) + 1


def _replace(text: Value, old: Value, new: Value) -> Value:
    if text is None or old is None or new is None:
        return None
    replaced = _text(old)
    return _text(text).replace(replaced, _text(new)) if replaced else text


def _trimming(strip: Any) -> Any:
    def trim(text: Value, characters: Value) -> str | None:
        if text is None or characters is None:
            return None
        return str(strip(_text(text), "".join(set(_text(characters)))))

    return trim


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
