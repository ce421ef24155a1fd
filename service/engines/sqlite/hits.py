"""Rows of a page -> hits, with all that is shown of an article in a list."""

import json
from collections.abc import Mapping, Sequence

from service.database import Connection, Row
from service.dates import Moment
from service.engines.highlights import COLUMNS, snippets
from service.engines.sqlite.near_copies import NO_COPIES, Among, Copies, near_copies
from service.engines.sqlite.ranking import Place
from service.engines.sqlite.selecting import PastText, Read
from service.query import Search
from service.result import Explanation, Hit, Snippet

TEXTS = ", ".join(f"a.{column}" for column in COLUMNS[1:])
# All that a page shows of its articles; authors as bytes, since another program may have written
# what is no text. The expression on languages is that of their index.
PAGE = """
SELECT a.id, a.key, a.title, a.title_derived, s.name AS source, a.source_derived, a.published_at,
  a.published_precision, a.url, a.language, c.group_id, {texts},
  a.language IS NOT NULL AND substr(lower(a.language), 1, 2) <> 'en' AS is_foreign,
  CAST((SELECT json_group_array(CAST(author AS TEXT)) FROM (
    SELECT author FROM article_authors WHERE article_id = a.id ORDER BY position
  )) AS BLOB) AS authors
FROM json_each(:ids) CROSS JOIN articles a ON a.id = value
LEFT JOIN sources s ON s.id = a.source_id LEFT JOIN copies c ON c.article_id = a.id
"""
PAST_TEXTS = """
SELECT v.id, v.title, v.standfirst, v.body, v.captions, v.credits,
  a.language IS NOT NULL AND substr(lower(a.language), 1, 2) <> 'en' AS is_foreign
FROM json_each(:ids) CROSS JOIN versions v ON v.id = value
CROSS JOIN articles a ON a.key = v.article_key
"""


def hits_of(
    conn: Connection,
    search: Search,
    read: Read,
    page: Sequence[Place],
    explained: Mapping[int, Explanation],
    among: Among | None,
) -> tuple[Hit, ...]:
    """The hits of a page in their order; of their copies only those `among` it are told."""
    if not page:
        return ()
    ids = [place.id for place in page]
    sql = PAGE.replace("{texts}", TEXTS if search.snippets else "NULL")
    articles = {row["id"]: row for row in conn.execute(sql, {"ids": str(ids)})}
    past = read.past_texts_of(conn, ids)
    passages = _passages(conn, read, articles, past) if search.snippets else {}
    groups = {id_: row["group_id"] for id_, row in articles.items() if row["group_id"] is not None}
    copies = near_copies(conn, groups, among)
    return tuple(
        _hit(
            articles[place.id],
            place.score,
            passages.get(place.id, ()),
            copies.get(place.id, NO_COPIES),
            past[place.id].version if place.id in past else None,
            explained.get(place.id),
        )
        for place in page
    )


def _passages(
    conn: Connection, read: Read, articles: Mapping[int, Row], past: Mapping[int, PastText]
) -> Mapping[int, tuple[Snippet, ...]]:
    """From the text that matched: the current one, or the past one."""
    texts = (row for id_, row in articles.items() if id_ not in past)
    current = snippets(texts, read.reading)
    if read.past is None or not past:
        return current
    rows = conn.execute(PAST_TEXTS, {"ids": str([text.id for text in past.values()])})
    found = snippets(rows, read.past.reading)
    return {**current, **{id_: found[text.id] for id_, text in past.items()}}


def _hit(
    article: Row,
    score: float | None,
    passages: tuple[Snippet, ...],
    copies: Copies,
    version: int | None,
    explanation: Explanation | None,
) -> Hit:
    published = article["published_at"]
    return Hit(
        key=article["key"],
        title=article["title"],
        title_derived=bool(article["title_derived"]),
        source=article["source"],
        source_derived=bool(article["source_derived"]),
        authors=tuple(json.loads(article["authors"].decode("utf-8", "replace"))),
        published=Moment(published, article["published_precision"]) if published else None,
        url=article["url"],
        language=article["language"],
        score=score,
        snippets=passages,
        copies=copies.number,
        copied_in=copies.oldest,
        version=version,
        explanation=explanation,
    )
