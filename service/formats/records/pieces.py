"""A stream in pieces of bounded size: its bytes as UTF-8, its lines, and the values of its JSON.

JSON is cut at its brackets and not parsed here: so each record keeps its bytes, and one that is
broken (NaN, a name stated twice) does not take those behind it with it.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.formats.document import LARGEST_RECORD, Document

_PIECE = 65_536
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Runs of them at once: a megabyte of brackets is no reason to wait.
_BRACKET = re.compile(rb'[\[{]+|[\]}]|"')
_QUOTE = re.compile(rb'["\\]')
_BETWEEN = re.compile(rb"[\s,\x1e]*")
_SCALAR = re.compile(rb'[^\s,\[\]{}"\x1e]+')


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a record; `cut` when it is larger than a record may be, or the stream ends in it."""

    data: bytes
    cut: str | None = None


TOO_LARGE = f"is larger than {LARGEST_RECORD // 1024 // 1024} MB"
ENDS_INSIDE = "is not whole: the document ends in it"


def opening(document: Document) -> bytes:
    """The beginning of a document, as UTF-8 without its byte order mark."""
    head = document.head
    if head.startswith(_UTF_16):
        return head[: len(head) & ~1].decode("utf-16", "ignore").encode()
    return head.removeprefix(codecs.BOM_UTF8)


def chunks(document: Document) -> Iterator[bytes]:
    """All of a document in order, without its byte order mark; UTF-16 becomes UTF-8."""
    stream = document.rest
    if document.head.startswith(_UTF_16):
        text = io.TextIOWrapper(stream, "utf-16", "replace", newline="")
        while read := text.read(_PIECE):
            yield read.encode("utf-8", "replace")
        return
    first = stream.read(_PIECE).removeprefix(codecs.BOM_UTF8)
    while first:
        yield first
        first = stream.read(_PIECE)


def lines(parts: Iterator[bytes], separator: bytes = b"\n") -> Iterator[Piece]:
    """What a separator ends, and keeps at its end; of what is too large, the beginning."""
    held: list[bytes] = []
    size = 0
    for part in parts:
        *ended, rest = part.split(separator)
        for line in ended:
            yield _line([*held, line, separator], size + len(line))
            held, size = [], 0
        size += len(rest)
        if rest and size <= LARGEST_RECORD:
            held.append(rest)
    if held:
        yield _line(held, size)


def _line(held: list[bytes], size: int) -> Piece:
    return Piece(b"".join(held), TOO_LARGE if size > LARGEST_RECORD else None)


class Broken(Exception):
    """Something that is no JSON stands between the values."""


@dataclass(slots=True)
class JsonCutter:
    """Cuts JSON values out of a stream, wherever it stands in it; skips `start` bytes.

    With `in_list`, up to the `]` that closes the list, after which `closed` is true.
    """

    parts: Iterator[bytes]
    start: int = 0
    in_list: bool = False
    closed: bool = False
    _held: bytearray = field(default_factory=bytearray)
    _at: int = 0

    def pieces(self) -> Iterator[Piece]:
        """The values; Broken where there is none but something else."""
        self._skip()
        while self._find():
            if self._held.startswith(b"]") and self.in_list:
                del self._held[:1]
                self.closed = True
                return
            if self._held.startswith((b"]", b"}")):
                raise Broken
            yield self._cut()

    def rest_is_blank(self) -> bool:
        """Whether nothing but white space follows in the stream."""
        return not self._held.strip() and not any(part.strip() for part in self.parts)

    def _skip(self) -> None:
        while self.start and self._more():
            skipped = min(self.start, len(self._held))
            del self._held[:skipped]
            self.start -= skipped

    def _find(self) -> bool:
        """Moves to the beginning of the next value, if there is one."""
        while True:
            del self._held[: _end(_BETWEEN, self._held)]
            if self._held:
                return True
            if not self._more():
                return False

    def _more(self) -> bool:
        part = next(self.parts, b"")
        self._held += part
        return bool(part)

    def _cut(self) -> Piece:
        if bytes(self._held[:1]) not in (b"[", b"{", b'"'):
            return self._cut_scalar()
        depth, quoted, self._at = 0, False, 0
        size = 0
        while True:
            found = (_QUOTE if quoted else _BRACKET).search(self._held, self._at)
            if not found:
                self._at = max(self._at, len(self._held))
                size += self._let_go()
                if not self._more():
                    return self._taken(len(self._held), size, ENDS_INSIDE)
                continue
            mark = found[0]
            self._at = found.end() + (mark == b"\\")
            if mark == b'"':
                quoted = not quoted
            elif mark != b"\\":
                depth += len(mark) if mark[:1] in (b"[", b"{") else -1
            if not depth and not quoted:
                return self._taken(self._at, size, None)

    def _cut_scalar(self) -> Piece:
        size = self._at = 0
        while (end := _end(_SCALAR, self._held, self._at)) == len(self._held):
            self._at = end
            size += self._let_go()
            if not self._more():
                break
        return self._taken(end if end < len(self._held) else self._at, size, None)

    def _let_go(self) -> int:
        """Of what is larger than a record, only the beginning is kept: how much was dropped."""
        dropped = len(self._held) - LARGEST_RECORD
        if dropped <= 0:
            return 0
        del self._held[LARGEST_RECORD:]
        self._at -= dropped
        return dropped

    def _taken(self, end: int, dropped: int, cut: str | None) -> Piece:
        data = bytes(self._held[:end])
        del self._held[:end]
        return Piece(data, TOO_LARGE if dropped or len(data) > LARGEST_RECORD else cut)


def _end(shape: re.Pattern[bytes], data: bytearray, start: int = 0) -> int:
    found = shape.match(data, start)
    return found.end() if found else start
