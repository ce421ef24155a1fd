"""Articles in and out of the archive file."""

from dataclasses import replace

from service.archive import Archive
from service.article import Article, Filed
from service.database import Connection, Row
from service.dates import utc_now
from service.findings import Findings
from service.needs import FORMER, URI, Needs, of_articles
from service.stores.article_rows import (
    COLUMNS,
    INSERT_ARTICLE,
    columns_of,
    filed,
    moment,
    source_id,
    write_lists,
)
from service.stores.copies import file_copies, forget_copies
from service.stores.findings import file_findings
from service.stores.pieces import file_pieces
from service.stores.recognition import BY_KEY, Decision, decide, is_free
from service.stores.slots import free_slot
from service.stores.versions import (
    CURRENT,
    Text,
    forget_text,
    keep_current,
    keep_past,
    number_texts,
    restate,
)

ARTICLE_ID = "SELECT id, published_at, published_precision FROM articles WHERE key = :key"
# The path it was first read from stays, and so does a key that a source has stated.
UPDATE_ARTICLE = f"""
UPDATE articles SET {", ".join(f"{n} = :{n}" for n in COLUMNS if n not in ("key_made", "origin"))},
  key_made = key_made AND :key_made WHERE key = :was
"""  # noqa: S608 - over the fixed columns above
REKEY = "UPDATE articles SET key = :key, key_made = 0 WHERE key = :was AND key_made"
REMEMBER_ORIGIN = """
INSERT INTO origins (origin, article_key, content_hash, record)
VALUES (:origin, :key, :hash, :record)
ON CONFLICT (origin, article_key) DO UPDATE SET content_hash = :hash, record = :record
"""
# Nobody is a source without an article.
FORGET_SOURCES = "DELETE FROM sources WHERE articles = 0"
# A path that gives one article gives no other any more.
FORGET_OTHERS = """
DELETE FROM origins WHERE origin = :origin AND article_key <> :key AND :record IS NULL
"""


def put(
    conn: Connection,
    article: Article,
    findings: Findings,
    tagger: str,
    was_key: str | None = None,
    *,
    signature: bytes | None = None,
    replacing: bool = False,
) -> Decision:
    """Add or change an article with what was read out of it, inside the caller's write transaction.

    What the archive holds already is left alone, and an older text is kept as what the article said
    before; the decision tells which it was. `was_key` is the key that a new article without one had
    before, and gets again if nobody else has it. By its `signature` near copies are found.
    """
    decision = decide(conn, article, replacing=replacing)
    if decision.outcome == "added" and article.key is None and was_key and is_free(conn, was_key):
        decision = replace(decision, key=was_key)
    key = decision.key
    if decision.outcome == "killed":
        return decision
    if decision.is_read:
        key = article.key or key
        _write(conn, article, findings, tagger, decision, signature)
    else:
        key = _rekeyed(conn, key, article.key)
        if decision.outcome == "changed":
            keep_past(conn, key, Text(article, decision.content_hash, utc_now()))
        elif decision.outcome == "unchanged" and article.version is not None:
            restate(conn, key, decision.content_hash, article.version)
    if article.origin is not None:
        values = {"origin": article.origin, "record": article.record, "key": key}
        conn.execute(FORGET_OTHERS, values)
        conn.execute(REMEMBER_ORIGIN, values | {"hash": decision.content_hash})
    return replace(decision, key=key)


def _rekeyed(conn: Connection, key: str, stated: str | None) -> str:
    """The key that a text states, whichever of the article's texts that is."""
    if stated is None or stated == key:
        return key
    conn.execute(REKEY, {"was": key, "key": stated})
    return stated


def published_key(conn: Connection, article: Article) -> str | None:
    """The key under which some text of this article is published; None when none is."""
    decision = decide(conn, article)
    return decision.key if decision.outcome in ("changed", "unchanged") else None


def withdraw(conn: Connection, key: str) -> None:
    """Take an article out of sight, with all that it said before."""
    row = conn.execute(ARTICLE_ID, {"key": key}).fetchone()
    if row is not None:
        # First, so that nobody goes on being called as it alone has them.
        file_findings(conn, row["id"], Findings())
        forget_copies(conn, row["id"])
        conn.execute("DELETE FROM articles WHERE key = :key", {"key": key})
        conn.execute(FORGET_SOURCES)


def _write(
    conn: Connection,
    article: Article,
    findings: Findings,
    tagger: str,
    decision: Decision,
    signature: bytes | None,
) -> None:
    existing = conn.execute(ARTICLE_ID, {"key": decision.key}).fetchone()
    key = article.key or decision.key
    identity = {"key": key, "content_hash": decision.content_hash}
    values = columns_of(article, tagger, source_id(conn, article.source)) | identity
    if existing is None:
        article_id = free_slot(conn, article.published)
        conn.execute(INSERT_ARTICLE, values | {"id": article_id})
    else:
        _keep_former(conn, decision)
        article_id = _slot_for_change(conn, article, existing)
        conn.execute(UPDATE_ARTICLE, values | {"id": article_id, "was": decision.key})
    if existing is not None or article.version is not None:
        number_texts(conn, key)
    write_lists(conn, article_id, article)
    file_pieces(conn, article_id)
    file_findings(conn, article_id, findings)
    file_copies(conn, article_id, signature)


def _keep_former(conn: Connection, decision: Decision) -> None:
    """Keep the text that gives way, unless only the key is another."""
    forget_text(conn, decision.key, decision.content_hash)
    standing = conn.execute(BY_KEY, {"key": decision.key}).fetchone()
    if standing["content_hash"] != decision.content_hash:
        keep_current(conn, decision.key)


def _slot_for_change(conn: Connection, article: Article, existing: Row) -> int:
    was = moment(existing["published_at"], existing["published_precision"])
    same = (was and was.iso) == (article.published and article.published.iso)
    if same:
        return int(existing["id"])
    return free_slot(conn, article.published)


PRESENT_KEY = """
SELECT a.key FROM former_keys f JOIN articles a ON a.key = f.key WHERE f.former = :key
"""


class ArticleStore:
    """Reads articles; `put` and `decide` above write them inside a transaction of the ingest."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def get(self, key: str) -> Filed | None:
        """The article with this key, as it is now."""
        with self._archive.read(of_articles([key])) as conn:
            row = conn.execute(CURRENT, {"key": key}).fetchone()
            return filed(conn, row) if row is not None else None

    def has(self, key: str) -> bool:
        with self._archive.read(of_articles([key])) as conn:
            return conn.execute(BY_KEY, {"key": key}).fetchone() is not None

    def text_of(self, key: str) -> str:
        """What tells its present text from any other; empty when there is no such article."""
        with self._archive.read(of_articles([key])) as conn:
            row = conn.execute(BY_KEY, {"key": key}).fetchone()
            return row["content_hash"][:16] if row is not None else ""

    def key_since(self, former: str) -> str | None:
        """The present key of the article that once had this one."""
        with self._archive.read(Needs(fields=frozenset({(FORMER, former)}))) as conn:
            row = conn.execute(PRESENT_KEY, {"key": former}).fetchone()
            return row["key"] if row is not None else None

    def key_of_uri(self, uri: str) -> str | None:
        """The newest article with the source's identifier `uri`."""
        with self._archive.read(Needs(fields=frozenset({(URI, uri)}))) as conn:
            row = conn.execute(
                "SELECT key FROM articles WHERE uri = ? ORDER BY id DESC LIMIT 1", (uri,)
            ).fetchone()
            return row["key"] if row is not None else None
