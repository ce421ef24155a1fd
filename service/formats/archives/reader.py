"""Archives and compressed files: zip, tar, gzip, bzip2 and xz give the documents in them.

They are told by their first bytes, whatever their names are, and read member by member; a faulty
member is named and the others go on. How much may come out is bounded (bounded.py).
"""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO, cast

from service.errors import Unreadable
from service.formats.archives.bounded import (
    FREE_MEMBER,
    Budget,
    Counted,
    Readable,
    bounded,
    budget_of,
)
from service.formats.archives.members import check_depth, member
from service.formats.archives.tarred import is_tar, read_tar
from service.formats.archives.zipped import is_zip, read_zip
from service.formats.document import Content, Document, Format, Options

_UNPACKERS: tuple[tuple[bytes, Callable[[IO[bytes]], Readable]], ...] = (
    (b"\x1f\x8b\x08", lambda packed: gzip.GzipFile(fileobj=packed)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)
_ENDINGS = (".gz", ".gzip", ".bz2", ".xz")
_HEADER = 512


def read(document: Document, _options: Options) -> Iterator[Content]:
    """The documents in an archive; Unreadable if there are none, or not all can be reached."""
    check_depth(document)
    found = False
    for inner in _members(document):
        found = True
        yield inner
    if not found:
        raise Unreadable("holds no articles")


def _members(document: Document) -> Iterator[Document]:
    if is_zip(document.head):
        return read_zip(document)
    if is_tar(document.head):
        return read_tar(document)
    return _read_compressed(document)


def _read_compressed(document: Document) -> Iterator[Document]:
    """What was compressed; a tar in it counts as one archive with it."""
    packed = Counted(document.rest)
    shared = budget_of(document.stream, packed.tell)
    opened = _unpacker(document.head)(cast("IO[bytes]", packed))
    stream = bounded(opened, shared, shared, Budget(packed.tell, FREE_MEMBER))
    if is_tar(cast("io.BufferedReader", stream).peek(_HEADER)[:_HEADER]):
        yield from read_tar(Document(document.origin, document.name, stream, depth=document.depth))
    else:
        yield replace(member(document, _unpacked(document.name), stream), url=document.url)


def _unpacker(head: bytes) -> Callable[[IO[bytes]], Readable]:
    return next(unpack for mark, unpack in _UNPACKERS if head.startswith(mark))


def _unpacked(name: str) -> str:
    """`story.txt.gz` -> `story.txt`."""
    path = PurePosixPath(name)
    suffix = path.suffix.lower()
    return path.stem if suffix in _ENDINGS else name


def _recognises(document: Document) -> bool:
    head = document.head
    marks = tuple(mark for mark, _ in _UNPACKERS)
    return is_zip(head) or head.startswith(marks) or is_tar(head)


FORMAT = Format("archive", _recognises, read)
