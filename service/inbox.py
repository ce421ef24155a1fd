"""What lies in the paths that were given: files to read, and what cannot be one."""

import os
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.errors import Unreadable
from service.formats import is_known, sidecar_names

# A newspaper's largest text is far smaller; a file above this is something else.
LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave no article, and why, in words for the one who sent it."""

    origin: str
    reason: str


def find(
    paths: Sequence[str], own: Container[Path] = frozenset()
) -> tuple[list[Path], list[Failure]]:
    """Files that may hold articles, in a stable order, and what is named but cannot be read.

    Hidden files, sidecars and the archive's `own` files are no articles. Links to folders are not
    followed.
    """
    files: list[Path] = []
    failures: list[Failure] = []
    for path in map(Path, paths):
        if path.is_dir():
            _search_folder(path, own, files, failures)
        elif not path.exists():
            failures.append(Failure(str(path), "does not exist"))
        else:
            _sort_in(path, files, failures)
    return files, failures


def load(path: Path) -> tuple[bytes, bytes | None]:
    """A file's bytes and its sidecar's; Unreadable says what the system said."""
    beside = (path.with_name(name) for name in sidecar_names(path.name))
    sidecar = next((p for p in beside if p.is_file()), None)
    return _bytes(path), _bytes(sidecar) if sidecar is not None else None


def origin_of(path: Path) -> str:
    """The path as the archive remembers it: absolute, links resolved, always valid text."""
    return os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")


def _search_folder(
    folder: Path, own: Container[Path], files: list[Path], failures: list[Failure]
) -> None:
    def unreadable(error: OSError) -> None:
        failures.append(Failure(str(error.filename), _reason(error)))

    known = len(files) + len(failures)
    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for path in _articles_among(Path(place), sorted(names)):
            if path.resolve() not in own:
                _sort_in(path, files, failures)
    if len(files) + len(failures) == known:
        failures.append(Failure(str(folder), "holds no articles"))


def _articles_among(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    sidecars = {side for name in names if is_known(name) for side in sidecar_names(name)}
    for name in names:
        if not name.startswith(".") and name not in sidecars:
            yield folder / name


def _sort_in(path: Path, files: list[Path], failures: list[Failure]) -> None:
    if not is_known(path.name):
        kind = f"“{path.suffix}”" if path.suffix else "no ending"
        failures.append(Failure(str(path), f"is of no known kind ({kind})"))
    else:
        files.append(path)


def _bytes(path: Path) -> bytes:
    try:
        # A pipe or a device would block or never end.
        if not path.is_file():
            raise Unreadable("is no regular file")
        if path.stat().st_size > LARGEST_FILE:
            raise Unreadable(f"is larger than {LARGEST_FILE // 1024 // 1024} MB")
        return path.read_bytes()
    except OSError as exc:
        raise Unreadable(_reason(exc)) from exc


def _reason(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"
