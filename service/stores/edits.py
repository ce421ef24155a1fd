"""The editors' log in the archive: every decision, and the graph kept in step with it.

An edit and what it moves are one transaction, so that no ingest comes between the two.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from service.archive import WAIT_FOR_WRITER, Archive
from service.database import Connection, Row
from service.edits import Edit, type_of, undone
from service.entity import ENTITY_TYPES, EntityType, entity_key
from service.errors import Conflict, NotFound
from service.names import name_key, squeeze
from service.needs import NOTHING, Needs, of_articles, of_entities
from service.stores.edit_log import (
    LONGEST_NOTE,
    Change,
    draft,
    given_key,
    given_name,
    given_text,
    invalid,
    is_there,
)
from service.stores.edit_log import Author as Author
from service.stores.given_aliases import Filing, GivenAlias, of_aliases
from service.stores.mentions import decisions, edit_of

_T = TypeVar("_T")

SPELLED = """
SELECT al.folded FROM aliases al JOIN entities e ON e.id = al.entity_id WHERE e.key = :key
"""
ONE = "SELECT * FROM edits WHERE id = :id"
PAGE = """
SELECT * FROM edits
WHERE (:entity IS NULL OR entity = :entity OR "into" = :entity) AND (:before = 0 OR id < :before)
ORDER BY id DESC LIMIT :limit
"""
UNDOING = "SELECT * FROM edits WHERE undoes IS NOT NULL ORDER BY id"
TOTAL = """
SELECT count(*) FROM edits WHERE :entity IS NULL OR entity = :entity OR "into" = :entity
"""
FULL_SPELLING = """
SELECT al.whole FROM aliases al JOIN entities e ON e.id = al.entity_id
WHERE e.key = :key AND al.whole IS NOT NULL ORDER BY al.mentions DESC, al.text LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class LoggedEdit:
    """An edit with whether it holds."""

    edit: Edit
    in_force: bool


@dataclass(frozen=True, slots=True)
class EditPage:
    total: int
    edits: tuple[LoggedEdit, ...]
    more: bool


class EditStore:
    """Writes and reads the log.

    Every verb takes the key of an entity that is there (or has been merged into one: then that one
    is meant), and raises NotFound, Conflict or InvalidRequest for what cannot be done.
    """

    def __init__(self, archive: Archive, patience: float = WAIT_FOR_WRITER) -> None:
        self._archive = archive
        self._patience = patience

    def _change(self, needs: Needs, work: Callable[[Change], _T]) -> _T:
        """The log is always there, and all that an edit moves follows from it."""
        return self._archive.change(needs, lambda conn: work(Change(conn)), self._patience)

    def merge(self, key: str, into: str, author: Author) -> Edit:
        """All that is `key` is `into` from now on."""

        def work(change: Change) -> Edit:
            one, other = change.standing(key), change.standing(into, "into")
            if one == other:
                raise Conflict(f"“{key}” and “{into}” are one entity already")
            names = {"text": change.name(one), "name": change.name(other)}
            return change.record(draft("merge", one, author, into=other, **names))

        return self._change(of_entities([key, into]), work)

    def split(
        self,
        key: str,
        aliases: Sequence[str],
        name: str,
        author: Author,
        articles: Sequence[str] = (),
    ) -> Edit:
        """These spellings are another entity called `name`, perhaps only in some articles."""

        def work(change: Change) -> Edit:
            one = change.standing(key)
            _check_spellings(change.conn, one, aliases)
            named = given_name(name)
            into = given_key(type_of(one), named)
            if into == one:
                raise invalid("name", "is that of the entity itself")
            _check_articles(change.conn, articles)
            changes = {"aliases": tuple(aliases), "articles": tuple(articles)}
            return change.record(draft("split", one, author, into=into, name=named, **changes))

        return self._change(of_entities([key]) | of_articles(articles), work)

    def rename(self, key: str, name: str, author: Author) -> Edit:
        """The entity is called so, whatever its articles call it."""

        def work(change: Change) -> Edit:
            one, named = change.standing(key), given_name(name)
            if change.before.name(one) == named:
                raise Conflict(f"“{one}” is called “{named}” already")
            return change.record(draft("rename", one, author, name=named))

        return self._change(of_entities([key]), work)

    def retype(self, key: str, type_: EntityType, author: Author) -> Edit:
        """The entity is of another type, and so has another key."""
        if type_ not in ENTITY_TYPES:
            raise invalid("type", f"is none of {', '.join(ENTITY_TYPES)}")

        def work(change: Change) -> Edit:
            one = change.standing(key)
            if type_of(one) == type_:
                raise Conflict(f"“{one}” is of the type {type_} already")
            into = _retyped(change, one, type_)
            return change.record(draft("retype", one, author, into=into, name=change.name(one)))

        return self._change(of_entities([key]), work)

    def dismiss(self, key: str, author: Author) -> Edit:
        """What is called so is no person, organisation or place."""

        def work(change: Change) -> Edit:
            return change.record(draft("dismiss", change.standing(key), author))

        return self._change(of_entities([key]), work)

    def add_alias(self, key: str, text: str, author: Author) -> Edit:
        """The entity is called so too, where nobody else is meant and in what people search for."""

        def work(change: Change) -> Edit:
            one = change.standing(key)
            if name_key(text) in map(name_key, change.before.aliases(one)):
                raise Conflict(f"“{one}” has the alias “{text}” already")
            name, given = change.name(one), given_name(text, "text")
            return change.record(draft("alias", one, author, text=given, name=name))

        return self._change(of_entities([key]), work)

    def add_aliases(self, given: Iterable[GivenAlias], author: Author) -> list[Edit | str | None]:
        """Many at once: for each its edit, the reason why not, or None where it is so already.

        An entity that no article names yet can be given by name and type: it has its aliases when
        it comes. It is one transaction, and mentions are placed once.
        """
        given = list(given)

        def work(change: Change) -> list[Edit | str | None]:
            filing = Filing(change, author)
            outcomes = [filing.file(each) for each in given]
            change.settle([outcome for outcome in outcomes if isinstance(outcome, Edit)])
            return outcomes

        return self._change(NOTHING if self._archive.has_all else of_aliases(given), work)

    def remove_alias(self, key: str, text: str, author: Author) -> Edit:
        """Where an article says so, it is not this entity."""

        def work(change: Change) -> Edit:
            one = change.standing(key)
            if name_key(text) not in _spellings(change.conn, one):
                raise invalid("text", f"is no spelling of “{one}”")
            return change.record(draft("unalias", one, author, text=squeeze(text)))

        return self._change(of_entities([key]), work)

    def annotate(self, key: str, text: str, author: Author) -> Edit:
        """Pin a note to the entity; an empty one takes it off."""
        text = given_text(text, "text", LONGEST_NOTE)

        def work(change: Change) -> Edit:
            one = change.standing(key)
            if change.before.note(one) == text:
                raise Conflict(f"“{one}” has this note already" if text else f"“{one}” has no note")
            return change.record(draft("note", one, author, text=text))

        return self._change(of_entities([key]), work)

    def keep_apart(self, key: str, other: str, author: Author) -> Edit:
        """The two are not the same: they are not suggested to be merged again."""

        def work(change: Change) -> Edit:
            one, two = change.standing(key), change.standing(other, "other")
            if one == two:
                raise Conflict(f"“{key}” and “{other}” are one entity already")
            if change.before.are_distinct(one, two):
                raise Conflict(f"“{one}” and “{two}” are distinct already")
            return change.record(draft("distinct", one, author, into=two))

        return self._change(of_entities([key, other]), work)

    def undo(self, number: int, author: Author) -> Edit:
        """Take an edit back, also an undo; the others stay."""

        def work(change: Change) -> Edit:
            edit = next((e for e in change.log if e.id == number), None)
            if edit is None:
                raise NotFound(f"There is no edit {number}")
            if number in undone(change.log):
                raise Conflict(f"Edit {number} is undone already")
            return change.record(draft("undo", edit.entity, author, undoes=number))

        return self._change(NOTHING, work)

    def page(self, entity: str | None, limit: int, before: int = 0) -> EditPage:
        """The log, newest first, from below the edit `before` on; 0 begins with the newest.

        Of one entity it is what names it on either side. Whoever goes on from the last edit of a
        page misses none and sees none twice, whatever is added meanwhile.
        """
        values = {"entity": entity, "limit": limit + 1, "before": before}
        with self._archive.read() as conn:
            total = conn.execute(TOTAL, values).fetchone()[0]
            rows = conn.execute(PAGE, values).fetchall()
            return EditPage(total, _logged(conn, rows[:limit]), len(rows) > limit)

    def get(self, number: int) -> LoggedEdit | None:
        """One edit of the log."""
        with self._archive.read() as conn:
            rows = conn.execute(ONE, {"id": number}).fetchall()
            return next(iter(_logged(conn, rows)), None)

    def survivor(self, key: str) -> str | None:
        """The entity into which `key` was merged, if it was and that one is there."""
        with self._archive.read(of_entities([key])) as conn:
            found = decisions(conn).survivor(key)
            there = found is not None and found != key and is_there(conn, found)
            return found if there else None


def _logged(conn: Connection, rows: Sequence[Row]) -> tuple[LoggedEdit, ...]:
    """Rows of the log, each with whether it holds."""
    taken_back = undone([edit_of(row) for row in conn.execute(UNDOING)])
    return tuple(LoggedEdit(edit_of(row), row["id"] not in taken_back) for row in rows)


def _spellings(conn: Connection, key: str) -> set[str]:
    return {row["folded"] for row in conn.execute(SPELLED, {"key": key})}


def _check_spellings(conn: Connection, key: str, aliases: Sequence[str]) -> None:
    own = _spellings(conn, key)
    missing = [alias for alias in aliases if name_key(alias) not in own]
    if missing or not aliases:
        what = f"is no spelling of “{key}”: {', '.join(missing)}" if missing else "is empty"
        raise invalid("aliases", what)


def _retyped(change: Change, key: str, kind: EntityType) -> str:
    """The key that a name has in another type: a place has no article, a person no `Corp`."""
    name = change.name(key)
    if entity_key(type_of(key), name) != key:
        # An editor's name, which no article need know.
        spelling = change.conn.execute(FULL_SPELLING, {"key": key}).fetchone()
        name = spelling["whole"] if spelling is not None else name
    own = given_key(kind, name)
    found = change.before.survivor(own)
    return found if found is not None and type_of(found) == kind else own


def _check_articles(conn: Connection, keys: Sequence[str]) -> None:
    for key in keys:
        if conn.execute("SELECT 1 FROM articles WHERE key = ?", (key,)).fetchone() is None:
            raise invalid("articles", f"there is no article “{key}”")
