"""A page of a search as an Atom feed (RFC 4287), written by ElementTree: it escapes what it must.

`updated` must be there, so an article that tells no time of its own has the time when it came in. A
publication date without a time is `dcterms:issued`, since Atom's own knows no date alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from service.article import Article, Filed, web_address
from service.dates import Moment

MEDIA_TYPE = "application/atom+xml"
NAMESPACES = {
    "xmlns": "http://www.w3.org/2005/Atom",
    "xmlns:opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    "xmlns:dcterms": "http://purl.org/dc/terms/",
}
# XML 1.0 has no way to write the others, not even as references.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A feed must say when it changed, also one in which nothing has ever been.
_NEVER = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Entry:
    """`here` is the address of the article in this archive."""

    filed: Filed
    urn: str
    here: str
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a search; addresses are absolute, `following` is None on the last page."""

    urn: str
    title: str
    total: int
    limit: int
    address: str
    search: str
    following: str | None
    entries: tuple[Entry, ...]


def feed_xml(feed: Feed) -> bytes:
    """The document, in UTF-8."""
    root = ET.Element("feed", NAMESPACES)
    _add(root, "id", feed.urn)
    _add(root, "title", feed.title)
    _add(root, "updated", max((_newest(e.filed) for e in feed.entries), default=_NEVER))
    _add(_add(root, "author"), "name", "Cuttings")
    _link(root, "self", feed.address, MEDIA_TYPE)
    _link(root, "alternate", feed.search, "application/json")
    if feed.following is not None:
        _link(root, "next", feed.following, MEDIA_TYPE)
    _add(root, "opensearch:totalResults", str(feed.total))
    _add(root, "opensearch:itemsPerPage", str(feed.limit))
    for entry in feed.entries:
        _add_entry(root, entry)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add_entry(root: ET.Element, entry: Entry) -> None:
    filed, article = entry.filed, entry.filed.article
    element = _add(root, "entry")
    if article.language:
        element.set("xml:lang", _allowed(article.language))
    _add(element, "id", entry.urn)
    _add(element, "title", article.title or filed.key)
    _add(element, "updated", _updated(filed))
    _add_published(element, article.published)
    for name in article.authors or _stated_source(article):
        _add(_add(element, "author"), "name", name)
    # A reader would follow whatever a link holds, a script too.
    if address := web_address(article.url or ""):
        _link(element, "alternate", address, "text/html")
    _link(element, "alternate", entry.here, "application/json")
    if entry.summary:
        _add(element, "summary", entry.summary)
    for topic in article.topics:
        _add(element, "category").set("term", _allowed(topic))
    if article.rights:
        _add(element, "rights", article.rights)


def _add_published(element: ET.Element, published: Moment | None) -> None:
    if published is not None:
        whole = published.precision == "day"
        _add(element, "dcterms:issued" if whole else "published", published.iso)


def _stated_source(article: Article) -> tuple[str, ...]:
    """A source that was only found in the text is not known to be who wrote it."""
    return (article.source,) if article.source and not article.source_derived else ()


def _updated(filed: Filed) -> str:
    return next(_times(filed))


def _newest(filed: Filed) -> str:
    return max(_times(filed))


def _times(filed: Filed) -> Iterator[str]:
    """When it changed, was published, came in: as far as known to the minute, and in UTC."""
    for moment in (filed.article.updated, filed.article.published):
        if moment is not None and moment.precision != "day":
            yield moment.iso
    yield filed.ingested_at


def _link(parent: ET.Element, rel: str, href: str, media_type: str) -> None:
    link = _add(parent, "link")
    for name, value in (("rel", rel), ("href", href), ("type", media_type)):
        link.set(name, _allowed(value))


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, name)
    if text is not None:
        element.text = _allowed(text)
    return element


def _allowed(text: str) -> str:
    return _NOT_XML.sub("", text)
