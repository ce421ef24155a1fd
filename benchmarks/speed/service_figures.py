"""What is measured of the service once a run: load, workers, ingest, start, memory, sizes."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from speed import load
from speed.bare_ingest import BareIngest
from speed.client import Client
from speed.measuring import ask_all
from speed.mix import Query
from speed.ours import Ours
from speed.peers.plain import Plain
from speed.percentiles import spread
from speed.server import environment, serving_nothing, serving_ours
from speed.sizes import sizes, without_facets, without_versions

_STARTS = 5
_NO_END = 1 << 40


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests a second; the open loop is None where oha is missing."""

    empty: load.Rate
    rare: load.Rate
    one_worker: load.Rate
    two_workers: load.Rate
    open_loop: load.Waits | None


@dataclass(frozen=True, slots=True)
class Beside:
    """p95 of the mix in milliseconds, idle and while articles come in as fast as they can."""

    idle: float
    ingesting: float


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes, also by table; without versions, and of the plain file without its facets."""

    ours: int
    plain: int
    ours_by_table: Mapping[str, int]
    plain_by_table: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All of it; what was left out is None."""

    throughput: Throughput | None = None
    beside_ingest: Beside | None = None
    sizes: Sizes | None = None
    private_mb: float | None = None
    start_seconds: float | None = None
    stored_seconds: Mapping[str, Mapping[str, float]] | None = None
    bare_ingest: BareIngest | None = None


def throughput(ours: Ours, mix: Sequence[Query], seconds: float) -> Throughput:
    """Pages deeper than the first are left out: those who ask at once ask for the first."""
    paths = [ours.path(query) for query in mix if query.page == 1]
    with ours:
        rare = _rarest_name(ours, mix)
    with serving_nothing() as server:
        empty = load.requests_a_second(server.port, ["/"], seconds)
    with serving_ours(ours.file) as server:
        _warm(server.port, paths)
        rare_name = load.requests_a_second(server.port, [ours.path(rare)], seconds)
        one = load.requests_a_second(server.port, paths, seconds)
        half = one.per_second / 2
        waits = load.waits_at(server.port, paths, half, seconds) if load.has_oha() else None
    with serving_ours(ours.file, workers=2) as server:
        # Each worker is asked in turn, as far as the system shares connections out.
        for _ in range(4):
            _warm(server.port, paths[::4])
        two = load.requests_a_second(server.port, paths, seconds)
    return Throughput(empty, rare_name, one, two, waits)


def _rarest_name(ours: Ours, mix: Sequence[Query]) -> Query:
    """The name that the fewest articles have, but some."""
    names = [query for query in mix if query.kind == "name"]
    totals = [(ours.ask(query), place) for place, query in enumerate(names)]
    return names[min(pair for pair in totals if pair[0])[1]]


def beside_ingest(ours: Ours, mix: Sequence[Query], articles: int, texts: Path | None) -> Beside:
    """On a copy of the archive, which is thrown away."""
    copy = Ours(ours.folder.with_name(f"{ours.folder.name}-copy"))
    copy.folder.mkdir(parents=True, exist_ok=True)
    try:
        for path in ours.folder.glob("cuttings*.db*"):
            shutil.copy2(path, copy.folder / path.name)
        first_pages = [query for query in mix if query.page == 1]
        with copy:
            ask_all(copy, first_pages)
            idle = spread(timing.ms for timing in ask_all(copy, first_pages))
            with _ingesting(copy.file, articles, texts) as ingest:
                during = spread(timing.ms for timing in ask_all(copy, first_pages))
                assert ingest.poll() is None, "the ingest has ended before the searches"
    finally:
        shutil.rmtree(copy.folder)
    return Beside(idle.p95, during.p95)


def start_seconds(ours: Ours) -> float:
    """Until ready, with the files in memory; the median of a few."""
    found = []
    for _ in range(_STARTS):
        with ours:
            found.append(ours.server.seconds_to_ready)
    return median(found)


def private_mb(ours: Ours, mix: Sequence[Query]) -> float:
    """Of a worker that has answered the whole mix."""
    with ours:
        ask_all(ours, mix)
        return ours.server.private_mb()


def file_sizes(ours: Ours, plain: Plain) -> Sizes:
    our_tables, plain_tables = sizes(ours.file), sizes(plain.file)
    return Sizes(
        without_versions(our_tables), without_facets(plain_tables), our_tables, plain_tables
    )


@contextmanager
def _ingesting(archive: Path, first: int, texts: Path | None) -> Iterator[subprocess.Popen[bytes]]:
    """Until the end of the block; it has begun to store when the block begins."""
    command = [sys.executable, "-m", "speed.ours", str(archive), str(first), str(_NO_END)]
    options = ["--texts", str(texts)] if texts else []
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, env=environment())
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _warm(port: int, paths: Sequence[str]) -> None:
    with Client(port) as client:
        for path in paths:
            client.get(path)
