"""What editors decided, newest first, and taking it back."""

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from service.errors import Conflict, NotFound
from service.web.api import At
from service.web.desk import Desk
from service.web.forms import Form
from service.web.freshness import answer
from service.web.pages.addresses import Address
from service.web.pages.desk.editors import Editor, Sent, author, editor
from service.web.pages.desk.entity import HISTORY, found_at
from service.web.pages.desk.logged_edits import line, lines, number_in
from service.web.pages.desk.queue_place import place_in
from service.web.pages.rendering import page

router = APIRouter(include_in_schema=False, dependencies=[Depends(editor)])

EDITS = 30


@router.get(HISTORY)
def history(request: Request, desk: At) -> Response:
    """The log, of one `entity` what names it; a page ends above the edit `cursor`."""
    return answer(desk, request, lambda: _shown(request, desk))


@router.post("/desk/undo")
def undo(request: Request, desk: At, session: Editor, form: Sent) -> Response:
    """Takes an edit back, and returns to where that was asked; what is undone already stays so."""
    number = number_in(form.get("edit", ""))
    undone = line(desk, number)
    if number is None or undone is None:
        raise NotFound("There is no such edit: see /desk/history")
    try:
        done = desk.edits.undo(number, author(session, form))
        request.state.touched = [f"edit {done.id}"]
    except Conflict:
        return RedirectResponse(_back(desk, form, number, ""), 303)
    return RedirectResponse(_back(desk, form, done.id, done.entity), 303)


def _back(desk: Desk, form: Form, done: int, entity: str) -> str:
    match form.get("at", ""):
        case "history":
            asked = {name: form.get(name, "") for name in ("entity", "cursor")}
            return str(Address(HISTORY).setting(asked | {"done": str(done)}))
        case "entity":
            return found_at(desk, (form.get("entity", ""), entity), done)
        case _:
            return place_in(form).address(done=done)


def _shown(request: Request, desk: Desk) -> Response:
    asked = request.query_params
    entity, cursor = asked.get("entity", ""), number_in(asked.get("cursor", ""))
    found = desk.edits.page(entity or None, EDITS, cursor or 0)
    detail = desk.entities.get(entity) if entity else None
    older = {"entity": entity, "cursor": str(found.edits[-1].edit.id) if found.more else ""}
    values = {
        "lines": lines(desk, found.edits),
        "total": found.total,
        "entity": entity,
        "name": detail.entity.name if detail is not None else entity,
        "is_there": detail is not None,
        "back": {"at": "history", "entity": entity, "cursor": str(cursor or "")},
        "newest": str(Address(HISTORY).setting({"entity": entity})) if cursor else "",
        "older": str(Address(HISTORY).setting(older)) if found.more else "",
        "done": line(desk, number_in(asked.get("done", ""))),
    }
    return page(request, "desk_history.html", values)
