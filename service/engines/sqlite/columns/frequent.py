"""Where the commonest values of a column of lists stand: to count these takes no look at the rest.

The values of all matching articles are what a facet costs that counts them all. Of very many
articles only the highest counts are shown, and those are of common values: each is counted by its
own positions, the commonest first, until no other can have a higher count.
"""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.engines.sqlite.columns.lists import Lists

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

# A value is common that one in so many articles has.
_COMMON = 2_000
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
        sizes = lists.sizes[:base]
        values = lists.values[: lists.offsets[base]]
        counts = np.bincount(values)
        common = np.flatnonzero(counts >= max(1, base // _COMMON))
        common = common[np.argsort(-counts[common], kind="stable")][:_MOST]
        ranks = np.full(len(counts), _MOST, np.uint16)
        ranks[common] = np.arange(len(common))
        places = ranks[values]
        kept = np.flatnonzero(places < _MOST)
        owners = np.repeat(np.arange(base, dtype=np.int32), sizes)[kept]
        # By numbers of two bytes: numpy sorts those in one pass.
        self._positions = owners[np.argsort(places[kept], kind="stable")]
        self._ends = np.cumsum(counts[common])
        self._numbers, self._counts = common, counts[common]
        counts[common] = 0
        self._rarer = int(counts.max(initial=0))

    def highest(self, mask: Mask, number: int, late: Counted) -> Counted | None:
        """The `number` values with the highest counts, and all that have as many as the last.

        `late` are the counts of articles after the first `base`. None if that cannot be told from
        common values.
        """
        others = dict(zip(late.numbers.tolist(), late.counts.tolist(), strict=True))
        most_late = max(others.values(), default=0)
        best: list[int] = []  # a heap of the highest counts
        found: dict[int, int] = {}
        for value, most, positions in self._each():
            if len(best) == number and most + most_late < best[0]:
                break
            count = int(np.count_nonzero(mask[positions])) + others.get(value, 0)
            found[value] = count
            if len(best) < number:
                heapq.heappush(best, count)
            else:
                heapq.heappushpop(best, count)
        else:
            if self._rarer + most_late >= (best[0] if len(best) == number else 1):
                return None
        kept = {value: count for value, count in found.items() if count >= max(best[0], 1)}
        return Counted(np.array([*kept], np.int64), np.array([*kept.values()], np.int64))

    def _each(self) -> Iterator[tuple[int, int, npt.NDArray[np.int32]]]:
        """Each value, the most articles that it can be in, and their positions."""
        start = 0
        pairs = zip(self._numbers.tolist(), self._counts.tolist(), self._ends.tolist(), strict=True)
        for value, most, end in pairs:
            yield value, most, self._positions[start:end]
            start = end


def counted(lists: Lists, positions: npt.NDArray[np.int64]) -> Counted:
    """All values of some articles."""
    values, _ = lists.gathered(positions)
    if len(values) < _FEW_VALUES:
        numbers, counts = np.unique(values, return_counts=True)
        return Counted(numbers.astype(np.int64), counts)
    counts = np.bincount(values)
    there = np.flatnonzero(counts)
    return Counted(there, counts[there])
