"""The editors' log in the archive file: every decision, and the graph kept in step with it.

An edit and what it moves are one transaction, so that no ingest comes between the two.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from service.database import WAIT_FOR_WRITER, Connection, Database
from service.dates import utc_now
from service.edits import Edit, caught_by, touched, type_of, undone
from service.entity import ENTITY_TYPES, EntityType, entity_key
from service.errors import Conflict, CuttingsError, InvalidRequest, NotFound, Problem
from service.names import name_key, squeeze
from service.stores.mentions import decisions, edit_of, redress, replace_mentions
from service.titles import without_courtesy

ADD_EDIT = """
INSERT INTO edits (at, who, action, entity, "into", name, text, aliases, articles, reason, undoes)
VALUES (:at, :who, :action, :entity, :into, :name, :text, :aliases, :articles, :reason, :undoes)
"""
ENTITY = "SELECT key, name FROM entities WHERE key = :key"
SPELLED = """
SELECT al.text, al.folded FROM aliases al JOIN entities e ON e.id = al.entity_id WHERE e.key = :key
"""
PAGE = """
SELECT * FROM edits
WHERE (:entity IS NULL OR entity = :entity OR "into" = :entity) AND (:before = 0 OR id < :before)
ORDER BY id DESC LIMIT :limit
"""
UNDOING = "SELECT * FROM edits WHERE undoes IS NOT NULL ORDER BY id"
TOTAL = """
SELECT count(*) FROM edits WHERE :entity IS NULL OR entity = :entity OR "into" = :entity
"""
SPELLED_SO = """
SELECT DISTINCT e.key FROM aliases al JOIN entities e ON e.id = al.entity_id
WHERE al.folded = :name AND e.type = :type ORDER BY e.key
"""
READ_AS = """
SELECT EXISTS (SELECT 1 FROM readings WHERE key = :own) AND NOT EXISTS (
  SELECT 1 FROM aliases al JOIN entities e ON e.id = al.entity_id
  WHERE e.key = :key AND al.text = :text) AS elsewhere
"""
LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Author:
    """Who edits, and why."""

    who: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAlias:
    """An alias out of a list: of the entity `key`, else of the one with this `name` and `type`.

    `added` is False for what the list knows from articles, None where it does not say.
    """

    alias: str
    key: str = ""
    name: str = ""
    type: str = ""
    reason: str = ""
    added: bool | None = None


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

    def __init__(self, database: Database, patience: float = WAIT_FOR_WRITER) -> None:
        self._database = database
        self._patience = patience

    def merge(self, key: str, into: str, author: Author) -> Edit:
        """All that is `key` is `into` from now on."""
        with self._database.write(self._patience) as conn:
            one, other = _standing(conn, key), _standing(conn, into, "into")
            if one == other:
                raise Conflict(f"“{key}” and “{into}” are one entity already")
            names = {"text": _name(conn, one), "name": _name(conn, other)}
            return _record(conn, _draft("merge", one, author, into=other, **names))

    def split(
        self,
        key: str,
        aliases: Sequence[str],
        name: str,
        author: Author,
        articles: Sequence[str] = (),
    ) -> Edit:
        """These spellings are another entity called `name`, perhaps only in some articles."""
        with self._database.write(self._patience) as conn:
            one = _standing(conn, key)
            own = {row["folded"]: row["text"] for row in conn.execute(SPELLED, {"key": one})}
            missing = [alias for alias in aliases if name_key(alias) not in own]
            if missing or not aliases:
                what = f"is no spelling of “{one}”: {', '.join(missing)}" if missing else "is empty"
                raise _invalid("aliases", what)
            name = _given_name(name)
            into = _key(type_of(one), name)
            if into == one:
                raise _invalid("name", "is that of the entity itself")
            _check_articles(conn, articles)
            changes = {"aliases": tuple(aliases), "articles": tuple(articles)}
            return _record(conn, _draft("split", one, author, into=into, name=name, **changes))

    def rename(self, key: str, name: str, author: Author) -> Edit:
        """The entity is called so, whatever its articles call it."""
        with self._database.write(self._patience) as conn:
            one = _standing(conn, key)
            return _record(conn, _draft("rename", one, author, name=_given_name(name)))

    def retype(self, key: str, type_: EntityType, author: Author) -> Edit:
        """The entity is of another type, and so has another key."""
        if type_ not in ENTITY_TYPES:
            raise _invalid("type", f"is none of {', '.join(ENTITY_TYPES)}")
        with self._database.write(self._patience) as conn:
            one = _standing(conn, key)
            if type_of(one) == type_:
                raise Conflict(f"“{one}” is of the type {type_} already")
            into = f"{type_}-{one.partition('-')[2]}"
            return _record(conn, _draft("retype", one, author, into=into, name=_name(conn, one)))

    def dismiss(self, key: str, author: Author) -> Edit:
        """What is called so is no person, organisation or place."""
        with self._database.write(self._patience) as conn:
            return _record(conn, _draft("dismiss", _standing(conn, key), author))

    def add_alias(self, key: str, text: str, author: Author) -> Edit:
        """The entity is called so too, where nobody else is meant and in what people search for."""
        with self._database.write(self._patience) as conn:
            one = _standing(conn, key)
            if name_key(text) in map(name_key, decisions(conn).aliases(one)):
                raise Conflict(f"“{one}” has the alias “{text}” already")
            name, text = _name(conn, one), _given_name(text, "text")
            return _record(conn, _draft("alias", one, author, text=text, name=name))

    def add_aliases(self, given: Iterable[GivenAlias], author: Author) -> list[Edit | str | None]:
        """Many at once: for each its edit, the reason why not, or None where it is so already.

        An entity that no article names yet can be given by name and type: it has its aliases when
        it comes. It is one transaction, and mentions are placed once.
        """
        with self._database.write(self._patience) as conn:
            filing = _Filing(conn, author)
            outcomes = [filing.file(each) for each in given]
            edits = [outcome for outcome in outcomes if isinstance(outcome, Edit)]
            if edits:
                log = decisions(conn)
                # All that an alias can move is what it catches.
                readings = {reading for edit in edits for reading in caught_by(edit)}
                concerned = replace_mentions(conn, readings, log)
                redress(conn, concerned | touched(edits), log)
            return outcomes

    def remove_alias(self, key: str, text: str, author: Author) -> Edit:
        """Where an article says so, it is not this entity."""
        with self._database.write(self._patience) as conn:
            one = _standing(conn, key)
            if name_key(text) not in {row["folded"] for row in conn.execute(SPELLED, {"key": one})}:
                raise _invalid("text", f"is no spelling of “{one}”")
            return _record(conn, _draft("unalias", one, author, text=squeeze(text)))

    def annotate(self, key: str, text: str, author: Author) -> Edit:
        """Pin a note to the entity; an empty one takes it off."""
        if len(text) > LONGEST_TEXT * 10:
            raise _invalid("text", f"is longer than {LONGEST_TEXT * 10} characters")
        with self._database.write(self._patience) as conn:
            return _record(conn, _draft("note", _standing(conn, key), author, text=text.strip()))

    def keep_apart(self, key: str, other: str, author: Author) -> Edit:
        """The two are not the same: they are not suggested to be merged again."""
        with self._database.write(self._patience) as conn:
            one, two = _standing(conn, key), _standing(conn, other, "other")
            if one == two:
                raise Conflict(f"“{key}” and “{other}” are one entity already")
            return _record(conn, _draft("distinct", one, author, into=two))

    def undo(self, number: int, author: Author) -> Edit:
        """Take an edit back, also an undo; the others stay."""
        with self._database.write(self._patience) as conn:
            log = _log(conn)
            edit = next((e for e in log if e.id == number), None)
            if edit is None:
                raise NotFound(f"There is no edit {number}")
            if number in undone(log):
                raise Conflict(f"Edit {number} is undone already")
            return _record(conn, _draft("undo", edit.entity, author, undoes=number))

    def page(self, entity: str | None, limit: int, before: int = 0) -> EditPage:
        """The log, newest first, from below the edit `before` on; 0 begins with the newest.

        Of one entity it is what names it on either side. Whoever goes on from the last edit of a
        page misses none and sees none twice, whatever is added meanwhile.
        """
        values = {"entity": entity, "limit": limit + 1, "before": before}
        with self._database.read() as conn:
            total = conn.execute(TOTAL, values).fetchone()[0]
            rows = conn.execute(PAGE, values).fetchall()
            taken_back = undone([edit_of(row) for row in conn.execute(UNDOING)])
        edits = tuple(LoggedEdit(edit_of(row), row["id"] not in taken_back) for row in rows[:limit])
        return EditPage(total, edits, len(rows) > limit)

    def survivor(self, key: str) -> str | None:
        """The entity into which `key` was merged, if it was and that one is there."""
        with self._database.read() as conn:
            found = decisions(conn).survivor(key)
            there = found is not None and found != key and _is_there(conn, found)
            return found if there else None


def _draft(action: str, entity: str, author: Author, **changes: object) -> Edit:
    who = squeeze(author.who)[:LONGEST_TEXT] or "unknown"
    reason = author.reason.strip()
    if len(reason) > LONGEST_TEXT:
        raise _invalid("reason", f"is longer than {LONGEST_TEXT} characters")
    draft = Edit(id=0, at=utc_now(), who=who, action="note", entity=entity, reason=reason)
    return replace(draft, action=action, **changes)  # type: ignore[arg-type]  # the verbs' own


def _record(conn: Connection, edit: Edit) -> Edit:
    """Add an edit to the log, and put every mention where it belongs then."""
    edit = _logged(conn, edit)
    log = decisions(conn)
    meant = _meant(_log(conn), edit)
    concerned = replace_mentions(conn, log.origins(meant), log)
    redress(conn, concerned | touched([meant]), log)
    return edit


def _logged(conn: Connection, edit: Edit) -> Edit:
    values = {name: getattr(edit, name) for name in Edit.__slots__ if name != "id"}
    for name in ("aliases", "articles"):
        values[name] = json.dumps(values[name], ensure_ascii=False)
    return replace(edit, id=conn.execute(ADD_EDIT, values).lastrowid or 0)


class _Filing:
    """Files the aliases of a list one after another, each as a decision of its own."""

    def __init__(self, conn: Connection, author: Author) -> None:
        self._conn = conn
        self._author = author
        self._log = decisions(conn)
        # Entity -> its aliases by editors, folded, and those filed meanwhile.
        self._filed: dict[str, set[str]] = {}

    def file(self, given: GivenAlias) -> Edit | str | None:
        try:
            key, name = self._entity(given)
            text = _given_name(given.alias, "alias")
            if self._is_so(key, given, text):
                return None
            author = replace(self._author, reason=given.reason or self._author.reason)
            edit = _logged(self._conn, _draft("alias", key, author, text=text, name=name))
        except CuttingsError as exc:
            return exc.detail
        self._filed[key].add(name_key(text))
        return edit

    def _entity(self, given: GivenAlias) -> tuple[str, str]:
        """Its key and name."""
        if given.key:
            try:
                key = _standing(self._conn, given.key)
                return key, _name(self._conn, key)
            except NotFound:
                if not (given.name and given.type):
                    raise
        kind = _type(given.type)
        name = _given_name(given.name)
        own = _key(kind, name)
        if entity_key(kind, given.key.removeprefix(f"{kind}-")) == given.key:
            own = given.key
        elif (spelled := self._spelled_so(kind, name, own)) is not None:
            return spelled, _name(self._conn, spelled)
        found = self._log.survivor(own)
        if found is None:
            raise Conflict(f"“{own}” has been dismissed")
        return found, name

    def _spelled_so(self, kind: EntityType, name: str, own: str) -> str | None:
        rows = self._conn.execute(SPELLED_SO, {"type": kind, "name": name_key(name)})
        keys = [row["key"] for row in rows]
        if own not in keys and len(keys) > 1:
            raise Conflict(f"“{name}” may be any of {', '.join(keys)}")
        return own if own in keys else next(iter(keys), None)

    def _is_so(self, key: str, given: GivenAlias, text: str) -> bool:
        filed = self._filed.setdefault(key, set(map(name_key, self._log.aliases(key))))
        if name_key(text) in filed:
            return True
        if given.added:
            return False
        own = entity_key(type_of(key), without_courtesy(text))
        if own == key or given.added is None:
            return own == key
        # What articles say need not be decided, but for a full name: an editor made them one.
        row = self._conn.execute(READ_AS, {"key": key, "text": given.alias, "own": own})
        return not row.fetchone()["elsewhere"]


def _meant(log: Sequence[Edit], edit: Edit) -> Edit:
    """The edit that an undo (of an undo …) is about; another edit itself."""
    by_id = {each.id: each for each in log}
    while edit.undoes is not None:
        edit = by_id[edit.undoes]
    return edit


def _log(conn: Connection) -> list[Edit]:
    return [edit_of(row) for row in conn.execute("SELECT * FROM edits ORDER BY id")]


def _standing(conn: Connection, key: str, where: str = "") -> str:
    """The key of an entity that is there, or of the one that it was merged into."""
    if _is_there(conn, key):
        return key
    found = decisions(conn).survivor(key)
    if found is not None and _is_there(conn, found):
        return found
    if where:
        raise _invalid(where, f"is no entity: “{key}”")
    raise NotFound(f"There is no “{key}” here")


def _is_there(conn: Connection, key: str) -> bool:
    return conn.execute(ENTITY, {"key": key}).fetchone() is not None


def _name(conn: Connection, key: str) -> str:
    return str(conn.execute(ENTITY, {"key": key}).fetchone()["name"])


def _given_name(name: str, where: str = "name") -> str:
    name = squeeze(name)
    if not name_key(name):
        raise _invalid(where, "has neither letter nor digit")
    if len(name) > LONGEST_TEXT:
        raise _invalid(where, f"is longer than {LONGEST_TEXT} characters")
    return name


def _type(name: str) -> EntityType:
    found = next((kind for kind in ENTITY_TYPES if kind == name.strip().lower()), None)
    if found is None:
        raise _invalid("type", f"is none of {', '.join(ENTITY_TYPES)}")
    return found


def _key(kind: EntityType, name: str) -> str:
    key = entity_key(kind, name)
    if key is None:
        raise _invalid("name", "has neither letter nor digit")
    return key


def _check_articles(conn: Connection, keys: Sequence[str]) -> None:
    for key in keys:
        if conn.execute("SELECT 1 FROM articles WHERE key = ?", (key,)).fetchone() is None:
            raise _invalid("articles", f"there is no article “{key}”")


def _invalid(where: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"{where} {message}", problems=(Problem(where, message),))
