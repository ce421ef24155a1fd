"""One change of the editors' log: what a new edit is checked against, and all that it moves.

The log is read once a change, and what is made of it stays in the change: one that fails leaves
nothing behind.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property

from service.database import Connection
from service.dates import utc_now
from service.edits import Decisions, Edit, caught_by, touched
from service.entity import EntityType, entity_key
from service.errors import InvalidRequest, NotFound, Problem
from service.names import name_key, squeeze
from service.stores.mentions import edit_of, redress, replace_mentions

LAST = "SELECT coalesce(max(id), 0) FROM edits"
LOG = "SELECT * FROM edits WHERE id <= :last ORDER BY id"
ADD_EDIT = """
INSERT INTO edits (at, who, action, entity, "into", name, text, aliases, articles, reason, undoes)
VALUES (:at, :who, :action, :entity, :into, :name, :text, :aliases, :articles, :reason, :undoes)
"""
ENTITY = "SELECT key, name FROM entities WHERE key = :key"
LONGEST_TEXT = 1_000
LONGEST_NOTE = 10_000
# Controls but tabs and line ends, and halves of characters.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# They are read out of the log: no mention moves, nobody is called otherwise.
_MOVE_NOTHING = ("note", "distinct")


@dataclass(frozen=True, slots=True)
class Author:
    """Who edits, and why."""

    who: str
    reason: str = ""


class Change:
    """The log inside one write transaction, as that found it."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self._last = conn.execute(LAST).fetchone()[0]

    @cached_property
    def log(self) -> list[Edit]:
        return [edit_of(row) for row in self.conn.execute(LOG, {"last": self._last})]

    @cached_property
    def before(self) -> Decisions:
        """What the log decided before this change."""
        return Decisions(self.log)

    def standing(self, key: str, where: str = "") -> str:
        """The key of an entity that is there, or of the one that it was merged into."""
        if is_there(self.conn, key):
            return key
        found = self.before.survivor(key)
        if found is not None and is_there(self.conn, found):
            return found
        if where:
            raise invalid(where, f"is no entity: “{key}”")
        raise NotFound(f"There is no “{key}” here")

    def name(self, key: str) -> str:
        return str(self.conn.execute(ENTITY, {"key": key}).fetchone()["name"])

    def record(self, edit: Edit) -> Edit:
        """Add an edit to the log, and put every mention where it belongs then."""
        edit = self.add(edit)
        self.settle([edit])
        return edit

    def add(self, edit: Edit) -> Edit:
        """Add an edit to the log alone; `settle` is to follow."""
        values = {name: getattr(edit, name) for name in Edit.__slots__ if name != "id"}
        for name in ("aliases", "articles"):
            values[name] = json.dumps(values[name], ensure_ascii=False)
        return replace(edit, id=self.conn.execute(ADD_EDIT, values).lastrowid or 0)

    def settle(self, edits: Sequence[Edit]) -> None:
        """Make mentions, names and spellings what the log has them be with these edits, all new."""
        meant = [one for one in map(self._meant, edits) if one.action not in _MOVE_NOTHING]
        if not meant:
            return
        now = Decisions([*self.log, *edits])
        readings = {reading for edit in meant for reading in self._moved_by(edit, now)}
        concerned = replace_mentions(self.conn, readings, now)
        redress(self.conn, concerned | self._called_otherwise(edits, now), now)

    def _meant(self, edit: Edit) -> Edit:
        """The edit that an undo (of an undo …) is about; another edit itself."""
        while edit.undoes is not None:
            edit = self._by_id[edit.undoes]
        return edit

    @cached_property
    def _by_id(self) -> Mapping[int, Edit]:
        return {edit.id: edit for edit in self.log}

    def _moved_by(self, edit: Edit, now: Decisions) -> AbstractSet[str]:
        """The readings that an edit or its undoing can move."""
        if edit.action == "rename":
            return frozenset()
        caught = set(caught_by(edit)) if edit.action == "alias" else None
        if caught is None or not caught.isdisjoint(self._taken_away.get(edit.entity, ())):
            return now.origins(edit)
        # An alias takes what is called so, and nothing that is the entity's already: an entity
        # may have a million mentions.
        named_so = (replace(edit, action="dismiss", entity=key) for key in caught)
        return {reading for one in named_so for reading in now.origins(one)}

    @cached_property
    def _taken_away(self) -> Mapping[str, AbstractSet[str]]:
        """Entity -> the names that editors took from it, and can give it back."""
        found: dict[str, set[str]] = {}
        for edit in self.log:
            if edit.action == "unalias":
                found.setdefault(edit.entity, set()).update(caught_by(edit))
        return found

    def _called_otherwise(self, edits: Iterable[Edit], now: Decisions) -> set[str]:
        """Whose names and aliases are not what they were: aliases go along with what is merged."""
        keys = touched(self.log) | touched(edits)
        return {key for key in keys if _called(self.before, key) != _called(now, key)}


def _called(log: Decisions, key: str) -> tuple[object, ...]:
    return log.name(key), log.name_before(key), log.aliases(key)


def is_there(conn: Connection, key: str) -> bool:
    return conn.execute(ENTITY, {"key": key}).fetchone() is not None


# What an edit may say ---------------------------------------------------------------------------


def draft(action: str, entity: str, author: Author, **changes: object) -> Edit:
    """An edit that is not in the log yet."""
    who = squeeze(given_text(author.who, "who"))[:LONGEST_TEXT] or "unknown"
    reason = given_text(author.reason, "reason", LONGEST_TEXT)
    edit = Edit(id=0, at=utc_now(), who=who, action="note", entity=entity, reason=reason)
    return replace(edit, action=action, **changes)  # type: ignore[arg-type]  # the verbs' own


def given_name(name: str, where: str = "name") -> str:
    """A name that can be one."""
    name = squeeze(given_text(name, where, LONGEST_TEXT))
    if not name_key(name):
        raise invalid(where, "has neither letter nor digit")
    return name


def given_text(text: str, where: str, longest: int | None = None) -> str:
    """Text that every reader of the file can show: no NUL, which ends it for some."""
    text = text.strip()
    if _UNREADABLE.search(text):
        raise invalid(where, "has characters that are no text")
    if longest is not None and len(text) > longest:
        raise invalid(where, f"is longer than {longest} characters")
    return text


def given_key(kind: EntityType, name: str) -> str:
    """The key that a given name has."""
    key = entity_key(kind, name)
    if key is None:
        raise invalid("name", "has neither letter nor digit")
    return key


def invalid(where: str, message: str) -> InvalidRequest:
    """What is wrong with one part of what was given."""
    return InvalidRequest(f"{where} {message}", problems=(Problem(where, message),))
