"""The pages of a file that others go on writing to, out of one snapshot.

SQLite's backup begins anew whenever another process has written, so that under constant writing it
would never end. Inside a read transaction it does not: the snapshot stays what it is, and the log
keeps meanwhile what is written. VACUUM INTO would do as well, but in one go, without a pause for
others and without telling how far it is.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from service.backup.manifest import IDENTITY, counted_rows
from service.database import Connection, Database
from service.errors import Misconfigured, ReadOnly
from service.storage_faults import mapped
from service.write_queue import in_turn

# Pages copied between two pauses: about a millisecond's work.
PAGES_AT_ONCE = 256
# Seconds; a longer step was waiting for the disk, and others have had their turn.
_LONGEST_PAUSE = 0.02
# How many bytes may wait to be on the disk: all at the end would hold others up.
_SYNCED_AT_ONCE = 32 << 20
# How long an ingest's batch or an erasure may keep a backup waiting, in seconds.
PATIENCE = 600.0

# Told how many pages of how many are done.
Pages = Callable[[int, int], None]


@contextmanager
def at_one_instant(
    archive: Database, private: Database | None
) -> Iterator[tuple[Connection, Connection | None]]:
    """Both files as they are while nobody writes to the archive.

    An article that comes under embargo goes into the private file first, one whose embargo ends
    into the archive first, each while the archive is locked. So none is in neither, and none can be
    seen that waits.
    """
    with ExitStack() as stack:
        with _nobody_writing(archive):
            conn = stack.enter_context(archive.read())
            conn.execute(IDENTITY).fetchone()
            secret = stack.enter_context(private.read()) if private is not None else None
            if secret is not None:
                secret.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield conn, secret


@contextmanager
def _nobody_writing(archive: Database) -> Iterator[None]:
    """Of whatever schema it is: one may want a backup before it is brought up to date."""
    with ExitStack() as stack:
        with suppress(ReadOnly), mapped(archive.path):  # where nobody can, nobody does
            left = stack.enter_context(in_turn(archive.path, PATIENCE))
            stack.enter_context(archive.alone(left)).execute("BEGIN IMMEDIATE")
        yield


def copy(source: Connection, to: Path, tell: Pages) -> None:
    """What `source` reads, into an empty file."""
    with Database(to).alone() as target:
        # Nobody reads it yet, and what is left of it after a crash is thrown away.
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA synchronous = OFF")
        source.backup(target, pages=PAGES_AT_ONCE, progress=_paced(source, to, tell))


def settle(file: Path) -> None:
    """As a file that needs no log and can lie where nothing can be written."""
    with Database(file).alone() as conn:
        conn.execute("PRAGMA journal_mode = DELETE")


def _paced(source: Connection, to: Path, tell: Pages) -> Callable[[int, int, int], None]:
    """Rests after each step for as long as the step took, and has the disk keep up."""
    began = time.monotonic()
    unsynced, page = 0, source.execute("PRAGMA page_size").fetchone()[0]

    def step(_status: int, remaining: int, total: int) -> None:
        nonlocal began, unsynced
        unsynced += PAGES_AT_ONCE * page
        if unsynced >= _SYNCED_AT_ONCE:
            _sync(to)
            unsynced = 0
        tell(total - remaining, total)
        time.sleep(min(time.monotonic() - began, _LONGEST_PAUSE))
        began = time.monotonic()

    return step


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def raise_if_others(file: Path, wanted: dict[str, int]) -> None:
    """Misconfigured when a copy has not as many rows as what was copied."""
    database = Database(file, query_seconds=0)
    with database.read() as conn:
        found = counted_rows(conn)
    database.close()
    for table in sorted(wanted.keys() | found.keys()):
        if wanted.get(table) != found.get(table):
            raise Misconfigured(
                f"The copy has {found.get(table)} rows of {table}, not {wanted.get(table)}"
            )
