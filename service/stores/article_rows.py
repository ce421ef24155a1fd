"""An article as rows of the archive file, in and out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from service.article import Article, Filed, Subheading
from service.database import Connection, Row
from service.dates import Moment, parse_moment, utc_now

COLUMNS = (
    *("id", "key", "key_made", "uri", "title", "title_derived", "standfirst", "body", "captions"),
    *("credits", "related", "subheadings", "dateline", "source_id", "source_derived"),
    *("published_at", "published_precision", "updated_at", "embargoed_until", "ingested_at", "url"),
    *("language", "language_detected", "rights", "status", "correction", "origin", "tagger"),
    *("extra", "content_hash", "stated_version"),
)
INSERT_ARTICLE = f"""
INSERT INTO articles ({", ".join(COLUMNS)}) VALUES ({", ".join(f":{name}" for name in COLUMNS)})
"""  # noqa: S608 - over the fixed columns above


def write_lists(conn: Connection, article_id: int, article: Article) -> None:
    """Make its authors and topics those of the article, instead of any it had."""
    conn.execute("DELETE FROM article_authors WHERE article_id = ?", (article_id,))
    conn.execute("DELETE FROM article_topics WHERE article_id = ?", (article_id,))
    add_lists(conn, [(article_id, article)])


def add_lists(conn: Connection, articles: Sequence[tuple[int, Article]]) -> None:
    """Authors and topics of articles that have none yet, by the articles' ids."""
    authors = [(i, at, author) for i, a in articles for at, author in enumerate(a.authors)]
    conn.executemany("INSERT INTO article_authors VALUES (?, ?, ?)", authors)
    topics = [(i, at, topic) for i, a in articles for at, topic in enumerate(a.topics)]
    conn.executemany("INSERT INTO article_topics VALUES (?, ?, ?)", topics)


ADD_SOURCE = "INSERT INTO sources (name) VALUES (:name) ON CONFLICT DO NOTHING"
SOURCE_ID = "SELECT id FROM sources WHERE name = :name"


def source_id(conn: Connection, name: str | None) -> int | None:
    if name is None:
        return None
    conn.execute(ADD_SOURCE, {"name": name})
    return int(conn.execute(SOURCE_ID, {"name": name}).fetchone()[0])


def columns_of(article: Article, tagger: str, source: int | None) -> dict[str, Any]:
    """Its columns but those that depend on the archive; `source` is the row of its source."""
    headings = [{"start": h.start, "end": h.end, "text": h.text} for h in article.subheadings]
    return {
        "key_made": article.key is None,
        "uri": article.uri,
        "stated_version": article.version,
        "title": article.title,
        "title_derived": article.title_derived,
        "standfirst": article.standfirst,
        "body": article.body,
        "captions": in_lines(article.captions),
        "credits": in_lines(article.credits),
        "related": in_lines(article.related),
        "subheadings": json.dumps(headings, ensure_ascii=False),
        "dateline": article.dateline,
        "source_id": source,
        "source_derived": article.source_derived,
        "published_at": article.published and article.published.iso,
        "published_precision": article.published and article.published.precision,
        "updated_at": article.updated and article.updated.shown,
        "embargoed_until": article.embargoed_until and article.embargoed_until.shown,
        "ingested_at": utc_now(),
        "url": article.url,
        "language": article.language,
        "language_detected": article.language_detected,
        "rights": article.rights,
        "status": article.status,
        "correction": article.correction,
        "origin": article.place,
        "tagger": tagger,
        "extra": json.dumps(dict(article.extra), ensure_ascii=False, sort_keys=True),
    }


AUTHORS = "SELECT author FROM article_authors WHERE article_id = :id ORDER BY position"
TOPICS = "SELECT topic FROM article_topics WHERE article_id = :id ORDER BY position"


def filed(conn: Connection, row: Row) -> Filed:
    ident = {"id": row["id"]}
    authors = tuple(r[0] for r in conn.execute(AUTHORS, ident))
    topics = tuple(r[0] for r in conn.execute(TOPICS, ident))
    return Filed(
        article=article_of(row, authors, topics),
        key=row["key"],
        version=row["version"],
        ingested_at=row["ingested_at"],
        tagger=row["tagger"],
    )


def article_of(
    row: Row | Mapping[str, Any], authors: tuple[str, ...], topics: tuple[str, ...]
) -> Article:
    """An article by its columns, with the name of its source as `source`."""
    return Article(
        body=row["body"],
        title=row["title"],
        title_derived=bool(row["title_derived"]),
        standfirst=row["standfirst"],
        subheadings=tuple(Subheading(**heading) for heading in json.loads(row["subheadings"])),
        captions=_items(row["captions"]),
        credits=_items(row["credits"]),
        related=_items(row["related"]),
        authors=authors,
        dateline=row["dateline"],
        source=row["source"],
        source_derived=bool(row["source_derived"]),
        url=row["url"],
        uri=row["uri"],
        key=row["key"],
        version=row["stated_version"],
        origin=row["origin"],
        language=row["language"],
        language_detected=bool(row["language_detected"]),
        topics=topics,
        rights=row["rights"],
        published=moment(row["published_at"], row["published_precision"]),
        updated=stated_moment(row["updated_at"]),
        embargoed_until=stated_moment(row["embargoed_until"]),
        status=row["status"],
        correction=row["correction"],
        extra=json.loads(row["extra"]),
    )


def in_lines(items: Sequence[str]) -> str:
    """A list as searchable text, an item a line; one sign for one, so that offsets stay right."""
    return "\n".join(item.replace("\n", " ") for item in items)


def _items(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


def moment(iso: str | None, precision: Any) -> Moment | None:
    return Moment(iso, precision) if iso is not None else None


def stated_moment(shown: str | None) -> Moment | None:
    return parse_moment(shown) if shown is not None else None
