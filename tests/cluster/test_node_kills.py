"""Nodes are killed at random while programs ingest, search and edit: nothing that was acknowledged
is lost or doubled, no answer is wrong, and the cluster becomes whole again.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

import httpx
from conftest import LONG
from soak.ledger import State
from soak.load import fill
from soak.texts import article
from soak.writing import Editor, Told, Writer, keep_writing

from cluster.processes import Cluster
from cluster.sites import ClusterSite, PatientReader, site_in

pytest_plugins = ["cluster.fixtures"]

KILLS = 20 if LONG else 2
READERS, WRITERS = 2, 1
BEGUN_WITH, INGESTED_AT_ONCE = 60, 40
LONGEST_INGEST, LONGEST_WRITE = 300.0, 180.0
# So many questions may be refused, and have to be asked again, of each reader at each kill.
MOST_REFUSED = 3


@dataclass
class Met:
    """What was seen, besides what is wrong."""

    kills: int = 0
    ingested: int = 0
    ingests: int = 0
    slowest_green: float = 0.0
    given_up: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Shown(Writer):
    """Holds nothing back: readers cannot tell whether an embargo is over."""

    def write(self) -> None:
        choices = (self.post, self.post_many, self.replace, self.kill)
        (does,) = self._random.choices(choices, [40, 10, 35, 8])
        does()


class Crowd:
    """Everybody who works at one server or by commands of their own, until told to stop."""

    def __init__(self, site: ClusterSite, address: str) -> None:
        self.met, self.told, self.stop = Met(), Told(), threading.Event()
        self._site = site
        self.readers = [
            PatientReader(address, site.ledger, site.edits, self._own()) for _ in range(READERS)
        ]
        writers = [Shown(site, address, self._own(), self.told) for _ in range(WRITERS)]
        editor = Editor(site, address, self._own(), self.told)
        self._writing: list[Writer | Editor] = [*writers, editor]
        # An answer that comes late is one that is known.
        for client in [editor.client, *(writer.client for writer in writers)]:
            client.timeout = httpx.Timeout(LONGEST_WRITE)

    @contextmanager
    def working(self) -> Iterator[None]:
        works: list[Callable[[], None]] = [self._ingest]
        works += [partial(self._read, reader) for reader in self.readers]
        works += [partial(keep_writing, writer, self.stop) for writer in self._writing]
        threads = [threading.Thread(target=self._guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def faults(self) -> list[str]:
        refused = [each for each in self.told.faults if ": 503 " not in each]
        return [*self.met.faults, *refused, *(f for r in self.readers for f in r.faults)]

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as exc:
            self.met.faults.append(repr(exc))

    def _read(self, reader: PatientReader) -> None:
        with reader.client:
            while not self.stop.is_set():
                reader.read()

    def _ingest(self) -> None:
        """One command after the other; one that gave up is run again, which takes nothing twice."""
        ledger = self._site.ledger
        while not self.stop.is_set():
            numbers = [ledger.new_number() for _ in range(INGESTED_AT_ONCE)]
            writes = [ledger.send(number, State(1)) for number in numbers]
            inbox = self._site.write_records(article(number, 1) for number in numbers)
            while not self._is_ingested(inbox):
                pass
            for write in writes:
                ledger.acknowledge(write)
                ledger.let_go(write.number)
            self.told.touched.update(numbers)
            self.met.ingested += len(numbers)

    def _is_ingested(self, inbox: Path) -> bool:
        """What it gives up for is that nobody answers."""
        self.met.ingests += 1
        try:
            self._site.run("ingest", inbox, within=LONGEST_INGEST)
        except AssertionError as exc:
            if not str(exc).startswith("exit 2: ") or "Traceback" in str(exc):
                raise
            self.met.given_up.append(str(exc))
            return False
        return True

    def _own(self) -> Random:
        return Random(self._site.random.random())  # noqa: S311 - to be repeated


def strike(cluster: Cluster, crowd: Crowd, random: Random, kills: int) -> None:
    """One node after the other, each at any moment, and for a while."""
    for _ in range(kills):
        time.sleep(random.uniform(1, 4))
        victim = random.randrange(len(cluster.nodes))
        cluster.kill(victim)
        time.sleep(random.uniform(0, 6))
        begun = time.monotonic()
        cluster.restart(victim)
        crowd.met.kills += 1
        crowd.met.slowest_green = max(crowd.met.slowest_green, time.monotonic() - begun)


def test_nodes_are_killed_while_programs_work(
    cluster: Cluster, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with ExitStack() as stack:
        site = stack.enter_context(site_in(cluster.urls, tmp_path / "site", 5))
        fill(site, BEGUN_WITH)
        crowd = Crowd(site, stack.enter_context(site.serving()).address)
        with crowd.working():
            strike(cluster, crowd, site.random, KILLS)
        for name, value in figures(crowd).items():
            record_property(name, value)
        faults = crowd.faults()
        assert not faults, "\n".join(faults)
        hold(site, crowd)


def figures(crowd: Crowd) -> dict[str, object]:
    met, told, readers = crowd.met, crowd.told, crowd.readers
    return {
        "kills": met.kills,
        "articles ingested": met.ingested,
        "ingests": met.ingests,
        "given up": met.given_up,
        "acknowledged": told.acknowledged,
        "left open": told.refused,
        "slowest write": told.slowest,
        "answers": sum(reader.answered for reader in readers),
        "refused": sum(reader.refused for reader in readers),
        "longest answer": max(reader.longest for reader in readers),
        "slowest green": met.slowest_green,
    }


def hold(site: ClusterSite, crowd: Crowd) -> None:
    """All that was acknowledged is there once, in the cluster and in what is carried out of it."""
    refused = sum(reader.refused for reader in crowd.readers)
    assert refused <= MOST_REFUSED * crowd.met.kills * READERS
    assert all(reader.answered for reader in crowd.readers)
    assert crowd.told.acknowledged > 0
    assert crowd.met.ingested > 0
    site.run("check")
    site.carry_home()
    site.hold(site.ledger.numbers() if not LONG else crowd.told.touched)
