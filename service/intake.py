"""Arrivals -> names -> archive, whatever brings them: an ingest, a request, a folder that is
watched.

Every arrival has its outcome, none stops the others. They are taken in batches: looked at in one
snapshot, read for names outside of any transaction, and written in one.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import starmap

from service.arrivals import Arrival, Lost, Notice
from service.article import Article
from service.database import Connection, Database, savepoint
from service.errors import CuttingsError, InvalidRequest, PreconditionFailed
from service.extract import Tagger
from service.extract.pool import Extraction, Reading
from service.findings import Findings
from service.gathering import Arrived, Finished, Spool, batches, gathered, up_to_notices
from service.killing import Killing
from service.storage_faults import is_of_storage
from service.stores.articles import put
from service.stores.batches import new_among, runs
from service.stores.bulk import NewArticle, add_new
from service.stores.embargoes import EmbargoStore, Held, is_embargoed
from service.stores.quarantine import Aside, QuarantineStore, new_ingest
from service.stores.recognition import Decision, Outcome, decide
from service.stores.versions import is_older, texts_of

# So many are looked at and read at once.
BATCH = 32
# Of fewer articles each process that searches takes the words from the tables.
_WORTH_A_SEGMENT = 100
_WITHDRAWN = "withdrawn by its source"


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
class _Looked:
    """A batch, and which articles of it are to be read for names; those held back are not in it.

    With the content hashes of those for which it was taken.
    """

    arrivals: list[Arrival | Finished]
    fresh: list[bool]
    hashes: list[str]

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

    def take(
        self, arrivals: Iterable[Arrival | Finished], ingest: int | None = None
    ) -> Iterator[Taken | Finished]:
        """What becomes of each, in their order but for those under embargo, which come last.

        `ingest` is the number of this ingest if it has one already.
        """
        ingest = ingest or new_ingest()
        with Extraction(self.tagger, self.processes) as extraction, Spool() as held:
            later: list[Callable[[], None]] = []
            arrived = _read(extraction, self._look(arrivals, held))
            for together in gathered(starmap(_readings, arrived)):
                for taken in self._store(together, extraction, ingest):
                    if isinstance(taken, Finished):
                        later.append(taken.remember)
                    yield taken
                if not held:
                    _call(later)
            # Last, so that of two texts of one article the embargoed one stays out of sight.
            for looked, readings in _read(extraction, self._look_at_held(held)):
                for each in _readings(looked, readings):
                    if isinstance(each, Reading):
                        yield self._hold(each)
            _call(later)

    # Looking -------------------------------------------------------------------------------------

    def _look(self, arrivals: Iterable[Arrival | Finished], held: "Spool") -> Iterator[_Looked]:
        for batch in batches(arrivals, BATCH):
            kept: list[Arrival | Finished] = []
            fresh: list[bool] = []
            hashes: list[str] = []
            with self.archive.read() as conn:
                for arrival, decision in self._decided(conn, batch):
                    if isinstance(arrival, Article) and _must_wait(arrival, decision):
                        held.add(arrival)
                        continue
                    kept.append(arrival)
                    fresh.append(decision is not None and decision.is_read)
                    hashes.append(decision.content_hash if decision is not None else "")
            yield _Looked(kept, fresh, hashes)

    def _decided(
        self, conn: Connection, batch: Sequence[Arrival | Finished]
    ) -> Iterator[tuple[Arrival | Finished, Decision | None]]:
        """None for what is no article, and for one that contradicts itself: storing refuses it."""
        hashed = [(each, each.content_hash()) for each in batch if isinstance(each, Article)]
        new = iter(new_among(conn, hashed))
        for each in batch:
            if not isinstance(each, Article):
                yield each, None
            elif (decision := next(new)) is not None:
                yield each, decision
            else:
                with suppress(InvalidRequest):
                    decision = decide(conn, each, replacing=self.replacing)
                yield each, decision

    def _look_at_held(self, held: "Spool") -> Iterator[_Looked]:
        for batch in batches(held, BATCH):
            fresh = [self.embargoes.standing(article).is_written for article in batch]
            yield _Looked([*batch], fresh, [""] * len(batch))

    # Storing -------------------------------------------------------------------------------------

    def _store(
        self, arrived: Sequence[Arrived], extraction: Extraction, ingest: int
    ) -> Iterator[Taken | Finished]:
        """All in their order; the articles in one transaction, unless a notice stands between."""
        self._put_aside([each for each in arrived if isinstance(each, Lost)], ingest)
        for part in up_to_notices(arrived):
            readings = [each for each in part if isinstance(each, Reading)]
            taken = iter(self._write(readings, extraction) if readings else ())
            for each in part:
                match each:
                    case Reading():
                        yield next(taken)
                    case Lost():
                        yield Taken(each.place, each.number, problem=each.reason)
                    case Notice():
                        yield self._withdraw(each)
                    case Finished():
                        if self.quarantine is not None:
                            self.quarantine.resolve(each.origin, ingest)
                        yield each

    def _write(self, readings: Sequence[Reading], extraction: Extraction) -> list[Taken]:
        """Articles in one go, their names having been read before the archive is locked."""
        with self.archive.write(self.patience) as conn:
            any_held = self.embargoes.any_held()
            taken = self._put_all(conn, readings, extraction, any_held)
            self.killing.engine.index_in(conn, _WORTH_A_SEGMENT)
        if any_held:
            for reading, each in zip(readings, taken, strict=True):
                if each.outcome is not None and each.current:
                    self.embargoes.forget(reading.article)
        return taken

    def _put_all(
        self,
        conn: Connection,
        readings: Sequence[Reading],
        extraction: Extraction,
        any_held: bool,
    ) -> list[Taken]:
        """New ones together; each of them on its own if that fails, as one of them is the cause."""
        taken: dict[int, Taken] = {}
        apart = {at for at, each in enumerate(readings) if self._is_apart(each, any_held)}
        hashed = [
            (each.article, each.content_hash or each.article.content_hash()) for each in readings
        ]
        for run in runs(conn, hashed, apart, replacing=self.replacing):
            alone = [] if self._add(conn, run.new, readings) else [*run.new]
            for at in run.new.keys() - alone:
                taken[at] = _taken(readings[at].article, run.new[at])
            for at in alone if run.known is None else (*alone, run.known):
                taken[at] = self._put(conn, readings[at], extraction, any_held)
        return [taken[at] for at in range(len(readings))]

    def _is_apart(self, reading: Reading, any_held: bool) -> bool:
        """Whether more than the archive has to be asked about it."""
        if reading.findings is None:
            return True
        return any_held and self.embargoes.standing(reading.article).outcome != "added"

    def _add(
        self, conn: Connection, new: Mapping[int, Decision], readings: Sequence[Reading]
    ) -> bool:
        """All of them or none."""
        for decision in new.values():
            self.guard(conn, decision)
        try:
            with savepoint(conn, "articles"):
                add_new(conn, [_new_article(readings[at], made) for at, made in new.items()])
        except Exception as exc:
            if is_of_storage(exc):
                raise
            return False
        return True

    def _put(
        self, conn: Connection, reading: Reading, extraction: Extraction, any_held: bool
    ) -> Taken:
        article = reading.article
        place, number = article.place or "", article.record
        if reading.problem:
            return Taken(place, number, problem=reading.problem)
        try:
            with savepoint(conn, "article"):
                return self._decide_and_put(conn, reading, extraction, any_held)
        except PreconditionFailed:
            raise
        except Exception as exc:
            if is_of_storage(exc):
                raise
            reason = exc.detail if isinstance(exc, CuttingsError) else str(exc)
            return Taken(place, number, problem=f"cannot be stored: {reason}")

    def _decide_and_put(
        self, conn: Connection, reading: Reading, extraction: Extraction, any_held: bool
    ) -> Taken:
        article = reading.article
        decision = decide(conn, article, replacing=self.replacing)
        self.guard(conn, decision)
        if reading.findings is None and decision.is_read:
            # Another input or process has changed it since it was looked at.
            return self._put(conn, extraction.here([article])[0], extraction, any_held)
        if any_held and decision.outcome == "added" and not self.replacing:
            kept = self.embargoes.keep_earlier(article)
            if kept is not None:
                place, number = article.place or "", article.record
                return Taken(place, number, kept, decision.key, current=False)
        return _taken(article, self._filed(conn, reading, any_held))

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
        except PreconditionFailed:
            raise
        except CuttingsError as exc:
            if is_of_storage(exc):
                raise
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
            self.killing.take_out(conn, decision.key)
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


def _taken(article: Article, decision: Decision) -> Taken:
    place, number = article.place or "", article.record
    return Taken(place, number, decision.outcome, decision.key, current=decision.current)


def _new_article(reading: Reading, decision: Decision) -> NewArticle:
    return NewArticle(
        reading.article,
        reading.findings or Findings(),
        reading.tagger,
        decision.key,
        decision.content_hash,
        reading.signature,
    )


def _readings(looked: _Looked, readings: Iterable[Reading]) -> list[Arrived]:
    """A batch in its order, its new articles with what was read out of them."""
    read_ = iter(readings)
    return [
        replace(next(read_) if fresh else Reading(arrival, None, ""), content_hash=content_hash)
        if isinstance(arrival, Article)
        else arrival
        for arrival, fresh, content_hash in zip(
            looked.arrivals, looked.fresh, looked.hashes, strict=True
        )
    ]


def _read(
    extraction: Extraction, looked_at: Iterable[_Looked]
) -> Iterator[tuple[_Looked, list[Reading]]]:
    """Each batch with what was read out of its new articles, which may be several batches ahead."""
    taken: deque[_Looked] = deque()

    def new() -> Iterator[list[Article]]:
        for looked in looked_at:
            taken.append(looked)
            yield looked.to_read

    for readings in extraction.extract(new()):
        yield taken.popleft(), readings


def _call(remember: list[Callable[[], None]]) -> None:
    """Only when all is written, what waits included: what is remembered is not fetched again."""
    while remember:
        remember.pop(0)()
