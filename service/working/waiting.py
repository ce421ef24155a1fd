"""A shelf that is asked again where it cannot answer yet, as when another machine takes over."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from service.database import WAIT_FOR_WRITER
from service.deadline import until_answered
from service.needs import Field, Kind, Name, Newest, Place, Span
from service.working.documents import Document
from service.working.shelf import Changes, Shelf

_T = TypeVar("_T")


class Waiting:
    """What is read is asked for until it comes, for as long as anybody waits.

    A change is not made again, since it may have been made.
    """

    def __init__(self, shelf: Shelf, patience: float = WAIT_FOR_WRITER) -> None:
        self._shelf = shelf
        self._patience = patience

    def number(self) -> int:
        return self._answered(self._shelf.number)

    def every(self, kind: Kind) -> list[Document]:
        return self._answered(lambda: [*self._shelf.every(kind)])

    def walk(self, kind: Kind) -> Iterator[Document]:
        return self._shelf.walk(kind)

    def get(self, names: Iterable[Name]) -> list[Document]:
        wanted = [*names]
        return self._answered(lambda: [*self._shelf.get(wanted)])

    def find(self, field: Field, values: Iterable[str]) -> list[Document]:
        wanted = [*values]
        return self._answered(lambda: [*self._shelf.find(field, wanted)])

    def near(self, wanted: Iterable[tuple[Place, int]]) -> list[Document]:
        places = [*wanted]
        return self._answered(lambda: [*self._shelf.near(places)])

    def newest(self, wanted: Newest) -> list[Document]:
        return self._answered(lambda: [*self._shelf.newest(wanted)])

    def span(self, wanted: Span) -> list[Document]:
        return self._answered(lambda: [*self._shelf.span(wanted)])

    def pour(self, documents: Iterable[Document]) -> None:
        self._shelf.pour(documents)

    def claim(self) -> None:
        self._shelf.claim()

    def commit(self, number: int, changes: Changes) -> bool:
        return self._shelf.commit(number, changes)

    def _answered(self, ask: Callable[[], _T]) -> _T:
        return until_answered(ask, self._patience)
