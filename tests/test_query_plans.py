"""What keeps searches fast, without timing anything: how SQLite says it will find the rows."""

import pytest
from conftest import Archive

from service.dates import DateRange
from service.engines.sqlite.facets import COUNTS, DAYS, MATCHING
from service.engines.sqlite.highlights import FOREIGN_AMONG
from service.engines.sqlite.selection import (
    ANY_FOREIGN,
    FOREIGN,
    Reading,
    Selection,
    selection,
)
from service.query import Filter, Or, Search, Word

YEAR = DateRange("2018-01-01", "2018-12-31", "2018-01-01T00:00:00Z", "2019-01-01T00:00:00Z")


def plan(archive: Archive, sql: str, chosen: Selection) -> list[str]:
    with archive.database.read() as conn:
        return [row["detail"] for row in conn.execute("EXPLAIN QUERY PLAN " + sql, chosen.values)]


@pytest.mark.parametrize("counts", [*COUNTS.values(), DAYS], ids=[*COUNTS, "published"])
def test_facets_ask_the_text_index_once(archive: Archive, counts: str) -> None:
    """Left to itself the planner puts it inside the join, and asks it for every row."""
    tree = Word("said")
    chosen = selection(Search(tree=tree, filters={"source": ("A",)}), Reading(tree))
    steps = plan(archive, MATCHING.replace("{ids}", chosen.ids) + counts, chosen)
    assert "MATERIALIZE matching" in steps
    asked = [number for number, step in enumerate(steps) if "articles_fts VIRTUAL TABLE" in step]
    assert len(asked) == 1
    outer = next(n for n, step in enumerate(steps) if step.startswith("SCAN matching"))
    assert asked[0] < outer
    assert not any(step.startswith("SCAN a") for step in steps[outer + 1 :])


@pytest.mark.parametrize(
    ("search", "index"),
    [
        (Search(published=YEAR), "articles_by_date"),
        (Search(filters={"source": ("A",)}), "articles_by_source_id"),
        (Search(filters={"language": ("en",)}), "articles_by_language"),
        (Search(filters={"author": ("Jane",)}), "article_authors_by_author"),
        (Search(filters={"topic": ("economy",)}), "article_topics_by_topic"),
        (Search(filters={"person": ("person-a",)}), "article_entities_by_entity"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_filters_use_their_index(archive: Archive, search: Search, index: str) -> None:
    chosen = selection(search, Reading(None))
    steps = plan(archive, chosen.ids, chosen)
    assert any(index in step for step in steps), steps


def test_filters_do_not_ask_the_text_index_for_each_id(archive: Archive) -> None:
    tree = Word("said")
    chosen = selection(Search(tree=tree, published=YEAR), Reading(tree))
    steps = plan(archive, chosen.ids, chosen)
    (text,) = [step for step in steps if "VIRTUAL TABLE INDEX" in step and "articles_fts" in step]
    assert "=" not in text.partition("INDEX")[2], "the rowid is a condition of the text index"


def test_the_newest_come_off_the_index_without_a_sort(archive: Archive) -> None:
    tree = Word("said")
    chosen = selection(Search(tree=tree), Reading(tree))
    sql = f"SELECT id FROM ({chosen.ids}) WHERE id < 99 ORDER BY id DESC LIMIT 10"
    assert not any("TEMP B-TREE" in step for step in plan(archive, sql, chosen))


def test_words_and_filters_in_one_or_are_each_found_once(archive: Archive) -> None:
    tree = Or((Word("said"), Filter("person", "person-a")))
    chosen = selection(Search(tree=tree), Reading(tree))
    steps = plan(archive, chosen.ids, chosen)
    assert not any("CORRELATED" in step for step in steps)


@pytest.mark.parametrize("sql", [ANY_FOREIGN, FOREIGN, FOREIGN_AMONG])
def test_articles_that_are_not_english_have_an_index_of_their_own(
    archive: Archive, sql: str
) -> None:
    with archive.database.read() as conn:
        steps = [row["detail"] for row in conn.execute("EXPLAIN QUERY PLAN " + sql, {"ids": "[]"})]
    assert any("articles_not_english" in step for step in steps)
