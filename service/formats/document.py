"""What formats read, and what they find: one input as a stream of bytes, and the articles in it.

A document is a file, a member of an archive, a page of a crawl or the answer to a request. Its
bytes come once and in order, so that it may be larger than the memory; its name is only ever a
hint.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

from service.article import Article
from service.errors import Unreadable

# One article with all its markup is far smaller; what is larger is read record by record or not.
LARGEST = 64 * 1024 * 1024
# So much of a document tells what it is.
HEAD = 65_536
_AT_ONCE = 1 << 20
# Longer records of a document of many are no article: they are passed over as they stream by.
LARGEST_RECORD = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """An article. `number` tells which record of its document it is, from 1; None if the only one.

    The document's origin is the identity of an article that is alone in it and has no other.
    """

    article: Article
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that gives no article, why, and its bytes, to be kept aside; others go on."""

    reason: str
    number: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A source's word that an article must be taken out: it is named by its key or its uri."""

    reason: str
    key: str | None = None
    uri: str | None = None
    source: str | None = None
    number: int | None = None


@dataclass(frozen=True)
class Document:
    """One input. `origin` is a path, `path!member` or an address; `name` its last part.

    `sidecar` are the bytes of the JSON file beside a text; `url`, `media_type` and `charset` are
    what a server said of it. Read `head` at will, but the rest only once.
    """

    origin: str
    name: str
    stream: BinaryIO = field(repr=False)
    sidecar: bytes | None = field(default=None, repr=False)
    url: str | None = None
    media_type: str | None = None
    charset: str | None = None
    depth: int = 0  # how many archives it lies in

    @cached_property
    def head(self) -> bytes:
        """Up to the first 65,536 bytes, which stay to be read."""
        return _filled(self.stream, HEAD)

    @cached_property
    def rest(self) -> BinaryIO:
        """All of it from the beginning, to be read once."""
        return io.BufferedReader(_Rejoined(self.head, self.stream))

    @property
    def read_so_far(self) -> int:
        """How many of its bytes have been read; 0 where its stream cannot tell, as a pipe."""
        try:
            return self.stream.tell()
        except (OSError, ValueError):  # also when it is closed
            return 0

    def whole(self) -> bytes:
        """All of it at once; Unreadable when that is more than one article can be."""
        if len(self._all) > LARGEST:
            raise Unreadable(f"is larger than {LARGEST // 1024 // 1024} MB")
        return self._all

    def kept(self) -> bytes | None:
        """All of it, if it has been read at once; None if it went by as a stream."""
        if len(self.head) < HEAD:
            return self.head
        return self._all if "_all" in vars(self) and len(self._all) <= LARGEST else None

    @cached_property
    def _all(self) -> bytes:
        return self.head if len(self.head) < HEAD else _filled(self.rest, LARGEST + 1)


Content = Found | Refused | Withdrawn | Document


@dataclass(frozen=True, slots=True)
class Options:
    """How inputs are to be read: fields by the names that they have there, and linked pages.

    `fields` maps a name of the input to one of ours (`headline` -> `title`); `tell` is called with
    a sentence for whoever watches; `fetch` gives the page that a feed's entry links to, or None
    when pages are not to be fetched; `archive` is the name of the one that reads, by which it knows
    what it has given away itself.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    tell: Callable[[str], None] = lambda _said: None
    fetch: Callable[[str], Document] | None = None
    archive: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of input: what tells it, by its head, and how its contents are read.

    `read` yields what is in the document, in its order, and raises Unreadable when the document as
    a whole is none; what it has yielded until then counts.
    """

    name: str
    recognises: Callable[[Document], bool]
    read: Callable[[Document, Options], Iterator[Content]]


class _Rejoined(io.RawIOBase):
    """A stream whose beginning has been read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head = memoryview(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        size = len(buffer)
        piece = self._head[:size] if self._head else self._rest.read(size) or b""
        self._head = self._head[len(piece) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _filled(stream: BinaryIO, size: int) -> bytes:
    """So many bytes, however few come at once; fewer only at the end."""
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(min(size, _AT_ONCE))):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
