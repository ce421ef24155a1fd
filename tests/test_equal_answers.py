"""Every fast answer is the slow, obvious one: on generated archives, through random histories of
writes by this service and by any other program, and however the columns are filed meanwhile.
"""

import math
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import LONG, Archive, open_archive
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from plain_answers import Answer, PlainArchive

from service.article import Article
from service.dates import Moment, parse_moment, parse_zone, range_of
from service.engines.sqlite.columns.filing import file_articles, refile_segments, unfiled
from service.engines.sqlite.columns.merging import merge_segments, merged, put_in_place
from service.engines.sqlite.engine import SqliteEngine
from service.engines.tokens import Tokens
from service.entity import EntityName, Mention
from service.query import (
    FACET_FIELDS,
    And,
    Dated,
    Filter,
    In,
    MatchMode,
    Near,
    Node,
    Or,
    Phrase,
    Prefix,
    Search,
    Sort,
    Versions,
    Without,
    Word,
)
from service.result import Results
from service.rewriting import loosened

ENGLISH = (
    *("oil", "price", "prices", "priced", "said", "used", "us", "US", "news", "new", "news's"),
    *(
        "Davis",
        "Davies",
        "co-operation",
        "AT&T",
        "caffè",
        "Lodz",
        "Kim's",
        "oils",
        "news's",
        "the",
        "of",
        "2018",
    ),
)
FOREIGN = (
    *(
        "prezzi",
        "prezzo",
        "Öl",
        "Straße",
        "Łódź",
        "used",
        "us",
        "prices",
        "大使",
        "欧洲大使来了",
    ),
    *(
        "BTS는",
        "조성길",
        "ＯＩＬ",
        "n\xadew",
        "pri\xadces",
        "e\u0301te\u0301",
        "\x00",
        "😀",
        "_",
        "İ",
        "ǅ",
    ),
)
WORDS = (*ENGLISH, *FOREIGN)
SOURCES = ("Post", "Daily Öl", "daily öl", "The Times")
LANGUAGES = (None, None, "en", "EN-gb", "de", "De-at", "ko", "")
AUTHORS = ("Jane Roe", "Ö. Li", "ö. li", "jane")
TOPICS = ("economy", "economy/Trade", "economy/Trade/oil", "/odd/", "politics", "a//b")
NAMES = ("Kim Jong Un", "Jane Roe", "Davis")
DAYS = ("2018-06-12", "2018-06-13", "2018-07-01", "2019-01-01", "0801-02-03", "9999-12-31")
TIMES = ("T00:00:00Z", "T01:30Z", "T09:00+09:00", "T23:59:59Z", "T12:00:00-05:00")
MENTIONED = ("2018", "2018-06", "2018-06-12", "2019-01", "1999")
ZONES = ("UTC", "Asia/Seoul", "America/New_York")
TOKENS = Tokens()


def moments() -> st.SearchStrategy[Moment | None]:
    instants = st.tuples(st.sampled_from(DAYS[:-2]), st.sampled_from(TIMES)).map("".join)
    written = st.one_of(st.sampled_from(DAYS), instants)
    return st.one_of(st.none(), written.map(parse_moment))


def texts(most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), min_size=1, max_size=most).map(" ".join)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    return Article(
        key=draw(st.sampled_from([f"k{number}" for number in range(40)])),
        title=draw(texts(3)),
        standfirst=draw(st.one_of(st.none(), texts(2))),
        body=draw(texts(12)),
        captions=tuple(draw(st.lists(texts(2), max_size=2))),
        credits=tuple(draw(st.lists(texts(1), max_size=1))),
        source=draw(st.sampled_from((None, *SOURCES))),
        language=draw(st.sampled_from(LANGUAGES)),
        authors=tuple(draw(st.lists(st.sampled_from(AUTHORS), max_size=2))),
        topics=tuple(draw(st.lists(st.sampled_from(TOPICS), max_size=2))),
        published=draw(moments()),
    )


def named(article: Article, name: str) -> tuple[Article, list[Mention]]:
    """The article with a person named at the end of its body."""
    key = "person-" + "".join(c for c in name.lower() if c.isalpha())
    start = len(article.body) + 1
    entity = EntityName(key, name, "person")
    where = ("body", start, start + len(name), name, name)
    mention = Mention(*where, "person", entity, "model", 0.9)
    return replace(article, body=f"{article.body} {name}"), [mention]


def words() -> st.SearchStrategy[Node]:
    """What is looked for in texts."""
    word = st.sampled_from(WORDS).filter(lambda text: text.isprintable())
    two = st.tuples(word, word).map(" ".join)
    return st.one_of(
        word.map(Word),
        word.map(Word),
        word.map(Phrase),
        two.map(Phrase),
        st.builds(Near, two, st.integers(0, 4)),
        word.map(lambda text: Prefix(text[:3])),
    )


def leaves() -> st.SearchStrategy[Node]:
    plain = words()
    some = st.lists(plain, min_size=2, max_size=3).map(tuple)
    parts = st.one_of(plain, plain, some.map(And), some.map(Or), st.builds(Without, plain, plain))
    fields = st.sampled_from(("title", "standfirst", "body", "caption"))
    filters = st.one_of(
        st.builds(Filter, st.just("source"), st.sampled_from(SOURCES)),
        st.builds(Filter, st.just("topic"), st.sampled_from(TOPICS)),
        st.builds(Filter, st.just("person"), st.just("person-kimjongun")),
    )
    dated = st.builds(
        lambda side, day: Dated(
            side, day, range_of(day, None, UTC) if side == "after" else range_of(None, day, UTC)
        ),
        st.sampled_from(("after", "before")),
        st.sampled_from(DAYS),
    )
    return st.one_of(plain, plain, plain, st.builds(In, fields, parts), filters, dated)


UTC = parse_zone("UTC")


def trees() -> st.SearchStrategy[Node]:
    def wider(part: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        several = st.lists(part, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            several.map(And),
            several.map(Or),
            st.builds(Without, st.one_of(st.none(), part), part),
        )

    word = st.sampled_from(ENGLISH).map(Word)
    typed = st.lists(word, min_size=1, max_size=3, unique=True).map(tuple).map(And)
    return st.one_of(typed, st.recursive(leaves(), wider, max_leaves=4))


VALUES: dict[str, tuple[str, ...]] = {
    "source": (*SOURCES, "POST", "nobody"),
    "language": ("EN", "DE", "", "xx"),
    "author": (*AUTHORS, "JANE ROE"),
    "topic": (*TOPICS, "ECONOMY/TRADE", "odd", "a"),
    "mentions_date": MENTIONED,
    "person": ("person-kimjongun", "person-janeroe", "person-nobody"),
    "place": ("place-rome",),
}


def filters() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    one = st.sampled_from([(name, value) for name, values in VALUES.items() for value in values])
    pairs = st.lists(st.lists(one, min_size=1, max_size=2), max_size=2)
    some = pairs.map(lambda all_: {each[0][0]: tuple(v for _, v in each) for each in all_})
    return st.one_of(st.just({}), st.just({}), some)


@st.composite
def searches(draw: st.DrawFn) -> Search:
    tree = draw(st.one_of(st.none(), trees(), trees(), trees()))
    bounds = st.one_of(st.none(), st.sampled_from(DAYS), st.just("2018-06-12T10:00"))
    zone = parse_zone(draw(st.sampled_from(ZONES)))
    published = range_of(draw(bounds), draw(bounds), zone) if draw(st.booleans()) else None
    modes: tuple[MatchMode, ...] = ("auto", "all", "any")
    sorts: tuple[Sort, ...] = ("relevance", "relevance", "newest", "oldest")
    versions: tuple[Versions, ...] = ("current", "current", "all")
    return Search(
        tree=tree,
        any_tree=loosened(tree) if tree is not None else None,
        match=draw(st.sampled_from(modes)),
        filters=draw(filters()),
        excluded=draw(filters()),
        published=published,
        sort=draw(st.sampled_from(sorts)),
        facets=(*FACET_FIELDS, "published"),
        facet_limit=draw(st.sampled_from((1, 3, 100))),
        contains=draw(st.sampled_from(("", "", "", "o", "2018-0"))),
        half_life=draw(st.sampled_from((0.0, 0.0, 30.0, 4000.0))),
        nearness=draw(st.booleans()),
        exact=draw(st.booleans()),
        collapse=draw(st.booleans()),
        versions=draw(st.sampled_from(versions)),
        snippets=False,
    )


class Elsewhere:
    """Another process with nothing but Python's own sqlite3; it is told what to run by lines."""

    PROGRAM = """
import sqlite3, sys
conn = None
for line in sys.stdin:
    what, _, rest = line.rstrip("\\n").partition(" ")
    try:
        if what == "open":
            conn = sqlite3.connect(rest, isolation_level=None)
        else:
            conn.execute(rest)
        print("done", flush=True)
    except sqlite3.Error as error:
        print(repr(error), flush=True)
"""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self.PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, what: str, rest: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(what, " ".join(rest.split("\n")), file=self._process.stdin, flush=True)
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    other = Elsewhere()
    yield other
    other.close()


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive to copy, since a schema takes longer than a history."""
    archive = open_archive(tmp_path_factory.mktemp("empty"))
    archive.database.empty_log()
    return archive.settings.db.parent


@contextmanager
def copied(empty: Path) -> Iterator[Archive]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(empty, folder, dirs_exist_ok=True)
        archive = open_archive(Path(folder))
        yield archive
        archive.database.close()


def shown(results: Results) -> dict[str, Any]:
    return {
        "match": results.match,
        "total": results.total,
        "groups": results.groups,
        "hits": [(hit.key, hit.version, hit.copies) for hit in results.hits],
        "facets": results.facets,
    }


def expected(answer: Answer) -> dict[str, Any]:
    return {
        "match": answer.match,
        "total": answer.total,
        "groups": answer.groups,
        "hits": [(hit.key, hit.version, hit.copies) for hit in answer.hits],
        "facets": answer.facets,
    }


def is_close(fast: float | None, slow: float | None) -> bool:
    if fast is None or slow is None:
        return fast is slow
    return math.isclose(fast, slow, rel_tol=1e-9, abs_tol=1e-12)


def hold(engine: SqliteEngine, plain: PlainArchive, search: Search) -> None:
    """The engine answers as the rows do, at once and page by page."""
    answer = plain.answer(search)
    whole = engine.search(replace(search, limit=1_000))
    assert shown(whole) == expected(answer), search
    scores = [(hit.score, slow.score) for hit, slow in zip(whole.hits, answer.hits, strict=True)]
    assert all(is_close(*pair) for pair in scores), (scores, search)
    assert engine.facets(search) == answer.facets


def walk(engine: SqliteEngine, search: Search) -> list[str]:
    page = engine.search(replace(search, limit=3, facets=()))
    keys = [hit.key for hit in page.hits]
    while page.next is not None:
        page = engine.search(replace(search, limit=3, facets=(), cursor=page.next))
        keys += [hit.key for hit in page.hits]
    return keys


def file_some(archive: Archive, rng: random.Random) -> None:
    with archive.database.write() as conn:
        waiting = unfiled(conn)
        file_articles(conn, TOKENS, rng.sample(waiting, rng.randint(0, len(waiting))))


def file_each(archive: Archive, rng: random.Random) -> None:
    with archive.database.write() as conn:
        for id_ in unfiled(conn):
            file_articles(conn, TOKENS, [id_])
    while rng.random() < 0.9 and merge_segments(archive.database):
        pass


def merge_some(archive: Archive, rng: random.Random) -> None:
    """As the service does, but of any segments, and with a write of somebody else in between."""
    with archive.database.read() as conn:
        segments = [id_ for (id_,) in conn.execute("SELECT id FROM segments")]
        if not segments:
            return
        made = merged(conn, sorted(rng.sample(segments, rng.randint(1, len(segments)))))
    if rng.random() < 0.5:
        archive.tamper(foreign_write(archive, rng))
        file_some(archive, rng)
    with archive.database.write() as conn:
        put_in_place(conn, made)


def rebuild(archive: Archive, _: random.Random) -> None:
    refile_segments(archive.database, TOKENS)


FILINGS: Sequence[Callable[[Archive, random.Random], None]] = (
    file_some,
    file_some,
    file_each,
    merge_some,
    merge_some,
    rebuild,
)

# What other programs may do to the rows that are searched; `{a}` and `{b}` are ids of articles.
FOREIGN_WRITES = (
    "UPDATE articles SET title = 'oil Prices' WHERE id = {a}",
    "UPDATE articles SET body = 'used by us, said Kim' WHERE id IN ({a}, {b})",
    "UPDATE articles SET language = 'de' WHERE id = {a}",
    "UPDATE articles SET language = NULL WHERE id = {b}",
    "UPDATE articles SET source_id = (SELECT min(id) FROM sources) WHERE id = {a}",
    "UPDATE articles SET published_at = '2018-06-12', published_precision = 'day' WHERE id = {a}",
    "UPDATE articles SET id = id + 1000000 WHERE id = {a}",
    "DELETE FROM articles WHERE id = {a}",
    "INSERT INTO articles (key, body) VALUES ('other-{a}', 'news of oil and of us')",
    "INSERT OR REPLACE INTO articles (id, key, title, body, language) "
    "SELECT id, key, 'replaced', body || ' oil', 'en' FROM articles WHERE id = {a}",
    "UPDATE sources SET name = 'Other' WHERE id = (SELECT source_id FROM articles WHERE id = {a})",
    "INSERT OR IGNORE INTO article_authors SELECT id, 7, 'Jane Roe' FROM articles WHERE id = {a}",
    "UPDATE article_authors SET author = 'Nobody' WHERE article_id = {a}",
    "UPDATE article_authors SET position = position + 10, article_id = {b} WHERE article_id = {a}",
    "DELETE FROM article_authors WHERE article_id = {a}",
    "INSERT OR REPLACE INTO article_topics SELECT id, 0, 'economy/x' FROM articles WHERE id = {a}",
    "DELETE FROM article_topics WHERE article_id = {b}",
    "INSERT OR REPLACE INTO mentioned_dates SELECT id, 0, '2018-06', 'month', 'body', 0, 1, 'x' "
    "FROM articles WHERE id IN ({a}, {b})",
    "UPDATE mentioned_dates SET date = '1999' WHERE article_id = {a}",
    "DELETE FROM mentions WHERE article_id = {a}",
    "INSERT OR IGNORE INTO entities (key, name, type, folded) "
    "VALUES ('place-rome', 'Rome', 'place', 'rome')",
    "INSERT OR IGNORE INTO article_entities SELECT a.id, e.id, 1 FROM articles a, entities e "
    "WHERE a.id IN ({a}, {b}) AND e.folded = 'rome'",
    "DELETE FROM article_entities WHERE article_id = {a}",
    "UPDATE entities SET name = 'Roma' WHERE folded = 'rome'",
    "UPDATE entities SET type = 'organization', key = 'organization-' || folded "
    "WHERE folded = 'rome'",
    "INSERT OR REPLACE INTO copies SELECT id, min({a}, {b}) FROM articles WHERE id IN ({a}, {b})",
    "DELETE FROM copies WHERE group_id = {a}",
    "INSERT OR IGNORE INTO versions (article_key, version, title, body, ingested_at, content_hash, "
    "document) SELECT key, 90, 'was', 'prices of Öl, used', '', '', '{{}}' "
    "FROM articles WHERE id IN ({a}, {b})",
    "DELETE FROM versions WHERE version = 90",
)


def foreign_write(archive: Archive, rng: random.Random) -> str:
    ids = [row[0] for row in archive.rows("SELECT id FROM articles")] or [1]
    return rng.choice(FOREIGN_WRITES).format(a=rng.choice(ids), b=rng.choice(ids))


class History:
    """An archive that is written to in every way, and asked in between."""

    def __init__(self, archive: Archive, elsewhere: Elsewhere, rng: random.Random) -> None:
        self.archive, self.elsewhere, self.rng = archive, elsewhere, rng
        assert elsewhere.tell("open", str(archive.settings.db)) == "done"

    def write(self, arriving: Sequence[Article]) -> None:
        """One step of the history."""
        rng = self.rng
        way = rng.choice(("arrive", "arrive", "here", "here", "elsewhere", "elsewhere", "kill"))
        if way == "arrive":
            for article in arriving:
                self.archive.add(*named(article, rng.choice(NAMES)))
        elif way == "kill":
            keys = [row[0] for row in self.archive.rows("SELECT key FROM articles")]
            if keys:
                self.archive.killing.kill(rng.choice(keys))
        elif way == "here":
            self.archive.tamper(foreign_write(self.archive, rng))
        else:
            told = self.elsewhere.tell("run", foreign_write(self.archive, rng))
            assert told == "done" or "UNIQUE" in told or "constraint" in told, told
        if rng.random() < 0.7:
            rng.choice(FILINGS)(self.archive, rng)

    def hold(self, engine: SqliteEngine, asked: Sequence[Search]) -> None:
        with self.archive.database.read() as conn:
            plain = PlainArchive(conn)
            for search in asked:
                hold(engine, plain, search)


def in_thread(work: Callable[[], None]) -> None:
    """Run it in another thread, and raise here what it raises there."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as exc:
            failed.append(exc)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


# Without shrinking: a history of files takes minutes to make shorter.
EXAMPLES = settings(max_examples=40 if LONG else 8, phases=(Phase.explicit, Phase.generate))


@EXAMPLES
@given(
    seed=st.integers(0, 1 << 32),
    arriving=st.lists(articles(), min_size=12, max_size=30, unique_by=lambda article: article.key),
    asked=st.lists(searches(), min_size=12, max_size=16),
)
def test_a_new_archive_is_answered_from_as_its_rows_say(
    empty: Path, seed: int, arriving: list[Article], asked: list[Search]
) -> None:
    rng = random.Random(seed)  # noqa: S311 - to be repeated
    with copied(empty) as archive:
        for article in arriving:
            archive.add(*named(article, rng.choice(NAMES)))
        rng.choice(FILINGS)(archive, rng)
        with archive.database.read() as conn:
            plain = PlainArchive(conn)
            for search in asked:
                hold(archive.engine, plain, search)
                assert walk(archive.engine, search) == [h.key for h in plain.answer(search).hits]


@EXAMPLES
@given(
    seed=st.integers(0, 1 << 32),
    arriving=st.lists(articles(), min_size=8, max_size=16),
    asked=st.lists(searches(), min_size=3, max_size=5),
)
def test_through_any_history_an_engine_answers_as_a_new_one(
    empty: Path, elsewhere: Elsewhere, seed: int, arriving: list[Article], asked: list[Search]
) -> None:
    rng = random.Random(seed)  # noqa: S311 - to be repeated
    with copied(empty) as archive:
        history = History(archive, elsewhere, rng)
        live = archive.engine
        for number in range(6):
            with archive.database.read():
                before = [live.search(search) for search in asked]
                in_thread(partial(history.write, arriving[number * 2 :][:5]))
                # Another thread sees the newer snapshot first, then the older one is asked again.
                in_thread(lambda: history.hold(live, asked))
                assert [live.search(search) for search in asked] == before
            history.hold(live, asked)
            history.hold(SqliteEngine(archive.database), asked)
