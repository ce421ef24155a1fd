"""What editors decide about entities: a log of rules, replayed over what taggers have read.

An edit moves no rows of its own: where a mention belongs is a function of its reading and of the
log alone. So an article that comes later or is read again obeys the same edits, in any order of
arrival, and an edit that is taken back leaves no trace in the graph.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

from service.entity import EntityType, Mention, entity_key
from service.names import name_key, squeeze
from service.titles import without_courtesy

Action = Literal[
    "merge",
    "split",
    "rename",
    "retype",
    "dismiss",
    "alias",
    "unalias",
    "note",
    "distinct",
    "undo",
]

# Between type and name of what an article leaves open: nobody is named in full, or several are.
_LONE, _AMBIGUOUS = "?", "??"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One decision. What the fields hold depends on the action:

    merge: `into`, the `name` that one had, and the `text` that this one was called; split:
    `aliases`, the new entity's `name` and its key `into`, perhaps only in some `articles` (keys);
    rename: `name`; retype: the key `into` with the other type, and the `name`; dismiss: no entity
    at all; alias and unalias: `text`, and the `name` of the entity; note: `text`, empty to take it
    off; distinct: `into` is another entity, not to be suggested again; undo: `undoes`.
    """

    id: int
    at: str
    who: str
    action: Action
    entity: str
    into: str | None = None
    name: str | None = None
    text: str | None = None
    aliases: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    reason: str = ""
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mention belongs; `edit` is the decision that brought it there, None for none.

    Without a key it stands apart, or is no name at all (`dismissed`).
    """

    key: str | None
    dismissed: bool = False
    edit: int | None = None


def reading_of(mention: Mention) -> str:
    """What tagger and article make of a mention: a key, or `person?kim` for one left open."""
    if mention.entity is not None:
        return mention.entity.key
    mark = _AMBIGUOUS if mention.method == "ambiguous" else _LONE
    return f"{mention.type}{mark}{name_key(mention.text)}"


def is_open(reading: str) -> bool:
    """Whether a reading names no entity."""
    return _LONE in reading


def type_of(key: str) -> EntityType:
    """The type that a key or a reading begins with."""
    return cast("EntityType", key.replace(_LONE, "-").partition("-")[0])


def undone(log: Sequence[Edit]) -> set[int]:
    """The numbers of the edits that do not hold; an undo can be undone as well."""
    found: set[int] = set()
    for edit in reversed(log):
        if edit.undoes is not None and edit.id not in found:
            found.add(edit.undoes)
    return found


def in_force(log: Sequence[Edit]) -> list[Edit]:
    """What holds, without the undoing itself."""
    taken_back = undone(log)
    return [edit for edit in log if edit.id not in taken_back and edit.action != "undo"]


@dataclass(frozen=True, slots=True)
class _Mention:
    reading: str
    alias: str
    articles: Collection[str]


@dataclass(slots=True)
class _Entry:
    """What editors have said about one entity."""

    name: str | None = None
    name_before: str | None = None  # what it was called when something was merged into it
    aliases: dict[str, str] = field(default_factory=dict)  # folded -> as it was given
    note: str = ""


class Decisions:
    """The log, made ready to be asked."""

    def __init__(self, log: Sequence[Edit]) -> None:
        self._log = log
        self._at: dict[str, list[Edit]] = {}
        self._caught: dict[str, list[Edit]] = {}
        self._entries: dict[str, _Entry] = {}
        self._called: dict[tuple[EntityType, str], str] = {}  # an added alias -> whose it is
        self._distinct: dict[str, set[str]] = {}
        self._in_force = in_force(log)
        for edit in self._in_force:
            if edit.action == "alias":
                for reading in caught_by(edit):
                    self._caught.setdefault(reading, []).append(edit)
            else:
                self._at.setdefault(edit.entity, []).append(edit)
            self._enter(edit)

    def place(self, reading: str, alias: str, articles: Collection[str] = ()) -> Place:
        """Where a mention with this reading belongs.

        `alias` is folded, `articles` are the key of its article and those that it had.
        """
        mention = _Mention(reading, alias, articles)
        found = Place(None if is_open(reading) else reading)
        last: Edit | None = None
        while (edit := self._following(found.key, mention, last)) is not None:
            found, last = _moved(edit, reading), edit
        return found

    def survivor(self, key: str) -> str | None:
        """Whom a key stands for now, itself if nothing has happened; None if it was dismissed."""
        return self.place(key, key.partition("-")[2]).key

    @cached_property
    def by_article(self) -> AbstractSet[str]:
        """The readings of which it matters in which article a mention stands."""
        limited = (edit for edit in self._in_force if edit.articles)
        return frozenset(reading for edit in limited for reading in self.origins(edit))

    def name(self, key: str) -> str | None:
        """The name that editors gave."""
        return self._entry(key).name

    def name_before(self, key: str) -> str | None:
        """What it was called when an editor last dealt with it."""
        return self._entry(key).name_before

    def aliases(self, key: str) -> tuple[str, ...]:
        """The spellings that editors added."""
        return tuple(self._entry(key).aliases.values())

    def note(self, key: str) -> str:
        return self._entry(key).note

    def are_distinct(self, one: str, other: str) -> bool:
        """Whether an editor has said that the two are not the same."""
        return other in self._distinct.get(one, ())

    def origins(self, edit: Edit) -> set[str]:
        """Every reading that an edit (or its undoing) can move, and perhaps some others."""
        found: set[str] = set()
        todo = {edit.entity, *(caught_by(edit) if edit.action == "alias" else ())}
        while todo:
            found |= todo
            todo = {key for one in todo for key in self._sources.get(one, ())} - found
        return found

    @cached_property
    def _sources(self) -> Mapping[str, AbstractSet[str]]:
        """Entity -> the entities and readings from which any edit brings mentions to it."""
        sources: dict[str, set[str]] = {}
        for each in self._log:
            if each.action == "alias":
                sources.setdefault(each.entity, set()).update(caught_by(each))
            elif each.into is not None and each.action != "distinct":
                sources.setdefault(each.into, set()).add(each.entity)
        return sources

    def _entry(self, key: str) -> _Entry:
        return self._entries.get(key) or _Entry()

    def _following(self, key: str | None, mention: _Mention, last: Edit | None) -> Edit | None:
        """The next edit that takes a mention which stands at `key` since the `last` one."""
        here = (*self._at.get(key, ()), *self._caught.get(key, ())) if key is not None else ()
        found = (
            edit
            for edit in (*here, *self._caught.get(mention.reading, ()), *self._given_back(last))
            if (last is None or edit.id > last.id) and _concerns(edit, key, mention)
        )
        return min(found, key=lambda edit: edit.id, default=None)

    def _given_back(self, last: Edit | None) -> Iterable[Edit]:
        """The edits that give an entity the alias again that `last` took from it."""
        if last is None or last.action != "unalias":
            return ()
        return (
            edit
            for reading in caught_by(last)
            for edit in self._caught.get(reading, ())
            if edit.entity == last.entity
        )

    def _enter(self, edit: Edit) -> None:
        entry = self._entries.setdefault(edit.entity, _Entry())
        match edit.action:
            case "rename":
                entry.name = edit.name
                self._call(edit.entity, edit.name or "")
            case "alias":
                self._alias(edit)
            case "unalias":
                entry.aliases.pop(name_key(edit.text or ""), None)
            case "note":
                entry.note = edit.text or ""
            case "distinct":
                self._tell_apart(edit.entity, edit.into or "")
            case "dismiss":
                self._entries.pop(edit.entity)
            case "split":
                self._split(entry, edit)
            case "merge" | "retype":
                self._merge(entry, edit)

    def _call(self, key: str, text: str, *, takes: bool = False) -> None:
        """An added alias is one entity's; only who gives it (`takes`) can take it from another."""
        whose = (type_of(key), name_key(text))
        before = self._called.get(whose, key)
        if before != key and whose[1] in self._entry(before).aliases:
            if not takes:
                return
            self._entries[before].aliases.pop(whose[1])
        self._called[whose] = key
        self._entries[key].aliases[whose[1]] = text

    def _alias(self, edit: Edit) -> None:
        text = edit.text or ""
        own = entity_key(type_of(edit.entity), text)
        if own not in (None, edit.entity) and without_courtesy(text) == squeeze(text):
            self._move(self._entries.pop(own, _Entry()), own, edit.entity)
        self._call(edit.entity, text, takes=True)

    def _tell_apart(self, one: str, other: str) -> None:
        self._distinct.setdefault(one, set()).add(other)
        self._distinct.setdefault(other, set()).add(one)

    def _split(self, entry: _Entry, edit: Edit) -> None:
        other = self._entries.setdefault(edit.into or "", _Entry())
        other.name = other.name or edit.name
        self._tell_apart(edit.entity, edit.into or "")
        for folded in map(name_key, edit.aliases):
            if not edit.articles and folded in entry.aliases:
                self._call(edit.into or "", entry.aliases[folded], takes=True)

    def _merge(self, entry: _Entry, edit: Edit) -> None:
        other = self._entries.setdefault(edit.into or "", _Entry())
        other.name_before = edit.name
        if edit.action == "retype":
            other.name = other.name or entry.name
        self._move(self._entries.pop(edit.entity), edit.entity, edit.into or "")
        # Who was called so may be looked for so.
        if edit.text and name_key(edit.text) not in other.aliases:
            self._call(edit.into or "", edit.text)

    def _move(self, entry: _Entry, key: str, into: str) -> None:
        other = self._entries[into]
        for folded, text in entry.aliases.items():
            if folded not in other.aliases:
                self._called.pop((type_of(key), folded), None)
                self._call(into, text)
        other.note = other.note or entry.note
        # Whoever is not the one that was merged is not the one that it is now.
        for apart in self._distinct.pop(key, set()):
            self._distinct[apart].discard(key)
            if apart != into:
                self._tell_apart(apart, into)


def caught_by(edit: Edit) -> Iterator[str]:
    """The readings that an added alias can take: its own key, and the name left open."""
    kind, text = type_of(edit.entity), without_courtesy(edit.text or "")
    key = entity_key(kind, text)
    if key is not None:
        yield key
        yield f"{kind}{_LONE}{name_key(text)}"


def _concerns(edit: Edit, key: str | None, mention: _Mention) -> bool:
    """Whether an edit that comes across a mention, which stands at `key`, takes it."""
    match edit.action:
        case "merge" | "retype" | "dismiss":
            return True
        case "split":
            named = any(name_key(text) == mention.alias for text in edit.aliases)
            return named and not (edit.articles and set(edit.articles).isdisjoint(mention.articles))
        case "unalias":
            return name_key(edit.text or "") == mention.alias
        case "alias":
            # `Mr Kim` takes no other Kim; `Kim` takes Mr Kim too, and an entity of that name whole.
            text = edit.text or ""
            return key != edit.entity and (
                name_key(text) == mention.alias or without_courtesy(text) == squeeze(text)
            )
        case _:
            return False


def _moved(edit: Edit, reading: str) -> Place:
    match edit.action:
        case "dismiss":
            return Place(None, dismissed=True, edit=edit.id)
        case "alias":
            return Place(edit.entity, edit=edit.id)
        case "unalias":
            own = entity_key(type_of(edit.entity), without_courtesy(edit.text or ""))
            return Place(own if own == reading != edit.entity else None, edit=edit.id)
        case _:
            return Place(edit.into, edit=edit.id)


def touched(edits: Iterable[Edit]) -> set[str]:
    """The entities whose names, aliases or notes the edits may change."""
    return {key for edit in edits for key in (edit.entity, edit.into) if key is not None}
