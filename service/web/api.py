"""The routes of /v1 that are built. Each is a thin skin over a function of the service."""

import time
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.errors import InvalidRequest, NotFound, Problem, WrongMediaType
from service.search import Ask
from service.web import examples
from service.web.answers.articles import ArticleOut, SimilarArticlesOut, article_out, similar_out
from service.web.answers.search import (
    FacetOut,
    FacetsOut,
    HistogramOut,
    SearchOut,
    SuggestionsOut,
    facet_out,
    facets_out,
    search_out,
    suggestions_out,
)
from service.web.desk import Desk
from service.web.freshness import answer, release
from service.web.parameters import (
    FACETS,
    REPEATABLE,
    FacetParams,
    ListParams,
    NoParams,
    SearchParams,
    SuggestParams,
    UriParams,
)
from service.web.present_keys import about_article, gone_by_uri, path_of


def at_desk(request: Request) -> Desk:
    """The desk that the app was made with."""
    desk: Desk = request.app.state.desk
    return desk


def refuse_repeats(request: Request) -> None:
    """A parameter with one value, given twice, is a mistake and not a matter of taste."""
    names = [name for name, _ in request.query_params.multi_items()]
    twice = sorted({n for n in names if names.count(n) > 1 and n not in REPEATABLE})
    if twice:
        problems = tuple(Problem(name, "is given more than once") for name in twice)
        raise InvalidRequest("A parameter takes one value", problems=problems)


def refuse_other_than_json(request: Request) -> None:
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
    "/search",
    tags=["search"],
    summary="Search",
    response_model=SearchOut,
    responses=examples.SEARCH,
)
def search(
    request: Request, response: Response, desk: At, params: Annotated[SearchParams, Query()]
) -> Any:
    """Articles that match, with exact totals and facets."""
    ask = params.ask(desk.settings.timezone)
    found = answer(desk, request, response, lambda: _found(desk, ask))
    if isinstance(found, SearchOut) and found.next:
        items = [(n, v) for n, v in request.query_params.multi_items() if n != "cursor"]
        query = urlencode([*items, ("cursor", found.next)], errors="replace")
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return found


@router.post(
    "/search",
    tags=["search"],
    summary="Search with JSON",
    response_model=SearchOut,
    responses=examples.SEARCH,
    dependencies=[Depends(refuse_other_than_json)],
)
def search_by_post(
    request: Request, response: Response, desk: At, params: Annotated[SearchParams, Body()]
) -> Any:
    """The same search with its parameters as JSON, for queries too long for a URL."""
    if request.query_params:
        problems = tuple(Problem(n, "belongs into the body") for n in request.query_params)
        raise InvalidRequest("A POST takes its parameters as JSON", problems=problems)
    ask = params.ask(desk.settings.timezone)
    return answer(desk, request, response, lambda: _found(desk, ask))


def _found(desk: Desk, ask: Ask) -> SearchOut:
    started = time.perf_counter()
    results = desk.finder.search(ask)
    return search_out(results, ask.q, (time.perf_counter() - started) * 1_000)


@router.get(
    "/facets",
    tags=["search"],
    summary="Count the values of every field",
    response_model=FacetsOut,
    responses=examples.FACETS,
)
def all_facets(
    request: Request, response: Response, desk: At, params: Annotated[FacetParams, Query()]
) -> Any:
    """Counts of every field's values over what the other parameters select."""
    ask = params.ask_of(FACETS, desk.settings.timezone)
    return answer(
        desk, request, response, lambda: FacetsOut(facets=facets_out(desk.finder.facets(ask)))
    )


@router.get(
    "/facets/{field}",
    tags=["search"],
    summary="Count the values of one field",
    response_model=FacetOut | HistogramOut,
    responses=examples.FACET,
)
def one_facet(
    request: Request,
    response: Response,
    desk: At,
    field: Key,
    params: Annotated[FacetParams, Query()],
) -> Any:
    """Counts of one field's values; `contains` finds within them."""
    if field not in FACETS:
        raise NotFound(f"There is no facet “{field}”: there are {', '.join(FACETS)}")
    ask = params.ask_of((field,), desk.settings.timezone)
    return answer(desk, request, response, lambda: facet_out(desk.finder.facets(ask)[field]))


@router.get(
    "/suggest",
    tags=["search"],
    summary="Complete what is being typed",
    response_model=SuggestionsOut,
    responses=examples.SUGGESTIONS,
)
def suggest(
    request: Request, response: Response, desk: At, params: Annotated[SuggestParams, Query()]
) -> Any:
    """Names, words and headlines of the archive that go on as typed."""
    return answer(
        desk,
        request,
        response,
        lambda: suggestions_out(desk.suggester.suggest(params.q, params.limit)),
    )


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
def article(
    request: Request, response: Response, desk: At, key: Key, _: Annotated[NoParams, Query()]
) -> Any:
    """An article with its entities and mentions."""
    return about_article(desk, request, response, key, lambda: _article(desk, key))


@router.get(
    "/articles/{key}/similar",
    tags=["articles"],
    summary="Find articles like this one",
    response_model=SimilarArticlesOut,
    responses=_REKEYED | examples.SIMILAR,
)
def similar(
    request: Request, response: Response, desk: At, key: Key, params: Annotated[ListParams, Query()]
) -> Any:
    """Articles that share its telling words and names, at most 100, each with what it shares."""
    what = f"similar\n{key}"
    offset = params.offset(what)

    def found() -> SimilarArticlesOut:
        page = desk.similarity.similar(key, params.limit, offset)
        return similar_out(page, params.next(what) if page.more else None)

    return about_article(desk, request, response, key, found)


def _article(desk: Desk, key: str) -> ArticleOut:
    filed = desk.articles.get(key)
    assert filed is not None  # noqa: S101 - looked up in the same snapshot
    return article_out(filed, desk.entities.in_article(key), desk.entities.mentions_in(key))
