"""Articles sent, replaced and killed over HTTP. Who may is the gate's matter.

What is sent goes the same way as what is ingested; only it has no origin, so that it is known by
its own key, uri or text.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from service.arrivals import Arrival, Lost, Notice, arrivals
from service.article import Article
from service.database import Connection
from service.errors import (
    CuttingsError,
    InvalidRequest,
    PreconditionFailed,
    Problem,
    Unreadable,
    WrongMediaType,
)
from service.formats.document import Document, Options
from service.formats.records import json_articles
from service.intake import Intake, Taken
from service.killing import Killed
from service.stores.recognition import BY_KEY, Decision
from service.web import examples
from service.web.answers.base import Answer
from service.web.api import At, Key, refuse_repeats
from service.web.desk import PATIENCE, Desk
from service.web.freshness import release, tags_of
from service.web.parameters import NoParams, Strict
from service.web.present_keys import gone, redirect

_JSON = "application/json"
_LINES = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines")


class StoredOut(Answer):
    """What became of an article; `current` is false for an earlier text, and while it waits."""

    key: str
    status: str
    current: bool


class ItemOut(Answer):
    """What became of one of many, in the order in which they were sent."""

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


class KillParams(Strict):
    reason: str = Field("", max_length=1_000, description="Why; the tombstone tells it")


async def articles_sent(request: Request) -> bytes:
    """The body as it came, and whether it says that it is JSON, as a foreign page's form cannot."""
    media_type = _media_type(request)
    if media_type not in (_JSON, *_LINES):
        told = "Send articles as `application/json` (one, or a list) or `application/x-ndjson`"
        raise WrongMediaType(told)
    return await request.body()


Sent = Annotated[bytes, Depends(articles_sent)]
router = APIRouter(prefix="/v1", tags=["articles"], dependencies=[Depends(refuse_repeats)])
_ANY = {"type": "object", "additionalProperties": True}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {"schema": {"oneOf": [_ANY, {"type": "array", "items": _ANY}]}},
            _LINES[0]: {"schema": {"type": "string"}},
        },
    }
}
_ONE_BODY = {"requestBody": {"required": True, "content": {_JSON: {"schema": _ANY}}}}


@router.post(
    "/articles",
    summary="Send articles",
    response_model=StoredOut | list[ItemOut],
    responses=examples.SENT,
    openapi_extra=_BODY,
)
def send(request: Request, desk: At, body: Sent, _: Annotated[NoParams, Query()]) -> Any:
    """One article or many: each is added, or changes the one that has its key or its uri.

    Of many each has its status; of one a mistake is the answer's.
    """
    lines = _media_type(request) in _LINES
    document = _document(body, lines=lines)
    arrived = list(arrivals(document, Options(), json_articles.FORMAT.read))
    taken = _written(desk, arrived)
    if len(taken) == 1 and taken[0].number is None and not lines:
        return _stored(taken[0]) if isinstance(arrived[0], Notice) else _one(desk, taken[0])
    ordered = sorted(taken, key=lambda each: each.number or 0)
    return [_item(index, each) for index, each in enumerate(ordered)]


@router.put(
    "/articles/{key}",
    summary="Replace an article",
    response_model=StoredOut,
    responses=examples.REPLACED,
    openapi_extra=_ONE_BODY,
)
def replace_article(
    request: Request, desk: At, key: Key, body: Sent, _: Annotated[NoParams, Query()]
) -> Any:
    """It is what the article says now, whatever its dates; `If-Match` minds others' changes."""
    if moved := redirect(request, desk.articles.key_since(key)):
        return moved
    if dead := gone(desk, key):
        raise dead
    found = list(arrivals(_document(body), Options(), json_articles.FORMAT.read))
    article = _only(found, key)
    match = request.headers.get("if-match")

    def guard(conn: Connection, _decision: Decision) -> None:
        if match is not None:
            row = conn.execute(BY_KEY, {"key": key}).fetchone()
            _check(match, row["content_hash"][:16] if row is not None else None)

    taken = _written(desk, [article], replacing=True, guard=guard)
    return _one(desk, taken[0])


@router.delete(
    "/articles/{key}",
    summary="Kill an article",
    response_model=KilledOut,
    responses=examples.KILLED,
)
def kill(request: Request, desk: At, key: Key, params: Annotated[KillParams, Query()]) -> Any:
    """Out of every answer at once, and out of the bytes of the file soon after; it stays killed."""
    if dead := gone(desk, key):
        raise dead
    if (match := request.headers.get("if-match")) is not None:
        _check(match, desk.articles.text_of(key) or None)
    return _killed_out(desk.killing.kill(key, params.reason))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _document(body: bytes, *, lines: bool = False) -> Document:
    return Document("", "", io.BytesIO(body), media_type=_LINES[0] if lines else _JSON)


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


def _check(header: str, text: str | None) -> None:
    wanted = tags_of(header)
    if text is None or not ({text, "*"} & wanted):
        raise PreconditionFailed("The article is not what it was when you read it: read it again")


def _one(desk: Desk, taken: Taken) -> Any:
    if taken.outcome is None:
        raise Unreadable(f"It gives no article: it {taken.problem}")
    if taken.outcome == "killed":
        raise gone(desk, taken.key or "") or CuttingsError("The article was killed")
    return _stored(taken)


def _stored(taken: Taken) -> Response:
    key, outcome = taken.key or "", taken.outcome or ""
    current = taken.current and outcome != "killed"
    stored = StoredOut(key=key, status=outcome, current=current)
    status = 201 if outcome == "added" else 200
    headers = {"Location": f"/v1/articles/{key}"}
    return JSONResponse(stored.model_dump(), status, headers)


def _item(index: int, taken: Taken) -> ItemOut:
    status = taken.outcome or "failed"
    problem = taken.problem or ("was killed" if status == "killed" else None)
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
