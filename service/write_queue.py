"""Who wants to write to a file waits in a line, across threads and processes: first come, first
served.

SQLite lets those who wait look again ever more seldom, so that who comes late overtakes, and a bulk
ingest keeps everybody else out. So each first locks a byte of an empty file beside the archive,
which lies where the clock stood when it came, and waits until nobody holds a byte before it. The
kernel lets go of the bytes of a process that ends, however it ends. SQLite's own lock stays the
truth: whoever is not in the line (a plain sqlite3, a folder where no file can be made, another
system than Linux) waits as SQLite does, and breaks nothing.
"""

import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.errors import Busy

if sys.platform == "linux":
    import fcntl

# What a struct flock holds: type, whence, start, length, process.
_FLOCK = struct.Struct("@hhqqi4x")
_IS_KNOWN = sys.platform == "linux" and struct.calcsize("P") == 8
# Seconds between two looks: of the next in line a tenth of what it has waited as such, between
# these; of each one behind it so much more.
_SHORTEST, _LONGEST, _EACH_BEFORE = 0.000_2, 0.005, 0.002
_MOST_COUNTED = 8
# More never come in one nanosecond.
_MOST_AT_ONCE = 1_000
_TOO_LATE = "Another process is writing to the archive: try again"


def queue_file(database: Path) -> Path:
    """The file in which writers of a database stand in line; it is always empty."""
    real = os.path.realpath(database)
    return Path(f"{real}-queue")


@contextmanager
def in_turn(database: Path, patience: float) -> Iterator[float]:
    """While it is this writer's turn; gives the patience that is left.

    Busy when that takes longer than `patience` seconds.
    """
    until = time.monotonic() + patience
    line = _line(database) if _IS_KNOWN else None
    if line is None:
        yield patience
        return
    try:
        place = _stand_in(line)
        if place is not None:
            _wait(line, place, until)
        yield max(until - time.monotonic(), 0.0)
    finally:
        _leave(line)


def _line(database: Path) -> int | None:
    """The file, open; None where it cannot be had, or there is no database yet."""
    path = f"{os.path.realpath(database)}-queue"
    try:
        return os.open(path, os.O_RDWR)
    except FileNotFoundError:
        pass
    except OSError:
        return None
    try:
        return _made(path, database)
    except OSError:
        return None


def _made(path: str, database: Path) -> int:
    """For those who may write to the database, whoever makes it; nobody else can hold them up."""
    found = database.stat()
    mode = 0o600 | sum(0o6 << shift for shift in (3, 0) if found.st_mode & (0o2 << shift))
    line = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.fchmod(line, mode)
        if os.geteuid() == 0:
            os.fchown(line, found.st_uid, found.st_gid)
    except OSError:
        os.close(line)
        raise
    return line


def _stand_in(line: int) -> int | None:
    """The place in line; two who come in the same nanosecond stand one behind the other.

    None on a file system without such locks, or where another program has locked all of the file.
    """
    first = time.monotonic_ns()
    for place in range(first, first + _MOST_AT_ONCE):
        try:
            _lock(line, fcntl.F_OFD_SETLK, fcntl.F_WRLCK, place, 1)
        except BlockingIOError:
            continue
        except OSError:
            return None
        else:
            return place
    return None


def _wait(line: int, place: int, until: float) -> None:
    next_since: float | None = None
    while (before := _count(line, 0, place)) > 0:
        now = time.monotonic()
        if now >= until:
            raise Busy(_TOO_LATE)
        if before == 1:
            next_since = next_since or now
            pause = min(max((now - next_since) / 10, _SHORTEST), _LONGEST)
        else:
            pause = _EACH_BEFORE * (before - 1)
        time.sleep(min(pause, until - now))


def _count(line: int, start: int, end: int, most: int = _MOST_COUNTED) -> int:
    """How many stand between these places, as far as that matters."""
    if start >= end or most <= 0:
        return 0
    kind, _, found, _, _ = _FLOCK.unpack(
        _lock(line, fcntl.F_OFD_GETLK, fcntl.F_WRLCK, start, end - start)
    )
    if kind == fcntl.F_UNLCK:
        return 0
    count = 1 + _count(line, start, found, most - 1)
    return count + _count(line, found + 1, end, most - count)


def _leave(line: int) -> None:
    """Said aloud: closing is not enough while a child that was forked has the file open too."""
    with suppress(OSError):
        _lock(line, fcntl.F_OFD_SETLK, fcntl.F_UNLCK, 0, 0)
    os.close(line)


def _lock(line: int, command: int, kind: int, start: int, length: int) -> bytes:
    return fcntl.fcntl(line, command, _FLOCK.pack(kind, os.SEEK_SET, start, length, 0))
