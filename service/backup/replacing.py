"""The archive that a restored one takes the place of: nobody may have it open meanwhile.

Who has a file of SQLite open that is replaced would, when it closes it, delete the log of the new
one by its name. So SQLite's own locks are asked, and held while the files change places.
"""

import fcntl
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from service.database import Database
from service.errors import Busy, Conflict, CuttingsError, Damaged
from service.write_queue import in_turn

# Where SQLite locks a file: https://www.sqlite.org/fileformat2.html#the_lock_byte_page.
_FIRST_LOCK, _LOCKS = 0x4000_0000, 512
# What a struct flock holds: type, whence, start, length, process.
_FLOCK = struct.Struct("@hhqqi4x")
_IS_LINUX = sys.platform == "linux" and struct.calcsize("P") == 8
_MAGIC = b"SQLite format 3\0"
# Seconds that a writer may take to be done.
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A file in the place of a restored one; `is_whole` tells whether SQLite can read it."""

    path: Path
    is_whole: bool
    state: tuple[int, ...]


@contextmanager
def kept_from_writing(paths: list[Path]) -> Iterator[list[Standing]]:
    """These files as they are, all of each in the file itself; nobody of ours writes to them.

    Conflict when a server, an ingest or another program has one open.
    """
    with ExitStack() as stack:
        for path in paths:
            stack.enter_context(_in_turn(path))
        for path in paths:
            with _locked(path):
                pass
        yield [_folded(path) for path in paths]


@contextmanager
def locked(standing: list[Standing]) -> Iterator[None]:
    """Nobody at all opens them; Conflict when one was written to by another program."""
    with ExitStack() as stack:
        for each in standing:
            stack.enter_context(_locked(each.path))
            if each.is_whole and _state(each.path) != each.state:
                raise Conflict(f"{each.path} was written to meanwhile: try again")
        yield


@contextmanager
def _in_turn(path: Path) -> Iterator[None]:
    try:
        with in_turn(path, _PATIENCE):
            yield
    except Busy as exc:
        raise _in_use(path) from exc


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """As SQLite locks a file for itself; whoever has it open in any way holds some of it."""
    with path.open("r+b") as file:
        try:
            if _IS_LINUX:
                # Unlike the other kind it also tells of connections of this very process.
                wanted = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, _FIRST_LOCK, _LOCKS, 0)
                fcntl.fcntl(file, fcntl.F_OFD_SETLK, wanted)
            else:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKS, _FIRST_LOCK)
        except (BlockingIOError, PermissionError) as exc:
            raise _in_use(path) from exc
        yield


def _folded(path: Path) -> Standing:
    """With all that is in its log in the file; a damaged one is left as it is."""
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:  # SQLite would throw its log away
            return Standing(path, is_whole=False, state=())
    try:
        with Database(path).alone() as conn:
            conn.execute("PRAGMA secure_delete = ON")
            busy = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except Damaged:
        return Standing(path, is_whole=False, state=())
    except Busy as exc:
        raise _in_use(path) from exc
    if busy:
        raise _in_use(path)
    return Standing(path, is_whole=True, state=_state(path))


def _state(path: Path) -> tuple[int, ...]:
    found = path.stat()
    log = 0
    with suppress(FileNotFoundError):
        log = path.with_name(f"{path.name}-wal").stat().st_size
    return found.st_ino, found.st_size, found.st_mtime_ns, log


def _in_use(path: Path) -> CuttingsError:
    return Conflict(f"{path} is open in another program (a server, an ingest): end it first")
