"""Work on an archive that many change: on a working copy, and then all at once, or again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from service.database import Row
from service.edits import Decisions, Edit
from service.errors import Busy
from service.stores.mentions import LOG, edit_of
from service.working.consequences import Change, consequences
from service.working.copy import WorkingCopy
from service.working.documents import Document, columns
from service.working.needs import GROUP, LATER, Field, Needs
from service.working.owners import Name
from service.working.shelf import Changes, Shelf

_T = TypeVar("_T")
_TRIES = 50


@dataclass(frozen=True, slots=True)
class _Done(Generic[_T]):
    """What a piece of work gives, what it changed, and what else it needs for that."""

    outcome: _T
    changes: Changes
    needs: Needs


class Workbench:
    """Gets what is needed from a shelf, and puts back what has become of it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def do(self, needs: Needs, work: Callable[[WorkingCopy], _T]) -> _T:
        """The outcome of `work`, whose changes are on the shelf then.

        It is done on a copy, several times where another one was faster or more was needed than
        said; so it may change nothing else. Busy when others were faster each time.
        """
        for _ in range(_TRIES):
            number = self._shelf.number()
            try:
                done = self._done(needs, work)
            except Exception:
                # What was read while somebody else committed need not make sense.
                if number == self._shelf.number():
                    raise
                continue
            if self._stands(number, done.changes):
                return done.outcome
        raise Busy("Others have changed the archive all the time: try again")

    def _stands(self, number: int, changes: Changes) -> bool:
        if changes:
            return self._shelf.commit(number, changes)
        return number == self._shelf.number()

    def _done(self, needs: Needs, work: Callable[[WorkingCopy], _T]) -> _Done[_T]:
        """With all before it that it needs."""
        # The number that changes raise, and the log that says where mentions belong.
        laid = {each.name: each for kind in ("archive", "edit") for each in self._shelf.every(kind)}
        asked, log = needs, _log(laid.values())
        decisions = Decisions(log)
        laid |= self._found(needs, decisions)
        while True:
            done = _run(laid, log, work)
            more = done.needs - asked
            found = self._found(more, decisions) if more else {}
            if found.keys() <= laid.keys():
                return done
            laid |= found
            asked |= more

    def _found(self, needs: Needs, log: Decisions) -> dict[Name, Document]:
        merged = (log.survivor(key) for kind, key in needs.names if kind == "entity")
        names: set[Name] = {*needs.names, *(("entity", key) for key in merged if key is not None)}
        found = list(self._shelf.get(names))
        by_field: dict[Field, set[str]] = {}
        for field, value in needs.fields:
            by_field.setdefault(field, set()).add(value)
        for field, values in by_field.items():
            found += self._shelf.find(field, values)
        found += self._may_be_copies(needs)
        found += self._meant_by(found)
        return {each.name: each for each in found}

    def _meant_by(self, found: Sequence[Document]) -> Iterator[Document]:
        """Articles are told apart by their sources' names; former keys lead to the last one."""
        sources = {name for each in found for name in each.texts("articles", "source_id")}
        yield from self._shelf.get(("source", name) for name in sources)
        later = {key for each in found for key in each.texts(*LATER)}
        yield from self._shelf.get(("article", key) for key in later)
        yield from self._shelf.find(LATER, later)

    def _may_be_copies(self, needs: Needs) -> Iterator[Document]:
        """All near, their groups, and what stands between two of them that are a pair."""
        near = {d.name: d for place, count in needs.near for d in self._shelf.near(place, count)}
        yield from near.values()
        paired = [each for each in near.values() if "copy_pairs" in each.rows]
        most = max((count for _, count in needs.near), default=0)
        for each in paired:
            for place in each.places:
                yield from self._shelf.near(place, most)
        groups = {key for each in paired for key in each.texts(*GROUP)}
        if groups:
            yield from self._shelf.find(GROUP, groups)


def _log(documents: Iterable[Document]) -> list[Edit]:
    edits = [each for each in documents if each.kind == "edit"]
    return [_edit(each) for each in sorted(edits, key=lambda each: int(each.key))]


def _edit(document: Document) -> Edit:
    values = dict(zip(columns("edits"), document.rows["edits"][0], strict=True))
    # Only asked for its values by their names.
    return edit_of(cast("Row", values | {"id": int(document.key)}))


def _run(
    laid: Mapping[Name, Document], log: Sequence[Edit], work: Callable[[WorkingCopy], _T]
) -> _Done[_T]:
    with closing(WorkingCopy(laid.values())) as copy:
        outcome = work(copy)
        changes = copy.changes()
        with copy.read() as conn:
            now = [edit_of(row) for row in conn.execute(LOG)]
    changed = [Change(laid.get(name), each) for name, each in changes.put.items()]
    changed += [Change(laid[name], None) for name in changes.gone]
    return _Done(outcome, changes, consequences(changed, log, now))
