"""Metrics for Prometheus. Their labels come from small known sets, never from what strangers send.

With several workers each counts in files that all can read (PROMETHEUS_MULTIPROC_DIR, which `serve`
sets before any of them starts), so that any worker tells the sum.
"""

import os
from collections.abc import Iterable, Sized
from http import HTTPMethod, HTTPStatus
from pathlib import Path
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Summary,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from service.stages import Stages

SHARED = "PROMETHEUS_MULTIPROC_DIR"
# Seconds: a search takes a few thousandths, and is stopped at ten by default.
BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
REFUSALS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
METHODS = frozenset(HTTPMethod)
OTHER = "other"


class Seen(Protocol):
    """A request that is over."""

    @property
    def method(self) -> str: ...
    @property
    def route(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def stages(self) -> Stages: ...


class Metrics:
    """What this process counts, and what `state` tells of the archive at each scrape."""

    def __init__(self, state: Iterable[Collector]) -> None:
        # The moment when each was made would be as many lines again.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        own = CollectorRegistry()
        self._own = own
        self._state = tuple(state)
        self._requests = Histogram(
            "cuttings_http_request_duration_seconds",
            "From the first byte of a request to the last of its answer.",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=own,
        )
        self._refusals = Counter(
            "cuttings_http_refusals", "Requests refused, by status.", ("status",), registry=own
        )
        self._stages = Summary(
            "cuttings_query_stage_seconds", "Stages of a query.", ("stage",), registry=own
        )
        # Filled in by whoever has lines in which requests wait.
        self.lines: dict[str, Sized] = {}
        self._waiting = Gauge(
            "cuttings_waiting_requests",
            "Requests that wait for their turn.",
            ("line",),
            registry=own,
            multiprocess_mode="livesum",
        )
        self._at_work = Gauge(
            "cuttings_requests_in_progress",
            "Requests that are answered or wait.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self._memory = _gauge("worker_memory_bytes", "Resident memory of a worker.", own)
        self._cpu = _gauge("worker_cpu_seconds", "Processor time a worker has used.", own)
        self._files = _gauge("worker_open_files", "Open files of a worker.", own)
        self._timers: dict[tuple[str, str, int], Histogram] = {}
        self._stage_timers: dict[str, Summary] = {}

    def begin(self) -> None:
        """A request has come."""
        self._at_work.inc()

    def note(self, seen: Seen, status: int) -> None:
        """A request is over."""
        self._at_work.dec()
        what = (seen.method, seen.route, status // 100)
        timer = self._timers.get(what)
        if timer is None:
            timer = self._timer(*what)
        timer.observe(seen.seconds)
        if status in REFUSALS:
            self._refusals.labels(str(status)).inc()
        for name, seconds in seen.stages.seconds.items():
            stage = self._stage_timers.get(name)
            if stage is None:
                stage = self._stage_timers[name] = self._stages.labels(name)
            stage.observe(seconds)

    def _timer(self, method: str, route: str, hundreds: int) -> Histogram:
        # A method can be any word; a dictionary of them would grow with each that a stranger tries.
        if method not in METHODS:
            return self._requests.labels(OTHER, route, f"{hundreds}xx")
        timer = self._requests.labels(method, route, f"{hundreds}xx")
        self._timers[method, route, hundreds] = timer
        return timer

    def note_process(self) -> None:
        """How much this worker takes, as far as the system tells, and who waits in it."""
        for name, line in self.lines.items():
            self._waiting.labels(name).set(len(line))
        self._cpu.set(sum(os.times()[:2]))
        try:
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
            self._memory.set(pages * os.sysconf("SC_PAGE_SIZE"))
            self._files.set(sum(1 for _ in Path("/proc/self/fd").iterdir()))
        except OSError:
            return  # not Linux

    def exposed(self, accept: str) -> tuple[bytes, str]:
        """All of it, in the format that is asked for, and that format's media type."""
        self.note_process()
        registry = CollectorRegistry()
        if folder := os.environ.get(SHARED):
            _forget_the_dead(Path(folder))
            MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
        else:
            registry.register(self._own)
        for each in self._state:
            registry.register(each)
        encode, media_type = choose_encoder(accept)
        return encode(registry), media_type


def _gauge(name: str, help_: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(f"cuttings_{name}", help_, registry=registry, multiprocess_mode="liveall")


def _forget_the_dead(folder: Path) -> None:
    """What a worker has counted stays counted; how much memory it takes is over."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:
            continue
