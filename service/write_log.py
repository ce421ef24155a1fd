"""The write-ahead log beside a file: how large it may become, and whether it is still the one that
readers have open.
"""

import logging
import os
import threading
import time
from pathlib import Path
from weakref import WeakKeyDictionary

from service.errors import DiskFault
from service.sqlite_library import sqlite3

_log = logging.getLogger("cuttings")
# Beyond so many bytes the log is moved into the file as soon as no reader needs it, which is tried
# so often (seconds) and for so long; beyond the second it is told, and when it has doubled.
LARGEST, TOLD = 64 * 1024 * 1024, 256 * 1024 * 1024
_BETWEEN_TRIES, _MEANWHILE = 10.0, 0.1


class WriteLog:
    """The log of one file, as this process knows it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._open: Path | None = None  # where the log lies that readers have open
        # Which file and which log each reader has open.
        self._readers: WeakKeyDictionary[object, tuple[object, object]] = WeakKeyDictionary()
        self._guard = threading.Lock()
        self._tried, self._told = -_BETWEEN_TRIES, TOLD

    @property
    def path(self) -> Path:
        return Path(f"{os.path.realpath(self._database)}-wal")

    def size(self) -> int:
        """In bytes."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def opened(self, reader: object, file: object) -> None:
        """A reader has begun to read that file; SQLite leaves the log in place until it ends."""
        with self._guard:
            self._open = self.path
            self._readers[reader] = (file, _inode(self._open))

    def closed(self, reader: object) -> None:
        with self._guard:
            self._readers.pop(reader, None)

    def refuse_other(self, file: object) -> None:
        """DiskFault when a reader of this file has a log open that is not there any more.

        What is written into another would be lost, and readers misled.
        """
        with self._guard:
            known = {log for its, log in self._readers.values() if its == file} - {None}
        if known and self._open is not None and known != {_inode(self._open)}:
            raise DiskFault(
                f"The log {self._open} was taken away while it was in use: restart every program "
                "that has the archive open"
            )

    def bound(self, conn: sqlite3.Connection) -> None:
        """After a commit: readers of old snapshots keep all in the log that came since."""
        size, now = self.size(), time.monotonic()
        if size <= LARGEST or now - self._tried < _BETWEEN_TRIES:
            return
        if not _is_emptied(conn, self._database):
            self._tried = now
            self._tell(size)

    def _tell(self, size: int) -> None:
        if size < self._told:
            return
        self._told = 2 * size
        _log.warning(
            "the log of %s has grown to %d MB: a program has been reading an old state of the "
            "archive for long, end it",
            *(self._database, size // 1024**2),
        )


def _inode(path: Path) -> object:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _is_emptied(conn: sqlite3.Connection, database: Path) -> bool:
    try:
        conn.execute(f"PRAGMA busy_timeout = {int(_MEANWHILE * 1_000)}")
        return not conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as exc:
        # What was written is in the log, and the next to write tries again.
        _log.warning("the log of %s cannot be emptied: %s", database, exc)
        return False
