"""Arrivals -> names -> archive, whatever brings them: an ingest, a request, a folder that is
watched.

Every arrival has its outcome, none stops the others. They are taken in batches: looked at in one
snapshot, read for names outside of any transaction, and written in one.
"""

import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Self, TypeVar

from service.arrivals import Arrival, Lost, Notice
from service.article import Article
from service.database import Connection, Database
from service.errors import Busy, CuttingsError, InvalidRequest, PreconditionFailed
from service.extract import Tagger
from service.extract.pool import Extraction, Reading
from service.findings import Findings
from service.killing import Killing
from service.stores.articles import put, withdraw
from service.stores.embargoes import EmbargoStore, Held, is_embargoed
from service.stores.quarantine import Aside, QuarantineStore, new_ingest
from service.stores.recognition import Decision, Outcome, decide
from service.stores.versions import is_older, texts_of

# Large enough to tag in batches and to commit seldom, small enough to be searchable at once.
BATCH = 32
# Articles under embargo wait in memory for the end of an ingest up to so many bytes, then on disk.
_HELD_IN_MEMORY = 16 * 1024 * 1024
_WITHDRAWN = "withdrawn by its source"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an arrival: an outcome with the article's key, or a `problem`.

    `number` tells which record of its origin it was. `current` is false for a text that is kept as
    what the article said before; `waits` is true for one under embargo.
    """

    place: str
    number: int | None = None
    outcome: Outcome | None = None
    key: str | None = None
    problem: str = ""
    current: bool = True
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """Stands behind all arrivals of an input: what it was, and how many bytes that were.

    `remember` is called when all of them are written.
    """

    origin: str
    size: int = 0
    remember: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class _Looked:
    """A batch, and which articles of it are to be read for names; those held back are not in it."""

    arrivals: list[Arrival | Finished]
    fresh: list[bool]

    @property
    def to_read(self) -> list[Article]:
        pairs = zip(self.arrivals, self.fresh, strict=True)
        return [arrival for arrival, fresh in pairs if fresh and isinstance(arrival, Article)]


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes arrivals into one archive.

    `replacing` makes each what its article says now; `guard` may refuse, inside the transaction, to
    write what a decision says. Without a `quarantine` nothing is put aside: whoever sent it has it.
    """

    archive: Database
    embargoes: EmbargoStore
    killing: Killing
    tagger: Callable[[], Tagger]
    quarantine: QuarantineStore | None = None
    processes: int = 1
    replacing: bool = False
    guard: Callable[[Connection, Decision], None] = lambda _conn, _decision: None
    patience: float = 30.0

    def take(self, arrivals: Iterable[Arrival | Finished]) -> Iterator[Taken | Finished]:
        """What becomes of each, in their order but for those under embargo, which come last."""
        ingest = new_ingest()
        with Extraction(self.tagger, self.processes) as extraction, _Spool() as held:
            later: list[Callable[[], None]] = []
            for looked, readings in _read(extraction, self._look(arrivals, held)):
                for taken in self._store(looked, readings, extraction, ingest):
                    if isinstance(taken, Finished):
                        later.append(taken.remember)
                    yield taken
                if not held:
                    _call(later)
            # Last, so that of two texts of one article the embargoed one stays out of sight.
            for looked, readings in _read(extraction, self._look_at_held(held)):
                for reading in _readings(looked, readings):
                    yield self._hold(reading)
            _call(later)

    # Looking -------------------------------------------------------------------------------------

    def _look(self, arrivals: Iterable[Arrival | Finished], held: "_Spool") -> Iterator[_Looked]:
        for batch in _batches(arrivals, BATCH):
            kept: list[Arrival | Finished] = []
            fresh: list[bool] = []
            with self.archive.read() as conn:
                for arrival in batch:
                    decision = self._decided(conn, arrival)
                    if isinstance(arrival, Article) and _must_wait(arrival, decision):
                        held.add(arrival)
                        continue
                    kept.append(arrival)
                    fresh.append(decision is not None and decision.is_read)
            yield _Looked(kept, fresh)

    def _decided(self, conn: Connection, arrival: Arrival | Finished) -> Decision | None:
        """None for what is no article, and for one that contradicts itself: storing refuses it."""
        if not isinstance(arrival, Article):
            return None
        try:
            return decide(conn, arrival, replacing=self.replacing)
        except InvalidRequest:
            return None

    def _look_at_held(self, held: "_Spool") -> Iterator[_Looked]:
        for batch in _batches(held, BATCH):
            fresh = [self.embargoes.standing(article).is_written for article in batch]
            yield _Looked([*batch], fresh)

    # Storing -------------------------------------------------------------------------------------

    def _store(
        self, looked: _Looked, readings: list[Reading], extraction: Extraction, ingest: int
    ) -> Iterator[Taken | Finished]:
        """A batch in its order; its articles in one transaction, unless a notice stands between."""
        self._put_aside([a for a in looked.arrivals if isinstance(a, Lost)], ingest)
        rest = _readings(looked, readings)
        articles: list[Reading] = []
        for arrival in looked.arrivals:
            match arrival:
                case Article():
                    articles.append(next(rest))
                    continue
                case Lost():
                    yield Taken(arrival.place, arrival.number, problem=arrival.reason)
                    continue
            yield from self._write(articles, extraction)
            articles = []
            if isinstance(arrival, Notice):
                yield self._withdraw(arrival)
            else:
                if self.quarantine is not None:
                    self.quarantine.resolve(arrival.origin, ingest)
                yield arrival
        yield from self._write(articles, extraction)

    def _write(self, readings: Sequence[Reading], extraction: Extraction) -> Iterator[Taken]:
        """Articles in one go, their names having been read before the archive is locked."""
        if not readings:
            return
        with self.archive.write(self.patience) as conn:
            any_held = self.embargoes.any_held()
            taken = [self._put(conn, reading, extraction, any_held) for reading in readings]
        if any_held:
            for reading, each in zip(readings, taken, strict=True):
                if each.outcome is not None and each.current:
                    self.embargoes.forget(reading.article)
        yield from taken

    def _put(
        self, conn: Connection, reading: Reading, extraction: Extraction, any_held: bool
    ) -> Taken:
        article = reading.article
        place, number = article.place or "", article.record
        if reading.problem:
            return Taken(place, number, problem=reading.problem)
        conn.execute("SAVEPOINT article")
        try:
            decision = decide(conn, article, replacing=self.replacing)
            self.guard(conn, decision)
            if reading.findings is None and decision.is_read:
                # Another input or process has changed it since it was looked at.
                return self._put(conn, extraction.here([article])[0], extraction, any_held)
            if any_held and decision.outcome == "added" and not self.replacing:
                kept = self.embargoes.keep_earlier(article)
                if kept is not None:
                    return Taken(place, number, kept, decision.key, current=False)
            decision = self._filed(conn, reading, any_held)
        except PreconditionFailed:
            raise
        except Exception as exc:
            conn.execute("ROLLBACK TO article")
            reason = exc.detail if isinstance(exc, CuttingsError) else str(exc)
            return Taken(place, number, problem=f"cannot be stored: {reason}")
        finally:
            conn.execute("RELEASE article")
        return Taken(place, number, decision.outcome, decision.key, current=decision.current)

    def _filed(self, conn: Connection, reading: Reading, any_held: bool) -> Decision:
        article, was_key = reading.article, None
        if any_held and reading.findings is not None:
            was_key = self.embargoes.public_key(article)
            for earlier in self.embargoes.earlier(article):
                put(conn, earlier, Findings(), reading.tagger, was_key)
        findings = reading.findings or Findings()
        return put(
            conn,
            article,
            findings,
            reading.tagger,
            was_key,
            signature=reading.signature,
            replacing=self.replacing,
        )

    def _hold(self, reading: Reading) -> Taken:
        article = reading.article
        place, number = article.place or "", article.record
        if reading.problem:
            return Taken(place, number, problem=reading.problem)
        try:
            with self.archive.write(self.patience) as conn:
                decision = self._held(conn, reading)
        except (Busy, PreconditionFailed):
            raise
        except CuttingsError as exc:
            return Taken(place, number, problem=f"cannot be held: {exc.detail}")
        waits = decision.outcome != "killed"
        return Taken(place, number, decision.outcome, decision.key, current=False, waits=waits)

    def _held(self, conn: Connection, reading: Reading) -> Decision:
        """Held back, and taken out of sight if it was published; all while nobody else writes."""
        article = reading.article
        decision = decide(conn, article, replacing=self.replacing)
        self.guard(conn, decision)
        if decision.outcome == "killed":
            return decision
        texts = texts_of(conn, decision.key) if decision.outcome != "added" else []
        # An older text may wait alone: what is published since stays.
        replaced = self.replacing or not texts or not is_older(article, texts[-1].article)
        earlier = tuple(text.article for text in texts) if replaced else ()
        findings = reading.findings or Findings()
        held = Held(article, findings, reading.tagger, reading.signature, earlier)
        done = self.embargoes.hold(held, decision.key, replacing=self.replacing)
        if texts and replaced:
            withdraw(conn, decision.key)
        return replace(done, outcome="changed") if texts and done.outcome == "added" else done

    def _withdraw(self, notice: Notice) -> Taken:
        said = notice.withdrawn
        reason = said.reason or _WITHDRAWN
        try:
            key = self.killing.withdraw(said.key, said.uri, said.source, reason)
        except InvalidRequest as exc:
            return Taken(notice.origin, said.number, problem=exc.detail)
        return Taken(notice.origin, said.number, "killed", key)

    def _put_aside(self, lost: Sequence[Lost], ingest: int) -> None:
        if self.quarantine is None:
            return
        asides = [
            Aside(
                each.origin,
                each.number,
                each.reason,
                each.format,
                each.data,
                each.size,
                each.sidecar,
            )
            for each in lost
            if each.is_input
        ]
        self.quarantine.keep(asides, ingest)


def _must_wait(article: Article, decision: Decision | None) -> bool:
    """What was killed does not wait either: it is not taken in."""
    killed = decision is not None and decision.outcome == "killed"
    return is_embargoed(article) and not killed


def _readings(looked: _Looked, readings: Iterable[Reading]) -> Iterator[Reading]:
    """All articles in their order, those that are new with what was read out of them."""
    read_ = iter(readings)
    for arrival, fresh in zip(looked.arrivals, looked.fresh, strict=True):
        if isinstance(arrival, Article):
            yield next(read_) if fresh else Reading(arrival, None, "")


def _read(
    extraction: Extraction, batches: Iterable[_Looked]
) -> Iterator[tuple[_Looked, list[Reading]]]:
    """Each batch with what was read out of its new articles, which may be several batches ahead."""
    taken: deque[_Looked] = deque()

    def new() -> Iterator[list[Article]]:
        for looked in batches:
            taken.append(looked)
            yield looked.to_read

    for readings in extraction.extract(new()):
        yield taken.popleft(), readings


def _call(remember: list[Callable[[], None]]) -> None:
    """Only when all is written, what waits included: what is remembered is not fetched again."""
    while remember:
        remember.pop(0)()


class _Spool:
    """Articles put aside for later, on disk when they are many: an unnamed file of our own."""

    def __init__(self) -> None:
        # Where the system keeps temporary files; it has no name, and goes with the process.
        self._file: IO[bytes] = SpooledTemporaryFile(max_size=_HELD_IN_MEMORY)  # noqa: SIM115
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, article: Article) -> None:
        pickle.dump(article, self._file)
        self._count += 1

    def __iter__(self) -> Iterator[Article]:
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 - what add() wrote


def _batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
