"""How slow work rests, so that quick work comes to its turn at the processor.

Python lets one thread run at a time. Where many long searches run beside each other, each sleeps a
little between two looks at the clock, in proportion: together they take about as much as a few. And
while somebody else is answered who has only just asked, they take a small part.
"""

import time
from collections.abc import Callable

# So many slow ones of all clients run as if they were alone.
AT_FULL_SPEED = 2
# Seconds that slow work sleeps at most at a time: others may wait for what it holds.
LONGEST_REST = 0.2
# For each second of work it makes room for so many of somebody else's; looked at every so often.
MAKES_ROOM, LOOK = 10, 0.002


class Crowd:
    """The work of a process. A client's share does not grow with the number that it sends."""

    def __init__(self) -> None:
        self._quick: dict[str, int] = {}
        self._slow: dict[str, int] = {}

    def enter(self, client: str) -> None:
        """Begin a piece of work."""
        self._quick[client] = self._quick.get(client, 0) + 1

    def leave(self, client: str, *, is_slow: bool) -> None:
        """End it."""
        _less(self._slow if is_slow else self._quick, client)

    def slow_down(self, client: str) -> Callable[[], None]:
        """What work that has turned out to be slow is to call between its steps."""
        _less(self._quick, client)
        self._slow[client] = self._slow.get(client, 0) + 1
        woken = time.monotonic()

        def rest() -> None:
            nonlocal woken
            worked = time.monotonic() - woken
            crowd = self._slow.get(client, 0) * len(self._slow)
            if crowd > AT_FULL_SPEED:
                time.sleep(min(worked * (crowd / AT_FULL_SPEED - 1), LONGEST_REST))
            self._make_room(client, min(worked * MAKES_ROOM, LONGEST_REST))
            woken = time.monotonic()

        return rest

    def _make_room(self, client: str, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._others_are_quick(client) and time.monotonic() < end:
            time.sleep(LOOK)

    def _others_are_quick(self, client: str) -> bool:
        return len(self._quick) > (client in self._quick)


def _less(counts: dict[str, int], client: str) -> None:
    left = counts[client] - 1
    if left:
        counts[client] = left
    else:
        del counts[client]
