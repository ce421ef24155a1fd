"""The page behind an entry of a feed: its text in place of a summary, and what else it lacks.

The feed's own word on title, date, authors, outlet and identity stays.
"""

from dataclasses import fields, replace
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats.document import Options
from service.formats.page.html import FORMAT, read_page

NOT_READ = "page_not_read"
# They go with the text that they belong to.
_OF_THE_BODY = ("body", "subheadings", "captions", "credits", "dateline")
# Said of the article as it is found, not of what it says.
_OURS = ("extra", "origin", "key", "version", "status", "title_derived", "source_derived")


def with_page(article: Article | None, url: str, options: Options) -> Article:
    """The article with its linked page, where pages are fetched; `article` is None without text.

    A page that cannot be read leaves the article as it is, with the reason in `extra`; Unreadable
    when there is no article without it.
    """
    if options.fetch is None:
        if article is None:
            raise Unreadable("has no text of its own, and linked pages are not fetched")
        return article
    try:
        document = options.fetch(url)
        if not FORMAT.recognises(document):
            raise Unreadable("is no web page")
        page = read_page(document)
    except Unreadable as fault:
        if article is None:
            raise Unreadable(f"its page {url} {fault}") from fault
        return replace(article, extra={**article.extra, NOT_READ: f"{url} {fault}"})
    return _completed(article, page) if article else page


def _completed(entry: Article, page: Article) -> Article:
    """The longer of two texts is the article, the other its summary."""
    taken: dict[str, Any] = {
        field.name: getattr(page, field.name)
        for field in fields(Article)
        if field.name not in (*_OURS, *_OF_THE_BODY) and not getattr(entry, field.name)
    }
    if len(page.body) > len(entry.body):
        taken |= {name: getattr(page, name) or getattr(entry, name) for name in _OF_THE_BODY}
        taken["subheadings"] = page.subheadings
        taken |= _summary(entry, page)
    if entry.title_derived and page.title and not page.title_derived:
        taken |= {"title": page.title, "title_derived": False}
    if entry.source_derived and page.source:
        taken |= {"source": page.source, "source_derived": False}
    return replace(entry, **taken, extra={**page.extra, **entry.extra})


def _summary(entry: Article, page: Article) -> dict[str, Any]:
    """What the entry had for a text stands above the page's, unless the page repeats it."""
    said = " ".join(entry.body.split())
    if (
        entry.standfirst
        or said.rstrip(" .…[]").casefold() in " ".join(page.body.split()).casefold()
    ):
        return {}
    return {"standfirst": said}
