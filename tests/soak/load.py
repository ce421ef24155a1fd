"""Readers and writers at fixed rates, then as fast as they can; quiet spells in between show what
the same reads take without writes.
"""

import threading
from dataclasses import dataclass, field
from functools import partial
from random import Random
from statistics import median, quantiles
from types import TracebackType
from typing import Self

from soak.ledger import State
from soak.memory import Watch
from soak.pace import Pace, Paced, run
from soak.reading import Reader
from soak.site import Site, Wrong
from soak.writing import Editor, Told, Writer

READERS, READS = 16, 20.0
WRITERS, WRITES = 4, 2.0
# A kill makes the server write the whole file anew, and is as rare as in a newsroom.
_EDITS_IN, _KILLS_IN = 25, 100
_PART = 5_000


@dataclass
class Spell:
    """What was measured in a stretch of time, in seconds."""

    reads: Paced
    writes: Paced

    @property
    def broken(self) -> list[str]:
        return [*self.reads.broken, *self.writes.broken]


@dataclass
class Load:
    """All that came of it."""

    quiet: list[Spell] = field(default_factory=list)
    busy: list[Spell] = field(default_factory=list)
    fast: Spell | None = None
    faults: list[str] = field(default_factory=list)
    refused: int = 0
    reads: int = 0
    writes: int = 0
    memory: list[float] = field(default_factory=list)
    most_memory: float = 0.0

    @property
    def growth(self) -> float:
        """Of memory, from the second fifth of the time to the last."""
        return self.memory[-1] / self.memory[1]


def p95(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] if len(seconds) > 1 else sum(seconds)


def middle_p95(spells: list[Spell]) -> float:
    """Of the readers, the median over the spells."""
    return median(p95(spell.reads.seconds) for spell in spells)


def fill(site: Site, articles: int) -> None:
    """So many generated articles, by `cuttings ingest`."""
    for start in range(0, articles, _PART):
        numbers = [site.ledger.new_number() for _ in range(start, min(start + _PART, articles))]
        writes = [site.ledger.send(number, State(1)) for number in numbers]
        site.run("ingest", site.write_inbox(dict.fromkeys(numbers, 1)), within=1_200)
        for write in writes:
            site.ledger.acknowledge(write)
            site.ledger.let_go(write.number)


class Crowd:
    """Readers and writers, each with a connection of its own, at one server."""

    def __init__(self, site: Site, address: str) -> None:
        self._random = Random(site.seed)  # noqa: S311 - can be repeated
        self.told = Told()
        self.readers = [
            Reader(address, site.ledger, site.edits, self._own()) for _ in range(READERS)
        ]
        self._writers = [Writer(site, address, self._own(), self.told) for _ in range(WRITERS)]
        self._editor = Editor(site, address, self._own(), self.told)
        self._editing = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, _: TracebackType | None
    ) -> None:
        everybody: list[Reader | Writer | Editor] = [*self.readers, *self._writers, self._editor]
        for each in everybody:
            each.client.close()

    def spell(self, seconds: float, reads: float | None, writes: float | None) -> Spell:
        """At these rates; None is as fast as answers come, and no writes are 0."""
        reading, threads = run(Pace(reads, seconds), [reader.read for reader in self.readers])
        writing = Paced()
        if writes != 0:
            works = [partial(self._write, writer) for writer in self._writers]
            writing, more = run(Pace(writes, seconds), works)
            threads += more
        for thread in threads:
            thread.join()
        return Spell(reading, writing)

    def faults(self) -> list[str]:
        return [*self.told.faults, *(fault for reader in self.readers for fault in reader.faults)]

    def _write(self, writer: Writer) -> None:
        """One editor decides at a time: the log has an order."""
        if self._random.randrange(_EDITS_IN) == 0 and self._editing.acquire(blocking=False):
            try:
                self._editor.write()
            finally:
                self._editing.release()
        elif self._random.randrange(_KILLS_IN) == 0:
            writer.kill()
        else:
            self._random.choices([writer.post, writer.replace, writer.post_many], [9, 9, 1])[0]()

    def _own(self) -> Random:
        return Random(self._random.random())  # noqa: S311 - can be repeated


@dataclass(frozen=True)
class Plan:
    """How long, in seconds; each round has a quiet spell and a busy one."""

    articles: int
    rounds: int
    quiet: float
    busy: float
    fast: float
    workers: int = 1


def load(site: Site, plan: Plan) -> Load:
    """Everything at one server; at the end the archive is held against the ledger."""
    site.prepare()
    fill(site, plan.articles)
    done = Load()
    with site.serving(plan.workers) as server, Crowd(site, server.address) as crowd:
        # It warms up: every thread that may ever be needed comes, with caches of its own.
        warm = [crowd.spell(plan.quiet, None, None), crowd.spell(plan.quiet, READS, 0)]
        with Watch(server.pid) as watch:
            for _ in range(plan.rounds):
                done.quiet.append(crowd.spell(plan.quiet, READS, 0))
                done.busy.append(crowd.spell(plan.busy, READS, WRITES))
        done.memory, done.most_memory = watch.fifths(), watch.most
        done.fast = crowd.spell(plan.fast, None, None)
        spells = [*warm, *done.quiet, *done.busy, done.fast]
        done.faults = [*crowd.faults(), *(why for each in spells for why in each.broken)]
        done.reads = sum(reader.asked for reader in crowd.readers)
        done.writes = crowd.told.acknowledged
    try:
        site.hold(crowd.told.touched)
    except Wrong as exc:
        done.faults.append(str(exc))
    return done
