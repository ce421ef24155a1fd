"""Logging in with a key, once, and out again."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from service.errors import Forbidden, NotAuthenticated
from service.web.api import At
from service.web.forms import OF_ANOTHER, Form, form_posted, says
from service.web.pages.addresses import Address
from service.web.pages.login_form import login_form, within
from service.web.sessions import LOGIN, SESSION, form_token, put_token, session_of, token_in

UNKNOWN = "No key in use is like this one: check that all of it was copied."
TOO_OLD = "The form was too old, or your browser keeps no cookies for this page. Try again."

router = APIRouter(include_in_schema=False)


@router.get("/login")
def login(request: Request) -> Response:
    """The form, or who is logged in."""
    return login_form(request, request.query_params.get("next", ""))


@router.post("/login")
def log_in(request: Request, desk: At, form: Annotated[Form, Depends(form_posted)]) -> Response:
    """Begin a session for who knows a key; any that this browser had before ends."""
    goes_to, token = within(form.get("next", "")), token_in(request, LOGIN)
    if not token or not says(form, form_token(token)):
        return login_form(request, goes_to, TOO_OLD, 403)
    key = desk.keys.find(form.get("key", "").strip())
    if key is None:
        error = NotAuthenticated(UNKNOWN)
        return login_form(request, goes_to, UNKNOWN, error.status, error.headers)
    if before := token_in(request, SESSION):
        desk.sessions.end(before)
    response = RedirectResponse(goes_to, 303)
    put_token(request, response, SESSION, desk.sessions.begin(key))
    put_token(request, response, LOGIN, "")
    return response


@router.post("/logout")
def log_out(request: Request, desk: At, form: Annotated[Form, Depends(form_posted)]) -> Response:
    """End the session; where it has ended already there is nothing to do."""
    session = session_of(request)
    if session is not None:
        if not says(form, session.form_token):
            raise Forbidden(OF_ANOTHER)
        desk.sessions.end(token_in(request, SESSION))
    goes_to = within(form.get("next", ""))
    there = Address("/login").setting({"next": goes_to if goes_to != "/" else ""})
    response = RedirectResponse(str(there), 303)
    put_token(request, response, SESSION, "")
    return response
