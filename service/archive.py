"""What every store works on, wherever an archive lives: reading and changing it in one piece."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from service.database import WAIT_FOR_WRITER as WAIT_FOR_WRITER
from service.database import Connection
from service.needs import NOTHING, Needs, Span

_T = TypeVar("_T")


class Archive(Protocol):
    """Gives connections to a database that has what was asked for: a whole file, or a copy of what
    is needed.
    """

    @property
    def has_all(self) -> bool:
        """Whether it ignores needs, so that nobody has to find out about many of them."""

    def read(self, needs: Needs = NOTHING) -> AbstractContextManager[Connection]:
        """One snapshot with at least what is needed; reads inside see the same one.

        Raises Busy when it takes too long, Misconfigured where the archive cannot be reached.
        """

    def look(self, needs: Needs, work: Callable[[Connection], _T]) -> _T:
        """What `work` gives, which reads one snapshot, in however many reads within this one.

        It may be done several times where nobody has a whole archive, so it changes nothing.
        """

    def change(
        self,
        needs: Needs,
        work: Callable[[Connection], _T],
        patience: float = WAIT_FOR_WRITER,
    ) -> _T:
        """What `work` gives, whose changes are kept then, all of them or none.

        It may be done several times, each on what is there by then: so it changes nothing else, or
        nothing that would not be the same the second time. Busy when others, who came before, take
        longer than `patience` seconds.
        """
        ...

    def want(self, needs: Needs) -> None:
        """Inside of a change: go on only with this as well. What was done so far may be done again.

        Only what `work` has just found out is told so; where `has_all`, it need not be.
        """

    def parts(self, span: Span, count: int) -> Iterator[Needs]:
        """Needs that together are all of a span, so many documents each: for work on very many
        that can be done in parts. Where it `has_all`, it is done at once.
        """
        ...

    def before_again(self, undo: Callable[[], None]) -> None:
        """Inside of a change: how to take back what `work` has done elsewhere, where that would not
        be the same the second time. Called before the work is done again, if it is. Whoever has
        looked at the archive meanwhile to change it looks again, though nothing changed here.
        """

    def files(self) -> frozenset[Path]:
        """Those in which the archive is, and such as are kept beside them."""
        ...

    def rewrite(self) -> None:
        """Leave no remains of what was deleted, however long that takes."""

    def empty_log(self) -> bool:
        """Leave none in a log of changes; False when that has to be tried again later."""
        ...
