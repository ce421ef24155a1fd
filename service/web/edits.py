"""The editor's desk: what people decide about entities, over HTTP.

Who may is the gate's matter; who it was comes from the key.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from service.alias_table import COLUMNS, add_from_table, written
from service.database import Connection
from service.edits import Edit
from service.entity import EntityType
from service.errors import WrongMediaType
from service.needs import of_entities
from service.query import Cursor
from service.stores.edits import Author
from service.web import examples
from service.web.answers.edits import (
    AliasReportOut,
    EditedOut,
    EditsOut,
    alias_report_out,
    edit_out,
    edits_out,
)
from service.web.answers.entities import EntityInFullOut, entity_in_full_out
from service.web.api import At, Key, refuse_other_than_json, refuse_repeats
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.parameters import ListParams, NoParams, Strict
from service.web.present_keys import redirect

# SQLite counts so far.
LARGEST_NUMBER = (1 << 63) - 1
Name = Annotated[str, Field(max_length=1_000)]
Number = Annotated[int, Path(alias="id", ge=1, le=LARGEST_NUMBER)]


class ReasonIn(Strict):
    """What every decision may come with."""

    reason: Name = Field("", description="Why; it stays in the log")


class MergeIn(ReasonIn):
    into: Name = Field(description="The key of the entity that it is", examples=["place-rome"])


class SplitIn(ReasonIn):
    aliases: list[Name] = Field(max_length=1_000, description="Spellings of somebody else")
    articles: list[Name] = Field([], max_length=1_000, description="Only in these articles")
    name: Name = Field(description="What the other one is called", examples=["Kim Min-ki"])


class RenameIn(ReasonIn):
    name: Name = Field(description="What it is called")


class RetypeIn(ReasonIn):
    type: EntityType


class NoteIn(ReasonIn):
    text: str = Field(max_length=10_000, description="The note; empty takes it off")


class AliasIn(ReasonIn):
    text: Name = Field(description="What it is called as well")


class DistinctIn(ReasonIn):
    other: Name = Field(description="The key of an entity that is not the same")


class AliasParams(ReasonIn):
    text: Name = Field(description="The spelling to take away")


class EditParams(ListParams):
    """The parameters of the log."""

    entity: str | None = Field(None, max_length=1_000, description="Only what names this entity")

    @property
    def what(self) -> str:
        return f"edits\n{self.entity}"


async def table_sent(request: Request) -> bytes:
    """The body as it came: declared as one, FastAPI would take it for JSON before anything else.

    As JSON must, a table must say what it is.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "text/csv":
        raise WrongMediaType("Send the table as CSV: `Content-Type: text/csv`")
    return await request.body()


async def refuse_parameters(_: Annotated[NoParams, Query()]) -> None:
    """What is asked for stands in the body."""


def _problem(title: str, status: int) -> dict[str, Any]:
    content = examples.PROBLEMS[422]["content"]["application/problem+json"]
    example = content["example"] | {"title": title, "status": status}
    return {
        "description": title,
        "content": {"application/problem+json": {**content, "example": example}},
    }


def _answers(example: Any) -> dict[int | str, dict[str, Any]]:
    ok = {"content": {"application/json": {"example": example}}}
    return {200: ok, 409: _problem("This cannot be done now", 409), **examples.PROBLEMS}


_MERGE = {
    "id": 12,
    "at": "2019-01-08T06:30:00Z",
    "who": "the foreign desk",
    "action": "merge",
    "entity": "person-chosonggil",
    "into": "person-josonggil",
    "name": "Jo Song Gil",
    "aliases": [],
    "articles": [],
    "reason": "the ministry's own spelling",
    "in_force": True,
}
_ENTITY = examples.ENTITY[200]["content"]["application/json"]["example"]
_MOVED: dict[int | str, dict[str, Any]] = {
    307: {"description": "To the same verb of the entity that this one was merged into"}
}
EDITED = _MOVED | _answers({"edit": _MERGE, "entity": _ENTITY})
EDITS = _answers({"total": 12, "edits": [_MERGE], "next": "WzAsMTIsIiIsMCxudWxsLCJhbGwiLCIiXQ"})
IMPORTED = _answers({"added": 2, "unchanged": 0, "failed": [{"line": 4, "reason": "has no alias"}]})
_TABLE = ",".join(COLUMNS) + "\r\nperson-josonggil,Jo Song Gil,person,Jo Song-gil,9,0\r\n"
_TABLE_BODY = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
}
TABLE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": _TABLE}}},
    **examples.PROBLEMS,
}

router = APIRouter(prefix="/v1", tags=["editors"], dependencies=[Depends(refuse_repeats)])


def _verb(path: str, summary: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return router.post(
        path,
        summary=summary,
        response_model=EditedOut,
        responses=EDITED,
        dependencies=[Depends(refuse_other_than_json), Depends(refuse_parameters)],
    )


@_verb("/entities/{key}/merge", "Make two entities one")
def merge(request: Request, desk: At, key: Key, body: Annotated[MergeIn, Body()]) -> Any:
    """All that is called so is `into` from now on, also in articles that are still to come."""
    return _edited(request, desk, key, body, lambda who: desk.edits.merge(key, body.into, who))


@_verb("/entities/{key}/split", "Make two entities of one")
def split(request: Request, desk: At, key: Key, body: Annotated[SplitIn, Body()]) -> Any:
    """Some of its spellings are somebody else, everywhere or only in some articles."""
    return _edited(
        request,
        desk,
        key,
        body,
        lambda who: desk.edits.split(key, body.aliases, body.name, who, body.articles),
    )


@_verb("/entities/{key}/rename", "Give an entity another name")
def rename(request: Request, desk: At, key: Key, body: Annotated[RenameIn, Body()]) -> Any:
    """It is shown under this name, whatever articles call it; its key stays."""
    return _edited(request, desk, key, body, lambda who: desk.edits.rename(key, body.name, who))


@_verb("/entities/{key}/retype", "Give an entity another type")
def retype(request: Request, desk: At, key: Key, body: Annotated[RetypeIn, Body()]) -> Any:
    """It is of this type, and so has another key."""
    return _edited(request, desk, key, body, lambda who: desk.edits.retype(key, body.type, who))


@_verb("/entities/{key}/dismiss", "Say that something is no entity")
def dismiss(request: Request, desk: At, key: Key, body: Annotated[ReasonIn, Body()]) -> Any:
    """What is called so is no person, organisation or place."""
    return _edited(request, desk, key, body, lambda who: desk.edits.dismiss(key, who))


@_verb("/entities/{key}/note", "Pin a note to an entity")
def note(request: Request, desk: At, key: Key, body: Annotated[NoteIn, Body()]) -> Any:
    """A text for colleagues, instead of any before it."""
    return _edited(request, desk, key, body, lambda who: desk.edits.annotate(key, body.text, who))


@_verb("/entities/{key}/distinct", "Say that two entities are not the same")
def distinct(request: Request, desk: At, key: Key, body: Annotated[DistinctIn, Body()]) -> Any:
    """The two are not offered to be merged again."""
    return _edited(
        request, desk, key, body, lambda who: desk.edits.keep_apart(key, body.other, who)
    )


@_verb("/entities/{key}/aliases", "Add a spelling")
def add_alias(request: Request, desk: At, key: Key, body: Annotated[AliasIn, Body()]) -> Any:
    """It is called so too, where articles mean nobody else by it, and in what people search for."""
    return _edited(request, desk, key, body, lambda who: desk.edits.add_alias(key, body.text, who))


@router.delete(
    "/entities/{key}/aliases",
    summary="Take a spelling away",
    response_model=EditedOut,
    responses=EDITED,
)
def remove_alias(
    request: Request, desk: At, key: Key, params: Annotated[AliasParams, Query()]
) -> Any:
    """Where an article says so, it is not this entity."""
    return _edited(
        request, desk, key, params, lambda who: desk.edits.remove_alias(key, params.text, who)
    )


@router.get(
    "/edits",
    summary="List what editors decided",
    response_model=EditsOut,
    responses={304: {"description": examples.ENTITY[304]["description"]}, **EDITS},
)
def edits(request: Request, desk: At, params: Annotated[EditParams, Query()]) -> Response:
    """The log, newest first; of one entity what names it on either side."""
    after = params.after(params.what)

    def found() -> EditsOut:
        page = desk.edits.page(params.entity, params.limit, after.offset if after else 0)
        if not page.more:
            return edits_out(page, None)
        last = Cursor(0, page.edits[-1].edit.id, "", 0, None, "all", "")
        return edits_out(page, params.going_on(params.what, last))

    return answer(desk, request, found)


@router.post(
    "/edits/{id}/undo",
    summary="Take an edit back",
    response_model=EditedOut,
    responses=EDITED,
    dependencies=[Depends(refuse_other_than_json), Depends(refuse_parameters)],
)
def undo(request: Request, desk: At, number: Number, body: Annotated[ReasonIn, Body()]) -> Any:
    """As if it had never been; later edits stay, and an undo can be undone."""
    return _answered(request, desk, desk.edits.undo(number, _author(request, body)))


@router.get(
    "/aliases.csv",
    summary="Every spelling as a table",
    response_class=StreamingResponse,
    responses={304: {"description": examples.ENTITY[304]["description"]}, **TABLE},
)
def aliases(request: Request, desk: At, _: Annotated[NoParams, Query()]) -> Response:
    """By entity and spelling; `added` is 1 for an editor's. What a spreadsheet would take for a
    formula has an apostrophe in front, which is taken off when the table comes back.
    """
    return answer(desk, request, lambda: _table(desk))


def _table(desk: Desk) -> Response:
    return StreamingResponse(
        written(desk.aliases.every()),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="aliases.csv"'},
    )


@router.post(
    "/aliases",
    summary="Add spellings from a table",
    response_model=AliasReportOut,
    responses=IMPORTED,
    openapi_extra=_TABLE_BODY,
)
def add_aliases(
    request: Request,
    desk: At,
    table: Annotated[bytes, Depends(table_sent)],
    params: Annotated[ReasonIn, Query()],
) -> AliasReportOut:
    """All of them in one go; a row that cannot be used is reported and stops no other.

    The first line names the columns: `alias`, and `key` or `name` and `type`; perhaps `reason`.
    """
    report = add_from_table(desk.edits, table, _author(request, params))
    return alias_report_out(report)


def _author(request: Request, given: ReasonIn) -> Author:
    return Author(request.state.holder, given.reason)


def _edited(
    request: Request, desk: Desk, key: str, given: ReasonIn, verb: Callable[[Author], Edit]
) -> Any:
    """What a verb has done; 307 for the key of an entity that was merged into another."""
    if not desk.entities.has(key) and (moved := redirect(request, desk.edits.survivor(key))):
        return moved
    return _answered(request, desk, verb(_author(request, given)))


def _answered(request: Request, desk: Desk, edit: Edit) -> EditedOut:
    request.state.touched = [f"edit {edit.id}"]

    def told(_: Connection) -> EditedOut:
        there = desk.entities.has(edit.entity)
        key = edit.entity if there else desk.edits.survivor(edit.entity)
        return EditedOut(edit=edit_out(edit), entity=_entity(desk, key) if key else None)

    return desk.archive.look(of_entities([edit.entity]), told)


def _entity(desk: Desk, key: str) -> EntityInFullOut | None:
    detail = desk.entities.get(key)
    return entity_in_full_out(detail, desk.coverage_of(detail)) if detail is not None else None
