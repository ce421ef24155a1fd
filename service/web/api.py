"""The routes that read articles, and what all routes of /v1 share.

Each is a thin skin over a function of the service.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.errors import NotFound, WrongMediaType
from service.web import examples
from service.web.answers.articles import ArticleOut, SimilarArticlesOut, article_out, similar_out
from service.web.desk import Desk
from service.web.freshness import release
from service.web.parameters import ListParams, NoParams, UriParams
from service.web.present_keys import about_article, gone_by_uri, path_of
from service.web.query_string import given


def desk_of(request: Request) -> Desk:
    """The desk that the app was made with."""
    desk: Desk = request.app.state.desk
    return desk


# Dependencies are coroutines: FastAPI sends each that is none to a thread of its own and back.
async def at_desk(request: Request) -> Desk:
    return desk_of(request)


async def refuse_repeats(request: Request) -> None:
    """A parameter with one value, given twice, is a mistake."""
    given(request)


async def refuse_other_than_json(request: Request) -> None:
    """A body must say that it is JSON, as a browser's form on a foreign page cannot."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise WrongMediaType("Send the body as JSON: `Content-Type: application/json`")


At = Annotated[Desk, Depends(at_desk)]
Key = Annotated[str, Path(max_length=1_000)]
_REKEYED: dict[int | str, dict[str, Any]] = {
    307: {"description": "To the key that the source has stated since"}
}
router = APIRouter(prefix="/v1", dependencies=[Depends(refuse_repeats)])


def present_key(desk: Desk, key: str) -> str | None:
    """An entity's key if it is there, else that of the one that editors merged it into."""
    return key if desk.entities.has(key) else desk.edits.survivor(key)


@router.get(
    "/articles",
    tags=["articles"],
    summary="Find an article by its source's identifier",
    status_code=307,
    responses=examples.REDIRECT,
    response_class=Response,
)
def article_by_uri(desk: At, params: Annotated[UriParams, Query()]) -> Response:
    """To the article with the source's own identifier."""
    release(desk)
    key = desk.articles.key_of_uri(params.uri)
    if key is None:
        told = NotFound(f"No article has the uri “{params.uri}”")
        raise gone_by_uri(desk, params.uri) or told
    return RedirectResponse(path_of(key), 307)


@router.get(
    "/articles/{key}",
    tags=["articles"],
    summary="Read an article",
    response_model=ArticleOut,
    responses=_REKEYED | examples.ARTICLE,
)
def article(request: Request, desk: At, key: Key, _: Annotated[NoParams, Query()]) -> Response:
    """An article with its entities and mentions."""
    return about_article(desk, request, key, lambda: _article(desk, key))


@router.get(
    "/articles/{key}/similar",
    tags=["articles"],
    summary="Find articles like this one",
    response_model=SimilarArticlesOut,
    responses=_REKEYED | examples.SIMILAR,
)
def similar(
    request: Request, desk: At, key: Key, params: Annotated[ListParams, Query()]
) -> Response:
    """Articles that share its telling words and names, at most 100, each with what it shares."""
    what = f"similar\n{key}"
    offset = params.offset(what)

    def found() -> SimilarArticlesOut:
        page = desk.similarity.similar(key, params.limit, offset)
        return similar_out(page, params.next(what) if page.more else None)

    return about_article(desk, request, key, found)


def _article(desk: Desk, key: str) -> ArticleOut:
    filed = desk.articles.get(key)
    assert filed is not None  # noqa: S101 - looked up in the same snapshot
    return article_out(filed, desk.entities.in_article(key), desk.entities.mentions_in(key))
