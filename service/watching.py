"""A drop folder: what is put there is loaded as soon as it has been written.

What lies there when the watch begins is loaded first, then what comes: at every look all that has
stood still for a while. What is still being written holds nothing else back, and a round that
fails is told and tried again.
"""

import logging
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from pathlib import Path
from threading import Event

from watchfiles import Change, watch
from watchfiles.main import FileChange

from service.errors import CuttingsError, InvalidRequest
from service.inbox import HOLDS_NONE, Entry, Failure, find, sidecar_of, texts_of
from service.ingest import Ingest, Report

# What has not changed for so long, in seconds, is taken for complete.
STANDS_STILL = 1.0
# What failed for another reason than its own, as a writer who does not end, is tried again then.
RETRY_AFTER = 10.0
_LOOK_EVERY = 250  # milliseconds
# A folder that is moved in may hold a million files: so many are listed at a time.
_BATCH = 10_000
# Names that programs give to what they are still writing.
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".download", "~")
# Modification times and sizes of a file and its sidecar; of a folder nothing.
_State = tuple[int, ...]

_log = logging.getLogger("cuttings")


def watch_folders(
    job: Ingest, folders: Sequence[str], tell: Callable[[Report], None], stop: Event
) -> None:
    """Load what is in the folders, and then what comes, until `stop` is set."""
    roots = [_root(folder) for folder in folders]
    looks = watch(
        *roots,
        watch_filter=None,
        debounce=2 * _LOOK_EVERY,
        rust_timeout=_LOOK_EVERY,
        yield_on_timeout=True,
        stop_event=stop,
        ignore_permission_denied=True,
    )
    follow(job, roots, looks, tell, stop)


def follow(
    job: Ingest,
    roots: Sequence[Path],
    looks: Iterable[set[FileChange]],
    tell: Callable[[Report], None],
    stop: Event,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Load what is in the roots, and at every look what has changed before it and stands still."""
    drop = _Drop(roots, job.own_files(), job.options.tell, clock)
    # Only with the first look: what comes while all that is there is loaded must be seen.
    for root in roots:
        drop.wait_for(root, -math.inf)
    for changes in looks:
        drop.notice(changes)
        for batch in drop.batches():
            if stop.is_set():
                return
            _load(job, batch, tell, drop)


def _load(
    job: Ingest, batch: Sequence[Path], tell: Callable[[Report], None], drop: "_Drop"
) -> None:
    try:
        report = job.run([str(path) for path in batch])
    except Exception as exc:
        if not isinstance(exc, CuttingsError):
            _log.exception("%d inputs are not loaded", len(batch))
        reason = exc.detail if isinstance(exc, CuttingsError) else str(exc)
        job.options.tell(f"{len(batch)} inputs are not loaded, and will be tried again: {reason}")
        drop.try_again(batch)
        return
    tell(report)


@dataclass(frozen=True, slots=True)
class _Seen:
    state: _State
    since: float


@dataclass(frozen=True, slots=True)
class _Drop:
    """What lies in the roots and is not loaded yet, since it may still be written."""

    roots: Sequence[Path]
    own: frozenset[Path]
    tell: Callable[[str], None]
    clock: Callable[[], float]
    _waiting: dict[Path, _Seen] = field(default_factory=dict)

    def notice(self, changes: Iterable[FileChange]) -> None:
        """Take note of files that came or changed, and of folders that came."""
        # In order, so that a folder stands before what came in it.
        for change, name in sorted(changes, key=itemgetter(1)):
            path = Path(name)
            if not self._is_taken(path) or any(above in self._waiting for above in path.parents):
                continue
            if not _is_folder(path) or (change is Change.added and not path.is_symlink()):
                self.wait_for(path, self.clock())

    def wait_for(self, path: Path, since: float) -> None:
        """Until nothing of it has changed since then for a while.

        A folder only waits until all that comes into it is noticed: it is listed once.
        """
        state = _state(path)
        if state is not None:
            self._waiting[path] = _Seen(state, since)

    def try_again(self, paths: Iterable[Path]) -> None:
        for path in paths:
            self.wait_for(path, self.clock() + RETRY_AFTER - STANDS_STILL)

    def batches(self) -> Iterator[list[Path]]:
        """All files that stand still; they are not waited for any more."""
        files = self._files(self._still())
        # A text and its sidecar give the same text.
        while batch := list(dict.fromkeys(islice(files, _BATCH))):
            yield batch

    def _still(self) -> list[Path]:
        now = self.clock()
        looked_at = [p for p, seen in self._waiting.items() if now - seen.since >= STANDS_STILL]
        still = []
        for path in sorted(looked_at):
            seen, state = self._waiting.pop(path), _state(path)
            if state == seen.state:
                still.append(path)
            elif state is not None:
                self._waiting[path] = _Seen(state, now)
        return still

    def _files(self, paths: Sequence[Path]) -> Iterator[Path]:
        for path in paths:
            if _is_folder(path):
                yield from self._files_in(path)
            else:
                texts = texts_of(path) or [path]
                yield from (text for text in texts if text not in self._waiting)

    def _files_in(self, folder: Path) -> Iterator[Path]:
        for found in find([str(folder)], self.own):
            if isinstance(found, Failure):
                self._name(found)
            elif (path := _path(found)) in self._waiting or not self._is_taken(path):
                continue
            elif _is_young(path):
                self.wait_for(path, self.clock())
            else:
                yield path

    def _name(self, failure: Failure) -> None:
        # An empty folder is what articles will be put in.
        if failure.reason != HOLDS_NONE:
            self.tell(f"{failure.origin} {failure.reason}")

    def _is_taken(self, path: Path) -> bool:
        above = (root for root in self.roots if path.is_relative_to(root))
        return Path(os.path.realpath(path)) not in self.own and any(
            not any(map(_is_hidden, path.relative_to(root).parts)) for root in above
        )


def _root(folder: str) -> Path:
    path = Path(os.path.realpath(folder))
    if not path.exists():
        raise InvalidRequest(f"Only folders can be watched: {folder} is none")
    return path


def _path(entry: Entry) -> Path:
    assert entry.path is not None  # noqa: S101 - it lies in a folder
    return entry.path


def _is_folder(path: Path) -> bool:
    return _state(path) == ()


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower().endswith(_UNFINISHED)


def _state(path: Path) -> _State | None:
    """None if it is not there."""
    try:
        if path.is_dir():
            return ()
        beside = sidecar_of(path)
        files = (path,) if beside is None else (path, beside)
        return tuple(n for each in map(Path.stat, files) for n in (each.st_mtime_ns, each.st_size))
    except OSError:
        return None


def _is_young(path: Path) -> bool:
    """A time to come counts as now: another machine's clock may have written it."""
    times = (_state(path) or ())[::2]
    return time.time() - max(times, default=0) / 1e9 < STANDS_STILL
