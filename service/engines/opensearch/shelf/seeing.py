"""How long one process has seen the same thing: no clock of another machine has to tell."""

import time
from collections.abc import Hashable


class FirstSeen:
    """Of what changes now and then; serves many threads."""

    def __init__(self) -> None:
        self._seen: tuple[Hashable, float] = None, 0.0

    def seconds_ago(self, what: Hashable) -> float:
        """0 when something else was seen last."""
        seen, since = self._seen
        if seen != what:
            since = time.monotonic()
            self._seen = what, since
        return time.monotonic() - since
