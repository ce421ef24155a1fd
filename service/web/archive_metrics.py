"""What the metrics tell of the archive: read from both files, and remembered for some seconds."""

import threading
import time
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service import __version__
from service.errors import CuttingsError
from service.stores.measures import ArchiveMeasures, MeasureStore, PrivateMeasures

# However often somebody asks.
SECONDS_REMEMBERED = 5.0
# Field -> the metric's name and what it is.
ARCHIVE = {
    "articles": ("articles", "Articles that readers can see."),
    "generation": ("generation", "Raised by every change that a reader could see."),
    "unfiled": ("unfiled_articles", "Articles that the index has not taken up yet."),
    "segments": ("index_segments", "Segments of the index."),
    "erasures": ("pending_erasures", "Kills of which the file may still have remains."),
    "killed": ("killed_articles", "Articles taken out for good."),
    "edits": ("edits", "Entries in the editors' log."),
    "bytes": ("archive_bytes", "Size of the archive's file."),
    "log_bytes": ("archive_log_bytes", "Size of its write-ahead log."),
    "free_bytes": ("archive_free_bytes", "Of the file, what is free to be used again."),
}
PRIVATE = {
    "quarantined": ("quarantined_inputs", "Inputs that could not be read, and wait."),
    "quarantined_bytes": ("quarantined_bytes", "How large they are together."),
    "embargoed": ("embargoed_articles", "Articles that wait for their time."),
    "ingesting": ("running_ingests", "Ingests at work, of commands and watches."),
}


class ArchiveMetrics(Collector):
    """Asked at each scrape, by any worker: it is the files that know."""

    def __init__(self, measures: MeasureStore) -> None:
        self._measures = measures
        self._lock = threading.Lock()
        self._remembered: list[Metric] = []
        self._until = 0.0

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._remembered = list(self._collected())
                self._until = time.monotonic() + SECONDS_REMEMBERED
            remembered = self._remembered
        yield from remembered

    def _collected(self) -> Iterator[Metric]:
        try:
            archive, private = self._measures.archive(), self._measures.private()
        except CuttingsError:
            yield _gauge("archive_readable", "1 if both files can be read.", 0)
            return
        yield _gauge("archive_readable", "1 if both files can be read.", 1)
        yield _build(archive)
        for field, (name, help_) in ARCHIVE.items():
            yield _gauge(name, help_, getattr(archive, field))
        for field, (name, help_) in PRIVATE.items():
            yield _gauge(name, help_, getattr(private, field))
        yield from _ingests(private)


def _build(archive: ArchiveMeasures) -> Metric:
    said = {"version": __version__, "schema": archive.schema, "sqlite": archive.sqlite}
    return InfoMetricFamily("cuttings_build", "What runs here.", said)


def _ingests(private: PrivateMeasures) -> Iterator[Metric]:
    total = CounterMetricFamily(
        "cuttings_ingested_inputs", "What became of inputs that were ingested.", labels=["outcome"]
    )
    for outcome, count in private.ingested.items():
        total.add_metric([outcome], count)
    yield total
    if private.last_ingest_at is None:
        return
    last = "The last ingest that came to its end:"
    at = private.last_ingest_at
    yield _gauge("last_ingest_timestamp_seconds", f"{last} when.", at)
    yield _gauge(
        "last_ingest_failed_inputs", f"{last} what of it failed.", private.last_ingest["failed"]
    )


def _gauge(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"cuttings_{name}", help_, value)
