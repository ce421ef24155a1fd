"""What browsers ask for beside the pages: how to search from their address bar, and the icon."""

import json

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from service.web.api import desk_of
from service.web.desk import Desk
from service.web.freshness import answered
from service.web.pages.rendering import base_of, static, templates

DESCRIPTION_TYPE = "application/opensearchdescription+xml"
SUGGESTIONS_TYPE = "application/x-suggestions+json"
SUGGESTED, LONGEST_TYPED = 8, 1_000
# Crawlers would follow every link of every search; the archive is there for its own newsroom.
ROBOTS = "User-agent: *\nDisallow: /\n"
NOSNIFF = {"X-Content-Type-Options": "nosniff"}

router = APIRouter(include_in_schema=False)


@router.get("/opensearch.xml")
def opensearch(request: Request) -> Response:
    """The description of the search (OpenSearch 1.1) for who asked by this name."""
    values = {"base": base_of(request), "icon": static("icon.svg")}
    xml = templates().get_template("opensearch.xml").render(values)
    headers = NOSNIFF | {"Cache-Control": "private, no-cache"}
    return Response(xml.encode(), headers=headers, media_type=DESCRIPTION_TYPE)


@router.get("/suggestions")
async def suggestions(request: Request) -> Response:
    """What is being typed in an address bar, and what it may become."""
    desk, typed = desk_of(request), request.query_params.get("q", "")
    return await answered(desk, request, lambda: _completed(desk, typed))


def _completed(desk: Desk, typed: str) -> Response:
    found = desk.suggester.suggest(typed[:LONGEST_TYPED], SUGGESTED)
    texts = list(dict.fromkeys(suggestion.text for suggestion in found))
    return Response(json.dumps([typed, texts]), headers=NOSNIFF, media_type=SUGGESTIONS_TYPE)


@router.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for who does not read where a page says it is."""
    return RedirectResponse(static("icon.svg"), 307)


@router.get("/robots.txt")
def robots() -> Response:
    return PlainTextResponse(ROBOTS)
