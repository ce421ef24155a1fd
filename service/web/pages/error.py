"""An error as a page: what was wrong, what to do, and the search to go on with."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from service.errors import (
    CuttingsError,
    Forbidden,
    Gone,
    MethodNotAllowed,
    NotAuthenticated,
    Problem,
)
from service.web.pages.login_form import login_form, way_back, within
from service.web.pages.moments import day
from service.web.pages.rendering import NO_STORE, page
from service.web.sessions import session_of

NEEDS_KEY = "This page needs a key."
ADVICE = {
    403: "",
    404: "Check the address, or search for what you need.",
    405: "Go back and load the page again.",
    409: "Go back, load the page again and see what has changed.",
    410: "What it said is in the archive no longer.",
    422: "Check the address, or search for what you need.",
    429: "Wait a moment, then try again.",
    500: "If it happens again, tell whoever runs this archive: the log says what it was.",
    503: "It will not take long: try again in a moment.",
}
# A browser keeps a strict cookie back when it follows a link on somebody else's page, a message for
# example, and sends it when our own page asks for the same again.
AGAIN = {"Refresh": "0"}
# What may be otherwise when it is asked again.
PASSING = (429, 500, 503)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page of an error says; `faults` are those of single parameters.

    `again` and `back` are addresses to go on at, empty if there is none.
    """

    status: int
    title: str
    detail: str
    faults: tuple[str, ...] = ()
    advice: str = ""
    again: str = ""
    back: str = ""


def error_page(request: Request, error: CuttingsError) -> Response:
    """The page, with the headers that a program gets; where a key is needed, the form for it."""
    headers = NO_STORE | error.headers
    if isinstance(error, NotAuthenticated):
        headers |= AGAIN if _follows_foreign_link(request) else {}
        return login_form(request, way_back(request), NEEDS_KEY, error.status, headers)
    address, asked = within(way_back(request)), request.method in ("GET", "HEAD")
    told = shown(error, address if asked else "", "" if asked or address == "/" else address)
    values = {"error": told, "may_try_another_key": asked and _may_lack_scope(request, error)}
    return page(request, "error.html", values, error.status, headers)


def shown(error: CuttingsError, here: str = "", back: str = "") -> Shown:
    """What to say of an error to somebody who reads.

    `here` is the page, if one was asked for; `back` the page whose form was sent.
    """
    title, detail = error.title, error.detail
    if isinstance(error, Gone) and error.facts:
        detail = _taken_out(error)
    elif isinstance(error, MethodNotAllowed):
        title = "There is nothing to read here"
        detail = "This address only takes what a form on another page sends."
    faults = tuple(_fault(problem) for problem in error.problems)
    return Shown(
        error.status,
        title,
        "" if faults else _sentence(detail),
        faults,
        ADVICE.get(error.status, "Go back and try again."),
        here if error.status in PASSING else "",
        back,
    )


def _may_lack_scope(request: Request, error: CuttingsError) -> bool:
    session = session_of(request)
    return isinstance(error, Forbidden) and session is not None and not session.may_edit


def _follows_foreign_link(request: Request) -> bool:
    """Also said of what stands in somebody's frame or image, which does not heed the answer."""
    return request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site"


def _taken_out(error: Gone) -> str:
    reason = error.facts.get("reason", "").rstrip(".")
    when = f"It was taken out on {day(error.facts.get('killed_at', ''))}"
    return f"{when}: {reason}." if reason else f"{when}."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _fault(problem: Problem) -> str:
    return f"{problem.where}: {problem.message}" if problem.where else problem.message
