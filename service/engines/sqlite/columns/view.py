"""All segments as flat arrays: one position for every article, whichever segment it is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.database import Connection
from service.engines.fields import is_english, nocase
from service.engines.sqlite.columns.frequent import Frequent
from service.engines.sqlite.columns.lists import Lists
from service.engines.sqlite.columns.parts import NO_COPY, Ids, Integers, Plain
from service.engines.sqlite.columns.postings import Posting, unpack, unpack_into

Mask = npt.NDArray[np.bool_]
Frequencies = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]

POSTINGS = """
SELECT s.id, p.articles, p.data
FROM segments s CROSS JOIN postings p ON p.segment_id = s.id AND p.term = :term
"""


class Texts:
    """Numbers for what is written in a field; what differs in case alone has one number.

    Only ever added to, so that it serves every view at once.
    """

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.spellings: dict[int, set[str]] = {}  # of what is written in several ways
        self._numbers: dict[bytes, int] = {}

    def number(self, text: str) -> int | None:
        return self._numbers.get(nocase(text))

    def add(self, text: str) -> int:
        number = self._numbers.setdefault(nocase(text), len(self.labels))
        if number == len(self.labels):
            self.labels.append(text)
        elif text != self.labels[number]:
            self.spellings.setdefault(number, {self.labels[number]}).add(text)
        return number


class Matches:
    """What matches, as a truth value for each position; counted and listed once, when asked."""

    def __init__(self, mask: Mask) -> None:
        self.mask = mask

    @cached_property
    def number(self) -> int:
        return int(np.count_nonzero(self.mask))

    @cached_property
    def positions(self) -> Positions:
        return np.flatnonzero(self.mask)


class Placed(NamedTuple):
    """Where the articles of a segment stand: from `start` on, or each at one of `scattered`."""

    size: int
    dead: int
    start: int
    scattered: Positions | None = None

    @property
    def positions(self) -> Positions:
        if self.scattered is not None:
            return self.scattered
        return np.arange(self.start, self.start + self.size)

    def into(self, frequencies: Frequencies, data: bytes, articles: int) -> None:
        """Write the frequencies of a packed posting to the positions of its articles."""
        if self.scattered is None:
            unpack_into(frequencies[self.start : self.start + self.size], data, articles)
        else:
            posting = unpack(data, articles, self.size)
            frequencies[self.scattered[posting.positions]] = posting.frequencies


class Remembered(NamedTuple):
    """Articles that are in no segment yet, one behind the other from a position on."""

    start: int
    size: int
    postings: Mapping[str, Posting]


@dataclass(frozen=True)
class Columns:
    """The archive at one generation.

    Up to `base` the positions are in the order of ids, after it as the articles came. Where `alive`
    is false stands what an article said before, or one that is there no more.
    """

    file: object
    generation: int
    filing: int
    base: int
    plain: Plain
    lists: Mapping[str, Lists]
    texts: Mapping[str, Texts]
    alive: Mask
    segments: Mapping[int, Placed]
    remembered: Sequence[Remembered]
    of_base: dict[str, Frequent]  # shared by all views with the same base, filled when asked for

    @property
    def state(self) -> tuple[object, int, int]:
        """The file that it is of, and how often that and its segments had changed."""
        return self.file, self.generation, self.filing

    @property
    def size(self) -> int:
        return len(self.plain.ids)

    @property
    def ids(self) -> Ids:
        return self.plain.ids

    @property
    def days(self) -> Integers:
        return self.plain.days

    @property
    def seconds(self) -> Integers:
        return self.plain.seconds

    @property
    def lengths(self) -> Integers:
        return self.plain.lengths

    @property
    def copies(self) -> Ids:
        return self.plain.copies

    @cached_property
    def articles(self) -> int:
        return int(np.count_nonzero(self.alive))

    @cached_property
    def mean_length(self) -> float:
        """Words of an article, on average."""
        total = int(self.lengths[self.alive].sum(dtype=np.int64))
        return total / self.articles if total else 1.0

    @cached_property
    def foreign(self) -> Mask | None:
        """Where the articles are that are not English; None when all are."""
        labels = self.texts["language"].labels
        numbers = [number for number, label in enumerate(labels) if not is_english(label)]
        mask = self.with_values("language", numbers) if numbers else None
        return mask if mask is not None and mask.any() else None

    @cached_property
    def _tail(self) -> tuple[Ids, Positions]:
        """Ids behind `base` in order, and their positions."""
        order = np.argsort(self.ids[self.base :], kind="stable")
        return self.ids[self.base :][order], order + self.base

    @cached_property
    def grouped(self) -> Positions:
        """Positions of near copies by their groups, the lowest id of each first."""
        positions = np.flatnonzero((self.copies != NO_COPY) & self.alive)
        order = np.lexsort((self.ids[positions], self.copies[positions]))
        return positions[order]

    def frequent(self, field: str) -> Frequent:
        """The common values of a field."""
        found = self.of_base.get(field)
        if found is None:
            found = self.of_base[field] = Frequent(self.lists[field], self.base)
        return found

    def positions_of(self, ids: Ids) -> Positions:
        """Where these articles stand alive, in any order; those that do not are left out."""
        found = _found(self.ids[: self.base], None, ids)
        if self.base < self.size:
            found = np.concatenate((found, _found(*self._tail, ids)))
        there: Positions = found[self.alive[found]]
        return there

    def mask_of(self, ids: Ids) -> Mask:
        mask = np.zeros(self.size, np.bool_)
        mask[self.positions_of(ids)] = True
        return mask

    def frequencies(self, conn: Connection, term: str) -> Frequencies:
        """How often each article has a term, in halves; 0 where it has not."""
        frequencies = np.zeros(self.size + 1, np.uint8)
        for segment, articles, data in conn.execute(POSTINGS, {"term": term}):
            self.segments[segment].into(frequencies, data, articles)
        for start, size, postings in self.remembered:
            if (posting := postings.get(term)) is not None:
                frequencies[start : start + size][posting.positions] = posting.frequencies
        own = frequencies[: self.size]
        return own if self.articles == self.size else own * self.alive

    def with_values(self, field: str, numbers: Sequence[int]) -> Mask:
        """Which articles have any of some values in a column of lists."""
        lists = self.lists[field]
        values = lists.values
        if len(numbers) == 1:
            places = np.flatnonzero(values == numbers[0])
        else:
            places = np.flatnonzero(np.isin(values, np.array(numbers, values.dtype)))
        mask = np.zeros(self.size, np.bool_)
        mask[lists.owners(places)] = True
        mask &= self.alive
        return mask


def _found(ids: Ids, positions: Positions | None, asked: Ids) -> Positions:
    """The position of the last of each id in an ordered array; without `positions`, its place."""
    if not len(ids):
        return np.empty(0, np.int64)
    places = np.searchsorted(ids, asked, "right") - 1
    places = places[(places >= 0) & (ids[places] == asked)]
    found: Positions = places if positions is None else positions[places]
    return found
