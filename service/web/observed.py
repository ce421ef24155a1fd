"""What is seen of every request: its id, its line in the log, its place in the metrics.

Refusals are seen as well, since this stands outside of all that refuses. No query and no path that
somebody made up is kept: a request is told by its route and its id.
"""

import re
import secrets
from time import perf_counter
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import REQUEST_ID, REQUESTS
from service.stages import STAGES, Stages
from service.web.clients import Clients
from service.web.loopback import is_own
from service.web.metrics import Metrics
from service.web.problems import unexpected
from service.web.slow import Observation, SlowLog

HEADER = "X-Request-ID"
# What a proxy calls a request is taken over if it is short and plain.
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
# Of requests that no route answered.
NO_ROUTE = "none"
# Nobody listened any more when the answer began.
NO_STATUS = 499


class Observed:
    """ASGI middleware. `request.state.request_id` tells requests apart, in logs and answers."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, slow: SlowLog, clients: Clients) -> None:
        self._app = app
        self._metrics = metrics
        self._slow = slow
        self._clients = clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, stages, sent = perf_counter(), Stages(), _Sent()
        id_ = self._id(scope)
        scope.setdefault("state", {})["request_id"] = id_
        self._metrics.begin()
        REQUEST_ID.set(id_)
        STAGES.set(stages)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.status = message["status"]
                MutableHeaders(scope=message)[HEADER] = id_
            else:
                sent.bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._answered(scope, receive, watched, sent)
        finally:
            seconds = perf_counter() - began
            self._note(Observation(_method(scope), route_of(scope), seconds, id_, stages), sent)

    async def _answered(self, scope: Scope, receive: Receive, send: Send, sent: "_Sent") -> None:
        """A fault of ours is an answer like any other, unless one has begun already."""
        try:
            await self._app(scope, receive, send)
        except Exception as exc:
            answer = unexpected(Request(scope), exc)
            if sent.status is not None:
                raise
            await answer(scope, receive, send)
        finally:
            sent.client = _client(scope)

    def _note(self, seen: Observation, sent: "_Sent") -> None:
        status = sent.status or NO_STATUS
        self._metrics.note(seen, status)
        self._slow.note(seen)
        if not REQUESTS.disabled:
            _log(seen, status, sent)

    def _id(self, scope: Scope) -> str:
        given = Headers(scope=scope).get(HEADER)
        if given is not None and _PLAIN_ID.fullmatch(given):
            peer = scope.get("client")
            if peer is not None and (is_own(peer[0]) or self._clients.is_proxy(peer[0])):
                return given
        return secrets.token_hex(8)


class _Sent:
    __slots__ = ("bytes", "client", "status")

    def __init__(self) -> None:
        self.status: int | None = None
        self.bytes = 0
        self.client = ""


def route_of(scope: Scope) -> str:
    """The template of the route that answered, a mount's folder, or `none`."""
    route = scope.get("route")
    return getattr(route, "path", None) or scope.get("root_path") or NO_ROUTE


def _method(scope: Scope) -> str:
    return str(scope["method"])


def _client(scope: Scope) -> str:
    """The number of a key, or the address that the request came from."""
    state: dict[str, Any] = scope["state"]
    client = str(state.get("client", ""))
    return client if client.startswith("key ") else str(state.get("address", client))


def _log(seen: Observation, status: int, sent: _Sent) -> None:
    ms = round(seen.seconds * 1_000, 1)
    facts = {
        **{"method": seen.method, "route": seen.route, "status": status},
        **{"ms": ms, "bytes": sent.bytes, "client": sent.client},
    }
    line = "%s %s %d %s ms %d bytes, %s"
    REQUESTS.info(line, seen.method, seen.route, status, ms, sent.bytes, sent.client, extra=facts)
