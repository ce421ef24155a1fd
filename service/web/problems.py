"""Every error as application/problem+json (RFC 9457), whoever raised it; as a page for people."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPMethod, HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from service.errors import (
    CuttingsError,
    Forbidden,
    Gone,
    InvalidRequest,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    NotReady,
    Problem,
)
from service.logs import REQUEST_ID
from service.web.pages.error import error_page
from service.web.pages.rendering import STATIC_AT

MEDIA_TYPE = "application/problem+json"
# What is there is for programs, whatever they say that they accept.
FOR_PROGRAMS = (
    *("/v1", "/openapi.json", "/docs/files", "/healthz", "/readyz", "/metrics", STATIC_AT),
    *("/suggestions", "/opensearch.xml", "/robots.txt", "/favicon.ico"),
)
_log = logging.getLogger("cuttings")


def refusal(request: Request, error: CuttingsError, in_body: Sequence[bool] = ()) -> Response:
    """The answer to an error: a page for a browser that asked for one, else JSON."""
    if asks_for_page(request):
        return error_page(request, error)
    return problem_response(error, in_body)


def asks_for_page(request: Request) -> bool:
    """Whether a browser asks for something to read; a program does not name HTML."""
    path = request.scope["path"]
    if any(path == each or path.startswith(f"{each}/") for each in FOR_PROGRAMS):
        return False
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(each.partition(";")[0].strip() == "text/html" for each in accepted)


def problem_response(error: CuttingsError, in_body: Sequence[bool] = ()) -> Response:
    """The answer to an error; `in_body` says of each problem whether its place is in the body."""
    content: dict[str, Any] = {
        "type": f"/errors/{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if error.problems:
        places = zip(error.problems, in_body or [False] * len(error.problems), strict=True)
        content["errors"] = [_item(problem, within) for problem, within in places]
    if isinstance(error, Gone | NotReady):
        content |= error.facts
    if request_id := REQUEST_ID.get():
        content["request_id"] = request_id
    headers = {"Cache-Control": "no-store"} | error.headers
    # What is at fault may be half of a surrogate pair: UTF-8 cannot say it, but JSON's escape can.
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(body, error.status, headers, media_type=MEDIA_TYPE)


def _item(problem: Problem, in_body: bool) -> dict[str, Any]:
    """`where` is empty for a body that is wrong as a whole."""
    place = {"pointer": f"/{problem.where}"} if in_body else {"parameter": problem.where}
    item: dict[str, Any] = (place if problem.where else {}) | {"message": problem.message}
    if problem.offset is not None:
        item |= {"offset": problem.offset, "length": problem.length}
    return item


def add_problem_handlers(app: FastAPI) -> None:
    """Make the app answer every error in the one shape."""

    @app.exception_handler(CuttingsError)
    def ours(request: Request, exc: CuttingsError) -> Response:
        if exc.status >= 500:
            _log.error("%s %s: %s", request.method, request.url.path, exc.detail)
        return refusal(request, exc, [_is_in_body(problem, request) for problem in exc.problems])

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, exc: RequestValidationError) -> Response:
        error = InvalidRequest(
            "Some of what was sent cannot be used: see `errors`", problems=_problems(exc.errors())
        )
        return refusal(request, error, [fault["loc"][0] == "body" for fault in exc.errors()])

    @app.exception_handler(HTTPException)
    def http(request: Request, exc: HTTPException) -> Response:
        return refusal(request, _translated(request, exc))

    app.exception_handler(Exception)(unexpected)


def unexpected(request: Request, exc: Exception) -> Response:
    """A fault of ours: its traceback is for the log, the answer tells nothing of it."""
    _log.error("%s %s", request.method, request.url.path, exc_info=exc)
    return refusal(request, CuttingsError("The fault is ours, and it is in the log"))


def _is_in_body(problem: Problem, request: Request) -> bool:
    """Rules of ours do not know how a value came; a body may stand beside a query."""
    named = {*request.path_params, *request.query_params}
    return request.method in ("POST", "PUT", "DELETE") and problem.where not in named


def _problems(errors: Sequence[Any]) -> tuple[Problem, ...]:
    return tuple(_problem(error) for error in errors)


def _problem(error: Mapping[str, Any]) -> Problem:
    place = [str(part) for part in error["loc"][1:]]
    if error["type"] == "json_invalid":
        return Problem("", f"the body is not JSON: see character {place[0]}, counted from 0")
    if not place:
        return Problem("", "the body must be a JSON object")
    return Problem("/".join(place), message_of(error))


def message_of(error: Mapping[str, Any]) -> str:
    """What pydantic finds wrong with a value, or what our own rule said."""
    if error["type"] == "extra_forbidden":
        return "is not a parameter of this path"
    return str(error["msg"]).removeprefix("Value error, ")


def _translated(request: Request, exc: HTTPException) -> CuttingsError:
    if exc.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allow = ", ".join(_methods(request))
        return MethodNotAllowed(f"{request.url.path} knows {allow}", allow)
    known = {error.status: error for error in (Forbidden, NotFound)}
    if exc.status_code in known:
        return known[HTTPStatus(exc.status_code)](f"Nothing answers at {request.url.path}")
    if exc.status_code == HTTPStatus.UNAUTHORIZED:
        return NotAuthenticated(str(exc.detail))
    if exc.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's word for bytes that are no text
        return InvalidRequest("The body cannot be read: send JSON in UTF-8, not deeply nested")
    return InvalidRequest(str(exc.detail))


def _methods(request: Request) -> list[str]:
    """Every method that some route has for this path."""
    methods = {
        method.value
        for method in HTTPMethod
        for route in request.app.routes
        if route.matches({**request.scope, "method": method.value})[0] is Match.FULL
    }
    # What is mounted (files, the SQL room) only knows reading.
    methods = methods or {"GET"}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
