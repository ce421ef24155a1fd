"""The table of targets: every figure of a run beside what it should be."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from speed.agreement import Agreement
from speed.bare_ingest import BareIngest
from speed.floor import Floor
from speed.load import Rate
from speed.measuring import Measured
from speed.percentiles import of_places, percentile, spread
from speed.service_figures import Beside, Service, Sizes, Throughput


@dataclass(frozen=True, slots=True)
class Row:
    """A figure and its bound: at most, or at least where `least` is true. None: not measured."""

    name: str
    figure: float | None
    target: float
    least: bool = False
    colour: str = ""  # the milliseconds and the like behind the ratio

    @property
    def met(self) -> bool | None:
        if self.figure is None:
            return None
        return self.figure >= self.target if self.least else self.figure <= self.target


@dataclass(frozen=True, slots=True)
class Run:
    """All that was measured with one mix; what was left out is None."""

    ours: Measured
    peers: Mapping[str, Measured]
    floor: Floor
    agreement: Agreement | None = None
    service: Service = field(default_factory=Service)


def rows(run: Run) -> list[Row]:
    """In the order in which the targets are stated."""
    return [
        *_against_peers(run),
        *_newest(run.floor),
        *_pages(run.ours),
        *_agreed(run.agreement),
        *_service(run.service),
    ]


def _against_peers(run: Run) -> Iterator[Row]:
    yield _ratio(run, "plain", 0.50, 1 / 5)
    yield _ratio(run, "plain", 0.95, 1 / 30)
    yield _ratio(run, "tantivy", 0.50, 3)
    yield _ratio(run, "tantivy", 0.95, 2.5)
    yield _ratio(run, "datasette", 0.50, 1 / 20)


def _ratio(run: Run, name: str, share: float, target: float) -> Row:
    """Over the queries that both answer, warm."""
    label = f"p{share * 100:.0f} against {name}"
    peer = run.peers.get(name)
    if peer is None or not (peer.counts and run.ours.counts):
        return Row(label, None, target)
    both = {timing.place for timing in peer.warm} & {timing.place for timing in run.ours.warm}
    ours, theirs = (percentile(of_places(each.warm, both), share) for each in (run.ours, peer))
    return Row(label, ours / theirs, target, colour=f"{ours:.1f} ms : {theirs:.1f} ms")


def _newest(floor: Floor) -> Iterator[Row]:
    colour = f"{floor.newest.p50:.2f} ms : {floor.empty.p50:.2f} ms"
    of_empty = floor.newest.p50 / floor.empty.p50
    yield Row("newest first: p50 against an empty endpoint", of_empty, 5, colour=colour)
    name = "newest first: p99 against its bare count(*) and 5 empty requests"
    yield Row(name, floor.of_count, 1, colour=f"worst: “{floor.worst}”")


def _pages(ours: Measured) -> Iterator[Row]:
    first, deep = (
        spread(t.ms for t in ours.warm if t.kind == kind) for kind in ("page 1", "page 1,000")
    )
    colour = f"{deep.p50:.1f} ms : {first.p50:.1f} ms"
    yield Row("page 1,000 against page 1, p50", deep.p50 / first.p50, 2, colour=colour)


def _agreed(found: Agreement | None) -> Iterator[Row]:
    kept, score = (found.kept, found.score) if found else (None, None)
    yield Row("of the exact ten best, kept", kept, 0.95, least=True)
    yield Row("of their summed score, kept", score, 0.998, least=True)


def _service(found: Service) -> Iterator[Row]:
    yield from _rates(found.throughput)
    yield _beside_ingest(found.beside_ingest)
    yield _ingest(found.bare_ingest)
    yield _size(found.sizes)
    yield Row("private memory of a worker, MB", found.private_mb, 600)
    yield Row("start until ready, s", found.start_seconds, 2)


def _rates(found: Throughput | None) -> Iterator[Row]:
    rare = "rare name with facets, requests/s against an empty endpoint"
    two = "two workers against one, requests/s"
    if found is None:
        yield from (Row(rare, None, 1 / 3, least=True), Row(two, None, 1.6, least=True))
        return
    yield _rate(rare, 1 / 3, found.rare, found.empty)
    yield _rate(two, 1.6, found.two_workers, found.one_worker)


def _rate(name: str, target: float, one: Rate, other: Rate) -> Row:
    colour = f"{one.per_second:,.0f} : {other.per_second:,.0f} a second"
    if not (one.counts and other.counts):
        why = one.wrong or other.wrong or "a client above half a core"
        return Row(name, None, target, least=True, colour=f"{colour}, {why}")
    return Row(name, one.per_second / other.per_second, target, least=True, colour=colour)


def _beside_ingest(found: Beside | None) -> Row:
    name = "p95 during ingest against idle"
    if found is None:
        return Row(name, None, 2)
    colour = f"{found.ingesting:.1f} ms : {found.idle:.1f} ms"
    return Row(name, found.ingesting / found.idle, 2, colour=colour)


def _ingest(found: BareIngest | None) -> Row:
    """Rows, indexes and columns beside articles and full text by executemany."""
    name = "ingest without names against a bare executemany"
    if found is None:
        return Row(name, None, 0.5, least=True)
    colour = f"{found.ours:.1f} s : {found.bare:.1f} s"
    return Row(name, found.bare / found.ours, 0.5, least=True, colour=colour)


def _size(found: Sizes | None) -> Row:
    name = "the file against the plain one"
    if found is None:
        return Row(name, None, 1.3)
    colour = f"{found.ours / 1e6:,.0f} MB : {found.plain / 1e6:,.0f} MB"
    return Row(name, found.ours / found.plain, 1.3, colour=colour)


def lines(found: list[Row]) -> Iterator[str]:
    """As a Markdown table."""
    yield "| figure | | target | met | |"
    yield "|---|--:|--:|---|---|"
    for row in found:
        figure = "not measured" if row.figure is None else _number(row.figure)
        sign = ">=" if row.least else "<="
        met = {None: "", True: "yes", False: "**no**"}[row.met]
        yield f"| {row.name} | {figure} | {sign} {_number(row.target)} | {met} | {row.colour} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def as_json(found: list[Row]) -> list[dict[str, Any]]:
    names = ("name", "figure", "target", "least", "met")
    plain = [{name: getattr(row, name) for name in names} for row in found]
    rounded: list[dict[str, Any]] = json.loads(
        json.dumps(plain), parse_float=lambda text: round(float(text), 4)
    )
    return rounded
