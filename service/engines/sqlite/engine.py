"""Searches the archive file itself: one snapshot a search, exact totals, a stable order."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from service.database import Connection, Database, Row
from service.dates import Moment
from service.engines.sqlite.facets import count_facets
from service.engines.sqlite.highlights import snippets
from service.engines.sqlite.match import STEMS, WORDS, Index, match_of
from service.engines.sqlite.selection import Selection, selection
from service.query import Cursor, Diagnostic, Node, Phrase, Search
from service.result import Facet, Histogram, Hit, Results, Snippet

# An `auto` query whose every word is in as many articles is not loosened.
ENOUGH = 10
# bm25 weights of title, standfirst, body, captions, credits. News puts what it is about on top.
WEIGHTS = "3.0, 2.0, 1.0, 1.0, 0.5"

GENERATION = "SELECT archive, number FROM generation"
OCCURS = "SELECT 1 FROM articles_words WHERE articles_words MATCH :match LIMIT 1"
COUNT = "SELECT count(*) FROM ({ids})"
BY_SCORE = f"""
SELECT rowid AS id, bm25({{index}}, {WEIGHTS}) AS score FROM {{index}} WHERE {{where}}
ORDER BY {{first}} score, id DESC LIMIT :limit OFFSET :offset
"""  # noqa: S608 - fixed weights
# What is not selected by its words alone is ranked by whichever of the words it has.
BY_SCORE_BESIDE = f"""
WITH ranked(id, score) AS MATERIALIZED (
  SELECT rowid, bm25(articles_fts, {WEIGHTS}) FROM articles_fts WHERE articles_fts MATCH :rank
)
SELECT m.id, coalesce(ranked.score, 0.0) AS score
FROM ({{ids}}) m LEFT JOIN ranked ON ranked.id = m.id
ORDER BY {{first}} score, m.id DESC LIMIT :limit OFFSET :offset
"""  # noqa: S608 - fixed weights
ALL_WORDS_FIRST = "({id} IN ({ids})) DESC,"
NEWEST = """
SELECT id, NULL AS score FROM ({ids}) WHERE id < :edge ORDER BY id DESC LIMIT :limit
"""
OLDEST = "SELECT id, NULL AS score FROM ({ids}) WHERE id > :edge ORDER BY id LIMIT :limit"
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
# Articles of one date stand in the order of their arrival.
WHERE_IT_WAS = """
SELECT max(id) FROM articles WHERE coalesce(published_at, '') < :published
  OR (coalesce(published_at, '') = :published AND added_in <= :arrival)
"""

REBUILD = "INSERT INTO {index}({index}) VALUES ('rebuild')"
# rank = 1 makes FTS5 compare the index with the articles; without it nothing is noticed.
INTEGRITY = "INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"

_FIRST_ID, _LAST_ID = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class _Read:
    """How a search was read: as all of its words or any, and what that selects."""

    match: Literal["all", "any"]
    tree: Node | None
    chosen: Selection
    total: int


class SqliteEngine:
    """FTS5 over the articles of one archive file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, search: Search) -> Results:
        with self._database.read() as conn:
            read = _read(conn, search)
            rows = _page(conn, search, read)
            page = rows[: search.limit]
            return Results(
                total=read.total,
                hits=_hits(conn, page, read.tree),
                facets=count_facets(conn, search, read.tree),
                match=read.match,
                next=_next(conn, search, read, page) if len(rows) > search.limit else None,
                diagnostics=_moved_on(conn, search, read),
            )

    def facets(self, search: Search) -> Mapping[str, Facet | Histogram]:
        with self._database.read() as conn:
            return count_facets(conn, search, _read(conn, search).tree)

    def occurring(self, phrases: Collection[str]) -> frozenset[str]:
        with self._database.read() as conn:
            return frozenset(
                phrase
                for phrase in phrases
                if conn.execute(OCCURS, {"match": match_of(Phrase(phrase))}).fetchone()
            )

    def generation(self) -> tuple[str, int]:
        with self._database.read() as conn:
            row = conn.execute(GENERATION).fetchone()
            return row["archive"], row["number"]

    def rebuild(self) -> None:
        with self._database.write() as conn:
            for index in (STEMS, WORDS):
                conn.execute(REBUILD.replace("{index}", index))

    def faults(self) -> list[str]:
        return [fault for index in (STEMS, WORDS) for fault in self._faults_of(index)]

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


def _read(conn: Connection, search: Search) -> _Read:
    """`all` when asked for, or when enough articles have all the words; else `any`."""
    asked = search.cursor.match if search.cursor else search.match
    loose = search.any_tree
    if loose is None or asked == "all":
        return _counted(conn, search, search.tree, "any" if asked == "any" else "all")
    if asked == "any":
        return _counted(conn, search, loose, "any")
    strict = _counted(conn, search, search.tree, "all")
    if strict.total >= ENOUGH:
        return strict
    either = _counted(conn, search, loose, "any")
    return strict if strict.total >= either.total else either


def _counted(
    conn: Connection, search: Search, tree: Node | None, match: Literal["all", "any"]
) -> _Read:
    chosen = selection(search, tree)
    count = conn.execute(COUNT.replace("{ids}", chosen.ids), chosen.values).fetchone()[0]
    return _Read(match, tree, chosen, count)


def _page(conn: Connection, search: Search, read: _Read) -> list[Row]:
    """One row more than asked, to know whether there is a next page."""
    values = {"limit": search.limit + 1}
    if search.sort != "relevance" or read.chosen.rank is None:
        sql = OLDEST if search.sort == "oldest" else NEWEST
        edge = {"edge": _edge(conn, search)}
        return _rows(
            conn, sql.replace("{ids}", read.chosen.ids), read.chosen.values | values | edge
        )
    offset = {"offset": search.cursor.offset if search.cursor else 0}
    first, first_values = _all_words_first(search, read)
    if read.chosen.indexed:
        sql = BY_SCORE.replace("{index}", read.chosen.index)
        sql = sql.replace("{where}", read.chosen.on("rowid"))
        first = first.replace("{id}", "rowid")
    else:
        sql = BY_SCORE_BESIDE.replace("{ids}", read.chosen.ids)
        first = first.replace("{id}", "m.id")
    return _rows(
        conn, sql.replace("{first}", first), read.chosen.values | values | offset | first_values
    )


def _all_words_first(search: Search, read: _Read) -> tuple[str, dict[str, str]]:
    """Where any word is enough, articles with all of them still come first."""
    if read.match == "all" or search.any_tree is None:
        return "", {}
    strict = selection(
        replace(search, filters={}, excluded={}, published=None, cursor=None), search.tree
    )
    names = {name: f"all_{name}" for name in strict.values}
    sql = strict.ids
    for name, renamed in sorted(names.items(), reverse=True):
        sql = sql.replace(f":{name}", f":{renamed}")
    values = {names[name]: value for name, value in strict.values.items()}
    return ALL_WORDS_FIRST.replace("{ids}", sql), values


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


def _next(conn: Connection, search: Search, read: _Read, page: list[Row]) -> Cursor:
    last = conn.execute(
        "SELECT key, published_at, added_in FROM articles WHERE id = ?", (page[-1]["id"],)
    ).fetchone()
    before = search.cursor
    return Cursor(
        mark=before.mark if before else conn.execute(GENERATION).fetchone()["number"],
        offset=(before.offset if before else 0) + len(page),
        key=last["key"],
        arrival=last["added_in"],
        published=last["published_at"],
        match=read.match,
        digest=search.digest,
    )


def _moved_on(conn: Connection, search: Search, read: _Read) -> tuple[Diagnostic, ...]:
    """By relevance a write can change the order under a walk's feet: say so."""
    cursor = search.cursor
    if cursor is None or search.sort != "relevance" or read.chosen.rank is None:
        return ()
    if conn.execute(GENERATION).fetchone()["number"] == cursor.mark:
        return ()
    message = "the archive has changed since the first page: this one goes on in the new order"
    return (Diagnostic(message, 0, 0),)


def _rows(conn: Connection, sql: str, values: dict[str, object]) -> list[Row]:
    return conn.execute(sql, values).fetchall()


def _hits(conn: Connection, rows: list[Row], tree: Node | None) -> tuple[Hit, ...]:
    ids = [row["id"] for row in rows]
    listed = {"ids": str(ids)}
    cards = {row["id"]: row for row in conn.execute(CARDS, listed)}
    authors: dict[int, tuple[str, ...]] = {}
    for id_, author in conn.execute(AUTHORS, listed):
        authors[id_] = (*authors.get(id_, ()), author)
    passages = snippets(conn, ids, tree)
    return tuple(
        _hit(cards[row["id"]], row["score"], authors.get(row["id"], ()), passages[row["id"]])
        for row in rows
    )


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
