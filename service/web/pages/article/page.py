"""The page of an article: its text, who and what is in it, and what is like it."""

from fastapi import APIRouter, Request, Response

from service.stores.mentioned_dates import MentionedDateStore
from service.web.api import At, Key
from service.web.desk import Desk
from service.web.pages.addresses import article_page
from service.web.pages.article.linked_data import description, linked_data
from service.web.pages.article.other_articles import other_articles
from service.web.pages.article.reading_text import Noted
from service.web.pages.article.shown_text import (
    arrival,
    places_in,
    shown_text,
)
from service.web.pages.article.versions import version_rows
from service.web.pages.article.who_and_what import who_and_what
from service.web.pages.rendering import base_of, page
from service.web.present_keys import about_article

# Of an article with more versions the newest are listed; all have a page of their own.
SHOWN_VERSIONS = 5
MOST_QUOTES = 500

router = APIRouter(include_in_schema=False)


@router.get("/articles/{key}")
def article(request: Request, desk: At, key: Key) -> Response:
    """An article to read; with the parameters of a search what matched is marked."""
    return about_article(desk, request, key, lambda: _page(desk, request, key))


def _page(desk: Desk, request: Request, key: str) -> Response:
    versions = desk.versions.all(key)
    asked, came_from = arrival(request, desk.settings)
    base, filed, noted = base_of(request), versions[0], _noted(desk, key)
    entities = desk.entities.in_article(key)
    shown = shown_text(
        filed,
        noted,
        places_in(desk, asked, filed.article),
        content_hash=desk.articles.text_of(key),
        is_current=True,
        base=base,
    )
    link = f"{base}{article_page(key)}"
    values = {
        "shown": shown,
        "came_from": came_from,
        "margin": who_and_what(entities, noted, shown.text.where),
        "others": other_articles(desk, key),
        "versions": version_rows(versions[: SHOWN_VERSIONS + 1])[:SHOWN_VERSIONS],
        "more_versions": max(len(versions) - SHOWN_VERSIONS, 0),
        "link": link,
        "linked_data": linked_data(filed.article, link, entities, base),
        "description": description(filed.article),
    }
    return page(request, "article.html", values)


def _noted(desk: Desk, key: str) -> Noted:
    return Noted(
        desk.entities.mentions_in(key),
        desk.quotes.page(article=key, limit=MOST_QUOTES).quotes,
        MentionedDateStore(desk.archive).in_article(key),
    )
