"""Who changed or took away what over HTTP: a line in the audit log before, its outcome after."""

import logging
from http import HTTPMethod
from urllib.parse import unquote_plus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import CuttingsError
from service.settings import Settings
from service.stores.audit import AuditStore, Begun, Deed
from service.web.gate import READING, needed_scope
from service.web.problems import refusal

# What is read there is taken away as a whole, or was not meant for readers.
TAKEN = ("/v1/export", "/v1/aliases.csv", "/v1/quarantine/")
SQL_ROOM = "/sql/"
# A row of the SQL room is read; these are all of them.
WHOLE_TABLES = ("_size=max", "_stream=")
_BODY = "http.response.body"
_log = logging.getLogger("cuttings")


class Audited:
    """ASGI middleware, innermost but for what answers: what is refused before was not begun.

    A handler names in `request.state.touched` what it has changed: keys, or numbers of edits.
    """

    def __init__(self, app: ASGIApp, settings: Settings, audit: AuditStore) -> None:
        self._app = app
        self._logs_queries = settings.log_queries
        self._audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_audited(scope):
            await self._app(scope, receive, send)
            return
        try:
            begun = await run_in_threadpool(self._audit.begin, self._deed(scope))
        except CuttingsError as exc:
            _log.error("%s", exc.detail)
            await refusal(Request(scope), exc)(scope, receive, send)
            return
        await self._watched(begun, scope, receive, send)

    async def _watched(self, begun: Begun, scope: Scope, receive: Receive, send: Send) -> None:
        status, is_whole = "failed", False

        async def watch(message: Message) -> None:
            nonlocal status, is_whole
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)
            is_whole = message["type"] == _BODY and not message.get("more_body", False)

        try:
            await self._app(scope, receive, watch)
        finally:
            outcome = status if is_whole or status == "failed" else f"{status}, cut off"
            keys = scope["state"].get("touched", ())
            await run_in_threadpool(self._audit.end_if_can, begun, outcome, keys)

    def _deed(self, scope: Scope) -> Deed:
        state = scope["state"]
        client = state["client"]
        return Deed(
            who=state["holder"] or state["reader"],
            action=f"{scope['method']} {scope['path']}",
            key=int(client.removeprefix("key ")) if client.startswith("key ") else None,
            address=state["address"],
            request=state.get("request_id", ""),
            asked=unquote_plus(_query(scope)) if self._logs_queries else "",
        )


def is_audited(scope: Scope) -> bool:
    """Whether a request that was let in changes something, or takes much away."""
    method, path = scope["method"], scope["path"]
    if method not in READING:
        return needed_scope(method, path) != "read"
    if method != HTTPMethod.GET:
        return False
    return path.startswith(TAKEN) or (path.startswith(SQL_ROOM) and _is_download(scope))


def _is_download(scope: Scope) -> bool:
    return scope["path"].endswith(".csv") or any(each in _query(scope) for each in WHOLE_TABLES)


def _query(scope: Scope) -> str:
    return bytes(scope.get("query_string", b"")).decode("latin-1")
