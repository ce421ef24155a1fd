"""What arrives, put together: in small batches to be read, in large ones to be stored, and set
aside until the end.
"""

import pickle
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Self, TypeVar

from service.arrivals import Lost, Notice
from service.article import Article
from service.extract.pool import Reading

# What has been read is stored at once when it is so many, so large or so old: large enough to make
# few segments of the text index, small enough to be searchable soon and to keep no writer waiting.
_STORED_AT_ONCE = 1_000
_BYTES_AT_ONCE = 4 * 1024 * 1024
_SECONDS_AT_ONCE = 0.5
# Articles under embargo wait in memory for the end of an ingest up to so many bytes, then on disk.
_HELD_IN_MEMORY = 16 * 1024 * 1024
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Finished:
    """Stands behind all arrivals of an input: what it was, and how many bytes that were.

    `remember` is called when all of them are written.
    """

    origin: str
    size: int = 0
    remember: Callable[[], None] = lambda: None


# An article that has been read, or what else has arrived.
Arrived = Reading | Lost | Notice | Finished


def gathered(read: Iterable[list[Arrived]]) -> Iterator[list[Arrived]]:
    """Several batches as one that is stored at once."""
    waiting: list[Arrived] = []
    size, since = 0, time.monotonic()
    for batch in read:
        if not waiting:
            since = time.monotonic()
        waiting += batch
        size += sum(len(each.article.body) for each in batch if isinstance(each, Reading))
        late = time.monotonic() - since >= _SECONDS_AT_ONCE
        if late or len(waiting) >= _STORED_AT_ONCE or size >= _BYTES_AT_ONCE:
            yield waiting
            waiting, size = [], 0
    yield waiting


def up_to_notices(arrived: Iterable[Arrived]) -> Iterator[list[Arrived]]:
    """In parts that each end with a notice, but for the last."""
    part: list[Arrived] = []
    for each in arrived:
        part.append(each)
        if isinstance(each, Notice):
            yield part
            part = []
    yield part


def batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


class Spool:
    """Articles put aside for later, on disk when they are many: an unnamed file of our own."""

    def __init__(self) -> None:
        # Where the system keeps temporary files; it has no name, and goes with the process.
        self._file: IO[bytes] = SpooledTemporaryFile(max_size=_HELD_IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, article: Article) -> None:
        pickle.dump(article, self._file)
        self._count += 1

    def __iter__(self) -> Iterator[Article]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 - what add() wrote
