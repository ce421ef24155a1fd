"""The search page: a box, what was understood, dates and names to narrow by, and the hits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from service.entity import ENTITY_TYPES
from service.errors import InvalidRequest
from service.needs import of_entities
from service.result import Facet, Histogram, Results
from service.stores.mentioned import Mentioned, most_mentioned, names_of, of_most_mentioned
from service.web.api import desk_of
from service.web.desk import Desk
from service.web.freshness import answered
from service.web.pages.addresses import Address
from service.web.pages.bars import Chart, chart
from service.web.pages.rendering import page
from service.web.pages.search.asked import Asked, asked_of
from service.web.pages.search.hits import CHIPS, shown_hits
from service.web.pages.search.narrowing import (
    FIELDS,
    MOST_SHOWN,
    SHOWN,
    Chosen,
    chosen_of,
    narrowings,
)
from service.web.pages.search.nothing_found import instead
from service.web.pages.search.query_line import (
    beside,
    forms,
    held,
    mistakes,
    orders,
    pinned,
    word_modes,
)
from service.web.pages.search.turning import Turning, turning

router = APIRouter(include_in_schema=False)
FACETS = (*FIELDS, "published")
# What a new question does not take over from the one before.
_OF_ONE_QUERY = ("q", "match", "expand")


@router.get("/")
async def search(request: Request) -> Response:
    """Articles that match, and all that they can be narrowed by."""
    desk = desk_of(request)
    settings = desk.settings
    asked = asked_of(request.query_params.multi_items(), settings.timezone, settings.limits)
    return await answered(desk, request, lambda: page(request, "search.html", _shown(desk, asked)))


@router.get("/how-to-search")
async def how_to_search(request: Request) -> Response:
    """Every operator, with an example that can be tried."""
    return page(request, "how_to_search.html", {})


def _shown(desk: Desk, asked: Asked) -> dict[str, Any]:
    asked, results = _found(desk, asked)
    compared = _compared(desk, asked)
    if asked.compare and compared is None:
        asked = asked.without_comparing()
    chosen, mentioned = _named(desk, asked, results)
    state = pinned(asked, results)
    turned = turning(asked, results.next)
    words, other_words = word_modes(asked, results)
    return {
        "asked": asked,
        "results": results,
        "title": _title(asked, chosen, turned),
        "compared": compared,
        "hits": shown_hits(results.hits, asked, mentioned),
        "chart": _chart(results, asked, state),
        "narrowings": narrowings(
            asked, state, _facets(desk, asked, results), chosen, results.total
        ),
        "turning": turned,
        "words": words,
        "other_words": other_words,
        "orders": orders(asked),
        "forms": forms(asked),
        "held": held(asked, chosen),
        "beside": beside(asked, results.expanded),
        "mistakes": mistakes(asked, results.diagnostics),
        "copies_href": _copies_href(asked, results),
        "meant_href": _meant_href(asked, results),
        "instead": () if results.total else instead(asked, desk.finder.total),
        "kept": asked.state.without_all(_OF_ONE_QUERY).pairs,
        "dates_kept": state.without_all(("from", "to")).pairs,
    }


def _found(desk: Desk, asked: Asked) -> tuple[Asked, Results]:
    """What is found; by the first page where another search's was asked for."""
    ask = replace(
        asked.ask, facets=FACETS, facet_limit=MOST_SHOWN if asked.more in FIELDS else SHOWN
    )
    try:
        return asked, desk.finder.search(ask)
    except InvalidRequest:
        if ask.cursor is None:
            raise
    return asked.without_cursor(), desk.finder.search(replace(ask, cursor=None))


def _facets(desk: Desk, asked: Asked, results: Results) -> Mapping[str, Facet | Histogram]:
    """The facets, those of one field looked through for what is sought among its values."""
    if asked.find is None or asked.find[0] not in FIELDS:
        return results.facets
    field, text = asked.find
    ask = replace(asked.ask, facets=(field,), contains=text, facet_limit=MOST_SHOWN)
    return {**results.facets, **desk.finder.facets(ask)}


def _named(
    desk: Desk, asked: Asked, results: Results
) -> tuple[tuple[Chosen, ...], Mapping[str, tuple[Mentioned, ...]]]:
    """The filters by name, and whom and what the hits name."""
    ask = asked.ask
    keys = [
        key
        for filters in (ask.filters, ask.excluded)
        for field in ENTITY_TYPES
        for key in filters.get(field, ())
    ]
    hits = [hit.key for hit in results.hits]
    with desk.archive.read(of_most_mentioned(hits, CHIPS) | of_entities(keys)) as conn:
        mentioned = most_mentioned(conn, hits, CHIPS)
        names = dict(names_of(conn, keys))
        merged = {key: desk.edits.survivor(key) for key in keys if key not in names}
        names |= names_of(conn, [key for key in merged.values() if key])
    return chosen_of(asked, names, merged.get), mentioned


def _chart(results: Results, asked: Asked, state: Address) -> Chart:
    histogram = results.facets["published"]
    assert isinstance(histogram, Histogram)  # noqa: S101 - so the engine counts dates
    return chart(histogram, state, asked.ask.tz)


def _compared(desk: Desk, asked: Asked) -> str | None:
    """The headline of the article that waits for another beside it."""
    filed = desk.articles.get(asked.compare) if asked.compare else None
    return filed.article.title if filed is not None else None


def _copies_href(asked: Asked, results: Results) -> str:
    """To all copies of one story together."""
    if asked.ask.collapse or results.groups == results.total:
        return ""
    return str(asked.state.setting({"collapse": "true"}))


def _meant_href(asked: Asked, results: Results) -> str:
    meant = results.did_you_mean
    return str(asked.state.setting({"q": meant})) if meant else ""


def _title(asked: Asked, chosen: tuple[Chosen, ...], turned: Turning) -> str:
    """What a tab is called: what is looked for, else by what it is narrowed."""
    said = asked.ask.q.strip() or ", ".join(each.name for each in chosen if not each.left_out)
    parts = [said[:100]] if said else []
    if turned.page > 1:
        parts.append(f"page {turned.page}")
    return " · ".join((*parts, "Cuttings"))
