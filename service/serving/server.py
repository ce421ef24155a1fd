"""One process that answers: uvicorn, which ends without cutting what it has taken on.

The app is loaded by its name: the parent of several workers answers nothing, and needs none of it.
"""

import asyncio
import importlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.memory import set_aside, share_arenas
from service.settings import Settings

APP = "service.web.app"
# All headers together, in bytes; a long address can arrive in pieces, and comes on top.
LONGEST_HEADERS = 65_536
OPTIONS: dict[str, Any] = {
    "http": "service.serving.protocol:Protocol",
    "ws": "none",
    # It would print whole queries, and what a reporter looks for is nobody's business.
    "access_log": False,
    # The gate must see who really asks, so no header may say otherwise.
    "proxy_headers": False,
    "server_header": False,
    "log_level": "warning",
    # Its own would write to stderr beside ours, in another form.
    "log_config": None,
}
# A connection that is kept may send a request just now: until then it is answered, not reset.
LAST_REQUESTS = 0.5
# How long a refusal, and what is said at the end, may take to get out.
LAST_WORDS = 2.0
# How often it is looked whether all is done, in seconds.
LOOK = 0.02
# Told to leave since another takes its place: nobody waits, so kept connections end by themselves.
RETIRE = signal.SIGUSR1


class GracefulServer(uvicorn.Server):
    """Stops at SIGTERM, SIGINT or SIGHUP, at once at the second, unless it is not `in_a_hurry`;
    retires at SIGUSR1.

    No new connection is taken; what is being answered goes on for `seconds`, each answer telling
    its connection's end; then what has not begun is refused, and what has is cut.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        stopping: threading.Event,
        seconds: float,
        started: Callable[[], None] = lambda: None,
        *,
        in_a_hurry: bool = True,
    ) -> None:
        super().__init__(config)
        self._in_a_hurry = in_a_hurry
        self._stopping = stopping
        self._seconds = seconds
        self._tell_started = started
        self._stop_asked = False
        self.has_cut = False

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Instead of uvicorn's, which raises the signal again: stopping is no failure."""
        if threading.current_thread() is not threading.main_thread():
            yield  # in a thread of a test, where no signal arrives
            return
        handled = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, RETIRE)
        before = {number: signal.signal(number, self.handle_exit) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a handler
        if sig != RETIRE:
            if self._stop_asked and self._in_a_hurry:
                os._exit(128 + sig)
            self._stop_asked = True
        self.should_exit = True
        self._stopping.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # What the kernel has taken already is taken here as well.
        for _ in range(3):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for each in sockets or ():
            each.close()
        asked_at = time.monotonic()
        await self._finish(asked_at)
        if self.server_state.tasks:
            await self._cut()
        await self.lifespan.shutdown()

    async def _finish(self, asked_at: float) -> None:
        kept_until = asked_at + self.config.timeout_keep_alive + 1
        while self._is_busy() and time.monotonic() < asked_at + self._seconds:
            idle_until = asked_at + LAST_REQUESTS if self._stop_asked else kept_until
            if time.monotonic() >= idle_until:
                self._close_idle()
            await asyncio.sleep(LOOK)

    def _is_busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)

    def _close_idle(self) -> None:
        for connection in [*self.server_state.connections]:
            if isinstance(connection, H11Protocol) and _is_idle(connection):
                connection.shutdown()

    async def _cut(self) -> None:
        self.has_cut = True
        for task in [*self.server_state.tasks]:
            task.cancel()
        end = time.monotonic() + LAST_WORDS
        while self._is_busy() and time.monotonic() < end:
            self._close_idle()
            await asyncio.sleep(LOOK)
        for connection in [*self.server_state.connections]:
            connection.transport.abort()  # nobody reads what was said


def _is_idle(connection: H11Protocol) -> bool:
    """Nothing is being answered, and nothing of a request has come."""
    done = connection.cycle is None or connection.cycle.response_complete
    return done and not connection.conn.trailing_data[0]


def serve_here(
    settings: Settings,
    sockets: Sequence[socket.socket],
    started: Callable[[], None] = lambda: None,
    until: int | None = None,
) -> None:
    """Answer until told to stop; `until` is a descriptor that can be read once nobody needs it.

    Leaves the process when something was cut: what works on for it in a thread is of no use.
    """
    share_arenas()
    app = importlib.import_module(APP).create_app(settings)
    set_aside()
    longest = settings.limits.longest_address + LONGEST_HEADERS
    config = uvicorn.Config(app, h11_max_incomplete_event_size=longest, **OPTIONS)
    # A service manager tells every process to stop, and the parent tells its workers again: it is
    # the parent that ends them when there is no time.
    server = GracefulServer(
        config, app.state.stopping, settings.stop_seconds, started, in_a_hurry=until is None
    )
    if until is not None:
        threading.Thread(target=_stop_with, args=(until,), name="parent", daemon=True).start()
    server.run([*sockets])
    if server.has_cut:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _stop_with(until: int) -> None:
    """A worker whose parent was killed would hold the port for ever."""
    os.read(until, 1)
    os.kill(os.getpid(), signal.SIGTERM)
