"""What is measured: somebody who holds the articles and answers queries."""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Generic, Self, TypeVar

from speed.corpus import Item
from speed.mix import Query

FACET_VALUES = 10
_T = TypeVar("_T")


class Peer(ABC):
    """Articles in a folder of one's own; a context manager while it is asked.

    `most` is the number of articles up to which it is worth waiting for; `remote` is true for one
    over HTTP, of which the client's own cost is looked at.
    """

    name: ClassVar[str]
    most: ClassVar[int | None] = None
    remote: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def lacks(cls) -> str:
        """What must be installed first, in one line; empty when nothing."""
        return ""

    @abstractmethod
    def build(self, items: Iterable[Item]) -> Mapping[str, float]:
        """Take the articles in; the seconds of each stage."""

    def prepare(self, mix: Sequence[Query]) -> None:  # noqa: B027 - few have to
        """What has to be known before these are asked, and is not measured."""

    @abstractmethod
    def open(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def ask(self, query: Query) -> int | None:
        """How many match, all of the answer being made; None when it cannot be asked that."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Clocked(Generic[_T]):
    """Items, and the seconds spent on making them, which are nobody's who takes them."""

    def __init__(self, items: Iterable[_T]) -> None:
        self._items = iter(items)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[_T]:
        return self

    def __next__(self) -> _T:
        started = time.perf_counter()
        try:
            return next(self._items)
        finally:
            self.seconds += time.perf_counter() - started


def forget_pages(folder: Path) -> None:
    """Put the files of a folder out of the system's memory, as after a start of the machine."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
