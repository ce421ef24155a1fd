"""What could not be read, in the private file with its bytes, until it reads well or is dropped.

The same input read again is the same row: only when it was last seen changes. So an ingest that was
killed and started anew leaves what one that was not killed would have left.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from service.archive import Archive
from service.database import Connection, Row
from service.dates import utc_now
from service.errors import NotFound
from service.needs import (
    ASIDE,
    ASIDE_DIGEST,
    ASIDE_INGEST,
    ASIDE_NUMBER,
    ASIDE_ORIGIN,
    Condition,
    Name,
    Needs,
    Span,
)

# What is larger stays where it came from; the row tells that it does.
LARGEST_KEPT = 16 * 1024 * 1024
LARGEST_TOTAL = 1024 * 1024 * 1024
# Broken records of one origin, each with a row of its own; a last row counts all others.
MOST_ROWS = 10_000
# A shorter identifier stands in other records by chance.
SHORTEST_TELLING = 6
LARGEST_ID = (1 << 63) - 1  # of SQLite
# So many are looked at in one go where that is done in parts: each may be large.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Aside:
    """An input, or the record `number` of one, that gave no article: why, and its bytes.

    `data` is None where the bytes were not held; `sidecar` are those of the JSON file beside it.
    """

    origin: str
    number: int | None
    reason: str
    format: str | None
    data: bytes | None
    size: int
    sidecar: bytes | None = None

    @property
    def digest(self) -> str:
        """By this it is known within its origin: its bytes, or its place where it has none."""
        if not self.data:
            return _digest(b"place", str(self.number).encode())
        return _digest(b"bytes", self.data, self.sidecar or b"")


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the quarantine. `times` counts the records of its origin that are the same.

    `is_whole` is false where the bytes are only at the origin, since they were too many.
    """

    id: int
    origin: str
    number: int | None
    reason: str
    format: str | None
    size: int
    times: int
    first_seen: str
    last_seen: str
    is_whole: bool


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    total: int
    kept: tuple[Kept, ...]
    more: bool


IN_THIS_INGEST = "SELECT count(*) FROM quarantine WHERE origin = :origin AND ingest >= :ingest"
KNOWN = "SELECT 1 FROM quarantine WHERE origin = :origin AND digest = :digest AND ingest >= :ingest"
BYTES = "SELECT bytes FROM quarantine_size"
KEEP = """
INSERT INTO quarantine (origin, number, reason, format, digest, size, times, first_seen, last_seen,
  ingest, sidecar, data)
VALUES (:origin, :number, :reason, :format, :digest, :size, 1, :now, :now, :ingest, :sidecar, :data)
ON CONFLICT (origin, digest) DO UPDATE SET
  times = CASE WHEN ingest >= :ingest THEN times + 1 ELSE 1 END,
  number = CASE WHEN ingest >= :ingest THEN number ELSE :number END,
  ingest = max(ifnull(ingest, 0), :ingest), reason = :reason, format = :format, last_seen = :now
"""
# Bytes that had no room before are kept if there is some now.
FILL = """
UPDATE quarantine SET sidecar = :sidecar, data = :data
WHERE origin = :origin AND digest = :digest AND data IS NULL AND :data IS NOT NULL
"""
# The last sign is the one after "!": what lies in an archive is called `path!member`.
RESOLVE = """
DELETE FROM quarantine WHERE ingest < :ingest
  AND (origin = :origin OR (origin > :origin || '!' AND origin < :origin || '"'))
"""
# Of what could not be read to its end nothing is known about the rest.
IS_BROKEN = """
SELECT 1 FROM quarantine
WHERE origin = :origin AND ingest >= :ingest AND number IS NULL AND digest <> :others
"""
RESOLVE_WHOLE = """
DELETE FROM quarantine WHERE origin = :origin AND ingest < :ingest AND number IS NULL
"""
SET_OUT = "UPDATE quarantine SET ingest = NULL WHERE id = :id"
COME_BACK = "UPDATE quarantine SET ingest = 0 WHERE id = :id AND ingest IS NULL"
SEEN_AGAIN = "SELECT reason FROM quarantine WHERE id = :id AND ingest IS NOT NULL"
DROP = "DELETE FROM quarantine WHERE id = :id"
DROP_NAMING = """
DELETE FROM quarantine WHERE number IS NOT NULL AND instr(data, CAST(:name AS BLOB))
"""
DROP_ORIGIN = "DELETE FROM quarantine WHERE origin = :origin"
REWORD = "UPDATE quarantine SET reason = :reason, last_seen = :now WHERE id = :id"
COLUMNS = "id, origin, number, reason, format, size, times, first_seen, last_seen"
PAGE = f"""
SELECT {COLUMNS}, data IS NOT NULL AS is_whole FROM quarantine
WHERE id < :before ORDER BY id DESC LIMIT :limit
"""  # noqa: S608 - over the fixed columns above
GET = f"""
SELECT {COLUMNS}, data IS NOT NULL AS is_whole FROM quarantine WHERE id = :id
"""  # noqa: S608 - the same
TOTAL = "SELECT inputs FROM quarantine_size"
# substr makes NULL of no bytes.
DATA = """
SELECT CASE WHEN length(data) > :limit THEN substr(data, 1, :limit) ELSE data END
FROM quarantine WHERE id = :id
"""
SIDECAR = "SELECT sidecar FROM quarantine WHERE id = :id"


def new_ingest() -> int:
    """The number of an ingest that begins now: higher than that of any before."""
    return time.time_ns()


class QuarantineStore:
    """What could not be read. It may hold what is under embargo, so it is not for every reader."""

    def __init__(self, private: Archive) -> None:
        self._private = private
        # Of the ingest that put something aside last: how many rows of each origin are its own.
        self._counted: tuple[int, Counter[str]] = 0, Counter()
        self._reads_again = False

    def keep(self, asides: Sequence[Aside], ingest: int) -> None:
        """Put these aside, in one change; `ingest` is the number that `new_ingest` gave it."""
        if self._reads_again:
            # Without bytes it is what is being read, whose row has them and gets the reason.
            asides = [each for each in asides if each.data is not None]
        if not asides:
            return
        counted = self._counted[1] if self._counted[0] == ingest else Counter[str]()

        def work(conn: Connection) -> Counter[str]:
            rows = Counter(counted)
            for aside in asides:
                _keep(conn, aside, ingest, rows)
            return rows

        self._counted = ingest, self._private.change(_of_asides(asides, counted, ingest), work)

    def resolve(self, origin: str, ingest: int) -> int:
        """Let go of what came from there before and reads well now: this ingest is done with it.

        What lies in an archive goes with it; an origin that broke off keeps its records. Returns
        how many rows that were.
        """
        values = {"origin": _valid(origin), "ingest": ingest, "others": _OTHERS}

        def work(conn: Connection) -> int:
            broken = conn.execute(IS_BROKEN, values).fetchone() is not None
            return conn.execute(RESOLVE_WHOLE if broken else RESOLVE, values).rowcount

        return self._private.change(_to_resolve(_valid(origin), ingest), work)

    @contextmanager
    def reading_again(self, numbers: Sequence[int]) -> Iterator[None]:
        """While they are read again no `resolve` takes these rows, as no origin has their bytes."""
        rows = [{"id": number} for number in numbers]

        def change(sql: str) -> None:
            self._private.change(_of(numbers), lambda conn: conn.executemany(sql, rows).rowcount)

        change(SET_OUT)
        self._reads_again = True
        try:
            yield
        finally:
            self._reads_again = False
            change(COME_BACK)

    def seen_again(self, number: int) -> str | None:
        """Why a row that is being read again has been put aside anew; None if it has not."""
        with self._private.read(_of([number])) as conn:
            row = conn.execute(SEEN_AGAIN, {"id": number}).fetchone()
        return row["reason"] if row is not None else None

    def page(self, limit: int, before: int = 0) -> QuarantinePage:
        """The newest first, from below the row `before` on; 0 begins with the newest."""
        values = {"limit": limit + 1, "before": before or LARGEST_ID}
        below = (Condition(ASIDE, most=values["before"] - 1),)
        needs = Needs(spans=frozenset({Span(ASIDE, limit + 1, below, last=True)}))
        with self._private.read(needs) as conn:
            total = conn.execute(TOTAL).fetchone()[0]
            rows = conn.execute(PAGE, values).fetchall()
        return QuarantinePage(total, tuple(map(_kept, rows[:limit])), len(rows) > limit)

    def get(self, number: int) -> Kept:
        """One row; NotFound where there is none."""
        with self._private.read(_of([number])) as conn:
            row = conn.execute(GET, {"id": number}).fetchone()
        if row is None:
            raise NotFound(f"There is no {number} in the quarantine")
        return _kept(row)

    def data(self, number: int, limit: int = LARGEST_KEPT) -> bytes | None:
        """Its first bytes; None where they are only at the origin."""
        with self._private.read(_of([number])) as conn:
            row = conn.execute(DATA, {"id": number, "limit": limit}).fetchone()
        return row[0] if row is not None else None

    def sidecar(self, number: int) -> bytes | None:
        with self._private.read(_of([number])) as conn:
            row = conn.execute(SIDECAR, {"id": number}).fetchone()
        return row[0] if row is not None else None

    def reword(self, number: int, reason: str) -> None:
        """It was read again, and could not be for this reason."""
        values = {"id": number, "reason": _valid(reason), "now": utc_now()}
        self._change(_of([number]), REWORD, values)

    def drop(self, numbers: Sequence[int] | None) -> int:
        """Let go of these rows, or with None of all; returns how many that were."""
        if numbers is None:
            dropped = self._change_all("DELETE FROM quarantine", {})
        else:
            dropped = self._private.change(_of(numbers), lambda conn: _drop(conn, numbers))
        self._private.empty_log()  # it may still hold their bytes
        return dropped

    def drop_origin(self, origin: str) -> int:
        """Let go of all that came from there; returns how many rows that were."""
        at = _valid(origin)
        needs = Needs(fields=frozenset({(ASIDE_ORIGIN, at)}))
        return self._change(needs, DROP_ORIGIN, {"origin": at})

    def drop_naming(self, names: Iterable[str]) -> int:
        """Let go of single records that hold any of these identifiers; how many that were.

        Short ones would be met by chance. In JSON a slash may be written with a backslash.
        """
        spelled = {way for name in names for way in (name, name.replace("/", "\\/"))}
        dropped = 0
        for name in sorted(each for each in spelled if len(each) >= SHORTEST_TELLING):
            dropped += self._change_all(DROP_NAMING, {"name": name.encode()})
        return dropped

    def origins(self) -> tuple[str, ...]:
        """Where what is here came from, each once."""
        found: set[str] = set()
        for part in self._private.parts(Span(ASIDE), _AT_ONCE):
            with self._private.read(part) as conn:
                rows = conn.execute("SELECT DISTINCT origin FROM quarantine ORDER BY origin")
                found.update(row["origin"] for row in rows)
        return tuple(sorted(found))

    def total(self) -> int:
        with self._private.read() as conn:
            return int(conn.execute(TOTAL).fetchone()[0])

    def _change(self, needs: Needs, sql: str, values: dict[str, object]) -> int:
        return self._private.change(needs, lambda conn: conn.execute(sql, values).rowcount)

    def _change_all(self, sql: str, values: dict[str, object]) -> int:
        """The same with every row."""
        parts = self._private.parts(Span(ASIDE), _AT_ONCE)
        return sum(self._change(part, sql, values) for part in parts)


def _of(numbers: Iterable[int]) -> Needs:
    names: frozenset[Name] = frozenset(("aside", str(number)) for number in numbers)
    return Needs(names)


def _of_asides(asides: Iterable[Aside], counted: Container[str], ingest: int) -> Needs:
    """Those that are the same; and all of an origin that this ingest has put aside, to count them
    once.
    """
    digests: dict[str, set[str]] = {}
    for each in asides:
        digests.setdefault(_valid(each.origin), {_OTHERS}).add(each.digest)
    spans = set()
    for origin, made in digests.items():
        there = Condition(ASIDE_ORIGIN, one_of=frozenset({origin}))
        spans.add(Span(ASIDE, where=(there, Condition(ASIDE_DIGEST, one_of=frozenset(made)))))
        if origin not in counted:
            spans.add(Span(ASIDE, where=(there, Condition(ASIDE_INGEST, least=ingest))))
    return Needs(spans=frozenset(spans))


def _to_resolve(origin: str, ingest: int) -> Needs:
    """What came from there before, what lies in it, and whether it has broken off now."""
    there = Condition(ASIDE_ORIGIN, one_of=frozenset({origin}))
    inside = Condition(ASIDE_ORIGIN, f"{origin}!", f'{origin}"')
    before = Condition(ASIDE_INGEST, most=ingest - 1)
    now = Condition(ASIDE_INGEST, least=ingest)
    # One of them may stand for all the others.
    broken = Span(ASIDE, 2, (there, now, Condition(ASIDE_NUMBER, nothing=True)))
    old = {Span(ASIDE, where=(place, before)) for place in (there, inside)}
    return Needs(spans=frozenset({broken, *old}))


def _drop(conn: Connection, numbers: Iterable[int]) -> int:
    return sum(conn.execute(DROP, {"id": number}).rowcount for number in numbers)


def _keep(conn: Connection, aside: Aside, ingest: int, rows: Counter[str]) -> None:
    """`rows` counts those of each origin in this ingest, as far as it has been asked."""
    values = _values(aside, ingest)
    if not conn.execute(KNOWN, values).fetchone():
        origin = values["origin"]
        if origin not in rows:
            rows[origin] = conn.execute(IN_THIS_INGEST, values).fetchone()[0]
        if rows[origin] >= MOST_ROWS:
            values |= _others()
        rows[origin] += 1
    room = LARGEST_TOTAL - conn.execute(BYTES).fetchone()[0]
    if len(aside.data or b"") + len(aside.sidecar or b"") > min(room, LARGEST_KEPT):
        values |= {"data": None, "sidecar": None}
    conn.execute(KEEP, values)
    if values["data"] is not None:
        conn.execute(FILL, values)


def _values(aside: Aside, ingest: int) -> dict[str, Any]:
    return {
        **{name: getattr(aside, name) for name in ("number", "format", "size", "digest")},
        "origin": _valid(aside.origin),
        "reason": _valid(aside.reason),
        "ingest": ingest,
        "now": utc_now(),
        "sidecar": aside.sidecar,
        "data": aside.data,
    }


def _others() -> dict[str, Any]:
    """What is different in the row that stands for all the others of an origin."""
    reason = f"has more than {MOST_ROWS:,} records that cannot be read: these are all the others"
    nothing = dict.fromkeys(("number", "data", "sidecar"))
    return nothing | {"reason": reason, "size": 0, "digest": _OTHERS}


def _kept(row: Row) -> Kept:
    return Kept(**{**dict(row), "is_whole": bool(row["is_whole"])})


def _digest(*parts: bytes) -> str:
    """SHA-256 (hex) over the parts, each with its length, so that no two lists are one."""
    made = hashlib.sha256()
    for part in parts:
        made.update(len(part).to_bytes(8))
        made.update(part)
    return made.hexdigest()


def _valid(text: str) -> str:
    """Names of files and members may hold what is no text."""
    return text.encode("utf-8", "backslashreplace").decode()


_OTHERS = _digest(b"others")
