"""By when an answer has to be done: a thread's own, looked at by all that works on it.

SQLite asks every millisecond or so; Python between two statements asks where a loop begins. The
same moment serves to stop work for somebody who has gone, and to let others come to theirs.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from service.errors import Busy

TOO_LONG = "The query took too long (CUTTINGS_QUERY_SECONDS) and was stopped: narrow it down"
LEFT = "Whoever asked has gone away"
_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_T = TypeVar("_T")


@dataclass(slots=True, eq=False)
class Asker:
    """Whoever waits for an answer; `rest` is what long work does now and then."""

    has_left: bool = False
    rest: Callable[[], None] | None = None


class Deadline:
    """A moment of `time.monotonic` by which somebody wants an answer."""

    __slots__ = ("_asker", "at")

    def __init__(self, at: float, asker: Asker | None = None) -> None:
        self.at = at
        self._asker = asker

    def is_over(self) -> bool:
        """Whether the work is to stop."""
        if (asker := self._asker) is not None:
            if (rest := asker.rest) is not None:
                rest()
            if asker.has_left:
                return True
        return time.monotonic() > self.at

    def raise_if_over(self) -> None:
        """Busy if the work is to stop."""
        if self.is_over():
            raise Busy(TOO_LONG if time.monotonic() > self.at else LEFT)


ASKER: ContextVar[Asker | None] = ContextVar("asker", default=None)
_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Work that has to be done in so many seconds; 0 lets it take its time."""
    outer = _CURRENT.get()
    end = time.monotonic() + (seconds or math.inf)
    deadline = Deadline(end if outer is None else min(end, outer.at), ASKER.get())
    _CURRENT.set(deadline)
    try:
        yield deadline
    finally:
        _CURRENT.set(outer)


def raise_if_late() -> None:
    """For work outside SQLite: Busy when this thread's answer should have been done by now."""
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.raise_if_over()


def until_answered(ask: Callable[[], _T], patience: float) -> _T:
    """What `ask` gives, asked again while it is Busy for so many seconds, and as anybody waits."""
    end = time.monotonic() + min(patience, seconds_left())
    pause = _PAUSE
    while True:
        try:
            return ask()
        except Busy:
            raise_if_late()
            if time.monotonic() + pause > end:
                raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def seconds_left() -> float:
    """How long this thread's answer may still take: without end where nobody waits for it."""
    deadline = _CURRENT.get()
    return math.inf if deadline is None else max(0.0, deadline.at - time.monotonic())
