"""A client to whom something happens between any two of its requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import Any

from cluster.shelves import row
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.working.documents import Document
from service.working.shelf import Changes, MemoryShelf


class Interrupted(Client):
    """Does something before some of what it is asked for."""

    before: Iterator[Callable[[], None]] = repeat(lambda: None)

    @contextmanager
    def doing(self, *steps: Callable[[], None]) -> Iterator[None]:
        """One of these before each of the next requests."""
        self.before = chain(steps, repeat(lambda: None))
        try:
            yield
        finally:
            self.before = repeat(lambda: None)

    def _happens(self) -> None:
        step = next(self.before)
        self.before, after = repeat(lambda: None), self.before
        try:
            step()
        finally:
            self.before = after

    def search(self, *args: Any, **options: Any) -> Any:
        self._happens()
        return super().search(*args, **options)

    def apply(self, *args: Any, **options: Any) -> None:
        self._happens()
        super().apply(*args, **options)

    def point(self, *args: Any) -> None:
        self._happens()
        super().point(*args)

    def point_beside(self, *args: Any) -> None:
        self._happens()
        super().point_beside(*args)

    def create_missing(self, *args: Any, **options: Any) -> None:
        self._happens()
        super().create_missing(*args, **options)

    def replace(self, *args: Any) -> Any:
        self._happens()
        return super().replace(*args)


class KilledError(Exception):
    """Nobody catches it."""


def killed() -> None:
    raise KilledError


def commit(shelf: OpenSearchShelf, memory: MemoryShelf, change: Changes) -> None:
    assert shelf.commit(shelf.number(), change)
    assert memory.commit(memory.number(), change)


def quiet(_done: int, _all: int) -> None:
    """Nobody looks."""


def mark(number: int) -> Document:
    return Document("source", f"s{number}", {"sources": (row("sources", articles=1),)})
