"""Where the commonest values of a column of lists stand: to count these takes no look at the rest.

The values of all matching articles are what a facet costs that counts them all. Of very many
articles only the highest counts are shown, and those are of common values: each is counted by its
own positions, the commonest first, until no other can have a higher count.
"""

import heapq
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.engines.sqlite.columns.lists import Lists

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint64]

# A value is common that one in so many articles has.
_COMMON = 2_000
# For what one article in so many has, bits are counted faster than positions looked up.
_BITS_PAY = 64
# Of more values the positions are not kept.
_MOST = 1 << 15
# Sorting so few is cheaper than a counter for every value that there is.
_FEW_VALUES = 20_000


class Counted(NamedTuple):
    """Values by number, and in how many articles each is."""

    numbers: Counts
    counts: Counts


class Frequent:
    """The positions of each common value among the first `base` articles."""

    def __init__(self, lists: Lists, base: int) -> None:
        values = lists.values[: lists.offsets[base]]
        counts = np.bincount(values)
        common = np.flatnonzero(counts >= max(1, base // _COMMON))
        common = common[np.argsort(-counts[common], kind="stable")][:_MOST]
        ranks = np.full(len(counts), _MOST, np.uint16)
        ranks[common] = np.arange(len(common))
        places = ranks[values]
        kept = np.flatnonzero(places < _MOST)
        owners = np.repeat(np.arange(base, dtype=np.int32), lists.sizes[:base])[kept]
        # By numbers of two bytes: numpy sorts those in one pass.
        self._positions = owners[np.argsort(places[kept], kind="stable")]
        self._numbers, self._counts = common, counts[common]
        self._ends = np.cumsum(self._counts)
        in_bits = int(np.count_nonzero(self._counts * _BITS_PAY > base))
        self._bits = [packed(self._mask_of(place, base)) for place in range(in_bits)]
        counts[common] = 0
        self._base, self._rarer = base, int(counts.max(initial=0))

    def highest(self, mask: Mask, number: int, late: Counted) -> Counted | None:
        """The `number` values with the highest counts, and all that have as many as the last.

        `late` are the counts of articles after the first `base`. None if that cannot be told from
        common values.
        """
        others = dict(zip(late.numbers.tolist(), late.counts.tolist(), strict=True))
        most_late = max(others.values(), default=0)
        best: list[int] = []  # a heap of the highest counts
        found: dict[int, int] = {}
        bits = packed(mask[: self._base])
        pairs = zip(self._numbers.tolist(), self._counts.tolist(), strict=True)
        for place, (value, most) in enumerate(pairs):
            if len(best) == number and most + most_late < best[0]:
                break
            count = self._count(place, mask, bits) + others.get(value, 0)
            found[value] = count
            if len(best) < number:
                heapq.heappush(best, count)
            else:
                heapq.heappushpop(best, count)
        else:
            if self._rarer + most_late >= (best[0] if len(best) == number else 1):
                return None
        if not best:
            return None
        kept = {value: count for value, count in found.items() if count >= max(best[0], 1)}
        return Counted(np.array([*kept], np.int64), np.array([*kept.values()], np.int64))

    def _count(self, place: int, mask: Mask, bits: Bits) -> int:
        if place < len(self._bits):
            return int(np.bitwise_count(self._bits[place] & bits).sum(dtype=np.int64))
        return int(np.count_nonzero(mask[self._of(place)]))

    def _mask_of(self, place: int, base: int) -> Mask:
        mask = np.zeros(base, np.bool_)
        mask[self._of(place)] = True
        return mask

    def _of(self, place: int) -> npt.NDArray[np.int32]:
        end = int(self._ends[place])
        return self._positions[end - int(self._counts[place]) : end]


def packed(mask: Mask) -> Bits:
    """Truth values as bits, with none behind them up to whole words."""
    return np.packbits(np.pad(mask, (0, -len(mask) % 64))).view(np.uint64)


def counted(lists: Lists, positions: npt.NDArray[np.int64]) -> Counted:
    """All values of some articles."""
    values, _ = lists.gathered(positions)
    if len(values) < _FEW_VALUES:
        numbers, counts = np.unique(values, return_counts=True)
        return Counted(numbers.astype(np.int64), counts)
    counts = np.bincount(values)
    there = np.flatnonzero(counts)
    return Counted(there, counts[there])
