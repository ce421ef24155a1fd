"""Work on an archive that many change: on a working copy, and then all at once, or again."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.edits import Edit
from service.errors import Busy
from service.needs import NOTHING, Name, Needs
from service.stores.mentions import LOG, edit_of
from service.working.consequences import Change, consequences
from service.working.copy import Lacking, WorkingCopy
from service.working.documents import Document
from service.working.fetching import Fetching
from service.working.schemas import ARCHIVE, Schema
from service.working.shelf import Changes, Shelf

_T = TypeVar("_T")
_TRIES = 50
# Who was late so often asks the others to let it go first.
_IN_VAIN = 4


@dataclass(frozen=True, slots=True)
class _Done(Generic[_T]):
    """What a piece of work gives, what it changed, and what else it needs for that."""

    outcome: _T
    changes: Changes
    needs: Needs


class Workbench:
    """Gets what is needed from a shelf, and puts back what has become of it."""

    def __init__(self, shelf: Shelf, schema: Schema = ARCHIVE) -> None:
        self._shelf = shelf
        self._schema = schema

    def do(
        self,
        needs: Needs,
        work: Callable[[WorkingCopy], _T],
        *,
        always: Callable[[], bool] = lambda: False,
    ) -> _T:
        """The outcome of `work`, whose changes are on the shelf then.

        Where it has `always` to be felt, the number is raised though there are none: who has looked
        before looks again.

        It is done on a copy, several times where another one was faster or more was needed than
        said; so it may change nothing else. Busy when others were faster each time.
        """
        for tried in range(_TRIES):
            if tried >= _IN_VAIN:
                self._shelf.claim()
            number = self._shelf.number()
            try:
                done = self._done(needs, work)
            except Exception:
                # What was read while somebody else committed need not make sense.
                if number == self._shelf.number():
                    raise
                continue
            if self._stands(number, done.changes, always=always()):
                return done.outcome
        raise Busy("Others have changed the archive all the time: try again")

    def _stands(self, number: int, changes: Changes, *, always: bool) -> bool:
        if changes or always:
            return self._shelf.commit(number, changes)
        return number == self._shelf.number()

    def _done(self, needs: Needs, work: Callable[[WorkingCopy], _T]) -> _Done[_T]:
        """With all before it that it needs."""
        fetching = Fetching(self._shelf, self._schema)
        laid = fetching.always | fetching.found(needs)
        asked = needs
        while True:
            try:
                done: _Done[_T] | Lacking = _run(self._schema, laid, fetching.log, work, asked)
            except Lacking as exc:
                done = exc
            more = done.needs - asked
            found = fetching.found(more) if more else {}
            if isinstance(done, _Done) and found.keys() <= laid.keys():
                return done
            laid |= found
            asked |= more


def _run(
    schema: Schema,
    laid: Mapping[Name, Document],
    log: Sequence[Edit],
    work: Callable[[WorkingCopy], _T],
    asked: Needs,
) -> _Done[_T]:
    with closing(WorkingCopy(laid.values(), schema)) as copy:
        copy.asked = asked
        outcome = work(copy)
        changes = copy.changes()
        if schema is not ARCHIVE:
            return _Done(outcome, changes, NOTHING)  # nothing follows from it
        with copy.read() as conn:
            now = [edit_of(row) for row in conn.execute(LOG)]
    changed = [Change(laid.get(name), each) for name, each in changes.put.items()]
    changed += [Change(laid[name], None) for name in changes.gone]
    return _Done(outcome, changes, consequences(changed, log, now))
