"""The parts of the soak, each as rows of figures."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from faults.histories import random_history

from soak.backups import back_up_meanwhile
from soak.figures import Row
from soak.greedy import CEILING, LIMIT, MARGIN, Greed, ask_greedily
from soak.kills import strike
from soak.load import READERS, READS, WRITERS, WRITES, Load, Plan, load, middle_p95, p95
from soak.site import Site

# How much slower readers may be beside writers, and ordinary questions beside greedy ones.
_MOST_BESIDE_WRITERS, _MOST_BESIDE_GREED = 2.0, 3.0
# Memory is flat when it grows by no more over the whole of it.
_MOST_GROWTH = 1.1
_QUIET = 15.0
_FAST_SHARE = 0.1
_BACKED_UP_SHARE, _FAULTY_SHARE, _GREEDY_SHARE = 0.1, 0.2, 0.1
_SMALL = 10
_MIN = 60.0


@dataclass(frozen=True)
class Size:
    """How much of everything; the shares of the other parts follow the minutes of the load."""

    kills: int
    minutes: float
    articles: int
    seed: int
    workers: int = 1

    @property
    def seconds(self) -> float:
        return self.minutes * _MIN


def kills(folder: Path, size: Size) -> list[Row]:
    done = strike(folder, size.kills, size.seed)
    _tell(done.faults)
    each = ", ".join(
        f"{name.replace('_', ' ')} {count}" for name, count in sorted(done.met.items())
    )
    return [
        Row(
            "SIGKILLs at random instants, after each of which every check is clean, no "
            "acknowledged write is missing, none is half there, and the next run completes",
            f"{size.kills:,}",
            f"{done.total:,}" if not done.faults else f"a fault after {done.total:,}",
            f"{each}; {done.seconds / max(done.total, 1):.2f} s each",
            done.total >= size.kills and not done.faults,
        )
    ]


def under_load(folder: Path, size: Size) -> list[Row]:
    rounds = max(round(size.minutes), 1)
    fast = max(size.seconds * _FAST_SHARE, 2)
    quiet = min(_QUIET, size.seconds / rounds)
    plan = Plan(size.articles, rounds, quiet, size.seconds / rounds, fast, size.workers)
    done = load(Site(folder / "load", size.seed), plan)
    _tell(done.faults)
    how = f"{size.articles:,} articles, {size.minutes:g} minutes, {size.workers} worker(s)"
    return [*_answers(done, how), *_times(done, how), *_fast(done, plan)]


def _answers(done: Load, how: str) -> list[Row]:
    rates = (
        f"{READS:g} reads/s over {READERS} and {WRITES:g} writes/s over {WRITERS} connections, "
        "then as fast as they can"
    )
    return [
        Row(
            f"Wrong answers, answers of 5xx and broken connections at {rates}",
            "0",
            f"{len(done.faults)} of {done.reads + done.writes:,}",
            how,
            not done.faults,
        )
    ]


def _times(done: Load, how: str) -> list[Row]:
    beside, alone = middle_p95(done.busy), middle_p95(done.quiet)
    ratio = beside / alone
    return [
        Row(
            "p95 of readers beside writers, against that of the same reads without",
            f"<= {_MOST_BESIDE_WRITERS:g}",
            f"{ratio:.2f}",
            f"{beside * 1000:.0f} ms against {alone * 1000:.0f} ms, in turns",
            ratio <= _MOST_BESIDE_WRITERS,
        ),
        Row(
            "Memory of the server in the last fifth of the time, against the second one",
            f"<= {_MOST_GROWTH:g}",
            f"{done.growth:.2f}",
            f"{', '.join(f'{mib:.0f}' for mib in done.memory)} MiB resident by fifths, "
            f"{done.most_memory:.0f} at most",
            done.growth <= _MOST_GROWTH,
        ),
    ]


def _fast(done: Load, plan: Plan) -> list[Row]:
    assert done.fast is not None
    reads, writes = done.fast.reads.seconds, done.fast.writes.seconds
    return [
        Row(
            "Reads and writes as fast as 16 readers and 4 writers can",
            "never wrong",
            f"{len(reads) / plan.fast:.0f} and {len(writes) / plan.fast:.1f} a second",
            f"p95 {p95(reads) * 1000:.0f} and {p95(writes) * 1000:.0f} ms, {plan.fast:.0f} s",
            not done.faults,
        )
    ]


def backups(folder: Path, size: Size) -> list[Row]:
    seconds = max(size.seconds * _BACKED_UP_SHARE, 3)
    articles = max(size.articles // _SMALL, 100)
    done = back_up_meanwhile(Site(folder / "backups", size.seed), articles, seconds)
    _tell(done.faults)
    return [
        Row(
            "Backups taken every second under the same load, each restored to a state that existed",
            "all",
            f"{len(done.seconds)}" if not done.faults else f"{len(done.faults)} faults",
            f"{articles:,} articles, {done.writes} writes meanwhile; "
            f"{max(done.seconds, default=0):.1f} s at most for one",
            not done.faults,
        )
    ]


def faults(folder: Path, size: Size) -> list[Row]:
    """Histories on a disk that fails, as many as there is time for."""
    rounds, problem = 0, ""
    until = time.monotonic() + max(size.seconds * _FAULTY_SHARE, 1)
    while not problem and time.monotonic() < until:
        try:
            random_history(folder / f"faults-{rounds}", size.seed * 1_000 + rounds)
        except AssertionError as exc:
            problem = f"seed {size.seed * 1_000 + rounds}: {exc}"
        rounds += 1
    _tell([problem] if problem else [])
    return [
        Row(
            "Random histories on a disk that is full, fails or lies, each of which ends as "
            "promised",
            "all",
            f"{rounds}" if not problem else f"a fault after {rounds}",
            "writes, commits and syncs that fail by chance",
            not problem,
        )
    ]


def greedy(folder: Path, size: Size) -> list[Row]:
    rows: list[Row] = []
    for workers in (1, 2):
        site = Site(folder / f"greedy-{workers}", size.seed)
        seconds = max(size.seconds * _GREEDY_SHARE / 6, 3)
        done = ask_greedily(site, max(size.articles // _SMALL, 100), 3, seconds, workers)
        _tell(done.faults)
        rows += _greed(done, workers)
    return rows


def _greed(done: Greed, workers: int) -> list[Row]:
    slowest = max(done.slowest, key=lambda name: done.slowest[name])
    how = f"{workers} worker{'s' * (workers > 1)}"
    return [
        Row(
            "Pathological requests answered or stopped within their limit",
            f"all in {LIMIT} s, and {MARGIN} s for the machine",
            f"{done.slowest[slowest]:.1f} s",
            f"{how}; the slowest was {slowest}",
            not done.faults,
        ),
        Row(
            "p95 of another client's ordinary searches beside them, against its own without",
            f"<= {_MOST_BESIDE_GREED:g}",
            f"{done.ratio:.1f}",
            how,
            done.ratio <= _MOST_BESIDE_GREED,
        ),
    ]


def memory(folder: Path, size: Size) -> list[Row]:
    """What greedy requests take of it, which depends on no other work of the machine."""
    site = Site(folder / "memory", size.seed)
    seconds = max(size.seconds * _GREEDY_SHARE, 3)
    done = ask_greedily(site, max(size.articles // _SMALL, 100), 1, seconds, 1)
    _tell(done.faults)
    return [
        Row(
            "Memory of a worker beside pathological requests",
            f"<= {CEILING:,} MiB",
            f"{done.memory:.0f} MiB",
            f"at most, in {seconds:.0f} s of them",
            done.memory <= CEILING and not done.faults,
        )
    ]


def _tell(faults: Sequence[str]) -> None:
    for fault in faults[:20]:
        print(f"  {fault}", file=sys.stderr, flush=True)


PARTS: dict[str, Callable[[Path, Size], list[Row]]] = {
    "kills": kills,
    "load": under_load,
    "backups": backups,
    "faults": faults,
    "greedy": greedy,
    "memory": memory,
}
