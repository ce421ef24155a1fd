"""Zip archives: their members as documents, each read where it lies.

The table of contents stands at the end, so one that comes as a stream goes to a temporary file
first. Nothing is ever unpacked to a path that the archive names.
"""

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import IO, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from service.errors import Unreadable
from service.formats.archives.bounded import FREE_MEMBER, Budget, bounded, budget_of, faults_told
from service.formats.archives.members import climbs, is_passed_over, member, refused
from service.formats.beside import TEXTS, ending, sidecar_names, sidecars_among
from service.formats.document import LARGEST_RECORD, Document

# The table of contents is read at once; this is one of 300,000 files.
LARGEST_CONTENTS = 32 * 1024 * 1024
LARGEST_SPOOLED = 4 * 1024 * 1024 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_PIECE = 256 * 1024
_ENCRYPTED = 0x1
_OTHERS = (
    ("word/", "a Word file"),
    ("xl/", "an Excel file"),
    ("ppt/", "a PowerPoint file"),
    ("META-INF/MANIFEST.MF", "a Java archive"),
)


def is_zip(head: bytes) -> bool:
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_zip(document: Document) -> Iterator[Document]:
    """All members in the order of the table of contents; sidecars go with their texts."""
    with ExitStack() as stack:
        with faults_told("is a damaged zip archive"):
            file = stack.enter_context(_on_disk(document))
            size = file.seek(0, os.SEEK_END)
            archive = stack.enter_context(ZipFile(cast("IO[bytes]", _Sparing(file))))
        _refuse_others(archive.infolist())
        shared = budget_of(document.stream, lambda: size)
        sidecars = sidecars_among(archive.namelist())
        for info in archive.infolist():
            if info.filename.endswith("/") or info.filename in sidecars:
                continue
            if not info.filename:  # or it begins with a NUL, where zipfile cuts it
                yield refused(document, "(no name)", "is in the archive without a name")
            elif climbs(info.filename):
                yield refused(document, info.filename, "climbs out of the archive")
            elif not is_passed_over(info.filename):
                yield from _read(document, archive, info, (shared, _budget(info, size)))


def _budget(info: ZipInfo, size: int) -> Budget:
    packed = min(info.compress_size, size)
    return Budget(lambda: packed, FREE_MEMBER)


def _read(
    document: Document, archive: ZipFile, info: ZipInfo, budgets: tuple[Budget, Budget]
) -> Iterator[Document]:
    """The member, or its reason. It is closed when the next one is asked for."""
    with ExitStack() as stack:
        try:
            _refuse_odd(info)
            sidecar = _sidecar(archive, info, budgets)
            with faults_told("is damaged"):
                stream = stack.enter_context(archive.open(info))
        except Unreadable as fault:
            yield refused(document, info.filename, fault.detail)
        else:
            found = bounded(stream, budgets[0], *budgets)
            yield member(document, info.filename, found, sidecar)


def _sidecar(archive: ZipFile, text: ZipInfo, budgets: tuple[Budget, Budget]) -> bytes | None:
    """What is stated of a text may be an embargo: without it, the text is not read either."""
    if ending(text.filename) not in TEXTS:
        return None
    name = next((n for n in sidecar_names(text.filename) if n in archive.NameToInfo), None)
    if name is None:
        return None
    try:
        _refuse_odd(archive.NameToInfo[name])
        with faults_told("is damaged"), archive.open(name) as stream:
            found = bounded(stream, budgets[0], budgets[0]).read(LARGEST_RECORD + 1)
    except Unreadable as fault:
        raise Unreadable(f"its sidecar {name} {fault.detail}") from fault
    if len(found) > LARGEST_RECORD:
        raise Unreadable(f"its sidecar {name} is too large")
    return found


def _refuse_odd(info: ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise Unreadable("is encrypted")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unreadable("is a link, not a file")
    # The others are not unpacked piece by piece there, so that a few bytes fill the memory.
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unreadable("is packed in a way that is not read; known is deflate")


def _refuse_others(infos: Sequence[ZipInfo]) -> None:
    """Files of other programs that are zip archives inside."""
    names = [info.filename for info in infos[:50]]
    known = "[Content_Types].xml" in names or "META-INF/MANIFEST.MF" in names[:2]
    kind = next((kind for part, kind in _OTHERS if any(n.startswith(part) for n in names)), None)
    if known:
        raise Unreadable(f"is {kind or 'an Office file'}, not an archive of articles")
    if names[:1] == ["mimetype"]:
        raise Unreadable("is an e-book or OpenDocument file, not an archive of articles")


def _on_disk(document: Document) -> AbstractContextManager[BinaryIO]:
    """Its file, which is not ours to close, or a temporary one with all that a stream gives."""
    if document.stream.seekable():
        return nullcontext(document.stream)
    spooled = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    try:
        _copy(document.rest, spooled)
    except BaseException:
        spooled.close()
        raise
    return cast("AbstractContextManager[BinaryIO]", spooled)


def _copy(stream: BinaryIO, spooled: IO[bytes]) -> None:
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > LARGEST_SPOOLED:
            raise Unreadable(f"is larger than {LARGEST_SPOOLED // 1024**3} GB and no file on disk")
        spooled.write(piece)


class _Sparing:
    """A file that does not fill the memory with a table of contents."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, lambda: True

    def read(self, size: int = -1, /) -> bytes:
        if size > LARGEST_CONTENTS:
            raise Unreadable("holds too many files to be read at once")
        return self._file.read(size)
