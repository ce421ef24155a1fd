"""Where documents are kept that no process has to itself, and how they are changed."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from service.near_copies import bucket
from service.working.documents import Document, Place
from service.working.needs import Field
from service.working.owners import Kind, Name


@dataclass(frozen=True, slots=True)
class Changes:
    """Documents as they are now, and the names of those that are gone."""

    put: Mapping[Name, Document]
    gone: frozenset[Name]

    def __bool__(self) -> bool:
        return bool(self.put or self.gone)


class Shelf(Protocol):
    """All documents of one archive. What is read may be newer than the number that was asked
    before; a commit tells.
    """

    def number(self) -> int:
        """How many changes were committed."""
        ...

    def every(self, kind: Kind) -> Iterable[Document]:
        """All documents of a kind that has few."""
        ...

    def get(self, names: Iterable[Name]) -> Iterable[Document]:
        """Those of them that are there."""
        ...

    def find(self, field: Field, values: Iterable[str]) -> Iterable[Document]:
        """All that have one of the values in that field."""
        ...

    def near(self, place: Place, count: int) -> Iterable[Document]:
        """So many on either side of a place, within its bucket, and what stands there."""
        ...

    def commit(self, number: int, changes: Changes) -> bool:
        """Make all changes at once, for good; False, and none, if the number is another now."""
        ...


class MemoryShelf:
    """Documents in this process: what every shelf has to do, and one for tests."""

    def __init__(self) -> None:
        self._documents: dict[Name, Document] = {}
        self._number = 0
        self._places: tuple[int, list[tuple[Place, str]]] | None = None
        self._committing = threading.Lock()

    def number(self) -> int:
        return self._number

    def every(self, kind: Kind) -> list[Document]:
        return [each for each in self._documents.values() if each.kind == kind]

    def get(self, names: Iterable[Name]) -> list[Document]:
        found = map(self._documents.get, names)
        return [each for each in found if each is not None]

    def find(self, field: Field, values: Iterable[str]) -> list[Document]:
        asked = set(values)
        table, column = field
        return [
            each
            for each in self._documents.values()
            if table in each.rows and not asked.isdisjoint(each.texts(table, column))
        ]

    def near(self, place: Place, count: int) -> list[Document]:
        placed = self._placed_in(bucket(place[0]))
        at = bisect_left(placed, (place, ""))
        there = at < len(placed) and placed[at][0] == place
        found = placed[max(0, at - count) : at + count + there]
        return self.get(("article", key) for _, key in found)

    def _placed_in(self, asked: tuple[int, int]) -> list[tuple[Place, str]]:
        """Which place each article has there, in their order."""
        if self._places is None or self._places[0] != self._number:
            placed = ((place, d.key) for d in self._documents.values() for place in d.places)
            self._places = self._number, sorted(placed)
        _, placed_all = self._places
        first, last = asked
        return placed_all[
            bisect_left(placed_all, ((first, 0), "")) : bisect_left(placed_all, ((last + 1, 0), ""))
        ]

    def commit(self, number: int, changes: Changes) -> bool:
        with self._committing:
            if number != self._number:
                return False
            documents = {**self._documents, **changes.put}
            for name in changes.gone:
                documents.pop(name, None)
            self._documents, self._number = documents, number + 1
            return True
