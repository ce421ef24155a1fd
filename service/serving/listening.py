"""The sockets at the port: opened once by the process that stays, so that no worker closes one.

All workers at one socket, the first to wake takes every connection that waits, and two answer no
more than one. So each has a socket of its own, and the kernel deals connections out. What waits at
a socket is lost when it is closed for good: hence each outlives its worker, and the next goes on.
"""

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from service.errors import Misconfigured

# Elsewhere the sockets at a port are not all asked in turn.
DEALS_OUT = sys.platform == "linux"
# Connections that may wait; those of a moment in which nobody answers, too.
BACKLOG = 2_048


def listen(host: str, port: int, workers: int = 1) -> Sequence[socket.socket]:
    """A socket for each worker; for port 0 all at one that nobody uses.

    Raises Misconfigured when somebody else listens there.
    """
    with _named(host, port):
        # Beside one that has it to itself no other can be opened, and the other way round.
        first = _bound(host, port, shared=False)
        port = first.getsockname()[1]
        if workers > 1 and DEALS_OUT:
            first.close()
            opened = [_bound(host, port, shared=True) for _ in range(workers)]
        else:
            opened = [first] * workers
        for each in opened:
            each.listen(BACKLOG)
    return opened


def inherited(number: int, workers: int = 1) -> Sequence[socket.socket]:
    """The socket that whoever started this process has opened, for all workers.

    Raises Misconfigured when it is none for TCP.
    """
    try:
        given = socket.socket(fileno=number)
    except OSError as exc:
        raise Misconfigured(f"--fd {number} is no socket: {exc.strerror or exc}") from exc
    if given.family not in (socket.AF_INET, socket.AF_INET6) or given.type != socket.SOCK_STREAM:
        given.detach()
        raise Misconfigured(f"--fd {number} is not a socket for TCP")
    given.listen(BACKLOG)
    return [given] * workers


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


@contextmanager
def _named(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise Misconfigured(
            f"Cannot listen on {host}, port {port}: {exc.strerror or exc}. "
            "Name another with --port or --host"
        ) from exc
