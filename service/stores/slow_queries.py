"""What was asked when an answer took long, in the private file and for a few days only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from service.archive import Archive
from service.database import Connection, Row
from service.dates import utc_now
from service.needs import NOTHING, SLOW, SLOW_AT, Condition, Needs, Span

# Seconds that a note waits for another writer; it is not worth more.
_PATIENCE = 1.0
# The latest so many, however many come within the days; more go in parts of so many.
MOST_KEPT = 10_000
_AT_ONCE = 1_000

ADD = """
INSERT INTO slow_queries (at, request_id, method, route, ms, stages, total, query)
VALUES (:at, :request_id, :method, :route, :ms, :stages, :total, :query)
"""
FORGET_MORE = "DELETE FROM slow_queries WHERE id <= :last - :most"
IS_OLD = "SELECT EXISTS (SELECT 1 FROM slow_queries WHERE at < :before)"
FORGET = "DELETE FROM slow_queries WHERE at < :before"
BEFORE = "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now', :age)"
LATEST = "SELECT * FROM slow_queries ORDER BY id DESC LIMIT :limit"


@dataclass(frozen=True, slots=True)
class SlowQuery:
    """A request that took long; `stages` are in milliseconds, `query` is what was asked for."""

    request_id: str
    method: str
    route: str
    ms: float
    stages: Mapping[str, float]
    total: int | None
    query: Mapping[str, object]
    at: str = ""


class SlowQueryStore:
    """Keeps what was slow, forgets it in time, and leaves no remains of it."""

    def __init__(self, private: Archive) -> None:
        self._private = private
        self._last = 0  # the number that the last of this process was given

    def add(self, slow: SlowQuery) -> None:
        values = {
            "at": utc_now(),
            "request_id": slow.request_id,
            "method": slow.method,
            "route": slow.route,
            "ms": slow.ms,
            "stages": json.dumps(slow.stages),
            "total": slow.total,
            "query": json.dumps(slow.query),  # as ASCII: half a character is no text in SQLite
        }

        def work(conn: Connection) -> int:
            last = conn.execute(ADD, values).lastrowid or 0
            conn.execute(FORGET_MORE, {"last": last, "most": MOST_KEPT})
            return last

        # As if nobody else had added any since: what they have left is there the next time.
        too_many = _up_to(self._last + 1 - MOST_KEPT)
        self._last = self._private.change(too_many, work, _PATIENCE)

    def forget(self, days: float) -> int:
        """All that is older goes, from the file and its log; how much that was."""
        with self._private.read(Needs(spans=frozenset({Span(SLOW_AT, 1)}))) as conn:
            before = conn.execute(BEFORE, {"age": f"-{days * 86_400:.0f} seconds"}).fetchone()[0]
            if not conn.execute(IS_OLD, {"before": before}).fetchone()[0]:
                return 0

        def work(conn: Connection) -> int:
            return conn.execute(FORGET, {"before": before}).rowcount

        old = Span(SLOW_AT, where=(Condition(SLOW_AT, most=before),))
        parts = self._private.parts(old, _AT_ONCE)
        gone = sum(self._private.change(part, work, _PATIENCE) for part in parts)
        self._private.empty_log()
        return gone

    def latest(self, limit: int) -> tuple[SlowQuery, ...]:
        """The latest first."""
        with self._private.read(Needs(spans=frozenset({Span(SLOW, limit, last=True)}))) as conn:
            return tuple(map(_slow_query, conn.execute(LATEST, {"limit": limit}).fetchall()))


def _up_to(number: int) -> Needs:
    if number < 1:
        return NOTHING
    return Needs(spans=frozenset({Span(SLOW, _AT_ONCE, (Condition(SLOW, most=number),))}))


def _slow_query(row: Row) -> SlowQuery:
    read = {"stages": json.loads(row["stages"]), "query": json.loads(row["query"])}
    plain = ("request_id", "method", "route", "ms", "total", "at")
    return SlowQuery(**{name: row[name] for name in plain}, **read)
