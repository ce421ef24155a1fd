"""Every mention of an entity with the sentence around it, the newest article first.

A walk through pages goes on after an article's key, not after a number of rows: the millionth
mention is as near as the first, and an article that arrives meanwhile shifts nothing.
"""

import json
from dataclasses import dataclass

from service.archive import Archive
from service.database import Connection, Row
from service.dates import Moment
from service.needs import NAMED, Edge, Needs, Newest, of_articles, of_entities
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
SELECT a.id, a.key, a.title, a.title_derived, s.name AS source, a.published_at, a.dated_in,
  a.published_precision, a.standfirst, a.body, a.captions
FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.id IN (SELECT value FROM json_each(:ids))
"""
WHERE_NOW = "SELECT id, published_at, dated_in FROM articles WHERE key = :key"
# Articles of one date stand in the order in which they came to it.
WHERE_IT_WAS = """
SELECT max(id) FROM articles WHERE coalesce(published_at, '') < :published
  OR (coalesce(published_at, '') = :published AND dated_in <= :arrival)
"""
_LAST_ID = (1 << 62) - 1
_LAST_POSITION = _LAST_ID


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

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def page(self, key: str, limit: int, after: Cursor | None = None) -> SightingPage:
        """Mentions after those of the page before; of an unknown key none."""
        first = _newest(key, limit) if after is None else of_articles([after.key])
        with self._archive.read(of_entities([key]) | first) as conn:
            entity = conn.execute(ENTITY, {"key": key}).fetchone()
            if entity is None:
                return SightingPage(0, (), None)
            place = _place(conn, after) if after is not None else None
            with self._archive.read(_newest(key, limit, after, place)):
                article, position = _edge(conn, after, place)
                values = {"entity": entity["id"], "article": article, "position": position}
                found = conn.execute(PAGE, values | {"limit": limit + 1}).fetchall()
                rows = found[:limit]
                listed = {"ids": json.dumps(list({row["article_id"] for row in rows}))}
                articles = {row["id"]: row for row in conn.execute(ARTICLES, listed)}
        sightings = tuple(_sighting(row, articles[row["article_id"]]) for row in rows)
        last = rows[-1] if len(found) > limit else None
        following = _after(last, articles[last["article_id"]]) if last is not None else None
        return SightingPage(entity["mentions"], sightings, following)


def _place(conn: Connection, after: Cursor) -> Row | None:
    """Where the article stands now that the page before ended in, unless it has another date."""
    row: Row | None = conn.execute(WHERE_NOW, {"key": after.key}).fetchone()
    return row if row is not None and row["published_at"] == after.published else None


def _newest(key: str, limit: int, after: Cursor | None = None, place: Row | None = None) -> Needs:
    """Each has one mention at least, and one more tells that there is another page."""
    edge = None
    if after is not None and place is not None:
        edge = Edge(after.published or "", place["dated_in"], after.key)
    elif after is not None:
        edge = Edge(after.published or "", after.arrival + 1, "")
    return Needs(newest=frozenset({Newest(limit + 1, NAMED, key, edge)}))


def _edge(conn: Connection, after: Cursor | None, place: Row | None) -> tuple[int, int]:
    """The article that the page before ended in, and the position there.

    Ids move, so the article's key finds it; of one that is gone or has another date now its date
    and its arrival tell where it stood.
    """
    if after is None:
        return _LAST_ID, 0
    if place is not None:
        return place["id"], after.offset
    was = {"published": after.published or "", "arrival": after.arrival}
    last: int = conn.execute(WHERE_IT_WAS, was).fetchone()[0] or 0
    # Whoever stands behind that one was shown.
    return last + 1, _LAST_POSITION


def _after(row: Row, article: Row) -> Cursor:
    return Cursor(
        mark=0,
        offset=row["position"],
        key=article["key"],
        arrival=article["dated_in"],
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
