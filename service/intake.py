"""Arrivals -> names -> archive, whatever brings them: an ingest, a request, a folder that is
watched.

Every arrival has its outcome, none stops the others. They are taken in batches: looked at in one
snapshot, read for names outside of any transaction, and written in one.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import starmap

from service.archive import Archive
from service.arrivals import Arrival, Lost, Notice
from service.article import Article
from service.database import Connection
from service.errors import InvalidRequest
from service.extract import Tagger
from service.extract.pool import Extraction, Reading
from service.gathering import Arrived, Finished, Spool, batches, gathered, up_to_notices
from service.killing import Killing
from service.needs import NOTHING, together
from service.stores.batches import Hashed, new_among
from service.stores.embargoes import EmbargoStore, is_embargoed
from service.stores.quarantine import Aside, QuarantineStore, new_ingest
from service.stores.recognition import Decision, decide, of_input
from service.storing import Storing
from service.storing import Taken as Taken

# So many are looked at and read at once.
BATCH = 32
_WITHDRAWN = "withdrawn by its source"
# Standard input is called so.
_NO_PATH = "-"


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

    archive: Archive
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
            storing = self._storing(extraction)
            arrived = _read(extraction, self._look(arrivals, held))
            for together in gathered(starmap(_readings, arrived)):
                for done in self._store(together, storing, ingest):
                    if isinstance(done, Finished):
                        later.append(done.remember)
                    yield done
                if not held:
                    _call(later)
            # Last, so that of two texts of one article the embargoed one stays out of sight.
            for looked, readings in _read(extraction, self._look_at_held(held)):
                for each in _readings(looked, readings):
                    if isinstance(each, Reading):
                        taken = storing.hold(each)
                        self._put_aside(_not_taken([each], [taken]), ingest)
                        yield taken
            _call(later)

    def _storing(self, extraction: Extraction) -> Storing:
        return Storing(
            self.archive,
            self.embargoes,
            self.killing,
            extraction,
            self.replacing,
            self.guard,
            self.patience,
        )

    # Looking -------------------------------------------------------------------------------------

    def _look(self, arrivals: Iterable[Arrival | Finished], held: "Spool") -> Iterator[_Looked]:
        for batch in batches(arrivals, BATCH):
            kept: list[Arrival | Finished] = []
            fresh: list[bool] = []
            hashes: list[str] = []
            hashed = [(each, each.content_hash()) for each in batch if isinstance(each, Article)]
            has_all = self.archive.has_all
            needs = NOTHING if has_all else together(of_input(*each) for each in hashed)
            with self.archive.read(needs) as conn:
                for arrival, decision in self._decided(conn, batch, hashed):
                    if isinstance(arrival, Article) and _must_wait(arrival, decision):
                        held.add(arrival)
                        continue
                    kept.append(arrival)
                    fresh.append(decision is not None and decision.is_read)
                    hashes.append(decision.content_hash if decision is not None else "")
            yield _Looked(kept, fresh, hashes)

    def _decided(
        self, conn: Connection, batch: Sequence[Arrival | Finished], hashed: Sequence[Hashed]
    ) -> Iterator[tuple[Arrival | Finished, Decision | None]]:
        """None for what is no article, and for one that contradicts itself: storing refuses it."""
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
        self, arrived: Sequence[Arrived], storing: Storing, ingest: int
    ) -> Iterator[Taken | Finished]:
        """All in their order; the articles in one transaction, unless a notice stands between."""
        self._put_aside([each for each in arrived if isinstance(each, Lost)], ingest)
        for part in up_to_notices(arrived):
            readings = [each for each in part if isinstance(each, Reading)]
            taken = storing.write(readings) if readings else []
            self._put_aside(_not_taken(readings, taken), ingest)
            rest = iter(taken)
            for each in part:
                match each:
                    case Reading():
                        yield next(rest)
                    case Lost():
                        yield Taken(each.place, each.number, problem=each.reason)
                    case Notice():
                        yield self._withdraw(each)
                    case Finished():
                        if self.quarantine is not None:
                            self.quarantine.resolve(each.origin, ingest)
                        yield each

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


def _not_taken(readings: Iterable[Reading], taken: Iterable[Taken]) -> list[Lost]:
    """What reads well and cannot be stored; its bytes went by, and are where it came from."""
    return [
        Lost(reading.article.origin or _NO_PATH, each.problem, reading.article.record)
        for reading, each in zip(readings, taken, strict=True)
        if each.problem
    ]


def _must_wait(article: Article, decision: Decision | None) -> bool:
    """What was killed does not wait either: it is not taken in."""
    killed = decision is not None and decision.outcome == "killed"
    return is_embargoed(article) and not killed


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
