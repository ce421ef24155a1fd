"""The route of quotes: who said what, where."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from service.web import examples
from service.web.answers.quotes import QuotesOut, quotes_out
from service.web.api import At, refuse_repeats
from service.web.desk import Desk
from service.web.freshness import answer
from service.web.parameters import ListParams, Names

router = APIRouter(prefix="/v1/quotes", dependencies=[Depends(refuse_repeats)])


class QuoteParams(ListParams):
    """The parameters of the list of quotes."""

    speaker: Names = Field(
        default_factory=list,
        description="Only of these: a key, any of an entity's names, or `an informed source`",
    )
    article: str | None = Field(
        None, max_length=1_000, description="Only in the article with this key"
    )
    direct: bool | None = Field(
        None, description="true: in quotation marks; false: told in the writer's words"
    )

    @property
    def what(self) -> str:
        return f"quotes\n{self.speaker}\n{self.article}\n{self.direct}"


@router.get(
    "",
    tags=["entities"],
    summary="List who said what",
    response_model=QuotesOut,
    responses=examples.QUOTES,
)
def quotes(request: Request, desk: At, params: Annotated[QuoteParams, Query()]) -> Response:
    """Speech with its speaker, the newest article first, in reading order within."""
    offset = params.offset(params.what)
    return answer(desk, request, lambda: _quotes(desk, params, offset))


def _quotes(desk: Desk, params: QuoteParams, offset: int) -> QuotesOut:
    page = desk.quotes.page(
        speakers=params.speaker,
        article=params.article,
        direct=params.direct,
        limit=params.limit,
        offset=offset,
    )
    return quotes_out(page, params.next(params.what) if page.more else None)
