"""Archives to test on, made in memory."""

import io
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import Literal

Members = Iterable[tuple[str, bytes]]
TarMode = Literal["w", "w:gz", "w:bz2", "w:xz"]


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def tarred(members: Members, mode: TarMode = "w") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


class Pipe(io.RawIOBase):
    """A stream that cannot go back, and whose end is not known: from bytes, or from pieces."""

    def __init__(self, pieces: bytes | Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = iter([pieces] if isinstance(pieces, bytes) else pieces)
        self._left = b""
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self._left = self._left or next(self._pieces, b"")
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        self.given += len(piece)
        return len(piece)
