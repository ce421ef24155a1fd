"""The only place that opens SQLite: connections, snapshots, write transactions and migrations.

pysqlite3 brings a newer SQLite than most systems have (its bm25 takes half the time); where it has
no wheel, the standard library's serves. sqlite-utils and Datasette choose in the same way, and they
must: one process may open a file through one SQLite library only.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlite_utils
from sqlite_utils.migrations import Migrations

from service.errors import Busy, CuttingsError, Misconfigured
from service.settings import Settings

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

Row = sqlite3.Row

_HERE = Path(__file__).parent
# How long a writer waits for another one, in seconds.
WAIT_FOR_WRITER = 30.0
# A batch of articles touches thousands of pages; what does not fit goes to the log before its time.
_WRITER_CACHE = 64 * 1024 * 1024
# How many steps of SQLite's machine run between two looks at the clock: about a millisecond.
_STEPS_BETWEEN_LOOKS = 10_000
_TOO_LONG = "The query took too long and was stopped: narrow it down"


class Connection(sqlite3.Connection):
    """A connection that knows by when its reader has to be done."""

    deadline = math.inf
    file: object = None  # which one it reads, where that matters

    def raise_if_late(self) -> None:
        """For work between statements, and for short ones: SQLite stops only those that run on."""
        if time.monotonic() > self.deadline:
            raise Busy(_TOO_LONG)


def migrations_folder() -> Path:
    """Where the SQL files lie: in the package when installed, beside it in a checkout."""
    inside = _HERE / "migrations"
    return inside if inside.is_dir() else _HERE.parent / "migrations"


class Database:
    """One SQLite file: many readers (a connection a thread), one writer at a time.

    A read is stopped after `query_seconds`; 0 lets it take its time.
    """

    def __init__(self, path: Path, schema: Path | None = None, query_seconds: float = 10.0) -> None:
        self.path = path
        self._schema = schema or migrations_folder()
        self._query_seconds = query_seconds
        self._local = threading.local()

    def unhurried(self) -> "Database":
        """The same file for work that nobody waits for: without a time limit."""
        return Database(self.path, self._schema, query_seconds=0)

    def files(self) -> frozenset[Path]:
        """The file and those that SQLite keeps beside it, links resolved."""
        path = self.path.resolve()
        return frozenset(
            path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal")
        )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot of the file: every statement inside sees the same archive.

        Nested reads share the outer snapshot. A statement that runs past the time limit raises
        Busy; a file that is missing or is no database raises Misconfigured.
        """
        with _mapped(self.path):
            conn = self._reader()
            if conn.in_transaction:
                yield conn
                return
            deadline = conn.deadline = time.monotonic() + (self._query_seconds or math.inf)
            conn.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
            conn.execute("BEGIN")
            try:
                yield conn
            finally:
                conn.rollback()

    @contextmanager
    def write(self, patience: float = WAIT_FOR_WRITER) -> Iterator[Connection]:
        """One atomic change; Busy when another writer takes longer than `patience` seconds.

        IMMEDIATE, since a read that turns into a write would not wait its turn.
        """
        with _mapped(self.path):
            conn = self._connect("rwc", patience)
            try:
                conn.execute("PRAGMA foreign_keys = ON")
                # What is deleted is overwritten: somebody may have to be sure that it is gone.
                conn.execute("PRAGMA secure_delete = ON")
                conn.execute(f"PRAGMA cache_size = -{_WRITER_CACHE // 1024}")
                conn.execute("PRAGMA temp_store = MEMORY")
                with _atomic(conn):
                    yield conn
            finally:
                conn.close()

    @contextmanager
    def attached(self, other: "Database", name: str) -> Iterator[Connection]:
        """One atomic change to this file with another one at hand, read-only, under a name."""
        with _mapped(self.path):
            conn = self._connect("rwc")
            try:
                uri = f"{other.path.absolute().as_uri()}?mode=ro"
                conn.execute(f"ATTACH DATABASE ? AS {name}", (uri,))
                with _atomic(conn):
                    yield conn
            finally:
                conn.close()

    def rewrite(self) -> None:
        """Write the file anew without the remains of what was deleted (VACUUM).

        Readers go on meanwhile; writers wait. Needs as much room on the disk again.
        """
        with _mapped(self.path):
            conn = self._connect("rwc")
            try:
                conn.execute("PRAGMA secure_delete = ON")
                conn.execute("VACUUM")
            finally:
                conn.close()

    def empty_log(self) -> bool:
        """Move all that is in the write-ahead log into the file and cut the log to nothing.

        False when somebody still reads an older snapshot, which needs the log.
        """
        with _mapped(self.path):
            conn = self._connect("rwc", patience=0)
            try:
                busy, _, _ = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
            finally:
                conn.close()

    def migrate(self) -> list[str]:
        """Bring the schema up to date; returns the names of the migrations that ran."""
        with _mapped(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            conn = self._connect("rwc")
            try:
                conn.execute("PRAGMA journal_mode = WAL")
                db = sqlite_utils.Database(conn, execute_plugins=False)
                migrations = _read_migrations(self._schema)
                # Another process may be about to do the same: look and apply under one lock.
                conn.execute("BEGIN IMMEDIATE")
                names = [migration.name for migration in migrations.pending(db)]
                try:
                    migrations.apply(db)
                finally:
                    conn.commit()  # each that was done stays done; one that failed left nothing
                return names
            finally:
                conn.close()

    def pending(self) -> list[str]:
        """Names of the migrations that this file still lacks; Misconfigured when it is missing."""
        with _mapped(self.path):
            db = sqlite_utils.Database(self._reader(), execute_plugins=False)
            return [migration.name for migration in _read_migrations(self._schema).pending(db)]

    def close(self) -> None:
        """Close this thread's read connection; those of other threads go with their threads."""
        conn = getattr(self._local, "reader", None)
        if conn is not None:
            conn.close()
            self._local.reader = None

    def _reader(self) -> Connection:
        conn: Connection | None = getattr(self._local, "reader", None)
        if conn is not None and conn.in_transaction:
            return conn  # the snapshot that is being read
        identity = self._identity()
        if conn is None or identity != self._local.identity:
            self.close()
            if identity is None:
                raise Misconfigured(
                    f"There is no archive at {self.path}: run `cuttings ingest` first"
                )
            conn = self._connect("ro")
            conn.execute("PRAGMA query_only = ON")
            conn.file = identity
            self._local.reader, self._local.identity = conn, identity
        return conn

    def _identity(self) -> tuple[int, int] | None:
        """Which file lies at the path now: it may have been replaced by another."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _connect(self, mode: str, patience: float = WAIT_FOR_WRITER) -> Connection:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        # A reader lives in a thread-local and dies with its thread; the garbage collector may run
        # in another one, so SQLite's own check of threads would only cry wolf.
        conn = sqlite3.connect(uri, uri=True, check_same_thread=False, factory=Connection)
        conn.row_factory = sqlite3.Row
        conn.execute(f"PRAGMA busy_timeout = {int(patience * 1_000)}")
        return conn


@contextmanager
def _atomic(conn: Connection) -> Iterator[None]:
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        conn.rollback()
        raise
    conn.commit()


def archive_database(settings: Settings) -> Database:
    """The file that everyone may read."""
    return Database(settings.db, query_seconds=settings.query_seconds)


def private_database(settings: Settings) -> Database:
    """The file beside the archive, made when missing, for its owner's eyes only."""
    database = Database(settings.private_db, migrations_folder() / "private")
    database.migrate()
    settings.private_db.chmod(0o600)
    return database


def memory() -> Connection:
    """An empty database in memory, for one thread at a time."""
    conn = sqlite3.connect(":memory:", check_same_thread=False, factory=Connection)
    conn.row_factory = sqlite3.Row
    return conn


def memory_schema(schema: Path | None = None) -> Connection:
    """An empty database in memory with the whole schema, to hold another file's against."""
    conn = memory()
    migrations = _read_migrations(schema or migrations_folder())
    migrations.apply(sqlite_utils.Database(conn, execute_plugins=False))
    return conn


def _read_migrations(folder: Path) -> Migrations:
    migrations = Migrations("cuttings")
    for path in sorted(folder.glob("[0-9]*.sql")):
        _register(migrations, path)
    return migrations


def _register(migrations: Migrations, path: Path) -> None:
    script = path.read_text("utf-8")

    @migrations(name=path.stem)
    def run(db: sqlite_utils.Database) -> None:
        # sqlite3's own executescript commits first; this one keeps the migration atomic.
        db.executescript(script)


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    """SQLite's errors become ours, each with what to do about it."""
    try:
        yield
    except CuttingsError:
        raise
    except sqlite3.OperationalError as exc:
        raise _ours(str(exc), path) from exc
    except sqlite3.DatabaseError as exc:
        raise Misconfigured(f"{path}: {exc}") from exc


def _ours(message: str, path: Path) -> CuttingsError:
    if message == "interrupted":
        return Busy(_TOO_LONG)
    if "locked" in message or "busy" in message:
        return Busy("Another process is writing to the archive: try again")
    if "no such table" in message or "no such column" in message:
        return Misconfigured(f"{path}: {message}. Run `cuttings migrate`")
    return Misconfigured(f"{path}: {message}")
