"""Streams out of archives that cannot be made to go on for ever, and whose faults are ours.

A few bytes can unpack to more than any disk holds. What comes out of an archive, archives within it
included, is counted against what went in, and ends when no text can have been packed so well.
"""

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from service.errors import Unreadable

# Text packs 3- to 10-fold, tables and empty pages up to 50-fold. Below so much nobody is hurt, and
# more is free in an archive than in a member, so that others are read beside one that is a bomb.
MOST_EXPANSION = 100
FREE_MEMBER = 64 * 1024 * 1024
FREE_ARCHIVE = 256 * 1024 * 1024

# Counted after so much at the latest.
_PIECE = 256 * 1024
_FAULTS = (
    OSError,
    EOFError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
)


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Budget:
    """How much may still come out of what `packed` bytes went into; they may grow as it is read."""

    def __init__(self, packed: Callable[[], int], free: int) -> None:
        self._packed = packed
        self._free = free
        self._unpacked = 0

    def spend(self, size: int) -> None:
        """Unreadable once more has come out than any text can be packed to."""
        self._unpacked += size
        if self._unpacked > max(self._free, MOST_EXPANSION * self._packed()):
            raise Unreadable(f"unpacks to more than {MOST_EXPANSION} times its size")


class Counted:
    """A stream that can only go forward and tells how far it is."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._place = 0

    def read(self, size: int = -1, /) -> bytes:
        part = self._stream.read(size)
        self._place += len(part)
        return part

    def tell(self) -> int:
        return self._place


class Bounded(io.RawIOBase):
    """A member as it is unpacked: each byte is counted, and every fault is Unreadable."""

    def __init__(self, stream: Readable, spent: tuple[Budget, ...], shared: Budget) -> None:
        super().__init__()
        self.shared = shared  # for the archives in it
        self._stream = stream
        self._spent = spent

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        with faults_told("is damaged"):
            piece = self._stream.read(min(len(buffer), _PIECE))
        for budget in self._spent:
            budget.spend(len(piece))
        buffer[: len(piece)] = piece
        return len(piece)


class Faulty(io.RawIOBase):
    """A member that is not read, for a reason of its own."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        raise Unreadable(self._reason)


def bounded(stream: Readable, shared: Budget, *own: Budget) -> BinaryIO:
    """The stream, counted against its `own` budgets; archives in it share the one of their own."""
    return io.BufferedReader(Bounded(stream, own, shared))


def budget_of(stream: BinaryIO, packed: Callable[[], int]) -> Budget:
    """The one that counts for the archive that a stream comes from, or a new one for a file."""
    raw = getattr(stream, "raw", None)
    return raw.shared if isinstance(raw, Bounded) else Budget(packed, FREE_ARCHIVE)


@contextmanager
def faults_told(reason: str) -> Iterator[None]:
    """What the libraries raise of broken archives becomes Unreadable, in few words."""
    try:
        yield
    except _FAULTS as fault:
        told = str(fault).strip().splitlines() or [type(fault).__name__]
        words = told[0].encode("utf-8", "backslashreplace").decode("utf-8")
        raise Unreadable(f"{reason}: {words[:1].lower()}{words[1:200]}") from fault
