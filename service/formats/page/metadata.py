"""What the markup of a page states of its article: JSON-LD first, then meta tags, then elements.

Only what is stated is taken. A description that is the beginning of the text is no standfirst, and
an address of an author no name.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from service.dates import Moment
from service.errors import Unreadable
from service.formats.page.dates import stated_moment
from service.formats.page.json_ld import Node, article_node, texts
from service.formats.plain_text.byline import read_byline
from service.formats.stated_authors import authors_in
from service.formats.stated_fields import read_fields

# The names of meta tags, in the order in which they are believed.
_TITLE = (
    "citation_title dc.title dcterms.title dcterm:title dc:title og:title sailthru.title"
    " parsely-title twitter:title article:title headline title"
)
_DESCRIPTION = (
    "og:description description twitter:description sailthru.description dc.description"
    " dcterms.description dc:description dcterm:description"
)
_AUTHOR = (
    "citation_author dc.creator dcterms.creator dc:creator dcterm:creator author parsely-author"
    " sailthru.author article:author og:article:author article:author_name byl"
)
_SOURCE = "og:site_name citation_journal_title citation_publisher dc.publisher application-name"
_PUBLISHED = (
    "article:published_time og:article:published_time article:published rnews:datepublished"
    " datepublished citation_publication_date citation_date dcterms.issued dcterms.created"
    " dc.date.issued dc.date sailthru.date parsely-pub-date pubdate publishdate publish-date"
    " og:pubdate og:published_time date"
)
_UPDATED = (
    "article:modified_time og:article:modified_time og:updated_time datemodified dcterms.modified"
    " dc.date.modified lastmod last-modified"
)
_SECTION = "article:section og:article:section parsely-section"
_KEYWORDS = "article:tag og:article:tag parsely-tags sailthru.tags news_keywords keywords"
_RIGHTS = "copyright dc.rights dcterms.rights rights"
_LANGUAGE = "og:locale content-language dc.language dcterms.language language"

_AUTHOR_ITEM = "//*[contains(concat(' ', @itemprop, ' '), ' author ')]"
_MARKED_AUTHORS = (
    f"{_AUTHOR_ITEM}//*[@itemprop = 'name']",
    _AUTHOR_ITEM,
    "//*[contains(concat(' ', @rel, ' '), ' author ')]",
)
_BYLINE = (
    "//*[contains(@class, 'byline') or contains(@class, 'Byline') or contains(@class, 'author')]"
)
_MOST_NODES = 20
_MARKED_DATES = (
    "//*[contains(@itemprop, '{0}')]",
    "//time[@pubdate]",
    "(//article | //main)//header//time",
    "//time[contains(@class, 'publish') or contains(@class, 'entry-date')]",
)
_SITE_SPLIT = re.compile(r"\s+[|·•»–—-]\s+|\s*[|]\s*")
_WORD = re.compile(r"\w+")
_LONGEST_NAME = 100
_MOST_TOPICS = 100
# Fields of schema.org without a place of their own that tell something of the article.
_KEPT = ("alternativeHeadline", "genre", "isAccessibleForFree", "printEdition", "printPage")


class PageMetadata(NamedTuple):
    """Checked values by the name of the article's field; `described` may be its standfirst."""

    fields: Mapping[str, Any]
    described: str | None


class _Page(NamedTuple):
    tree: Any
    metas: Mapping[str, list[str]]
    node: Node

    def stated(self, schema: str, metas: str) -> tuple[str, ...]:
        """What JSON-LD says, else the first of the meta tags that says anything."""
        said = texts(self.node.get(schema))
        return said or next((tuple(hit) for n in metas.split() if (hit := self.metas.get(n))), ())


def page_metadata(tree: Any, url: str | None) -> PageMetadata:
    """What the page states; `url` is the address that it was fetched from."""
    metas = _metas(tree)
    address = _canonical(tree, metas, url)
    scripts = [node.text or "" for node in tree.iter("script") if _is_json_ld(node)]
    page = _Page(tree, metas, article_node(scripts, address))
    source = _first(page.stated("publisher", _SOURCE))
    fields = {
        "title": _title(page, source),
        "authors": _authors(page),
        "source": source,
        "url": address or url,
        "uri": address or url,
        "language": _language(page),
        "topics": _topics(page),
        "rights": _first(page.stated("copyrightNotice", _RIGHTS)),
        "correction": _first(texts(page.node.get("correction"))),
        "dateline": _first(texts(page.node.get("dateline"))),
        "extra": {
            name: said for name in _KEPT if isinstance(said := page.node.get(name), str | bool)
        },
    }
    dates = {
        "published": _date(page, "datePublished", _PUBLISHED),
        "updated": _date(page, "dateModified", _UPDATED),
    }
    checked = {name: value for given in fields.items() for name, value in _checked(*given).items()}
    said = {name: moment for name, moment in dates.items() if moment}
    described = _checked("standfirst", _first(page.stated("description", _DESCRIPTION)))
    return PageMetadata(checked | said, described.get("standfirst"))


def standfirst(described: str | None, body: str, title: str) -> str | None:
    """A description, where it is more than a piece of the text."""
    said = _words(described or "")
    if not described or not said or said == _words(title) or said in _words(body):
        return None
    return " ".join(described.split())


def _words(text: str) -> str:
    """For comparing: descriptions have other dashes, and an ellipsis where they are cut."""
    return " ".join(_WORD.findall(text.casefold()))


def _checked(name: str, value: object) -> dict[str, Any]:
    """A value that the archive can keep; nothing for one that it cannot."""
    if not value:
        return {}
    try:
        return read_fields({name: list(value) if isinstance(value, tuple) else value})
    except Unreadable:
        return {}


def _metas(tree: Any) -> dict[str, list[str]]:
    """What meta tags say, by their names, which may be several and in any case."""
    found: dict[str, dict[str, None]] = {}
    for meta in tree.iter("meta"):
        content = " ".join((meta.get("content") or "").split())
        for kind in ("property", "name", "itemprop", "http-equiv"):
            for name in (meta.get(kind) or "").lower().split()[:_MOST_NODES]:
                if content:
                    found.setdefault(name, {})[content] = None
    return {name: list(said) for name, said in found.items()}


def _is_json_ld(script: Any) -> bool:
    return (script.get("type") or "").split(";")[0].strip().lower() == "application/ld+json"


def _canonical(tree: Any, metas: Mapping[str, list[str]], url: str | None) -> str | None:
    """The page's own address; the front page of a site is no article's."""
    base = next((node.get("href") for node in tree.iter("base") if node.get("href")), "")
    links = [node.get("href") or "" for node in tree.iter("link") if _is_canonical(node)]
    for said in (*links, *metas.get("og:url", ())):
        try:
            address: str = urljoin(urljoin(url or "", base.strip()), said.strip())
            parts = urlsplit(address)
        except ValueError:
            continue
        if (
            parts.scheme in ("http", "https")
            and parts.hostname
            and (parts.path.strip("/") or parts.query)
        ):
            return address.partition("#")[0]
    return None


def _is_canonical(link: Any) -> bool:
    return "canonical" in (link.get("rel") or "").lower().split()


def _title(page: _Page, source: str | None) -> str | None:
    shown = _first(_texts_of(page.tree, "//title")) or ""
    said = _headline(page.node, shown) or _first(page.stated("", _TITLE))
    said = said or _heading(page.tree, shown) or shown
    return _without_site(said, source) if said else None


def _headline(node: Node, shown: str) -> str | None:
    """What JSON-LD calls it; of a headline and a name, that which the page shows."""
    said = (*texts(node.get("headline")), *texts(node.get("name")))
    return next((text for text in said if _folded(text) in _folded(shown)), _first(said))


def _heading(tree: Any, shown: str) -> str | None:
    """The longest heading that the window’s title repeats: others name the site or a section."""
    headings = _texts_of(tree, "//h1")
    repeated = [text for text in headings if _folded(text) in _folded(shown)]
    return max(repeated, key=len) if repeated else None if shown else _first(headings)


def _without_site(title: str, source: str | None) -> str:
    """“Headline | The Post” without the outlet, which may also stand first."""
    cuts = list(_SITE_SPLIT.finditer(title))
    for cut in cuts[-1:]:
        if source and _folded(title[cut.end() :]) == _folded(source):
            return title[: cut.start()]
    for cut in cuts[:1]:
        if source and _folded(title[: cut.start()]) == _folded(source):
            return title[cut.end() :]
    return title


def _authors(page: _Page) -> tuple[str, ...]:
    said = (page.stated("author", _AUTHOR), texts(page.node.get("creator")))
    marked = (_texts_of(page.tree, path) for path in _MARKED_AUTHORS)
    stated = next((names for texts in (*said, *marked) if (names := _names(texts))), ())
    return stated or _bylines(page.tree)


def _bylines(tree: Any) -> tuple[str, ...]:
    """The first byline in an element that is called one: it alone, or a piece of it."""
    for node in tree.xpath(_BYLINE)[:_MOST_NODES]:
        pieces = [" ".join(text.split()) for text in node.itertext() if text.strip()][:_MOST_NODES]
        pairs = map(" ".join, pairwise(pieces))
        for line in (" ".join(pieces), *pieces, *pairs):
            byline = _byline(line)
            if byline and all(map(_is_name, byline)):
                return byline
    return ()


def _names(said: tuple[str, ...]) -> tuple[str, ...]:
    names = (name for text in said for name in _byline(text) or authors_in(text))
    return tuple(dict.fromkeys(name for name in names if _is_name(name)))


def _byline(line: str) -> tuple[str, ...]:
    byline = read_byline(line[:1].upper() + line[1:])
    return byline.authors if byline else ()


def _is_name(text: str) -> bool:
    """No address, no handle, and no date or figure beside the name."""
    return 0 < len(text) <= _LONGEST_NAME and not re.search(r"://|^[@/]|\d", text)


def _date(page: _Page, schema: str, metas: str) -> Moment | None:
    said = [*texts(page.node.get(schema))]
    said += [text for name in metas.split() for text in page.metas.get(name, ())]
    said += _marked_dates(page.tree, schema)
    return next((moment for text in said if (moment := stated_moment(text))), None)


def _marked_dates(tree: Any, schema: str) -> Iterator[str]:
    """Dates in elements that say that they are this one; only `itemprop` tells of an update."""
    for path in _MARKED_DATES if schema == "datePublished" else _MARKED_DATES[:1]:
        for node in tree.xpath(path.format(schema)):
            yield node.get("datetime") or node.get("content") or _text_of(node)


def _language(page: _Page) -> str | None:
    node = page.node.get("inLanguage")
    said = texts(node.get("alternateName")) if isinstance(node, Mapping) else texts(node)
    stated = (*said, page.tree.get("lang"), page.tree.get("xml:lang"), *page.stated("", _LANGUAGE))
    tags = (text.strip().replace("_", "-") for text in stated if text)
    return next((tag for tag in tags if _checked("language", tag)), None)


def _topics(page: _Page) -> tuple[str, ...]:
    sections = page.stated("articleSection", _SECTION)
    keywords = page.stated("keywords", _KEYWORDS)
    if len(keywords) == 1:
        keywords = tuple(re.split(r"\s*[,;]\s*", keywords[0]))
    found: dict[str, str] = {}
    for topic in (*sections, *keywords):
        found.setdefault(topic.casefold(), topic)
    return tuple(filter(None, found.values()))[:_MOST_TOPICS]


def _texts_of(tree: Any, path: str) -> tuple[str, ...]:
    return tuple(filter(None, (_text_of(node) for node in tree.xpath(path)[:_MOST_NODES])))


def _text_of(node: Any) -> str:
    return " ".join(node.text_content().split())


def _first(said: tuple[str, ...]) -> str | None:
    return said[0] if said else None


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
