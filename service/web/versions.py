"""The routes of an article's versions: what it said before, and what was changed in it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from service.article import Filed
from service.errors import NotFound
from service.query import Cursor
from service.web import examples
from service.web.answers.versions import (
    DifferencesOut,
    VersionOut,
    VersionsOut,
    differences_out,
    version_out,
)
from service.web.api import At, Key, refuse_repeats
from service.web.edits import LARGEST_NUMBER
from service.web.parameters import ListParams, NoParams, Strict
from service.web.present_keys import about_article

# Versions that an error names, where one is asked for that is not there.
MOST_NAMED = 10
Version = Annotated[int, Path(alias="version", ge=1, le=LARGEST_NUMBER)]


class DifferenceParams(Strict):
    """The parameters of a comparison."""

    against: int | None = Field(
        None,
        ge=1,
        le=LARGEST_NUMBER,
        description="The version to compare it with, else the one before",
    )


_ARTICLE = examples.ARTICLE[200]["content"]["application/json"]["example"]
_WITHOUT = ("entities", "mentions", "tagger")
_VERSION = {name: value for name, value in _ARTICLE.items() if name not in _WITHOUT} | {
    "current": True
}
_TITLE = [
    {"kind": "same", "text": "North Korea's Rome ", "old_start": 0, "new_start": 0},
    {"kind": "removed", "text": "envoy", "old_start": 19, "new_start": 19},
    {"kind": "added", "text": "ambassador", "old_start": 24, "new_start": 19},
    {"kind": "same", "text": " defects to West", "old_start": 24, "new_start": 29},
]
_DIFFERENCES = {
    "key": _ARTICLE["key"],
    "old": 1,
    "new": 2,
    "texts": {"title": _TITLE},
    "fields": {"status": {"old": "published", "new": "corrected"}},
}


def _answers(example: Any) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"content": {"application/json": {"example": example}}},
        304: {"description": "Nothing has changed since the ETag in If-None-Match"},
        307: {"description": "To the key that the source has stated since"},
        **examples.PROBLEMS,
    }


router = APIRouter(
    prefix="/v1/articles/{key}/versions",
    tags=["articles"],
    dependencies=[Depends(refuse_repeats)],
)


@router.get(
    "",
    summary="List what an article said",
    response_model=VersionsOut,
    responses=_answers(
        {"total": 2, "versions": [_VERSION], "next": "WzAsMiwiIiwwLG51bGwsImFsbCJd"}
    ),
)
def versions(
    request: Request, desk: At, key: Key, params: Annotated[ListParams, Query()]
) -> Response:
    """Every text of it, whole, the newest first: what it says now begins the list."""
    what = f"versions\n{key}"
    after = params.after(what)

    def found() -> VersionsOut:
        every = desk.versions.all(key)
        rest = [filed for filed in every if after is None or filed.version < after.offset]
        page = rest[: params.limit]
        more = len(rest) > len(page)
        following = params.going_on(what, _place(page[-1])) if more else None
        listed = [version_out(filed, current=filed is every[0]) for filed in page]
        return VersionsOut(total=len(every), versions=listed, next=following)

    return about_article(desk, request, key, found)


@router.get(
    "/{version}",
    summary="Read what an article said",
    response_model=VersionOut,
    responses=_answers(_VERSION),
)
def version(
    request: Request,
    desk: At,
    key: Key,
    number: Version,
    _: Annotated[NoParams, Query()],
) -> Response:
    """One text of it, whole."""

    def found() -> VersionOut:
        every = desk.versions.all(key)
        place = place_of(every, number)
        return version_out(every[place], current=place == 0)

    return about_article(desk, request, key, found)


@router.get(
    "/{version}/diff",
    summary="Compare two texts of an article",
    response_model=DifferencesOut,
    responses=_answers(_DIFFERENCES),
)
def diff(
    request: Request,
    desk: At,
    key: Key,
    number: Version,
    params: Annotated[DifferenceParams, Query()],
) -> Response:
    """What was changed in this version since the one before, or since `against`, word by word."""

    def found() -> DifferencesOut:
        every = desk.versions.all(key)
        place = place_of(every, number)
        if params.against is not None:
            return differences_out(every[place_of(every, params.against)], every[place])
        if place + 1 == len(every):
            raise NotFound(f"Nothing is known from before version {number}")
        return differences_out(every[place + 1], every[place])

    return about_article(desk, request, key, found)


def _place(last: Filed) -> Cursor:
    return Cursor(0, last.version, "", 0, None, "all", "")


def place_of(every: tuple[Filed, ...], number: int) -> int:
    """Where the version of that number is among all; NotFound if it is not there."""
    place = next((n for n, filed in enumerate(every) if filed.version == number), None)
    if place is None:
        known = ", ".join(str(filed.version) for filed in every[:MOST_NAMED])
        raise NotFound(f"There is no version {number} of it here: the newest are {known}")
    return place
