"""An archive of which nobody has a file: what is read and changed is laid out on working copies."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from service.database import WAIT_FOR_WRITER, Connection
from service.deadline import raise_if_late, within
from service.errors import Busy
from service.needs import NOTHING, Name, Needs, Span
from service.storage_faults import mapped
from service.working.copy import WorkingCopy
from service.working.documents import Document
from service.working.fetching import Fetching
from service.working.kept import Found, Kept
from service.working.reading import ReadingCopy
from service.working.schemas import ARCHIVE, Schema
from service.working.shelf import Shelf
from service.working.waiting import Waiting
from service.working.workbench import Workbench

_T = TypeVar("_T")
# So often it is looked again where others commit while documents are fetched.
_LOOKS = 5
_NOWHERE = Path(":memory:")


class SharedArchive:
    """An `Archive` on a shelf. A read is stopped after `query_seconds`; 0: it takes its time."""

    def __init__(self, shelf: Shelf, query_seconds: float = 10.0, schema: Schema = ARCHIVE) -> None:
        self._shelf = shelf
        self._schema = schema
        self._query_seconds = query_seconds
        self._kept = Kept()
        self._reading: ContextVar[_Reading | None] = ContextVar("reading", default=None)
        self._changing: ContextVar[_Changing | None] = ContextVar("changing", default=None)

    def unhurried(self) -> "SharedArchive":
        """The same for work that nobody waits for: without a time limit."""
        return SharedArchive(self._shelf, 0, self._schema)

    @contextmanager
    def read(self, needs: Needs = NOTHING) -> Iterator[Connection]:
        """Where something is being changed, reads see what has been changed so far.

        Busy for a read within another one if what that has seen was changed since.
        """
        changing = self._changing.get()
        if changing is not None:
            changing.copy.want(needs)
            with changing.copy.read() as conn:
                yield conn
            return
        outer = self._reading.get()
        if outer is not None:
            yield outer.with_all(needs)
            return
        waiting = Waiting(self._shelf)
        begun = _Reading(waiting, self._schema, self._kept)
        with within(self._query_seconds), closing(begun) as reading:
            token = self._reading.set(reading)
            try:
                with mapped(_NOWHERE):
                    yield reading.with_all(needs)
            finally:
                self._reading.reset(token)

    def look(self, needs: Needs, work: Callable[[Connection], _T]) -> _T:
        """Done again where it was overtaken; inside of another read it is a part of that."""
        if self._reading.get() is not None or self._changing.get() is not None:
            with self.read(needs) as conn:
                return work(conn)
        for _ in range(_LOOKS):
            with suppress(_Overtaken), self.read(needs) as conn:
                return work(conn)
        raise Busy("Others have changed the archive all the time: try again")

    def change(
        self,
        needs: Needs,
        work: Callable[[Connection], _T],
        patience: float = WAIT_FOR_WRITER,
    ) -> _T:
        """Inside of another change it is a part of that. Who comes first goes first; `patience` is
        for a shelf that cannot answer.
        """
        outer = self._changing.get()
        if outer is not None:
            outer.copy.want(needs)
            return self._worked(outer, work)
        elsewhere: list[Callable[[], None]] = []

        def worked(copy: WorkingCopy) -> _T:
            while elsewhere:
                elsewhere[-1]()
                elsewhere.pop()
            return self._worked(_Changing(copy, elsewhere), work)

        bench = Workbench(Waiting(self._shelf, patience), self._schema)
        return bench.do(needs, worked, always=lambda: bool(elsewhere))

    @property
    def has_all(self) -> bool:
        return False

    def want(self, needs: Needs) -> None:
        """Where it was not asked for, the change begins anew with it."""
        changing = self._changing.get()
        if changing is not None:
            changing.copy.want(needs)

    def before_again(self, undo: Callable[[], None]) -> None:
        """What was done last is taken back first."""
        changing = self._changing.get()
        if changing is not None:
            changing.elsewhere.append(undo)

    def parts(self, span: Span, count: int) -> Iterator[Needs]:
        """What comes later, while they are worked through, is in none."""
        names = [each.name for each in self._shelf.span(span)]
        for at in range(0, len(names), count):
            yield Needs(frozenset(names[at : at + count]))

    def files(self) -> frozenset[Path]:
        """None of this process."""
        return frozenset()

    def rewrite(self) -> None:
        """A shelf keeps nothing of what is gone; what is beneath it has ways of its own."""

    def empty_log(self) -> bool:
        return True

    def _worked(self, changing: "_Changing", work: Callable[[Connection], _T]) -> _T:
        token = self._changing.set(changing)
        try:
            with changing.copy.write() as conn:
                return work(conn)
        finally:
            self._changing.reset(token)


@dataclass(frozen=True, slots=True)
class _Changing:
    """A change under way, and what takes back what it has done elsewhere."""

    copy: WorkingCopy
    elsewhere: list[Callable[[], None]]


class _Overtaken(Busy):
    """What was read is not so any more."""

    def __init__(self) -> None:
        super().__init__("The archive was changed while it was read: ask again")


class _Reading:
    """What one reader has fetched so far, of one state of the shelf."""

    def __init__(self, shelf: Shelf, schema: Schema, kept: Kept) -> None:
        self._shelf = shelf
        self._kept = kept
        self._schema = schema
        self._number: int | None = None
        self._asked = NOTHING
        self._laid: dict[Name, Document] = {}
        self._copy: ReadingCopy | None = None

    def with_all(self, needs: Needs) -> Connection:
        """All that was needed so far, and this."""
        if self._copy is None or needs - self._asked:
            found = self._found(needs)
            if self._copy is None:
                edits = [each for each in found.values() if each.kind == "edit"]
                self._copy = ReadingCopy(edits, self._schema)
            self._copy.lay(each for name, each in found.items() if name not in self._laid)
            self._laid |= found
            self._asked |= needs
        return self._copy.conn

    def _found(self, needs: Needs) -> Found:
        """As it was when the number was the same before and after."""
        for _ in range(_LOOKS):
            number = self._shelf.number() if self._number is None else self._number
            kept = self._kept.get(number, needs)
            if kept is not None and (self._copy is None or self._number is not None):
                self._number = number
                return kept
            fetching = Fetching(self._shelf, self._schema)
            found = fetching.found(needs)
            raise_if_late()
            is_same = self._copy is None or self._number is not None or self._is_as_laid(fetching)
            self._number = self._shelf.number()
            if self._number == number:
                if not is_same:
                    self._number = None
                    raise _Overtaken
                self._kept.keep(number, needs, fetching.always, found)
                return fetching.always | found
            self._number = None
        raise Busy("Others have changed the archive all the time: try again")

    def _is_as_laid(self, fetching: Fetching) -> bool:
        """Whether others have changed nothing that was read, though perhaps something else."""
        now = fetching.always | fetching.found(self._asked)
        return self._without_numbers(now) == self._without_numbers(self._laid)

    def _without_numbers(self, documents: Mapping[Name, Document]) -> dict[Name, Document]:
        """Those that other changes raise."""
        raised = self._schema.always.names
        return {n: each for n, each in documents.items() if n[0] != "archive" and n not in raised}

    def close(self) -> None:
        if self._copy is not None:
            self._copy.close()
