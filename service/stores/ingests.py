"""What became of the latest ingests: their numbers, and of what failed the first reasons.

The numbers count what waits under embargo as well, so they are not for every reader. Nothing here
is worth holding an ingest up: whatever finds the private file busy, or no room for it, is left for
the next time.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass

from service.archive import Archive
from service.database import Connection, Row
from service.dates import utc_now
from service.errors import Busy, DiskFault
from service.needs import ASIDE, ASIDE_INGEST, INGEST, Condition, Needs, Span
from service.stores.quarantine import new_ingest

# Seconds that an ingest waits to say how far it is, and at its end.
_MEANWHILE, _AT_ITS_END = 0.1, 5.0
# As many are remembered.
MOST_INGESTS = 1_000
# Of which few are remembered, and each in a few numbers.
_ALL = Needs(kinds=frozenset({"ingest"}))
# So much of what an ingest put aside is looked at, for so many reasons.
_LOOKED_AT, MOST_REASONS = 50, 3

# The number of an ingest is when it began, in nanoseconds.
NOTE = """
INSERT INTO ingests (id, began_at, seen_at, ended_at, inputs, added, changed, unchanged,
  duplicates, killed, failed)
VALUES (:id, strftime('%Y-%m-%dT%H:%M:%SZ', :id / 1000000000, 'unixepoch'), :now, :ended, :inputs,
  :added, :changed, :unchanged, :duplicates, :killed, :failed)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, ended_at = excluded.ended_at,
  inputs = excluded.inputs, added = excluded.added, changed = excluded.changed,
  unchanged = excluded.unchanged, duplicates = excluded.duplicates, killed = excluded.killed,
  failed = excluded.failed
"""
FORGET = """
DELETE FROM ingests WHERE id <= (SELECT id FROM ingests ORDER BY id DESC LIMIT 1 OFFSET :most)
"""
LAST = "SELECT max(id) FROM ingests"
LATEST = "SELECT * FROM ingests ORDER BY id DESC LIMIT :limit"
PUT_ASIDE = """
SELECT reason, origin, number FROM quarantine WHERE ingest = :id ORDER BY id LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many inputs an ingest has taken, and what became of them."""

    inputs: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicates: int = 0
    killed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class PutAside:
    """Why something could not be read, and the first for which that was so."""

    reason: str
    origin: str
    number: int | None


@dataclass(frozen=True, slots=True)
class PastIngest:
    """An ingest; `ended_at` is None if it was cut off or goes on, after `seen_at` in any case.

    `asides` are the first reasons that the quarantine still has: what has been ingested since, or
    is gone, is not among them.
    """

    id: int
    began_at: str
    seen_at: str
    ended_at: str | None
    counts: Counts
    asides: tuple[PutAside, ...]


class IngestStore:
    """What ingests have told of themselves, by the number that `new_ingest` gave them."""

    def __init__(self, private: Archive) -> None:
        self._private = private
        self._begun: int | None = None

    def next(self) -> int:
        """A number for one that begins now: higher than any before, though the clock went back.

        It is noted at once as begun, so that nobody else is given the same.
        """
        with suppress(Busy, DiskFault):
            self._begun = self._private.change(_ALL, _next, _MEANWHILE)
            return self._begun
        with self._private.read(Needs(spans=frozenset({Span(INGEST, 1, last=True)}))) as conn:
            return _higher(conn)

    def begin(self, number: int) -> None:
        """One begins; all but the latest are forgotten."""
        if number != self._begun:
            with suppress(Busy, DiskFault):
                self._private.change(_ALL, lambda conn: _begin(conn, number), _MEANWHILE)

    def progress(self, number: int, counts: Counts) -> None:
        """How far it is."""
        with suppress(Busy, DiskFault):
            self._tell(number, counts, None, _MEANWHILE)

    def end(self, number: int, counts: Counts) -> None:
        """It is done with everything."""
        with suppress(Busy, DiskFault):
            self._tell(number, counts, utc_now(), _AT_ITS_END)

    def latest(self, limit: int) -> tuple[PastIngest, ...]:
        """The latest first."""

        def work(conn: Connection) -> tuple[PastIngest, ...]:
            rows = conn.execute(LATEST, {"limit": limit}).fetchall()
            with self._private.read(_put_aside(row["id"] for row in rows)) as more:
                return tuple(_past(row, tuple(_asides(more, row["id"]))) for row in rows)

        return self._private.look(Needs(spans=frozenset({Span(INGEST, limit, last=True)})), work)

    def _tell(self, number: int, counts: Counts, ended: str | None, patience: float) -> None:
        needs = Needs(frozenset({("ingest", str(number))}))
        self._private.change(needs, lambda conn: _note(conn, number, counts, ended), patience)


def _higher(conn: Connection) -> int:
    last = conn.execute(LAST).fetchone()[0] or 0
    return max(new_ingest(), int(last) + 1)


def _next(conn: Connection) -> int:
    number = _higher(conn)
    _begin(conn, number)
    return number


def _begin(conn: Connection, number: int) -> None:
    _note(conn, number, Counts())
    conn.execute(FORGET, {"most": MOST_INGESTS})


def _note(conn: Connection, number: int, counts: Counts, ended: str | None = None) -> None:
    conn.execute(NOTE, {"id": number, "now": utc_now(), "ended": ended, **asdict(counts)})


def _put_aside(numbers: Iterable[int]) -> Needs:
    """The first that each of these ingests put aside."""
    asked = (Condition(ASIDE_INGEST, number, number) for number in numbers)
    return Needs(spans=frozenset(Span(ASIDE, _LOOKED_AT, (each,)) for each in asked))


def _asides(conn: Connection, number: int) -> Iterator[PutAside]:
    """One for each reason."""
    reasons: set[str] = set()
    for row in conn.execute(PUT_ASIDE, {"id": number, "most": _LOOKED_AT}):
        if len(reasons) < MOST_REASONS and row["reason"] not in reasons:
            reasons.add(row["reason"])
            yield PutAside(**dict(row))


def _past(row: Row, asides: tuple[PutAside, ...]) -> PastIngest:
    counts = Counts(**{name: row[name] for name in Counts.__dataclass_fields__})
    return PastIngest(row["id"], row["began_at"], row["seen_at"], row["ended_at"], counts, asides)
