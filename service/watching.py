"""A drop folder: what is put there is loaded as soon as it has been written.

What lies there when the watch begins is loaded first; then what changes, a batch at a time. A file
that is still being written is left alone until it has stood still.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from service.ingest import Ingest, Report

# A file that has not changed for so long, in seconds, is taken for complete.
STANDS_STILL = 1.0
_LOOK_AGAIN = 0.2


def watch_folders(
    job: Ingest, folders: Sequence[str], tell: Callable[[Report], None], stop: Event
) -> None:
    """Load what is in the folders, and then what comes, until `stop` is set."""
    tell(job.run(folders))
    for changed in _batches(folders, stop):
        report = job.run(changed)
        tell(report)


def _batches(folders: Sequence[str], stop: Event) -> Iterator[list[str]]:
    for changes in watch(*folders, stop_event=stop, ignore_permission_denied=True):
        paths = {Path(path) for change, path in changes if change is not Change.deleted}
        files = sorted(path for path in paths if path.is_file() and not _is_hidden(path))
        if files:
            _wait_for(files, stop)
            yield [str(path) for path in files if path.exists()]


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _wait_for(files: Sequence[Path], stop: Event) -> None:
    """Until none of them has changed for a while."""
    while not stop.is_set() and any(map(_is_young, files)):
        time.sleep(_LOOK_AGAIN)


def _is_young(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < STANDS_STILL
    except OSError:
        return False
