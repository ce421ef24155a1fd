"""Aliases out of a list, filed one after another, each as a decision of its own.

Mentions are placed once, after the last: so what the list itself has decided is kept in mind here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from service.edits import Edit, type_of
from service.entity import ENTITY_TYPES, EntityType, entity_key
from service.errors import Conflict, CuttingsError, NotFound
from service.names import name_key, squeeze
from service.needs import READING, SPELLING, Needs, Newest, of_entities
from service.stores.edit_log import Author, Change, draft, given_key, given_name, invalid, is_there
from service.titles import without_courtesy

SPELLED_SO = """
SELECT DISTINCT e.key FROM aliases al JOIN entities e ON e.id = al.entity_id
WHERE al.folded = :name AND e.type = :type ORDER BY e.key
"""
READ_AS = """
SELECT EXISTS (SELECT 1 FROM readings WHERE key = :own) AND NOT EXISTS (
  SELECT 1 FROM aliases al JOIN entities e ON e.id = al.entity_id
  WHERE e.key = :key AND al.text = :text) AS elsewhere
"""


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


def of_aliases(given: Iterable[GivenAlias]) -> Needs:
    """To file a list: whom each row names by key or by name, and whoever is called so.

    `READ_AS` asks whether any article reads a name so: one of them tells.
    """
    given = list(given)
    keys = {key for each in given for key in _keys(each)}
    spelled = {(SPELLING, name_key(each.name)) for each in given if each.name}
    read = {
        Newest(1, READING, own)
        for each in given
        if each.added is False
        for kind in ENTITY_TYPES
        if (own := entity_key(kind, without_courtesy(squeeze(each.alias)))) is not None
    }
    return of_entities(keys) | Needs(fields=frozenset(spelled), newest=frozenset(read))


def _keys(given: GivenAlias) -> Iterator[str]:
    if given.key:
        yield given.key
    own = (entity_key(kind, squeeze(given.name)) for kind in ENTITY_TYPES)
    yield from (key for key in own if key is not None)


class Filing:
    """Files the aliases of one list, all in one change; whoever files them settles it."""

    def __init__(self, change: Change, author: Author) -> None:
        self._change = change
        self._author = author
        self._aliases: dict[str, set[str]] = {}  # entity -> its aliases by editors, folded
        self._holders: dict[tuple[EntityType, str], str] = {}  # alias of this list -> whose it is
        self._taken: dict[str, Edit] = {}  # entity -> the edit of this list by which it is another
        # Of those who are not there, the log alone knows the name.
        self._names = {e.entity: e.name for e in change.log if e.action == "alias" and e.name}

    def file(self, given: GivenAlias) -> Edit | str | None:
        """Its edit, the reason why not, or None where it is so already."""
        try:
            key, name = self._entity(given)
            text = given_name(given.alias, "alias")
            if self._is_so(key, given, text):
                return None
            author = replace(self._author, reason=given.reason or self._author.reason)
            edit = self._change.add(draft("alias", key, author, text=text, name=name))
        except CuttingsError as exc:
            return exc.detail
        self._keep_in_mind(edit, text)
        return edit

    def _keep_in_mind(self, edit: Edit, text: str) -> None:
        kind = type_of(edit.entity)
        self._holders[kind, name_key(text)] = edit.entity
        self._names.setdefault(edit.entity, edit.name or "")
        own = entity_key(kind, text)
        whole = without_courtesy(text) == squeeze(text)  # `Mr Kim` takes no entity whole
        if own is not None and own != edit.entity and whole:
            self._taken[own] = edit

    def _entity(self, given: GivenAlias) -> tuple[str, str]:
        """Its key and name."""
        key = self._after_this_list(self._meant(given))
        if is_there(self._change.conn, key):
            return key, self._change.name(key)
        return key, self._names.get(key) or given_name(given.name)

    def _after_this_list(self, key: str) -> str:
        last = 0
        while (edit := self._taken.get(key)) is not None and edit.id > last:
            key, last = edit.entity, edit.id
        return key

    def _meant(self, given: GivenAlias) -> str:
        """Whom the list means, whatever it has decided of that one."""
        if given.key in self._taken:
            return given.key
        if given.key:
            try:
                return self._change.standing(given.key)
            except NotFound:
                if not (given.name and given.type):
                    raise
        kind = _type(given.type)
        name = given_name(given.name)
        own = given_key(kind, name)
        if entity_key(kind, given.key.removeprefix(f"{kind}-")) == given.key:
            return self._survivor(given.key)
        if own in self._taken or is_there(self._change.conn, own):
            return own
        return self._spelled_so(kind, name) or self._survivor(own)

    def _survivor(self, own: str) -> str:
        place = self._change.before.place(own, own.partition("-")[2])
        if place.dismissed:
            raise Conflict(f"“{own}” has been dismissed")
        if place.key is None:
            raise Conflict(f"The name of “{own}” has been taken from it")
        return place.key

    def _spelled_so(self, kind: EntityType, name: str) -> str | None:
        rows = self._change.conn.execute(SPELLED_SO, {"type": kind, "name": name_key(name)})
        keys = {self._after_this_list(row["key"]) for row in rows}
        if (holder := self._holder(kind, name)) is not None:
            keys.add(holder)
        if len(keys) > 1:
            raise Conflict(f"“{name}” may be any of {', '.join(sorted(keys))}")
        return next(iter(keys), None)

    def _holder(self, kind: EntityType, text: str) -> str | None:
        """Whom this list has given an alias."""
        key = self._holders.get((kind, name_key(text)))
        return key if key is None else self._after_this_list(key)

    def _is_so(self, key: str, given: GivenAlias, text: str) -> bool:
        holder = self._holder(type_of(key), text)
        # Articles may call one so, and editors another.
        if holder is not None and (holder == key or given.added is not False):
            return holder == key
        if key not in self._aliases:
            self._aliases[key] = set(map(name_key, self._change.before.aliases(key)))
        if name_key(text) in self._aliases[key]:
            return True
        if given.added:
            return False
        own = entity_key(type_of(key), without_courtesy(text))
        if own == key or given.added is None:
            return own == key
        # What articles say need not be decided, but for a full name: an editor made them one.
        values = {"key": key, "text": given.alias, "own": own}
        row = self._change.conn.execute(READ_AS, values).fetchone()
        return not row["elsewhere"]


def _type(name: str) -> EntityType:
    found = next((kind for kind in ENTITY_TYPES if kind == name.strip().lower()), None)
    if found is None:
        raise invalid("type", f"is none of {', '.join(ENTITY_TYPES)}")
    return found
