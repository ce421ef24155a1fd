"""What a process makes of segments and of what waits, whichever of them has changed."""

import shutil
from pathlib import Path

import pytest
from conftest import Archive, open_archive

from service.article import Article
from service.engines.sqlite.columns.filing import file_articles, unfiled
from service.engines.sqlite.engine import SqliteEngine
from service.engines.tokens import Tokens
from service.query import Phrase, Search, Word
from service.result import Facet

TOKENS = Tokens()
OIL = Search(tree=Word("oil"), sort="newest", limit=100)


def file_all(archive: Archive) -> None:
    with archive.database.write() as conn:
        file_articles(conn, TOKENS, unfiled(conn))


def keys(archive: Archive, search: Search = OIL) -> list[str]:
    """What is found by an engine that has been asked before, and just so by a new one."""
    found = [hit.key for hit in archive.engine.search(search).hits]
    assert [hit.key for hit in SqliteEngine(archive.database).search(search).hits] == found
    return found


@pytest.fixture
def filed(archive: Archive) -> Archive:
    """Three articles in one segment, which the engine has loaded."""
    for number in range(3):
        archive.add(Article(key=f"k{number}", title=f"{number}", body="the oil price"))
    file_all(archive)
    assert keys(archive) == ["k2", "k1", "k0"]
    return archive


def test_a_filed_article_that_has_changed_is_there_once(filed: Archive) -> None:
    filed.tamper("UPDATE articles SET title = 'oil' WHERE key = 'k1'")
    assert keys(filed) == ["k2", "k1", "k0"]


def test_an_article_that_is_filed_and_changed_between_two_searches_is_there_once(
    filed: Archive,
) -> None:
    filed.add(Article(key="new", body="oil"))
    file_all(filed)
    filed.tamper("UPDATE articles SET title = 'oil' WHERE key = 'new'")
    assert keys(filed) == ["new", "k2", "k1", "k0"]


def test_what_was_never_filed_and_is_gone_is_forgotten_when_that_is_filed(filed: Archive) -> None:
    filed.add(Article(key="new", body="oil"))
    assert keys(filed) == ["new", "k2", "k1", "k0"]
    filed.tamper("DELETE FROM articles WHERE key = 'new'")
    file_all(filed)
    assert keys(filed) == ["k2", "k1", "k0"]


def test_scores_of_phrases_are_those_of_their_articles_in_any_order(filed: Archive) -> None:
    search = Search(tree=Phrase("oil price"), exact=True)
    filed.tamper("UPDATE articles SET body = 'the oil price of oil' WHERE key = 'k0'")
    filed.tamper("UPDATE articles SET body = 'oil price, oil price' WHERE key = 'k1'")
    before = {hit.key: hit.score for hit in SqliteEngine(filed.database).search(search).hits}
    filed.engine.rebuild()
    after = {hit.key: hit.score for hit in SqliteEngine(filed.database).search(search).hits}
    assert before == pytest.approx(after)
    assert max(after, key=lambda key: after[key] or 0) == "k1"


def test_what_is_said_of_no_article_is_nobodys(filed: Archive) -> None:
    with filed.database.write() as conn:
        conn.commit()
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("BEGIN")
        conn.execute("INSERT INTO article_authors VALUES (2, 0, 'Jane')")
        conn.execute("INSERT INTO article_authors VALUES (999, 0, 'Nobody')")
    found = filed.engine.facets(Search(facets=("author",)))["author"]
    assert isinstance(found, Facet)
    assert [(value.label, value.count) for value in found.values] == [("Jane", 1)]


@pytest.mark.parametrize(
    "same_names",
    [
        True,
        False,
    ],
)
def test_another_file_in_the_place_of_the_archive_is_another_archive(
    filed: Archive, tmp_path: Path, *, same_names: bool
) -> None:
    folder = tmp_path / "other"
    if same_names:  # a backup, written to since
        folder.mkdir()
        filed.database.empty_log()
        shutil.copy(filed.settings.db, folder / "cuttings.db")
    other = open_archive(folder)
    for number in range(0 if same_names else 3):
        other.add(Article(key=f"k{number}", title=f"{number}", body="the oil price"))
    other.add(Article(key="other", body="gas"))
    filed.add(Article(key="new", body="oil"))
    assert keys(filed)[0] == "new"
    if same_names:
        state = "SELECT g.number, f.number FROM generation g, filing f"
        assert filed.rows(state) == other.rows(state)
    for archive in (filed, other):
        archive.database.empty_log()
        archive.database.close()
    (folder / "cuttings.db").replace(filed.settings.db)
    assert keys(filed) == ["k2", "k1", "k0"]


def test_a_value_is_called_as_the_archive_writes_it_now(archive: Archive) -> None:
    archive.add(Article(key="a", body="oil", authors=("JANE ROE",)))
    archive.add(Article(key="b", body="gas", authors=("Jane Roe",)))

    def labels(search: Search) -> list[str]:
        found = archive.engine.facets(search)["author"]
        assert isinstance(found, Facet)
        return [value.label for value in found.values]

    everything, gas = Search(facets=("author",)), Search(tree=Word("gas"), facets=("author",))
    assert labels(everything) == labels(gas) == ["JANE ROE"]
    archive.killing.kill("a")
    assert labels(everything) == ["Jane Roe"]


ODD_ROWS = {
    "a date before all dates": (
        "INSERT INTO articles (key, body, published_at, published_precision) "
        "VALUES ('odd', 'x', '0000-01-01', 'day')"
    ),
    "a title of bytes": "INSERT INTO articles (key, body, title) VALUES ('odd', 'x', x'ff')",
    "no UTF-8": "INSERT INTO articles (key, body) VALUES ('odd', CAST(x'ff6f696c' AS TEXT))",
    "an author of bytes": "INSERT INTO article_authors SELECT id, 0, x'ff' FROM articles",
    "a date of bytes": "INSERT INTO mentioned_dates SELECT id, 0, x'ff', 'day', '', 0, 0, '' "
    "FROM articles",
    "a very high entity": "INSERT INTO entities (id, key, name, type, folded) "
    "VALUES (1 << 40, 'place-x', 'X', 'place', 'x'); "
    "INSERT INTO article_entities SELECT id, 1 << 40, 1 FROM articles",
}


@pytest.mark.parametrize("name", ODD_ROWS)
def test_an_odd_row_of_another_program_stops_no_search(filed: Archive, name: str) -> None:
    try:
        filed.tamper(*ODD_ROWS[name].split("; "))
    except Exception as exc:
        pytest.skip(f"the schema refuses it: {exc}")
    facets = ("author", "place", "mentions_date", "published")
    assert SqliteEngine(filed.database).search(Search(tree=Word("price"), facets=facets)).total == 3
    assert filed.engine.search(Search(tree=Word("price"), facets=facets)).total == 3
