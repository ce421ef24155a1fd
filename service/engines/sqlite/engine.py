"""Searches the archive file itself: one snapshot a search, exact totals, a stable order."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from service.article import Article
from service.database import Connection, Database, savepoint
from service.engines.highlights import places
from service.engines.leaves import INDEXES
from service.engines.sqlite.columns.checking import faulty_columns
from service.engines.sqlite.columns.erasing import erase_article
from service.engines.sqlite.columns.filing import file_articles, refile_segments, unfiled
from service.engines.sqlite.columns.loading import ColumnsOfArchive
from service.engines.sqlite.columns.merging import merge_segments
from service.engines.sqlite.columns.view import Columns
from service.engines.sqlite.explaining import explanations
from service.engines.sqlite.facets import count_facets
from service.engines.sqlite.hits import hits_of
from service.engines.sqlite.match import PAST
from service.engines.sqlite.near_copies import Among
from service.engines.sqlite.ranking import Order, Place, by_date, by_score
from service.engines.sqlite.scoring import Scoring
from service.engines.sqlite.selecting import Read, Selecting
from service.engines.sqlite.vocabulary import SqliteVocabulary, mend_words, miscounted, occurring
from service.engines.telling import MOVED_ON, told_of_past
from service.engines.tokens import Tokens
from service.query import Cursor, Diagnostic, Node, Search, Versions
from service.result import Facet, Histogram, Places, Results
from service.stages import Stage
from service.storage_faults import is_of_storage
from service.stores.erasure import empties_log, erase, pending_erasures
from service.stores.pieces import misfiled
from service.stores.text_indexes import optimize_in_steps
from service.stores.text_rebuild import rebuild_text_indexes

_log = logging.getLogger("cuttings")
GENERATION = "SELECT archive, number FROM generation"
WHERE_NOW = "SELECT id, published_at FROM articles WHERE key = :key"
# Articles of one date stand in the order in which they came to it.
WHERE_IT_WAS = """
SELECT max(id) FROM articles WHERE coalesce(published_at, '') < :published
  OR (coalesce(published_at, '') = :published AND dated_in <= :arrival)
"""

# Each article twice: as a text, and in the columns.
TO_REBUILD = "SELECT 2 * (SELECT count(*) FROM articles) + (SELECT count(*) FROM versions)"
# rank = 1 makes FTS5 compare the index with the articles; without it nothing is noticed.
INTEGRITY = "INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"

# Into which the words of one article at a time are laid.
DRAFT = "words_draft"
# Other writers wait meanwhile: a second or so.
FILED_AT_ONCE = 4_096
# Somebody else may write each time.
TRIES_TO_PURGE = 5
# How long readers of older snapshots may take to be done before an erasure begins.
SECONDS_TO_BEGIN = 2.0
ARTICLES = "SELECT count(*) FROM articles"
# The text indexes are made anew when so many came, and they are a tenth of the archive.
WORTH_OPTIMIZING = 1_000
NEW_PART = 10
_FIRST_ID, _LAST_ID = -(1 << 63), (1 << 63) - 1


class SqliteEngine:
    """FTS5 and columns over the articles of one archive file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tokens = Tokens()
        self._columns = ColumnsOfArchive(self._tokens)
        self._unhurried = database.unhurried()

    @property
    def vocabulary(self) -> SqliteVocabulary:
        return SqliteVocabulary(self._database)

    def search(self, search: Search) -> Results:
        with self._database.read() as conn:
            with Stage("match"):
                columns = self._columns.at(conn)
                selecting = Selecting(conn, columns, self._tokens, search)
                read = selecting.read()
            with Stage("rank"):
                scoring = Scoring(conn, selecting.matching, exact=search.exact)
                order = _ordered(conn, columns, scoring, search, read)
            page = order.places[: search.limit]
            with Stage("hits"):
                told = explanations(conn, scoring, search, order) if search.explain else {}
                hits = hits_of(conn, search, read, page, told, _among(columns, search, read))
            with Stage("facets"):
                facets = count_facets(conn, columns, search, read.selected)
            return Results(
                total=read.total,
                groups=read.groups,
                hits=hits,
                facets=facets,
                match=read.match,
                next=_next(conn, search, read, page) if len(order.places) > search.limit else None,
                diagnostics=(
                    *_moved_on(conn, search, read),
                    *_bounded(order),
                    *told_of_past(hits, by_score=_by_relevance(search, read)),
                ),
            )

    def facets(self, search: Search) -> Mapping[str, Facet | Histogram]:
        with self._database.read() as conn:
            with Stage("match"):
                columns = self._columns.at(conn)
                read = Selecting(conn, columns, self._tokens, search).read()
            with Stage("facets"):
                return count_facets(conn, columns, search, read.selected)

    def places(self, search: Search, article: Article, *, is_past: bool = False) -> Places:
        with self._database.read() as conn:
            columns = self._columns.at(conn)
            read = Selecting(conn, columns, self._tokens, search).read()
            past = read.past if is_past else None
            return places(article, past.reading if past is not None else read.reading)

    def occurring(self, nodes: Collection[Node], versions: Versions = "current") -> frozenset[Node]:
        with self._database.read() as conn:
            return occurring(conn, nodes, versions)

    def generation(self) -> tuple[str, int]:
        with self._database.read() as conn:
            row = conn.execute(GENERATION).fetchone()
            return row["archive"], row["number"]

    def index(self, least: int = 1) -> bool:
        with self._database.read() as conn:
            waiting = unfiled(conn)
        done = len(waiting) >= max(least, 1)
        if done:
            for _ in range(0, len(waiting), FILED_AT_ONCE):
                with self._database.write() as conn:
                    file_articles(conn, self._tokens, unfiled(conn)[:FILED_AT_ONCE])
        while merge_segments(self._unhurried):
            done = True
        return done

    def index_in(self, conn: Connection, least: int = 1) -> None:
        waiting = unfiled(conn)[:FILED_AT_ONCE]
        if len(waiting) < least:
            return
        try:
            with savepoint(conn, "filing"):
                file_articles(conn, self._tokens, waiting)
        except Exception as exc:
            if is_of_storage(exc):
                raise
            # What cannot be filed is found all the same, and what was written stays written.
            _log.exception("the index lags behind")

    def forget(self, conn: Connection, key: str) -> None:
        row = conn.execute(WHERE_NOW, {"key": key}).fetchone()
        if row is not None:
            erase_article(conn, self._tokens, row["id"])

    def files(self) -> frozenset[Path]:
        return self._database.files()

    def tidy(self, added: int) -> None:
        """Its log is emptied, so that what is copied or carried away is one file."""
        if added >= WORTH_OPTIMIZING:
            with self._database.read() as conn:
                (articles,) = conn.execute(ARTICLES).fetchone()
            if added * NEW_PART >= articles:
                optimize_in_steps(self._database)
        self._database.empty_log()

    def pending_erasures(self) -> Sequence[str]:
        return pending_erasures(self._database)

    def may_erase(self) -> bool:
        return empties_log(self._database, SECONDS_TO_BEGIN)

    def erase(self, keys: Sequence[str]) -> bool:
        return self._purge() and erase(self._database, keys)

    def _purge(self) -> bool:
        """Take what articles do not say any more out of the columns, where erasing can reach it.

        False when others have been writing all the time, so that some of it is left.
        """
        self.index()
        for _ in range(TRIES_TO_PURGE):
            while done := merge_segments(self._unhurried, most_dead=0):
                pass
            if done is None:
                return True
        return False

    def rebuild(self, tell: Callable[[int, int], None] = lambda _done, _all: None) -> None:
        with self._unhurried.read() as conn:
            (every,) = conn.execute(TO_REBUILD).fetchone()
        done = 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            tell(done, every)

        rebuild_text_indexes(self._unhurried, told)
        mend_words(self._unhurried)
        refile_segments(self._unhurried, self._tokens, told)
        self.index()

    def faults(self) -> list[str]:
        every = (*INDEXES, *PAST.values(), DRAFT)
        looked = [fault for index in every for fault in self._faults_of(index)]
        faults = list(dict.fromkeys(looked))
        with self._unhurried.read() as conn:
            faults += [f"article {key} is not in pieces as it is written" for key in misfiled(conn)]
            words = miscounted(conn)
            faults += faulty_columns(conn, self._tokens)
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
                return [
                    "the text indexes of a file that may only be read cannot be checked: copy it"
                ]
            return [
                f"the text index {index} does not agree with the articles ({exc}): "
                "run `cuttings reindex`"
            ]
        return []


def _by_relevance(search: Search, read: Read) -> bool:
    return search.sort == "relevance" and read.ranked


def _ordered(
    conn: Connection, columns: Columns, scoring: Scoring, search: Search, read: Read
) -> Order:
    if not _by_relevance(search, read):
        return Order(by_date(columns, search, read, _edge(conn, search)))
    return by_score(scoring, search, read)


def _among(columns: Columns, search: Search, read: Read) -> Among | None:
    """Of a collapsed hit the copies that matched count, of any other all."""
    if not search.collapse:
        return None

    def chosen(ids: Collection[int]) -> list[int]:
        positions = columns.positions_of(np.array([*ids], np.int64))
        found: list[int] = columns.ids[positions[read.chosen[positions]]].tolist()
        return found

    return chosen


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


def _next(conn: Connection, search: Search, read: Read, page: Sequence[Place]) -> Cursor:
    last = conn.execute(
        "SELECT key, published_at, dated_in FROM articles WHERE id = ?", (page[-1].id,)
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
    cursor = search.cursor
    if cursor is None or not _by_relevance(search, read):
        return ()
    stands_still = conn.execute(GENERATION).fetchone()["number"] == cursor.mark
    return () if stands_still else (MOVED_ON,)


def _bounded(order: Order) -> tuple[Diagnostic, ...]:
    said: list[str] = []
    for part in order.parts:
        if part.approximate:
            said.append(f"“{part.text}” is in very many articles: its words rank them (rank=exact)")
    if order.looked_at is not None:
        said.append(
            f"only the best {order.looked_at} by their words were looked at for words side by side "
            "and names as typed (rank=exact looks at all)"
        )
    return tuple(Diagnostic(message, 0, 0) for message in said)
