"""Tar archives: their members as documents, in one pass and in their order, however large they are.

A sidecar is found right before or behind its text: whoever looks further must keep all that is
between.
"""

import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, Any, BinaryIO, cast

from service.errors import Unreadable
from service.formats.archives.bounded import Budget, Readable, bounded, budget_of, faults_told
from service.formats.archives.members import climbs, is_passed_over, member, refused
from service.formats.beside import TEXTS, ending, is_sidecar
from service.formats.document import LARGEST_RECORD, Document

# Names and extended attributes need far less; the library reads a header at once.
LARGEST_HEADER = 16 * 1024
_BLOCK = tarfile.BLOCKSIZE
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Held:
    """A text or a sidecar that waits for the other one, or the reason why it cannot be read."""

    name: str
    data: bytes | Unreadable
    sidecar: bytes | Unreadable | None = None


def is_tar(head: bytes) -> bool:
    """Whether the first block is the header of a member, by its checksum."""
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError):
        return False
    return True


def read_tar(document: Document) -> Iterator[Document]:
    """All members as they come."""
    forward = _Forward(document.rest)
    shared = budget_of(document.stream, forward.tell)
    held: _Held | None = None
    try:
        for tar, info in _infos(forward):
            name = _valid(info.name)
            if info.isdir() or (is_passed_over(name) and not climbs(name)):
                continue
            if reason := _fault(info, name):
                yield refused(document, name, reason)
            elif info.size > LARGEST_RECORD or ending(name) not in TEXTS | {".json"}:
                yield member(document, name, _opened(tar, info, shared))
            else:
                ready, held = _paired(held, _Held(name, _all(_opened(tar, info, shared))))
                yield from (_document(document, each, shared) for each in ready)
    except Unreadable as fault:
        yield from _last(document, held, shared)
        raise fault
    yield from _last(document, held, shared)


def _fault(info: tarfile.TarInfo, name: str) -> str | None:
    if climbs(name):
        return "climbs out of the archive"
    return None if info.isfile() and not info.issparse() else "is a link or device, not a file"


def _last(document: Document, held: _Held | None, shared: Budget) -> Iterator[Document]:
    if held:
        yield _document(document, held, shared)


def _paired(held: _Held | None, found: _Held) -> tuple[list[_Held], _Held | None]:
    """What needs not wait any longer, and what does."""
    if held is None:
        return [], found
    if is_sidecar(found.name, held.name) and held.sidecar is None:
        return [replace(held, sidecar=found.data)], None
    if is_sidecar(held.name, found.name):
        return [replace(found, sidecar=held.data)], None
    return [held], found


def _document(document: Document, held: _Held, shared: Budget) -> Document:
    if isinstance(held.data, Unreadable):
        return refused(document, held.name, held.data.detail)
    if isinstance(held.sidecar, Unreadable):
        return refused(document, held.name, f"its sidecar {held.sidecar.detail}")
    return member(document, held.name, bounded(io.BytesIO(held.data), shared), held.sidecar)


def _all(stream: BinaryIO) -> bytes | Unreadable:
    try:
        return stream.read()
    except Unreadable as fault:
        return fault


def _infos(forward: "_Forward") -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Headers one by one, none of them kept."""
    tar: tarfile.TarFile | None = None
    while True:
        with faults_told("is a damaged tar archive"), forward.reading_header():
            if tar is None:
                tar = tarfile.TarFile(
                    fileobj=cast("IO[bytes]", forward), encoding="utf-8", errors="surrogateescape"
                )
            info = tar.next()
        if info is None:
            break
        cast("Any", tar).members.clear()  # it would keep them all
        yield tar, info
    if forward.last.strip(b"\0"):
        raise Unreadable("is a damaged tar archive: behind its last whole file there is no header")


def _opened(tar: tarfile.TarFile, info: tarfile.TarInfo, shared: Budget) -> BinaryIO:
    stream = tar.extractfile(info)
    if stream is None:
        raise Unreadable("is no file")
    return bounded(stream, shared)


def _valid(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Forward:
    """A stream as a file that is only read onwards. A header that fills the memory is none."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._place = 0
        self._in_header = False
        self.last = b""

    @contextmanager
    def reading_header(self) -> Iterator[None]:
        self._in_header = True
        yield
        self._in_header = False

    def tell(self) -> int:
        return self._place

    def seek(self, place: int) -> int:
        while self._place < place and self._stream_on(min(place - self._place, _PIECE)):
            pass
        return self._place

    def read(self, size: int) -> bytes:
        if self._in_header and size > LARGEST_HEADER:
            raise Unreadable("is a damaged tar archive: a header in it is too large")
        self.last = self._stream_on(size)
        return self.last

    def _stream_on(self, size: int) -> bytes:
        part = self._stream.read(size)
        self._place += len(part)
        return part
