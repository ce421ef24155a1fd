"""A working copy: some documents of an archive as a database, for the functions that change one."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from service.database import WAIT_FOR_WRITER, Connection, Database
from service.needs import NOTHING, Name, Needs
from service.storage_faults import mapped
from service.working.documents import Document
from service.working.image import empty_copy
from service.working.rows import lay, read
from service.working.schemas import ARCHIVE, Schema
from service.working.shelf import Changes

_NOWHERE = Path(":memory:")


class Lacking(BaseException):
    """Work has found out that it needs more than was asked for.

    No Exception, since nobody but who does the work again is to take it for a fault.
    """

    def __init__(self, needs: Needs) -> None:
        super().__init__()
        self.needs = needs


class WorkingCopy(Database):
    """Reads see what was written before; whoever fails while writing leaves nothing behind."""

    def __init__(self, documents: Iterable[Document], schema: Schema = ARCHIVE) -> None:
        super().__init__(_NOWHERE, query_seconds=0)
        self.laid = {each.name: each for each in documents}
        self.asked = NOTHING
        self._conn = empty_copy(schema)
        self._ids = lay(self._conn, self.laid.values(), schema)
        self._conn.commit()
        # Only now: documents refer to others that are not laid.
        self._conn.execute("PRAGMA foreign_keys = ON")

    def want(self, needs: Needs) -> None:
        """Raises Lacking where not all of that was asked for when this was laid."""
        if needs - self.asked:
            raise Lacking(needs)

    @contextmanager
    def read(self, needs: Needs = NOTHING) -> Iterator[Connection]:  # noqa: ARG002 - it is laid
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
