"""A search as a file, whole, and as a feed, page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from service.export import EXPORT_FORMATS
from service.export.atom import MEDIA_TYPE, Entry, Feed, feed_xml
from service.export.exported import ExportFormat, urn_of
from service.export.walk import Walk, written
from service.query import Sort
from service.result import Hit, Results
from service.search import Ask
from service.web import examples
from service.web.api import At, refuse_repeats
from service.web.desk import Desk
from service.web.freshness import answer, release
from service.web.parameters import FilterParams, read_cursor, write_cursor

_LINE = '{"key":"3ce258f4f77f0bab","title":"North Korea\'s Rome ambassador defects to West",…}\n'
_ROW = (
    "\ufeffkey,uri,title,…\r\n3ce258f4f77f0bab,,North Korea's Rome ambassador defects to West,…\r\n"
)
_FEED = """<?xml version='1.0' encoding='utf-8'?>
<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:uuid:…</id><title>Cuttings: jo</title>…</feed>
"""


def _text(example: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "example": example}


EXPORT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/x-ndjson": _text(_LINE), "text/csv": _text(_ROW)}},
    **examples.PROBLEMS,
}
FEED: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: _text(_FEED)}},
    304: examples.SEARCH[304],
    **examples.PROBLEMS,
}
router = APIRouter(prefix="/v1", tags=["search"], dependencies=[Depends(refuse_repeats)])


class ExportParams(FilterParams):
    """The parameters of an export: those that select, and how the result is written."""

    format: Literal["ndjson", "csv", "ninjs"] = Field("ndjson", description="How it is written")
    sort: Literal["newest", "oldest"] = Field("newest", description="The order")

    def ask(self, timezone: str) -> Ask:
        return replace(super().ask(timezone), sort=self.sort)


class FeedParams(FilterParams):
    """The parameters of a feed: those that select, the order, and the page."""

    sort: Sort = Field("newest", description="`newest`, `oldest` or `relevance`")
    limit: int = Field(20, ge=1, le=100, description="Entries a page")
    cursor: str | None = Field(None, description="Where the page before ended: see its `next` link")
    collapse: bool = Field(False, description="true: a group of near copies is one entry")

    def ask(self, timezone: str) -> Ask:
        cursor = read_cursor(self.cursor) if self.cursor is not None else None
        return replace(
            super().ask(timezone),
            sort=self.sort,
            limit=self.limit,
            cursor=cursor,
            collapse=self.collapse,
        )


@router.get(
    "/export",
    summary="Export a whole result",
    response_class=StreamingResponse,
    responses=EXPORT,
)
def export(request: Request, desk: At, params: Annotated[ExportParams, Query()]) -> Response:
    """Every article that matches, as one file: it begins at once and takes as long as it takes.

    What changes meanwhile is written as it is when its turn comes. It carries no ETag.
    """
    release(desk)
    form = EXPORT_FORMATS[params.format]
    return StreamingResponse(
        _pieces(desk, form, params.ask(desk.settings.timezone), _only_asks(request)),
        media_type=form.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{form.file_name}"',
            "Cache-Control": "private, no-cache",
        },
    )


def _pieces(desk: Desk, form: ExportFormat, ask: Ask, only_asks: bool) -> Iterator[bytes]:
    """The first page is read here: what is wrong must be told before an answer has begun."""
    pages = Walk(desk.archive, desk.engine, desk.entities, desk.settings.limits).pages(ask)
    first = next(pages)
    return iter(()) if only_asks else written(form, chain((first,), pages))


def _only_asks(request: Request) -> bool:
    """Whether this is a HEAD, of which nothing but the headers is sent."""
    return getattr(request.state, "head", False)


@router.get(
    "/search.atom",
    summary="Search as a feed",
    response_class=Response,
    responses=FEED,
)
def search_feed(request: Request, desk: At, params: Annotated[FeedParams, Query()]) -> Response:
    """Any search as an Atom feed, newest first unless told otherwise."""
    ask = params.ask(desk.settings.timezone)
    return answer(desk, request, lambda: _feed_response(desk, request, ask))


def _feed_response(desk: Desk, request: Request, ask: Ask) -> Response:
    return Response(feed_xml(_feed(desk, request, ask)), media_type=MEDIA_TYPE)


def _feed(desk: Desk, request: Request, ask: Ask) -> Feed:
    """A page of the search; its id is that of the search, whichever page it is."""
    archive, _ = desk.engine.generation()
    results = desk.finder.search(ask)
    given = sorted(request.query_params.multi_items())
    selecting = [(n, v) for n, v in given if n not in ("cursor", "limit")]
    base = str(request.base_url)
    return Feed(
        urn=urn_of(archive, f"search?{_query(selecting)}"),
        title=_title(ask),
        total=results.total,
        limit=ask.limit,
        address=_address(base, "search.atom", given),
        search=_address(base, "search", selecting),
        following=_following(base, given, results),
        entries=tuple(_entry(desk, archive, base, hit) for hit in results.hits),
    )


def _following(base: str, given: list[tuple[str, str]], results: Results) -> str | None:
    if results.next is None:
        return None
    others = [(name, value) for name, value in given if name != "cursor"]
    return _address(base, "search.atom", [*others, ("cursor", write_cursor(results.next))])


def _entry(desk: Desk, archive: str, base: str, hit: Hit) -> Entry:
    filed = desk.articles.get(hit.key)
    assert filed is not None  # noqa: S101 - found in the same snapshot
    passages = [snippet.text for snippet in hit.snippets if snippet.field != "title"]
    summary = " … ".join(passages) or filed.article.standfirst or ""
    return Entry(filed, urn_of(archive, hit.key), f"{base}v1/articles/{hit.key}", summary)


def _title(ask: Ask) -> str:
    wanted = [ask.q, *_listed(ask.filters), *(f"not {name}" for name in _listed(ask.excluded))]
    said = ", ".join(" ".join(text.split()) for text in wanted if text.strip())
    return f"Cuttings: {said}" if said else "Cuttings"


def _listed(filters: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [value for values in filters.values() for value in values]


def _address(base: str, path: str, params: list[tuple[str, str]]) -> str:
    query = _query(params)
    return f"{base}v1/{path}?{query}" if query else f"{base}v1/{path}"


def _query(params: list[tuple[str, str]]) -> str:
    return urlencode(params, errors="replace")
