"""A working copy: some documents of an archive as a database, for the functions that change one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from service.database import WAIT_FOR_WRITER, Connection, Database
from service.storage_faults import mapped
from service.working.documents import Document
from service.working.image import empty_copy
from service.working.owners import Name
from service.working.rows import lay, read
from service.working.shelf import Changes

_NOWHERE = Path(":memory:")


class WorkingCopy(Database):
    """Reads see what was written before; whoever fails while writing leaves nothing behind."""

    def __init__(self, documents: Iterable[Document]) -> None:
        super().__init__(_NOWHERE, query_seconds=0)
        self.laid = {each.name: each for each in documents}
        self._conn = empty_copy()
        self._ids = lay(self._conn, self.laid.values())
        self._conn.commit()
        # Only now: documents refer to others that are not laid.
        self._conn.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with mapped(self.path):
            yield self._conn

    @contextmanager
    def write(self, patience: float = WAIT_FOR_WRITER) -> Iterator[Connection]:  # noqa: ARG002 - nobody else writes
        with mapped(self.path):
            if self._conn.in_transaction:
                yield self._conn
                return
            self._conn.execute("BEGIN")
            try:
                yield self._conn
            except BaseException:
                self._conn.rollback()
                raise
            self._conn.commit()

    def documents(self) -> dict[Name, Document]:
        """All of them as they are now."""
        return read(self._conn, self._ids)

    def changes(self) -> Changes:
        """What is not as it was laid."""
        now = self.documents()
        put = {name: each for name, each in now.items() if self.laid.get(name) != each}
        return Changes(put, frozenset(self.laid.keys() - now.keys()))

    def close(self) -> None:
        self._conn.close()
