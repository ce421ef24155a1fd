"""What keeps searches fast, without timing anything: how SQLite says it will find the rows.

Every statement that a search runs is explained. None may walk through a table that grows with the
archive, nor sort what an index has in order already.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from conftest import Archive, open_archive

from service.article import Article
from service.dates import parse_moment
from service.engines.sqlite.columns.filing import file_articles, unfiled
from service.engines.tokens import Tokens
from service.entity import EntityName, Mention
from service.result import Results
from service.search import Ask

FACETS = (
    *("source", "person", "organization", "place", "topic", "author", "language"),
    *("mentions_date", "published"),
)
ASKED: Mapping[str, Ask] = {
    "everything": Ask(),
    "a word": Ask(q="envoy"),
    "a name": Ask(q="Kim Jong Un"),
    "a word as written": Ask(q="us"),
    "an unknown word": Ask(q="envoyy"),
    "any word": Ask(q="envoy nothing rome", match="any"),
    "a question": Ask(q="what did the envoy say in Rome?"),
    "a phrase": Ask(q='"acting envoy"'),
    "words near each other": Ask(q='"envoy rome"~5'),
    "a beginning": Ask(q="env*"),
    "a field": Ask(q="title:envoy"),
    "a script without spaces": Ask(q="大使"),
    "another letter": Ask(q="Lodz"),
    "or": Ask(q='envoy OR person:"Kim Jong Un"'),
    "not": Ask(q="envoy -paris -source:Other"),
    "newest": Ask(q="envoy", sort="newest"),
    "oldest": Ask(q="envoy", sort="oldest"),
    "explained": Ask(q="Kim envoy rome", explain=True),
    "collapsed": Ask(q="envoy", collapse=True),
    "a range of dates": Ask(q="envoy", start="2018-01-01", end="2018-12-31", tz="Asia/Seoul"),
    "facets": Ask(q="envoy", facets=FACETS),
    "facets that contain": Ask(q="envoy", facets=FACETS, contains="o"),
    "past texts": Ask(q="envoy", versions="all"),
    **{
        f"filtered by {name}": Ask(q="envoy", filters={name: (value,)}, excluded={name: ("x",)})
        for name, value in {
            "source": "Post",
            "person": "Kim Jong Un",
            "topic": "economy",
            "author": "Jane Roe",
            "language": "en",
            "mentions_date": "2018",
        }.items()
    },
}
# Tables of a few rows, however many articles there are.
SMALL = ("sources", "segments", "generation", "filing", "json_each", "g", "f", "s", "value")
# Statement -> why it may walk or sort. Each is a part of its text.
ALLOWED = {
    "FROM versions v CROSS JOIN articles a ON a.key = v.article_key ORDER BY v.id": (
        "past texts have no columns: each search of them reads which article each is of"
    ),
    "INDEXED BY aliases_added": "an index of what editors have added, and its first entry",
    "SELECT e.key FROM entities e WHERE": "the few keys that one name has are put in order",
    "SELECT key, min(place) AS place FROM": "the same of a name in several spellings",
}
SCAN = re.compile(r"SCAN (\w+)")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = open_archive(tmp_path_factory.mktemp("library"))
    kim = EntityName("person-kimjongun", "Kim Jong Un", "person")
    mention = Mention("body", 0, 11, "Kim Jong Un", "Kim Jong Un", "person", kim, "model", 0.9)
    for number in range(30):
        article = Article(
            key=f"k{number}",
            title="The envoy",
            body=f"Kim Jong Un met the acting envoy {number} in Rome and told us. 欧洲大使。 Łódź",
            source="Post",
            authors=("Jane Roe",),
            topics=("economy/trade",),
            language="de" if number % 3 else "en",
            published=parse_moment("2018-06-12") if number % 2 else None,
        )
        archive.add(article, [mention])
    archive.add(replace(article, body="Kim Jong Un saw no envoy at all."), [mention])
    archive.tamper(
        "INSERT OR IGNORE INTO copies SELECT id, (SELECT min(id) FROM articles) FROM articles",
        "INSERT INTO mentioned_dates "
        "SELECT id, 0, '2018-06', 'month', 'body', 0, 1, 'K' FROM articles",
    )
    with archive.database.write() as conn:
        file_articles(conn, Tokens(), unfiled(conn))
    return archive


def statements(archive: Archive, ask: Ask) -> list[str]:
    """All that a search runs, with its values; not what FTS5 asks of its own tables."""
    ran: list[str] = []
    with archive.database.read() as conn:
        conn.set_trace_callback(ran.append)
        try:
            pages(archive, ask)
        finally:
            conn.set_trace_callback(None)
    return [sql for sql in ran if not sql.startswith("--")]


def pages(archive: Archive, ask: Ask) -> Results:
    first = archive.finder.search(replace(ask, limit=3))
    if first.next is not None:
        archive.finder.search(replace(ask, limit=3, cursor=first.next))
    return first


def plans(archive: Archive, ask: Ask) -> Iterator[tuple[str, str]]:
    """Each step of each statement."""
    ran = statements(archive, ask)
    assert ran
    with archive.database.read() as conn:
        for sql in dict.fromkeys(ran):
            for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}"):
                yield " ".join(sql.split()), row["detail"]


@pytest.mark.parametrize("name", ASKED)
def test_no_search_walks_through_the_archive_or_sorts_it(library: Archive, name: str) -> None:
    assert pages(library, ASKED[name]).total or name == "an unknown word"
    for sql, step in plans(library, ASKED[name]):
        if any(part in sql for part in ALLOWED):
            continue
        scanned = SCAN.match(step)
        assert scanned is None or "VIRTUAL TABLE" in step or scanned[1] in SMALL, (step, sql)
        assert "TEMP B-TREE" not in step, (step, sql)
        assert "CORRELATED" not in step or "article_authors" in sql, (step, sql)


def test_the_exceptions_are_still_needed(library: Archive) -> None:
    ran = [sql for ask in ASKED.values() for sql, _ in plans(library, ask)]
    library.tamper("UPDATE articles SET title = 'An envoy' WHERE key = 'k3'")
    ran += [sql for sql, _ in plans(library, Ask(q="envoy"))]
    assert [part for part in ALLOWED if not any(part in sql for sql in ran)] == []


def test_after_a_write_only_what_has_changed_is_read(library: Archive) -> None:
    library.find("envoy")
    library.tamper("UPDATE articles SET title = 'The envoys' WHERE key = 'k5'")
    steps = [*plans(library, Ask(q="envoy"))]
    read = {step for sql, step in steps if "a.body" in sql or "FROM unfiled" in sql}
    assert "SEARCH unfiled USING COVERING INDEX unfiled_by_generation (generation>?)" in read
    assert not any(step.startswith(("SCAN a", "SCAN unfiled")) for step in read)
