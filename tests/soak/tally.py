"""How many articles an answer may count: at least those that are sure, at most those that may be.

A count that was asked for between two times may be that of any moment between them.
"""

import threading
import time
from bisect import bisect_right
from collections import defaultdict

from soak.texts import group_of, source_of

ALL = "all"


class _Counted:
    """The bounds of one count, as they changed in time."""

    def __init__(self) -> None:
        self.times, self.sure, self.maybe = [0.0], [0], [0]

    def change(self, sure: int, maybe: int) -> None:
        self.times.append(time.monotonic())
        self.sure.append(self.sure[-1] + sure)
        self.maybe.append(self.maybe[-1] + maybe)

    def between(self, begun: float, ended: float) -> tuple[int, int]:
        first, last = bisect_right(self.times, begun) - 1, bisect_right(self.times, ended)
        return min(self.sure[first:last]), max(self.maybe[first:last])


class Tally:
    """Of all articles, of those of a group, and of those of a source."""

    def __init__(self) -> None:
        self._counts: defaultdict[str | int, _Counted] = defaultdict(_Counted)
        self._lock = threading.Lock()

    def sent(self, number: int, *, was_shown: bool, is_shown: bool) -> None:
        if was_shown != is_shown:
            self._change(number, sure=-int(was_shown), maybe=int(is_shown))

    def done(self, number: int, *, was_shown: bool, is_shown: bool) -> None:
        if was_shown != is_shown:
            self._change(number, sure=int(is_shown), maybe=-int(was_shown))

    def between(self, what: str | int, begun: float, ended: float) -> tuple[int, int]:
        with self._lock:
            return self._counts[what].between(begun, ended)

    def _change(self, number: int, sure: int, maybe: int) -> None:
        with self._lock:
            for what in (ALL, group_of(number), source_of(number)):
                self._counts[what].change(sure, maybe)
