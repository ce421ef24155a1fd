"""Killing an article: out of every answer at once, and out of the bytes of the files soon after.

Nothing is hidden. The rows go in one transaction, with names, quotes, copies and words that only
this article had; what is left of it in the structure of the files is swept out after that, which
takes minutes in a large archive, by the server's own timer or by the command that killed.
"""

import hashlib
import logging
from dataclasses import dataclass, replace

from service.article import Article
from service.database import Connection, Database
from service.errors import Conflict, CuttingsError, NotFound
from service.stores.articles import withdraw
from service.stores.copies import CopyStore
from service.stores.embargoes import EmbargoStore, Held
from service.stores.erasure import begin_erasing, erase, pending_erasures, was_killed_at
from service.stores.kills import Tombstone, bury, digest_of, identities, killed_key
from service.stores.quarantine import QuarantineStore
from service.stores.redaction import named_by, named_in, redact
from service.stores.versions import texts_of

_log = logging.getLogger("cuttings")

HAS = "SELECT 1 FROM articles WHERE key = :key"
KEY_OF_URI = """
SELECT a.key FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.uri = :uri AND (:source IS NULL OR s.name IS :source)
"""
FORMER = "SELECT former FROM former_keys WHERE key = :key"
PRESENT = "SELECT key FROM former_keys WHERE former = :key"
FORGET_FORMER = "DELETE FROM former_keys WHERE key = :key"
ORIGINS = "SELECT origin FROM origins WHERE article_key = :key ORDER BY origin"


@dataclass(frozen=True, slots=True)
class Killed:
    """What was done, and what nobody but the newsroom can reach: copies and the places it came
    from.

    `copies` are keys of near copies, which stay; `origins` the files and addresses it was read
    from.
    """

    tombstone: Tombstone
    copies: tuple[str, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Killing:
    """Kills articles of one archive."""

    archive: Database
    embargoes: EmbargoStore
    quarantine: QuarantineStore

    def kill(self, key: str, reason: str = "") -> Killed:
        """Kill the article with this key, also while it is under embargo.

        Raises NotFound when there is none, Conflict when it was killed before.
        """
        held = self.embargoes.find(key)
        with self.archive.write() as conn:
            row = conn.execute(PRESENT, {"key": key}).fetchone()
            key = row["key"] if row is not None else key
            if conn.execute(HAS, {"key": key}).fetchone() is not None:
                killed = self._kill(conn, key, reason)
            elif held is not None:
                killed = _bury_held(conn, key, held, reason)
            else:
                raise _refusal(conn, key)
        with self.archive.read() as conn:
            self._forget_elsewhere(conn)
        return killed

    def withdraw(self, key: str | None, uri: str | None, source: str | None, reason: str) -> str:
        """Kill what a source withdraws, also where it has not come yet; returns its key."""
        with self.archive.write() as conn:
            found = key
            if found is None:
                row = conn.execute(KEY_OF_URI, {"uri": uri, "source": source}).fetchone()
                found = row["key"] if row is not None else None
            if found is not None and conn.execute(HAS, {"key": found}).fetchone() is not None:
                self._kill(conn, found, reason)
            else:
                unseen = Article(body="", key=key, uri=uri, source=source)
                found = killed_key(conn, unseen, "") or _bury_unseen(conn, unseen, reason)
        with self.archive.read() as conn:
            self._forget_elsewhere(conn)
        return found

    def sweep(self) -> bool:
        """Erase what was killed from the files; False when that has to be tried again later."""
        if not pending_erasures(self.archive):
            return True
        with self.archive.read() as conn:
            self._forget_elsewhere(conn)
        self.embargoes.rewrite()
        return erase(self.archive)

    def _kill(self, conn: Connection, key: str, reason: str) -> Killed:
        copies = tuple(copy.key for copy in CopyStore(self.archive).of(key))
        return replace(_kill(conn, key, reason), copies=copies)

    def _forget_elsewhere(self, conn: Connection) -> None:
        """What the private file still holds of what was killed."""
        self.embargoes.kill(conn)
        for origin in self.quarantine.origins():
            if was_killed_at(conn, origin):
                self.quarantine.drop_origin(origin)


def sweep_quietly(killing: Killing) -> None:
    """For timers: what cannot be erased now is tried again later, and the log says why."""
    try:
        if not killing.sweep():
            _log.warning("what was killed cannot be erased yet: another program reads the archive")
    except CuttingsError as exc:
        _log.warning("what was killed cannot be erased yet: %s", exc.detail)


def _kill(conn: Connection, key: str, reason: str) -> Killed:
    values = {"key": key}
    former = [row["former"] for row in conn.execute(FORMER, values)]
    origins = tuple(row["origin"] for row in conn.execute(ORIGINS, values))
    texts = texts_of(conn, key)
    digests = {d for t in texts for d in identities(t.article, t.content_hash)}
    if all(text.article.uri is None for text in texts):
        digests |= {digest_of("origin", origin) for origin in origins}
        digests |= {digest_of("text", text.content_hash) for text in texts}
    named = named_in(conn, key, [text.article for text in texts])
    withdraw(conn, key)
    conn.execute(FORGET_FORMER, values)
    tombstone = bury(conn, [key, *former], reason, digests)
    begin_erasing(conn, key)
    redact(conn, named, {key, *former})
    return Killed(tombstone, (), origins)


def _bury_held(conn: Connection, key: str, held: Held, reason: str) -> Killed:
    article = held.article
    texts = (article, *held.earlier)
    digests = {digest for text in texts for digest in identities(text, text.content_hash())}
    tombstone = bury(conn, [key], reason, digests)
    begin_erasing(conn, key)
    redact(conn, named_by(held.findings.mentions, texts), {key})
    return Killed(tombstone, (), (article.origin,) if article.origin else ())


def _bury_unseen(conn: Connection, article: Article, reason: str) -> str:
    assert article.uri is not None or article.key is not None  # noqa: S101 - else nothing is named
    digests = list(identities(article, ""))
    if article.source is None and article.uri is not None:
        digests = [digest_of("uri", article.uri)]  # whichever source it comes from
    key = article.key or hashlib.sha256("\n".join(digests).encode()).hexdigest()[:16]
    bury(conn, [key], reason, digests)
    begin_erasing(conn, key)  # it may wait under embargo, and that is known only afterwards
    return key


def _refusal(conn: Connection, key: str) -> CuttingsError:
    if killed_key(conn, Article(body="", key=key), "") is not None:
        return Conflict(f"The article {key} was killed already")
    return NotFound(f"There is no “{key}” here")
