"""ETags: what a reader has already is not searched for again."""

import asyncio
import contextvars
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from fastapi import Request, Response

from service import __version__
from service.database import Connection
from service.errors import CuttingsError
from service.needs import NOTHING, Needs
from service.stages import Stage
from service.web.answers.base import encoded
from service.web.desk import Desk
from service.web.sessions import kept, session_of

# An answer, or a response of another kind than JSON.
Made = Mapping[str, Any] | Response


def answer(
    desk: Desk,
    request: Request,
    make: Callable[[], Made],
    look: Callable[[], object] = lambda: None,
    tag: str = "",
    needs: Needs = NOTHING,
) -> Response:
    """What `make` returns, from one snapshot; or 304 when nothing has changed since.

    `look` raises when there is nothing to be had at all: a 304 would say that there is. `needs` are
    fetched at once where all else is fetched as it is asked for. Embargoes that have run out are
    lifted first, so that a reader never waits for a timer.
    """

    def looked(_: Connection) -> tuple[Made, dict[str, str]]:
        look()
        headers = {"ETag": _etag(desk, request, tag), "Cache-Control": kept(request)}
        if _knows(request, headers["ETag"]):
            return Response(status_code=304), headers
        return make(), headers

    release(desk)
    made, headers = desk.archive.look(needs, looked)
    if not isinstance(made, Response):
        return as_json(made, headers)
    made.headers.update(headers)
    return made


async def answered(desk: Desk, request: Request, make: Callable[[], Made]) -> Response:
    """The same in another thread, for routes that are asked often.

    A hop through FastAPI's own threads costs twice as much.
    """
    loop = asyncio.get_running_loop()
    # Unlike FastAPI's, an executor's thread does not know by itself whose request it answers.
    context = contextvars.copy_context()
    return await loop.run_in_executor(desk.threads, context.run, answer, desk, request, make)


def as_json(made: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """An answer, encoded at once: FastAPI would look at each value again."""
    with Stage("encode"):
        return Response(encoded(made), headers=headers, media_type="application/json")


def release(desk: Desk) -> None:
    """Lift what is due, without waiting for a writer; the server's rounds come back to it.

    It is they that tell what goes wrong: each request comes by here, and would fill the log.
    """
    with suppress(CuttingsError):
        desk.embargoes.release_due(0)


def _etag(desk: Desk, request: Request, tag: str) -> str:
    """Weak, since it says that nothing was written, not that two answers are the same bytes.

    A page names who is logged in, and holds what that session's forms must say.
    """
    archive, generation = desk.engine.generation()
    reader = getattr(request.state, "reader", "")
    made_of = f"{archive}\n{generation}\n{__version__}\n{reader}\n{session_of(request)}"
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:20]
    return f'W/"{digest}.{tag}"' if tag else f'W/"{digest}"'


def tags_of(header: str) -> set[str]:
    """The tags of what was read, as `answer` gave them, in a header of ETags."""
    etags = (each.strip().removeprefix("W/").strip('"') for each in header.split(","))
    return {etag.rpartition(".")[2] for etag in etags}


def _knows(request: Request, etag: str) -> bool:
    """If-None-Match compares weakly (RFC 9110, 13.1.2)."""
    if request.method not in ("GET", "HEAD"):
        return False
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or any(
        tag.strip().removeprefix("W/") == etag.removeprefix("W/") for tag in known.split(",")
    )
