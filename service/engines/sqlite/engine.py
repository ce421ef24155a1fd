"""Searches the archive file itself: one snapshot a search, exact totals, a stable order."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal

from service.database import Connection, Database, Row
from service.dates import Moment
from service.engines.sqlite.explaining import explanations
from service.engines.sqlite.facets import count_facets
from service.engines.sqlite.highlights import snippets
from service.engines.sqlite.match import INDEXES, STEMS, WORDS, Index, index_of
from service.engines.sqlite.ranking import Read, by_date, by_score
from service.engines.sqlite.respelling import respelled
from service.engines.sqlite.selection import Reading, read_in, selection
from service.engines.sqlite.vocabulary import (
    SqliteVocabulary,
    miscounted,
    occurs,
    rebuild_words,
)
from service.query import Cursor, Diagnostic, Node, Or, Search
from service.result import Facet, Histogram, Hit, Results, Snippet
from service.stores.pieces import misfiled, rebuild_pieces

# An `auto` query whose every word is in as many articles is not loosened.
ENOUGH = 10
GENERATION = "SELECT archive, number FROM generation"
COUNT = "SELECT count(*) FROM ({ids})"
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
WHERE_NOW = "SELECT id, published_at FROM articles WHERE key = :key"
# Articles of one date stand in the order in which they came to it.
WHERE_IT_WAS = """
SELECT max(id) FROM articles WHERE coalesce(published_at, '') < :published
  OR (coalesce(published_at, '') = :published AND dated_in <= :arrival)
"""

REBUILD = "INSERT INTO {index}({index}) VALUES ('rebuild')"
# rank = 1 makes FTS5 compare the index with the articles; without it nothing is noticed.
INTEGRITY = "INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"

_FIRST_ID, _LAST_ID = -(1 << 63), (1 << 63) - 1


class SqliteEngine:
    """FTS5 over the articles of one archive file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def vocabulary(self) -> SqliteVocabulary:
        return SqliteVocabulary(self._database)

    def search(self, search: Search) -> Results:
        with self._database.read() as conn:
            strict = read_in(conn, search.tree)
            read = _read(conn, search, strict)
            rows = _page(conn, search, strict, read)
            page = rows[: search.limit]
            return Results(
                total=read.total,
                hits=_hits(conn, search, read, page),
                facets=count_facets(conn, search, read.reading),
                match=read.match,
                next=_next(conn, search, read, page) if len(rows) > search.limit else None,
                diagnostics=_moved_on(conn, search, read),
            )

    def facets(self, search: Search) -> Mapping[str, Facet | Histogram]:
        with self._database.read() as conn:
            read = _read(conn, search, read_in(conn, search.tree))
            return count_facets(conn, search, read.reading)

    def occurring(self, nodes: Collection[Node]) -> frozenset[Node]:
        with self._database.read() as conn:
            return frozenset(node for node in nodes if _occurs(conn, node))

    def generation(self) -> tuple[str, int]:
        with self._database.read() as conn:
            row = conn.execute(GENERATION).fetchone()
            return row["archive"], row["number"]

    def rebuild(self) -> None:
        with self._database.write() as conn:
            for index in (STEMS, WORDS):
                conn.execute(REBUILD.replace("{index}", index))
            rebuild_pieces(conn)
            rebuild_words(conn)

    def faults(self) -> list[str]:
        faults = [fault for index in INDEXES for fault in self._faults_of(index)]
        with self._database.read() as conn:
            faults += [f"article {key} is not in pieces as it is written" for key in misfiled(conn)]
            words = miscounted(conn)
        if words:
            faults.append(f"{words} words are counted wrong: run `cuttings reindex`")
        return faults

    def _faults_of(self, index: Index) -> list[str]:
        # The check is written as an INSERT, so it needs a writer; it changes nothing.
        try:
            with self._database.write() as conn:
                conn.execute(INTEGRITY.replace("{index}", index))
        except Exception as exc:
            if "readonly" in str(exc):
                return [f"the text index {index} cannot be checked: the file may not be written"]
            return [
                f"the text index {index} does not agree with the articles ({exc}): "
                "run `cuttings reindex`"
            ]
        return []


def _occurs(conn: Connection, node: Node) -> bool:
    """Whether an article has it; a word that is also glued to others is asked of both indexes."""
    written = respelled(conn, node)
    parts = written.parts if isinstance(written, Or) else (written,)
    return any(occurs(conn, part, index) for part in parts if (index := index_of(part)) is not None)


def _read(conn: Connection, search: Search, strict: Reading) -> Read:
    """`all` when asked for, or when enough articles have all the words; else `any`."""
    asked = search.cursor.match if search.cursor else search.match
    if search.any_tree is None or asked == "all":
        return _counted(conn, search, strict, "any" if asked == "any" else "all")
    if asked == "any":
        return _counted(conn, search, read_in(conn, search.any_tree), "any")
    every = _counted(conn, search, strict, "all")
    if every.total >= ENOUGH:
        return every
    either = _counted(conn, search, read_in(conn, search.any_tree), "any")
    return every if every.total >= either.total else either


def _counted(
    conn: Connection, search: Search, reading: Reading, match: Literal["all", "any"]
) -> Read:
    chosen = selection(search, reading)
    count = conn.execute(COUNT.replace("{ids}", chosen.ids), chosen.values).fetchone()[0]
    return Read(match, reading, chosen, count)


def _by_relevance(search: Search, read: Read) -> bool:
    return search.sort == "relevance" and read.ranked


def _page(conn: Connection, search: Search, strict: Reading, read: Read) -> list[Row]:
    if not _by_relevance(search, read):
        return by_date(conn, search, read, _edge(conn, search))
    return by_score(conn, search, strict, read)


def _edge(conn: Connection, search: Search) -> int:
    """The id after which a walk by date goes on: ids move, so the article's key finds it."""
    cursor = search.cursor
    if cursor is None:
        return _FIRST_ID if search.sort == "oldest" else _LAST_ID
    row = conn.execute(WHERE_NOW, {"key": cursor.key}).fetchone()
    if row is not None and row["published_at"] == cursor.published:
        return int(row["id"])
    was = {"published": cursor.published or "", "arrival": cursor.arrival}
    last = conn.execute(WHERE_IT_WAS, was).fetchone()[0] or 0
    # The ends are exclusive, and that last one may still have to be shown.
    return int(last) if search.sort == "oldest" else int(last) + 1


def _next(conn: Connection, search: Search, read: Read, page: list[Row]) -> Cursor:
    last = conn.execute(
        "SELECT key, published_at, dated_in FROM articles WHERE id = ?", (page[-1]["id"],)
    ).fetchone()
    before = search.cursor
    return Cursor(
        mark=before.mark if before else conn.execute(GENERATION).fetchone()["number"],
        offset=(before.offset if before else 0) + len(page),
        key=last["key"],
        arrival=last["dated_in"],
        published=last["published_at"],
        match=read.match,
        digest=search.digest,
    )


def _moved_on(conn: Connection, search: Search, read: Read) -> tuple[Diagnostic, ...]:
    """By relevance a write can change the order under a walk's feet: say so."""
    cursor = search.cursor
    if cursor is None or not _by_relevance(search, read):
        return ()
    if conn.execute(GENERATION).fetchone()["number"] == cursor.mark:
        return ()
    message = "the archive has changed since the first page: this one goes on in the new order"
    return (Diagnostic(message, 0, 0),)


def _hits(conn: Connection, search: Search, read: Read, rows: list[Row]) -> tuple[Hit, ...]:
    ids = [row["id"] for row in rows]
    listed = {"ids": str(ids)}
    cards = {row["id"]: row for row in conn.execute(CARDS, listed)}
    authors: dict[int, tuple[str, ...]] = {}
    for id_, author in conn.execute(AUTHORS, listed):
        authors[id_] = (*authors.get(id_, ()), author)
    passages = snippets(conn, ids, read.reading) if search.snippets else {}
    hits = [
        _hit(
            cards[row["id"]], row["score"], authors.get(row["id"], ()), passages.get(row["id"], ())
        )
        for row in rows
    ]
    if not (search.explain and _by_relevance(search, read)):
        return tuple(hits)
    found = explanations(conn, search, read, ids)
    return tuple(replace(hit, explanation=found[i]) for i, hit in zip(ids, hits, strict=True))


def _hit(
    card: Row, score: float | None, authors: tuple[str, ...], passages: tuple[Snippet, ...]
) -> Hit:
    published = card["published_at"]
    return Hit(
        key=card["key"],
        title=card["title"],
        title_derived=bool(card["title_derived"]),
        source=card["source"],
        source_derived=bool(card["source_derived"]),
        authors=authors,
        published=Moment(published, card["published_precision"]) if published else None,
        url=card["url"],
        language=card["language"],
        # bm25 counts downwards; upwards is what people expect of a score.
        score=None if score is None else -score,
        snippets=passages,
    )
