"""API keys, kept in the private file as hashes."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Literal

from service.database import Database, Row
from service.dates import utc_now
from service.errors import NotFound

Scope = Literal["read", "write", "edit", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "write", "edit", "admin")
_PREFIX = "cut_"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: never the key itself."""

    id: int
    scope: Scope
    note: str
    created_at: str
    revoked_at: str | None

    @property
    def holder(self) -> str:
        """Who is named for what is done with it."""
        return self.note or f"key {self.id}"


class KeyStore:
    """API keys. A key is shown once, when it is made; the file holds its SHA-256."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, scope: Scope, note: str = "") -> str:
        """A new key, as text."""
        key = _PREFIX + secrets.token_urlsafe(32)
        with self._database.write() as conn:
            conn.execute(
                "INSERT INTO api_keys (hash, scope, note, created_at) VALUES (?, ?, ?, ?)",
                (_hash(key), scope, note, utc_now()),
            )
        return key

    def all(self) -> tuple[ApiKey, ...]:
        with self._database.read() as conn:
            return tuple(
                _api_key(row) for row in conn.execute("SELECT * FROM api_keys ORDER BY id")
            )

    def revoke(self, key_id: int) -> None:
        """Take a key out of use at once; NotFound for a number that no key has."""
        with self._database.write() as conn:
            done = conn.execute(
                "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                (utc_now(), key_id),
            )
            if done.rowcount == 0:
                raise NotFound(f"There is no key {key_id} in use: see `cuttings key list`")

    def find(self, key: str) -> ApiKey | None:
        """What is kept of a key; None when it is unknown or revoked."""
        with self._database.read() as conn:
            row = conn.execute(
                "SELECT * FROM api_keys WHERE hash = ? AND revoked_at IS NULL", (_hash(key),)
            ).fetchone()
            return _api_key(row) if row is not None else None

    def any_in_use(self) -> bool:
        return any(key.revoked_at is None for key in self.all())


def _api_key(row: Row) -> ApiKey:
    return ApiKey(row["id"], row["scope"], row["note"], row["created_at"], row["revoked_at"])


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
