"""Every mention of an entity with the sentence around it, the newest article first.

A walk through pages goes on after an article's key, not after a number of rows: the millionth
mention is as near as the first, and an article that arrives meanwhile shifts nothing.
"""

import json
from dataclasses import dataclass

from service.database import Connection, Database, Row
from service.dates import Moment
from service.query import Cursor
from service.sentences import sentence_at

ENTITY = "SELECT id, mentions FROM entities WHERE key = :key"
# Newest first off the index of the entity's articles, reading order off the mentions' own key.
# What editors say is no name has no number.
PAGE = """
SELECT m.*, (SELECT count(*) FROM mentions before WHERE before.article_id = m.article_id
    AND before.position < m.position AND NOT before.dismissed) AS number
FROM article_entities ae CROSS JOIN mentions m ON m.article_id = ae.article_id
WHERE ae.entity_id = :entity AND ae.article_id <= :article AND m.entity_id = :entity
  AND (ae.article_id < :article OR m.position > :position)
ORDER BY ae.article_id DESC, m.position LIMIT :limit
"""
ARTICLES = """
SELECT a.id, a.key, a.title, a.title_derived, s.name AS source, a.published_at,
  a.published_precision, a.standfirst, a.body, a.captions
FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.id IN (SELECT value FROM json_each(:ids))
"""
WHERE_NOW = "SELECT id, published_at FROM articles WHERE key = :key"
_LAST_ID = (1 << 62) - 1


@dataclass(frozen=True, slots=True)
class Sighting:
    """A mention with its article and its sentence; `sentence_start` is an offset in the field.

    `number` counts the mentions of the article in reading order, from 0.
    """

    article: str
    title: str
    title_derived: bool
    source: str | None
    published: Moment | None
    number: int
    field: str
    start: int
    end: int
    text: str
    sentence: str
    sentence_start: int
    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SightingPage:
    """`next` is None on the last page."""

    total: int
    sightings: tuple[Sighting, ...]
    next: Cursor | None


class SightingStore:
    """Reads the mentions of an entity."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, key: str, limit: int, after: Cursor | None = None) -> SightingPage:
        """Mentions after those of the page before; of an unknown key none."""
        with self._database.read() as conn:
            entity = conn.execute(ENTITY, {"key": key}).fetchone()
            if entity is None:
                return SightingPage(0, (), None)
            article, position = _edge(conn, after)
            values = {"entity": entity["id"], "article": article, "position": position}
            found = conn.execute(PAGE, values | {"limit": limit + 1}).fetchall()
            rows = found[:limit]
            listed = {"ids": json.dumps(list({row["article_id"] for row in rows}))}
            articles = {row["id"]: row for row in conn.execute(ARTICLES, listed)}
        sightings = tuple(_sighting(row, articles[row["article_id"]]) for row in rows)
        last = rows[-1] if len(found) > limit else None
        following = _after(last, articles[last["article_id"]]) if last is not None else None
        return SightingPage(entity["mentions"], sightings, following)


def _edge(conn: Connection, after: Cursor | None) -> tuple[int, int]:
    """The article that the page before ended in, and the position there.

    Ids move, so the article's key finds it; one that is gone or has another date now has left the
    id that it had as a mark in time.
    """
    if after is None:
        return _LAST_ID, 0
    row = conn.execute(WHERE_NOW, {"key": after.key}).fetchone()
    if row is not None and row["published_at"] == after.published:
        return row["id"], after.offset
    return after.arrival, after.offset


def _after(row: Row, article: Row) -> Cursor:
    return Cursor(
        mark=0,
        offset=row["position"],
        key=article["key"],
        arrival=article["id"],
        published=article["published_at"],
        match="all",
        digest="",
    )


def _sighting(row: Row, article: Row) -> Sighting:
    text = _text_of(article, row["field"])
    start, end = sentence_at(text, row["start_offset"], row["end_offset"])
    published = article["published_at"]
    return Sighting(
        article=article["key"],
        title=article["title"],
        title_derived=bool(article["title_derived"]),
        source=article["source"],
        published=Moment(published, article["published_precision"]) if published else None,
        number=row["number"],
        field=row["field"],
        start=row["start_offset"],
        end=row["end_offset"],
        text=row["text"],
        sentence=text[start:end],
        sentence_start=start,
        method=row["method"],
        confidence=row["confidence"],
    )


def _text_of(article: Row, field: str) -> str:
    """The field's text; `captions[1]` is the second line of the captions."""
    name, _, number = field.partition("[")
    if not number:
        return article[name] or ""
    return str(article[name].split("\n")[int(number.rstrip("]"))])
