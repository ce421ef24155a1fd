"""SQLite's errors become ours, each with what to do about it.

What the disk refuses is told from what SQL gets wrong by SQLite's result codes, which no message
hides: https://www.sqlite.org/rescode.html.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.deadline import TOO_LONG
from service.errors import (
    Busy,
    CuttingsError,
    Damaged,
    DiskFault,
    DiskFull,
    Misconfigured,
    ReadOnly,
)
from service.sqlite_library import sqlite3

_FULL, _FAULT = {sqlite3.SQLITE_FULL}, {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_READ_ONLY = {sqlite3.SQLITE_READONLY}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT}
_CLOSED = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_INDEX_OF_LOG = 32_768
_OF_STORAGE = {
    *(_FULL | _FAULT | _BUSY | _READ_ONLY | _DAMAGED | _CLOSED),
    *(sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT),
}


def is_of_storage(exc: BaseException) -> bool:
    """Whether it was the file or the disk, and so nothing that one article could be blamed for.

    SQLite may have taken back the whole transaction then: nothing more may be written in it.
    """
    if isinstance(exc, sqlite3.Error):
        return _code(exc) in _OF_STORAGE
    return isinstance(exc, Busy | DiskFault | Damaged | MemoryError)


def cannot_be_opened(exc: sqlite3.Error) -> bool:
    """Whether that is all: a log or an index beside the file can be neither read nor made."""
    return _code(exc) in _CLOSED | _READ_ONLY | _FULL | _FAULT


@contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Raises ours for what SQLite raises inside."""
    try:
        yield
    except CuttingsError:
        raise
    except sqlite3.DatabaseError as exc:
        raise ours(exc, path) from exc
    except MemoryError as exc:
        raise Busy(f"{path.name}: this needs more memory than CUTTINGS_SQLITE_MEMORY") from exc


# Behind what SQLite says of a damaged file; `cuttings check`, which is just that, leaves it out.
WHAT_TO_DO = ": `cuttings check` tells more, `cuttings restore` brings a backup back"


def ours(exc: sqlite3.Error, path: Path) -> CuttingsError:
    """What it means for whoever runs the service."""
    code, message = _code(exc), str(exc)
    if code == sqlite3.SQLITE_INTERRUPT:
        return Busy(TOO_LONG)
    if code in _BUSY:
        return Busy("Another process is writing to the archive: try again")
    # Where not even a log can be begun SQLite speaks of the disk, not of room.
    if code in _FULL or (code in _FAULT and _has_no_room(path)):
        return DiskFull(f"The disk of {path} is full: nothing of this change was stored; make room")
    if code in _FAULT:
        return DiskFault(
            f"{path}: {message}. Nothing of this change was stored: see the system's log; if the "
            "`-wal` or `-shm` beside it was taken away, restart what has it open"
        )
    if code in _READ_ONLY:
        return ReadOnly(f"{path} may only be read: {message}. Its folder must be writable too")
    if code in _DAMAGED:
        return Damaged(f"{path}: {message}{WHAT_TO_DO}")
    if code in _CLOSED:
        return _closed(path, message)
    if code == sqlite3.SQLITE_NOTADB:
        return Damaged(
            f"{path} is no archive: {message}. Name another file, or bring a backup back"
        )
    if "no such table" in message or "no such column" in message:
        return Misconfigured(f"{path}: {message}. Run `cuttings migrate`")
    return Misconfigured(f"{path}: {message}")


def missing(path: Path) -> Misconfigured:
    return Misconfigured(f"There is no archive at {path}: run `cuttings ingest` first")


def _has_no_room(path: Path) -> bool:
    """Less than the index of a log takes."""
    try:
        found = os.statvfs(path.parent)
    except OSError:
        return False
    return found.f_bavail * found.f_frsize < _INDEX_OF_LOG


def _closed(path: Path, message: str) -> CuttingsError:
    try:
        path.stat()
    except FileNotFoundError:
        return missing(path)
    except OSError:
        pass  # a folder that may not be entered
    if os.access(path, os.R_OK) and not os.access(path.parent, os.W_OK):
        return ReadOnly(
            f"{path.parent} may only be read, so nothing can be stored in {path.name}; to be read "
            "there it must be one file, its log emptied before it comes there: "
            f"sqlite3 {path.name} 'PRAGMA wal_checkpoint(TRUNCATE)'"
        )
    return Misconfigured(f"{path}: {message}. Who runs this must be able to read and write it")


def _code(exc: BaseException) -> int:
    """The primary result code; 0 where Python's module made the error itself."""
    return int(getattr(exc, "sqlite_errorcode", 0)) & 0xFF
