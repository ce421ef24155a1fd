"""Many new articles at once: what triggers do row by row is done here for all of them together.

FTS5 writes a segment whenever it cannot go on in the one that it holds in memory: at every
statement that has triggers. So articles that come one by one are a segment each, and to merge these
is most of the work. Here an index gets a whole batch in the order of its ids. Every other program
writes through the triggers; a test holds both ways to the same rows.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from service.article import Article
from service.database import Connection
from service.findings import Findings
from service.stores.article_rows import COLUMNS, add_lists, columns_of, source_id
from service.stores.bulk_findings import add_findings
from service.stores.copies import file_copies
from service.stores.pieces import DRAFT, DRAFTED, FIELDS, FORGET_DRAFT, add_pieces, file_glued
from service.stores.slots import free_slot, free_slots

ADDED = (*COLUMNS, "version", "added_in", "dated_in")
ADD_ARTICLE = f"""
INSERT INTO articles ({", ".join(ADDED)}) VALUES ({", ".join(f":{name}" for name in ADDED)})
"""  # noqa: S608 - over the fixed columns above
RAISE_GENERATION = "UPDATE generation SET number = number + :count RETURNING number"
BEGIN_BULK = "UPDATE generation SET in_bulk = 1"
END_BULK = "UPDATE generation SET in_bulk = 0"
# For the columns that are searched at once (service/engines/sqlite/columns/).
LEAVE_UNFILED = """
INSERT INTO unfiled (article_id, generation) VALUES (:id, (SELECT number FROM generation))
ON CONFLICT DO UPDATE SET generation = excluded.generation
"""
COUNT_SOURCES = "UPDATE sources SET articles = articles + :count WHERE id = :id"
ADD_TO_INDEXES = tuple(
    f"""
INSERT INTO {index}(rowid, title, standfirst, body, captions, credits)
VALUES (:id, :title, :standfirst, :body, :captions, :credits)
"""  # noqa: S608 - over the fixed names below
    for index in ("articles_fts", "articles_words")
)
COUNT_WORDS = """
INSERT INTO words (word, articles) SELECT term, doc FROM words_of_draft WHERE true
ON CONFLICT (word) DO UPDATE SET articles = articles + excluded.articles
"""
ADD_ORIGIN = """
INSERT INTO origins (origin, article_key, content_hash, record)
VALUES (:origin, :key, :content_hash, :record)
"""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article of which nothing is in the archive, with what was read out of it.

    `key` and `content_hash` are those of its Decision; without a `signature` it has no near copies.
    """

    article: Article
    findings: Findings
    tagger: str
    key: str
    content_hash: str
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Placed:
    """One with its id, and the generation that it raises."""

    new: NewArticle
    id: int
    arrival: int


def add_new(conn: Connection, articles: Sequence[NewArticle]) -> None:
    """Add articles inside the caller's write transaction, in the order in which they came.

    Each has to be `added` by its Decision, also beside the others: no two with one key, uri, path
    or text. An error leaves a part of them: the caller rolls back.
    """
    first = _raised(conn, len(articles)) - len(articles) + 1
    waiting = sorted(enumerate(articles, first), key=_date)
    while waiting:
        ids = free_slots(conn, [new.article.published for _, new in waiting])
        ids = ids or [free_slot(conn, waiting[0][1].article.published)]
        placed = [_Placed(new, id_, at) for id_, (at, new) in zip(ids, waiting, strict=False)]
        with _in_bulk(conn):
            _add(conn, placed)
        # Not in bulk, since it concerns older articles as well.
        for each in placed:
            if each.new.signature is not None:
                file_copies(conn, each.id, each.new.signature)
        waiting = waiting[len(ids) :]


def _date(arrived: tuple[int, NewArticle]) -> str:
    published = arrived[1].article.published
    return published.iso if published is not None else ""


def _raised(conn: Connection, count: int) -> int:
    """The generation, raised by one for each of so many changes."""
    return int(conn.execute(RAISE_GENERATION, {"count": count}).fetchone()["number"])


@contextmanager
def _in_bulk(conn: Connection) -> Iterator[None]:
    conn.execute(BEGIN_BULK)
    yield
    conn.execute(END_BULK)


def _add(conn: Connection, placed: Sequence[_Placed]) -> None:
    """By rising ids; the indexes last, each at a stretch."""
    rows = list(_rows(conn, placed))
    conn.executemany(ADD_ARTICLE, rows)
    add_lists(conn, [(each.id, each.new.article) for each in placed])
    conn.executemany(ADD_ORIGIN, list(_origins(placed)))
    add_findings(conn, [(each.id, each.new.findings) for each in placed])
    conn.executemany(LEAVE_UNFILED, [{"id": each.id} for each in placed])
    _index(conn, rows)


def _rows(conn: Connection, placed: Sequence[_Placed]) -> Iterator[dict[str, Any]]:
    counts = Counter(each.new.article.source for each in placed)
    sources = {name: source_id(conn, name) for name in counts}
    counted = [{"id": sources[name], "count": count} for name, count in counts.items()]
    conn.executemany(COUNT_SOURCES, counted)
    for each in placed:
        article = each.new.article
        yield columns_of(article, each.new.tagger, sources[article.source]) | {
            "id": each.id,
            "key": each.new.key,
            "content_hash": each.new.content_hash,
            "version": max(article.version or 0, 1),
            "added_in": each.arrival,
            "dated_in": each.arrival,
        }


def _index(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """The texts into the indexes, and their words among those of the archive."""
    for index in ADD_TO_INDEXES:
        conn.executemany(index, rows)
    any_unspaced = add_pieces(conn, rows)
    conn.executemany(DRAFT, [(row["id"], *(row[name] for name in FIELDS)) for row in rows])
    conn.execute(COUNT_WORDS)
    if any_unspaced:
        file_glued(conn, [term for (term,) in conn.execute(DRAFTED)])
    conn.execute(FORGET_DRAFT)


def _origins(placed: Sequence[_Placed]) -> Iterator[dict[str, Any]]:
    for each in placed:
        article = each.new.article
        if article.origin is not None:
            identity = {"key": each.new.key, "content_hash": each.new.content_hash}
            yield identity | {"origin": article.origin, "record": article.record}
