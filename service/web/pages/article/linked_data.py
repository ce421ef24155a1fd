"""What a page tells programs that read pages: schema.org's NewsArticle, and a line of description.

The template writes it with every sign escaped that could end the element it stands in.
"""

from collections.abc import Sequence
from typing import Any

from service.article import Article
from service.dates import Moment
from service.entity import EntityType
from service.stores.entities import EntityRow
from service.web.pages.addresses import entity_page
from service.web.pages.article.who_and_what import excerpt
from service.web.pages.article_lines import headline

_TYPES: dict[EntityType, str] = {
    "person": "Person",
    "organization": "Organization",
    "place": "Place",
}
# Of an article that names hundreds a program is told the most named.
_MOST_NAMED = 50
_DESCRIPTION = 180


def linked_data(
    article: Article, link: str, entities: Sequence[EntityRow], base: str
) -> dict[str, Any]:
    """https://schema.org/NewsArticle, with what is known of it; `link` is the page's address."""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline(article),
        "abstract": article.standfirst,
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "publisher": _publisher(article),
        "datePublished": _date(article.published),
        "dateModified": _date(article.updated),
        "inLanguage": article.language,
        "dateline": article.dateline,
        "keywords": list(article.topics),
        "copyrightNotice": article.rights,
        "correction": article.correction,
        "url": link,
        "isBasedOn": article.url,
        "mentions": [_named(entity, base) for entity in entities[:_MOST_NAMED]],
    }
    return {name: value for name, value in said.items() if value}


def description(article: Article) -> str:
    """A line about the article: its standfirst, else how it begins."""
    return excerpt(article.standfirst or article.body, _DESCRIPTION)


def _publisher(article: Article) -> dict[str, str] | None:
    if article.source is None:
        return None
    return {"@type": "NewsMediaOrganization", "name": article.source}


def _date(moment: Moment | None) -> str | None:
    return moment.shown if moment is not None else None


def _named(entity: EntityRow, base: str) -> dict[str, str]:
    address = f"{base}{entity_page(entity.key)}"
    return {"@type": _TYPES[entity.type], "name": entity.name, "url": address}
