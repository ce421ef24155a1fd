"""Crawls: the pages, texts and feeds in a WARC file, record by record, packed with gzip or not.

warcio reads each record; finding where the next one begins is done here, so that a broken record
does not take the rest with it. Pictures, requests and answers other than 200 are passed over.
"""

import gzip
import io
import logging
import re
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

from service.errors import Unreadable
from service.formats.archives.bounded import (
    FREE_MEMBER,
    Bounded,
    Budget,
    Counted,
    Readable,
    bounded,
    budget_of,
)
from service.formats.document import LARGEST, Content, Document, Format, Options, Refused

_MAGIC = b"WARC/"
_GZIP = b"\x1f\x8b"
_PIECE = 65_536
_LONGEST_LINE = 65_536
# Of one record, the chunks of its answer included.
_MOST_HEADERS = 4 * 1024 * 1024
_READ = re.compile(
    r"(?:text/(?:html|plain|xml)|application/(?:json|xml|[\w.-]+\+(?:xml|json)))?", re.IGNORECASE
)
# What crawlers and advertisers read, and nobody else.
_NO_TEXTS = re.compile(r"/(?:\.well-known/.*|(?:robots|ads|app-ads|humans|security)\.txt)")
_PACKED = ("gzip", "x-gzip", "deflate")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_FAULTS = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    AttributeError,
    EOFError,
    TypeError,
    ValueError,
)

logging.getLogger("warcio").setLevel(logging.CRITICAL)


class _Lines:
    """The stream that warcio reads a record's head from: no line and no head goes on for ever."""

    def __init__(self, stream: Readable | BinaryIO) -> None:
        self._stream: Any = stream
        self._headers = 0

    def next_record(self) -> tuple[bytes, bool]:
        """The line that begins the next record, and whether anything else stood before it."""
        at_start, junk = True, False
        self._headers = 0
        while line := self._stream.readline(_LONGEST_LINE):
            if at_start and line.startswith(_MAGIC):
                return line, junk
            junk = junk or bool(line.strip())
            at_start = line.endswith(b"\n")
        return b"", junk

    def readline(self, size: int | None = None) -> bytes:
        limit = _LONGEST_LINE if size is None else min(size, _LONGEST_LINE)
        line: bytes = self._stream.readline(limit)
        self._headers += len(line)
        if self._headers > _MOST_HEADERS:
            raise ValueError("its head has no end")
        return line

    def read(self, size: int) -> bytes:
        data: bytes = self._stream.read(size)
        return data

    def tell(self) -> int:
        """Only asked of records that state no length, which are refused."""
        return 0


class _Loader(ArcWarcRecordLoader):  # type: ignore[misc]
    """Takes a record without an address for what it is, not for a broken one."""

    def _ensure_target_uri_format(self, rec_headers: Any) -> str:
        return super()._ensure_target_uri_format(rec_headers) or ""


class _Unhurried:
    """Gives what stands before a fault, where GzipFile.read would lose it to the fault."""

    def __init__(self, packed: gzip.GzipFile) -> None:
        self._packed = packed

    def read(self, size: int, /) -> bytes:
        return self._packed.read1(size)


class _Whole:
    """A record's block, which must be as long as the record says."""

    def __init__(self, block: Any, length: int | None) -> None:
        if length is None:
            raise ValueError("it states no length")
        self._block = block

    def read(self, size: int) -> bytes:
        data: bytes = self._block.read(size)
        if not data and self._block.limit:
            raise EOFError("the file ends in it")
        return data

    def readline(self, size: int | None = None) -> bytes:
        line: bytes = self._block.readline(size)
        return line


class _Unpacked:
    """An answer that was sent packed."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._waiting = b""
        self._packer: Any = None

    def read(self, size: int, /) -> bytes:
        while not self._packer or not self._packer.eof:
            packed = self._waiting or self._stream.read(_PIECE)
            self._packer = self._packer or zlib.decompressobj(_window(packed))
            data: bytes = self._packer.decompress(packed, size)
            self._waiting = self._packer.unconsumed_tail
            if data:
                return data
            if not packed:
                raise EOFError("it ends too early")
        return b""


def _window(packed: bytes) -> int:
    """Which format zlib is to expect: “deflate” is sent with its two bytes of head or without."""
    bare = not packed.startswith(_GZIP) and packed[:1] and packed[0] & 15 != zlib.DEFLATED
    return -zlib.MAX_WBITS if bare else zlib.MAX_WBITS + 32


def _read(document: Document, _options: Options) -> Iterator[Content]:
    lines = _Lines(_opened(document))
    loader = _Loader(verify_http=False)
    number, sound = 0, False
    while True:
        line, junk = lines.next_record()
        if junk and sound:
            yield Refused("is longer than it says", number)
        if not line:
            return
        number, sound = number + 1, False
        try:
            record = loader.parse_record_stream(lines, line, known_format="warc")
            record.raw_stream = _Whole(record.raw_stream, record.length)
            yield from _answer(document, record, number)
        except _FAULTS as fault:
            yield Refused(f"is a broken record: {_told(fault)}", number)
            continue
        _pass_over(record)
        sound = True


def _opened(document: Document) -> BinaryIO:
    if not document.head.startswith(_GZIP):
        return document.rest
    packed = Counted(document.rest)
    shared = budget_of(document.stream, packed.tell)
    unpacked = gzip.GzipFile(fileobj=io.BufferedReader(Bounded(packed, (), shared)))
    return bounded(_Unhurried(unpacked), shared, shared)


def _answer(document: Document, record: Any, number: int) -> Iterator[Content]:
    """The document that a record holds, if it holds one that is read."""
    headers = record.http_headers
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip()
    if record.rec_type == "response" and not url:
        yield Refused("is an answer without an address", number)
    if record.rec_type != "response" or not headers or headers.get_statuscode() != "200":
        return
    said = headers.get_header("Content-Type") or ""
    media_type = said.split(";")[0].strip().lower()
    path = _path(url)
    if not _READ.fullmatch(media_type) or (path and _NO_TEXTS.fullmatch(path)):
        return
    reason = "is an answer with a broken address" if path is None else _unreadable(record)
    if reason:
        yield Refused(reason, number)
        return
    charset = _CHARSET.search(said)
    yield Document(
        origin=f"{document.origin}!{url}",
        name=PurePosixPath(unquote(path or "")).name or "page",
        stream=_payload(record),
        url=url,
        media_type=media_type or None,
        charset=charset[1] if charset else None,
        depth=document.depth + 1,
    )


def _path(url: str) -> str | None:
    """The path of an address; None where it is none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return None


def _unreadable(record: Any) -> str | None:
    """Why the answer in a record cannot be read; None if it can."""
    cut = record.rec_headers.get_header("WARC-Truncated")
    packed = _encoding(record)
    if record.payload_length > LARGEST:
        return f"is larger than {LARGEST // 1024 // 1024} MB"
    if cut:
        return f"was cut off by the crawler ({cut})"
    return f"is packed as {packed}, which is not read" if packed not in ("", *_PACKED) else None


def _encoding(record: Any) -> str:
    said = (record.http_headers.get_header("Content-Encoding") or "").strip().lower()
    return "" if said == "identity" else said


def _payload(record: Any) -> BinaryIO:
    """What the server sent, unpacked; a fault in it is Unreadable when it is read."""
    packed = _encoding(record)
    # warcio reads the chunks alone: of broken packing it would make an end, without a word.
    record.http_headers.remove_header("Content-Encoding")
    stream = record.content_stream()
    size = record.payload_length
    budget = Budget(lambda: size, FREE_MEMBER)
    return bounded(_Unpacked(stream) if packed else stream, budget, budget)


def _pass_over(record: Any) -> None:
    """Reads what nobody has read of a record; Unreadable where the file ends in it."""
    try:
        while record.raw_stream.read(_PIECE):
            pass
    except EOFError:
        raise Unreadable("ends in the middle of a record") from None


def _told(fault: Exception) -> str:
    told = " ".join(str(fault).split()) or type(fault).__name__
    return told.encode("utf-8", "backslashreplace").decode("utf-8")[:200]


def _recognises(document: Document) -> bool:
    head = document.head
    if not head.startswith(_GZIP):
        return head.startswith(_MAGIC)
    try:
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(head, 16).startswith(_MAGIC)
    except zlib.error:
        return False


FORMAT = Format("warc", _recognises, _read)
