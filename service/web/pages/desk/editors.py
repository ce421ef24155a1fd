"""Who is at the editor's desk, and what was wrong with a form in words for people."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from service.errors import CuttingsError, Forbidden, NotAuthenticated
from service.stores.edits import Author
from service.web.forms import Form, form_sent
from service.web.sessions import Session, session_of

# What is called otherwise on the page.
_FIELDS = {
    "aliases": "What was chosen",
    "articles": "The choice of articles",
    "into": "The other one",
    "name": "The name",
    "other": "The other one",
    "reason": "The reason",
    "text": "The text",
    "type": "The kind",
}


async def editor(request: Request) -> Session:
    """Asked again behind the gate, which knows paths and no pages."""
    session = session_of(request)
    if session is None:
        raise NotAuthenticated("Log in with a key of the scope edit to work at the desk")
    if not session.may_edit:
        raise Forbidden(f"The desk needs a key of the scope edit, yours is for {session.scope}")
    return session


Editor = Annotated[Session, Depends(editor)]
Sent = Annotated[Form, Depends(form_sent)]


def author(session: Session, form: Form) -> Author:
    """Who decides, and why."""
    return Author(session.holder, form.get("reason", ""))


def in_words(error: CuttingsError, names: Mapping[str, str]) -> str:
    """What could not be done; `names` are those of the keys that it may tell of."""
    wrong = [f"{_FIELDS.get(p.where, p.where)} {p.message}" for p in error.problems]
    told = ". ".join(wrong) or error.detail
    for key, name in names.items():
        told = told.replace(f"“{key}”", f"“{name}”")
    return f"{told}."
