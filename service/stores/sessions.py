"""Sessions of browsers, kept in the private file as hashes, each with the key it was begun with."""

import hashlib
import secrets

from service.archive import WAIT_FOR_WRITER, Archive
from service.database import Connection
from service.dates import utc_now
from service.needs import ENDS, Condition, Needs, Span
from service.stores.keys import EVERY_KEY, ApiKey

# From the day it was begun, whatever is done meanwhile: a cookie that was stolen ends as well, and
# nobody who only reads writes anything.
LIFETIME_DAYS = 30

OVER = """
DELETE FROM sessions
WHERE ends_at <= :now OR key IN (SELECT id FROM api_keys WHERE revoked_at IS NOT NULL)
"""
BEGIN = """
INSERT INTO sessions (hash, key, ends_at)
VALUES (:hash, :key, strftime('%Y-%m-%dT%H:%M:%SZ', :now, :lifetime))
"""
FIND = """
SELECT k.id, k.scope, k.note, k.created_at, k.revoked_at, k.last_used_at
FROM sessions s JOIN api_keys k ON k.id = s.key
WHERE s.hash = :hash AND s.ends_at > :now AND k.revoked_at IS NULL
"""


class SessionStore:
    """Who is logged in. A token is known to one browser; the file holds its SHA-256."""

    def __init__(self, private: Archive, patience: float = WAIT_FOR_WRITER) -> None:
        self._private = private
        self._patience = patience

    def begin(self, key: ApiKey) -> str:
        """The token of a new session; those that are over are forgotten."""
        token, now = secrets.token_urlsafe(32), utc_now()
        lifetime = f"+{LIFETIME_DAYS} days"
        values = {"hash": _hash(token), "key": key.number, "now": now, "lifetime": lifetime}

        def work(conn: Connection) -> None:
            conn.execute(OVER, {"now": now})
            conn.execute(BEGIN, values)

        # A key that is revoked brings its sessions along.
        over = Needs(spans=frozenset({Span(ENDS, where=(Condition(ENDS, most=now),))}))
        self._private.change(EVERY_KEY | over, work, self._patience)
        return token

    def find(self, token: str) -> ApiKey | None:
        """The key that a session was begun with; None if it is unknown or over, or the key is."""
        hashed = _hash(token)
        with self._private.read(_of(hashed)) as conn:
            row = conn.execute(FIND, {"hash": hashed, "now": utc_now()}).fetchone()
            return ApiKey(*row) if row is not None else None

    def end(self, token: str) -> None:
        """End a session at once; nothing happens if there is none."""
        hashed = _hash(token)

        def work(conn: Connection) -> None:
            conn.execute("DELETE FROM sessions WHERE hash = ?", (hashed,))

        self._private.change(_of(hashed), work, self._patience)


def _of(hashed: str) -> Needs:
    """A session, with its key."""
    return Needs(frozenset({("session", hashed)}))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
