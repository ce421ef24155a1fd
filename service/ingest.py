"""Paths -> documents -> archive. Every input ends in the report, none stops the others.

Each ingest keeps a record of its numbers, of a command, of a round of a watch and of what the
quarantine retries; what programs send over the API, an article or a few at a time, is none.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

from service.archive import Archive
from service.arrivals import Arrival, Lost, arrivals
from service.engines import Engine
from service.errors import Busy, DiskFault, Unreadable
from service.extract import Tagger
from service.extract.pool import processes_for
from service.fetching import Fetcher
from service.formats.document import Document, Options
from service.gathering import Finished
from service.inbox import Entry, Failure, find, measure, opened
from service.intake import Intake, Taken
from service.killing import Killing
from service.logs import EVENTS
from service.stores.embargoes import EmbargoStore
from service.stores.ingests import Counts, IngestStore
from service.stores.quarantine import QuarantineStore, new_ingest

_PLAINLY = Options()
# An article with its markup takes about so many bytes: so many bytes are worth another process.
_BYTES_AN_ARTICLE = 3_000
# So often the index is brought up to date where it is worth that, and its parts are merged.
_INDEXED_AT_ONCE, _WORTH_INDEXING = 1_000, 500
# Behind so many failures of one origin the report only counts the others.
_MOST_FAILURES = 1_000

# Seconds between two notes of how far an ingest is.
_NOTED_EVERY = 5.0

# Called now and then: bytes that are done, bytes in all (None: unknown), and inputs taken.
Progress = Callable[[int, int | None, int], None]


@dataclass(slots=True)
class Report:
    """What became of every input. Records of one origin that failed alike are one failure."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    killed: int = 0
    failed: list[Failure] = field(default_factory=list)
    waiting: int = 0  # of those counted above, articles under embargo
    lost: int = 0  # how many inputs and records the failures are
    _run: "_Run | None" = None

    def count(self, taken: Taken) -> None:
        """Add what became of one more."""
        if taken.outcome is not None:
            setattr(self, taken.outcome, getattr(self, taken.outcome) + 1)
            self.waiting += taken.waits
            return
        self.fail(taken.place, taken.problem, taken.number)

    def fail(self, place: str, reason: str, number: int | None = None) -> None:
        self.lost += 1
        origin = place if number is None else place.removesuffix(f"#{number}")
        run = self._run
        if run is not None and run.goes_on(origin, reason, number):
            run.last = number or 0
            self.failed[-1] = run.as_failure()
            return
        failures = run.failures + 1 if run is not None and run.origin == origin else 1
        if failures > _MOST_FAILURES:
            reason = f"has more than {_MOST_FAILURES:,} different faults: the quarantine has them"
            number = None
        self._run = _Run(origin, reason, number, number or 0, failures)
        if failures > _MOST_FAILURES + 1:
            self.failed.pop()
        self.failed.append(self._run.as_failure())

    def counts(self) -> Counts:
        """Only numbers."""
        became = (self.added, self.changed, self.unchanged, self.duplicates, self.killed, self.lost)
        return Counts(sum(became), *became)

    def as_json(self) -> dict[str, Any]:
        counts = ("added", "changed", "unchanged", "duplicates", "killed")
        failed = [{"origin": f.origin, "reason": f.reason} for f in self.failed]
        return {name: getattr(self, name) for name in counts} | {"failed": failed}


def _so_far(report: Report) -> str:
    """For whom the disk has stopped: a second run takes nothing twice."""
    return (
        f"Until then {report.added} were added and {report.changed} changed, which stays so: "
        "run it again when that is mended"
    )


@dataclass(slots=True)
class _Run:
    """Records that follow each other and failed for the same reason."""

    origin: str
    reason: str
    first: int | None
    last: int
    failures: int

    def goes_on(self, origin: str, reason: str, number: int | None) -> bool:
        same = self.first is not None and origin == self.origin and reason == self.reason
        return same and number == self.last + 1

    def as_failure(self) -> Failure:
        if self.first is None:
            return Failure(self.origin, self.reason)
        which = f"{self.first}" if self.last == self.first else f"{self.first}-{self.last}"
        return Failure(f"{self.origin}#{which}", self.reason)


@dataclass(slots=True)
class _Place:
    """The input that is being read: what is stored is a little behind."""

    document: Document | None = None

    @property
    def so_far(self) -> int:
        return self.document.read_so_far if self.document is not None else 0


ARCHIVE = "SELECT archive FROM generation"


@dataclass(frozen=True, slots=True)
class Ingest:
    """Loads inputs into one archive. `tagger` is called when the first new text is to be read.

    Languages are detected then as well, so that what is known already costs nothing. `processes`
    is how many read names (None: as many as pay off); whatever it is, the archive is the same.
    `fetcher` gives what lies at addresses; without one they are named as failed. Without `ingests`
    no record is kept.
    """

    archive: Archive
    engine: Engine
    embargoes: EmbargoStore
    quarantine: QuarantineStore
    tagger: Callable[[], Tagger]
    processes: int | None = 1
    options: Options = _PLAINLY
    fetcher: Fetcher | None = None
    ingests: IngestStore | None = None

    def run(
        self,
        paths: Sequence[str],
        progress: Progress = lambda _done, _total, _taken: None,
    ) -> Report:
        """Load everything found under `paths`; what cannot be read is in the report's `failed`."""
        total, place, here = measure(paths), _Place(), self._here()
        return here._run(here._found(find(paths, self.own_files()), place), total, progress, place)

    def own_files(self) -> frozenset[Path]:
        """Files of the archive itself, which are no inputs wherever they lie."""
        return self.engine.files() | self.embargoes.files()

    def run_documents(self, documents: Iterable[Document]) -> Report:
        """Load documents that are at hand."""
        options = self._here().options
        arrived = (chain(arrivals(d, options), [Finished(d.origin)]) for d in documents)
        return self._run(
            chain.from_iterable(arrived), 0, lambda _done, _total, _taken: None, _Place()
        )

    def _here(self) -> "Ingest":
        """Knowing what this archive has given away itself."""
        with self.archive.read() as conn:
            name = conn.execute(ARCHIVE).fetchone()["archive"]
        return replace(self, options=replace(self.options, archive=name))

    def _run(
        self,
        arrived: Iterable[Arrival | Finished],
        total: int | None,
        progress: Progress,
        place: _Place,
    ) -> Report:
        report = Report()
        number = self.ingests.next() if self.ingests is not None else new_ingest()
        with self._recorded(number, report, progress) as told:
            try:
                self._take(arrived, number, report, total, place, told)
            except DiskFault as exc:
                raise type(exc)(f"{exc.detail}. {_so_far(report)}") from exc
        return report

    def _take(
        self,
        arrived: Iterable[Arrival | Finished],
        number: int,
        report: Report,
        total: int | None,
        place: _Place,
        told: Progress,
    ) -> None:
        done = inputs = furthest = 0
        processes = processes_for((total or 0) // _BYTES_AN_ARTICLE, self.processes)
        killing = Killing(self.archive, self.engine, self.embargoes, self.quarantine)
        intake = Intake(
            self.archive, self.embargoes, killing, self.tagger, self.quarantine, processes
        )
        for taken in intake.take(arrived, number):
            if isinstance(taken, Finished):
                done += taken.size
            else:
                report.count(taken)
                inputs += 1
                if inputs % _INDEXED_AT_ONCE == 0:
                    self._index(_WORTH_INDEXING)
            furthest = max(furthest, done + place.so_far)
            told(furthest, total, inputs)
        self._index(1)
        killing.sweep()
        if report.added or report.changed:
            self.engine.tidy(report.added)

    @contextmanager
    def _recorded(self, number: int, report: Report, progress: Progress) -> Iterator[Progress]:
        """The progress, with a note of it now and then; without its end if that does not come."""
        if self.ingests is None:
            yield progress
            return
        record, noted = self.ingests, monotonic()

        def told(done: int, total: int | None, taken: int) -> None:
            nonlocal noted
            if monotonic() - noted >= _NOTED_EVERY:
                record.progress(number, report.counts())
                noted = monotonic()
            progress(done, total, taken)

        record.begin(number)
        EVENTS.info("an ingest begins")
        try:
            yield told
        except BaseException:
            record.progress(number, report.counts())
            EVENTS.warning("an ingest is cut off", extra=asdict(report.counts()))
            raise
        record.end(number, report.counts())
        EVENTS.info("an ingest has ended: %s", report.counts(), extra=asdict(report.counts()))

    def _index(self, least: int) -> None:
        """What is not taken up now is found all the same, and the next to write takes it up."""
        with suppress(Busy):
            self.engine.index(least)

    def _found(
        self, found: Iterable[Entry | Failure], place: _Place
    ) -> Iterator[Arrival | Finished]:
        for each in found:
            if isinstance(each, Failure):
                yield Lost(each.origin, each.reason, is_input=False)
            elif each.url is not None:
                yield from self._fetched(each.url)
            else:
                yield from self._read(each, place)

    def _read(self, entry: Entry, place: _Place) -> Iterator[Arrival | Finished]:
        try:
            with opened(entry) as document:
                place.document = document
                yield from arrivals(document, self.options)
                origin = document.origin
        except Unreadable as exc:
            yield Lost(entry.origin, exc.detail)
            origin = entry.origin
        yield Finished(origin, entry.size)

    def _fetched(self, url: str) -> Iterator[Arrival | Finished]:
        fetcher = self.fetcher
        try:
            if fetcher is None:
                raise Unreadable("is an address, and nothing fetches addresses here")
            document = fetcher.document(url)
        except Unreadable as exc:
            yield Lost(url, exc.detail, is_input=False)
            return
        if document is None:
            self.options.tell(f"{url} has not changed since it was stored")
            return
        yield from arrivals(document, self.options)
        yield Finished(document.origin, remember=partial(fetcher.remember, url))
