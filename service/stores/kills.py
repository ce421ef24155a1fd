"""Tombstones: which articles were killed, when and why, and how they are known when they come
again.

A tombstone holds no more than key, time and reason. An input is compared by hashes of its
identifiers and of its text, so that nothing of what was killed has to be kept for that.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.archive import Archive
from service.article import Article
from service.database import Connection, Row
from service.dates import utc_now
from service.errors import NotFound
from service.needs import KILLED, LATER, URI, Needs, of_articles, of_keys

TOMBSTONE = "SELECT key, killed_at, reason FROM tombstones WHERE key = :key"
LATER_KEY = "SELECT coalesce(later_key, key) AS key FROM tombstones WHERE key = :key"
KILLED_SO = (
    "SELECT key FROM killed_identities WHERE digest IN (SELECT value FROM json_each(:digests))"
)
BURY = """
INSERT INTO tombstones (key, killed_at, reason, later_key) VALUES (:key, :at, :reason, :later)
ON CONFLICT (key) DO UPDATE SET killed_at = :at, reason = :reason, later_key = :later
"""
KNOW = """
INSERT INTO killed_identities (digest, key) VALUES (:digest, :key)
ON CONFLICT (digest) DO UPDATE SET key = :key
"""
# A former key has a tombstone of its own, of the same time and reason.
RISE = "DELETE FROM tombstones WHERE :key IN (key, later_key)"
RISE_IDENTITIES = "DELETE FROM killed_identities WHERE key = :key"
STOP_ERASING = "DELETE FROM erasures WHERE key = :key"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That an article was killed; `killed_at` is UTC, ISO 8601."""

    key: str
    killed_at: str
    reason: str


def killed_key(conn: Connection, article: Article, content_hash: str) -> str | None:
    """The key of the killed article that an input is; None when it is none."""
    if article.key is not None:
        row = conn.execute(LATER_KEY, {"key": article.key}).fetchone()
        if row is not None:
            return str(row["key"])
    digests = json.dumps([*known_by(article, content_hash)])
    row = conn.execute(KILLED_SO, {"digests": digests}).fetchone()
    return row["key"] if row is not None else None


def known_by(article: Article, content_hash: str) -> Iterator[str]:
    """By what an input is known that was killed before, as digests."""
    yield from identities(article, content_hash)
    if article.uri is not None:
        yield digest_of("uri", article.uri)  # taken back by a source that is not named


def of_notice(key: str | None, uri: str | None, source: str | None) -> Needs:
    """To withdraw what a source names."""
    unseen = Article(body="", key=key, uri=uri, source=source)
    fields = {(KILLED, digest) for digest in known_by(unseen, "")}
    if uri is not None:
        fields.add((URI, uri))
    return of_keys([key] if key else []) | Needs(fields=frozenset(fields))


def of_tombstone(key: str) -> Needs:
    """To let a killed article in again, by any key that it had."""
    return of_keys([key]) | Needs(fields=frozenset({(LATER, key)}))


def identities(article: Article, content_hash: str) -> Iterator[str]:
    """By what an article is known when it comes again, as digests."""
    if article.uri is not None:
        yield digest_of("uri", article.uri, article.source or "")
    elif article.key is None:
        if article.origin is not None and article.record is None:
            yield digest_of("origin", article.origin)
        yield digest_of("text", content_hash)


def digest_of(kind: str, *parts: str) -> str:
    """SHA-256 (hex) of an identifier."""
    text = json.dumps([kind, *parts])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def bury(conn: Connection, keys: Sequence[str], reason: str, digests: Iterable[str]) -> Tombstone:
    """Set a tombstone for an article and for each key that it had before; the first is its own."""
    at = utc_now()
    dead = {"at": at, "reason": reason}
    conn.execute(BURY, dead | {"key": keys[0], "later": None})
    conn.executemany(BURY, [dead | {"key": key, "later": keys[0]} for key in keys[1:]])
    conn.executemany(KNOW, [{"digest": digest, "key": keys[0]} for digest in digests])
    return Tombstone(keys[0], at, reason)


class KillStore:
    """Reads tombstones, and takes them away."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def get(self, key: str) -> Tombstone | None:
        with self._archive.read(of_articles([key])) as conn:
            row = conn.execute(TOMBSTONE, {"key": key}).fetchone()
            return _tombstone(row) if row is not None else None

    def all(self) -> tuple[Tombstone, ...]:
        """The newest first."""
        with self._archive.read() as conn:
            rows = conn.execute(
                "SELECT key, killed_at, reason FROM tombstones ORDER BY killed_at DESC, key"
            )
            return tuple(map(_tombstone, rows))

    def revive(self, key: str) -> None:
        """Let an article in again when it comes; NotFound when none with this key was killed."""

        def work(conn: Connection) -> None:
            row = conn.execute(LATER_KEY, {"key": key}).fetchone()
            if row is None:
                raise NotFound(f"No article with the key “{key}” was killed")
            for statement in (STOP_ERASING, RISE_IDENTITIES, RISE):
                conn.execute(statement, {"key": row["key"]})

        self._archive.change(of_tombstone(key), work)


def _tombstone(row: Row) -> Tombstone:
    return Tombstone(row["key"], row["killed_at"], row["reason"])
