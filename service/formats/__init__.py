"""Which format reads a document: the first that recognises it, by what is in it.

A format is a module with a `FORMAT`; the order below is the order of trial, from those that cannot
be mistaken to plain text, which anything could be. They are loaded with the first document, all at
once, so that a process that only answers readers never pays for what reads pages and feeds.
"""

import importlib
from collections.abc import Iterator
from functools import cache

from service.errors import Unreadable
from service.formats.beside import ending
from service.formats.document import Content, Document, Format, Options

FORMATS = (
    "service.formats.archives.warc",  # before gzip, since a crawl is often packed record by record
    "service.formats.archives.reader",
    "service.formats.records.json_feed",
    "service.formats.records.json_articles",
    "service.formats.xml.newsml_g2",
    "service.formats.xml.nitf",
    "service.formats.xml.feed",
    "service.formats.page.html",
    "service.formats.xml.unknown",
    "service.formats.records.table",
    "service.formats.text",
)


@cache
def formats() -> tuple[Format, ...]:
    """All there are, in the order of trial."""
    return tuple(importlib.import_module(module).FORMAT for module in FORMATS)


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
    return next((each for each in formats() if each.recognises(document)), None)


def _called(document: Document) -> str:
    if document.media_type:
        return document.media_type
    return f"“{ending(document.name)}”" if ending(document.name) else "no ending"
