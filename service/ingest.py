"""Files -> articles -> names -> archive. Every input ends in the report, none stops the others."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from service.article import Article
from service.database import Connection, Database
from service.entity import Mention
from service.errors import CuttingsError, Unreadable
from service.extract import Tagger, extract_all
from service.formats import read
from service.inbox import Failure, find, load, origin_of
from service.stores.articles import Decision, decide, put
from service.stores.embargoes import EmbargoStore, is_embargoed

# Large enough to tag in batches and to commit seldom, small enough to be searchable at once.
BATCH = 32

# Called after each file: how many are done, of how many.
Progress = Callable[[int, int], None]
# The names found in an article; None where none were looked for.
Names = tuple[Mention, ...] | None

_WRITTEN = ("added", "changed")
_FAILED: tuple[Mention, ...] = (Mention("", 0, 0, "", "", "place", None, "failed", 0.0),)


@dataclass(slots=True)
class Report:
    """What became of every input."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    killed: int = 0
    failed: list[Failure] = field(default_factory=list)

    def count(self, decision: Decision) -> None:
        setattr(self, decision.outcome, getattr(self, decision.outcome) + 1)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ingest:
    """Loads files into one archive. `tagger` is called when the first new text is to be read."""

    archive: Database
    embargoes: EmbargoStore
    tagger: Callable[[], Tagger]

    def run(self, paths: Sequence[str], progress: Progress = lambda _done, _total: None) -> Report:
        """Load everything found under `paths`; what cannot be read is in the report's `failed`."""
        files, failures = find(paths, self.archive.files() | self.embargoes.files())
        report = Report(failed=failures)
        done = 0
        for batch in _batches(files, BATCH):
            self._load(list(self._read(batch, report)), report)
            done += len(batch)
            progress(done, len(files))
        return report

    def _read(self, batch: Sequence[Path], report: Report) -> Iterator[Article]:
        for path in batch:
            try:
                article = read(*_named(path))
            except Unreadable as exc:
                report.failed.append(Failure(str(path), exc.detail))
            else:
                yield replace(article, origin=origin_of(path))

    def _load(self, articles: Sequence[Article], report: Report) -> None:
        """Name what is new before the archive is locked, then write it in one go."""
        held = [article for article in articles if is_embargoed(article)]
        for article, mentions in self._named(held, self.embargoes.standing, report):
            self._hold(article, mentions, report)
        shown = [article for article in articles if not is_embargoed(article)]
        with self.archive.read() as conn:
            named = self._named(shown, partial(decide, conn), report)
        if named:
            with self.archive.write() as conn:
                for article, mentions in named:
                    self._put(conn, article, mentions, report)
        for article in shown:
            self.embargoes.forget(article)

    def _named(
        self, articles: Sequence[Article], decide_: Callable[[Article], Decision], report: Report
    ) -> list[tuple[Article, Names]]:
        """Each article with its names; None for what is known already and needs none."""
        new = [a for a in articles if decide_(a).outcome in _WRITTEN]
        found = dict(zip(map(id, new), self._extracted(new, report), strict=True))
        return [(a, found.get(id(a))) for a in articles if found.get(id(a), ()) is not _FAILED]

    def _extracted(self, articles: Sequence[Article], report: Report) -> list[Names]:
        """The names of each article; one that breaks the tagger is reported, the others go on."""
        if not articles:
            return []
        try:
            return list(extract_all(articles, self.tagger()))
        except CuttingsError:
            raise
        except Exception as exc:
            if len(articles) > 1:
                return [self._extracted([article], report)[0] for article in articles]
            report.failed.append(Failure(articles[0].origin or "", f"cannot be tagged: {exc}"))
            return [_FAILED]

    def _put(self, conn: Connection, article: Article, names: Names, report: Report) -> None:
        conn.execute("SAVEPOINT article")
        try:
            if names is None and decide(conn, article).outcome in _WRITTEN:
                # Another process has changed it since it was looked at.
                names = extract_all([article], self.tagger())[0]
            tagger = self.tagger().id if names is not None else ""
            decision = put(conn, article, names or (), tagger)
        except Exception as exc:
            conn.execute("ROLLBACK TO article")
            report.failed.append(Failure(article.origin or "", f"cannot be stored: {exc}"))
        else:
            report.count(decision)
        conn.execute("RELEASE article")

    def _hold(self, article: Article, names: Names, report: Report) -> None:
        try:
            tagger = self.tagger().id if names is not None else ""
            report.count(self.embargoes.hold(article, names or (), tagger))
        except CuttingsError as exc:
            report.failed.append(Failure(article.origin or "", f"cannot be held: {exc.detail}"))


def _named(path: Path) -> tuple[bytes, str, bytes | None]:
    data, sidecar = load(path)
    return data, path.name, sidecar


def _batches(files: Iterable[Path], size: int) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for path in files:
        batch.append(path)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
