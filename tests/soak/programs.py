"""The real commands as processes, each a group of its own that can be killed whole.

They are forked from a server process that has everything loaded: a kill then costs a fraction of a
second instead of the start of Python.
"""

import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

import httpx
from serving import free_port

from service.cli import main

# Nothing here takes so long, unless it hangs.
LONGEST = 60.0
_MOST_SHOWN = 2_000


def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["soak.warm", "soak.programs"])
    return context


def _run(words: tuple[str, ...], env: Mapping[str, str], output: str) -> None:
    os.setsid()
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.update(env)
    main(list(words), prog_name="cuttings")


class Program:
    """One command that was started."""

    def __init__(self, *words: str | Path, output: Path, **env: str) -> None:
        self._output = output
        output.unlink(missing_ok=True)
        given = tuple(map(str, words))
        self._process = _context().Process(target=_run, args=(given, env, str(output)))
        self._process.start()

    @property
    def pid(self) -> int:
        pid = self._process.pid
        assert pid is not None
        return pid

    @property
    def output(self) -> str:
        """The end of what it has said."""
        said = self._output.read_text("utf-8") if self._output.exists() else ""
        return said[-_MOST_SHOWN:]

    def ends_within(self, seconds: float) -> bool:
        self._process.join(seconds)
        return self._process.exitcode is not None

    def kill(self) -> bool:
        """SIGKILL to it and all that it started; false when it had ended by itself."""
        alive = self._process.is_alive()
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has no group of its own yet, or none any more
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self._process.join(LONGEST)
        return alive and self._process.exitcode == -signal.SIGKILL

    def end(self) -> None:
        """Ctrl-C, and wait."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)
        if not self.ends_within(LONGEST):
            self.kill()

    def complete(self, within: float = LONGEST) -> str:
        """Wait for its end, which must be a good one; returns what it said."""
        ended = self.ends_within(within)
        if not ended:
            self.kill()
        assert ended, f"it did not end: {self.output}"
        assert self._process.exitcode == 0, f"exit {self._process.exitcode}: {self.output}"
        return self.output


class Server(Program):
    """`cuttings serve` at a port of its own."""

    def __init__(self, db: Path, output: Path, workers: int = 1, **env: str) -> None:
        self.port = free_port()
        at = ("--db", db, "--port", str(self.port), "--workers", str(workers))
        super().__init__("serve", *at, output=output, **env)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def children(self) -> list[int]:
        """Its workers, where it has several; the process that helps them to start is none."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii")
        lines = {int(pid): Path(f"/proc/{pid}/cmdline").read_bytes() for pid in listed.split()}
        return [pid for pid, line in lines.items() if b"spawn_main" in line]

    def kill_child(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/readyz", timeout=5).status_code == 200:
                    return
            assert not self.ends_within(0.01), f"it ended: {self.output}"
        raise AssertionError(f"never ready: {self.output}")
