"""A key that something had before answers 307 to the one that it has now, path and query kept."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from service.errors import NotFound
from service.web.desk import Desk
from service.web.freshness import answer, release

Body = TypeVar("Body")
Has = Callable[[str], bool]
# The key that something has now which had this one before; None if nothing had.
PresentKey = Callable[[str], str | None]


def answer_about(
    desk: Desk,
    request: Request,
    response: Response,
    key: str,
    make: Callable[[], Body],
    *,
    has: Has,
    present: PresentKey,
) -> Body | Response:
    """What `make` returns about what has this key; NotFound if nothing has it or had it."""

    def look() -> None:
        if not has(key):
            raise NotFound(f"There is no “{key}” here")

    if not has(key):
        release(desk)  # it may be due just now
        if moved := redirect(request, present(key)):
            return moved
    return answer(desk, request, response, make, look)


def redirect(request: Request, key: str | None) -> RedirectResponse | None:
    """To the same under another key, if there is one."""
    if not key:
        return None
    path = request.scope["route"].path.replace("{key}", quote(key, safe=""))
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(path + query, 307)
