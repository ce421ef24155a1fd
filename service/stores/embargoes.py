"""Articles that wait for their time, in a file that no reader of the archive opens."""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from service.article import Article, Subheading
from service.database import WAIT_FOR_WRITER, Connection, Database, Row
from service.dates import Moment, utc_now
from service.entity import EntityName, Mention
from service.errors import Busy
from service.findings import Findings, MentionedDate, Quote
from service.stores.articles import Decision, published_key, put

_log = logging.getLogger("cuttings")

HOLD = """
INSERT INTO embargoed (key, embargoed_until, uri, source, origin, stated, public_key, held_at,
  content_hash, document)
VALUES (:key, :until, :uri, :source, :origin, :stated, :public_key, :held_at, :hash, :document)
"""
HELD = """
SELECT key, content_hash, public_key FROM embargoed
WHERE key = :key OR (uri = :uri AND source IS :source)
  OR (origin = :origin AND NOT (stated AND :stated))
"""
STILL_HELD = "SELECT 1 FROM embargoed WHERE key = :key AND content_hash = :hash"
DUE = """
SELECT key, content_hash, public_key, held_at, document FROM embargoed
WHERE embargoed_until <= :now ORDER BY embargoed_until
"""
INGESTED_AT = "SELECT ingested_at FROM articles WHERE key = :key"
NEXT_DUE = "SELECT min(embargoed_until) FROM embargoed"
LET_GO = "DELETE FROM embargoed WHERE key = :key AND content_hash = :hash"


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

    def hold(
        self,
        article: Article,
        findings: Findings,
        tagger: str,
        public_key: str | None = None,
    ) -> Decision:
        """Keep an article back until `article.embargoed_until`.

        `public_key` is the one it had if it was published before; it will have that again.
        """
        before = self._held(article)
        decision = _decision(article, before)
        if decision.outcome == "unchanged" or article.embargoed_until is None:
            return decision
        keys = [public_key, *(row["public_key"] for row in before)]
        values = _identity(article) | {
            "key": article.key or decision.key,
            "until": article.embargoed_until.start,
            "public_key": next(filter(None, keys), None),
            "held_at": utc_now(),
            "hash": decision.content_hash,
            "document": _pack(article, findings, tagger),
        }
        with self._private.write() as conn:
            conn.executemany(LET_GO, [_text(row) for row in before])
            conn.execute(HOLD, values)
        return decision

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
            return conn.execute(HELD, _identity(article)).fetchall()

    def _still_held(self, row: Row) -> bool:
        with self._private.read() as conn:
            return conn.execute(STILL_HELD, _text(row)).fetchone() is not None

    def _release(self, patience: float) -> int:
        with self._private.read() as conn:
            due = conn.execute(DUE, {"now": utc_now()}).fetchall()
        return sum(self._released(row, patience) for row in due)

    def _released(self, row: Row, patience: float) -> bool:
        try:
            article, findings, tagger = _unpack(row["document"])
            with self._archive.write(patience) as conn:
                # An ingest may have let it go for a newer text while this one waited its turn.
                if not self._still_held(row):
                    return False
                if not _is_superseded(conn, article, row):
                    put(conn, article, findings, tagger, row["public_key"])
        except Busy:
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


def _decision(article: Article, held: Sequence[Row]) -> Decision:
    digest = article.content_hash()
    if not held:
        return Decision("added", article.key or digest[:16], digest)
    same = any(row["content_hash"] == digest for row in held)
    return Decision("unchanged" if same else "changed", held[0]["key"], digest)


def _text(row: Row) -> dict[str, str]:
    """Which text a row holds, not only of which article."""
    return {"key": row["key"], "hash": row["content_hash"]}


def _is_superseded(conn: Connection, article: Article, row: Row) -> bool:
    """Whether a newer text was published after this one was held, and the two not yet told apart.

    An ingest that was killed between the two files leaves it so.
    """
    key = published_key(conn, article)
    published = conn.execute(INGESTED_AT, {"key": key}).fetchone()
    return published is not None and bool(published["ingested_at"] >= row["held_at"])


def _identity(article: Article) -> dict[str, Any]:
    names = ("key", "uri", "source", "origin")
    stated = article.key is not None or article.uri is not None
    return {name: getattr(article, name) for name in names} | {"stated": stated}


def is_embargoed(article: Article) -> bool:
    """Whether the article must not be seen yet; a full date lifts as its day starts in UTC."""
    return article.embargoed_until is not None and article.embargoed_until.start > utc_now()


def _pack(article: Article, findings: Findings, tagger: str) -> str:
    fields = asdict(replace(article, extra={})) | {"extra": dict(article.extra)}
    document = {"article": fields, "findings": asdict(findings), "tagger": tagger}
    return json.dumps(document, ensure_ascii=False)


def _unpack(document: str) -> tuple[Article, Findings, str]:
    data = json.loads(document)
    return _article(data["article"]), _findings(data["findings"]), data["tagger"]


def _article(values: dict[str, Any]) -> Article:
    dates = ("published", "updated", "embargoed_until")
    moments = {name: values[name] and Moment(**values[name]) for name in dates}
    lists = {n: tuple(v) for n, v in values.items() if isinstance(v, list)}
    headings = tuple(Subheading(**heading) for heading in values["subheadings"])
    return Article(**{**values, **lists, **moments, "subheadings": headings})


def _findings(values: dict[str, Any]) -> Findings:
    return Findings(
        mentions=tuple(map(_mention, values["mentions"])),
        quotes=tuple(Quote(**quote) for quote in values["quotes"]),
        dates=tuple(MentionedDate(**date) for date in values["dates"]),
    )


def _mention(values: dict[str, Any]) -> Mention:
    entity = values["entity"] and EntityName(**values["entity"])
    return Mention(**{**values, "entity": entity})
