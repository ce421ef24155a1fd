"""Search -> which articles match, as a truth value for each: words and filters from the columns,
and from FTS5 only what columns do not know, phrases, nearness, beginnings and fields.
"""

import json
from collections.abc import Collection
from functools import reduce

import numpy as np

from service.database import Connection
from service.dates import DateRange
from service.deadline import raise_if_late
from service.engines.fields import SECONDS_A_DAY, TEXT_LISTS, day_of, instant_of
from service.engines.leaves import (
    AS_WRITTEN,
    PIECES,
    STEMS,
    WORDS,
    Index,
    bare,
    index_of,
    is_form,
    pushed_down,
    unstemmed,
)
from service.engines.marks import start_of_words
from service.engines.sqlite.columns.parts import NO_TIME, UNDATED, Ids
from service.engines.sqlite.columns.postings import as_written
from service.engines.sqlite.columns.view import Columns, Frequencies, Mask
from service.engines.sqlite.match import match_of
from service.engines.tokens import Tokens
from service.query import And, Dated, Filter, In, Node, Or, Without, Word
from service.stores.in_bulk import numbers

# In bulk: a row costs more than what it holds.
IDS = "SELECT group_concat(rowid) FROM {index} WHERE {index} MATCH :match"
AMONG = """
SELECT rowid FROM {index}
WHERE {index} MATCH :match AND rowid IN (SELECT value FROM json_each(:ids))
"""
ENTITIES = """
SELECT id FROM entities WHERE key IN (SELECT value FROM json_each(:keys)) AND type = :type
"""
ADDED_LATER = "SELECT group_concat(id) FROM articles WHERE added_in > :mark"
BEGINNING = "SELECT word FROM words WHERE word >= :start AND word < :end LIMIT :limit"
# Of a shorter stem too many words begin so.
_TELLS, _MOST_FORMS = 4, 100
# To ask for one takes as long as to find some hundreds.
_ASKED_FOR = 1_000
_FIRST_DAY, _LAST_DAY = 1, 3_652_059  # of the years 1 and 9999


class Matching:
    """What matches in one snapshot; remembers what was asked once."""

    def __init__(self, conn: Connection, columns: Columns, tokens: Tokens) -> None:
        self.columns = columns
        self._conn = conn
        self._tokens = tokens
        self._masks: dict[Node, Mask] = {}
        self._frequencies: dict[str, Frequencies] = {}

    @property
    def everything(self) -> Mask:
        return self.columns.alive

    @property
    def foreign(self) -> Mask | None:
        """What is not English; None when all is."""
        return self.columns.foreign

    def mask(self, node: Node) -> Mask:
        """Which articles a tree matches; what is given is not to be changed."""
        found = self._masks.get(node)
        if found is None:
            raise_if_late()
            found = self._masks[node] = self._mask(node)
        return found

    def _mask(self, node: Node) -> Mask:
        match node:
            case And(parts):
                return reduce(np.logical_and, map(self.mask, dict.fromkeys(parts)))
            case Or(parts):
                return reduce(np.logical_or, map(self.mask, dict.fromkeys(parts)))
            case Without(kept, excluded):
                left = self.everything if kept is None else self.mask(kept)
                return left & ~self.mask(excluded)
            case Filter(name, value):
                return self.with_values(name, (value,))
            case Dated(range=dates):
                return self.published(dates)
            case In(name, part) if isinstance(part, And | Or | Without | Filter | Dated):
                return self.mask(pushed_down(name, part))
            case _:
                return self._leaf(node)

    def _leaf(self, node: Node) -> Mask:
        frequencies = self.frequencies(node)
        if frequencies is not None:
            return frequencies > 0
        index = index_of(node)
        assert index is not None  # noqa: S101 - a leaf is asked of one index
        found = self._by_index(index, node)
        if is_form(node):
            return found if self.foreign is None else found & ~self.foreign
        if index == STEMS and self.foreign is not None:
            # Stems are English: of other articles only words as written count.
            exact = self._by_index(WORDS, unstemmed(node))
            return (found & ~self.foreign) | (exact & self.foreign)
        return found

    def _by_index(self, index: Index, node: Node) -> Mask:
        return self.columns.mask_of(self.found(index, node))

    def found(self, index: str, node: Node) -> Ids:
        """The ids that FTS5 finds."""
        return self._found(index, match_of(node))

    def _found(self, index: str, match: str) -> Ids:
        (found,) = numbers(self._conn, IDS.replace("{index}", index), {"match": match})
        return found

    def words(self, text: str) -> list[str]:
        """The words of a text as the index has them."""
        return self._tokens.words(text)

    def stem(self, word: str) -> str:
        return self._tokens.stem(word)

    def shares_stem(self, text: str) -> bool:
        """Whether the archive may have other words with the stem of this one."""
        words = self.words(text)
        if len(words) != 1 or len(stem := self.stem(words[0])) < _TELLS:
            return True
        start = start_of_words(stem)
        values = {"start": start, "end": start + "\U0010ffff", "limit": _MOST_FORMS}
        found = [word for (word,) in self._conn.execute(BEGINNING, values)]
        return len(found) == _MOST_FORMS or any(
            self.stem(word) == stem for word in found if word != words[0]
        )

    def frequencies(self, node: Node) -> Frequencies | None:
        """How often, in halves, each article has a word; None for what is no single word."""
        if not isinstance(node, Word) or index_of(node) == PIECES:
            return None
        words = self._tokens.words(bare(node.text))
        if len(words) != 1:
            return None
        if node.form:
            return self.columns.frequencies(self._conn, self._tokens.stem(words[0]))
        return self.frequencies_of(words[0])

    def frequencies_of(self, word: str) -> Frequencies:
        """The same of a word as the index has it."""
        found = self._frequencies.get(word)
        if found is None:
            found = self._frequencies[word] = self._counted(word)
        return found

    def _counted(self, word: str) -> Frequencies:
        if word in AS_WRITTEN:
            return self.columns.frequencies(self._conn, as_written(word))
        found = self.columns.frequencies(self._conn, self._tokens.stem(word))
        if self.columns.foreign is not None:
            found |= self.columns.frequencies(self._conn, as_written(word))
        return found

    def among(self, index: Index, match: str, ids: Ids) -> set[int]:
        """Those of some articles that match: a few are asked for, of many all are found."""
        if len(ids) > _ASKED_FOR:
            return {*ids[np.isin(ids, self._found(index, match))].tolist()}
        values = {"match": match, "ids": str(ids.tolist())}
        return {id_ for (id_,) in self._conn.execute(AMONG.replace("{index}", index), values)}

    def with_values(self, field: str, values: Collection[str]) -> Mask:
        """Articles with any of the values in a facet field; entities by their keys."""
        if field in TEXT_LISTS:
            texts = self.columns.texts[field]
            known = [n for value in values if (n := texts.number(value)) is not None]
        else:
            asked = {"keys": json.dumps([*values]), "type": field}
            known = [id_ for (id_,) in self._conn.execute(ENTITIES, asked)]
        return self.columns.with_values(field, known)

    def published(self, dates: DateRange) -> Mask:
        """Days compare with articles of which only the day is known, instants with instants."""
        first_day = day_of(dates.first_day) if dates.first_day else _FIRST_DAY
        last_day = day_of(dates.last_day) if dates.last_day else _LAST_DAY
        start = instant_of(dates.start) if dates.start else _FIRST_DAY * SECONDS_A_DAY
        end = instant_of(dates.end) if dates.end else (_LAST_DAY + 1) * SECONDS_A_DAY
        days, seconds = self.columns.days, self.columns.plain.seconds
        lowest = max(min(first_day, start // SECONDS_A_DAY), UNDATED + 1)
        mask = (days >= lowest) & (days <= max(last_day, end // SECONDS_A_DAY))
        mask &= self.columns.alive
        # Only on the days at both ends does it matter which of the two an article has.
        inner_first = max(first_day, start // SECONDS_A_DAY + 1)
        inner_last = min(last_day, end // SECONDS_A_DAY - 1)
        edge = np.flatnonzero(mask & ((days < inner_first) | (days > inner_last)))
        at = days[edge].astype(np.int64) * SECONDS_A_DAY + seconds[edge]
        by_day = (days[edge] >= first_day) & (days[edge] <= last_day)
        by_time = (at >= start) & (at < end)
        mask[edge] = np.where(seconds[edge] == NO_TIME, by_day, by_time)
        return mask

    def added_later(self, mark: int) -> Mask:
        """Articles that came after a generation."""
        (later,) = numbers(self._conn, ADDED_LATER, {"mark": mark})
        return self.columns.mask_of(later)
