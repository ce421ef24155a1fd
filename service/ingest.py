"""Files -> articles -> names -> archive. Every input ends in the report, none stops the others."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any

from service.article import Article
from service.database import Connection, Database
from service.entity import Mention
from service.errors import CuttingsError, InvalidRequest, Unreadable
from service.extract import Tagger, extract_all
from service.formats import read
from service.inbox import Failure, find, load, origin_of
from service.language import detect
from service.stores.articles import Decision, decide, published_key, put, withdraw
from service.stores.embargoes import EmbargoStore, is_embargoed

# Large enough to tag in batches and to commit seldom, small enough to be searchable at once.
BATCH = 32

# Called after each file: how many are done, of how many.
Progress = Callable[[int, int], None]
# The names found in an article; None where none were looked for.
Names = tuple[Mention, ...] | None

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
class Ingest:
    """Loads files into one archive. `tagger` is called when the first new text is to be read.

    Languages are detected then as well, so that what is known already costs nothing.
    """

    archive: Database
    embargoes: EmbargoStore
    tagger: Callable[[], Tagger]

    def run(self, paths: Sequence[str], progress: Progress = lambda _done, _total: None) -> Report:
        """Load everything found under `paths`; what cannot be read is in the report's `failed`."""
        files, failures = find(paths, self.archive.files() | self.embargoes.files())
        report = Report(failed=failures)
        done = 0
        held: list[Article] = []
        for batch in _batches(files, BATCH):
            articles = list(self._read(batch, report))
            held += filter(is_embargoed, articles)
            self._load([a for a in articles if not is_embargoed(a)], report)
            done += len(batch)
            progress(done, len(files))
        # Last, so that of two texts of one article the embargoed one stays out of sight.
        for article, names in self._named(held, self.embargoes.standing, report):
            self._hold(article, names, report)
        return report

    def _read(self, batch: Sequence[Path], report: Report) -> Iterator[Article]:
        for path in batch:
            try:
                data, sidecar = load(path)
                article = read(data, path.name, sidecar)
            except Unreadable as exc:
                report.failed.append(Failure(str(path), exc.detail))
            else:
                yield replace(article, origin=origin_of(path))

    def _load(self, articles: Sequence[Article], report: Report) -> None:
        """Name what is new before the archive is locked, then write it in one go."""
        with self.archive.read() as conn:
            named = self._named(articles, partial(decide, conn), report)
        if named:
            with self.archive.write() as conn:
                stored = [a for a, names in named if self._put(conn, a, names, report)]
            for article in stored:
                self.embargoes.forget(article)

    def _named(
        self, articles: Sequence[Article], decide_: Callable[[Article], Decision], report: Report
    ) -> list[tuple[Article, Names]]:
        """Each article with its names, or with None if it is known already and needs none.

        An article whose names cannot be read is in the report, not in the list.
        """
        new = [_is_new(article, decide_) for article in articles]
        known = [(a, None) for a, is_new in zip(articles, new, strict=True) if not is_new]
        return known + self._extracted(list(compress(articles, new)), report)

    def _extracted(
        self, articles: Sequence[Article], report: Report
    ) -> list[tuple[Article, Names]]:
        """A batch at once, which is faster; after a failure one by one, to find its cause."""
        if not articles:
            return []
        articles = [_with_language(article) for article in articles]
        try:
            return list(zip(articles, extract_all(articles, self.tagger()), strict=True))
        except CuttingsError:
            raise
        except Exception as exc:
            if len(articles) > 1:
                return [pair for a in articles for pair in self._extracted([a], report)]
            report.failed.append(Failure(articles[0].origin or "", f"cannot be tagged: {exc}"))
            return []

    def _put(self, conn: Connection, article: Article, names: Names, report: Report) -> bool:
        """Whether the archive has the article now."""
        conn.execute("SAVEPOINT article")
        try:
            if names is None and decide(conn, article).outcome in _WRITTEN:
                # Another process has changed it since it was looked at.
                article = _with_language(article)
                names = extract_all([article], self.tagger())[0]
            tagger = self.tagger().id if names is not None else ""
            was_key = self.embargoes.public_key(article) if names is not None else None
            report.count(put(conn, article, names or (), tagger, was_key))
        except Exception as exc:
            conn.execute("ROLLBACK TO article")
            reason = exc.detail if isinstance(exc, CuttingsError) else str(exc)
            report.failed.append(Failure(article.origin or "", f"cannot be stored: {reason}"))
            return False
        finally:
            conn.execute("RELEASE article")
        return True

    def _hold(self, article: Article, names: Names, report: Report) -> None:
        try:
            with self.archive.read() as conn:
                public = published_key(conn, article)
            tagger = self.tagger().id if names is not None else ""
            decision = self.embargoes.hold(article, names or (), tagger, public)
            if public is not None:
                with self.archive.write() as conn:
                    withdraw(conn, public)
        except CuttingsError as exc:
            report.failed.append(Failure(article.origin or "", f"cannot be held: {exc.detail}"))
        else:
            report.count(decision)
            report.waiting += 1


def _is_new(article: Article, decide_: Callable[[Article], Decision]) -> bool:
    """Whether its names must be read; one that contradicts itself is refused when it is stored."""
    try:
        return decide_(article).outcome in _WRITTEN
    except InvalidRequest:
        return False


def _with_language(article: Article) -> Article:
    """The article with the language that it is in, where it does not state one."""
    if article.language is not None:
        return article
    language = detect("\n\n".join(text for _, text in article.passages()))
    return replace(article, language=language, language_detected=language is not None)


def _batches(files: Iterable[Path], size: int) -> Iterator[list[Path]]:
    batch: list[Path] = []
    for path in files:
        batch.append(path)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
