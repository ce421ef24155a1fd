"""A server that is about to stop finishes what it has taken on, or refuses it in whole words."""

import asyncio
import logging
from threading import Event

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import Busy
from service.web.problems import problem_response

_log = logging.getLogger("cuttings")
_STOPS = "The server stops, and could not finish this in time: ask again in a moment"


class Finishing:
    """Once `stopping` is set every answer says that its connection ends with it.

    A request that is cancelled since the time is up is refused as long as nothing of its answer is
    out. Of a longer answer the rest is missing: without the end of its chunks a client can tell.
    """

    def __init__(self, app: ASGIApp, stopping: Event) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def closing(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if self._stopping.is_set():
                    headers = [*message.get("headers", ()), (b"connection", b"close")]
                    message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(scope, receive, closing)
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            if started:
                _log.warning("an answer was cut, since the server stops")
            else:
                refusal = problem_response(Busy(_STOPS))
                await refusal(scope, receive, closing)
