"""Processes of their own that write on one shelf: each change counts one up, and leaves a mark."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from cluster.shelves import row
from service.engines.opensearch.client import Client
from service.engines.opensearch.nodes import Address
from service.engines.opensearch.shelf import shelf as shelf_module
from service.engines.opensearch.shelf.applying import Applying
from service.engines.opensearch.shelf.register import NOT_KNOWN
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import Busy
from service.needs import Name
from service.working.documents import Document
from service.working.shelf import Changes

COUNTER: Name = ("source", "counter")


@dataclass
class Done:
    """Marks whose change was acknowledged, and those of which nobody could tell."""

    acknowledged: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def counted(name: str, count: int) -> Document:
    return Document("source", name, {"sources": (row("sources", articles=count),)})


def leave_mark(shelf: OpenSearchShelf, mark: str, done: Done) -> None:
    """Until it is there, or nobody can tell whether it is."""
    while True:
        try:
            number = shelf.number()
            found = [each.number("sources", "articles") for each in shelf.get([COUNTER])]
            put = [counted(COUNTER[1], sum(found) + 1), counted(mark, 1)]
            if shelf.commit(number, Changes({each.name: each for each in put}, frozenset())):
                return done.acknowledged.append(mark)
        except Busy as exc:
            if exc.detail == NOT_KNOWN:
                return done.unknown.append(mark)


def marks(shelf: OpenSearchShelf) -> tuple[int, set[str]]:
    """How many were counted, and which marks there are."""
    found = {each.key: each for each in shelf.every("source")}
    counter = found.pop(COUNTER[1])
    return counter.number("sources", "articles"), set(found)


def write(urls: Sequence[str], name: str, marks: Sequence[str]) -> None:
    client = Client(Address(tuple(urls)))
    for mark in marks:
        leave_mark(OpenSearchShelf(client, name), mark, Done())
    client.close()


def write_and_die(urls: Sequence[str], name: str, marks: Sequence[str]) -> None:
    """Between the change and what it makes of the indices."""

    class Dying(Applying):
        def write(self) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

    # This process is nobody else's.
    setattr(shelf_module, "Applying", Dying)  # noqa: B010
    shelf = OpenSearchShelf(Client(Address(tuple(urls))), name)
    number = shelf.number()
    put = [counted(COUNTER[1], number + len(marks)), *(counted(mark, 1) for mark in marks)]
    shelf.commit(number, Changes({each.name: each for each in put}, frozenset()))


def in_process(target: object, *args: object) -> BaseProcess:
    process = get_context("spawn").Process(target=target, args=args)  # type: ignore[arg-type]  # any function
    process.start()
    return process
