"""What has to be looked at besides, given what a piece of work has changed in a working copy.

Work that had less before it than it needed may have done wrong; it is done again with this as well,
until nothing more follows. Then every row that it read or changed was there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.edits import Decisions, Edit, touched
from service.names import name_key
from service.needs import FORMER, GROUP, KILLED, READING, SPELLING, URI, Field, Name, Needs, Place
from service.stores.copies import NEAR
from service.working.documents import Document

_PARTIES = ("mentions", "article_entities", "quotes")
_COPIES = ("copy_signatures", "copy_pairs", "copies")
# What one article has no other may have.
_ONLY_ONCE = (FORMER, KILLED, URI)
_MOVE_NOTHING = ("note", "distinct", "rename")


@dataclass(frozen=True, slots=True)
class Change:
    """A document before and after; None: it is new, or gone."""

    before: Document | None
    after: Document | None

    @property
    def both(self) -> list[Document]:
        return [each for each in (self.before, self.after) if each is not None]

    def is_in(self, *tables: str) -> bool:
        rows = [[each.rows.get(table) for table in tables] for each in self.both]
        return len(rows) == 1 or rows[0] != rows[1]


def consequences(changes: Sequence[Change], before: Sequence[Edit], now: Sequence[Edit]) -> Needs:
    """`before` and `now` are the editors' log."""
    articles = [each for each in changes if each.both[0].kind == "article"]
    names = {*_new(changes), *(name for each in articles for name in _named(each))}
    fields = {field for each in articles for field in _related(each)}
    fields |= set(_spellings(articles, before))
    needs = Needs(frozenset(names), frozenset(fields), frozenset(_near(articles)))
    return needs | _of_edits(before, now) if before != now else needs


def _new(changes: Sequence[Change]) -> Iterator[Name]:
    """What is new here may be there already."""
    return (each.after.name for each in changes if each.before is None and each.after is not None)


def _named(change: Change) -> Iterator[Name]:
    """Whose counts an article changes."""
    for each in change.both:
        if change.is_in(*_PARTIES):
            for table in _PARTIES:
                yield from (("entity", key) for key in each.texts(table, "entity_id"))
        if change.is_in("articles"):
            yield from (("source", name) for name in each.texts("articles", "source_id"))


def _related(change: Change) -> Iterator[tuple[Field, str]]:
    if change.before is None and change.after is not None:
        yield FORMER, change.after.key
    for each in change.both:
        yield from ((GROUP, key) for key in each.texts(*GROUP))
    if change.after is not None:
        for field in _ONLY_ONCE:
            before = change.before.texts(*field) if change.before is not None else []
            yield from ((field, value) for value in set(change.after.texts(*field)) - {*before})


def _near(articles: Sequence[Change]) -> Iterator[tuple[Place, int]]:
    """Where one goes, those behind it come nearer."""
    moved = [each for each in articles if each.is_in("copy_signatures")]
    left = sum(1 for each in moved if each.before is not None and each.before.places)
    for each in moved:
        for document in each.both:
            yield from ((place, NEAR + left) for place in document.places)


def _spellings(articles: Sequence[Change], log: Sequence[Edit]) -> Iterator[tuple[Field, str]]:
    """An edit is blanked if nobody else is called so as it says."""
    in_log = {
        name_key(text) for edit in log for text in (edit.name, edit.text, *edit.aliases) if text
    }
    if not in_log:
        return
    for each in articles:
        if each.before is not None and (each.after is None or "articles" not in each.after.rows):
            said = {name_key(text) for text in each.before.texts("mentions", "alias")}
            yield from ((SPELLING, folded) for folded in said & in_log)


def _of_edits(before: Sequence[Edit], now: Sequence[Edit]) -> Needs:
    old, new = Decisions(before), Decisions(now)
    was = {edit.id: edit for edit in before}
    by_id = {edit.id: edit for edit in now} | was
    readings: set[str] = set()
    entities = _called_otherwise(before, old, now, new)
    for edit in now:
        if was.get(edit.id) == edit:
            continue
        meant = _meant(by_id, by_id[edit.id])
        entities |= touched([meant])
        if edit.id in was:
            readings |= touched([meant])
        if meant.action not in _MOVE_NOTHING or edit.id in was:
            readings |= old.origins(meant) | new.origins(meant)
    names: frozenset[Name] = frozenset(("entity", key) for key in entities)
    return Needs(names, frozenset((READING, reading) for reading in readings))


def _meant(by_id: dict[int, Edit], edit: Edit) -> Edit:
    """The edit that an undo (of an undo …) is about; another edit itself."""
    while edit.undoes is not None:
        edit = by_id[edit.undoes]
    return edit


def _called_otherwise(
    before: Sequence[Edit], old: Decisions, now: Sequence[Edit], new: Decisions
) -> set[str]:
    keys = touched(before) | touched(now)
    return {key for key in keys if _called(old, key) != _called(new, key)}


def _called(log: Decisions, key: str) -> tuple[object, ...]:
    return log.name(key), log.name_before(key), log.aliases(key)
