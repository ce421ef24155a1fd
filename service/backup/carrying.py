"""What must not come back with an older state: kills, embargoes and keys taken back since.

They are taken over from the archive that is replaced, or from a newer backup, into the one that is
about to stand in its place.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from service.article import Article
from service.database import Connection, Database
from service.engines import load_engine
from service.errors import Conflict, NotFound
from service.killing import Killing
from service.stores.articles import published_key
from service.stores.embargoes import EmbargoStore
from service.stores.kills import Tombstone, known_by
from service.stores.quarantine import QuarantineStore

TOMBSTONES = "SELECT key, killed_at, reason, later_key FROM tombstones"
IDENTITIES = "SELECT digest, key FROM killed_identities"
SET_TOMBSTONE = """
INSERT INTO tombstones (key, killed_at, reason, later_key)
VALUES (:key, :killed_at, :reason, :later_key)
ON CONFLICT (key) DO UPDATE
SET killed_at = :killed_at, reason = :reason, later_key = :later_key
"""
SET_IDENTITY = """
INSERT INTO killed_identities (digest, key) VALUES (:digest, :key)
ON CONFLICT (digest) DO UPDATE SET key = :key
"""
# By what each article was known when it came.
KNOWN = """
SELECT a.key, a.key_made, a.uri, a.content_hash, s.name AS source, o.origin
FROM articles a LEFT JOIN sources s ON s.id = a.source_id
LEFT JOIN origins o ON o.article_key = a.key AND o.record IS NULL
"""
REVOKED = "SELECT hash, revoked_at FROM api_keys WHERE revoked_at IS NOT NULL"
REVOKE = "UPDATE api_keys SET revoked_at = :revoked_at WHERE hash = :hash AND revoked_at IS NULL"


@dataclass(frozen=True, slots=True)
class Carried:
    """How many of each did not come back."""

    kills: int = 0
    embargoes: int = 0
    keys: int = 0

    def __add__(self, other: "Carried") -> "Carried":
        return Carried(
            self.kills + other.kills, self.embargoes + other.embargoes, self.keys + other.keys
        )


@dataclass(frozen=True, slots=True)
class Carrying:
    """Into one archive and its private file, which nobody else has open."""

    archive: Database
    private: Database

    def from_newer(self, archive: Database, private: Database | None) -> Carried:
        """All that these two say was taken back, or must wait."""
        kills = self._kills(archive)
        if private is None:
            return Carried(kills)
        return Carried(kills, self._embargoes(archive, private), self._revocations(private))

    def _killing(self) -> Killing:
        embargoes = EmbargoStore(self.private, self.archive)
        engine = load_engine("sqlite", self.archive)
        return Killing(self.archive, engine, embargoes, QuarantineStore(self.private))

    def _kills(self, newer: Database) -> int:
        with newer.read() as conn:
            stones = [dict(row) for row in conn.execute(TOMBSTONES)]
            identities = [dict(row) for row in conn.execute(IDENTITIES)]
        with self.archive.read() as conn:
            known = {tuple(row) for row in conn.execute(TOMBSTONES)}
        new = [stone for stone in stones if tuple(stone.values()) not in known]
        if not new:
            return 0
        killing, killed = self._killing(), 0
        for stone in new:
            killed += _kill(killing, stone["key"], stone["reason"])
        self._bury(stones, identities)
        for key, why in self._killed_by_identity(identities):
            killed += _kill(killing, key, why.reason)
        if killed:
            self._bury(stones, identities)  # with the times at which they were killed
            killing.sweep()
        return killed

    def _bury(self, stones: list[dict[str, str]], identities: list[dict[str, str]]) -> None:
        with self.archive.write() as conn:
            conn.executemany(SET_TOMBSTONE, stones)
            conn.executemany(SET_IDENTITY, identities)

    def _killed_by_identity(
        self, identities: list[dict[str, str]]
    ) -> Iterator[tuple[str, Tombstone]]:
        """Articles that had another key when they were killed."""
        killed = {row["digest"]: row["key"] for row in identities}
        with self.archive.read() as conn:
            stones = {r["key"]: Tombstone(*tuple(r)[:3]) for r in conn.execute(TOMBSTONES)}
            found = {
                row["key"]: killed[digest]
                for row in conn.execute(KNOWN)
                for digest in known_by(_known(dict(row)), row["content_hash"])
                if digest in killed
            }
        for key, buried in found.items():
            yield key, stones[buried]

    def _embargoes(self, newer: Database, newer_private: Database) -> int:
        waiting = EmbargoStore(newer_private, newer).waiting()
        embargoes, killing = EmbargoStore(self.private, self.archive), self._killing()
        carried = 0
        for held in waiting:
            with newer.read() as conn:
                is_seen = published_key(conn, held.article) is not None
            with self.archive.write() as conn:
                key = published_key(conn, held.article)
                done = embargoes.hold(
                    held, held.public_key or key or held.key or "", replacing=True
                )
                if key is not None and not is_seen:
                    killing.take_out(conn, key)
            carried += done.outcome != "unchanged"
        return carried

    def _revocations(self, newer: Database) -> int:
        with newer.read() as conn:
            revoked = [dict(row) for row in conn.execute(REVOKED)]
        with self.private.write() as conn:
            return sum(conn.execute(REVOKE, row).rowcount for row in revoked)


def _kill(killing: Killing, key: str, reason: str) -> bool:
    with suppress(NotFound, Conflict):
        killing.kill(key, reason)
        return True
    return False


def _known(row: dict[str, str | None]) -> Article:
    return Article(
        body="",
        key=None if row["key_made"] else row["key"],
        uri=row["uri"],
        source=row["source"],
        origin=row["origin"],
    )


def forget_sessions(conn: Connection) -> None:
    """Who had logged out would be logged in again."""
    conn.execute("DELETE FROM sessions")
