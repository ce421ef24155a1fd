"""The only place that opens SQLite: connections, snapshots, write transactions and migrations."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlite_utils

from service.deadline import within
from service.errors import Busy, DiskFault, Misconfigured
from service.needs import NOTHING, Needs, Whole
from service.schema_versions import migrations_folder as migrations_folder
from service.schema_versions import read_migrations, refuse_foreign, refuse_newer, refuse_other
from service.settings import Settings
from service.sqlite_library import sqlite3
from service.storage_faults import cannot_be_opened, is_of_storage, mapped, missing
from service.swapping import finish
from service.vacuum import vacuum
from service.write_log import LARGEST, WriteLog
from service.write_queue import in_turn, queue_file

Row = sqlite3.Row
_T = TypeVar("_T")

_log = logging.getLogger("cuttings")
# How long a writer waits for another one, in seconds.
WAIT_FOR_WRITER = 30.0
# A batch of articles touches thousands of pages; what does not fit goes to the log before its time.
_WRITER_CACHE = 64 * 1024 * 1024
# How many steps of SQLite's machine run between two looks at the clock: about a millisecond.
_STEPS_BETWEEN_LOOKS = 10_000


class Connection(sqlite3.Connection):
    """A connection that knows which file it reads.

    `still` is how the file must stay that is read as one that nobody changes.
    """

    file: object = None
    still: object = None


class Database(Whole):
    """One SQLite file: many readers (a connection a thread), one writer at a time.

    A read is stopped after `query_seconds`; 0 lets it take its time.
    """

    def __init__(self, path: Path, schema: Path | None = None, query_seconds: float = 10.0) -> None:
        self.path = path
        self._schema = schema or migrations_folder()
        self._query_seconds = query_seconds
        self._local = threading.local()
        self._log = WriteLog(path)

    def unhurried(self) -> "Database":
        """The same file for work that nobody waits for: without a time limit."""
        return Database(self.path, self._schema, query_seconds=0)

    def files(self) -> frozenset[Path]:
        """The file and those that are kept beside it, links resolved."""
        path = self.path.resolve()
        beside = (path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal"))
        return frozenset((*beside, queue_file(path)))

    def log_size(self) -> int:
        """How many bytes the write-ahead log has."""
        return self._log.size()

    @contextmanager
    def read(self, needs: Needs = NOTHING) -> Iterator[Connection]:  # noqa: ARG002 - it has all
        """One snapshot of the file: every statement inside sees the same archive.

        Nested reads share the outer snapshot. A statement that runs past the time limit raises
        Busy, and so does Python inside that looks at the clock (`raise_if_late`). A file that is
        missing or is no database raises Misconfigured.
        """
        with mapped(self.path):
            conn = self._reader()
            if conn.in_transaction:
                yield conn
                return
            with within(self._query_seconds) as deadline:
                conn.set_progress_handler(deadline.is_over, _STEPS_BETWEEN_LOOKS)
                conn.execute("BEGIN")
                try:
                    yield conn
                finally:
                    conn.rollback()
                    self._raise_if_changed(conn)

    def look(self, needs: Needs, work: Callable[[Connection], _T]) -> _T:
        """What `work` gives, which reads one snapshot."""
        with self.read(needs) as conn:
            return work(conn)

    @contextmanager
    def write(self, patience: float = WAIT_FOR_WRITER) -> Iterator[Connection]:
        """One atomic change, on the disk when it is done; Busy when other writers, who came before,
        take longer than `patience` seconds.

        IMMEDIATE, since a read that turns into a write would not wait its turn.
        """
        with mapped(self.path), self._writer(patience) as conn:
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute(f"PRAGMA cache_size = -{_WRITER_CACHE // 1024}")
            conn.execute("PRAGMA temp_store = MEMORY")
            with _atomic(conn):
                if conn.file != self._identity():
                    raise Busy("The archive has just been replaced: try again")
                refuse_other(conn, self.path, self._schema)
                yield conn
            self._log.bound(conn)

    def change(
        self,
        needs: Needs,  # noqa: ARG002 - it has all
        work: Callable[[Connection], _T],
        patience: float = WAIT_FOR_WRITER,
    ) -> _T:
        """What `work` gives, done in one atomic change as `write` makes it."""
        with self.write(patience) as conn:
            return work(conn)

    @contextmanager
    def alone(self, patience: float = 0) -> Iterator[Connection]:
        """Without a transaction and out of the line, for what copies or folds a whole file."""
        with mapped(self.path):
            conn = self._connect("rw", patience)
            try:
                yield conn
            finally:
                conn.close()

    @contextmanager
    def attached(self, other: "Database", name: str) -> Iterator[Connection]:
        """One atomic change to this file with another one at hand, read-only, under a name."""
        with mapped(self.path), self._writer() as conn:
            uri = f"{other.path.absolute().as_uri()}?mode=ro"
            conn.execute(f"ATTACH DATABASE ? AS {name}", (uri,))
            with _atomic(conn):
                yield conn

    def rewrite(self) -> None:
        """Write the file anew without the remains of what was deleted (VACUUM).

        Readers go on meanwhile; writers wait. Needs as much room on the disk again.
        """
        with mapped(self.path), in_turn(self.path, WAIT_FOR_WRITER) as left:
            self._log.refuse_other(self._identity())
            vacuum(self.path, left)

    def empty_log(self) -> bool:
        """Move all that is in the write-ahead log into the file and cut the log to nothing.

        False when somebody writes, or still reads an older snapshot, which needs the log.
        """
        try:
            with mapped(self.path), self._writer(patience=0) as conn:
                busy, _, _ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
        except Busy:
            return False

    def migrate(self) -> list[str]:
        """Bring the schema up to date; returns the names of the migrations that ran.

        Where none is pending nothing is written, so that a file that may only be read will do.
        """
        with mapped(self.path):
            if self._identity() is not None and self._is_migrated():
                return []
            self._make_folder()
            with self._writer(mode="rwc") as conn:
                refuse_foreign(conn, self.path)
                _keep_log(conn, self.path)
                db = sqlite_utils.Database(conn, execute_plugins=False)
                migrations = read_migrations(self._schema)
                # Another process may be about to do the same: look and apply under one lock.
                conn.execute("BEGIN IMMEDIATE")
                names = [migration.name for migration in migrations.pending(db)]
                try:
                    migrations.apply(db)
                finally:
                    conn.commit()  # each that was done stays done; one that failed left nothing
                return names

    def pending(self) -> list[str]:
        """Names of the migrations that this file still lacks; Misconfigured when it is missing."""
        with mapped(self.path):
            return _pending(self._reader(), self._schema)

    def close(self) -> None:
        """Close this thread's read connection; those of other threads go with their threads."""
        conn = getattr(self._local, "reader", None)
        if conn is not None:
            self._log.closed(conn)
            conn.close()
            self._local.reader = None

    # Reading -------------------------------------------------------------------------------------

    def _reader(self) -> Connection:
        conn: Connection | None = getattr(self._local, "reader", None)
        if conn is not None and conn.in_transaction:
            return conn  # the snapshot that is being read
        identity = self._identity()
        if conn is None or identity != conn.file or self._is_changed(conn):
            self.close()
            if identity is None:
                raise missing(self.path)
            conn = self._open_reader()
            conn.file = identity
            if conn.still is None:
                self._log.opened(conn, identity)
            self._local.reader = conn
        self._log.refuse_other(identity)
        return conn

    def _open_reader(self) -> Connection:
        """Where SQLite cannot keep its index beside the file, as one that nobody changes.

        That is so in a folder that may only be read and on a full disk, and holds as long as there
        is nothing in the log.
        """
        try:
            return self._looked_into("ro")
        except sqlite3.Error as exc:
            still = self._state()
            if not cannot_be_opened(exc) or still is None:
                raise
            conn = self._looked_into("ro&immutable=1")
            conn.still = still
            return conn

    def _looked_into(self, mode: str) -> Connection:
        conn = self._connect(mode)
        try:
            conn.execute("PRAGMA query_only = ON")
            refuse_newer(conn, self.path, self._schema)
        except BaseException:
            conn.close()
            raise
        return conn

    def _is_changed(self, conn: Connection) -> bool:
        return conn.still is not None and conn.still != self._state()

    def _raise_if_changed(self, conn: Connection) -> None:
        if self._is_changed(conn):
            self.close()
            raise Busy("The archive was changed while it was read: ask again")

    def _state(self) -> object:
        """When the file was last changed; None while there is something in its log."""
        if self._log.size():
            return None
        found = self.path.stat()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def _identity(self) -> tuple[int, int] | None:
        """Which file lies at the path now: it may have been replaced by another."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise Misconfigured(f"{self.path} cannot be read: {exc.strerror}") from exc
        return found.st_dev, found.st_ino

    # Writing -------------------------------------------------------------------------------------

    @contextmanager
    def _writer(self, patience: float = WAIT_FOR_WRITER, mode: str = "rw") -> Iterator[Connection]:
        """A connection for whose turn it is, which may wait so long for those out of the line."""
        with in_turn(self.path, patience) as left:
            identity = self._identity()
            self._log.refuse_other(identity)
            conn = self._connect(mode, left)
            conn.file = identity
            try:
                # A commit is on the disk when it is done: the log is synced each time.
                conn.execute("PRAGMA synchronous = FULL")
                conn.execute("PRAGMA fullfsync = ON")  # only macOS makes a difference
                conn.execute(f"PRAGMA journal_size_limit = {LARGEST}")
                # What is deleted is overwritten: somebody may have to be sure that it is gone.
                conn.execute("PRAGMA secure_delete = ON")
                yield conn
            finally:
                conn.close()

    def _is_migrated(self) -> bool:
        """In a connection of its own: who asks may be about to start other processes."""
        conn = self._open_reader()
        try:
            has_log = conn.still or conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
            # A backup has none, and needs none where it may only be read.
            will_do = has_log or not os.access(self.path, os.W_OK)
            return bool(will_do) and not _pending(conn, self._schema)
        finally:
            conn.close()

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise Misconfigured(f"{self.path.parent} cannot be made: {exc.strerror}") from exc

    def _connect(self, mode: str, patience: float = WAIT_FOR_WRITER) -> Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        # A reader lives in a thread-local and dies with its thread; the garbage collector may run
        # in another one, so SQLite's own check of threads would only cry wolf.
        conn = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=Connection)
        conn.row_factory = sqlite3.Row
        conn.execute(f"PRAGMA busy_timeout = {int(patience * 1_000)}")
        return conn


def _pending(conn: Connection, schema: Path) -> list[str]:
    db = sqlite_utils.Database(conn, execute_plugins=False)
    return [migration.name for migration in read_migrations(schema).pending(db)]


def _keep_log(conn: Connection, path: Path) -> None:
    """Readers go on while somebody writes, which needs memory that processes share."""
    (mode,) = conn.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise Misconfigured(
            f"{path} lies where SQLite can keep no write-ahead log (a network folder?): put it on "
            "a disk of this machine"
        )


@contextmanager
def _atomic(conn: Connection) -> Iterator[None]:
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        conn.rollback()
        raise
    conn.commit()


@contextmanager
def savepoint(conn: Connection, name: str) -> Iterator[None]:
    """A part of a change that can fail alone; where the disk is at fault all of it has."""
    conn.execute(f"SAVEPOINT {name}")
    try:
        yield
    except BaseException as exc:
        if not is_of_storage(exc):
            conn.execute(f"ROLLBACK TO {name}")
            conn.execute(f"RELEASE {name}")
        raise
    conn.execute(f"RELEASE {name}")


def archive_database(settings: Settings) -> Database:
    """The file that everyone may read."""
    finish(settings.db)
    return Database(settings.db, query_seconds=settings.query_seconds)


def private_database(settings: Settings) -> Database:
    """The file beside the archive, made when missing, for its owner's eyes only.

    Where it can neither be made nor brought up to date, what needs it fails and all else goes on.
    """
    finish(settings.db)
    database, path = (
        Database(settings.private_db, migrations_folder() / "private"),
        settings.private_db,
    )
    try:
        database.migrate()
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except DiskFault as exc:
        _log.warning("the private file cannot be written: %s", exc.detail)
    except OSError as exc:
        _log.warning("%s cannot be closed to others: %s", path, exc.strerror)
    return database
