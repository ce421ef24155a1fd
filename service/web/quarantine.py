"""The routes of what could not be read: for whoever may edit, since it may be under embargo."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from service.query import Cursor
from service.web import examples
from service.web.answers.quarantine import (
    LARGEST_SHOWN,
    AsideInFullOut,
    QuarantineOut,
    aside_in_full_out,
    quarantine_out,
)
from service.web.api import At, refuse_repeats
from service.web.edits import Number
from service.web.parameters import ListParams, NoParams

_ASIDE = {
    "id": 7,
    "origin": "/var/feeds/wire.ndjson",
    "number": 1204,
    "reason": "has no body",
    "format": "json",
    "size": 61,
    "times": 1,
    "first_seen": "2019-01-08T06:30:00Z",
    "last_seen": "2019-01-09T06:30:00Z",
    "kept": True,
}
_WHAT = "quarantine"


def _answers(example: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"application/json": {"example": example}}}, **examples.PROBLEMS}


async def refuse_to_store(response: Response) -> None:
    """Nor is there an ETag: the archive's says nothing of the private file."""
    response.headers["Cache-Control"] = "no-store"


router = APIRouter(
    prefix="/v1/quarantine",
    tags=["editors"],
    dependencies=[Depends(refuse_repeats), Depends(refuse_to_store)],
)


@router.get(
    "",
    summary="List what could not be read",
    response_model=QuarantineOut,
    responses=_answers(
        {"total": 21, "items": [_ASIDE], "next": "WzAsNywiIiwwLG51bGwsImFsbCIsIiJd"}
    ),
)
def quarantine(desk: At, params: Annotated[ListParams, Query()]) -> QuarantineOut:
    """Inputs and records that gave no article, each with its reason, the newest first."""
    after = params.after(_WHAT)
    page = desk.quarantine.page(params.limit, after.offset if after else 0)
    if not page.more:
        return quarantine_out(page, None)
    last = Cursor(0, page.kept[-1].id, "", 0, None, "all", "")
    return quarantine_out(page, params.going_on(_WHAT, last))


@router.get(
    "/{id}",
    summary="Read what could not be read",
    response_model=AsideInFullOut,
    responses=_answers(_ASIDE | {"text": '{"headline": "Rome envoy missing"}', "cut": False}),
)
def aside(desk: At, number: Number, _: Annotated[NoParams, Query()]) -> AsideInFullOut:
    """One of them with its text, up to 100,000 bytes of it."""
    kept = desk.quarantine.get(number)
    return aside_in_full_out(kept, desk.quarantine.data(number, LARGEST_SHOWN + 1))
