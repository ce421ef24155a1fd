"""The real program for tests: commands run to their end, a server while a block lasts."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

PROGRAM = str(Path(sys.executable).with_name("cuttings"))
_NOTHING_SET: Mapping[str, str] = {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cuttings(*words: str | Path, **options: str) -> str:
    """What a command prints that succeeds; `options` are settings (CUTTINGS_TAGGER=…)."""
    done = subprocess.run(
        [PROGRAM, *words], capture_output=True, text=True, check=True, env=os.environ | options
    )
    return done.stdout


def new_key(db: Path, scope: str) -> str:
    """A key of that scope, made on the command line."""
    return cuttings("key", "create", "--scope", scope, "--db", db).split()[-1]


@contextmanager
def serving(
    db: Path, *options: str, env: Mapping[str, str] = _NOTHING_SET
) -> Iterator[httpx.Client]:
    """A client of a server at a port of its own; it must start and end without a traceback."""
    port = free_port()
    command = [PROGRAM, "serve", "--db", str(db), "--port", str(port), *options]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | env,
    )
    retries = httpx.HTTPTransport(retries=8)  # waits ever longer, about half a minute in all
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=retries, timeout=30) as client:
        try:
            client.get("/readyz").raise_for_status()
            yield client
        finally:
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=30)
    assert f"Cuttings: http://127.0.0.1:{port}/ " in output
    assert "Traceback" not in output, output
