"""Which format reads a document: the first that recognises it, by what is in it.

A format is a module with a `FORMAT`; the order below is the order of trial, from those that cannot
be mistaken to plain text, which anything could be.
"""

from collections.abc import Iterator

from service.errors import Unreadable
from service.formats import text
from service.formats.archives import reader as packed
from service.formats.archives import warc
from service.formats.beside import ending
from service.formats.document import Content, Document, Format, Options
from service.formats.page import html
from service.formats.records import json_articles, json_feed, table
from service.formats.xml import feed, newsml_g2, nitf
from service.formats.xml import unknown as unknown_xml

FORMATS: tuple[Format, ...] = (
    warc.FORMAT,  # before gzip, since a crawl is often packed record by record
    packed.FORMAT,
    json_feed.FORMAT,
    json_articles.FORMAT,
    newsml_g2.FORMAT,
    nitf.FORMAT,
    feed.FORMAT,
    html.FORMAT,
    unknown_xml.FORMAT,
    table.FORMAT,
    text.FORMAT,
)


def read(document: Document, options: Options | None = None) -> Iterator[Content]:
    """What is in the document, in its order; Unreadable, with the reason alone, where it is none.

    The reason is worded to follow the name of the document: “story.txt” “is empty”.
    """
    if not document.head:
        raise Unreadable("is empty")
    found = _recognised(document)
    if found is None:
        raise Unreadable(f"is of no known kind ({_called(document)})")
    yield from found.read(document, options or Options())


def format_of(document: Document) -> str | None:
    """What the format is called that reads the document; None where none does.

    Every call looks at its beginning again.
    """
    try:
        found = _recognised(document) if document.head else None
    except (Unreadable, OSError):  # a member that cannot be unpacked, a disk that fails
        return None
    return found.name if found else None


def _recognised(document: Document) -> Format | None:
    return next((each for each in FORMATS if each.recognises(document)), None)


def _called(document: Document) -> str:
    if document.media_type:
        return document.media_type
    return f"“{ending(document.name)}”" if ending(document.name) else "no ending"
