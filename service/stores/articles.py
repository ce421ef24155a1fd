"""Articles in and out of the archive file.

Which article an input is: by its own identifier (`key`, or `uri` within its source), else by the
path that it was read from, else by its text. The same path with another text is a change of that
article, another path with the same text a duplicate.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any, Literal

from service.article import Article, Filed, Subheading
from service.database import Connection, Database, Row
from service.dates import Moment, parse_moment, utc_now
from service.errors import InvalidRequest
from service.findings import Findings
from service.stores.findings import file_findings
from service.stores.pieces import file_pieces
from service.stores.slots import free_slot

Outcome = Literal["added", "changed", "unchanged", "duplicates"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an input is to the archive; `key` names the article it is, was or becomes.

    `content_hash` is that of the input, taken once.
    """

    outcome: Outcome
    key: str
    content_hash: str


TAKEN = """
SELECT 1 FROM articles WHERE key = :key UNION ALL SELECT 1 FROM former_keys WHERE former = :key
"""
BY_KEY = "SELECT key, key_made, content_hash FROM articles WHERE key = :key"
BY_URI = """
SELECT a.key, a.key_made, a.content_hash FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.uri = :uri AND s.name IS :source
"""
BY_CONTENT = "SELECT key FROM articles WHERE content_hash = :hash ORDER BY id LIMIT 1"
BY_ORIGIN = """
SELECT o.article_key, o.content_hash, a.key_made AND a.uri IS NULL AS anonymous
FROM origins o JOIN articles a ON a.key = o.article_key WHERE o.origin = :origin
"""
OTHER_ORIGINS = """
SELECT 1 FROM origins o JOIN articles a ON a.key = o.article_key
WHERE o.article_key = :key AND o.origin <> :origin AND o.content_hash = a.content_hash
"""


def decide(conn: Connection, article: Article) -> Decision:
    """What `article` is to this archive; reads only.

    Raises InvalidRequest when its key and its uri belong to two articles, or when it states
    another key than the article already has.
    """
    digest = article.content_hash()
    stated = _stated(conn, article)
    if stated is not None:
        same = stated["content_hash"] == digest
        return Decision("unchanged" if same else "changed", stated["key"], digest)
    seen = conn.execute(BY_ORIGIN, {"origin": article.origin}).fetchone()
    anonymous = article.key is None and article.uri is None
    # A path may be used again for another article, which then says so by an identifier of its own.
    if seen is not None and (anonymous or seen["anonymous"]):
        return _again(conn, article, seen, digest)
    if anonymous:
        twin = conn.execute(BY_CONTENT, {"hash": digest}).fetchone()
        if twin is not None:
            return Decision("duplicates", twin["key"], digest)
    return Decision("added", article.key or _made_key(conn, article, digest), digest)


def _stated(conn: Connection, article: Article) -> Row | None:
    """The article that the input names by its own identifiers."""
    by_key = conn.execute(BY_KEY, {"key": article.key}).fetchone()
    values = {"uri": article.uri, "source": article.source}
    by_uri = conn.execute(BY_URI, values).fetchone() if article.uri is not None else None
    found: Row | None = by_key if by_key is not None else by_uri
    if found is None or by_uri is None or article.key is None:
        return found
    if by_uri["key"] != article.key and (by_key is not None or not by_uri["key_made"]):
        raise InvalidRequest(
            f"its uri belongs to the article {by_uri['key']}, which cannot become {article.key}"
        )
    return found


def _again(conn: Connection, article: Article, seen: Row, digest: str) -> Decision:
    """A path that was read before."""
    if seen["content_hash"] == digest:
        return Decision("unchanged", seen["article_key"], digest)
    shared = {"key": seen["article_key"], "origin": article.origin}
    if conn.execute(OTHER_ORIGINS, shared).fetchone():
        # Another path still holds the old text: it keeps its article, and no text is lost.
        return Decision("changed", article.key or _made_key(conn, article, digest), digest)
    return Decision("changed", seen["article_key"], digest)


def _made_key(conn: Connection, article: Article, digest: str) -> str:
    """A key from the content when first seen; from the path as well if that one is taken."""
    origin = article.origin or ""
    for salt in chain(("", origin), (f"{origin}\n{number}" for number in count())):
        key = hashlib.sha256(f"{digest}\n{salt}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        if _is_free(conn, key):
            return key
    raise AssertionError("count() ends")


def _is_free(conn: Connection, key: str) -> bool:
    """Nobody has the key, or had it: what was said by a former key is still about that article."""
    return conn.execute(TAKEN, {"key": key}).fetchone() is None


ARTICLE_ID = "SELECT id, published_at, published_precision FROM articles WHERE key = :key"
COLUMNS = (
    *("id", "key", "key_made", "uri", "title", "title_derived", "standfirst", "body", "captions"),
    *("credits", "related", "subheadings", "dateline", "source_id", "source_derived"),
    *("published_at", "published_precision", "updated_at", "embargoed_until", "ingested_at", "url"),
    *("language", "language_detected", "rights", "status", "correction", "origin", "tagger"),
    *("extra", "content_hash"),
)
INSERT_ARTICLE = f"""
INSERT INTO articles ({", ".join(COLUMNS)}) VALUES ({", ".join(f":{name}" for name in COLUMNS)})
"""  # noqa: S608 - over the fixed columns above
# The path it was first read from stays, and so does a key that a source has stated.
UPDATE_ARTICLE = f"""
UPDATE articles SET {", ".join(f"{n} = :{n}" for n in COLUMNS if n not in ("key_made", "origin"))},
  key_made = key_made AND :key_made, version = version + 1 WHERE key = :was
"""  # noqa: S608 - over the fixed columns above
REMEMBER_ORIGIN = """
INSERT INTO origins (origin, article_key, content_hash) VALUES (:origin, :key, :hash)
ON CONFLICT (origin) DO UPDATE SET article_key = :key, content_hash = :hash
"""


def put(
    conn: Connection,
    article: Article,
    findings: Findings,
    tagger: str,
    was_key: str | None = None,
) -> Decision:
    """Add or change an article with what was read out of it, inside the caller's write transaction.

    What the archive holds already is left alone; the decision tells which it was. `was_key` is the
    key that a new article without one had before, and gets again if nobody else has it.
    """
    decision = decide(conn, article)
    free = was_key and _is_free(conn, was_key)
    if decision.outcome == "added" and article.key is None and was_key and free:
        decision = replace(decision, key=was_key)
    key = decision.key
    if decision.outcome in ("added", "changed"):
        key = article.key or key
        _write(conn, article, findings, tagger, decision)
    if article.origin is not None:
        values = {"origin": article.origin, "key": key, "hash": decision.content_hash}
        conn.execute(REMEMBER_ORIGIN, values)
    return replace(decision, key=key)


def published_key(conn: Connection, article: Article) -> str | None:
    """The key under which some text of this article is published; None when none is."""
    decision = decide(conn, article)
    return decision.key if decision.outcome in ("changed", "unchanged") else None


def withdraw(conn: Connection, key: str) -> None:
    """Take an article out of sight, since it is under embargo now."""
    row = conn.execute(ARTICLE_ID, {"key": key}).fetchone()
    if row is not None:
        # First, so that nobody goes on being called as it alone has them.
        file_findings(conn, row["id"], Findings())
        conn.execute("DELETE FROM articles WHERE key = :key", {"key": key})


def _write(
    conn: Connection, article: Article, findings: Findings, tagger: str, decision: Decision
) -> None:
    existing = conn.execute(ARTICLE_ID, {"key": decision.key}).fetchone()
    identity = {"key": article.key or decision.key, "content_hash": decision.content_hash}
    values = _columns(conn, article, tagger) | identity
    if existing is None:
        article_id = free_slot(conn, article.published)
        conn.execute(INSERT_ARTICLE, values | {"id": article_id})
    else:
        article_id = _slot_for_change(conn, article, existing)
        conn.execute(UPDATE_ARTICLE, values | {"id": article_id, "was": decision.key})
    _write_lists(conn, article_id, article)
    file_pieces(conn, article_id)
    file_findings(conn, article_id, findings)


def _slot_for_change(conn: Connection, article: Article, existing: Row) -> int:
    was = _moment(existing["published_at"], existing["published_precision"])
    same = (was and was.iso) == (article.published and article.published.iso)
    if same:
        return int(existing["id"])
    return free_slot(conn, article.published)


def _write_lists(conn: Connection, article_id: int, article: Article) -> None:
    conn.execute("DELETE FROM article_authors WHERE article_id = ?", (article_id,))
    conn.execute("DELETE FROM article_topics WHERE article_id = ?", (article_id,))
    authors = [(article_id, place, author) for place, author in enumerate(article.authors)]
    conn.executemany("INSERT INTO article_authors VALUES (?, ?, ?)", authors)
    topics = [(article_id, place, topic) for place, topic in enumerate(article.topics)]
    conn.executemany("INSERT INTO article_topics VALUES (?, ?, ?)", topics)


ADD_SOURCE = "INSERT INTO sources (name) VALUES (:name) ON CONFLICT DO NOTHING"
SOURCE_ID = "SELECT id FROM sources WHERE name = :name"


def _source_id(conn: Connection, name: str | None) -> int | None:
    if name is None:
        return None
    conn.execute(ADD_SOURCE, {"name": name})
    return int(conn.execute(SOURCE_ID, {"name": name}).fetchone()[0])


def _columns(conn: Connection, article: Article, tagger: str) -> dict[str, Any]:
    headings = [{"start": h.start, "end": h.end, "text": h.text} for h in article.subheadings]
    return {
        "key_made": article.key is None,
        "uri": article.uri,
        "title": article.title,
        "title_derived": article.title_derived,
        "standfirst": article.standfirst,
        "body": article.body,
        "captions": _in_lines(article.captions),
        "credits": _in_lines(article.credits),
        "related": _in_lines(article.related),
        "subheadings": json.dumps(headings, ensure_ascii=False),
        "dateline": article.dateline,
        "source_id": _source_id(conn, article.source),
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
        "origin": article.origin,
        "tagger": tagger,
        "extra": json.dumps(dict(article.extra), ensure_ascii=False, sort_keys=True),
    }


FILED = """
SELECT a.*, s.name AS source FROM articles a LEFT JOIN sources s ON s.id = a.source_id
WHERE a.key = :key
"""
AUTHORS = "SELECT author FROM article_authors WHERE article_id = :id ORDER BY position"
TOPICS = "SELECT topic FROM article_topics WHERE article_id = :id ORDER BY position"


PRESENT_KEY = """
SELECT a.key FROM former_keys f JOIN articles a ON a.key = f.key WHERE f.former = :key
"""


class ArticleStore:
    """Reads articles; `put` and `decide` above write them inside a transaction of the ingest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> Filed | None:
        """The article with this key, as it is now."""
        with self._database.read() as conn:
            row = conn.execute(FILED, {"key": key}).fetchone()
            return _filed(conn, row) if row is not None else None

    def has(self, key: str) -> bool:
        with self._database.read() as conn:
            return conn.execute(BY_KEY, {"key": key}).fetchone() is not None

    def key_since(self, former: str) -> str | None:
        """The present key of the article that once had this one."""
        with self._database.read() as conn:
            row = conn.execute(PRESENT_KEY, {"key": former}).fetchone()
            return row["key"] if row is not None else None

    def key_of_uri(self, uri: str) -> str | None:
        """The newest article with the source's identifier `uri`."""
        with self._database.read() as conn:
            row = conn.execute(
                "SELECT key FROM articles WHERE uri = ? ORDER BY id DESC LIMIT 1", (uri,)
            ).fetchone()
            return row["key"] if row is not None else None


def _filed(conn: Connection, row: Row) -> Filed:
    ident = {"id": row["id"]}
    article = Article(
        body=row["body"],
        title=row["title"],
        title_derived=bool(row["title_derived"]),
        standfirst=row["standfirst"],
        subheadings=tuple(Subheading(**heading) for heading in json.loads(row["subheadings"])),
        captions=_items(row["captions"]),
        credits=_items(row["credits"]),
        related=_items(row["related"]),
        authors=tuple(r[0] for r in conn.execute(AUTHORS, ident)),
        dateline=row["dateline"],
        source=row["source"],
        source_derived=bool(row["source_derived"]),
        url=row["url"],
        uri=row["uri"],
        key=row["key"],
        origin=row["origin"],
        language=row["language"],
        language_detected=bool(row["language_detected"]),
        topics=tuple(r[0] for r in conn.execute(TOPICS, ident)),
        rights=row["rights"],
        published=_moment(row["published_at"], row["published_precision"]),
        updated=_stated_moment(row["updated_at"]),
        embargoed_until=_stated_moment(row["embargoed_until"]),
        status=row["status"],
        correction=row["correction"],
        extra=json.loads(row["extra"]),
    )
    return Filed(
        article=article,
        key=row["key"],
        version=row["version"],
        ingested_at=row["ingested_at"],
        tagger=row["tagger"],
    )


def _in_lines(items: Sequence[str]) -> str:
    """A list as searchable text, an item a line; one sign for one, so that offsets stay right."""
    return "\n".join(item.replace("\n", " ") for item in items)


def _items(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


def _moment(iso: str | None, precision: Any) -> Moment | None:
    return Moment(iso, precision) if iso is not None else None


def _stated_moment(shown: str | None) -> Moment | None:
    return parse_moment(shown) if shown is not None else None
