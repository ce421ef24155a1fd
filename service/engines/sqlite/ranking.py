"""The order of hits: by score, or by date; a page at a time.

A score is the bm25 of what is looked for, lowered with age if the archive is told to. Of the best,
those gain in which words of the query stand side by side and names stand as they are typed: to
know that takes a look at each, so that of very many articles only the best are looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from service.deadline import raise_if_late
from service.engines.leaves import (
    STEMS,
    WORDS,
    Index,
    as_typed,
    unstemmed,
    wanted_leaves,
    wanted_words,
)
from service.engines.sqlite.columns.parts import NO_TIME, UNDATED
from service.engines.sqlite.columns.view import Columns, Mask, Positions
from service.engines.sqlite.match import match_of
from service.engines.sqlite.matching import Matching
from service.engines.sqlite.scoring import Part, Scores, Scoring
from service.engines.sqlite.selecting import Read
from service.engines.weighing import (
    EXACTNESS,
    MOST_HALVINGS,
    NEARNESS,
    WITHIN,
    capitals,
    neighbours,
)
from service.query import Node, Search, leaves_of
from service.stores.slots import SLOTS_A_DAY, UNDATED_ROOM, slot_in_day, slot_of_day

# How many of the best are looked at for what stands side by side, or just so: measured, fifteen
# give what a thousand give.
LOOKED_AT = 60
# And where scores are estimates, to know them exactly.
ESTIMATES_LOOKED_AT = 600
_LAST_ID = (1 << 63) - 1
# Above every score.
_ABOVE = 1e4
# So many are scored one by one; of more, the best are looked for first.
_FEW = 20_000
_SAMPLE = 10_000
# Scores of single precision that differ by less may stand in the wrong order.
_ROUNDING = 1e-4


class Place(NamedTuple):
    """An article on a page: its id, its position, and its score, None in the order of dates."""

    id: int
    position: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Extra:
    """What adds `amount` to the score of an article that `index` finds with `match`.

    Only one that has all of the `words` is worth a look.
    """

    words: tuple[Node, ...]
    text: str
    why: Literal["nearness", "as written"]
    amount: float
    index: Index
    match: str


@dataclass(frozen=True, slots=True)
class Order:
    """A page of the best, and how its scores came about.

    `extras` are those of each article by its id. `looked_at` is how many of the best were looked
    at one by one, where others might have come into this page if every match had been. If any part
    was estimated, `corrections` are what each lacks of the score of an article, by its position.
    """

    places: Sequence[Place]
    parts: Sequence[Part] = ()
    extras: Mapping[int, Sequence[Extra]] = field(default_factory=dict)
    looked_at: int | None = None
    corrections: Mapping[int, Sequence[float]] = field(default_factory=dict)


def by_date(columns: Columns, search: Search, read: Read, edge: int) -> list[Place]:
    """A page from the article after `edge` on, and one more if there is a next page."""
    number = search.limit + 1
    if search.sort == "oldest":
        positions = _first(columns, read.shown, edge, number)
    else:
        positions = _last(columns, read.shown, edge, number)
    return [Place(int(columns.ids[p]), p, None) for p in positions.tolist()]


def _last(columns: Columns, mask: Mask, edge: int, number: int) -> Positions:
    """The last below an id, the highest first: the end of what is in order, and all behind it."""
    end = int(np.searchsorted(columns.ids[: columns.base], edge))
    size = 4 * number
    found = np.flatnonzero(mask[max(0, end - size) : end]) + max(0, end - size)
    while len(found) < number and size < end:
        size *= 8
        found = np.flatnonzero(mask[max(0, end - size) : end]) + max(0, end - size)
    late = np.flatnonzero(mask[columns.base :]) + columns.base
    every = np.concatenate((found[-number:], late[columns.ids[late] < edge]))
    return every[np.argsort(-columns.ids[every], kind="stable")][:number]


def _first(columns: Columns, mask: Mask, edge: int, number: int) -> Positions:
    """The first above an id."""
    start = int(np.searchsorted(columns.ids[: columns.base], edge, "right"))
    size = 4 * number
    found = np.flatnonzero(mask[start : min(start + size, columns.base)]) + start
    while len(found) < number and start + size < columns.base:
        size *= 8
        found = np.flatnonzero(mask[start : min(start + size, columns.base)]) + start
    late = np.flatnonzero(mask[columns.base :]) + columns.base
    every = np.concatenate((found[:number], late[columns.ids[late] > edge]))
    return every[np.argsort(columns.ids[every], kind="stable")][:number]


def by_score(scoring: Scoring, search: Search, read: Read) -> Order:
    """A page of the best, and one more if there is a next page.

    Where any word is enough, articles that have all of them come first.
    """
    columns = scoring.columns
    total = int(np.count_nonzero(read.scored))
    first = search.cursor.offset if search.cursor else 0
    page = slice(first, first + search.limit + 1)
    parts = scoring.parts(read.reading.tree)
    asked = extras_of(search, read, scoring)
    window = _window(search, asked, parts, total)
    best = _Best(scoring, search, read, parts)
    positions = best.of(read.scored, max(page.stop, window + 1))
    late = _found_late(columns, read, total, page)
    if first >= window:
        return Order([*best.places(positions[page]), *late], parts)
    near, rest = positions[:window], positions[window:]
    gains, extras = _gains(scoring.matching, asked, near)
    corrections = scoring.corrections(parts, near)
    best.gain(near, sum(corrections, gains))
    chosen = np.concatenate((best.in_order(near), rest))[page]
    # Whoever was not looked at has at most this.
    most = best.ranks(rest).max(initial=-1.0) + sum(extra.amount for extra in asked)
    last = best.ranks(chosen[: search.limit]).min(initial=np.inf)
    is_bounded = total > window and last < most
    looked_at = window if is_bounded else None
    each = np.transpose(corrections).tolist() if corrections else []
    corrected = dict(zip(near.tolist(), each, strict=False))
    return Order([*best.places(chosen), *late], parts, extras, looked_at, corrected)


def _window(search: Search, asked: Sequence[Extra], parts: Sequence[Part], total: int) -> int:
    """How many of the best are looked at one by one."""
    if any(part.approximate for part in parts):
        return ESTIMATES_LOOKED_AT
    if not asked:
        return 0
    return total if search.exact else LOOKED_AT


class _Best:
    """Finds the highest scores among articles."""

    def __init__(self, scoring: Scoring, search: Search, read: Read, parts: Sequence[Part]) -> None:
        self._scoring = scoring
        self._columns = scoring.columns
        self._search = search
        self._parts = parts
        self._first = read.all_words
        self._whole = read.selected.whole
        self._gains: dict[int, float] = {}

    def of(self, mask: Mask, number: int) -> Positions:
        """The positions of the best, in their order."""
        if self._first is None:
            return self.in_order(self._candidates(mask, number))[:number]
        first = self.in_order(self._candidates(mask & self._first, number))[:number]
        if len(first) == number:
            return first
        others = self._candidates(mask & ~self._first, number - len(first))
        return np.concatenate((first, self.in_order(others)))[:number]

    def _candidates(self, mask: Mask, number: int) -> Positions:
        """All that may be among the best; of very many, by scores in single precision."""
        whole = self._whole
        positions = whole.positions if mask is whole.mask else np.flatnonzero(mask)
        if len(positions) <= max(_FEW, 2 * number) or self._search.half_life or self._search.exact:
            return positions
        norms = self._scoring.all_norms
        scores = np.zeros(len(norms), norms.dtype)
        for part in self._parts:
            raise_if_late()
            scores += part.at(slice(None), norms)
        scores[~mask] = -1.0
        return _highest(scores, self._columns.ids, number)

    def in_order(self, positions: Positions) -> Positions:
        """Best first; of equal ones the highest ids."""
        keys = [-self._columns.ids[positions], -self.scores(positions)]
        if self._first is not None:
            keys.append(-self._first[positions].astype(np.int8))
        order = np.lexsort(keys)
        ordered: Positions = positions[order]
        return ordered

    def gain(self, positions: Positions, gains: Scores) -> None:
        """What some get on top of their words."""
        self._gains |= zip(positions.tolist(), gains.tolist(), strict=True)

    def scores(self, positions: Positions) -> Scores:
        norms = self._scoring.norms(positions)
        scores = np.zeros(len(positions))
        for part in self._parts:
            raise_if_late()
            scores += part.at(positions, norms)
        if self._gains:
            scores += [self._gains.get(position, 0.0) for position in positions.tolist()]
        scores *= recency_of(self._columns, self._search, positions)
        return scores

    def ranks(self, positions: Positions) -> Scores:
        """Scores, those of articles with all words above all others."""
        if self._first is None:
            return self.scores(positions)
        return self.scores(positions) + self._first[positions] * _ABOVE

    def places(self, positions: Positions) -> list[Place]:
        ids, scores = self._columns.ids[positions].tolist(), self.scores(positions).tolist()
        return list(map(Place, ids, positions.tolist(), scores))


def _highest(scores: Scores, ids: npt.NDArray[np.int64], number: int) -> Positions:
    """Where the highest scores are, and what is as high as the least of them but for rounding."""
    above = _above(scores, number)
    least = np.partition(scores[above], len(above) - number)[len(above) - number]
    found: Positions = above[scores[above] >= least * (1 - _ROUNDING)]
    if len(found) <= _FEW:
        return found
    # Very many are as good as the last: the newest of these.
    sure = found[scores[found] > least * (1 + _ROUNDING)]
    ties = found[scores[found] <= least * (1 + _ROUNDING)]
    missing = min(number, len(ties))
    newest = np.argpartition(ids[ties], len(ties) - missing)[len(ties) - missing :]
    return np.concatenate((sure, ties[newest]))


def _above(scores: Scores, number: int) -> Positions:
    """A part of the scores that holds the highest: a sample tells where to cut."""
    stride = max(1, len(scores) // _SAMPLE)
    sample = np.sort(scores[::stride])
    place = len(sample) - 1 - 2 * (number // stride + 1)
    if place > 0 and sample[place] > 0:
        above = np.flatnonzero(scores >= sample[place])
        if len(above) >= number:
            return above
    return np.flatnonzero(scores >= 0)


def _found_late(columns: Columns, read: Read, scored: int, page: slice) -> list[Place]:
    """What only past texts give goes on where the scores end, newest first."""
    if read.past is None or page.stop <= scored:
        return []
    seen = max(0, page.start - scored)
    number = page.stop - max(page.start, scored)
    positions = _last(columns, read.shown & ~read.current, _LAST_ID, seen + number)[seen:]
    return [Place(int(columns.ids[p]), p, None) for p in positions.tolist()]


def _gains(
    matching: Matching, asked: Sequence[Extra], positions: Positions
) -> tuple[Scores, dict[int, list[Extra]]]:
    """What each of the articles gains, and by what."""
    ids = matching.columns.ids[positions]
    gains = np.zeros(len(ids))
    by_id: dict[int, list[Extra]] = {}
    for extra in asked:
        raise_if_late()
        has_words = np.logical_and.reduce([matching.mask(w)[positions] for w in extra.words])
        found = matching.among(extra.index, extra.match, ids[has_words])
        gains += np.fromiter((id_ in found for id_ in ids.tolist()), np.bool_) * extra.amount
        for id_ in found:
            by_id.setdefault(id_, []).append(extra)
    return gains, by_id


def extras_of(search: Search, read: Read, scoring: Scoring) -> list[Extra]:
    """Words side by side, and names as they are typed."""
    if not search.nearness:
        return []
    is_read = search.any_tree is None or read.match == "any"
    words = wanted_words(read.reading.tree) if is_read else scoring.words(search.any_tree)
    return [*_pairs(words, scoring), *_capitals(words, scoring)]


def _pairs(words: Sequence[Node], scoring: Scoring) -> list[Extra]:
    """Each two words that follow each other in the query, stop words left out."""
    pairs, spelled = [], _by_what_is_typed(words)
    for one, two in neighbours([*map(as_typed, words)]):
        both = spelled[one], spelled[two]
        near = product(*map(wanted_leaves, both))
        match = " OR ".join(f"NEAR({match_of(a)} {match_of(b)}, {WITHIN})" for a, b in near)
        amount = NEARNESS * sum(map(scoring.idf_of, both))
        pairs.append(Extra(both, f"{one} {two}", "nearness", amount, STEMS, match))
    return pairs


def _capitals(words: Sequence[Node], scoring: Scoring) -> list[Extra]:
    """Each word with a capital, but not all in capitals, that shares its stem with others."""
    extras, spelled = [], _by_what_is_typed(words)
    for typed in capitals([*spelled]):
        word = spelled[typed]
        if any(scoring.matching.shares_stem(each.text) for each in leaves_of(word)):
            amount, match = EXACTNESS * scoring.idf_of(word), match_of(unstemmed(word))
            extras.append(Extra((word,), typed.text, "as written", amount, WORDS, match))
    return extras


def _by_what_is_typed(words: Sequence[Node]) -> Mapping[Node, Node]:
    return {as_typed(word): word for word in words}


def recency_of(columns: Columns, search: Search, positions: Positions) -> Scores:
    """What a score is multiplied by: half for each half-life, in between on a straight line.

    Age counts from the newest article, not from today: the order stays while the archive does.
    """
    if not search.half_life or not columns.articles:
        return np.ones(1)
    half_life = max(1, round(search.half_life * SLOTS_A_DAY))
    alive = np.flatnonzero(columns.alive)
    (newest,) = _slots(columns, alive[[np.argmax(columns.ids[alive])]])
    slots = _slots(columns, positions)
    ages = np.maximum(newest - slots, 0)
    halvings = np.minimum(ages // half_life, MOST_HALVINGS)
    factors = (1.0 - (ages % half_life) / (2.0 * half_life)) / (1 << halvings)
    too_old = (slots < UNDATED_ROOM) | (ages >= MOST_HALVINGS * half_life)
    return np.where(too_old, 1.0 / (1 << MOST_HALVINGS), factors)


def _slots(columns: Columns, positions: Positions) -> npt.NDArray[np.int64]:
    """The ids that dates ask for: where many come in a minute, theirs are higher."""
    days, seconds = (each[positions].astype(np.int64) for each in (columns.days, columns.seconds))
    slots = slot_of_day(days - 1) + np.where(seconds == NO_TIME, 0, slot_in_day(seconds))
    return np.where(days == UNDATED, 0, slots)
