"""A shelf that cannot answer for a while is asked again, but no change is made again."""

from collections.abc import Iterable

import pytest

from service.database import Connection
from service.errors import Busy
from service.needs import NOTHING, Name
from service.working.documents import Document
from service.working.shared import SharedArchive
from service.working.shelf import Changes, MemoryShelf
from service.working.waiting import Waiting

ASKED = "SELECT count(*) FROM articles"


class Away(MemoryShelf):
    """Gives no answer so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def number(self) -> int:
        self._answer()
        return super().number()

    def get(self, names: Iterable[Name]) -> list[Document]:
        self._answer()
        return super().get(names)

    def _answer(self) -> None:
        if self.times:
            self.times -= 1
            raise Busy("a node is away")


class Doubtful(MemoryShelf):
    """Makes each change, and does not say so."""

    committed = 0

    def commit(self, number: int, changes: Changes) -> bool:
        self.committed += super().commit(number, changes)
        raise Busy("nobody knows whether it was done")


def count(conn: Connection) -> int:
    return int(conn.execute(ASKED).fetchone()[0])


def test_reads_wait_for_an_answer() -> None:
    shelf = Away(2)
    with SharedArchive(shelf).read() as conn:
        assert count(conn) == 0
    assert shelf.times == 0


def test_a_change_waits_to_begin() -> None:
    shelf = Away(2)
    assert SharedArchive(shelf).change(NOTHING, count) == 0
    assert shelf.times == 0


def test_a_change_that_may_have_been_made_is_not_made_again() -> None:
    shelf = Doubtful()
    with pytest.raises(Busy, match="nobody knows"):
        SharedArchive(shelf).change(
            NOTHING, lambda conn: conn.execute("INSERT INTO sources (name) VALUES ('Reuters')")
        )
    assert shelf.committed == 1


@pytest.mark.parametrize("patience", [0.0, 0.25])
def test_nobody_waits_without_end(patience: float) -> None:
    shelf = Away(1_000)
    with pytest.raises(Busy, match="away"):
        Waiting(shelf, patience).number()
    assert shelf.times >= 990


def test_an_answer_that_is_late_is_given_up() -> None:
    with pytest.raises(Busy), SharedArchive(Away(1_000), query_seconds=0.2).read():
        pass
