"""The routes of a search: hits, facets, suggestions. They are asked most, so they cost least."""

import time
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, Request, Response

from service.errors import InvalidRequest, NotFound, Problem
from service.search import Ask
from service.web import examples
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
from service.web.api import Key, desk_of, refuse_other_than_json
from service.web.desk import Desk
from service.web.freshness import answered, as_json
from service.web.parameters import (
    FACETS,
    FacetParams,
    SearchParams,
    SuggestParams,
    refuse_long_page,
)
from service.web.query_string import documented, read_as

router = APIRouter(prefix="/v1", tags=["search"])


@router.get(
    "/search",
    summary="Search",
    response_model=SearchOut,
    responses=examples.SEARCH,
    openapi_extra=documented(SearchParams),
)
async def search(
    request: Request, params: Annotated[SearchParams, Depends(read_as(SearchParams))]
) -> Response:
    """Articles that match, with exact totals and facets."""
    desk = desk_of(request)
    ask = params.ask(desk.settings.timezone)
    return await answered(desk, request, lambda: _linked(_found(desk, ask), request))


@router.post(
    "/search",
    summary="Search with JSON",
    response_model=SearchOut,
    responses=examples.SEARCH,
    dependencies=[Depends(refuse_other_than_json)],
)
async def search_by_post(request: Request, params: Annotated[SearchParams, Body()]) -> Response:
    """The same search with its parameters as JSON, for queries too long for a URL."""
    if request.query_params:
        problems = tuple(Problem(n, "belongs into the body") for n in request.query_params)
        raise InvalidRequest("A POST takes its parameters as JSON", problems=problems)
    desk = desk_of(request)
    refuse_long_page(params.limit, desk.settings.limits)
    ask = params.ask(desk.settings.timezone)
    return await answered(desk, request, lambda: _found(desk, ask))


def _linked(found: SearchOut, request: Request) -> Response:
    """With the address of the next page."""
    if not found["next"]:
        return as_json(found)
    items = [(n, v) for n, v in request.query_params.multi_items() if n != "cursor"]
    query = urlencode([*items, ("cursor", found["next"])], errors="replace")
    return as_json(found, {"Link": f'<{request.url.path}?{query}>; rel="next"'})


def _found(desk: Desk, ask: Ask) -> SearchOut:
    started = time.perf_counter()
    results = desk.finder.search(ask)
    return search_out(results, ask.q, (time.perf_counter() - started) * 1_000)


@router.get(
    "/facets",
    summary="Count the values of every field",
    response_model=FacetsOut,
    responses=examples.FACETS,
    openapi_extra=documented(FacetParams),
)
async def all_facets(
    request: Request, params: Annotated[FacetParams, Depends(read_as(FacetParams))]
) -> Response:
    """Counts of every field's values over what the other parameters select."""
    desk = desk_of(request)
    ask = params.ask_of(FACETS, desk.settings.timezone)
    return await answered(
        desk, request, lambda: FacetsOut(facets=facets_out(desk.finder.facets(ask)))
    )


@router.get(
    "/facets/{field}",
    summary="Count the values of one field",
    response_model=FacetOut | HistogramOut,
    responses=examples.FACET,
    openapi_extra=documented(FacetParams),
)
async def one_facet(
    request: Request,
    field: Key,
    params: Annotated[FacetParams, Depends(read_as(FacetParams))],
) -> Response:
    """Counts of one field's values; `contains` finds within them."""
    if field not in FACETS:
        raise NotFound(f"There is no facet “{field}”: there are {', '.join(FACETS)}")
    desk = desk_of(request)
    ask = params.ask_of((field,), desk.settings.timezone)
    return await answered(desk, request, lambda: facet_out(desk.finder.facets(ask)[field]))


@router.get(
    "/suggest",
    summary="Complete what is being typed",
    response_model=SuggestionsOut,
    responses=examples.SUGGESTIONS,
    openapi_extra=documented(SuggestParams),
)
async def suggest(
    request: Request, params: Annotated[SuggestParams, Depends(read_as(SuggestParams))]
) -> Response:
    """Names, words and headlines of the archive that go on as typed."""
    desk = desk_of(request)
    return await answered(
        desk,
        request,
        lambda: suggestions_out(desk.suggester.suggest(params.q, params.limit)),
    )
