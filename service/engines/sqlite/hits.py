"""Rows of a page -> hits, with all that is shown of an article in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.database import Connection, Row
from service.dates import Moment
from service.engines.sqlite.explaining import explanations
from service.engines.sqlite.highlights import past_snippets, snippets
from service.engines.sqlite.near_copies import near_copies
from service.engines.sqlite.ranking import Read
from service.engines.sqlite.versions import PastText, past_hits
from service.query import Search
from service.result import Explanation, Hit, Snippet

CARDS = """
SELECT a.id, a.key, a.title, a.title_derived, s.name AS source, a.source_derived,
  a.published_at, a.published_precision, a.url, a.language
FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.id IN (SELECT value FROM json_each(:ids))
"""
AUTHORS = """
SELECT article_id, author FROM article_authors
WHERE article_id IN (SELECT value FROM json_each(:ids)) ORDER BY article_id, position
"""


def hits_of(conn: Connection, search: Search, read: Read, rows: Sequence[Row]) -> tuple[Hit, ...]:
    """The hits in the order of `rows`, each an id with its score."""
    ids = [row["id"] for row in rows]
    cards = {row["id"]: row for row in conn.execute(CARDS, {"ids": str(ids)})}
    authors = _authors(conn, ids)
    past = past_hits(conn, read, ids)
    passages = _passages(conn, read, ids, past) if search.snippets else {}
    copies = near_copies(conn, ids, read.chosen if search.collapse else None)
    explained = _explained(conn, search, read, [id_ for id_ in ids if id_ not in past])
    return tuple(
        replace(
            _hit(cards[id_], score),
            authors=authors.get(id_, ()),
            snippets=passages.get(id_, ()),
            copies=copies[id_].number if id_ in copies else 0,
            copied_in=copies[id_].oldest if id_ in copies else (),
            version=past[id_].version if id_ in past else None,
            explanation=explained.get(id_),
        )
        for id_, score in rows
    )


def _authors(conn: Connection, ids: list[int]) -> Mapping[int, tuple[str, ...]]:
    authors: dict[int, tuple[str, ...]] = {}
    for id_, author in conn.execute(AUTHORS, {"ids": str(ids)}):
        authors[id_] = (*authors.get(id_, ()), author)
    return authors


def _passages(
    conn: Connection, read: Read, ids: list[int], past: Mapping[int, PastText]
) -> Mapping[int, tuple[Snippet, ...]]:
    """From the text that matched: the current one, or the past one."""
    current = snippets(conn, [id_ for id_ in ids if id_ not in past], read.reading)
    if read.reading.past is None or not past:
        return current
    found = past_snippets(conn, [text.id for text in past.values()], read.reading.past)
    return {**current, **{id_: found[text.id] for id_, text in past.items()}}


def _explained(
    conn: Connection, search: Search, read: Read, ids: list[int]
) -> Mapping[int, Explanation]:
    if not search.explain or search.sort != "relevance" or not read.ranked:
        return {}
    return explanations(conn, search, read, ids)


def _hit(card: Row, score: float | None) -> Hit:
    published = card["published_at"]
    return Hit(
        key=card["key"],
        title=card["title"],
        title_derived=bool(card["title_derived"]),
        source=card["source"],
        source_derived=bool(card["source_derived"]),
        authors=(),
        published=Moment(published, card["published_precision"]) if published else None,
        url=card["url"],
        language=card["language"],
        # bm25 counts downwards; upwards is what people expect of a score.
        score=None if score is None else -score,
        snippets=(),
    )
