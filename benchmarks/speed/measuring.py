"""A mix asked of a peer, one query after the other: cold once, warm several times.

Cold is the first time after a start with the files put out of the system's memory. A client that
takes more than half a core would be measured itself: such a run does not count.
"""

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass

from speed.mix import Query
from speed.peers.peer import Peer, forget_pages
from speed.percentiles import Timing

MOST_OF_A_CORE = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """The times of one peer, and what share of a core its client took (0 for one in process)."""

    name: str
    cold: list[Timing]
    warm: list[Timing]
    client: float = 0.0

    @property
    def counts(self) -> bool:
        return self.client <= MOST_OF_A_CORE


def measure(peer: Peer, mix: Sequence[Query], repeat: int, every: int = 1) -> Measured:
    """All queries in their order, so often again; of a slow peer only one in `every`."""
    peer.prepare(mix)
    forget_pages(peer.folder)
    with peer:
        cold = ask_all(peer, mix, every)
        cpu, clock = time.process_time(), time.perf_counter()
        warm = [timing for _ in range(repeat) for timing in ask_all(peer, mix, every)]
        client = (time.process_time() - cpu) / (time.perf_counter() - clock)
    return Measured(peer.name, cold, warm, client if peer.remote else 0.0)


def ask_all(peer: Peer, mix: Sequence[Query], every: int = 1) -> list[Timing]:
    """Each once; those that the peer cannot be asked are left out."""
    gc.collect()
    gc.disable()
    try:
        asked = (_ask(peer, place, mix[place]) for place in range(0, len(mix), every))
        return [timing for timing in asked if timing is not None]
    finally:
        gc.enable()


def _ask(peer: Peer, place: int, query: Query) -> Timing | None:
    started = time.perf_counter()
    total = peer.ask(query)
    spent = (time.perf_counter() - started) * 1_000
    return None if total is None else Timing(place, query.kind, spent, total)
