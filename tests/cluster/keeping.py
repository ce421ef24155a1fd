"""The one cluster of a checkout that runs until it is told to end."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TextIO

from cluster.jars import KEPT
from cluster.ports import is_free
from cluster.processes import Cluster

FOLDER = KEPT / "kept"
_STATE = FOLDER / "kept.json"
_OUTPUT = FOLDER / "output.log"
_LONGEST_START = 300.0
_LONGEST_STOP = 60.0


@dataclass(frozen=True)
class Kept:
    """The process whose end ends the nodes, and where those answer."""

    pid: int
    urls: list[str]


def kept() -> Kept | None:
    """What runs now; the lock tells, as the file of a killed process stays."""
    try:
        with _STATE.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return _written()
    return None


def _written() -> Kept | None:
    text = _STATE.read_text("utf-8") if _STATE.exists() else ""
    return Kept(**json.loads(text)) if text else None


@contextmanager
def keeping(ports: Sequence[int]) -> Iterator[Kept]:
    """A cluster at these ports while the block lasts, with the data of the last one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if taken := [str(port) for port in ports if not is_free(port)]:
        raise OSError(f"Something else listens on port {' and '.join(taken)}: give another --port")
    with _STATE.open("a") as state:
        _lock(state)
        state.truncate(0)
        # Nodes that once were three wait for the others, so that each number has its own data.
        with Cluster(FOLDER / f"{len(ports)}-nodes", ports) as cluster:
            now = Kept(os.getpid(), cluster.urls)
            state.write(json.dumps(asdict(now)))
            state.flush()
            yield now


def _lock(state: TextIO) -> None:
    try:
        fcntl.flock(state, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError("Another one is starting or ending") from None


def keep_apart(words: Sequence[str]) -> Kept:
    """The same in a process that outlives this one."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _OUTPUT.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cluster", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + _LONGEST_START
    while process.poll() is None and time.monotonic() < end:
        if (now := _written()) and now.pid == process.pid:
            return now
        time.sleep(0.2)
    process.terminate()
    raise OSError(_OUTPUT.read_text("utf-8", "replace").strip() or "The cluster does not start")


def end(now: Kept) -> None:
    """Returns when nothing of it runs any more."""
    os.kill(now.pid, signal.SIGTERM)
    latest = time.monotonic() + _LONGEST_STOP
    while kept():
        if time.monotonic() > latest:
            raise TimeoutError(f"Process {now.pid} does not end")
        time.sleep(0.1)
