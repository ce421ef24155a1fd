"""The route of suggested merges: a queue to look through, of which nothing happens by itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from service.entity import EntityType
from service.errors import NotFound
from service.merging import Merging
from service.web import examples
from service.web.answers.merges import MergesOut, merges_out
from service.web.api import At, present_key, refuse_repeats
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.parameters import ListParams

router = APIRouter(prefix="/v1/merges", dependencies=[Depends(refuse_repeats)])

_JO = {"key": "person-josonggil", "name": "Jo Song Gil", "type": "person", "articles": 2}
_CHO = {"key": "person-chosonggil", "name": "Cho Song-gil", "type": "person", "articles": 1}
_REASONS = [
    {"why": "romanisation", "detail": "Jo / Cho"},
    {"why": "shared company", "detail": "both with Thae Yong Ho, North Korea, Rome"},
]
_EXAMPLE = {
    "total": 21,
    "merges": [{"one": _JO, "other": _CHO, "score": 0.917, "reasons": _REASONS}],
    "next": "WzAsMjAsIiIsMCxudWxsLCJhbGwiLCI4YzBhOWMxZmQ1ZTAyYjc3Il0",
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": _EXAMPLE}}},
    304: {"description": "Nothing has changed since the ETag in If-None-Match"},
    **examples.PROBLEMS,
}


class MergeParams(ListParams):
    """The parameters of the list of suggested merges."""

    type: EntityType | None = Field(None, description="Only those of this type")
    entity: str | None = Field(
        None,
        max_length=1_000,
        description="Only for the entity with this key, looked for in all of the archive",
    )

    @property
    def what(self) -> str:
        return f"merges\n{self.type}\n{self.entity}"


@router.get(
    "",
    tags=["entities"],
    summary="List entities that may be one and the same",
    response_model=MergesOut,
    responses=_RESPONSES,
)
def merges(request: Request, desk: At, params: Annotated[MergeParams, Query()]) -> Response:
    """Pairs of entities that may be one, likeliest first, each with reasons.

    Among the most mentioned, or with `entity` among all; one that was merged stands for what it
    became. None of them is merged before an editor does it, and a pair that editors keep apart is
    not suggested again.
    """
    offset = params.offset(params.what)

    def look() -> None:
        if params.entity is not None and present_key(desk, params.entity) is None:
            raise NotFound(f"There is no “{params.entity}” here")

    return answer(desk, request, lambda: _merges(desk, params, offset), look)


def _merges(desk: Desk, params: MergeParams, offset: int) -> MergesOut:
    entity = present_key(desk, params.entity) if params.entity is not None else None
    page = Merging(desk.suggestions).page(
        type_=params.type, entity=entity, limit=params.limit, offset=offset
    )
    return merges_out(page, params.next(params.what) if page.more else None)
