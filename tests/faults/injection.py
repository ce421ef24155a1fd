"""Commands and a server whose calls of the system fail: libfiu stands before the C library, and
through it SQLite's reads, writes and syncs fail as on a bad or full disk.
"""

import errno
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from serving import PROGRAM, free_port

_NOTHING_SET: Mapping[str, str] = {}


@dataclass(frozen=True)
class Fault:
    """One call that fails now and then, with the error of the system that it gives."""

    call: str
    number: int

    def __str__(self) -> str:
        return f"{self.call.rpartition('/')[2]}: {errno.errorcode[self.number]}"

    def said(self, probability: float) -> str:
        """In libfiu's words."""
        what = f"name={self.call},failinfo={self.number}"
        return f"enable_random {what},probability={probability}"


FULL = Fault("posix/io/rw/pwrite", errno.ENOSPC)
UNWRITABLE = Fault("posix/io/rw/pwrite", errno.EIO)
UNREADABLE = Fault("posix/io/rw/pread", errno.EIO)
UNSYNCED = Fault("posix/io/sync/fsync", errno.EIO)
FAULTS = (FULL, UNWRITABLE, UNREADABLE, UNSYNCED)


def run(
    fault: Fault, probability: float, *words: str | Path, **options: str
) -> subprocess.CompletedProcess[str]:
    """One command on such a disk; it may fail, and must not crash."""
    command = ["fiu-run", "-x", "-c", fault.said(probability), PROGRAM, *map(str, words)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | options, timeout=120
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1, 2), done.stderr
    return done


@dataclass(frozen=True)
class FaultyServer:
    """A server whose disk can be made to fail while it runs."""

    client: httpx.Client
    pid: int
    pipes: Path

    @contextmanager
    def failing(self, fault: Fault, probability: float = 1.0) -> Iterator[None]:
        """While the block lasts."""
        self._tell(fault.said(probability))
        try:
            yield
        finally:
            self._tell(f"disable name={fault.call}")

    def _tell(self, command: str) -> None:
        words = ["fiu-ctrl", "-f", str(self.pipes), "-c", command, str(self.pid)]
        subprocess.run(words, check=True, capture_output=True, timeout=30)


@contextmanager
def serving_on_a_bad_disk(
    db: Path, pipes: Path, env: Mapping[str, str] = _NOTHING_SET
) -> Iterator[FaultyServer]:
    """All is well until `failing`; `pipes` is where libfiu listens, a path that nobody has."""
    port = free_port()
    command = ["fiu-run", "-x", "-f", str(pipes), PROGRAM, "serve", "--db", str(db)]
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | env,
    )
    retries = httpx.HTTPTransport(retries=8)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=retries, timeout=60) as client:
        try:
            client.get("/readyz").raise_for_status()
            yield FaultyServer(client, process.pid, pipes)
        finally:
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
    assert "Traceback" not in output, output
