"""Searches the archive file itself: one snapshot a search, exact totals, a stable order."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal

from service.database import Connection, Database, Row
from service.engines.sqlite.facets import count_facets
from service.engines.sqlite.hits import hits_of
from service.engines.sqlite.match import INDEXES, PAST, STEMS, WORDS, index_of
from service.engines.sqlite.near_copies import counted
from service.engines.sqlite.ranking import Read, by_date, by_score
from service.engines.sqlite.respelling import respelled
from service.engines.sqlite.selection import Reading, read_in, selection
from service.engines.sqlite.versions import after_the_scored
from service.engines.sqlite.vocabulary import (
    SqliteVocabulary,
    miscounted,
    occurs,
    rebuild_words,
)
from service.query import Cursor, Diagnostic, Node, Or, Search, Versions
from service.result import Facet, Histogram, Hit, Results
from service.stores.pieces import misfiled, rebuild_pieces

# An `auto` query whose every word is in as many articles is not loosened.
ENOUGH = 10
GENERATION = "SELECT archive, number FROM generation"
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
            strict = read_in(conn, search.tree, search.versions)
            read = _read(conn, search, strict)
            rows = _page(conn, search, strict, read)
            page = rows[: search.limit]
            hits = hits_of(conn, search, read, page)
            return Results(
                total=read.total,
                groups=read.groups,
                hits=hits,
                facets=count_facets(conn, search, read.reading),
                match=read.match,
                next=_next(conn, search, read, page) if len(rows) > search.limit else None,
                diagnostics=(*_moved_on(conn, search, read), *_in_the_past(search, read, hits)),
            )

    def facets(self, search: Search) -> Mapping[str, Facet | Histogram]:
        with self._database.read() as conn:
            read = _read(conn, search, read_in(conn, search.tree, search.versions))
            return count_facets(conn, search, read.reading)

    def occurring(self, nodes: Collection[Node], versions: Versions = "current") -> frozenset[Node]:
        with self._database.read() as conn:
            return frozenset(node for node in nodes if _occurs(conn, node, versions))

    def generation(self) -> tuple[str, int]:
        with self._database.read() as conn:
            row = conn.execute(GENERATION).fetchone()
            return row["archive"], row["number"]

    def rebuild(self) -> None:
        with self._database.write() as conn:
            for index in (STEMS, WORDS):
                conn.execute(REBUILD.replace("{index}", index))
                conn.execute(REBUILD.replace("{index}", PAST[index]))
            rebuild_pieces(conn)
            rebuild_words(conn)

    def faults(self) -> list[str]:
        faults = [fault for index in (*INDEXES, *PAST.values()) for fault in self._faults_of(index)]
        with self._database.read() as conn:
            faults += [f"article {key} is not in pieces as it is written" for key in misfiled(conn)]
            words = miscounted(conn)
        if words:
            faults.append(f"{words} words are counted wrong: run `cuttings reindex`")
        return faults

    def _faults_of(self, index: str) -> list[str]:
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


def _occurs(conn: Connection, node: Node, versions: Versions) -> bool:
    """Whether an article has it; a word that is also glued to others is asked of both indexes."""
    written = respelled(conn, node, is_past=versions == "all")
    parts = written.parts if isinstance(written, Or) else (written,)
    found = [(part, index) for part in parts if (index := index_of(part)) is not None]
    if any(occurs(conn, part, index) for part, index in found):
        return True
    return versions == "all" and any(occurs(conn, part, PAST[index]) for part, index in found)


def _read(conn: Connection, search: Search, strict: Reading) -> Read:
    """`all` when asked for, or when enough articles have all the words; else `any`."""
    asked = search.cursor.match if search.cursor else search.match
    if search.any_tree is None or asked == "all":
        return _counted(conn, search, strict, "any" if asked == "any" else "all")
    if asked == "any":
        return _counted(conn, search, read_in(conn, search.any_tree, search.versions), "any")
    every = _counted(conn, search, strict, "all")
    if every.total >= ENOUGH:
        return every
    either = _counted(conn, search, read_in(conn, search.any_tree, search.versions), "any")
    return every if every.total >= either.total else either


def _counted(
    conn: Connection, search: Search, reading: Reading, match: Literal["all", "any"]
) -> Read:
    chosen = shown = scored = selection(search, reading)
    if reading.past is not None:
        scored = selection(search, replace(reading, past=None))
    if search.collapse:
        shown, scored = chosen.less_copies(chosen), scored.less_copies(chosen)
    total, groups = counted(conn, chosen)
    return Read(match, reading, chosen, shown, scored, total, groups)


def _by_relevance(search: Search, read: Read) -> bool:
    return search.sort == "relevance" and read.ranked


def _page(conn: Connection, search: Search, strict: Reading, read: Read) -> list[Row]:
    if not _by_relevance(search, read):
        return by_date(conn, search, read, _edge(conn, search))
    rows = by_score(conn, search, strict, read)
    return rows + after_the_scored(conn, search, read, search.limit + 1 - len(rows))


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


def _in_the_past(search: Search, read: Read, hits: tuple[Hit, ...]) -> tuple[Diagnostic, ...]:
    if not _by_relevance(search, read) or all(hit.version is None for hit in hits):
        return ()
    message = "what only a past version says has no rank: it comes last, newest first"
    return (Diagnostic(message, 0, 0),)
