"""The SQL room: Datasette over the public file, read-only, for people on this machine.

Datasette takes as long to import as the rest of the service, so that it is built when somebody
first asks for it.
"""

import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from service.errors import Forbidden, MethodNotAllowed, NotFound
from service.web.loopback import is_loopback
from service.web.pages.rendering import POLICY

BUILDER = "service.web.sql_room_datasette"
# Where Datasette believes that it is; app.py mounts the room here.
BASE = "/sql"

INLINE_POLICY = POLICY.replace("-src 'self';", "-src 'self' 'unsafe-inline';", 2)
# Datasette writes scripts into its pages, but they too load nothing from elsewhere.
HEADERS = (
    (b"content-security-policy", INLINE_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)

_NO_FILE = (
    "There is no SQL room: this archive lives in a cluster. `cuttings move --to sqlite` makes a "
    "file of it, which opens in any SQL tool"
)


@dataclass(frozen=True, slots=True)
class Room:
    """What SQL may take: seconds of a statement, rows and bytes of an answer, threads."""

    seconds: float = 10.0
    rows: int = 1_000
    largest: int = 10_000_000
    at_once: int = 2


class SqlRoom:
    """An ASGI app to be mounted at /sql; without a file there is nothing in it."""

    def __init__(self, path: Path | None, room: Room) -> None:
        self._path = path
        self._room = room
        self._lock = threading.Lock()
        self._datasette: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await WebSocketClose()(scope, receive, send)
            return
        _check(Request(scope))
        inside = _inside(scope)
        _check_path(inside["path"])
        if self._path is None:
            raise NotFound(_NO_FILE)
        datasette = await run_in_threadpool(self._open, self._path)
        await datasette(inside, receive, _with_base(send))

    def _open(self, path: Path) -> ASGIApp:
        with self._lock:
            if self._datasette is None:
                build = cast(
                    "Callable[[Path, Room, str], ASGIApp]",
                    importlib.import_module(BUILDER).build,
                )
                self._datasette = build(path, self._room, f"{BASE}/")
            return self._datasette


def _check(request: Request) -> None:
    """Asked again behind the gate, which knows paths and no rooms."""
    is_admin = getattr(request.state, "reader", None) == "admin"
    if not is_admin and not is_loopback(request.scope, request.headers):
        raise Forbidden("The SQL room needs a key of scope admin beyond this machine")
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed("The SQL room is read-only", "GET, HEAD")


def _check_path(path: str) -> None:
    """Of Datasette's own pages only the static files: the rest shows paths, threads and settings.

    Datasette strips its base once more, so that a doubled one would slip past this check.
    """
    inner = "/-/" in path and not path.startswith("/-/static/")
    if inner or path.startswith(f"{BASE}/"):
        raise NotFound(f"Nothing answers at {BASE}{path}")


def _inside(scope: Scope) -> Scope:
    """The request as Datasette wants it: without its base, or every link gets that twice."""
    root = scope.get("root_path", "")
    path = scope["path"].removeprefix(root) or "/"
    raw = (scope.get("raw_path") or scope["path"].encode()).removeprefix(root.encode()) or b"/"
    return {**scope, "path": path, "raw_path": raw, "root_path": ""}


def _with_base(send: Send) -> Send:
    """Some of Datasette's redirects forget the base."""

    async def send_with_base(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            theirs = (each for each in message["headers"] if each[0].lower() not in ours)
            placed = (_placed(*header) for header in theirs)
            message = {**message, "headers": [*placed, *HEADERS]}
        await send(message)

    return send_with_base


def _placed(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    base = BASE.encode()
    if name.lower() == b"location" and value.startswith(b"/") and not value.startswith(base + b"/"):
        value = base + value
    return name, value
