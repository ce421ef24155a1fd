"""What lies in the paths that were given: inputs to read, one after the other, and what is none.

An archive of a million files is walked as it is read: no more than the names in one folder are held
at a time.
"""

import os
import sys
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.errors import Unreadable
from service.formats.beside import TEXTS, ending, sidecar_names, sidecars_among
from service.formats.document import LARGEST_RECORD, Document

STANDARD_INPUT = "-"
_ADDRESSES = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave no article, and why, in words for the one who sent it."""

    origin: str
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One input: a file, an address, or standard input if it is neither. `size` is in bytes."""

    origin: str
    path: Path | None = None
    url: str | None = None
    size: int = 0


def find(paths: Sequence[str], own: Container[Path] = frozenset()) -> Iterator[Entry | Failure]:
    """Inputs that may hold articles, in a stable order, and what is named but cannot be read.

    Hidden files, sidecars and the archive's `own` files are no articles. Links to folders are not
    followed. “-” is standard input, an address stays one.
    """
    for path in paths:
        if path == STANDARD_INPUT:
            yield Entry(STANDARD_INPUT)
        elif path.lower().startswith(_ADDRESSES):
            yield Entry(path, url=path)
        elif Path(path).is_dir():
            yield from _in_folder(Path(path), own)
        elif Path(path).exists():
            yield _entry(Path(path))
        else:
            yield Failure(path, "does not exist")


def measure(paths: Sequence[str]) -> int | None:
    """Bytes in all that `find` will give; None if that cannot be told before it is read."""
    if any(path == STANDARD_INPUT or path.lower().startswith(_ADDRESSES) for path in paths):
        return None
    return sum(each.size for each in find(paths) if isinstance(each, Entry))


@contextmanager
def opened(entry: Entry, stdin: BinaryIO | None = None) -> Iterator[Document]:
    """The entry as a document; Unreadable with what the system says, also while it is read."""
    try:
        if entry.path is None:
            yield Document(entry.origin, entry.origin, stdin or sys.stdin.buffer)
            return
        # A pipe or a device would block or never end.
        if not entry.path.is_file():
            raise Unreadable("is no regular file")
        with entry.path.open("rb") as stream:
            yield Document(
                origin_of(entry.path), _shown(entry.path.name), stream, _sidecar(entry.path)
            )
    except OSError as exc:
        raise Unreadable(_reason(exc)) from exc


def origin_of(path: Path) -> str:
    """The path as the archive remembers it: absolute, links resolved, always valid text."""
    return _shown(path.resolve())


def _in_folder(folder: Path, own: Container[Path]) -> Iterator[Entry | Failure]:
    found = False
    for each in _walk(folder):
        if isinstance(each, Failure):
            yield each
        elif each.resolve() not in own:
            yield _entry(each)
        else:
            continue
        found = True
    if not found:
        yield Failure(_shown(folder), "holds no articles")


def _walk(top: Path) -> Iterator[Path | Failure]:
    """Files in a folder, then those in its folders. One that lies in itself is not entered."""
    waiting: list[tuple[Path, frozenset[tuple[int, int]]]] = [(top, frozenset())]
    while waiting:
        folder, above = waiting.pop()
        try:
            files, folders = _listed(folder)
            seen = folder.stat()
        except OSError as exc:
            yield Failure(_shown(folder), _reason(exc))
            continue
        if (seen.st_dev, seen.st_ino) in above:
            yield Failure(_shown(folder), "contains itself")
            continue
        yield from (folder / name for name in files)
        inner = above | {(seen.st_dev, seen.st_ino)}
        waiting += [(folder / name, inner) for name in reversed(folders)]


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """Names of files, without sidecars, and of folders; both sorted."""
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif not (entry.is_symlink() and entry.is_dir()):
                files.append(entry.name)
    sidecars = sidecars_among(files)
    return sorted(name for name in files if name not in sidecars), sorted(folders)


def _entry(path: Path) -> Entry:
    try:
        return Entry(_shown(path), path, size=path.stat().st_size)
    except OSError:
        # It cannot be read either, and is told so then.
        return Entry(_shown(path), path)


def _sidecar(path: Path) -> bytes | None:
    if ending(path.name) not in TEXTS:
        return None
    beside = (path.with_name(name) for name in sidecar_names(path.name))
    found = next((each for each in beside if each.is_file()), None)
    if found is None:
        return None
    if found.stat().st_size > LARGEST_RECORD:
        raise Unreadable(f"its sidecar {found.name} is too large")
    return found.read_bytes()


def _shown(path: str | Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
