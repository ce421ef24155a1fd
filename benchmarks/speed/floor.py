"""Newest first beside what it cannot be cheaper than: an empty endpoint, and a bare count(*)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from speed.client import Client
from speed.mix import Query
from speed.ours import Ours
from speed.peers.plain import Plain
from speed.percentiles import Spread, percentile, spread
from speed.server import serving_nothing

_EMPTY_REQUESTS = 2_000
_WARM_UP = 200
_COUNTS = 3


@dataclass(frozen=True, slots=True)
class Floor:
    """Newest first without facets, in milliseconds.

    `of_count` is the 99th percentile of how long a request takes beside the bare count of its own
    query and five empty requests.
    """

    empty: Spread
    newest: Spread
    of_count: float
    worst: str


def time_empty() -> Spread:
    with serving_nothing() as server, Client(server.port) as client:
        for _ in range(_WARM_UP):
            client.get("/")
        return spread(_ms(lambda: client.get("/")) for _ in range(_EMPTY_REQUESTS))


def time_newest(
    ours: Ours, plain: Plain, mix: Sequence[Query], empty: Spread, repeat: int
) -> Floor:
    """Each so often; `ours` is being served, `plain` open."""
    queries = [query for query in mix if query.kind == "newest first"]
    for query in queries:
        ours.ask(query)  # a server that has just started is loading its columns
    times = [[_ms(lambda: ours.ask(query)) for _ in range(repeat)] for query in queries]  # noqa: B023
    floors = [_count(plain, query) + 5 * empty.p50 for query in queries]
    of_floor = [[ms / floor for ms in each] for each, floor in zip(times, floors, strict=True)]
    worst = max(range(len(queries)), key=lambda at: percentile(of_floor[at], 0.99))
    return Floor(
        empty,
        spread(ms for each in times for ms in each),
        percentile([share for each in of_floor for share in each], 0.99),
        queries[worst].text,
    )


def _count(plain: Plain, query: Query) -> float:
    return median(_ms(lambda: plain.count(query)) for _ in range(_COUNTS))


def _ms(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1_000
