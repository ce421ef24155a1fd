"""Articles sent, replaced and killed over HTTP. Who may is the gate's matter.

What is sent goes the same way as what is ingested; only it has no origin, so that it is known by
its own key, uri or text.
"""

import io
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field

from service.arrivals import Arrival, Lost, Notice, arrivals
from service.article import Article
from service.database import Connection
from service.errors import (
    Conflict,
    CuttingsError,
    InvalidRequest,
    Problem,
    TooLarge,
    Unreadable,
    WrongMediaType,
)
from service.formats.document import Document, Options
from service.formats.records import json_articles
from service.formats.stated_fields import checked
from service.intake import Intake, Taken
from service.killing import Killed
from service.stores.edit_log import LONGEST_TEXT, given_text
from service.stores.recognition import Decision
from service.web import examples
from service.web.answers.base import Answer
from service.web.api import At, Key, refuse_other_than_json, refuse_repeats
from service.web.desk import PATIENCE, Desk
from service.web.freshness import release
from service.web.parameters import NoParams, Strict
from service.web.preconditions import Conditional, refuse_conditions
from service.web.present_keys import gone, path_of, redirect

_JSON = "application/json"
_LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")


class StoredOut(Answer):
    """What became of an article; `current` is false for an earlier text, and while it waits."""

    key: str
    status: str
    current: bool


class ItemOut(Answer):
    """What became of one of many; `index` counts them from 0, as they were sent."""

    index: int
    key: str | None
    status: str
    current: bool
    error: str | None


class KilledOut(Answer):
    """What was killed, and what of it is elsewhere: near copies by key, and where it came from."""

    key: str
    killed_at: str
    reason: str
    erased: bool
    copies: list[str]
    origins: list[str]


class KillIn(Strict):
    """Why, as parameter or as JSON."""

    reason: str | None = Field(
        None, max_length=LONGEST_TEXT, description="Why; the tombstone tells it"
    )


async def refuse_other_body(request: Request) -> None:
    """A body need not be there; one that is must say that it is JSON."""
    if int(request.headers.get("content-length", "0")):
        await refuse_other_than_json(request)


async def reason_given(
    params: Annotated[KillIn, Query()], body: Annotated[KillIn | None, Body()] = None
) -> str:
    """The one reason that is given, in either place."""
    reasons = {each.reason for each in (params, body) if each and each.reason is not None}
    if len(reasons) > 1:
        problem = Problem("reason", "is another one in the body")
        raise InvalidRequest("Two reasons are given: send one", problems=(problem,))
    return given_text(next(iter(reasons), ""), "reason")


def new_key(key: str) -> str:
    """A key as articles may state it: the path must not bring in others."""
    if checked("key", key) != key:
        raise ValueError("must be a key, without anything around it")
    return key


async def articles_sent(request: Request) -> bytes:
    """The body as it came, and whether it says that it is JSON, as a foreign page's form cannot."""
    media_type = _media_type(request)
    if media_type not in (_JSON, *_LINES):
        told = "Send articles as `application/json` (one, or a list) or `application/x-ndjson`"
        raise WrongMediaType(told)
    return await request.body()


Sent = Annotated[bytes, Depends(articles_sent)]
_KEY = "Letters, digits and `.` `_` `~` `-`, beginning with a letter or digit"
NewKey = Annotated[str, Path(max_length=128, description=_KEY), AfterValidator(new_key)]
router = APIRouter(prefix="/v1", tags=["articles"], dependencies=[Depends(refuse_repeats)])
_ANY = {"type": "object", "additionalProperties": True}
_EXAMPLE = {
    "uri": "desk:17",
    "title": "Envoy leaves Rome",
    "body": "The envoy to Rome has left his post.",
    "published_at": "2019-01-04",
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {
                "schema": {"oneOf": [_ANY, {"type": "array", "items": _ANY}]},
                "example": _EXAMPLE,
            },
            _LINES[0]: {"schema": {"type": "string"}},
        },
    }
}
_ONE_BODY = {
    "requestBody": {
        "required": True,
        "content": {_JSON: {"schema": _ANY, "example": _EXAMPLE}},
    }
}


@router.post(
    "/articles",
    summary="Send articles",
    response_model=StoredOut | list[ItemOut],
    responses=examples.SENT,
    openapi_extra=_BODY,
    dependencies=[Depends(refuse_conditions)],
)
def send(request: Request, desk: At, body: Sent, _: Annotated[NoParams, Query()]) -> Any:
    """One article or many: each is added, or changes the one that has its key or its uri.

    Of many each has its status; of one a mistake is the answer's. Where a list breaks off, the last
    item says so, with the index of the first that was not read.
    """
    document = _document(body, lines=_media_type(request) in _LINES)
    arrived = _arrived(desk, document)
    withdrawn = {each.withdrawn.number for each in arrived if isinstance(each, Notice)}
    taken = _written(desk, arrived)
    request.state.touched = [each.key for each in taken if each.key]
    if len(taken) == 1 and taken[0].number is None:
        return _one(desk, taken[0], is_withdrawn=bool(withdrawn))
    return _items(taken, withdrawn)


@router.put(
    "/articles/{key}",
    summary="Replace an article",
    response_model=StoredOut,
    responses=examples.REPLACED,
    openapi_extra=_ONE_BODY,
)
def replace_article(
    request: Request,
    desk: At,
    key: NewKey,
    body: Sent,
    only: Conditional,
    _: Annotated[NoParams, Query()],
) -> Any:
    """It is what the article says now, whatever its dates; `If-Match` minds others' changes."""
    if moved := redirect(request, desk.articles.key_since(key)):
        return moved
    if dead := gone(desk, key):
        raise dead
    found = _arrived(desk, _document(body))
    article = _only(found, key)

    def guard(conn: Connection, decision: Decision) -> None:
        if decision.outcome != "killed":
            only.check(desk, conn, decision.key)

    taken = _written(desk, [article], replacing=True, guard=guard)
    return _one(desk, taken[0])


@router.delete(
    "/articles/{key}",
    summary="Kill an article",
    response_model=KilledOut,
    responses=examples.KILLED,
    dependencies=[Depends(refuse_other_body)],
)
def kill(
    desk: At, key: Key, reason: Annotated[str, Depends(reason_given)], only: Conditional
) -> KilledOut:
    """Out of every answer at once, and out of the bytes of the file soon after; it stays killed."""
    try:
        killed = desk.killing.kill(key, reason, partial(only.check, desk))
    except Conflict as exc:
        raise gone(desk, key) or exc from exc
    return _killed_out(killed)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _document(body: bytes, *, lines: bool = False) -> Document:
    return Document("", "", io.BytesIO(body), media_type=_LINES[0] if lines else _JSON)


def _arrived(desk: Desk, document: Document) -> list[Arrival]:
    """What was sent; TooLarge for more articles than one request may send."""
    archive, _ = desk.engine.generation()
    most = desk.settings.limits.most_articles
    read = arrivals(document, Options(archive=archive), json_articles.FORMAT.read)
    found = list(islice(read, most + 1))
    if len(found) > most:
        raise TooLarge(
            f"A request may send {most:,} articles (CUTTINGS_MOST_ARTICLES): "
            "send them in parts, or use `cuttings ingest`"
        )
    return found


def _written(desk: Desk, arrived: Sequence[Arrival], **how: Any) -> list[Taken]:
    release(desk)
    killing, tagger = desk.killing, desk.tagger
    intake = Intake(desk.archive, desk.embargoes, killing, tagger, patience=PATIENCE, **how)
    with desk.writing:
        return [each for each in intake.take(arrived) if isinstance(each, Taken)]


def _only(found: Sequence[Arrival], key: str) -> Article:
    """The one article that was sent for this key."""
    if len(found) != 1 or isinstance(found[0], Notice):
        raise InvalidRequest("The body must hold one article")
    article = found[0]
    if isinstance(article, Lost):
        raise Unreadable(f"It gives no article: {article.reason}")
    if article.key not in (None, key):
        problem = Problem("key", f"is “{article.key}”, but the path says “{key}”")
        raise InvalidRequest("The body is another article", problems=(problem,))
    return replace(article, key=key)


def _one(desk: Desk, taken: Taken, *, is_withdrawn: bool = False) -> Response:
    if taken.outcome is None:
        raise Unreadable(f"It gives no article: {taken.problem}")
    if taken.outcome == "killed" and not is_withdrawn:
        raise gone(desk, taken.key or "") or CuttingsError("The article was killed")
    return _stored(taken)


def _stored(taken: Taken) -> Response:
    key, outcome = taken.key or "", taken.outcome or ""
    current = taken.current and outcome != "killed"
    stored = StoredOut(key=key, status=outcome, current=current)
    status = 201 if outcome == "added" else 200
    headers = {"Location": path_of(key)}
    return JSONResponse(stored, status, headers)


def _items(taken: Sequence[Taken], withdrawn: Collection[int | None]) -> list[ItemOut]:
    """In the order in which they were sent; a fault without a number ends the list there."""
    read = sum(each.number is not None for each in taken)
    indexed = [(read if each.number is None else each.number - 1, each) for each in taken]
    indexed.sort(key=lambda pair: pair[0])
    return [_item(n, each, each.number in withdrawn) for n, each in indexed]


def _item(index: int, taken: Taken, is_withdrawn: bool) -> ItemOut:
    status = taken.outcome or "failed"
    refused = "was killed" if status == "killed" and not is_withdrawn else None
    problem = taken.problem or refused
    current = taken.current and taken.outcome is not None and status != "killed"
    return ItemOut(index=index, key=taken.key, status=status, current=current, error=problem)


def _killed_out(killed: Killed) -> KilledOut:
    stone = killed.tombstone
    return KilledOut(
        key=stone.key,
        killed_at=stone.killed_at,
        reason=stone.reason,
        erased=False,
        copies=list(killed.copies),
        origins=list(killed.origins),
    )
