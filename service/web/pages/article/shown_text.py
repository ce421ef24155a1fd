"""One text of an article as its pages show it, whichever version that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Request

from service.article import Article, Filed, web_address
from service.result import Places
from service.settings import Settings
from service.web.desk import Desk
from service.web.pages.addresses import Address, article_page, version_page
from service.web.pages.article.citing import Citation, citation
from service.web.pages.article.reading_text import Noted, ReadingText, reading_text
from service.web.pages.article_lines import headline
from service.web.pages.languages import language_tag
from service.web.pages.moments import when
from service.web.pages.pieces import Linked
from service.web.pages.rendering import here_of
from service.web.pages.search.asked import SEARCH_NAMES, Asked, asked_of

# A dateline that the body begins with is not shown twice.
_BEGINNING = 400


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text, what is said about it, and how it is cited."""

    article: Article
    path: str
    version: int
    is_current: bool
    headline: str
    language: str
    text: ReadingText
    authors: tuple[Linked, ...]
    source: Linked | None
    topics: tuple[Linked, ...]
    related: tuple[Linked, ...]
    original: str
    dateline: str
    published: str
    updated: str
    archived: str
    pinned: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Arrival:
    """The search from which somebody came here: what was typed, and the way back."""

    q: str
    back: str


def arrival(request: Request, settings: Settings) -> tuple[Asked, Arrival | None]:
    """What was searched for, and the way back there; None for who comes from elsewhere."""
    here = here_of(request)
    asked = asked_of(here.pairs, settings.timezone, settings.limits)
    if not any(name in SEARCH_NAMES for name, value in here.pairs if value):
        return asked, None
    return asked, Arrival(asked.ask.q.strip(), str(here.at("/")))


def places_in(desk: Desk, asked: Asked, article: Article, *, is_past: bool = False) -> Places:
    """Where what was searched for stands in a text."""
    if not asked.ask.q.strip():
        return {}
    return desk.finder.places(asked.ask, article, is_past=is_past)


def shown_text(
    filed: Filed,
    noted: Noted,
    matches: Places,
    *,
    content_hash: str,
    is_current: bool,
    base: str,
) -> ShownText:
    """A version with all that its page shows of it; `base` begins the address of this server."""
    article, pinned = filed.article, version_page(filed.key, filed.version)
    return ShownText(
        article=article,
        path=article_page(filed.key),
        version=filed.version,
        is_current=is_current,
        headline=headline(article),
        language=language_tag(article.language),
        text=reading_text(article, noted, matches, pinned),
        authors=_searched("author", article.authors),
        source=next(iter(_searched("source", [article.source] if article.source else [])), None),
        topics=_searched("topic", article.topics),
        related=tuple(Linked(text, web_address(text)) for text in article.related),
        original=web_address(article.url or ""),
        dateline=_dateline(article),
        published=when(article.published),
        updated=when(article.updated),
        archived=when(filed.ingested_at),
        pinned=pinned,
        citation=citation(article, filed.key, filed.version, content_hash, f"{base}{pinned}"),
    )


def _searched(field: str, values: Iterable[str]) -> tuple[Linked, ...]:
    """Each with the search for all that has it."""
    return tuple(Linked(value, str(Address("/", ((field, value),)))) for value in values)


def _dateline(article: Article) -> str:
    stated = article.dateline or ""
    beginning = " ".join(article.body[:_BEGINNING].split())
    return "" if " ".join(stated.split()) in beginning else stated
