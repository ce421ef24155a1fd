"""Who may ask what: the Host check, loopback, and API keys. Before any of the app runs."""

from functools import lru_cache
from http import HTTPMethod
from ipaddress import ip_address
from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.errors import CuttingsError, Forbidden, NotAuthenticated, TooLarge
from service.settings import Settings
from service.stores.keys import ApiKey, KeyStore
from service.stores.keys import Scope as KeyScope
from service.web.problems import problem_response

OUR_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Probes are asked by what runs the service, which has no key.
OPEN_PATHS = frozenset({"/healthz", "/readyz"})
# What a key of each scope may do.
ALLOWS: dict[KeyScope, frozenset[KeyScope]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "write"}),
    "edit": frozenset({"read", "edit"}),
    "admin": frozenset({"read", "write", "edit", "admin"}),
}
# Where a path begins so, a method that is not for reading needs a key of this scope, whoever asks.
WRITES: dict[str, KeyScope] = {
    "/v1/articles": "write",
    "/v1/entities/": "edit",
    "/v1/edits/": "edit",
    "/v1/aliases": "edit",
}
# What is there may be under embargo, so that reading it needs a key as well.
CLOSED: dict[str, KeyScope] = {"/v1/quarantine": "edit"}
READING = frozenset({HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS})
# A query of 10,000 characters and a hundred values for each filter fit several times over.
LARGEST_BODY = 1_000_000
# Some hundred articles, or the longest one.
LARGEST_BATCH = 16_000_000
# What to do with a body that is larger, by path.
INSTEAD = {
    "/v1/aliases": "send it in parts, or use `cuttings entity import`",
    "/v1/articles": "send it in parts, or use `cuttings ingest`",
}
Reader = Literal["loopback", "open"] | KeyScope


class Gate:
    """ASGI middleware.

    What it lets through finds its scope in `request.state.reader`, and in `request.state.holder`
    whose key it came with, None without one.
    """

    def __init__(self, app: ASGIApp, settings: Settings, keys: KeyStore) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._hosts = OUR_HOSTS | set(settings.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, state = Headers(scope=scope), scope.setdefault("state", {})
        try:
            self._check_host(headers)
            self._check_length(headers, scope["path"])
            key = await self._key(headers)
            self._check_scope(scope, key)
            state["reader"] = key.scope if key is not None else self._keyless(scope, headers)
            state["holder"] = key.holder if key is not None else None
        except CuttingsError as exc:
            await problem_response(exc)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        host = headers.get("host", "").lower()
        name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
        if name not in self._hosts:
            raise Forbidden(
                f"This server does not answer to the host “{name}”: "
                "add it to CUTTINGS_ALLOWED_HOSTS if it should"
            )

    def _check_length(self, headers: Headers, path: str) -> None:
        """A body is read into memory whole, so it must be small and say so beforehand."""
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal():
            raise TooLarge("Say how long the body is: `Content-Length`")
        most = LARGEST_BATCH if path.startswith("/v1/articles") else LARGEST_BODY
        if int(length) > most:
            large = f"A body may hold {most:,} bytes here, this one has {int(length):,}"
            instead = INSTEAD.get(path)
            raise TooLarge(f"{large}: {instead}" if instead else large)

    def _check_scope(self, scope: Scope, key: ApiKey | None) -> None:
        """Whether the key may do this; reading without one is another matter."""
        needed = needed_scope(scope["method"], scope["path"])
        if key is None and needed != "read":
            raise NotAuthenticated(f"Send `Authorization: Bearer …` with a key of scope {needed}")
        if key is not None and needed not in ALLOWS[key.scope]:
            raise Forbidden(f"This needs a key of scope {needed}, the one sent is for {key.scope}")

    def _keyless(self, scope: Scope, headers: Headers) -> Reader:
        if self._settings.open:
            return "open"
        if is_loopback(scope, headers):
            return "loopback"
        if scope["path"] in OPEN_PATHS:
            return "open"
        raise NotAuthenticated("Send `Authorization: Bearer …` with a key of scope read")

    async def _key(self, headers: Headers) -> ApiKey | None:
        authorization = headers.get("authorization")
        if authorization is None:
            return None
        kind, _, text = authorization.partition(" ")
        key = None
        if kind.lower() == "bearer" and text.strip():
            key = await run_in_threadpool(self._keys.find, text.strip())
        if key is None:
            raise NotAuthenticated("The key is unknown or revoked: see `cuttings key list`")
        return key


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


def is_loopback(scope: Scope, headers: Headers) -> bool:
    """Whether this machine asks, and no proxy on it for somebody else."""
    if any(n == "forwarded" or n.startswith("x-forwarded-") for n in headers.keys()):  # noqa: SIM118 - decoded names
        return False
    client = scope.get("client")
    return client is not None and _is_own(client[0])


@lru_cache(maxsize=1_024)
def _is_own(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


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
