"""A batch of articles into the archive: what is new to it all at once, the rest one by one.

Most of what arrives is new, and that can be told for a whole batch by a few statements: none of its
identifiers is known. Everything else (changed, there already, twice in one batch) takes the careful
way, at its place in the order.
"""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.article import Article
from service.database import Connection
from service.errors import InvalidRequest
from service.findings import Findings
from service.stores.articles import put
from service.stores.bulk import NewArticle, add_new
from service.stores.kills import known_by
from service.stores.recognition import Decision, decide, made_key

KNOWN_KEYS = """
SELECT value FROM json_each(:values) WHERE value IN (SELECT key FROM articles)
  OR value IN (SELECT former FROM former_keys) OR value IN (SELECT key FROM tombstones)
"""
KNOWN_URIS = "SELECT uri FROM articles WHERE uri IN (SELECT value FROM json_each(:values))"
KNOWN_ORIGINS = "SELECT origin FROM origins WHERE origin IN (SELECT value FROM json_each(:values))"
KNOWN_TEXTS = """
SELECT content_hash FROM articles WHERE content_hash IN (SELECT value FROM json_each(:values))
"""
KILLED = (
    "SELECT digest FROM killed_identities WHERE digest IN (SELECT value FROM json_each(:values))"
)
ANY_KILLED = "SELECT 1 FROM killed_identities LIMIT 1"

Hashed = tuple[Article, str]
"""An article with its content hash, which is dear to take: once is enough."""
_Identity = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """An article that is to be stored, with what was read out of it and its content hash."""

    article: Article
    findings: Findings
    tagger: str
    signature: bytes | None = None
    content_hash: str = ""

    @property
    def hashed(self) -> Hashed:
        """The hash is taken now where it was not before."""
        return self.article, self.content_hash or self.article.content_hash()


def store_batch(conn: Connection, batch: Sequence[Stored]) -> list[Decision]:
    """Store articles inside the caller's write transaction as `put` would one after the other.

    An error leaves a part of them: the caller rolls back.
    """
    decided: dict[int, Decision] = {}
    for run in runs(conn, [each.hashed for each in batch]):
        if run.new:
            add_new(conn, [_new(batch[at], decision) for at, decision in run.new.items()])
            decided |= run.new
        if run.known is not None:
            each = batch[run.known]
            read = (each.article, each.findings, each.tagger)
            decided[run.known] = put(conn, *read, signature=each.signature)
    return [decided[at] for at in range(len(batch))]


def _new(each: Stored, decision: Decision) -> NewArticle:
    identity = (decision.key, decision.content_hash)
    return NewArticle(each.article, each.findings, each.tagger, *identity, each.signature)


@dataclass(frozen=True, slots=True)
class Run:
    """Places in a batch: of new articles, with their decisions; then of one that is not new."""

    new: Mapping[int, Decision]
    known: int | None = None


def new_among(conn: Connection, batch: Sequence[Hashed]) -> list[Decision | None]:
    """The decisions on those that share no identifier with the archive; None for all others."""
    asked = [_Asked(*each) for each in batch]
    known = _known(conn, asked)
    return [each.decision if known.isdisjoint(each.identities) else None for each in asked]


def runs(
    conn: Connection,
    batch: Sequence[Hashed],
    apart: Container[int] = (),
    *,
    replacing: bool = False,
) -> Iterator[Run]:
    """All of a batch, in an order that stores the same as its own.

    Those `apart` never count as new. What was there already changes nothing, so it does not part
    the new ones around it.
    """
    new: dict[int, Decision] = {}
    asked = [_Asked(*each) for each in batch]
    known = _known(conn, asked)
    claimed: set[_Identity] = set()
    for at, each in enumerate(asked):
        meets_another = not claimed.isdisjoint(each.identities)
        claimed |= each.claims
        if at not in apart and not meets_another and known.isdisjoint(each.identities):
            new[at] = each.decision
        elif not meets_another and not _changes(conn, each.article, replacing):
            yield Run({}, at)
        else:
            yield Run(new, at)
            new = {}
    yield Run(new)


def _changes(conn: Connection, article: Article, replacing: bool) -> bool:
    try:
        return decide(conn, article, replacing=replacing).is_written
    except InvalidRequest:
        return False


class _Asked:
    """An article with what it may be known by, and what others may be known by because of it."""

    def __init__(self, article: Article, digest: str) -> None:
        anonymous = article.key is None and article.uri is None
        key = article.key or made_key(digest)
        origin = ("origin", article.origin or "")
        self.article = article
        self.decision = Decision("added", key, digest)
        self.identities: set[_Identity] = {("key", key)}
        if article.uri is not None:
            self.identities.add(("uri", article.uri))
        if anonymous:
            self.identities.add(("text", digest))
        self.claims = self.identities | {("text", digest), origin}
        if article.origin is not None and article.record is None:
            self.identities.add(origin)


def _known(conn: Connection, asked: Iterable[_Asked]) -> set[_Identity]:
    """What the archive knows of all that they may be known by."""
    values: dict[str, set[str]] = {}
    killed: dict[str, set[_Identity]] = {}
    any_killed = conn.execute(ANY_KILLED).fetchone() is not None
    for each in asked:
        for kind, value in each.identities:
            values.setdefault(kind, set()).add(value)
        if any_killed:
            for digest in known_by(each.article, each.decision.content_hash):
                killed.setdefault(digest, set()).update(each.identities)
    found = {
        (kind, row[0])
        for kind, sql in _LOOK_UPS.items()
        for row in conn.execute(sql, {"values": json.dumps(sorted(values.get(kind, ())))})
    }
    for (digest,) in conn.execute(KILLED, {"values": json.dumps(sorted(killed))}):
        found |= killed[digest]
    return found


_LOOK_UPS = {
    "key": KNOWN_KEYS,
    "uri": KNOWN_URIS,
    "origin": KNOWN_ORIGINS,
    "text": KNOWN_TEXTS,
}
