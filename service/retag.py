"""Reading again what an older tagger has read; editors' decisions hold for what it finds."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from service.article import Article
from service.extract import Tagger
from service.extract.pool import Extraction, processes_for
from service.inbox import Failure
from service.ingest import Progress
from service.intake import BATCH
from service.stores.rereading import Reread, Rereading, Standing


@dataclass(slots=True)
class RetagReport:
    """What became of the articles that were to be read again."""

    tagger: str
    read: int = 0
    changed_meanwhile: int = 0  # by an ingest, which has read them itself
    failed: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Retag:
    """Reads articles of one archive again. `processes` as for an ingest."""

    rereading: Rereading
    tagger: Callable[[], Tagger]
    processes: int | None = 1

    def run(
        self, *, every: bool = False, progress: Progress = lambda _done, _total, _taken: None
    ) -> RetagReport:
        """Read what another tagger has read, or all there is; the others stay as they are."""
        tagger = cache(self.tagger)
        report = RetagReport(tagger().id)
        total = self.rereading.count(report.tagger, every=every)
        done = 0
        with Extraction(self.tagger, processes_for(total, self.processes)) as extraction:
            taken: deque[Sequence[Standing]] = deque()
            batches = self.rereading.batches(report.tagger, BATCH, every=every)
            for readings in extraction.extract(_articles(batches, taken)):
                standing = taken.popleft()
                found = []
                for each, reading in zip(standing, readings, strict=True):
                    if reading.findings is None:
                        report.failed.append(Failure(each.key, reading.problem))
                    else:
                        found.append(Reread(each, reading.findings, reading.tagger))
                written = self.rereading.file(found)
                report.read += written
                report.changed_meanwhile += len(found) - written
                done += len(standing)
                progress(done, total, done)
        return report


def _articles(
    batches: Iterable[Sequence[Standing]], taken: deque[Sequence[Standing]]
) -> Iterator[list[Article]]:
    """The articles of each batch, which is kept in `taken` until they have been read."""
    for batch in batches:
        taken.append(batch)
        yield [standing.article for standing in batch]
