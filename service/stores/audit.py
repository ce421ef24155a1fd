"""The audit log, in the private file: who changed or took away what, and what became of it.

A line is begun before anything is done, so that nothing is ever done without one. What an article
says is never in it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.archive import WAIT_FOR_WRITER, Archive
from service.database import Connection
from service.dates import utc_now
from service.errors import CuttingsError
from service.needs import LINE, LINE_AT, NOTHING, Condition, Needs, Span

_log = logging.getLogger("cuttings")
# A batch may be of many thousand articles; so many of them are named.
MOST_KEYS = 1_000
# Somebody may ask for a path of any length.
LONGEST = 2_000
# So many lines are forgotten at once where that is done in parts.
_AT_ONCE = 1_000

BEGIN = """
INSERT INTO audit (at, who, key, address, request, action, asked)
VALUES (:at, :who, :key, :address, :request, :action, :asked)
"""
END = """
UPDATE audit SET outcome = :outcome, keys = :keys, ended_at = :now
WHERE id = :id AND at = :at AND action = :action AND outcome IS NULL
"""
# A restored file does not have the line of its own restoring.
ENDED = """
INSERT INTO audit (at, who, key, address, request, action, asked, keys, outcome, ended_at)
VALUES (:at, :who, :key, :address, :request, :action, :asked, :keys, :outcome, :now)
"""
LATEST = """
SELECT id, at, who, key, address, request, action, asked, keys, outcome, ended_at
FROM audit WHERE at >= :since ORDER BY id DESC LIMIT :limit
"""
OLDER = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-' || :days || ' days')"

# Lines are in the order of time, but for clocks that were put back.
OLDEST = f"SELECT at < {OLDER} FROM audit ORDER BY id LIMIT 1"  # noqa: S608 - fixed


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody is about to do; `asked` is what was typed, where that may be kept."""

    who: str
    action: str
    key: int | None = None
    address: str = ""
    request: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """A line without its outcome."""

    id: int
    at: str
    deed: Deed


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log; without an outcome it was cut off, or goes on."""

    id: int
    at: str
    who: str
    key: int | None
    address: str
    request: str
    action: str
    asked: str
    keys: str | None
    outcome: str | None
    ended_at: str | None


class AuditStore:
    """Lines are begun, told their outcome once, and else only added."""

    def __init__(self, private: Archive, patience: float = WAIT_FOR_WRITER) -> None:
        self._private = private
        self._patience = patience

    def begin(self, deed: Deed) -> Begun:
        """The line of what is about to be done; raises when it cannot be written."""
        at = utc_now()
        values = _values(deed, at)

        def work(conn: Connection) -> int:
            return conn.execute(BEGIN, values).lastrowid or 0

        try:
            number = self._private.change(NOTHING, work, self._patience)
        except CuttingsError as exc:
            exc.detail = f"Nothing was done, since the audit log cannot be written: {exc.detail}"
            raise
        return Begun(number, at, deed)

    def end(self, begun: Begun, outcome: str, keys: Sequence[str] = ()) -> None:
        """What became of it."""
        values = _values(begun.deed, begun.at) | {"id": begun.id, "now": utc_now()}
        values |= {"outcome": outcome, "keys": _named(keys)}

        def work(conn: Connection) -> None:
            if conn.execute(END, values).rowcount == 0:
                conn.execute(ENDED, values)

        needs = Needs(frozenset({("line", str(begun.id))}))
        self._private.change(needs, work, self._patience)

    def end_if_can(self, begun: Begun, outcome: str, keys: Sequence[str] = ()) -> None:
        """What is done cannot be refused any more; its line stays without an outcome."""
        try:
            self.end(begun, outcome, keys)
        except CuttingsError as exc:
            _log.error("the audit log lacks an outcome (%s): %s", outcome, exc.detail)

    @contextmanager
    def during(self, deed: Deed) -> Iterator[None]:
        """A line begun before what is done inside, and ended after it, however it ends."""
        begun = self.begin(deed)
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except SystemExit as exc:
            outcome = f"exit {exc.code}" if exc.code else "done"
            raise
        except KeyboardInterrupt:
            outcome = "stopped"
            raise
        finally:
            self.end_if_can(begun, outcome)

    def latest(self, limit: int, since: str = "") -> tuple[Line, ...]:
        """The newest first; `since` is a moment or the beginning of one."""
        since_then = (Condition(LINE_AT, least=since),)
        needs = Needs(spans=frozenset({Span(LINE, limit, since_then, last=True)}))
        with self._private.read(needs) as conn:
            rows = conn.execute(LATEST, {"since": since, "limit": limit})
            return tuple(Line(*row) for row in rows)

    def forget(self, days: int) -> None:
        """Forget what is older than so many days; 0 keeps everything."""
        if not days or not self._has_older(days):
            return

        def work(conn: Connection) -> None:
            conn.execute(f"UPDATE audit_kept SET since = {OLDER}", {"days": days})  # noqa: S608 - fixed
            conn.execute("DELETE FROM audit WHERE at < (SELECT since FROM audit_kept)")

        old = Condition(LINE_AT, most=_days_ago(days))
        for part in self._private.parts(Span(LINE, where=(old,)), _AT_ONCE):
            self._private.change(part, work, self._patience)

    def _has_older(self, days: int) -> bool:
        with self._private.read(Needs(spans=frozenset({Span(LINE, 1)}))) as conn:
            oldest = conn.execute(OLDEST, {"days": days}).fetchone()
            return oldest is not None and bool(oldest[0])


def _days_ago(days: int) -> str:
    then = datetime.now(UTC) - timedelta(days=days)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def _values(deed: Deed, at: str) -> dict[str, object]:
    return {
        "at": at,
        "who": deed.who,
        "key": deed.key,
        "address": deed.address,
        "request": deed.request,
        "action": _text(deed.action),
        "asked": _text(deed.asked),
    }


def _text(given: str) -> str:
    """A file may have a name that is no text in UTF-8."""
    return given[:LONGEST].encode("utf-8", "backslashreplace").decode()


def _named(keys: Sequence[str]) -> str | None:
    more = f" and {len(keys) - MOST_KEYS:,} more" if len(keys) > MOST_KEYS else ""
    return " ".join(keys[:MOST_KEYS]) + more or None
