"""API keys, kept in the private file as hashes."""

import hashlib
import math
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from service.archive import WAIT_FOR_WRITER, Archive
from service.database import Connection, Row
from service.dates import utc_now
from service.errors import NotFound
from service.needs import KEY_HASH, NOTHING, Name, Needs

Scope = Literal["read", "write", "edit", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "write", "edit", "admin")
COLUMNS = ("id", "scope", "note", "created_at", "revoked_at", "last_used_at")
_PREFIX = "cut_"
# Between two times that the use of one key is written down, in seconds.
BETWEEN_NOTES = 60.0

NOTE_USE = """
UPDATE api_keys SET last_used_at = max(ifnull(last_used_at, ''), :at) WHERE id = :number
"""


EVERY_KEY = Needs(kinds=frozenset({"key"}))


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: never the key itself."""

    number: int
    scope: Scope
    note: str
    created_at: str
    revoked_at: str | None
    last_used_at: str | None  # to the minute, or up to some before if a server was stopped

    @property
    def holder(self) -> str:
        """Who is named for what is done with it."""
        return self.note or f"key {self.number}"


class KeyStore:
    """API keys. A key is shown once, when it is made; the file holds its SHA-256."""

    def __init__(self, private: Archive) -> None:
        self._private = private
        self._used: dict[int, str] = {}  # not written down yet
        self._written: dict[int, float] = {}

    def used(self, number: int) -> None:
        """A key was used now; it costs nothing, and is written down with `note_uses`."""
        if time.monotonic() - self._written.get(number, -math.inf) > BETWEEN_NOTES:
            self._used[number] = utc_now()

    def note_uses(self, patience: float = WAIT_FOR_WRITER) -> None:
        """Write down when keys were last used; what cannot be written waits for the next time."""
        if not (used := dict(self._used)):
            return
        values = [{"number": n, "at": at} for n, at in used.items()]

        def note(conn: Connection) -> None:
            conn.executemany(NOTE_USE, values)

        self._private.change(of_numbers(used), note, patience)
        for number, at in used.items():
            self._written[number] = time.monotonic()
            if self._used.get(number) == at:
                del self._used[number]

    def create(self, scope: Scope, note: str = "") -> str:
        """A new key, as text."""
        key = _PREFIX + secrets.token_urlsafe(32)

        def add(conn: Connection) -> None:
            conn.execute(
                "INSERT INTO api_keys (hash, scope, note, created_at) VALUES (?, ?, ?, ?)",
                (_hash(key), scope, note, utc_now()),
            )

        self._private.change(NOTHING, add)
        return key

    def all(self) -> tuple[ApiKey, ...]:
        with self._private.read(EVERY_KEY) as conn:
            return tuple(
                _api_key(row) for row in conn.execute("SELECT * FROM api_keys ORDER BY id")
            )

    def revoke(self, key_id: int) -> None:
        """Take a key out of use at once; NotFound for a number that no key has."""

        def take(conn: Connection) -> None:
            done = conn.execute(
                "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                (utc_now(), key_id),
            )
            if done.rowcount == 0:
                raise NotFound(f"There is no key {key_id} in use: see `cuttings key list`")

        self._private.change(of_numbers([key_id]), take)

    def find(self, key: str) -> ApiKey | None:
        """What is kept of a key; None when it is unknown or revoked."""
        hashed = _hash(key)
        with self._private.read(Needs(fields=frozenset({(KEY_HASH, hashed)}))) as conn:
            row = conn.execute(
                "SELECT * FROM api_keys WHERE hash = ? AND revoked_at IS NULL", (hashed,)
            ).fetchone()
            return _api_key(row) if row is not None else None

    def any_in_use(self) -> bool:
        return any(key.revoked_at is None for key in self.all())


def of_numbers(numbers: Iterable[int]) -> Needs:
    """The keys with these numbers."""
    names: frozenset[Name] = frozenset(("key", str(number)) for number in numbers)
    return Needs(names)


def _api_key(row: Row) -> ApiKey:
    return ApiKey(*(row[name] for name in COLUMNS))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
