"""The form that asks for a key, at its own address and wherever a page needs one."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from service.web.pages.rendering import NO_STORE, here_of, page
from service.web.sessions import (
    LOGIN,
    form_token,
    new_token,
    put_token,
    session_of,
    token_in,
)

FORMS_AT = ("/login", "/logout")
# Browsers take a backslash for a slash, two slashes for another host, and leave out tabs and line
# ends; what else is no ASCII is quoted in an address.
_OURS = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")


def login_form(
    request: Request,
    goes_to: str,
    told: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The form, with what there is to tell; who has logged in goes to `goes_to`."""
    # Other tabs have the form as well: one token serves them all.
    token = token_in(request, LOGIN) or new_token()
    values = {"next": within(goes_to), "told": told, "form_token": form_token(token)}
    response = page(request, "login.html", values, status, NO_STORE | dict(headers or {}))
    if session_of(request) is None:
        put_token(request, response, LOGIN, token)
    return response


def within(address: str) -> str:
    """The address if it is a path of ours where one can go on, else the front page."""
    leads_back = address.partition("?")[0] in FORMS_AT
    return address if _OURS.fullmatch(address) and not leads_back else "/"


def way_back(request: Request) -> str:
    """Where to go on once logged in: this page, or the one whose form was sent."""
    if request.method in ("GET", "HEAD"):
        return str(here_of(request))
    host = request.headers.get("host", "")
    _, ours, path = request.headers.get("referer", "").partition(f"://{host}/")
    return f"/{path}" if ours else "/"
