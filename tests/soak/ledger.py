"""What was sent, what was acknowledged, and so what an answer may say.

A write that is not acknowledged may be there or not; one that is must be. One article has one
writer at a time, so that its writes follow each other.
"""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from soak.tally import Tally

Fate = Literal["shown", "held", "killed"]


@dataclass(frozen=True)
class State:
    """What became of an article; version 0 is none. One that is `held` comes out by itself."""

    version: int = 0
    fate: Fate = "shown"

    def allows(self, seen: "State") -> bool:
        if self.fate == "held" and seen.version == self.version:
            return seen.fate != "killed"
        return self == seen

    @property
    def is_shown(self) -> bool:
        return self.version > 0 and self.fate == "shown"


ABSENT, KILLED = State(), State(0, "killed")


@dataclass
class Write:
    """One that was sent; `acked` is infinite until it is acknowledged."""

    number: int
    state: State
    was_shown: bool
    sent: float
    acked: float = math.inf


@dataclass
class _Story:
    writes: list[Write]
    is_taken: bool = False

    def since(self, begun: float) -> list[Write]:
        """The last that was acknowledged by then, and all after it."""
        last = max(at for at, write in enumerate(self.writes) if write.acked <= begun)
        return self.writes[last:]


class Ledger:
    """Every article by its number. Times are those of the monotonic clock."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._stories: dict[int, _Story] = {}
        self._lock = threading.Lock()

    def numbers(self) -> list[int]:
        with self._lock:
            return list(self._stories)

    def count(self) -> int:
        with self._lock:
            return len(self._stories)

    def new_number(self) -> int:
        """A number that nobody has had, taken by who asks."""
        with self._lock:
            number = len(self._stories)
            self._stories[number] = _Story([Write(number, ABSENT, False, 0.0, 0.0)], is_taken=True)
            return number

    def take(self, number: int) -> bool:
        """Whether this writer may now write it: nobody else does."""
        with self._lock:
            story = self._stories[number]
            free, story.is_taken = not story.is_taken, True
            return free

    def let_go(self, number: int) -> None:
        with self._lock:
            self._stories[number].is_taken = False

    def send(self, number: int, state: State) -> Write:
        """Called right before it is sent."""
        with self._lock:
            writes = self._stories[number].writes
            write = Write(number, state, writes[-1].state.is_shown, time.monotonic())
            writes.append(write)
            self.tally.sent(number, was_shown=write.was_shown, is_shown=state.is_shown)
            return write

    def acknowledge(self, write: Write) -> None:
        with self._lock:
            write.acked = time.monotonic()
            is_shown = write.state.is_shown
            self.tally.done(write.number, was_shown=write.was_shown, is_shown=is_shown)

    def latest(self, number: int) -> State:
        with self._lock:
            return self._stories[number].writes[-1].state

    def allowed(
        self, number: int, begun: float | None = None, ended: float = math.inf
    ) -> list[State]:
        """In what states an answer may show it that was asked for and given between two times."""
        with self._lock:
            if number not in self._stories:
                return [ABSENT]
            writes = self._stories[number].since(time.monotonic() if begun is None else begun)
            return [write.state for write in writes if write.sent <= ended]

    def settle(self, number: int, seen: State) -> None:
        """After a kill: what is there is what became of all that was not acknowledged."""
        with self._lock:
            story = self._stories[number]
            story.is_taken = False
            kept = [write for write in story.writes if write.acked < math.inf]
            if kept[-1].state != seen:
                now = time.monotonic()
                kept.append(Write(number, seen, kept[-1].state.is_shown, now, now))
            story.writes = kept

    def versions(self, number: int) -> list[int]:
        """The texts that it has had since it came or was killed, the present one last."""
        with self._lock:
            had: list[int] = []
            for write in self._stories[number].writes:
                if write.state.fate == "killed" or write.state.version == 0:
                    had = []
                elif not had or had[-1] != write.state.version:
                    had.append(write.state.version)
            return had

    def writes(self) -> dict[int, list[Write]]:
        """A copy of all, for who compares at leisure."""
        with self._lock:
            return {number: list(story.writes) for number, story in self._stories.items()}

    @contextmanager
    def writing(self, number: int, state: State) -> Iterator[Write]:
        """Sent before the block, acknowledged after it; left open when the block breaks off."""
        write = self.send(number, state)
        yield write
        self.acknowledge(write)
