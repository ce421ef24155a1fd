"""Articles that wait for their time, in a file that no reader of the archive opens.

An article that was published and is under embargo now waits with all that it has said; one that is
changed before its time only has its last text, since the others were never published.
"""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from service.article import Article
from service.database import WAIT_FOR_WRITER, Connection, Database, Row
from service.dates import utc_now
from service.entity import EntityName, Mention
from service.errors import Busy, DiskFault
from service.findings import Findings, MentionedDate, Quote
from service.stores.articles import published_key, put
from service.stores.documents import article_of, as_json
from service.stores.recognition import Decision, Outcome, decide
from service.stores.versions import is_older, texts_of

_log = logging.getLogger("cuttings")

HOLD = """
INSERT INTO embargoed (key, embargoed_until, uri, source, origin, stated, public_key, held_at,
  content_hash, document)
VALUES (:key, :until, :uri, :source, :origin, :stated, :public_key, :held_at, :hash, :document)
"""
HELD = """
SELECT key, content_hash, public_key, document FROM embargoed
WHERE key = :key OR (uri = :uri AND source IS :source)
  OR (origin = :origin AND NOT (stated AND :stated))
  OR (content_hash = :hash AND NOT stated AND NOT :stated)
"""
BY_KEY = "SELECT key, public_key, document FROM embargoed WHERE :key IN (key, public_key)"
ALL = "SELECT key, content_hash, document FROM embargoed"
STILL_HELD = "SELECT 1 FROM embargoed WHERE key = :key AND content_hash = :hash"
DUE = """
SELECT key, content_hash, public_key, held_at, document FROM embargoed
WHERE embargoed_until <= :now ORDER BY embargoed_until
"""
WAITING = """
SELECT key, public_key, document FROM embargoed WHERE embargoed_until > :now ORDER BY key
"""
INGESTED_AT = "SELECT ingested_at FROM articles WHERE key = :key"
NEXT_DUE = "SELECT min(embargoed_until) FROM embargoed"
REWRITE = "UPDATE embargoed SET document = :document WHERE key = :key AND content_hash = :hash"
LET_GO = "DELETE FROM embargoed WHERE key = :key AND content_hash = :hash"


@dataclass(frozen=True, slots=True)
class Held:
    """What waits: an article, what was read out of it, and what it said when it was published.

    `key` is that of its row, `public_key` the one under which it was and will be published.
    """

    article: Article
    findings: Findings
    tagger: str
    signature: bytes | None = None
    earlier: tuple[Article, ...] = ()
    key: str | None = None
    public_key: str | None = None


class EmbargoStore:
    """Articles that wait for their time.

    Each is put into the archive first and deleted here then, so that a crash between the two loses
    nothing and doubles nothing.
    """

    def __init__(self, private: Database, archive: Database) -> None:
        self._private = private
        self._archive = archive
        self._releasing = threading.Lock()

    def files(self) -> frozenset[Path]:
        """The private file and those beside it."""
        return self._private.files()

    def standing(self, article: Article) -> Decision:
        """Whether this very article is held already, another text of it, or none."""
        return _decision(article, self._held(article))

    def hold(self, held: Held, public_key: str, *, replacing: bool = False) -> Decision:
        """Keep an article back until its `embargoed_until`.

        `public_key` is the key it has, had or will have when it is published. `replacing` keeps it
        instead of whatever waits, also of a newer text.
        """
        article = held.article
        with self._private.write() as conn:
            before = conn.execute(HELD, _known(article)).fetchall()
            decision = _decision(article, before, replacing=replacing)
            if decision.outcome == "unchanged" or article.embargoed_until is None:
                return decision
            earlier = [text for row in before for text in _unpack(row["document"]).earlier]
            held = replace(held, earlier=(*earlier, *held.earlier))
            keys = (row["public_key"] for row in before if row["public_key"])
            values = _identity(article) | {
                "key": article.key or decision.key,
                "until": article.embargoed_until.start,
                "public_key": next(keys, public_key),
                "held_at": utc_now(),
                "hash": decision.content_hash,
                "document": _pack(held),
            }
            conn.executemany(LET_GO, [_text(row) for row in before])
            conn.execute(HOLD, values)
        return replace(decision, key=str(article.key or values["public_key"]))

    def any_held(self) -> bool:
        """Whether anything waits at all."""
        with self._private.read() as conn:
            return conn.execute(NEXT_DUE).fetchone()[0] is not None

    def keep_earlier(self, article: Article) -> Outcome | None:
        """What a text is that comes before one that waits, and so waits with it; None for another.

        It may not be seen either, and is what the article said before. So is one that was known
        when the other came.
        """
        digest = article.content_hash()
        for row in self._held(article):
            held = _unpack(row["document"])
            if digest in {text.content_hash() for text in held.earlier}:
                return "unchanged"
            if is_older(article, held.article):
                document = _pack(replace(held, earlier=(*held.earlier, article)))
                with self._private.write() as conn:
                    conn.execute(REWRITE, _text(row) | {"document": document})
                return "changed"
        return None

    def earlier(self, article: Article) -> tuple[Article, ...]:
        """What this article said while it was published, the oldest first."""
        held = (_unpack(row["document"]) for row in self._held(article))
        return tuple(text for each in held for text in each.earlier)

    def kill(self, conn: Connection) -> int:
        """Let go of all that the archive `conn` knows as killed; how many that were."""
        with self._private.read() as private:
            rows = private.execute(ALL).fetchall()
        killed = [r for r in rows if _is_killed(conn, _unpack(r["document"]).article)]
        for row in killed:
            self._let_go(row)
        return len(killed)

    def rewrite(self) -> None:
        """Leave no remains of what was let go in the bytes of the private file."""
        self._private.rewrite()
        self._private.empty_log()

    def find(self, key: str) -> Held | None:
        """What waits under this key."""
        with self._private.read() as conn:
            row = conn.execute(BY_KEY, {"key": key}).fetchone()
        if row is None:
            return None
        return replace(_unpack(row["document"]), key=row["key"], public_key=row["public_key"])

    def waiting(self) -> tuple[Held, ...]:
        """All whose time has not come."""
        with self._private.read() as conn:
            rows = conn.execute(WAITING, {"now": utc_now()}).fetchall()
        return tuple(
            replace(_unpack(row["document"]), key=row["key"], public_key=row["public_key"])
            for row in rows
        )

    def public_key(self, article: Article) -> str | None:
        """The key that a held text of this article had when it was published before."""
        return next((row["public_key"] for row in self._held(article) if row["public_key"]), None)

    def forget(self, article: Article) -> None:
        """Let go of held texts of this article, since a newer one may be seen."""
        for row in self._held(article):
            self._let_go(row)

    def release_due(self, patience: float = WAIT_FOR_WRITER) -> int:
        """Move what is due into the archive; returns how many articles that were.

        Cheap when nothing is due, and safe to call from several processes at once. An article that
        the archive refuses stays here and is named in the log; it keeps nobody else back. Raises
        Busy when another process has been writing for `patience` seconds.
        """
        with self._private.read() as conn:
            first = conn.execute(NEXT_DUE).fetchone()[0]
        if first is None or first > utc_now():
            return 0
        # Whoever is releasing already does it for all.
        if not self._releasing.acquire(timeout=patience):
            return 0
        try:
            return self._release(patience)
        finally:
            self._releasing.release()

    def _held(self, article: Article) -> list[Row]:
        with self._private.read() as conn:
            return conn.execute(HELD, _known(article)).fetchall()

    def _still_held(self, row: Row) -> bool:
        with self._private.read() as conn:
            return conn.execute(STILL_HELD, _text(row)).fetchone() is not None

    def _release(self, patience: float) -> int:
        with self._private.read() as conn:
            due = conn.execute(DUE, {"now": utc_now()}).fetchall()
        return sum(self._released(row, patience) for row in due)

    def _released(self, row: Row, patience: float) -> bool:
        try:
            held = _unpack(row["document"])
            with self._archive.write(patience) as conn:
                # An ingest may have let it go for a newer text while this one waited its turn.
                if not self._still_held(row):
                    return False
                if not _is_superseded(conn, held.article, row):
                    _publish(conn, held, row["public_key"])
        except (Busy, DiskFault):
            raise
        except Exception as exc:
            _log.error("the embargoed article %s cannot be released: %s", row["key"], exc)
            return False
        self._let_go(row, patience)
        return True

    def _let_go(self, row: Row, patience: float = WAIT_FOR_WRITER) -> None:
        """Deletes that very text: a newer one may have been held meanwhile."""
        with self._private.write(patience) as conn:
            conn.execute(LET_GO, _text(row))


def _publish(conn: Connection, held: Held, public_key: str | None) -> None:
    """Into the archive, with what it said before it came under embargo."""
    article = held.article
    is_alone = published_key(conn, article) is None
    for text in held.earlier:
        put(conn, text, Findings(), held.tagger, public_key)
    put(
        conn,
        article,
        held.findings,
        held.tagger,
        public_key,
        signature=held.signature,
        replacing=is_alone and bool(held.earlier),
    )


def _is_killed(conn: Connection, article: Article) -> bool:
    return decide(conn, article).outcome == "killed"


def _decision(article: Article, held: Sequence[Row], *, replacing: bool = False) -> Decision:
    """A text that is older than the one that waits will never be published: nothing changes."""
    digest = article.content_hash()
    if not held:
        return Decision("added", article.key or digest[:16], digest)
    same = any(row["content_hash"] == digest for row in held)
    if not same and not replacing:
        texts = [_unpack(row["document"]).article for row in held]
        same = any(is_older(article, text) for text in texts)
    return Decision("unchanged" if same else "changed", held[0]["key"], digest)


def _text(row: Row) -> dict[str, str]:
    """Which text a row holds, not only of which article."""
    return {"key": row["key"], "hash": row["content_hash"]}


def _is_superseded(conn: Connection, article: Article, row: Row) -> bool:
    """Whether a newer text was published after this one was held, and the two not yet told apart.

    An ingest that was killed between the two files leaves it so. Where the source tells which is
    newer, both are kept.
    """
    key = published_key(conn, article)
    published = conn.execute(INGESTED_AT, {"key": key}).fetchone()
    if published is None or published["ingested_at"] < row["held_at"]:
        return False
    public = texts_of(conn, str(key))[-1].article
    return not is_older(article, public) and not is_older(public, article)


def _identity(article: Article) -> dict[str, Any]:
    """What it is known by; a record of many has no path of its own."""
    names = ("key", "uri", "source")
    stated = article.key is not None or article.uri is not None
    origin = article.origin if article.record is None else None
    return {name: getattr(article, name) for name in names} | {"origin": origin, "stated": stated}


def _known(article: Article) -> dict[str, Any]:
    return _identity(article) | {"hash": article.content_hash()}


def is_embargoed(article: Article) -> bool:
    """Whether the article must not be seen yet; a full date lifts as its day starts in UTC."""
    return article.embargoed_until is not None and article.embargoed_until.start > utc_now()


def _pack(held: "Held") -> str:
    document = {
        "article": as_json(held.article),
        "findings": asdict(held.findings),
        "tagger": held.tagger,
        "signature": held.signature.hex() if held.signature is not None else None,
        "earlier": [as_json(article) for article in held.earlier],
    }
    return json.dumps(document, ensure_ascii=False)


def _unpack(document: str) -> "Held":
    data = json.loads(document)
    return Held(
        article=article_of(data["article"]),
        findings=_findings(data["findings"]),
        tagger=data["tagger"],
        signature=bytes.fromhex(data["signature"]) if data["signature"] is not None else None,
        earlier=tuple(map(article_of, data["earlier"])),
    )


def _findings(values: dict[str, Any]) -> Findings:
    return Findings(
        mentions=tuple(map(_mention, values["mentions"])),
        quotes=tuple(Quote(**quote) for quote in values["quotes"]),
        dates=tuple(MentionedDate(**date) for date in values["dates"]),
    )


def _mention(values: dict[str, Any]) -> Mention:
    entity = values["entity"] and EntityName(**values["entity"])
    return Mention(**{**values, "entity": entity})
