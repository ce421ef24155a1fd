"""What articles used to say, and how the texts of one article follow each other.

The source decides: by its own number of a text, else by when it changed or published it. Only where
it says neither does the text that arrives last come last. So the archive is the same in whatever
order a feed and an old dump of it are loaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.archive import Archive
from service.article import Article, Filed
from service.database import Connection, Row
from service.dates import Moment
from service.needs import of_articles
from service.stores.article_rows import filed, in_lines
from service.stores.documents import packed, unpacked
from service.stores.pieces import file_version_pieces

CURRENT = """
SELECT a.*, s.name AS source FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.key = :key
"""
PAST = """
SELECT id, version, content_hash, ingested_at, document FROM versions
WHERE article_key = :key ORDER BY version
"""
SAME = "SELECT 1 FROM versions WHERE article_key = :key AND content_hash = :hash"
FORGET = "DELETE FROM versions WHERE article_key = :key AND content_hash = :hash"
KEEP = """
INSERT INTO versions (article_key, version, title, standfirst, body, captions, credits,
  published_at, updated_at, ingested_at, content_hash, document)
VALUES (:key, :version, :title, :standfirst, :body, :captions, :credits, :published_at,
  :updated_at, :ingested_at, :hash, :document)
"""
DROP = "DELETE FROM versions WHERE id = :id"
NUMBER = "UPDATE versions SET version = :version WHERE id = :id"
NUMBER_CURRENT = "UPDATE articles SET version = :version WHERE key = :key AND version <> :version"
RESTATE = "UPDATE articles SET stated_version = :stated WHERE key = :key"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of an article; `row` is its own in `versions`, None for the current one."""

    article: Article
    content_hash: str
    ingested_at: str
    row: int | None = None


def is_older(one: Article, other: Article, *, same_place: bool = False) -> bool:
    """Whether the source says that `one` was there before `other`.

    A file that was edited is newer than it was, also where its publication date was corrected to an
    earlier one: at the `same_place` only a number, or a date of change, says otherwise.
    """
    if one.version is not None and other.version is not None and one.version != other.version:
        return one.version < other.version
    if one.updated is not None and other.updated is not None:
        return _is_before(one.updated, other.updated)
    dates = one.updated or one.published, other.updated or other.published
    if same_place or dates[0] is None or dates[1] is None:
        return False
    return _is_before(dates[0], dates[1])


def _is_before(one: Moment, other: Moment) -> bool:
    """A day and an hour of that day are no order."""
    if "day" in (one.precision, other.precision):
        return one.start[:10] < other.start[:10]
    return one.start < other.start


def texts_of(conn: Connection, key: str) -> list[Text]:
    """All texts of an article that is there, the oldest first and the current one last."""
    past = [
        Text(unpacked(row["document"]), row["content_hash"], row["ingested_at"], row["id"])
        for row in conn.execute(PAST, {"key": key})
    ]
    row = conn.execute(CURRENT, {"key": key}).fetchone()
    return [*past, Text(filed(conn, row).article, row["content_hash"], row["ingested_at"])]


def has_said(conn: Connection, key: str, content_hash: str) -> bool:
    """Whether a past text has this hash."""
    return conn.execute(SAME, {"key": key, "hash": content_hash}).fetchone() is not None


def keep_current(conn: Connection, key: str) -> None:
    """Keep what the article says now, which is about to be replaced."""
    row = conn.execute(CURRENT, {"key": key}).fetchone()
    current = filed(conn, row)
    _keep(conn, key, Text(current.article, row["content_hash"], row["ingested_at"]), row["version"])


def keep_past(conn: Connection, key: str, text: Text) -> None:
    """Keep a text that is older than the current one, at its place among the others."""
    texts = texts_of(conn, key)
    place = len(texts) - 1
    while place > 0 and is_older(text.article, texts[place - 1].article):
        place -= 1
    highest = max((row["version"] for row in conn.execute(PAST, {"key": key})), default=0)
    row = _keep(conn, key, text, highest + 1)
    texts.insert(place, replace(text, row=row))
    _number(conn, key, texts)


def forget_text(conn: Connection, key: str, content_hash: str) -> None:
    """Let go of a past text, since it is the current one again."""
    conn.execute(FORGET, {"key": key, "hash": content_hash})


def number_texts(conn: Connection, key: str) -> None:
    """Give every text of the article the number of its place."""
    _number(conn, key, texts_of(conn, key))


def restate(conn: Connection, key: str, content_hash: str, version: int) -> None:
    """A known text has come again with a higher number of its source: that one counts."""
    for text in texts_of(conn, key):
        if text.content_hash != content_hash or (text.article.version or 0) >= version:
            continue
        if text.row is None:
            conn.execute(RESTATE, {"key": key, "stated": version})
            number_texts(conn, key)
        else:
            conn.execute(DROP, {"id": text.row})
            keep_past(conn, key, replace(text, article=replace(text.article, version=version)))


def _keep(conn: Connection, key: str, text: Text, version: int) -> int:
    """The row that it has in `versions`."""
    article = text.article
    values: dict[str, Any] = {
        **{name: getattr(article, name) for name in ("title", "standfirst", "body")},
        "key": key,
        "version": version,
        "captions": in_lines(article.captions),
        "credits": in_lines(article.credits),
        "published_at": article.published and article.published.shown,
        "updated_at": article.updated and article.updated.shown,
        "ingested_at": text.ingested_at,
        "hash": text.content_hash,
        "document": packed(article),
    }
    row = conn.execute(KEEP, values).lastrowid
    assert row is not None  # noqa: S101 - an INSERT gives one
    file_version_pieces(conn, row)
    return row


def _number(conn: Connection, key: str, texts: Sequence[Text]) -> None:
    """The source's own number where that counts up, else one more than the text before."""
    number = 0
    past: list[dict[str, int]] = []
    for text in texts:
        number = max(text.article.version or 0, number + 1)
        if text.row is not None:
            past.append({"id": text.row, "version": number})
    # In two steps: no number may be there twice, not even for a moment.
    conn.executemany(NUMBER, [{**each, "version": -each["version"]} for each in past])
    conn.executemany(NUMBER, past)
    conn.execute(NUMBER_CURRENT, {"key": key, "version": number})


class VersionStore:
    """Reads what articles said."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def all(self, key: str) -> tuple[Filed, ...]:
        """Every text of an article, the current one first; none when there is no such article."""
        with self._archive.read(of_articles([key])) as conn:
            row = conn.execute(CURRENT, {"key": key}).fetchone()
            if row is None:
                return ()
            past = list(_past(conn.execute(PAST, {"key": key}), key))
            return (filed(conn, row), *reversed(past))


def _past(rows: Iterator[Row], key: str) -> Iterator[Filed]:
    for row in rows:
        article = unpacked(row["document"])
        yield Filed(
            article=article,
            key=key,
            version=row["version"],
            ingested_at=row["ingested_at"],
            tagger=None,
        )
