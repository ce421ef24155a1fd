"""What a piece of work needs, got from a shelf."""

from collections.abc import Iterator, Sequence
from typing import cast

from service.database import Row
from service.edits import Decisions, Edit
from service.needs import GROUP, LATER, NOTHING, SESSION_KEY, Field, Name, Needs
from service.stores.mentions import edit_of
from service.working.documents import Document, columns
from service.working.schemas import ARCHIVE, Schema
from service.working.shelf import Shelf


class Fetching:
    """Documents of one shelf, as the editors' log reads that was fetched first."""

    def __init__(self, shelf: Shelf, schema: Schema = ARCHIVE) -> None:
        self._shelf = shelf
        always = [each for kind in sorted(schema.always.kinds) for each in shelf.every(kind)]
        if schema.always.names:
            always += shelf.get(schema.always.names)
        self.always = {each.name: each for each in always}
        edits = [each for each in always if each.kind == "edit"]
        self.log, self._decisions = _log(edits)

    def found(self, needs: Needs) -> dict[Name, Document]:
        """By their names, all that is needed and is there."""
        found = self._asked(needs)
        found += self._meant_by(found)
        return {each.name: each for each in found}

    def _asked(self, needs: Needs) -> list[Document]:
        merged = (self._decisions.survivor(key) for kind, key in needs.names if kind == "entity")
        names: set[Name] = {*needs.names, *(("entity", key) for key in merged if key is not None)}
        found = list(self._shelf.get(names))
        by_field: dict[Field, set[str]] = {}
        for field, value in needs.fields:
            by_field.setdefault(field, set()).add(value)
        for field, values in by_field.items():
            found += self._shelf.find(field, values)
        found += self._may_be_copies(needs)
        for wanted in needs.newest:
            found += self._shelf.newest(wanted)
        for kind in needs.kinds:
            found += self._shelf.every(kind)
        for span in needs.spans:
            found += self._shelf.span(span)
        return found + self._linked(needs)

    def _linked(self, needs: Needs) -> list[Document]:
        articles: dict[tuple[Field, int], Needs] = {}
        for of, field, most in needs.linked:
            articles[field, most] = articles.get((field, most), NOTHING) | of
        found: list[Document] = []
        for (field, most), of in articles.items():
            linking = self._asked(of)
            keys = {key for each in linking for key in _linked_by(each, field, most)}
            linked = self._shelf.get(("entity", key) for key in keys)
            found += [*linking, *(self._shelf.find(GROUP, keys) if field == GROUP else linked)]
        return found

    def _meant_by(self, found: Sequence[Document]) -> Iterator[Document]:
        """Articles are told apart by their sources' names; former keys lead to the last one. A
        session ends with its key.
        """
        named: set[Name] = {
            *(("source", name) for each in found for name in each.texts("articles", "source_id")),
            *(("key", number) for each in found for number in each.texts(*SESSION_KEY)),
        }
        later = {key for each in found for key in each.texts(*LATER)}
        named |= {("article", key) for key in later}
        if named:
            yield from self._shelf.get(named)
        if later:
            yield from self._shelf.find(LATER, later)
        if revoked := [each.key for each in found if each.texts("api_keys", "revoked_at")]:
            yield from self._shelf.find(SESSION_KEY, revoked)

    def _may_be_copies(self, needs: Needs) -> Iterator[Document]:
        """All near, their groups, and what stands between two of them that are a pair."""
        near = [*self._shelf.near(needs.near)] if needs.near else []
        yield from near
        paired = [each for each in near if "copy_pairs" in each.rows]
        most = max((count for _, count in needs.near), default=0)
        if paired:
            yield from self._shelf.near((place, most) for each in paired for place in each.places)
        groups = {key for each in paired for key in each.texts(*GROUP)}
        if groups:
            yield from self._shelf.find(GROUP, groups)


def _linked_by(document: Document, field: Field, most: int) -> list[str]:
    keys = document.texts(*field)
    if not most:
        return keys
    # Counted less than none, so that equals stand as their keys do.
    times = [-int(count or 0) for count in document.values(field[0], "mentions")]
    return [key for _, key in sorted(zip(times, keys, strict=True))[:most]]


# The log that was read last: a long one is read anew only when it has changed.
_read: list[tuple[list[Document], list[Edit], Decisions]] = []


def _log(edits: list[Document]) -> tuple[list[Edit], Decisions]:
    for known, log, decisions in _read:
        if known == edits:
            return log, decisions
    log = [_edit(each) for each in sorted(edits, key=lambda each: int(each.key))]
    decisions = Decisions(log)
    _read[:] = [(edits, log, decisions)]
    return log, decisions


def _edit(document: Document) -> Edit:
    values = dict(zip(columns("edits"), document.rows["edits"][0], strict=True))
    # Only asked for its values by their names.
    return edit_of(cast("Row", values | {"id": int(document.key)}))
