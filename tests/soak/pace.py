"""Requests at a fixed rate over so many connections, whether answers come or not (open loop).

A request's time counts from when it was due, so that one slow answer does not hide those that had
to wait behind it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx


@dataclass
class Paced:
    """How long each took, in seconds, and what broke off."""

    seconds: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


class Pace:
    """What is due when; `rate` is in a second, and None is as fast as answers come."""

    def __init__(self, rate: float | None, lasting: float) -> None:
        self._rate, self._begun = rate, time.monotonic()
        self._until = self._begun + lasting
        self._taken = 0
        self._lock = threading.Lock()

    def next_due(self) -> float | None:
        """When the next request is due, None when it is over."""
        with self._lock:
            taken = self._taken
            self._taken += 1
        due = time.monotonic() if self._rate is None else self._begun + taken / self._rate
        return due if due < self._until else None


def run(pace: Pace, works: Sequence[Callable[[], None]]) -> tuple[Paced, list[threading.Thread]]:
    """Begin with a thread for each connection; join them to have it whole."""
    paced = Paced()
    threads = [threading.Thread(target=_keep_pace, args=(pace, work, paced)) for work in works]
    for thread in threads:
        thread.start()
    return paced, threads


def _keep_pace(pace: Pace, work: Callable[[], None], paced: Paced) -> None:
    while (due := pace.next_due()) is not None:
        time.sleep(max(due - time.monotonic(), 0))
        try:
            work()
        except httpx.TransportError as exc:
            paced.broken.append(f"{type(exc).__name__} {exc}")
        paced.seconds.append(time.monotonic() - due)
