"""Percentiles of times, all and by kind of query. Milliseconds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """One query asked once: its place in the mix, its kind, how long it took, what it found."""

    place: int
    kind: str
    ms: float
    total: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How times are spread."""

    count: int
    p50: float
    p95: float
    p99: float


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which such a share lies, between two of them in proportion (as numpy's)."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def spread(values: Iterable[float]) -> Spread:
    found = list(values)
    return Spread(len(found), *(percentile(found, share) for share in (0.5, 0.95, 0.99)))


def by_kind(timings: Iterable[Timing]) -> Mapping[str, Spread]:
    kinds: dict[str, list[float]] = defaultdict(list)
    for timing in timings:
        kinds[timing.kind].append(timing.ms)
    return {kind: spread(times) for kind, times in kinds.items()}


def of_places(timings: Iterable[Timing], places: Iterable[int]) -> list[float]:
    """The times of the queries that stand there in the mix."""
    wanted = set(places)
    return [timing.ms for timing in timings if timing.place in wanted]
