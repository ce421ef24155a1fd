"""What must not come back with an older state: kills, embargoes and keys taken back since.

They are taken over from the archive that is replaced, or from a newer one, into the one that is
about to stand in its place. Either may be a file or live in a cluster.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from service.archive import Archive
from service.article import Article
from service.database import Connection, Database
from service.engines import load_engine
from service.errors import Conflict, NotFound
from service.killing import Killing
from service.needs import KILLED, Needs, of_articles
from service.stores.articles import published_key
from service.stores.embargoes import EmbargoStore, Held
from service.stores.keys import EVERY_KEY
from service.stores.kills import Tombstone, known_by
from service.stores.quarantine import QuarantineStore
from service.stores.recognition import of_input

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
# So many are set at once where not all of an archive is at hand.
_AT_ONCE = 500
Row = Mapping[str, str | None]
Known = tuple[str, frozenset[str]]
"""The key of an article, and the digests by which it is known when it comes again."""


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
class TakenBack:
    """What an archive says was taken back, or must wait: rows of its tables, and what is held with
    whether it can be seen all the same.
    """

    stones: Sequence[Row] = ()
    identities: Sequence[Row] = ()
    held: Sequence[tuple[Held, bool]] = ()
    revoked: Sequence[Row] = ()


def told_by(archive: Database, private: Database | None) -> TakenBack:
    """What two files say, or the first alone."""
    with archive.read() as conn:
        stones = [dict(row) for row in conn.execute(TOMBSTONES)]
        identities = [dict(row) for row in conn.execute(IDENTITIES)]
    if private is None:
        return TakenBack(stones, identities)
    return TakenBack(stones, identities, held_in(archive, private), revoked_in(private))


def held_in(archive: Archive, private: Archive) -> list[tuple[Held, bool]]:
    """All that waits for its time."""
    found = []
    for held in EmbargoStore(private, archive).waiting():
        with archive.read(_of_held(held)) as conn:
            found.append((held, published_key(conn, held.article) is not None))
    return found


def revoked_in(private: Archive) -> list[Row]:
    with private.read(EVERY_KEY) as conn:
        return [dict(row) for row in conn.execute(REVOKED)]


def known_in(archive: Database) -> Iterator[Known]:
    """Every article of a file, by each origin once."""
    with archive.read() as conn:
        for row in conn.execute(KNOWN):
            yield row["key"], digests_of(dict(row))


def digests_of(row: Row) -> frozenset[str]:
    """Of what `KNOWN` reads."""
    known = Article(
        body="",
        key=None if row["key_made"] else row["key"],
        uri=row["uri"],
        source=row["source"],
        origin=row["origin"],
    )
    return frozenset(known_by(known, row["content_hash"] or ""))


@dataclass(frozen=True, slots=True)
class Carrying:
    """Into one archive and its private part, which nobody else can look at yet; `known` walks
    through all of its articles.
    """

    archive: Archive
    private: Archive
    killing: Killing
    known: Callable[[], Iterable[Known]]

    @classmethod
    def into_files(cls, archive: Database, private: Database) -> "Carrying":
        embargoes = EmbargoStore(private, archive)
        engine = load_engine("sqlite", archive)
        killing = Killing(archive, engine, embargoes, QuarantineStore(private))
        return cls(archive, private, killing, lambda: known_in(archive))

    def from_newer(self, newer: TakenBack) -> Carried:
        """All that was taken back there, or must wait."""
        kills = self._kills(newer)
        return Carried(kills, self.embargoes(newer.held), self._revocations(newer.revoked))

    def _kills(self, newer: TakenBack) -> int:
        new = [stone for some in self._some(newer.stones) for stone in self._unknown(some)]
        if not new:
            return 0
        buried = {stone["key"] for stone in new}
        identities = [each for each in newer.identities if each["key"] in buried]
        killed = sum(self._kill(str(stone["key"]), stone["reason"] or "") for stone in new)
        self._bury(new, identities)
        for key, why in self._killed_by_identity(new, identities):
            killed += self._kill(key, why.reason)
        if killed:
            self._bury(new, identities)  # with the times at which they were killed
            self.killing.sweep()
        return killed

    def _some(self, rows: Sequence[Row]) -> Iterator[list[Row]]:
        left = iter(rows)
        while some := list(islice(left, len(rows) if self.archive.has_all else _AT_ONCE)):
            yield some

    def _unknown(self, stones: Sequence[Row]) -> list[Row]:
        with self.archive.read(_of_stones(stones)) as conn:
            known = {tuple(row) for row in conn.execute(TOMBSTONES)}
        return [stone for stone in stones if tuple(stone.values()) not in known]

    def _bury(self, stones: Sequence[Row], identities: Sequence[Row]) -> None:
        """The tombstones first: who is cut off in between begins anew."""
        for statement, rows in ((SET_TOMBSTONE, stones), (SET_IDENTITY, identities)):
            for some in self._some(rows):
                self.archive.change(_of_stones(some), _Setting(statement, some))

    def _killed_by_identity(
        self, stones: Iterable[Row], identities: Iterable[Row]
    ) -> Iterator[tuple[str, Tombstone]]:
        """Articles that had another key when they were killed."""
        killed = {row["digest"]: row["key"] for row in identities}
        if not killed:
            return
        graves = {row["key"]: _tombstone(row) for row in stones}
        found = {
            key: killed[digest]
            for key, digests in self.known()
            for digest in digests
            if digest in killed
        }
        for key, buried in found.items():
            yield key, graves[buried]

    def _kill(self, key: str, reason: str) -> bool:
        with suppress(NotFound, Conflict):
            self.killing.kill(key, reason)
            return True
        return False

    def embargoes(self, waiting: Iterable[tuple[Held, bool]]) -> int:
        """Keep back what waits, and take out of sight what was seen nowhere else."""
        return sum(self._embargo(held, is_seen=is_seen) for held, is_seen in waiting)

    def _embargo(self, held: Held, *, is_seen: bool) -> bool:
        store = EmbargoStore(self.private, self.archive)

        def work(conn: Connection) -> bool:
            key = published_key(conn, held.article)
            done = store.hold(held, held.public_key or key or held.key or "", replacing=True)
            if key is not None and not is_seen:
                self.killing.take_out(conn, key)
            return done.outcome != "unchanged"

        return self.archive.change(_of_held(held), work)

    def _revocations(self, revoked: Collection[Row]) -> int:
        def work(conn: Connection) -> int:
            return sum(conn.execute(REVOKE, row).rowcount for row in revoked)

        return self.private.change(EVERY_KEY, work) if revoked else 0


@dataclass(frozen=True, slots=True)
class _Setting:
    """Rows as they were elsewhere."""

    statement: str
    rows: Sequence[Row]

    def __call__(self, conn: Connection) -> None:
        conn.executemany(self.statement, self.rows)


def _of_stones(rows: Iterable[Row]) -> Needs:
    """What tombstones or identities stand upon."""
    listed = [*rows]
    digests = frozenset((KILLED, str(row["digest"])) for row in listed if "digest" in row)
    return of_articles(str(row["key"]) for row in listed) | Needs(fields=digests)


def _of_held(held: Held) -> Needs:
    return of_input(held.article, held.article.content_hash())


def _tombstone(row: Row) -> Tombstone:
    return Tombstone(str(row["key"]), str(row["killed_at"]), str(row["reason"]))


def forget_sessions(conn: Connection) -> None:
    """Who had logged out would be logged in again."""
    conn.execute("DELETE FROM sessions")
