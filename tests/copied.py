"""Archives that are copied and put back, in processes that are killed; for the tests of both."""

import gc
import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from conftest import LONG, Archive, open_archive

from service.article import Article
from service.backup import restore
from service.backup.manifest import Manifest, manifest_of, read_manifest
from service.backup.taking import private_of
from service.dates import parse_moment
from service.errors import CuttingsError
from service.settings import Settings
from service.swapping import finish

FUTURE, PAST = parse_moment("2999-01-01"), parse_moment("2001-01-01")


def story(number: int, **fields: object) -> Article:
    article = Article(body=f"The council hears of bridge {number}.", uri=f"wire:{number}")
    return replace(article, **fields)  # type: ignore[arg-type]


def opened(folder: Path) -> Archive:
    folder.mkdir(exist_ok=True)
    return open_archive(folder)


def filled(folder: Path, articles: int = 3) -> Settings:
    """An archive that nobody has open."""
    archive = opened(folder)
    for number in range(articles):
        archive.add(story(number, key=f"a{number}"))
    archive.engine.index()
    settings = archive.settings
    del archive
    gc.collect()
    return settings


def restored(settings: Settings, file: Path, to: Path) -> Archive:
    """A backup in a place of its own, checked."""
    to.mkdir()
    restore(replace(settings, db=to / "cuttings.db"), file, quick=True)
    return open_archive(to)


def keys(archive: Archive) -> set[str]:
    return {row[0] for row in archive.rows("SELECT key FROM articles")}


def whole(file: Path) -> Manifest:
    """What a backup says of itself, when its bytes are as it says."""
    finish(file)
    manifest = read_manifest(manifest_of(file))
    for path, said in ((file, manifest.file), (private_of(file), manifest.private)):
        assert said is not None
        assert hashlib.sha256(path.read_bytes()).hexdigest() == said.sha256
    return manifest


def in_child(step: Callable[[], object]) -> int:
    """Run in a process of its own; how it ended (negative: by that signal)."""
    child = os.fork()
    if child == 0:
        with suppress(CuttingsError):
            step()
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(number: int, step: Callable[[], object]) -> bool:
    """SIGKILL before the nth change of names on the disk, in a process of its own."""
    done = 0

    def count(change: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **options: object) -> object:
            nonlocal done
            done += 1
            if done == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **options)

        return counted

    def run() -> None:
        for name in ("replace", "unlink", "hardlink_to", "mkdir"):
            setattr(Path, name, count(getattr(Path, name)))
        for name in ("fsync", "unlink"):  # those of a whole folder, too
            setattr(os, name, count(getattr(os, name)))
        step()

    ended = in_child(run)
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


def killed_everywhere(step: Callable[[], object]) -> Iterator[int]:
    """One time after another, each some steps later, until it gets through."""
    number = 1
    while killed_at(number, step):
        yield number
        number += 1 if LONG else 5
