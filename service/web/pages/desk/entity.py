"""The desk of one entity: its card, and a form for each thing that an editor can say about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from service.database import Connection
from service.dates import Moment
from service.edits import Edit
from service.entity import ENTITY_TYPES, EntityType
from service.errors import Conflict, CuttingsError, InvalidRequest, NotFound
from service.needs import of_entities
from service.search import Ask
from service.stores.edits import Author, EditStore
from service.stores.entities import Alias, EntityDetail, EntityRow
from service.web.api import At, Key, present_key
from service.web.desk import Desk
from service.web.forms import Form
from service.web.pages.addresses import Address, article_page, desk_page
from service.web.pages.article_lines import headline_of
from service.web.pages.desk.cards import card
from service.web.pages.desk.editors import Editor, Sent, author, editor, in_words
from service.web.pages.desk.logged_edits import LoggedLine, line, lines, number_in
from service.web.pages.kinds import A_KIND
from service.web.pages.rendering import page
from service.web.present_keys import about_entity
from service.web.sessions import Session

router = APIRouter(include_in_schema=False, dependencies=[Depends(editor)])

HISTORY = "/desk/history"
# Of others a form would need a search of its own.
ARTICLES, CANDIDATES, LATEST = 30, 12, 5
Verb = Callable[[EditStore, str, Form, Author], Edit]


@dataclass(frozen=True, slots=True)
class Choice:
    """An article that a split may be limited to."""

    key: str
    href: str
    title: str
    published: Moment | None
    source: str | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be done, and what the form was sent with."""

    verb: str
    words: str
    given: Mapping[str, str]
    chosen: frozenset[str]  # spellings


@dataclass(frozen=True, slots=True)
class EntityDesk:
    """What the forms of one entity show. `sought` is the name that another is looked for by."""

    entity: EntityRow
    at: str
    suggested: str
    history: str
    kinds: tuple[tuple[EntityType, str], ...]
    spellings: tuple[Alias, ...]
    articles: tuple[Choice, ...]
    more_articles: int
    note: str
    sought: str = ""
    candidates: tuple[EntityRow, ...] = ()
    failure: Failure | None = None

    def given(self, verb: str, name: str, otherwise: str = "") -> str:
        """What a field holds: what was sent, if that could not be done."""
        if self.failure is None or self.failure.verb != verb:
            return otherwise
        return self.failure.given.get(name, otherwise)

    def is_open(self, verb: str) -> bool:
        """Whether a form is shown at once, the others on request."""
        if self.failure is not None:
            return self.failure.verb == verb
        return verb == "merge" and bool(self.sought)


def desk_of_entity(desk: Desk, key: str, session: Session | None) -> EntityDesk | None:
    """For `entity_desk.html` on other pages; None for who is no editor or a key that is not there.

    To be called within the snapshot of the page.
    """
    if session is None or not session.may_edit:
        return None
    detail = desk.entities.get(key)
    return _forms(desk, detail) if detail is not None else None


@router.get("/desk/entities/{key}")
def entity_desk(request: Request, desk: At, key: Key) -> Response:
    """The desk of an entity; that of the one that it was merged into."""
    sought = request.query_params.get("name", "")
    done = request.query_params.get("done", "")

    def make() -> Response:
        return shown(request, desk, key, done=line(desk, number_in(done)), sought=sought)

    return about_entity(desk, request, key, make)


@router.post("/desk/entities/{key}/{verb}")
def decide(
    request: Request, desk: At, key: Key, verb: str, session: Editor, form: Sent
) -> Response:
    """What an editor says; back to what the entity is then."""
    if verb not in VERBS:
        raise NotFound(f"Nothing is called “{verb}” at the desk")
    try:
        _refuse_gone(desk, key)
        edit = VERBS[verb](desk.edits, key, form, author(session, form))
        request.state.touched = [f"edit {edit.id}"]
    except (Conflict, InvalidRequest) as exc:
        return shown_failed(request, desk, key, verb, form, exc)
    return RedirectResponse(found_at(desk, (edit.entity, edit.into or ""), edit.id), 303)


def _refuse_gone(desk: Desk, key: str) -> None:
    """What was said of one entity was not said of another that it has become."""
    if not desk.entities.has(key) and (other := desk.edits.survivor(key)) is not None:
        raise Conflict(f"It became “{other}” meanwhile, so nothing was changed")


def found_at(desk: Desk, keys: Iterable[str], done: int) -> str:
    """The desk of the first that is there, or was merged into one that is; the log if none is."""
    keys = tuple(filter(None, keys))
    for key in keys:
        present = present_key(desk, key)
        if present is not None and desk.entities.has(present):
            return str(Address(desk_page(present)).setting({"done": str(done)}))
    return str(Address(HISTORY).setting({"entity": keys[-1] if keys else "", "done": str(done)}))


def shown_failed(
    request: Request, desk: Desk, key: str, verb: str, form: Form, error: CuttingsError
) -> Response:
    """The same page with the words of the error, and what was typed."""
    key = present_key(desk, key) or key
    detail = desk.entities.get(key)
    if detail is None:
        raise error
    words = in_words(error, {key: detail.entity.name})
    failure = Failure(verb, words, dict(form), frozenset(form.getlist("alias")))
    sought, chosen = form.get("sought", ""), frozenset(form.getlist("article"))
    return shown(
        request, desk, key, failure=failure, sought=sought, chosen=chosen, status=error.status
    )


def shown(
    request: Request,
    desk: Desk,
    key: str,
    *,
    done: LoggedLine | None = None,
    failure: Failure | None = None,
    sought: str = "",
    chosen: frozenset[str] = frozenset(),
    status: int = 200,
) -> Response:
    """The page of an entity that is there."""

    def found(_: Connection) -> dict[str, object]:
        detail = desk.entities.get(key)
        if detail is None:
            raise NotFound(f"There is no “{key}” here")
        forms = replace(_forms(desk, detail, chosen), failure=failure, sought=sought)
        return {
            "at_desk": replace(forms, candidates=_candidates(desk, sought, key)),
            "card": card(desk, detail),
            "done": done,
            "latest": lines(desk, desk.edits.page(key, LATEST).edits),
        }

    values = desk.archive.look(of_entities([key]), found)
    return page(request, "desk_entity.html", values, status)


def _forms(desk: Desk, detail: EntityDetail, chosen: frozenset[str] = frozenset()) -> EntityDesk:
    entity = detail.entity
    return EntityDesk(
        entity=entity,
        at=desk_page(entity.key),
        suggested=str(Address("/desk", (("entity", entity.key),))),
        history=str(Address(HISTORY, (("entity", entity.key),))),
        kinds=tuple((kind, A_KIND[kind]) for kind in ENTITY_TYPES if kind != entity.type),
        spellings=detail.aliases,
        articles=_articles(desk, entity, chosen),
        more_articles=max(0, entity.articles - ARTICLES),
        note=detail.note or "",
    )


def _articles(desk: Desk, entity: EntityRow, chosen: frozenset[str]) -> tuple[Choice, ...]:
    ask = Ask(filters={entity.type: (entity.key,)}, sort="newest", limit=ARTICLES)
    return tuple(
        Choice(
            hit.key,
            article_page(hit.key),
            headline_of(hit.title),
            hit.published,
            hit.source,
            hit.key in chosen,
        )
        for hit in desk.finder.search(ask).hits
    )


def _candidates(desk: Desk, sought: str, own: str) -> tuple[EntityRow, ...]:
    """Others of that name, most mentioned first."""
    if not sought.strip():
        return ()
    found = desk.entities.page(
        name=sought, type_=None, sort="mentions", limit=CANDIDATES + 1, offset=0
    )
    rows = (detail.entity for detail in found.entities)
    return tuple(row for row in rows if row.key != own)[:CANDIDATES]


# What each form says ------------------------------------------------------------------------------


def _merge(edits: EditStore, key: str, form: Form, who: Author) -> Edit:
    if not form.get("into"):
        raise InvalidRequest("Choose whom it is to be merged into")
    return edits.merge(key, form["into"], who)


def _split(edits: EditStore, key: str, form: Form, who: Author) -> Edit:
    aliases = form.getlist("alias")
    if not aliases:
        raise InvalidRequest("Choose at least one spelling")
    return edits.split(key, aliases, form.get("name", ""), who, form.getlist("article"))


def _retype(edits: EditStore, key: str, form: Form, who: Author) -> Edit:
    return edits.retype(key, cast("EntityType", form.get("type", "")), who)


VERBS: Mapping[str, Verb] = {
    "merge": _merge,
    "split": _split,
    "retype": _retype,
    "rename": lambda edits, key, form, who: edits.rename(key, form.get("name", ""), who),
    "alias": lambda edits, key, form, who: edits.add_alias(key, form.get("text", ""), who),
    "unalias": lambda edits, key, form, who: edits.remove_alias(key, form.get("text", ""), who),
    "dismiss": lambda edits, key, _, who: edits.dismiss(key, who),
    "note": lambda edits, key, form, who: edits.annotate(key, form.get("text", ""), who),
}
