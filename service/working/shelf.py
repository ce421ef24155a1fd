"""Where documents are kept that no process has to itself, and how they are changed."""

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from service.near_copies import bucket
from service.needs import Condition, Edge, Field, Kind, Name, Newest, Place, Span
from service.working.documents import Document


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

    def walk(self, kind: Kind) -> Iterator[Document]:
        """The same of any kind, a few in the memory at a time; in no order."""
        ...

    def get(self, names: Iterable[Name]) -> Iterable[Document]:
        """Those of them that are there."""
        ...

    def find(self, field: Field, values: Iterable[str]) -> Iterable[Document]:
        """All that have one of the values in that field."""
        ...

    def near(self, wanted: Iterable[tuple[Place, int]]) -> Iterable[Document]:
        """Of each place so many on either side, within its bucket, and what stands there."""
        ...

    def newest(self, wanted: Newest) -> Iterable[Document]:
        """Articles in that order."""
        ...

    def span(self, wanted: Span) -> Iterable[Document]:
        """Documents of any other kind, in the order that is asked for."""
        ...

    def pour(self, documents: Iterable[Document]) -> None:
        """Very many at once on a shelf that nobody uses yet; whoever is cut off leaves a part of
        them. A commit after it tells readers.
        """
        ...

    def claim(self) -> None:
        """Ask all others to let this thread make the next change, for some seconds."""
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

    def walk(self, kind: Kind) -> Iterator[Document]:
        return iter(self.every(kind))

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

    def near(self, wanted: Iterable[tuple[Place, int]]) -> list[Document]:
        keys = {key: None for place, count in wanted for key in self._beside(place, count)}
        return self.get(("article", key) for key in keys)

    def _beside(self, place: Place, count: int) -> list[str]:
        placed = self._placed_in(bucket(place[0]))
        at = bisect_left(placed, (place, ""))
        there = at < len(placed) and placed[at][0] == place
        return [key for _, key in placed[max(0, at - count) : at + count + there]]

    def newest(self, wanted: Newest) -> list[Document]:
        having = self.find(wanted.field, [wanted.value]) if wanted.field else self.every("article")
        placed = sorted(
            ((edge_of(each), each) for each in having if "articles" in each.rows),
            key=lambda pair: pair[0],
            reverse=not wanted.oldest,
        )
        return [each for edge, each in placed if _is_wanted(edge, wanted)][: wanted.count]

    def span(self, wanted: Span) -> list[Document]:
        table, _ = wanted.order
        placed = sorted(
            (
                each
                for each in self._documents.values()
                if table in each.rows and all(_holds(each, one) for one in wanted.where)
            ),
            key=lambda each: (_first(each, wanted.order), each.key),
            reverse=wanted.last,
        )
        return placed[: wanted.count or None]

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

    def pour(self, documents: Iterable[Document]) -> None:
        self._documents |= {each.name: each for each in documents}

    def claim(self) -> None:
        """Nobody is so much faster than another in one process."""

    def commit(self, number: int, changes: Changes) -> bool:
        with self._committing:
            if number != self._number:
                return False
            documents = {**self._documents, **changes.put}
            for name in changes.gone:
                documents.pop(name, None)
            self._documents, self._number = documents, number + 1
            return True


def edge_of(document: Document) -> Edge:
    """Where an article stands in the order of all."""
    published = next(iter(document.texts("articles", "published_at")), "")
    return Edge(published, document.number("articles", "dated_in"), document.key)


def _is_wanted(edge: Edge, wanted: Newest) -> bool:
    if wanted.dated and not edge.published:
        return False
    if wanted.before is None:
        return True
    return edge > wanted.before if wanted.oldest else edge < wanted.before


def _holds(document: Document, asked: Condition) -> bool:
    stated = document.stated(asked.field)
    if asked.nothing:
        return not stated
    if asked.one_of is not None:
        return any(str(value) in asked.one_of for value in stated)
    return any(_is_between(value, asked.least, asked.most) for value in stated)


def _is_between(value: str | int, least: str | int | None, most: str | int | None) -> bool:
    """Numbers are between numbers, and texts between texts."""
    return (least is None or _ranked(value) >= _ranked(least)) and (
        most is None or _ranked(value) <= _ranked(most)
    )


def _ranked(value: str | int) -> tuple[int, str]:
    return (value, "") if isinstance(value, int) else (0, value)


def _first(document: Document, field: Field) -> tuple[int, str]:
    return next(map(_ranked, document.stated(field)), (-1, ""))
