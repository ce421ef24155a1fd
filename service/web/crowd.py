"""How slow work rests, so that quick work comes to its turn at the processor.

Python lets one thread run at a time. Where many long searches run beside each other, each sleeps a
little between two looks at the clock, in proportion: together they take about as much as a few. And
while somebody else is answered who has only just asked, they take a small part; so does from its
beginning the work of a client that has asked for much of late.
"""

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

# So many slow ones of all clients run as if they were alone.
AT_FULL_SPEED = 2
# Seconds that slow work sleeps at most at a time: others may wait for what it holds.
LONGEST_REST = 0.2
# For each second of work it makes room for so many of somebody else's; looked at every so often.
MAKES_ROOM, LOOK = 10, 0.002
# Seconds of work, halved with each second that passes, from which on a client asks for much.
MUCH, HALVED_IN = 0.5, 1.0
# Of more clients those that have asked for nothing of late are forgotten.
_REMEMBERED, _NOTHING = 100, 0.01


@dataclass(eq=False, slots=True)
class Work:
    """A piece of work; `rest` is what it is to call between its steps."""

    client: str
    is_quick: bool
    begun: float
    rest: Callable[[], None] | None = None
    is_slow: bool = False
    rested: float = 0.0


@dataclass(slots=True)
class _Asked:
    """Seconds of work that a client had done, as they counted at a time."""

    seconds: float = 0.0
    at: float = field(default_factory=lambda: time.monotonic())

    def now(self) -> float:
        return self.seconds * math.exp2((self.at - time.monotonic()) / HALVED_IN)

    def add(self, seconds: float) -> None:
        self.seconds, self.at = self.now() + seconds, time.monotonic()


class Crowd:
    """The work of a process. A client's share does not grow with the number that it sends."""

    def __init__(self) -> None:
        self._quick: Counter[str] = Counter()
        self._slow: Counter[str] = Counter()
        self._asked: dict[str, _Asked] = {}

    def enter(self, client: str) -> Work:
        """Begin a piece of work."""
        asked = self._asked.get(client)
        work = Work(client, asked is None or asked.now() < MUCH, time.monotonic())
        if work.is_quick:
            self._quick[client] += 1
        else:
            work.rest = self._rests(work)
        return work

    def leave(self, work: Work) -> None:
        """End it."""
        if work.is_quick:
            _less(self._quick, work.client)
        if work.is_slow:
            _less(self._slow, work.client)
        if len(self._asked) > _REMEMBERED:
            self._asked = {c: asked for c, asked in self._asked.items() if asked.now() > _NOTHING}
        asked = self._asked.setdefault(work.client, _Asked())
        asked.add(time.monotonic() - work.begun - work.rested)

    def slow_down(self, work: Work) -> None:
        """It has turned out to be slow."""
        if work.is_quick:
            work.is_quick = False
            _less(self._quick, work.client)
        work.is_slow = True
        self._slow[work.client] += 1
        work.rest = self._rests(work)

    def _rests(self, work: Work) -> Callable[[], None]:
        woken = time.monotonic()

        def rest() -> None:
            nonlocal woken
            begun = time.monotonic()
            worked = begun - woken
            if work.is_slow:
                crowd = self._slow[work.client] * len(self._slow)
                if crowd > AT_FULL_SPEED:
                    time.sleep(min(worked * (crowd / AT_FULL_SPEED - 1), LONGEST_REST))
            self._make_room(work.client, min(worked * MAKES_ROOM, LONGEST_REST))
            woken = time.monotonic()
            work.rested += woken - begun

        return rest

    def _make_room(self, client: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._others_are_quick(client) and time.monotonic() < end:
            time.sleep(LOOK)

    def _others_are_quick(self, client: str) -> bool:
        return len(self._quick) > (client in self._quick)


def _less(counts: Counter[str], client: str) -> None:
    counts[client] -= 1
    if not counts[client]:
        del counts[client]
