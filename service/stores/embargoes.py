"""Articles that wait for their time, in a file that no reader of the archive opens."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service.article import Article, Subheading
from service.database import Database
from service.dates import Moment
from service.entity import EntityName, Mention
from service.stores.articles import Decision, put

HOLD = """
INSERT INTO embargoed (key, embargoed_until, origin, content_hash, document)
VALUES (:key, :until, :origin, :hash, :document)
ON CONFLICT (key) DO UPDATE SET embargoed_until = :until, origin = :origin, content_hash = :hash,
  document = :document
"""
HELD = "SELECT key, content_hash FROM embargoed WHERE key = :key OR origin = :origin"
DUE = "SELECT key, document FROM embargoed WHERE embargoed_until <= :now ORDER BY embargoed_until"
NEXT_DUE = "SELECT min(embargoed_until) FROM embargoed"


class EmbargoStore:
    """Articles that wait for their time. Each is put into the archive first and deleted here then,
    so that a crash between the two loses nothing and doubles nothing.
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
        with self._private.read() as conn:
            row = conn.execute(HELD, {"key": article.key, "origin": article.origin}).fetchone()
        if row is None:
            return Decision("added", article.key or article.content_hash()[:16])
        same = row["content_hash"] == article.content_hash()
        return Decision("unchanged" if same else "changed", row["key"])

    def hold(self, article: Article, mentions: Sequence[Mention], tagger: str) -> Decision:
        """Keep an article back until `article.embargoed_until`."""
        decision = self.standing(article)
        if decision.outcome != "unchanged" and article.embargoed_until is not None:
            document = _pack(article, mentions, tagger)
            values = {
                "key": decision.key,
                "until": _utc(article.embargoed_until),
                "origin": article.origin,
                "hash": article.content_hash(),
                "document": document,
            }
            with self._private.write() as conn:
                conn.execute(HOLD, values)
        return decision

    def forget(self, article: Article) -> None:
        """Let go of a held text of this article, since a newer one may be seen."""
        known = {"key": article.key, "origin": article.origin}
        with self._private.read() as conn:
            row = conn.execute(HELD, known).fetchone()
        if row is not None:
            self._drop(row["key"])

    def _drop(self, key: str) -> None:
        with self._private.write() as conn:
            conn.execute("DELETE FROM embargoed WHERE key = ?", (key,))

    def release_due(self) -> int:
        """Move what is due into the archive; returns how many articles that were.

        Cheap when nothing is due, and safe to call from several processes at once.
        """
        with self._private.read() as conn:
            first = conn.execute(NEXT_DUE).fetchone()[0]
        if first is None or first > _now():
            return 0
        with self._releasing:
            return self._release()

    def _release(self) -> int:
        with self._private.read() as conn:
            due = conn.execute(DUE, {"now": _now()}).fetchall()
        for row in due:
            article, mentions, tagger = _unpack(row["document"])
            with self._archive.write() as conn:
                put(conn, article, mentions, tagger)
            self._drop(row["key"])
        return len(due)


def is_embargoed(article: Article) -> bool:
    """Whether the article must not be seen yet."""
    return article.embargoed_until is not None and _utc(article.embargoed_until) > _now()


def _pack(article: Article, mentions: Sequence[Mention], tagger: str) -> str:
    fields = asdict(replace(article, extra={})) | {"extra": dict(article.extra)}
    document = {"article": fields, "mentions": [asdict(m) for m in mentions], "tagger": tagger}
    return json.dumps(document, ensure_ascii=False)


def _unpack(document: str) -> tuple[Article, tuple[Mention, ...], str]:
    data = json.loads(document)
    mentions = tuple(_mention(values) for values in data["mentions"])
    return _article(data["article"]), mentions, data["tagger"]


def _article(values: dict[str, Any]) -> Article:
    dates = ("published", "updated", "embargoed_until")
    moments = {name: values[name] and Moment(**values[name]) for name in dates}
    lists = {n: tuple(v) for n, v in values.items() if isinstance(v, list)}
    headings = tuple(Subheading(**heading) for heading in values["subheadings"])
    return Article(**{**values, **lists, **moments, "subheadings": headings})


def _mention(values: dict[str, Any]) -> Mention:
    entity = values["entity"] and EntityName(**values["entity"])
    return Mention(**{**values, "entity": entity})


def _utc(moment: Moment) -> str:
    """A full date lifts at the start of that day in UTC."""
    return moment.instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
