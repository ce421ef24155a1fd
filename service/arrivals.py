"""What arrives: a document -> the articles in it, each with its place, and what of it gives none.

Whatever a document holds, all of it comes out here: as an article, as a source's word to take one
out, or as something lost with its reason and its bytes.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial

from service.article import Article
from service.errors import Unreadable
from service.extract.wire import with_wire
from service.formats import format_of, read
from service.formats.document import Content, Document, Found, Options, Refused, Withdrawn

_log = logging.getLogger("cuttings")


@dataclass(frozen=True, slots=True)
class Lost:
    """What gave no article, and its bytes as far as they are at hand."""

    origin: str
    reason: str
    number: int | None = None
    data: bytes | None = None
    size: int = 0  # in bytes, as far as it is known
    sidecar: bytes | None = None
    format: str | None = None
    is_input: bool = True  # false for what is only named: a path where nothing is

    @property
    def place(self) -> str:
        return self.origin if self.number is None else f"{self.origin}#{self.number}"


@dataclass(frozen=True, slots=True)
class Notice:
    """A source takes an article back."""

    origin: str
    withdrawn: Withdrawn


Arrival = Article | Lost | Notice


# A request and standard input are no places where the same article could be found again.
_NOWHERE = ("", "-")
Read = Callable[[Document, Options], Iterator[Content]]


def arrivals(document: Document, options: Options, read_: Read = read) -> Iterator[Arrival]:
    """All that is in a document, in its order; nothing is raised.

    What has no origin (it came with a request) is known by its identifiers or its text alone.
    """
    form = cache(partial(format_of, document))  # of many records it is asked once
    try:
        for content in read_(document, options):
            yield from _arrived(document, content, options, form)
    except Unreadable as exc:
        yield _lost(document, exc.detail)
    except (Exception, RecursionError, MemoryError) as exc:
        # A fault of a reader is one of ours, but the next document has to be read all the same.
        _log.exception("%s cannot be read", document.origin)
        reason = f"cannot be read ({type(exc).__name__}: {exc})"
        yield _lost(document, reason)


def _arrived(
    document: Document, content: Content, options: Options, form: Callable[[], str | None]
) -> Iterator[Arrival]:
    match content:
        case Document():
            yield from arrivals(content, options)
        case Found(article, number):
            origin = document.origin
            place = None if origin.partition("!")[0] in _NOWHERE else origin
            yield furnished(replace(article, origin=place, record=number))
        case Refused(reason, number, data):
            yield Lost(document.origin, reason, number, data, len(data), format=form())
        case Withdrawn():
            yield Notice(document.origin, content)


def _lost(document: Document, reason: str) -> Lost:
    """A document that gives nothing, with its sidecar: an embargo may stand in that."""
    try:
        data = document.kept()
    except Unreadable:  # a member that is refused has no bytes to be kept
        data = None
    size = len(data or b"")
    form = format_of(document)
    return Lost(document.origin, reason, None, data, size, document.sidecar, form)


def furnished(article: Article) -> Article:
    """With what its text shows of dateline, authors and credits; before it is asked what is new,
    since all of this counts as said by the source.
    """
    try:
        return with_wire(article)
    except Exception:
        _log.exception("Dateline and credits of %s are not read", article.place)
        return article
