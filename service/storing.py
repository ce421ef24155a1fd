"""A batch that has been read into the archive, in one change; or held back, where it must wait.

A change may be done several times, each on what the archive is by then: so the work here only gives
what became of each article. What it holds back meanwhile is taken back before it is done again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from service.archive import Archive
from service.article import Article
from service.database import Connection, savepoint
from service.errors import CuttingsError, InvalidRequest, PreconditionFailed
from service.extract.pool import Extraction, Reading
from service.findings import Findings
from service.killing import Killing
from service.needs import NOTHING, Needs, together
from service.storage_faults import is_of_storage
from service.stores.articles import put
from service.stores.batches import Hashed, runs
from service.stores.bulk import NewArticle, add_new
from service.stores.embargoes import EmbargoStore, Held
from service.stores.recognition import BY_KEY, Decision, Outcome, decide, of_input
from service.stores.versions import is_older, texts_of

# Of fewer articles each process that searches takes the words from the tables.
_WORTH_A_SEGMENT = 100


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
class _Batch:
    """What is to be written; `again` are those that had to be read once more for that."""

    readings: Sequence[Reading]
    hashed: Sequence[Hashed]
    again: dict[int, Reading] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Storing:
    """Writes into one archive. `replacing` and `guard` are those of the intake."""

    archive: Archive
    embargoes: EmbargoStore
    killing: Killing
    extraction: Extraction
    replacing: bool
    guard: Callable[[Connection, Decision], None]
    patience: float

    def write(self, readings: Sequence[Reading]) -> list[Taken]:
        """Articles in one go, their names having been read before the archive is locked.

        Where the archive refuses all of them for one, that one is looked for by halves.
        """
        try:
            return self._written(readings)
        except InvalidRequest as exc:
            if len(readings) == 1:
                return [_not_stored(readings[0].article, exc.detail)]
            half = len(readings) // 2
            return [*self.write(readings[:half]), *self.write(readings[half:])]

    def _written(self, readings: Sequence[Reading]) -> list[Taken]:
        batch = _Batch(readings, [_hashed(each) for each in readings])
        needs = NOTHING if self.archive.has_all else together(_needs(batch))

        def work(conn: Connection) -> tuple[list[Taken], list[Callable[[], None]]]:
            any_held = self.embargoes.any_held()
            if any_held and not self.archive.has_all:
                self.archive.want(together(self._of_held(batch)))
            taken = self._put_all(conn, batch, any_held)
            self.killing.engine.index_in(conn, _WORTH_A_SEGMENT)
            return taken, [*self._forgetting(batch, taken)] if any_held else []

        taken, forgetting = self.archive.change(needs, work, self.patience)
        for forget in forgetting:
            forget()
        return taken

    def _forgetting(self, batch: _Batch, taken: Iterable[Taken]) -> Iterator[Callable[[], None]]:
        """What waits no longer, as a newer text is there: not what others will have held back."""
        for reading, each in zip(batch.readings, taken, strict=True):
            if each.outcome is not None and each.current:
                yield self.embargoes.forgetting(reading.article)

    def _of_held(self, batch: _Batch) -> Iterator[Needs]:
        """What is written of those that have waited: all that they said, under the key they had."""
        for article, digest in batch.hashed:
            if (was_key := self.embargoes.public_key(article)) is not None:
                yield of_input(article, digest, was_key=was_key)
            for earlier in self.embargoes.earlier(article):
                yield of_input(earlier, earlier.content_hash(), was_key=was_key)

    def _put_all(self, conn: Connection, batch: _Batch, any_held: bool) -> list[Taken]:
        """New ones together; each of them on its own if that fails, as one of them is the cause."""
        taken: dict[int, Taken] = {}
        readings = batch.readings
        apart = {at for at, each in enumerate(readings) if self._is_apart(each, any_held)}
        for run in runs(conn, batch.hashed, apart, replacing=self.replacing):
            alone = [] if self._add(conn, run.new, readings) else [*run.new]
            for at in run.new.keys() - alone:
                taken[at] = _taken(readings[at].article, run.new[at])
            for at in alone if run.known is None else (*alone, run.known):
                taken[at] = self._put(conn, batch, at, any_held)
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

    def _put(self, conn: Connection, batch: _Batch, at: int, any_held: bool) -> Taken:
        reading = batch.again.get(at, batch.readings[at])
        article = reading.article
        if reading.problem:
            return _failed(article, reading.problem)
        try:
            with savepoint(conn, "article"):
                decision = decide(conn, article, replacing=self.replacing)
                self.guard(conn, decision)
                if reading.findings is not None or not decision.is_read:
                    return self._decided(conn, reading, decision, any_held)
        except PreconditionFailed:
            raise
        except Exception as exc:
            if is_of_storage(exc):
                raise
            reason = exc.detail if isinstance(exc, CuttingsError) else str(exc)
            return _not_stored(article, reason)
        # Another input or process has changed it since it was looked at.
        batch.again[at] = self.extraction.here([article])[0]
        return self._put(conn, batch, at, any_held)

    def _decided(
        self, conn: Connection, reading: Reading, decision: Decision, any_held: bool
    ) -> Taken:
        article = reading.article
        if any_held and decision.outcome == "added" and not self.replacing:
            kept = self.embargoes.keep_earlier(article)
            if kept is not None:
                return Taken(*_place(article), kept, decision.key, current=False)
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

    # Holding back --------------------------------------------------------------------------------

    def hold(self, reading: Reading) -> Taken:
        """Keep one under embargo, out of everybody's sight."""
        article = reading.article
        if reading.problem:
            return _failed(article, reading.problem)
        has_all = self.archive.has_all
        needs = NOTHING if has_all else of_input(article, article.content_hash())
        try:
            decision = self.archive.change(
                needs, lambda conn: self._held(conn, reading), self.patience
            )
        except PreconditionFailed:
            raise
        except CuttingsError as exc:
            if is_of_storage(exc):
                raise
            return _failed(article, f"cannot be held: {exc.detail}")
        waits = decision.outcome != "killed"
        return Taken(*_place(article), decision.outcome, decision.key, current=False, waits=waits)

    def _held(self, conn: Connection, reading: Reading) -> Decision:
        """Held back, and taken out of sight if it was published; all while nobody else writes.

        What waits is written first, so that it is never in neither place.
        """
        article = reading.article
        decision = decide(conn, article, replacing=self.replacing)
        self.guard(conn, decision)
        if decision.outcome == "killed":
            return decision
        # A path may get a new article while another path still holds its old text.
        is_there = conn.execute(BY_KEY, {"key": decision.key}).fetchone() is not None
        texts = texts_of(conn, decision.key) if is_there else []
        # An older text may wait alone: what is published since stays.
        replaced = self.replacing or not texts or not is_older(article, texts[-1].article)
        earlier = tuple(text.article for text in texts) if replaced else ()
        findings = reading.findings or Findings()
        held = Held(article, findings, reading.tagger, reading.signature, earlier)
        done = self.embargoes.hold(held, decision.key, replacing=self.replacing)
        if texts and replaced:
            self.killing.take_out(conn, decision.key)
        return replace(done, outcome="changed") if texts and done.outcome == "added" else done


def _needs(batch: _Batch) -> Iterable[Needs]:
    for reading, (article, digest) in zip(batch.readings, batch.hashed, strict=True):
        yield of_input(article, digest, reading.findings.mentions if reading.findings else ())


def _hashed(reading: Reading) -> Hashed:
    return reading.article, reading.content_hash or reading.article.content_hash()


def _place(article: Article) -> tuple[str, int | None]:
    return article.place or "", article.record


def _failed(article: Article, problem: str) -> Taken:
    return Taken(*_place(article), problem=problem)


def _not_stored(article: Article, reason: str) -> Taken:
    return _failed(article, f"cannot be stored: {reason}")


def _taken(article: Article, decision: Decision) -> Taken:
    return Taken(*_place(article), decision.outcome, decision.key, current=decision.current)


def _new_article(reading: Reading, decision: Decision) -> NewArticle:
    return NewArticle(
        reading.article,
        reading.findings or Findings(),
        reading.tagger,
        decision.key,
        decision.content_hash,
        reading.signature,
    )
