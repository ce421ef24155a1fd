"""How figures grow, as lines over the number of articles, and what follows for larger archives.

Each line is fitted to all sizes that were measured, but those of a move, where each further article
cost more between the larger sizes: they are as steep as between the two largest. A line's error is
told by leaving the largest size out: by how much the line through the others misses it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from typing import Any

Measured = Mapping[str, Any]
Points = Sequence[tuple[float, float]]

# A node as they are bought. A processor is used to a half, so that there is room for peaks and for
# a node that is away; of a disk, three quarters, since segments are written anew beside the old.
CORES, USED = 16, 0.5
DISK, DISK_USED = 2e12, 0.75
LARGEST_SHARD = 30e9
# So many searches a second are counted with, all of them with five facets.
SEARCHES = 20.0
COPIES, FEWEST = 1, 3
TARGETS = tuple(10**power for power in range(5, 10))


@dataclass(frozen=True, slots=True)
class Line:
    """`fixed + each * articles`; `error` is a share of the largest one measured."""

    fixed: float
    each: float
    error: float

    def at(self, articles: float) -> float:
        return self.fixed + self.each * articles


@dataclass(frozen=True, slots=True)
class Model:
    """Bytes of indices without copies; ms of processors of all nodes; seconds of ingest."""

    size: Line
    search_ms: Line
    p50: Line
    move_seconds: Line
    move_node_seconds: Line
    move_own_seconds: Line


@dataclass(frozen=True, slots=True)
class Needed:
    """For one size of archive: machines by each thing that may be short, and the shortest."""

    articles: int
    bytes_with_copies: float
    shards: int
    by_disk: int
    by_search: int
    machines: int
    search_core_ms: float
    ingest_hours: float
    bottleneck: str


def line(points: Points) -> Line:
    """By least squares of relative distances: small archives count as much as large ones."""
    return _with_error(points, _fitted)


def line_above(points: Points) -> Line:
    """As steep as between the two largest, and no point lies above it: of what grows faster than
    the archive, this is the least that a larger one costs.
    """
    return _with_error(points, _above)


def _with_error(points: Points, fit: Callable[[Points], tuple[float, float]]) -> Line:
    fixed, each = fit(points)
    if len(points) < 3:
        return Line(fixed, each, inf)
    x, y = points[-1]
    without = fit(points[:-1])
    return Line(fixed, each, abs(without[0] + without[1] * x - y) / y)


def _above(points: Points) -> tuple[float, float]:
    _, each = _fitted(points[-2:])
    return max(y - each * x for x, y in points), each


def _fitted(points: Points) -> tuple[float, float]:
    if len(points) == 1:
        return 0.0, points[0][1] / points[0][0]
    weights = [1 / y**2 for _, y in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points, strict=True)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points, strict=True)) / total
    both = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points, strict=True))
    spread = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points, strict=True))
    each = max(0.0, both / spread)
    return mean_y - each * mean_x, each


def model_of(sizes: Sequence[Measured]) -> Model:
    def points(read: Callable[[Measured], float]) -> Points:
        return [(float(each["articles"]), read(each)) for each in sizes]

    def of(read: Callable[[Measured], float]) -> Line:
        return line(points(read))

    def of_move(name: str) -> Line:
        return line_above(points(lambda each: each["seconds"][name]))

    return Model(
        size=of(lambda each: each["bytes"]["cluster"]),
        search_ms=of(lambda each: each["node_cpu_ms_a_search"]),
        p50=of(lambda each: each["ways"]["cluster"]["all"]["p50"]),
        move_seconds=of_move("move"),
        move_node_seconds=of(lambda each: each["seconds"]["move, processors of the nodes"]),
        move_own_seconds=of_move("move, processor of the service"),
    )


def needed(model: Model, articles: int) -> Needed:
    stored = max(model.size.at(articles), 0.0)
    whole = stored * (1 + COPIES)
    core_ms = max(model.search_ms.at(articles), 0.0)
    by_disk = ceil(whole / (DISK * DISK_USED))
    by_search = ceil(SEARCHES * core_ms / 1_000 / (CORES * USED))
    machines = max(FEWEST, by_disk, by_search)
    # A move is one process, which makes one document after the other: more cores change nothing.
    seconds = max(model.move_seconds.at(articles), model.move_own_seconds.at(articles))
    short = {"the processors, by searches": by_search, "the disks": by_disk}
    worst = max(short, key=lambda name: short[name])
    return Needed(
        articles,
        whole,
        max(FEWEST, ceil(stored / LARGEST_SHARD)),
        by_disk,
        by_search,
        machines,
        core_ms,
        seconds / 3_600,
        worst if short[worst] > FEWEST else "none: three nodes are for a node's death",
    )


def largest_file(sizes: Sequence[Measured], most_ms: float) -> float:
    """Up to how many articles a file's p95 stays below that, by the line through what `make bench`
    has measured.
    """
    points = [(float(each["articles"]), _p95(each)) for each in sizes]
    found = line(points)
    return (most_ms - found.fixed) / found.each


def _p95(each: Measured) -> float:
    return float(each["milliseconds"]["ours"]["warm"]["p95"])
