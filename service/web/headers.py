"""What every answer says to browsers: nothing of ours runs, loads or is framed where it should not.

Outermost of all, so that refusals, files and answers of other libraries carry it as well.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.sessions import is_https

# A page says what it needs itself; an answer for programs needs nothing.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# A year; only where a proxy says that it speaks https, since we do not.
HSTS = {"Strict-Transport-Security": "max-age=31536000"}
_HEADERS, _HSTS = (
    tuple((name.lower().encode(), value.encode()) for name, value in each.items())
    for each in (HEADERS, HSTS)
)


class SecurityHeaders:
    """ASGI middleware. What an answer says itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        added = _HEADERS + _HSTS if _is_https(scope) else _HEADERS

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = (each for each in added if each[0] not in said)
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        await self._app(scope, receive, send_safely)


def _is_https(scope: Scope) -> bool:
    """Most requests say nothing of it, and a look at them costs less than a request object."""
    told = any(name in (b"x-forwarded-proto", b"forwarded") for name, _ in scope["headers"])
    return (told or scope.get("scheme") == "https") and is_https(Request(scope))
