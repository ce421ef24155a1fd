"""A server as a process of its own: started, waited for, looked at, stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from speed.client import Client

_LONGEST_START = 120.0
_LOOK = 0.005
_HERE = Path(__file__).parent
_CHECKOUT = _HERE.parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is ready: its port, its process, and how long it took until then."""

    port: int
    process: subprocess.Popen[bytes]
    seconds_to_ready: float

    @property
    def pids(self) -> list[int]:
        """The processes that answer: those that it started, or itself."""
        own = self.process.pid
        children = [pid for pid in _children(own) if _answers(pid)]
        return children or [own]

    def private_mb(self) -> float:
        """The largest private memory of a process that answers, mapped file pages left out."""
        return max(_private_kb(pid) for pid in self.pids) / 1_024


@contextmanager
def serving(
    command: Sequence[str],
    ready: str,
    port: int,
    *,
    quiet: bool = False,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Until the end of the block; `ready` is the path that answers 200 when it is."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if quiet else None,
        env=environment() | dict(settings or {}),
    )
    try:
        _wait(process, port, ready, started)
        yield Server(port, process, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def serving_ours(
    db: Path, workers: int = 1, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """`cuttings serve`, as it is for everyone; with settings, an archive that is no file."""
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--db", str(db)]
    options = ["--port", str(port), "--workers", str(workers)]
    with serving([*command, *options], "/readyz", port, settings=settings) as server:
        yield server


@contextmanager
def serving_nothing() -> Iterator[Server]:
    """The empty endpoint."""
    port = free_port()
    with serving([sys.executable, "-m", "speed.empty", str(port)], "/", port) as server:
        yield server


def environment() -> dict[str, str]:
    """In which a process finds this package and the service, wherever it is started."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (_CHECKOUT, _HERE.parent)))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, path: str, started: float) -> None:
    while time.perf_counter() - started < _LONGEST_START:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended at once, with {process.returncode}")
        try:
            with Client(port) as client:
                client.get(path)
                return
        except ConnectionError:
            time.sleep(_LOOK)
    raise RuntimeError("The server does not get ready")


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(child) for child in text.split()]


def _answers(pid: int) -> bool:
    """Not multiprocessing's resource tracker, which stands beside the workers."""
    return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def _private_kb(pid: int) -> int:
    """What nobody else has: pages written to, and clean ones that are no file's."""
    kb, of_file = 0, False
    with Path(f"/proc/{pid}/smaps").open(encoding="utf-8") as lines:
        for line in lines:
            first, *rest = line.split()
            if not first.endswith(":"):
                of_file = len(rest) > 3 and rest[3] != "0"  # the inode
            elif first == "Private_Dirty:" or (first == "Private_Clean:" and not of_file):
                kb += int(rest[0])
    return kb
