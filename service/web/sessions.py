"""Who is logged in: a random token in a cookie of a browser, got for a key.

Over https the cookies have a name that only this very host can set (`__Host-`), or a neighbour
under the same domain could log somebody in as somebody else. Whether it is https a proxy says.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from service.stores.keys import ApiKey
from service.stores.keys import Scope as KeyScope
from service.stores.sessions import LIFETIME_DAYS

# What a key of each scope may do.
ALLOWS: dict[KeyScope, frozenset[KeyScope]] = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "write"}),
    "edit": frozenset({"read", "edit"}),
    "admin": frozenset({"read", "write", "edit", "admin"}),
}
Cookie = Literal["cuttings_session", "cuttings_login"]
SESSION: Cookie = "cuttings_session"
# Before there is a session, it says that a form was loaded by the browser that sends it.
LOGIN: Cookie = "cuttings_login"
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_SECONDS: dict[Cookie, int] = {SESSION: LIFETIME_DAYS * 86_400, LOGIN: 3_600}


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in; every form that changes something sends `form_token`."""

    number: int  # of the key that it was begun with
    holder: str
    scope: KeyScope
    form_token: str

    @property
    def may_edit(self) -> bool:
        return "edit" in ALLOWS[self.scope]


def session_with(key: ApiKey, token: str) -> Session:
    """The session of this token, which was begun with this key."""
    return Session(key.number, key.holder, key.scope, form_token(token))


def session_of(request: Request) -> Session | None:
    """The session that the gate found; None also where no gate stands before."""
    session: Session | None = getattr(request.state, "session", None)
    return session


def kept(request: Request) -> str:
    """For how long a browser may keep an answer: it asks again before it shows it.

    What was read in a session it does not keep, or the way back would show it to whoever sits down
    there after the session has ended.
    """
    return "private, no-cache" if session_of(request) is None else "no-store"


def form_token(token: str) -> str:
    """What a form says that was made for who has this token; the token cannot be told from it."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_in(request: Request, cookie: Cookie) -> str:
    """The token that a cookie of ours holds, empty without one that could be a token."""
    told = request.cookies.get(_named(request, cookie), "")
    return told if _TOKEN.fullmatch(told) else ""


def put_token(request: Request, response: Response, cookie: Cookie, token: str) -> None:
    """Have the browser keep a token; an empty one takes the cookie away."""
    response.set_cookie(
        _named(request, cookie),
        token,
        max_age=_SECONDS[cookie] if token else 0,
        path="/",
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )


def is_https(request: Request) -> bool:
    """Whether the browser asked by https, also where a proxy asks us by http.

    A browser cannot be made to say so by another page, so the header may be believed.
    """
    said = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    forwarded = request.headers.get("forwarded", "").lower().replace('"', "").partition(",")[0]
    named = any(part.strip() == "proto=https" for part in forwarded.split(";"))
    return request.url.scheme == "https" or said.lower() == "https" or named


def _named(request: Request, cookie: Cookie) -> str:
    return f"__Host-{cookie}" if is_https(request) else cookie
