"""HTML pages: the article of a page, with what its markup states."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from service.article import Article
from service.formats.decoding import Decoded, decode, record
from service.formats.document import Document, Format, Found, Options
from service.formats.page.body import captions, page_body
from service.formats.page.metadata import page_metadata, standfirst
from service.formats.page.tree import page_tree
from service.formats.plain_text.headline import derived_title
from service.formats.plain_text.outlet import dateline

_MEDIA_TYPES = ("text/html", "application/xhtml+xml")
_SUFFIXES = (".html", ".htm", ".xhtml")
# Before the first element: white space, comments, declarations.
_PROLOGUE = re.compile(r"\ufeff?(?:\s++|<!--.*?-->|<\?.*?>)*+", re.DOTALL)
_PAGE = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s/>]", re.IGNORECASE)
# Feeds and wire formats, which servers may call HTML.
_OTHER = re.compile(
    r"<(?:\w+:)?(?:rss|feed|rdf|nitf|newsml|newsitem|newsmessage|packageitem|channel|urlset"
    r"|sitemapindex|opml)[\s/>]",
    re.IGNORECASE,
)
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_META_CHARSET = re.compile(
    rb"""<meta\s[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE
)
# So much of a page is searched for its encoding, a little more than browsers do.
_DECLARED_WITHIN = 4_096


def read_page(document: Document) -> Article:
    """The article of a page; Unreadable("has no article text") when there is none.

    What has a field of its own (headline, captions, byline) is no paragraph of the body as well.
    """
    data = document.whole()
    decoded = _decoded(data, document.charset)
    tree = page_tree(decoded.text)
    metadata = page_metadata(tree, document.url)
    stated = dict(metadata.fields)
    pictures = captions(tree)
    title = stated.get("title", "")
    authors = stated.get("authors", ())
    signed = (f"By {' and '.join(authors)}", *authors)
    body = page_body(tree, (title, *pictures.captions, *signed))
    opening = dateline(body.text)
    described = standfirst(metadata.described, body.text, title)
    article = Article(
        body=body.text,
        subheadings=body.subheadings,
        captions=pictures.captions,
        credits=pictures.credits,
        standfirst=described,
        dateline=opening.text if opening else None,
    )
    return record(_completed(replace(article, **stated)), decoded.mended)


def _completed(article: Article) -> Article:
    if article.correction:
        article = replace(article, status="corrected")
    if not article.title:
        article = replace(article, title=derived_title(article.body), title_derived=True)
    return article


def _decoded(data: bytes, charset: str | None) -> Decoded:
    declared = _META_CHARSET.search(data[:_DECLARED_WITHIN])
    named = charset or (declared[1].decode("ascii") if declared else None)
    return decode(data, named)


def _recognises(document: Document) -> bool:
    head = document.head
    opening = head.decode(_UTF_16.get(head[:2], "utf-8"), "replace")
    opening = opening[_prologue(opening) :]
    if _PAGE.match(opening):
        return True
    if _OTHER.match(opening) or not opening:
        return False
    named = PurePosixPath(document.name).suffix.lower() in _SUFFIXES
    return document.media_type in _MEDIA_TYPES or (named and opening.startswith("<"))


def _prologue(text: str) -> int:
    match = _PROLOGUE.match(text)
    return match.end() if match else 0


def _read(document: Document, _options: Options) -> Iterator[Found]:
    yield Found(read_page(document))


FORMAT = Format("html", _recognises, _read)
