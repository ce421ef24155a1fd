"""Files -> articles -> names -> archive. Every input ends in the report, none stops the others."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import compress, islice
from pathlib import Path
from typing import Any, TypeVar

from service.article import Article
from service.database import Connection, Database
from service.errors import CuttingsError, InvalidRequest, Unreadable
from service.extract import Tagger
from service.extract.pool import Extraction, Reading, processes_for
from service.extract.wire import with_wire
from service.findings import Findings
from service.formats import read
from service.inbox import Failure, find, load, origin_of
from service.stores.articles import Decision, decide, published_key, put, withdraw
from service.stores.embargoes import EmbargoStore, is_embargoed

# Large enough to tag in batches and to commit seldom, small enough to be searchable at once.
BATCH = 32

# Called after each file: how many are done, of how many.
Progress = Callable[[int, int], None]
_T = TypeVar("_T")
_log = logging.getLogger("cuttings")

_WRITTEN = ("added", "changed")


@dataclass(slots=True)
class Report:
    """What became of every input."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    killed: int = 0
    failed: list[Failure] = field(default_factory=list)
    waiting: int = 0  # of those counted above, articles under embargo

    def count(self, decision: Decision) -> None:
        setattr(self, decision.outcome, getattr(self, decision.outcome) + 1)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "waiting"}


@dataclass(frozen=True, slots=True)
class _Looked:
    """A batch of inputs: what of it is articles, which of them are new, and what cannot be read."""

    inputs: int
    articles: list[Article]
    is_new: list[bool]
    failed: list[Failure]

    @property
    def new(self) -> list[Article]:
        return list(compress(self.articles, self.is_new))

    def named(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        """All articles in their order, the new ones with what was read out of them."""
        read_ = iter(readings)
        for article, is_new in zip(self.articles, self.is_new, strict=True):
            yield next(read_) if is_new else Reading(article, None, "")


@dataclass(frozen=True, slots=True)
class Ingest:
    """Loads files into one archive. `tagger` is called when the first new text is to be read.

    Languages are detected then as well, so that what is known already costs nothing. `processes`
    is how many read names (None: as many as pay off); whatever it is, the archive is the same.
    """

    archive: Database
    embargoes: EmbargoStore
    tagger: Callable[[], Tagger]
    processes: int | None = 1

    def run(self, paths: Sequence[str], progress: Progress = lambda _done, _total: None) -> Report:
        """Load everything found under `paths`; what cannot be read is in the report's `failed`."""
        files, failures = find(paths, self.archive.files() | self.embargoes.files())
        report = Report(failed=failures)
        held: list[Article] = []
        done = 0
        with Extraction(self.tagger, processes_for(len(files), self.processes)) as extraction:
            for looked, readings in _read(extraction, self._look(files, held)):
                report.failed += looked.failed
                self._store(looked, readings, extraction, report)
                done += looked.inputs
                progress(done, len(files))
            # Last, so that of two texts of one article the embargoed one stays out of sight.
            for looked, readings in _read(extraction, self._look_at_held(held)):
                for reading in looked.named(readings):
                    self._hold(reading, report)
        return report

    def _look(self, files: Iterable[Path], held: list[Article]) -> Iterator[_Looked]:
        """Which articles are new; those under embargo are put aside in `held`."""
        for batch in _batches(files, BATCH):
            failed: list[Failure] = []
            articles = list(_articles(batch, failed))
            held += filter(is_embargoed, articles)
            articles = [article for article in articles if not is_embargoed(article)]
            with self.archive.read() as conn:
                is_new = [_is_new(article, partial(decide, conn)) for article in articles]
            yield _Looked(len(batch), articles, is_new, failed)

    def _look_at_held(self, held: Iterable[Article]) -> Iterator[_Looked]:
        for batch in _batches(held, BATCH):
            is_new = [_is_new(article, self.embargoes.standing) for article in batch]
            yield _Looked(len(batch), batch, is_new, [])

    def _store(
        self, looked: _Looked, readings: list[Reading], extraction: Extraction, report: Report
    ) -> None:
        """Write a batch in one go, its names having been read before the archive is locked."""
        if not looked.articles:
            return
        with self.archive.write() as conn:
            stored = [
                reading.article
                for reading in looked.named(readings)
                if self._put(conn, reading, extraction, report)
            ]
        for article in stored:
            self.embargoes.forget(article)

    def _put(
        self, conn: Connection, reading: Reading, extraction: Extraction, report: Report
    ) -> bool:
        """Whether the archive has the article now."""
        article = reading.article
        if reading.problem:
            report.failed.append(Failure(article.origin or "", reading.problem))
            return False
        conn.execute("SAVEPOINT article")
        try:
            if reading.findings is None and decide(conn, article).outcome in _WRITTEN:
                # Another input or process has changed it since it was looked at.
                return self._put(conn, extraction.here([article])[0], extraction, report)
            was_key = self.embargoes.public_key(article) if reading.findings is not None else None
            findings = reading.findings or Findings()
            report.count(put(conn, article, findings, reading.tagger, was_key))
        except Exception as exc:
            conn.execute("ROLLBACK TO article")
            reason = exc.detail if isinstance(exc, CuttingsError) else str(exc)
            report.failed.append(Failure(article.origin or "", f"cannot be stored: {reason}"))
            return False
        finally:
            conn.execute("RELEASE article")
        return True

    def _hold(self, reading: Reading, report: Report) -> None:
        article = reading.article
        if reading.problem:
            report.failed.append(Failure(article.origin or "", reading.problem))
            return
        try:
            with self.archive.read() as conn:
                public = published_key(conn, article)
            findings = reading.findings or Findings()
            decision = self.embargoes.hold(article, findings, reading.tagger, public)
            if public is not None:
                with self.archive.write() as conn:
                    withdraw(conn, public)
        except CuttingsError as exc:
            report.failed.append(Failure(article.origin or "", f"cannot be held: {exc.detail}"))
        else:
            report.count(decision)
            report.waiting += 1


def _read(
    extraction: Extraction, batches: Iterable[_Looked]
) -> Iterator[tuple[_Looked, list[Reading]]]:
    """Each batch with what was read out of its new articles, which may be several batches ahead."""
    taken: deque[_Looked] = deque()

    def new() -> Iterator[list[Article]]:
        for looked in batches:
            taken.append(looked)
            yield looked.new

    for readings in extraction.extract(new()):
        yield taken.popleft(), readings


def _articles(files: Iterable[Path], failed: list[Failure]) -> Iterator[Article]:
    for path in files:
        try:
            data, sidecar = load(path)
            article = read(data, path.name, sidecar)
        except Unreadable as exc:
            failed.append(Failure(str(path), exc.detail))
        else:
            yield _furnished(replace(article, origin=origin_of(path)))


def _furnished(article: Article) -> Article:
    """With what its text shows of dateline, authors and credits; before it is asked what is new,
    since all of this counts as said by the source.
    """
    try:
        return with_wire(article)
    except Exception:
        _log.exception("Dateline and credits of %s are not read", article.origin)
        return article


def _is_new(article: Article, decide_: Callable[[Article], Decision]) -> bool:
    """Whether its names must be read; one that contradicts itself is refused when it is stored."""
    try:
        return decide_(article).outcome in _WRITTEN
    except InvalidRequest:
        return False


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
