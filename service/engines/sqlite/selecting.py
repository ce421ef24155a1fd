"""Search -> what it selects: by its text, its filters and dates, in one of two readings.

`auto` takes all of the words when enough articles have them, else any.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Literal

import numpy as np

from service.database import Connection
from service.engines.leaves import wanted_leaves
from service.engines.reading import Reading
from service.engines.sqlite.columns.view import Columns, Mask, Matches
from service.engines.sqlite.matching import Matching
from service.engines.sqlite.near_copies import behind_others
from service.engines.sqlite.past_texts import PastMatching
from service.engines.sqlite.reading import read_in
from service.engines.tokens import Tokens
from service.engines.weighing import ENOUGH
from service.query import Node, Search, leaves_of

NUMBERS = """
SELECT v.id, a.id, v.version
FROM json_each(:ids) CROSS JOIN versions v ON v.id = value
CROSS JOIN articles a ON a.key = v.article_key
"""


@dataclass(frozen=True)
class Selected:
    """What matches by its text, by each facet field's filters, and by all else that was asked."""

    text: Mask
    fields: Mapping[str, Mask]
    rest: Mask | None

    @cached_property
    def whole(self) -> Matches:
        """What matches by all of it."""
        return self._matching([*self.fields.values()])

    def less(self, field: str) -> Matches:
        """What matches without the filters on one field, whose counts must not depend on them."""
        if field not in self.fields:
            return self.whole
        return self._matching([mask for name, mask in self.fields.items() if name != field])

    def _matching(self, masks: list[Mask]) -> Matches:
        masks += [self.rest] if self.rest is not None else []
        return Matches(reduce(np.logical_and, masks, self.text))


@dataclass(frozen=True, slots=True)
class PastText:
    """A row of `versions`, and the number that it has among its article's."""

    id: int
    version: int


@dataclass(frozen=True, slots=True)
class PastRead:
    """How past texts were read, and which of them match."""

    reading: Reading
    matching: PastMatching
    mask: Mask


@dataclass(frozen=True, slots=True)
class Read:
    """How a search was read: as all of its words or any, and what that selects.

    `current` is what matches by its current text, `chosen` all that matches, and `shown` what of
    it is a hit of its own. `all_words` is what has every word, where any was enough.
    """

    match: Literal["all", "any"]
    reading: Reading
    past: PastRead | None
    selected: Selected
    current: Mask
    chosen: Mask
    shown: Mask
    all_words: Mask | None
    total: int
    groups: int

    @property
    def ranked(self) -> bool:
        """Whether there is anything to rank by."""
        return bool(wanted_leaves(self.reading.tree))

    @property
    def scored(self) -> Mask:
        """Hits that have a score; the others are found by a past text alone."""
        return self.shown if self.past is None else self.shown & self.current

    def past_texts_of(self, conn: Connection, ids: Sequence[int]) -> Mapping[int, PastText]:
        """Of articles whose current text does not match, the newest past text that does."""
        if self.past is None:
            return {}
        matching = self.past.matching
        asked = np.array(ids, np.int64)
        positions = matching.columns.positions_of(asked)
        late = matching.columns.ids[positions[~self.current[positions]]]
        texts = matching.of(self.past.mask, late)
        newest: dict[int, PastText] = {}
        for text, article, version in conn.execute(NUMBERS, {"ids": str(texts.tolist())}):
            if article not in newest or newest[article].version < version:
                newest[article] = PastText(text, version)
        return newest


class Selecting:
    """Reads a search in one snapshot."""

    def __init__(self, conn: Connection, columns: Columns, tokens: Tokens, search: Search) -> None:
        self.matching = Matching(conn, columns, tokens)
        self._conn = conn
        self._columns = columns
        self._tokens = tokens
        self._search = search
        self._fields = self._by_fields()
        self._rest = self._by_the_rest()

    def read(self) -> Read:
        """`all` when asked for, or when enough articles have all the words; else `any`."""
        search = self._search
        asked = search.cursor.match if search.cursor else search.match
        if search.any_tree is None or asked == "all":
            return self._read(search.tree, "any" if asked == "any" else "all")
        if asked == "any":
            return self._read(search.any_tree, "any")
        every = self._read(search.tree, "all")
        if every.total >= ENOUGH:
            return every
        either = self._read(search.any_tree, "any")
        return every if every.total >= either.total else either

    def _read(self, tree: Node | None, match: Literal["all", "any"]) -> Read:
        columns = self._columns
        reading = self._strict if tree is self._search.tree else self._reading(tree)
        current = self.matching.mask(reading.tree) if reading.tree else columns.alive
        past = self._past(tree)
        text = current
        if past is not None:
            text = current | columns.mask_of(np.unique(past.matching.articles[past.mask]))
        selected = Selected(text, self._fields, self._rest)
        chosen = shown = selected.whole.mask
        total = selected.whole.number
        hidden = behind_others(columns, chosen)
        if self._search.collapse and len(hidden):
            shown = chosen.copy()
            shown[hidden] = False
        every = self._all_words if match == "any" and self._search.any_tree else None
        groups = total - len(hidden)
        return Read(match, reading, past, selected, current, chosen, shown, every, total, groups)

    def _reading(self, tree: Node | None, is_past: bool = False) -> Reading:
        any_foreign = self._columns.foreign is not None
        return read_in(self._conn, tree, any_foreign=any_foreign, is_past=is_past)

    @cached_property
    def _strict(self) -> Reading:
        """With all of the words."""
        return self._reading(self._search.tree)

    @property
    def _all_words(self) -> Mask | None:
        tree = self._strict.tree
        return self.matching.mask(tree) if tree is not None else None

    @cached_property
    def _past_matching(self) -> PastMatching:
        return PastMatching(self._conn, self._columns, self._tokens)

    def _past(self, tree: Node | None) -> PastRead | None:
        if tree is None or self._search.versions == "current" or not any(leaves_of(tree)):
            return None
        reading = self._reading(tree, is_past=True)
        assert reading.tree is not None  # noqa: S101 - there was one
        return PastRead(reading, self._past_matching, self._past_matching.mask(reading.tree))

    def _by_fields(self) -> Mapping[str, Mask]:
        fields: dict[str, Mask] = {}
        for name, values in self._search.filters.items():
            fields[name] = self.matching.with_values(name, values)
        for name, values in self._search.excluded.items():
            if values:
                without = ~self.matching.with_values(name, values)
                fields[name] = fields[name] & without if name in fields else without
        return fields

    def _by_the_rest(self) -> Mask | None:
        rest: list[Mask] = []
        if self._search.published is not None:
            rest.append(self.matching.published(self._search.published))
        if self._search.cursor is not None:
            rest.append(~self.matching.added_later(self._search.cursor.mark))
        return reduce(np.logical_and, rest) if rest else None
