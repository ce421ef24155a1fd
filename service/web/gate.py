"""Who may ask what: the Host check, loopback, API keys and sessions. Before any of the app runs."""

import re
from http import HTTPMethod
from typing import Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import CuttingsError, Forbidden, NotAuthenticated, TooLarge, TooLong
from service.settings import Settings
from service.stores.keys import ApiKey, KeyStore
from service.stores.keys import Scope as KeyScope
from service.stores.sessions import SessionStore
from service.web.clients import Clients, share_of
from service.web.loopback import is_loopback
from service.web.problems import refusal
from service.web.rates import Attempts
from service.web.sessions import ALLOWS, SESSION, Session, session_with, token_in

OUR_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Probes are asked by what runs the service, which has no key; the others show nothing of the
# archive, and are needed to log in or asked by a browser without its cookies.
OPEN_PATHS = frozenset(
    {
        *("/healthz", "/readyz", "/login", "/logout"),
        *("/favicon.ico", "/opensearch.xml", "/robots.txt"),
    }
)
OPEN_FILES = "/static/"
# Where a path begins so, a method that is not for reading needs a key of this scope, whoever asks.
WRITES: dict[str, KeyScope] = {
    "/v1/articles": "write",
    "/v1/entities/": "edit",
    "/v1/edits/": "edit",
    "/v1/aliases": "edit",
}
# The editors' pages; whoever asks there must be logged in.
DESK = "/desk"
# What is there may be under embargo, or is for editors, so that reading it needs a key as well.
CLOSED: dict[str, KeyScope] = {"/v1/quarantine": "edit", DESK: "edit"}
# Beyond this machine; on it they are open as all reading is.
ADMINS = ("/sql/", "/metrics/")
LOGIN = "/login"
READING = frozenset({HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS})
# What to do with a body that is larger, by path.
INSTEAD = {
    "/v1/aliases": "send it in parts, or use `cuttings entity import`",
    "/v1/articles": "send it in parts, or use `cuttings ingest`",
}
_PORT = re.compile(r":[0-9]*$", re.ASCII)
Reader = Literal["loopback", "open"] | KeyScope


class Gate:
    """ASGI middleware.

    What it lets through finds its scope in `request.state.reader`, in `request.state.holder` whose
    key it came with, None without one, in `request.state.session` who is logged in, None for
    nobody, in `request.state.address` where it comes from, and in `request.state.client` whose turn
    it is (`key 3`, or an address). A key that is sent goes before a session.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, keys: KeyStore, sessions: SessionStore
    ) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._sessions = sessions
        self._hosts = OUR_HOSTS | set(settings.allowed_hosts)
        self._clients = Clients(settings.proxies)
        self._attempts = Attempts(settings.rate_refused)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, state = Headers(scope=scope), scope.setdefault("state", {})
        state["session"] = None
        state["address"] = self._clients.address(scope, headers)
        state["client"] = share_of(state["address"])
        try:
            self._check_host(headers)
            self._check_length(scope, headers)
            await self._admit(scope, headers, state)
        except CuttingsError as exc:
            await refusal(Request(scope), exc)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope, headers: Headers, state: dict[str, Any]) -> None:
        is_own = is_loopback(scope, headers)
        # Whoever is on this machine tries no keys: he reads as it is.
        attempts = None if is_own else self._attempts
        key = await self._key(headers, attempts, state["client"])
        session = state["session"] = await self._session(scope, headers)
        if attempts is not None and scope["method"] == HTTPMethod.POST and scope["path"] == LOGIN:
            attempts.spend(state["client"])
        known = key or session
        _check_scope(scope, key, session, is_own)
        state["reader"] = known.scope if known is not None else self._keyless(scope, is_own)
        state["holder"] = known.holder if known is not None else None
        if known is not None:
            state["client"] = f"key {known.number}"
            self._keys.used(known.number)

    def _check_host(self, headers: Headers) -> None:
        # What is no port would make another address of those that pages tell with it.
        name = _PORT.sub("", headers.get("host", "").lower())
        if name not in self._hosts:
            raise Forbidden(
                f"This server does not answer to the host “{name}”: "
                "add it to CUTTINGS_ALLOWED_HOSTS if it should"
            )

    def _check_length(self, scope: Scope, headers: Headers) -> None:
        """A body is read into memory whole, so it must be small and say so beforehand."""
        limits, path = self._settings.limits, scope["path"]
        address = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if address > limits.longest_address:
            raise TooLong(
                f"An address may have {limits.longest_address:,} bytes (CUTTINGS_LONGEST_ADDRESS), "
                f"this one has {address:,}: a long query can be sent to POST /v1/search"
            )
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            raise TooLarge("Say how long the body is: `Content-Length`")
        is_batch = path.startswith("/v1/articles")
        most = limits.largest_batch if is_batch else limits.largest_body
        if int(length) > most:
            setting = "CUTTINGS_LARGEST_BATCH" if is_batch else "CUTTINGS_LARGEST_BODY"
            large = f"A body may hold {most:,} bytes here ({setting}), this one has {int(length):,}"
            instead = INSTEAD.get(path)
            raise TooLarge(f"{large}: {instead}" if instead else large)

    def _keyless(self, scope: Scope, is_own: bool) -> Reader:
        if is_own:
            return "loopback"
        if self._settings.open:
            return "open"
        if scope["path"] in OPEN_PATHS or scope["path"].startswith(OPEN_FILES):
            return "open"
        raise NotAuthenticated("Send `Authorization: Bearer …` with a key of scope read")

    async def _key(self, headers: Headers, attempts: Attempts | None, client: str) -> ApiKey | None:
        authorization = headers.get("authorization")
        if authorization is None:
            return None
        kind, _, text = authorization.partition(" ")
        text, key = text.strip(), None
        if attempts is not None:
            attempts.check(client, text)
        if kind.lower() == "bearer" and text:
            key = await run_in_threadpool(self._keys.find, text)
        if attempts is not None:
            attempts.note(client, text, is_right=key is not None)
        if key is None:
            raise NotAuthenticated("The key is unknown or revoked: see `cuttings key list`")
        return key

    async def _session(self, scope: Scope, headers: Headers) -> Session | None:
        """Who is logged in; a cookie that is unknown or old is as good as none."""
        if "cookie" not in headers or "authorization" in headers:
            return None
        token = token_in(Request(scope), SESSION)
        key = await run_in_threadpool(self._sessions.find, token) if token else None
        return session_with(key, token) if key is not None else None


def _check_scope(scope: Scope, key: ApiKey | None, session: Session | None, is_own: bool) -> None:
    """Whether the key or session may do this; reading without either is another matter.

    Through the API a session only reads: a browser sends its cookie along whoever makes it ask.
    """
    method, path = scope["method"], scope["path"]
    needed = needed_scope(method, path)
    if not is_own and f"{path}/".startswith(ADMINS):
        needed = "admin"
    if needed == "read":
        return  # which all may
    allowed: ApiKey | Session | None
    if path.startswith(DESK):
        allowed, how = session, "Log in at /login"
    else:
        allowed = key or (session if method in READING else None)
        how = "Send `Authorization: Bearer …`"
    if allowed is None:
        raise NotAuthenticated(f"{how} with a key of scope {needed}")
    if needed not in ALLOWS[allowed.scope]:
        raise Forbidden(f"This needs a key of scope {needed}, yours is for {allowed.scope}")


def needed_scope(method: str, path: str) -> KeyScope:
    """What a key must allow for a request."""
    for beginning, scope in CLOSED.items():
        if path.startswith(beginning):
            return scope
    if method not in READING:
        for beginning, scope in WRITES.items():
            if path.startswith(beginning):
                return scope
    return "read"


class HeadAsGet:
    """Answers HEAD wherever GET answers, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != HTTPMethod.HEAD:
            await self._app(scope, receive, send)
            return

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # What is made as it is sent need not be made.
        state = {**scope.get("state", {}), "head": True}
        as_get = {**scope, "method": str(HTTPMethod.GET), "state": state}
        await self._app(as_get, receive, send_headers)
        # Whoever looks from outside sees which route has answered, as with GET.
        scope.update((name, as_get[name]) for name in ("route", "root_path") if name in as_get)
