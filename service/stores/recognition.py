"""Which article an input is, and what it is to the archive.

An article is known by its own identifier (`key`, or `uri` within its source), else by the path that
it was read from, else by its text. The same path with another text is a change of that article,
another path with the same text a duplicate; a record of many has no path of its own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, count
from typing import Literal

from service.article import Article
from service.database import Connection, Row
from service.entity import Mention
from service.errors import InvalidRequest
from service.needs import KILLED, ORIGIN, TEXT, URI, Name, Needs, of_keys, of_mentions
from service.stores.article_rows import moment, stated_moment
from service.stores.kills import killed_key, known_by
from service.stores.versions import has_said, is_older

Outcome = Literal["added", "changed", "unchanged", "duplicates", "killed"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an input is to the archive; `key` names the article it is, was or becomes.

    `content_hash` is that of the input, taken once. `current` tells whether it is what the article
    says now, or has said before.
    """

    outcome: Outcome
    key: str
    content_hash: str
    current: bool = True

    @property
    def is_written(self) -> bool:
        return self.outcome in ("added", "changed")

    @property
    def is_read(self) -> bool:
        """Whether its names must be read: those of texts that are replaced are of no use."""
        return self.is_written and self.current


TAKEN = """
SELECT 1 FROM articles WHERE key = :key UNION ALL SELECT 1 FROM former_keys WHERE former = :key
UNION ALL SELECT 1 FROM tombstones WHERE key = :key
"""
STANDING = """
SELECT a.key, a.key_made, a.content_hash, a.uri, a.stated_version, a.published_at,
  a.published_precision, a.updated_at
FROM articles a LEFT JOIN sources s ON s.id = a.source_id WHERE
"""
BY_KEY = f"{STANDING} a.key = :key"
BY_URI = f"{STANDING} a.uri = :uri AND s.name IS :source"
BY_CONTENT = "SELECT key FROM articles WHERE content_hash = :hash ORDER BY id LIMIT 1"
BY_ORIGIN = """
SELECT o.article_key, o.content_hash, a.key_made AND a.uri IS NULL AS anonymous
FROM origins o JOIN articles a ON a.key = o.article_key
WHERE o.origin = :origin AND o.record IS NULL
"""
OTHER_ORIGINS = """
SELECT 1 FROM origins o JOIN articles a ON a.key = o.article_key
WHERE o.article_key = :key AND o.origin <> :origin AND o.content_hash = a.content_hash
"""
FROM_THERE = "SELECT 1 FROM origins WHERE origin = :origin AND article_key = :key"


def decide(conn: Connection, article: Article, *, replacing: bool = False) -> Decision:
    """What `article` is to this archive; reads only.

    `replacing` makes it what the article says now, whatever its source states. Raises
    InvalidRequest when its key and its uri belong to two articles, or when it states another key
    than the article already has.
    """
    digest = article.content_hash()
    if (killed := killed_key(conn, article, digest)) is not None:
        return Decision("killed", killed, digest, current=False)
    stated = _stated(conn, article)
    if stated is not None:
        return _compared(conn, article, stated, digest, replacing)
    anonymous = article.key is None and article.uri is None
    seen = None
    if article.record is None:
        seen = conn.execute(BY_ORIGIN, {"origin": article.origin}).fetchone()
    # A path may be used again for another article, which then says so by an identifier of its own.
    if seen is not None and (anonymous or seen["anonymous"]):
        return _again(conn, article, seen, digest, replacing)
    if anonymous:
        twin = conn.execute(BY_CONTENT, {"hash": digest}).fetchone()
        if twin is not None:
            again = _was_there(conn, article, twin["key"])
            return Decision("unchanged" if again else "duplicates", twin["key"], digest)
    return Decision("added", article.key or _made_key(conn, article, digest), digest)


def _stated(conn: Connection, article: Article) -> Row | None:
    """The article that the input names by its own identifiers."""
    by_key = conn.execute(BY_KEY, {"key": article.key}).fetchone()
    values = {"uri": article.uri, "source": article.source}
    by_uri = conn.execute(BY_URI, values).fetchone() if article.uri is not None else None
    found: Row | None = by_key if by_key is not None else by_uri
    if found is None or by_uri is None or article.key is None:
        return found
    if by_uri["key"] != article.key and (by_key is not None or not by_uri["key_made"]):
        raise InvalidRequest(
            f"its uri belongs to the article {by_uri['key']}, which cannot become {article.key}"
        )
    return found


def _compared(
    conn: Connection, article: Article, row: Row, digest: str, replacing: bool
) -> Decision:
    """An input beside all texts of the article that it is."""
    key = row["key"]
    if row["content_hash"] == digest:
        rekeyed = article.key not in (None, key)
        return Decision("changed" if rekeyed else "unchanged", key, digest)
    if replacing:
        return Decision("changed", key, digest)
    standing = _standing(row)
    if has_said(conn, key, digest):
        # The source has gone back to it, if its number says so.
        newer = article.version is not None and is_older(standing, article)
        return Decision("changed" if newer else "unchanged", key, digest, current=newer)
    at_home = article.record is None and _was_there(conn, article, key)
    older = is_older(article, standing, same_place=at_home)
    return Decision("changed", key, digest, current=not older)


def _was_there(conn: Connection, article: Article, key: str) -> bool:
    """Whether the article `key` was read from there before; records of a file may change places."""
    place = {"key": key, "origin": article.origin}
    return conn.execute(FROM_THERE, place).fetchone() is not None


def _standing(row: Row) -> Article:
    """Of the current text what decides which is newer."""
    return Article(
        body="",
        version=row["stated_version"],
        published=moment(row["published_at"], row["published_precision"]),
        updated=stated_moment(row["updated_at"]),
    )


def _again(conn: Connection, article: Article, seen: Row, digest: str, replacing: bool) -> Decision:
    """A path that was read before."""
    key = seen["article_key"]
    if seen["content_hash"] == digest and article.key is None:
        return Decision("unchanged", key, digest)
    if conn.execute(OTHER_ORIGINS, {"key": key, "origin": article.origin}).fetchone():
        # Another path still holds the old text: it keeps its article, and no text is lost.
        return Decision("changed", article.key or _made_key(conn, article, digest), digest)
    row = conn.execute(BY_KEY, {"key": key}).fetchone()
    return _compared(conn, article, row, digest, replacing)


def _made_key(conn: Connection, article: Article, digest: str) -> str:
    """A key from the content when first seen; from the path as well if that one is taken."""
    origin = article.place or ""
    for salt in chain(("", origin), (f"{origin}\n{number}" for number in count())):
        key = made_key(digest, salt)
        if is_free(conn, key):
            return key
    raise AssertionError("count() ends")


def of_input(
    article: Article,
    content_hash: str,
    mentions: Iterable[Mention] = (),
    was_key: str | None = None,
) -> Needs:
    """To decide what an input is to the archive, and to store it."""
    keys = {article.key or made_key(content_hash), was_key} - {None}
    needs = of_keys([key for key in keys if key is not None])
    fields = {(TEXT, content_hash)}
    fields |= {(KILLED, digest) for digest in known_by(article, content_hash)}
    if article.uri is not None:
        fields.add((URI, article.uri))
    if article.origin is not None:
        fields.add((ORIGIN, article.origin))
    source: set[Name] = set() if article.source is None else {("source", article.source)}
    return needs | of_mentions(mentions) | Needs(frozenset(source), frozenset(fields))


def made_key(digest: str, salt: str = "") -> str:
    """The key of an article to which its source gives none, by the hash of its content."""
    return hashlib.sha256(f"{digest}\n{salt}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def is_free(conn: Connection, key: str) -> bool:
    """Nobody has the key, or had it: what was said by a former key is still about that article."""
    return conn.execute(TAKEN, {"key": key}).fetchone() is None
