"""What a page's form sends, taken only from a page of ours that was made for who sends it.

The cookie alone proves nothing: other ports of this machine count as the same site, and a page of
theirs can post with it. So a form says what only a page that was read can know.
"""

import hmac
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request

from service.errors import Forbidden, InvalidRequest, WrongMediaType
from service.web.sessions import session_of

# A mapping of a name to its value, to the last of several; `getlist` has all of them.
Form = ImmutableMultiDict[str, str]
FORM_TOKEN = "form_token"  # noqa: S105 - the name of a field
OF_ANOTHER = "This form is too old or not ours: load the page again"
# A page of the merge queue sends some dozens.
_MOST_FIELDS = 5_000


async def form_posted(request: Request) -> Form:
    """The fields of a form, of a page of this very server; for a form that needs no session."""
    _refuse_other_pages(request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise WrongMediaType("Send a form: `Content-Type: application/x-www-form-urlencoded`")
    text = (await request.body()).decode("ascii", "replace")
    try:
        fields = parse_qsl(text, True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError as exc:
        raise InvalidRequest(f"A form may have {_MOST_FIELDS:,} fields") from exc
    return ImmutableMultiDict(fields)


async def form_sent(request: Request, form: Annotated[Form, Depends(form_posted)]) -> Form:
    """The fields of a form that a page of this very session holds; Forbidden for any other."""
    session = session_of(request)
    if session is None or not says(form, session.form_token):
        raise Forbidden(OF_ANOTHER)
    return form


def says(form: Form, token: str) -> bool:
    """Whether a form holds this token; how long it takes does not tell how much of it is right."""
    return hmac.compare_digest(form.get(FORM_TOKEN, "").encode(), token.encode())


def _refuse_other_pages(request: Request) -> None:
    """A browser says whose page a form stands on; what is no browser says nothing."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    foreign = origin is not None and origin.lower().partition("://")[2] != _host(request)
    if foreign or site not in ("same-origin", "none"):
        raise Forbidden("This form stands on a page that is not ours: load ours and send that")


def _host(request: Request) -> str:
    return request.headers.get("host", "").lower()
