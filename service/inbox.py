"""What lies in the paths that were given: inputs to read, one after the other, and what is none.

An archive of a million files is walked as it is read: no more than the names in one folder are held
at a time, and of what was read only links, since by these one file may come twice.
"""

import errno
import os
import sys
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from service.errors import Unreadable
from service.formats.beside import TEXTS, ending, is_sidecar, sidecar_names, sidecars_among
from service.formats.document import LARGEST_RECORD, Document

STANDARD_INPUT = "-"
HOLDS_NONE = "holds no articles"
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
    followed. What several paths or links lead to comes once. “-” is standard input, an address
    stays one.
    """
    once = _Once(frozenset(_resolved(path) for path in paths if _is_folder(path)))
    for path in paths:
        if path == STANDARD_INPUT:
            yield Entry(STANDARD_INPUT)
        elif path.lower().startswith(_ADDRESSES):
            yield Entry(path, url=path)
        elif (reason := _unreachable(Path(path))) is not None:
            yield Failure(path, reason)
        elif _is_folder(path):
            yield from _in_folder(Path(path), own, once)
        elif once.is_first(Path(path)):
            yield _entry(Path(path))


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
            name = _shown(_named(entry.path))
            yield Document(origin_of(entry.path), name, stream, _sidecar(entry.path))
    except OSError as exc:
        raise Unreadable(_reason(exc)) from exc


def origin_of(path: Path) -> str:
    """The path as the archive remembers it: absolute, links resolved, always valid text."""
    return _shown(_resolved(path))


def sidecar_of(path: Path) -> Path | None:
    """The JSON beside a text. What a link leads to counts first: an embargo may stand there."""
    for text in dict.fromkeys((_resolved(path), path)):
        if ending(text.name) in TEXTS:
            for name in sidecar_names(text.name):
                if _is_file(beside := text.with_name(name)):
                    return beside
    return None


def texts_of(sidecar: Path) -> list[Path]:
    """The texts that a JSON file goes with; none if it is an input of its own."""
    bare = sidecar.name.removesuffix(".json")
    # Asked for by their likely names: their folder may hold a million others.
    names = [bare] + [bare + each for end in sorted(TEXTS) for each in (end, end.upper())]
    texts = (sidecar.with_name(name) for name in names if is_sidecar(sidecar.name, name))
    return [text for text in texts if _is_file(text)]


@dataclass(frozen=True, slots=True)
class _Once:
    """Tells links and named paths that lead where a walk of the `folders` comes by anyway, or where
    another one has led. The files of a walk are not remembered.
    """

    folders: frozenset[Path]
    _led_to: set[Path] = field(default_factory=set)

    def is_first(self, path: Path) -> bool:
        target = _resolved(path)
        if _unreachable(target) is not None:
            return True  # every link that leads nowhere is named
        if self._is_walked(target) or target in self._led_to:
            return False
        self._led_to.add(target)
        return True

    def _is_walked(self, target: Path) -> bool:
        above = (folder for folder in target.parents if folder in self.folders)
        return any(
            not any(part.startswith(".") for part in target.relative_to(folder).parts)
            for folder in above
        )


def _in_folder(folder: Path, own: Container[Path], once: _Once) -> Iterator[Entry | Failure]:
    if not once.is_first(folder):
        if next(_walk(folder), None) is None:
            yield Failure(_shown(folder), HOLDS_NONE)
        return
    found = False
    for each in _walk(folder):
        if isinstance(each, Failure):
            yield each
        elif _resolved(each) in own:
            continue
        elif not each.is_symlink() or once.is_first(each):
            yield _entry(each)
        found = True
    if not found:
        yield Failure(_shown(folder), HOLDS_NONE)


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
            elif not (entry.is_symlink() and _is_folder(entry.path)):
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
    found = sidecar_of(path)
    if found is None:
        return None
    if found.stat().st_size > LARGEST_RECORD:
        raise Unreadable(f"its sidecar {found.name} is too large")
    return found.read_bytes()


def _named(path: Path) -> str:
    """A link's file has one name, whoever links to it; but one in a store has a mere number."""
    target = _resolved(path)
    return target.name if ending(target.name) else path.name


def _is_folder(path: str) -> bool:
    try:
        return path != STANDARD_INPUT and Path(path).is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    """A sidecar that cannot be asked for must not pass for none: an embargo may stand in it."""
    try:
        return path.is_file()
    except OSError as exc:
        if exc.errno == errno.ENAMETOOLONG:
            return False
        raise


def _unreachable(path: Path) -> str | None:
    """Why there is nothing at a path; None if there is."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return "does not exist"
    except OSError as exc:
        return _reason(exc)
    return None


def _resolved(path: str | Path) -> Path:
    # Path.resolve() raises where links lead in a circle.
    return Path(os.path.realpath(path))


def _shown(path: str | Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
