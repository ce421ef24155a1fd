"""Several files put in place as one, whatever happens meanwhile.

They are made in a folder beside their place. When all are whole, a plan is written there of where
each belongs, and from then on they belong there: who comes next does what is left of the plan. A
folder without a plan is what somebody left who was killed, and is thrown away.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from service.errors import Busy, Misconfigured

_PLAN = "plan.json"
# What SQLite keeps beside a file. A log beside another file than its own destroys it.
_LOGS = ("-wal", "-journal")
_MEMORY = "-shm"


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of one place; all are names in one folder.

    `made` is the new file (None: there shall be none), `kept` how an older one is called from now
    on (None: it is dropped).
    """

    place: str
    made: str | None
    kept: str | None = None


@contextmanager
def making(place: Path) -> Iterator[Path]:
    """A folder for what is to take that place: readable by its owner only, and gone afterwards.

    Busy when somebody else is making something for the same place.
    """
    folder = _folder_of(place)
    with _mapped(folder), _owned(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
        _finish(folder)
        _empty(folder)
        try:
            yield folder
        finally:
            if not (folder / _PLAN).exists():
                shutil.rmtree(folder, ignore_errors=True)


def put_in_place(folder: Path, moves: Sequence[Move]) -> None:
    """All that was made there, at once; the power may fail at any time."""
    for move in moves:
        if move.made is not None:
            sync(folder / move.made)
    plan = folder / f"{_PLAN}.unfinished"
    plan.write_text(json.dumps([asdict(move) for move in moves]), "utf-8")
    sync(plan)
    plan.replace(folder / _PLAN)
    _finish(folder)


def finish(place: Path) -> bool:
    """Do what is left of putting files in place there; whether anything was."""
    folder = _folder_of(place.resolve())
    if not (folder / _PLAN).exists():
        return False
    with _mapped(folder), _owned(folder, fcntl.LOCK_EX):
        done = _finish(folder)
        shutil.rmtree(folder, ignore_errors=True)  # made anew if its owner was faster
        return done


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _folder_of(place: Path) -> Path:
    return place.with_name(f".{place.name}.unfinished")


@contextmanager
def _owned(folder: Path, how: int) -> Iterator[None]:
    """The folder is there, and nobody else's until it is let go or its owner is no more."""
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # its owner before has just thrown it away
        try:
            _lock(number, folder, how)
            if folder.exists() and os.path.samestat(os.fstat(number), folder.stat()):
                yield
                return
        finally:
            os.close(number)


def _lock(number: int, folder: Path, how: int) -> None:
    try:
        fcntl.flock(number, how)
    except BlockingIOError as exc:
        place = folder.name.removeprefix(".").removesuffix(".unfinished")
        raise Busy(f"Another process is writing {folder.with_name(place)}") from exc


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def _finish(folder: Path) -> bool:
    """Each step can be done again, since nobody knows which was the last."""
    if not (folder / _PLAN).exists():
        return False
    sync(folder)
    for values in json.loads((folder / _PLAN).read_text("utf-8")):
        _do(folder, Move(**values))
    sync(folder.parent)
    (folder / _PLAN).unlink()
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _do(folder: Path, move: Move) -> None:
    place = folder.with_name(move.place)
    made = folder / move.made if move.made is not None else None
    if made is not None and not made.exists():
        return  # it is in place
    for end in (*_LOGS, ""):
        if move.kept is not None:
            _keep(_beside(place, end), _beside(folder.with_name(move.kept), end))
        if end or made is None:
            _beside(place, end).unlink(missing_ok=True)
    _beside(place, _MEMORY).unlink(missing_ok=True)
    if made is not None:
        made.replace(place)


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _keep(old: Path, kept: Path) -> None:
    """Under another name as well, so that no moment passes without a file in its place."""
    if kept.exists() or not old.exists() or not old.stat().st_size:
        return
    try:
        kept.hardlink_to(old)
    except OSError:  # some file systems have no links
        old.rename(kept)


@contextmanager
def _mapped(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        place = exc.filename or folder
        raise Misconfigured(f"{place}: {exc.strerror or exc}") from exc


def give(path: Path, like: Path) -> None:
    """Mode and owner of another file, as far as one may."""
    found = like.stat()
    path.chmod(found.st_mode & 0o777)
    with suppress(OSError):
        os.chown(path, found.st_uid, found.st_gid)
