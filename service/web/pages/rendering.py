"""Templates filled in, with headers that let nothing of anybody else's run or load."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service import __version__
from service.deadline import raise_if_late
from service.web.loopback import is_loopback
from service.web.pages.addresses import Address
from service.web.pages.kinds import NOUNS
from service.web.pages.languages import language_name
from service.web.pages.moments import day
from service.web.sessions import is_https, kept, session_of

_WEB = Path(__file__).parent.parent
STATIC = _WEB / "static"
STATIC_AT = "/static"
TEMPLATES = _WEB / "templates"

# Nothing but our own files; no inline script, no inline style, in nobody's frame.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie",
}
NO_STORE = {"Cache-Control": "no-store"}
_PIECES_BETWEEN_LOOKS = 200
_A_YEAR = "public, max-age=31536000, immutable"


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page; its template sees `values`, and what every page shows."""
    shown = _shown_everywhere(request) | dict(values)
    html = "".join(_in_time(templates().get_template(template).generate(shown)))
    all_headers = HEADERS | {"Cache-Control": kept(request)} | dict(headers or {})
    return HTMLResponse(html.encode("utf-8", "replace"), status, all_headers)


def _in_time(pieces: Iterable[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces):
        if not number % _PIECES_BETWEEN_LOOKS:
            raise_if_late()
        yield piece


def _shown_everywhere(request: Request) -> dict[str, Any]:
    here, is_get = here_of(request), request.method == "GET"
    return {
        "here": here,
        "version": __version__,
        "session": session_of(request),
        "may_use_sql": _may_use_sql(request),
        # What was sent by a form cannot be come back to.
        "login": str(Address("/login", (("next", str(here)),))) if is_get else "/login",
    }


def _may_use_sql(request: Request) -> bool:
    """The SQL room is open on this machine, and beyond it to administrators; if there is one."""
    if not getattr(request.app.state, "has_sql_room", True):
        return False
    session = session_of(request)
    is_admin = session is not None and session.scope == "admin"
    return is_admin or is_loopback(request.scope, request.headers)


def here_of(request: Request) -> Address:
    """The address of this very page; its path is quoted, since a key may hold any character."""
    path = quote(request.scope["path"], safe="/:@!$&'()*+,;=~")
    return Address(path, tuple(request.query_params.multi_items()))


def base_of(request: Request) -> str:
    """How this server is called by who asks."""
    return f"{'https' if is_https(request) else 'http'}://{request.headers['host']}"


@cache
def templates() -> Environment:
    """All templates; a name that nobody has given a value is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static
    made.globals["NOUNS"] = NOUNS
    made.filters["day"] = day
    made.filters["count"] = count
    made.filters["language"] = language_name
    made.filters["marked"] = marked
    return made


@cache
def static(name: str) -> str:
    """Where a file of ours is; the address changes with the file, so that it is kept for long."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{STATIC_AT}/{name}?v={digest}"


class KeptFiles(StaticFiles):
    """Our own files, which a browser need not ask for again under the same address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if b"v=" in scope["query_string"] and response.status_code == 200:
            response.headers["Cache-Control"] = _A_YEAR
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def count(number: int, one: str = "", many: str = "") -> str:
    """1,024 articles: a number with separators, and what is counted."""
    noun = one if number == 1 else (many or f"{one}s") if one else ""
    return f"{number:,} {noun}".strip()


def enumerated(parts: Sequence[str]) -> str:
    """2 people, 1 organisation and 5 places."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def marked(pieces: Iterable[tuple[str, bool]]) -> Markup:
    """A text of pieces, of which those that matched are marked; at once, since there are many."""
    parts = [
        f"<mark>{escape(text)}</mark>" if matched else escape(text) for text, matched in pieces
    ]
    return Markup("".join(parts))  # noqa: S704 - each piece is escaped
