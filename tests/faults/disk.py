"""A disk that is small, full, or may only be read: real ones, wherever the tests may mount any."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path | None]:
    """A disk of that size in memory, mounted at the place; None where nothing may be mounted."""
    place.mkdir(parents=True, exist_ok=True)
    if not _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place):
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def read_only(place: Path) -> Iterator[bool]:
    """While the block lasts nothing there can be written; false where that cannot be had.

    The super-user may write to any folder, so that only a mount stops him.
    """
    is_mounted = _mount("-o", "remount,ro", place)
    if not is_mounted and os.geteuid() == 0:
        yield False
        return
    mode = place.stat().st_mode
    if not is_mounted:
        place.chmod(0o555)
    try:
        yield True
    finally:
        if is_mounted:
            subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        else:
            place.chmod(mode)


def fill(place: Path) -> Path:
    """A file that takes all the room there is; remove it to have room again."""
    file = place / "everything-else"
    with file.open("wb", buffering=0) as out, suppress(OSError):
        while out.write(bytes(4_096)):
            pass
    return file


def _mount(*words: str | Path) -> bool:
    if os.geteuid() != 0:
        return False
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0
