"""Killing an article: out of every answer at once, and out of the bytes of the files soon after.

Nothing is hidden. The rows go in one transaction, with names, quotes, copies and words that only
this article had; what is left of it in the structure of the files is swept out after that, which
takes minutes in a large archive, by the server's own timer or by the command that killed.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from service.archive import Archive
from service.article import Article
from service.database import Connection
from service.engines import Engine
from service.errors import Conflict, CuttingsError, InvalidRequest, NotFound
from service.needs import of_articles, of_keys
from service.stores.articles import withdraw
from service.stores.copies import CopyStore
from service.stores.edit_log import LONGEST_TEXT, given_text
from service.stores.embargoes import EmbargoStore, Held
from service.stores.erasure import (
    begin_erasing,
    forget_names,
    names_of,
    of_origins,
    was_killed_at,
)
from service.stores.kills import Tombstone, bury, digest_of, identities, killed_key, of_notice
from service.stores.quarantine import QuarantineStore
from service.stores.redaction import named_by, named_in, redact
from service.stores.versions import texts_of

# Told the present key of what is to be killed; raises to refuse.
Guard = Callable[[Connection, str], None]

HAS = "SELECT 1 FROM articles WHERE key = :key"
KEYS_OF_URI = """
SELECT a.key FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.uri = :uri AND (:source IS NULL OR s.name IS :source) ORDER BY a.id
"""
FORMER = "SELECT former FROM former_keys WHERE key = :key"
PRESENT = "SELECT key FROM former_keys WHERE former = :key"
FORGET_FORMER = "DELETE FROM former_keys WHERE key = :key"
ORIGINS = "SELECT origin, record FROM origins WHERE article_key = :key ORDER BY origin"


@dataclass(frozen=True, slots=True)
class Killed:
    """What was done, and what nobody but the newsroom can reach: copies and the places it came
    from.

    `copies` are keys of near copies, which stay; `origins` the files and addresses it was read
    from. A record in the quarantine that names it goes along.
    """

    tombstone: Tombstone
    copies: tuple[str, ...]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Killing:
    """Kills articles of one archive.

    It needs those that are killed, by all keys that they had; whom they name, whose copies they are
    and who has been killed as the same is looked at in consequence.
    """

    archive: Archive
    engine: Engine
    embargoes: EmbargoStore
    quarantine: QuarantineStore

    def kill(self, key: str, reason: str = "", guard: Guard = lambda _conn, _key: None) -> Killed:
        """Kill the article with this key, also while it is under embargo.

        Raises NotFound when there is none, Conflict when it was killed before; `guard` may refuse
        inside the transaction, where nobody can change the article any more.
        """
        reason = given_text(reason, "reason", LONGEST_TEXT)

        def work(conn: Connection) -> Killed:
            present = _present(conn, key)
            if _has(conn, present):
                guard(conn, present)
                return self._kill(conn, present, reason)
            if (held := self.embargoes.find(present)) is not None:
                guard(conn, present)
                return _bury_held(conn, present, held, reason)
            raise _refusal(conn, present)

        killed = self.archive.change(of_keys([key]), work)
        self._forget_elsewhere([killed.tombstone.key])
        return killed

    def withdraw(self, key: str | None, uri: str | None, source: str | None, reason: str) -> str:
        """Kill what a source withdraws, also where it has not come yet; returns its key.

        Raises InvalidRequest where neither key nor uri says what. A uri without a source takes
        every article that has it.
        """
        if not key and not uri:
            raise InvalidRequest("It is withdrawn, but has no key and no uri to tell what")

        def work(conn: Connection) -> tuple[str, list[str]]:
            keys = [_present(conn, key)] if key else _with_uri(conn, uri, source)
            there = [each for each in keys if _has(conn, each)]
            for each in there:
                self._kill(conn, each, reason)
            unseen = Article(body="", key=key, uri=uri, source=source)
            buried = killed_key(conn, unseen, "")
            if buried is None:
                buried = _bury_unseen(conn, unseen, reason)
            return there[0] if there else buried, there

        dead, killed = self.archive.change(of_notice(key, uri, source), work)
        self._forget_elsewhere(killed)
        return dead

    def sweep(self) -> bool:
        """Erase what was killed from the bytes; False when that has to be tried again later."""
        keys = self.engine.pending_erasures()
        if not keys:
            return True
        self._forget_elsewhere(keys)
        if not self.engine.may_erase():
            return False
        self.embargoes.rewrite()
        return self.engine.erase(keys)

    def take_out(self, conn: Connection, key: str) -> None:
        """Take an article out of sight with all that it said, inside a write transaction."""
        self.engine.forget(conn, key)
        withdraw(conn, key)

    def _kill(self, conn: Connection, key: str, reason: str) -> Killed:
        copies = tuple(copy.key for copy in CopyStore(self.archive).of(key))
        self.engine.forget(conn, key)
        return replace(_kill(conn, key, reason), copies=copies)

    def _forget_elsewhere(self, keys: Sequence[str]) -> None:
        """What the private part still holds of what was killed, and what names one of these. Who is
        cut off here leaves it to the sweep, which comes until all of it is done.
        """
        origins = self.quarantine.origins()
        self.embargoes.kill()
        with self.archive.read(of_origins(origins)) as conn:
            for origin in origins:
                if was_killed_at(conn, origin):
                    self.quarantine.drop_origin(origin)
        self._forget_names(keys)

    def _forget_names(self, keys: Sequence[str]) -> None:
        with self.archive.read(of_articles(keys)) as conn:
            named = names_of(conn, keys)
        if named:
            self.quarantine.drop_naming({name for names in named.values() for name in names})
            self.archive.change(of_articles(named), lambda conn: forget_names(conn, named))


def _has(conn: Connection, key: str) -> bool:
    return conn.execute(HAS, {"key": key}).fetchone() is not None


def _present(conn: Connection, key: str) -> str:
    """The key that an article has now which had this one."""
    row = conn.execute(PRESENT, {"key": key}).fetchone()
    return key if row is None else str(row["key"])


def _with_uri(conn: Connection, uri: str | None, source: str | None) -> list[str]:
    return [row["key"] for row in conn.execute(KEYS_OF_URI, {"uri": uri, "source": source})]


def _kill(conn: Connection, key: str, reason: str) -> Killed:
    values = {"key": key}
    former = [row["former"] for row in conn.execute(FORMER, values)]
    origins = conn.execute(ORIGINS, values).fetchall()
    texts = texts_of(conn, key)
    places = [row["origin"] for row in origins if row["record"] is None]
    digests = _digests([text.article for text in texts], places)
    named = named_in(conn, key, [text.article for text in texts])
    withdraw(conn, key)
    conn.execute(FORGET_FORMER, values)
    tombstone = bury(conn, [key, *former], reason, digests)
    begin_erasing(conn, key, _names([key, *former], [text.article for text in texts]))
    redact(conn, named, {key, *former})
    return Killed(tombstone, (), tuple(row["origin"] for row in origins))


def _bury_held(conn: Connection, key: str, held: Held, reason: str) -> Killed:
    texts = (*held.earlier, held.article)
    places = [t.origin for t in texts if t.origin is not None and t.record is None]
    others = [each for each in (held.key, held.public_key) if each not in (None, key)]
    tombstone = bury(conn, [key, *others], reason, _digests(texts, places))
    begin_erasing(conn, key, _names([key], texts))
    redact(conn, named_by(held.findings.mentions, texts), {key})
    return Killed(tombstone, (), tuple(dict.fromkeys(places)))


def _names(keys: Iterable[str], texts: Iterable[Article]) -> tuple[str, ...]:
    """What others call it: by its keys, and by its uris."""
    uris = (text.uri for text in texts if text.uri is not None)
    return tuple(dict.fromkeys([*keys, *uris]))


def _digests(texts: Sequence[Article], places: Iterable[str]) -> set[str]:
    """By what an article is known when it comes again: a text that stated no uri by itself."""
    digests = {digest_of("origin", place) for place in places}
    for text in texts:
        digests |= set(identities(text, text.content_hash()))
        if text.uri is None:
            digests.add(digest_of("text", text.content_hash()))
    return digests


def _bury_unseen(conn: Connection, article: Article, reason: str) -> str:
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
