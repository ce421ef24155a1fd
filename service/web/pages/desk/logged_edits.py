"""The editors' log as lines: each a sentence with who, when and why, and whether it holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.edits import Edit, touched
from service.stores.edits import LoggedEdit
from service.stores.redaction import ERASED
from service.web.desk import Desk
from service.web.pages.desk.edit_sentences import Details, Sentence, plain_text, sentence

# Of what SQLite can count to, enough for every log.
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class LoggedLine:
    """One edit; `takes_back` when it is an undo, and not an undo of one.

    `may_undo` unless it is undone already, or nothing is left of what it was about.
    """

    id: int
    at: str
    who: str
    reason: str
    sentence: Sentence
    in_force: bool
    takes_back: bool
    may_undo: bool

    @property
    def said(self) -> str:
        return plain_text(self.sentence)

    @property
    def stop(self) -> str:
        """What ends the sentence; a name may do so itself."""
        return "" if self.said.endswith(".") else "."

    @property
    def time(self) -> str:
        """`06:30`, UTC."""
        return self.at[11:16]


def number_in(text: str) -> int | None:
    """The number of an edit as a page says it; None for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


def lines(desk: Desk, logged: Iterable[LoggedEdit]) -> tuple[LoggedLine, ...]:
    """Edits as lines, in their order."""
    chains = [(each, _chain(desk, each.edit)) for each in logged]
    there = _details(desk, [edit for _, chain in chains for edit in chain])
    return tuple(_line(each, chain, there) for each, chain in chains)


def line(desk: Desk, number: int | None) -> LoggedLine | None:
    """One edit by its number."""
    logged = desk.edits.get(number) if number is not None else None
    return lines(desk, [logged])[0] if logged is not None else None


def newest_line(desk: Desk, entity: str) -> LoggedLine | None:
    """What was done last with an entity."""
    return next(iter(lines(desk, desk.edits.page(entity, 1).edits)), None)


def _line(logged: LoggedEdit, chain: list[Edit], there: Details) -> LoggedLine:
    edit = logged.edit
    return LoggedLine(
        id=edit.id,
        at=edit.at,
        who=edit.who,
        reason=edit.reason,
        sentence=sentence(chain, there),
        in_force=logged.in_force,
        takes_back=sum(each.action == "undo" for each in chain) % 2 == 1,
        may_undo=logged.in_force and chain[-1].entity != ERASED,
    )


def _chain(desk: Desk, edit: Edit) -> list[Edit]:
    """The edit, what it takes back, and what that took back."""
    chain = [edit]
    while edit.undoes is not None:
        found = desk.edits.get(edit.undoes)
        if found is None:
            break
        edit = found.edit
        chain.append(edit)
    return chain


def _details(desk: Desk, edits: Iterable[Edit]) -> Details:
    """Those that the edits name and that are there."""
    found = {key: desk.entities.get(key) for key in touched(edits)}
    return {key: detail for key, detail in found.items() if detail is not None}
