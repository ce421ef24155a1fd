"""Turns: so many requests are worked on at once, the others wait in line, fairly between clients.

Counted in each worker by itself. Searches, changes and the SQL room have a line each, so that none
of them can hold up the others.
"""

import asyncio
from collections.abc import MutableMapping, Sequence, Sized
from contextlib import suppress
from contextvars import Token

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.deadline import ASKER, Asker
from service.errors import Busy, CuttingsError, TooMany
from service.limits import Limits
from service.web.crowd import Crowd, Work
from service.web.gate import READING, needed_scope
from service.web.line import Line, Outcome, Room
from service.web.problems import refusal

# Whoever watches the server is told how it does, and these are files or next to nothing.
NEVER_WAIT = frozenset(
    {
        *("/healthz", "/readyz", "/metrics"),
        *("/favicon.ico", "/opensearch.xml", "/robots.txt"),
    }
)
FILES = ("/static/", "/sql/-/static/", "/docs/files/")
SQL_ROOM, EXPORT = "/sql", "/v1/export"
# One is being written, the next is made ready.
CHANGES_AT_ONCE = 2
# Who has been at work for so many seconds rests now and then, and is looked after whether anybody
# still waits for it: an ordinary request is long done.
SLOW = 0.05
# Exports go on for as long as somebody reads, and each has some hundred articles at hand.
EXPORTS_AT_ONCE, EXPORTS_EACH = 6, 3
# Seconds; whoever reads nothing of an answer for so long is cut off.
READS_WITHIN = 60.0


class Turns:
    """ASGI middleware; `request.state.client` says whose turn it is."""

    def __init__(
        self, app: ASGIApp, limits: Limits, lines: MutableMapping[str, Sized] | None = None
    ) -> None:
        self._app = app
        self._limits = limits
        self._crowd = Crowd()
        waiting = limits.most_waiting, limits.most_waiting_each
        each = min(limits.most_at_once_each, limits.most_at_once)
        self._reading = Line(Room(limits.most_at_once, each, *waiting))
        self._changing = Line(Room(CHANGES_AT_ONCE, CHANGES_AT_ONCE, *waiting))
        self._sql = Line(Room(limits.sql_at_once, limits.sql_at_once, *waiting))
        self._exporting = Line(Room(EXPORTS_AT_ONCE, EXPORTS_EACH, *waiting))
        if lines is not None:  # who measures the service sees how long they are
            lines.update(reading=self._reading, changing=self._changing)
            lines.update(sql=self._sql, exporting=self._exporting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path in NEVER_WAIT or path.startswith(FILES):
            await self._app(scope, receive, send)
        else:
            await self._in_turn(self._lines(scope), scope, receive, send)

    async def _in_turn(
        self, lines: Sequence[Line], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Through one line after another, and then to the app."""
        line, *others = lines
        turn = _Turn(line, self._limits, scope, receive, send)
        try:
            if not await turn.come():
                return
        except CuttingsError as exc:
            await refusal(Request(scope), exc)(scope, receive, send)
            return
        try:
            if others:
                await self._in_turn(others, scope, turn.receive, send)
            else:
                turn.work(self._crowd)
                with suppress(ClientDisconnect):  # to whom there is nothing to be said
                    await self._app(scope, turn.receive, turn.send)
        finally:
            turn.end()

    def _lines(self, scope: Scope) -> Sequence[Line]:
        method, path = scope["method"], scope["path"]
        if path == SQL_ROOM or path.startswith(f"{SQL_ROOM}/"):
            return (self._sql,)
        if path == EXPORT:
            return self._exporting, self._reading
        if method not in READING and needed_scope(method, path) != "read":
            return (self._changing,)
        return (self._reading,)


class _Turn:
    """One request's way through a line, and its work."""

    __slots__ = (
        *("_asker", "_client", "_crowd", "_ended", "_has_turn", "_limits", "_line", "_listening"),
        *("_outer", "_receive", "_scope", "_send", "_timer", "_unread", "_waits", "_work"),
    )

    def __init__(
        self, line: Line, limits: Limits, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._line = line
        self._limits = limits
        self._crowd: Crowd | None = None
        self._scope = scope
        self._receive = receive
        self._send = send
        self._client: str = scope["state"].get("client", "")
        self._asker = Asker()
        self._outer: Token[Asker | None] | None = None
        self._has_turn = False
        self._ended = False  # whether all of the body has been received
        self._unread: Message | None = None
        self._listening: asyncio.Task[None] | None = None
        self._work: Work | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._waits: asyncio.Future[Outcome] | None = None

    async def come(self) -> bool:
        """Wait for the turn; False if whoever asked has gone.

        Busy, or TooMany where the client's own line is full.
        """
        if not self._line.enter(self._client):
            self._refuse_where_full()
            outcome = await self._stand(self._limits.wait_seconds)
            if outcome == "late":
                raise Busy(
                    f"Others were at work for all of {self._limits.wait_seconds} seconds "
                    "(CUTTINGS_WAIT_SECONDS): try again later",
                    retry_after=self._limits.wait_seconds,
                )
            if outcome == "left":
                return False
        self._has_turn = True
        return True

    def work(self, crowd: Crowd) -> None:
        """What is done now is done for this request, in a crowd of others."""
        self._outer = ASKER.set(self._asker)
        self._crowd = crowd
        self._watch_the_clock()

    def _refuse_where_full(self) -> None:
        room = self._line.room
        if self._line.is_full_for(self._client):
            raise TooMany(
                f"{room.waiting_each} requests of yours wait in line already "
                "(CUTTINGS_MOST_WAITING_EACH): send fewer at once",
                {"Retry-After": "1"},
            )
        if self._line.is_full():
            raise Busy(
                f"{room.waiting} requests wait in line already (CUTTINGS_MOST_WAITING): "
                "try again in a moment"
            )

    async def _stand(self, seconds: float | None) -> Outcome:
        line, client = self._line, self._client
        place = self._waits = line.stand(client)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds, _settle, place, "late") if seconds is not None else None
        if self._is_whole():
            self._listen()
        try:
            outcome = await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.result() == "turn":
                line.leave(client)
            else:
                line.give_up(client, place)
            self._stop_listening()
            raise
        finally:
            self._waits = None
            if timer is not None:
                timer.cancel()
        if outcome != "turn":
            line.give_up(client, place)
            self._stop_listening()
        return outcome

    def _watch_the_clock(self) -> None:
        if self._crowd is not None:
            self._work = self._crowd.enter(self._client)
            self._asker.rest = self._work.rest
        self._timer = asyncio.get_running_loop().call_later(SLOW, self._become_slow)

    def _become_slow(self) -> None:
        if self._crowd is not None and self._work is not None:
            self._crowd.slow_down(self._work)
            self._asker.rest = self._work.rest
        if self._scope["method"] in READING and self._is_whole():
            self._listen()

    def end(self) -> None:
        """Done, or given up: the next one's turn."""
        self._rest()
        self._stop_listening()
        if self._outer is not None:
            # The next request of a connection may be answered in this very context.
            ASKER.reset(self._outer)
            self._outer = None

    def _rest(self) -> None:
        if not self._has_turn:
            return
        self._has_turn = False
        if self._timer is not None:
            self._timer.cancel()
        if self._crowd is not None and self._work is not None:
            self._crowd.leave(self._work)
            self._work, self._asker.rest = None, None
        self._line.leave(self._client)

    # What is received and sent.

    async def receive(self) -> Message:
        """The body; once there is no more of it, what the listener hears."""
        if self._unread is not None:
            message, self._unread = self._unread, None
            return message
        if self._ended and self._listening is not None:
            await asyncio.shield(self._listening)
            return {"type": "http.disconnect"}
        return self._noted(await self._receive())

    def _noted(self, message: Message) -> Message:
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Of an answer in pieces each is a piece of work: while it is sent others come to theirs.

        So somebody who reads slowly holds nobody up.
        """
        if message["type"] != "http.response.body" or not message.get("more_body", False):
            await self._send(message)
            return
        self._rest()
        try:
            async with asyncio.timeout(READS_WITHIN):
                await self._send(message)
        except TimeoutError as exc:
            raise ClientDisconnect from exc
        if not self._line.enter(self._client) and await self._stand(None) == "left":
            raise ClientDisconnect
        self._has_turn = True
        self._watch_the_clock()

    def _is_whole(self) -> bool:
        """Whether nothing of the request is still to come."""
        if self._ended:
            return True
        headers = dict(self._scope["headers"])
        return headers.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in headers

    def _listen(self) -> None:
        if self._listening is None:
            self._listening = asyncio.ensure_future(self._hear())

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None

    async def _hear(self) -> None:
        """Until whoever asked has gone: then nothing more is done for him."""
        with suppress(OSError):
            if not self._ended:
                self._unread = self._noted(await self._receive())
            while (await self._receive())["type"] != "http.disconnect":
                pass
        self._asker.has_left = True
        if self._waits is not None:
            _settle(self._waits, "left")


def _settle(place: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not place.done():
        place.set_result(outcome)
