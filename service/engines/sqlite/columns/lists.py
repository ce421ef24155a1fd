"""Columns of lists: several values an article, one behind the other in one flat array."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int64]
Values = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lists:
    """The values of article number n stand from `offsets[n]` to `offsets[n + 1]`."""

    offsets: Offsets
    values: Values

    @classmethod
    def of_sizes(cls, sizes: npt.NDArray[np.integer], values: Values) -> Self:
        return cls(np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))), values)

    @property
    def sizes(self) -> npt.NDArray[np.int64]:
        return np.diff(self.offsets)

    def gathered(self, positions: Positions) -> tuple[Values, npt.NDArray[np.int64]]:
        """The values of some articles in their order, and how many each has."""
        starts = self.offsets[positions]
        sizes = self.offsets[positions + 1] - starts
        before = np.cumsum(sizes) - sizes
        places = np.repeat(starts - before, sizes)
        places += np.arange(len(places))
        return self.values[places], sizes

    def owners(self, places: Positions) -> Positions:
        """Which article the value at each of these places is of."""
        return np.searchsorted(self.offsets, places, "right") - 1


class Growing:
    """Flat arrays that grow at their end: views of their beginning stay as they are.

    For one thread at a time.
    """

    _SPARE = 1.1

    def __init__(self) -> None:
        self._arrays: dict[str, tuple[npt.NDArray[Any], int]] = {}

    def extended(
        self, name: str, old: npt.NDArray[Any], pieces: Sequence[npt.NDArray[Any]]
    ) -> npt.NDArray[Any]:
        """`old`, a view that this gave or any array, with the pieces behind it."""
        size = len(old) + sum(map(len, pieces))
        if size == len(old):
            return old
        array, used = self._arrays.get(name, (old, -1))
        if old.base is not array or used != len(old) or size > len(array):
            # Another view has grown from this one already, or there is no room left.
            array = np.empty(int(size * self._SPARE) + 1, old.dtype)
            array[: len(old)] = old
        start = len(old)
        for piece in pieces:
            array[start : start + len(piece)] = piece
            start += len(piece)
        self._arrays[name] = array, size
        return array[:size]
