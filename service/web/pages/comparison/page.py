"""Two articles side by side; with one of them a choice of the other, without any a search."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from service.article import Filed
from service.comparing import compared
from service.comparing.passages import Told
from service.errors import CuttingsError
from service.needs import NOTHING
from service.result import Hit
from service.search import Ask
from service.stores.mentioned_dates import MentionedDateStore
from service.web.api import At
from service.web.desk import Desk
from service.web.freshness import answer, release
from service.web.pages.addresses import Address, article_page
from service.web.pages.article.other_articles import other_articles
from service.web.pages.article_lines import date_of, headline_of, source_of
from service.web.pages.comparison.side_by_side import shown_rows, sides, summary
from service.web.pages.rendering import NO_STORE, page
from service.web.present_keys import gone

MOST_QUOTES = 500
FOUND = 10
_WHICH = {"a": "first", "b": "second"}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Missing:
    """An article that was asked for and is not there, in words."""

    said: str
    status: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be chosen; `href` is the comparison with it."""

    headline: str
    source: str
    date: str
    href: str


@router.get("/compare")
def compare(request: Request, desk: At) -> Response:
    """What both articles tell, and what only one does."""
    asked = {name: request.query_params.get(name, "") for name in _WHICH}
    if not all(desk.articles.has(key) for key in asked.values() if key):
        release(desk)
        if moved := _moved(desk, request, asked):
            return moved
        if refusal := desk.archive.look(NOTHING, lambda _: _refusal(desk, request, asked)):
            return refusal
    return answer(desk, request, lambda: _made(desk, request, asked))


def _moved(desk: Desk, request: Request, asked: dict[str, str]) -> Response | None:
    """To the keys that articles have now which had others before."""
    since = {
        name: desk.articles.key_since(key) or ""
        for name, key in asked.items()
        if key and not desk.articles.has(key)
    }
    known = {name: key for name, key in since.items() if key}
    if not known:
        return None
    pairs = tuple((n, known.get(n, v)) for n, v in request.query_params.multi_items())
    return RedirectResponse(str(Address("/compare", pairs)), 307)


def _missing(desk: Desk, asked: dict[str, str]) -> Missing | None:
    """The first of them that is not there, and why."""
    for name, key in asked.items():
        if key and not desk.articles.has(key):
            which = f"The {_WHICH[name]} article" if all(asked.values()) else "The article"
            error: CuttingsError | None = gone(desk, key)
            if error is not None:
                return Missing(f"{which} was taken out of the archive.", error.status)
            return Missing(f"{which} is not in the archive: nothing has the key “{key}”.", 404)
    return None


def _refusal(desk: Desk, request: Request, asked: dict[str, str]) -> Response | None:
    missing = _missing(desk, asked)
    return _choice(desk, request, asked, missing) if missing is not None else None


def _made(desk: Desk, request: Request, asked: dict[str, str]) -> Response:
    one, other = (desk.articles.get(key) if key else None for key in asked.values())
    if one is None or other is None or one.key == other.key:
        return _choice(desk, request, asked)
    left, right = sides(one, other)
    comparison = compared(_told(desk, one), _told(desk, other))
    values = {
        "left": left,
        "right": right,
        "summary": summary(comparison, left, right),
        "rows": shown_rows(comparison),
        "swapped": str(Address("/compare", (("a", other.key), ("b", one.key)))),
    }
    return page(request, "compare.html", values)


def _told(desk: Desk, filed: Filed) -> Told:
    return Told(
        filed.article,
        desk.entities.in_article(filed.key),
        desk.entities.mentions_in(filed.key),
        MentionedDateStore(desk.archive).in_article(filed.key),
        desk.quotes.page(article=filed.key, direct=True, limit=MOST_QUOTES).quotes,
    )


def _choice(
    desk: Desk, request: Request, asked: dict[str, str], missing: Missing | None = None
) -> Response:
    """The page that lets the missing ones be chosen, beside the one that is there."""
    kept = [key for key in asked.values() if key and desk.articles.has(key)]
    one = desk.articles.get(kept[0]) if kept else None
    values = _choices(desk, one, request.query_params.get("q", "")) | {
        "is_same": len(kept) == len(_WHICH) and missing is None,
        "missing": missing.said if missing else "",
    }
    status = missing.status if missing else 200
    return page(request, "compare_choice.html", values, status, NO_STORE if missing else None)


def _choices(desk: Desk, one: Filed | None, q: str) -> dict[str, Any]:
    others = other_articles(desk, one.key) if one else None
    listed = bool(q) or one is None
    asked = Ask(q=q[: desk.settings.limits.longest_query], limit=FOUND)
    hits = desk.finder.search(asked).hits if listed else ()
    return {
        "one": replace(_candidate(one, None), href=article_page(one.key)) if one else None,
        "key": one.key if one else "",
        "others": others,
        "q": q,
        "hits": _candidates(hits, one),
    }


def _candidates(hits: Sequence[Hit], one: Filed | None) -> tuple[Candidate, ...]:
    return tuple(_candidate(hit, one) for hit in hits if one is None or hit.key != one.key)


def _candidate(found: Hit | Filed, one: Filed | None) -> Candidate:
    told = found.article if isinstance(found, Filed) else found
    pairs = (("a", one.key), ("b", found.key)) if one else (("a", found.key),)
    return Candidate(
        headline=headline_of(told.title),
        source=source_of(told.source),
        date=date_of(told.published),
        href=str(Address("/compare", pairs)),
    )
