"""The merge queue: two cards, why they may be one, and a button for each answer."""

from collections.abc import Callable
from typing import cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from service.database import Connection
from service.edits import Edit
from service.entity import EntityType
from service.errors import Conflict, CuttingsError, InvalidRequest, NotFound
from service.merging import Merging, SuggestedMerge
from service.needs import NOTHING
from service.stores.edits import Author
from service.web.api import At, present_key
from service.web.desk import Desk
from service.web.forms import Form
from service.web.freshness import answer
from service.web.pages.desk.editors import Editor, Sent, author, editor, in_words
from service.web.pages.desk.logged_edits import LoggedLine, line, newest_line, number_in
from service.web.pages.desk.pair import pair_of
from service.web.pages.desk.queue_place import QUEUE, Place, behind, place_in, read_mark
from service.web.pages.kinds import CHOICES
from service.web.pages.rendering import page
from service.web.sessions import Session

router = APIRouter(include_in_schema=False, dependencies=[Depends(editor)])

DEALT_WITH = "Nothing was changed: somebody has dealt with one of these two already."


@router.get(QUEUE)
def queue(request: Request, desk: At) -> Response:
    """The next pair behind the one that the address names."""
    return answer(desk, request, lambda: shown(request, desk, place_in(request.query_params)))


@router.post(f"{QUEUE}/merge")
def merge(request: Request, desk: At, session: Editor, form: Sent) -> Response:
    """One of the two is the other from now on."""

    def decide(one: str, other: str, who: Author) -> Edit:
        into = form.get("into", "")
        if into not in (one, other):
            raise InvalidRequest("Say into which of the two")
        return desk.edits.merge(other if into == one else one, into, who)

    return _decided(request, desk, session, form, decide)


@router.post(f"{QUEUE}/apart")
def apart(request: Request, desk: At, session: Editor, form: Sent) -> Response:
    """The two are not the same, and do not come again."""
    return _decided(request, desk, session, form, desk.edits.keep_apart)


def _decided(
    request: Request,
    desk: Desk,
    session: Session,
    form: Form,
    decide: Callable[[str, str, Author], Edit],
) -> Response:
    """To the next pair; a pair that another editor has changed meanwhile is left as it is."""
    place, one, other = place_in(form), form.get("one", ""), form.get("other", "")
    try:
        if not (desk.entities.has(one) and desk.entities.has(other)):
            raise Conflict(DEALT_WITH)
        edit = decide(one, other, author(session, form))
        request.state.touched = [f"edit {edit.id}"]
    except InvalidRequest as exc:
        reason = form.get("reason", "")
        return shown(request, desk, place, failed=(exc, in_words(exc, {})), reason=reason)
    except (Conflict, NotFound) as exc:
        done = newest_line(desk, one if not desk.entities.has(one) else other)
        return shown(request, desk, place, failed=(exc, DEALT_WITH), done=done)
    return RedirectResponse(place.address(done=edit.id), 303)


def shown(
    request: Request,
    desk: Desk,
    place: Place,
    *,
    failed: tuple[CuttingsError, str] | None = None,
    done: LoggedLine | None = None,
    reason: str = "",
) -> Response:
    """The page; `failed` is what could not be done, in words."""

    def found(_: Connection) -> dict[str, object]:
        only = _only(desk, place)
        if place.entity and only is None:
            raise NotFound(f"There is no “{place.entity}” here")
        return {
            "place": place,
            "only": only,
            "kinds": [(label, Place(type=kind or "")) for kind, label in CHOICES.items()],
            **_pair_at(desk, place),
            "done": done or line(desk, number_in(request.query_params.get("done", ""))),
            "failed": failed[1] if failed else "",
            "reason": reason,
        }

    values = desk.archive.look(NOTHING, found)
    return page(request, "desk.html", values, failed[0].status if failed else 200)


def _pair_at(desk: Desk, place: Place) -> dict[str, object]:
    """The first pair behind the place, and where it stands in the queue; None at the end."""
    pairs = _pairs(desk, place)
    at = behind(pairs, read_mark(place.after))
    if at == len(pairs):
        return {"pair": None}
    found = pairs[at]
    standing = {"number": at + 1, "total": len(pairs), "skip": place.past(found)}
    return {"pair": pair_of(desk, found), **standing}


def _pairs(desk: Desk, place: Place) -> tuple[SuggestedMerge, ...]:
    merging = Merging(desk.suggestions)
    if not place.entity:
        return merging.every(cast("EntityType | None", place.type or None))
    key = present_key(desk, place.entity)
    return merging.of(key) if key is not None and desk.entities.has(key) else ()


def _only(desk: Desk, place: Place) -> tuple[str, str] | None:
    """Key and name of the only entity that the queue is about."""
    key = present_key(desk, place.entity) if place.entity else None
    detail = desk.entities.get(key) if key is not None else None
    return (detail.entity.key, detail.entity.name) if detail is not None else None
