"""What keeps answers fast, without timing anything: how many statements each of them takes.

As many for a page of hits, names or quotes as for one of them.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from conftest import Archive, open_archive

from service.article import Article
from service.dates import parse_moment
from service.engines.sqlite.vocabulary import occurring
from service.entity import EntityName, Mention, entity_key
from service.query import Phrase, Sort, Word
from service.search import Ask
from service.stores.coverage import CoverageStore
from service.stores.entities import EntityStore
from service.stores.related import RelatedStore

NAMES = ("Ann Lee", "Bob Ray", "Cy Moe", "Dan Fox", "Eve Hall")
FACETS = ("source", "person", "organization", "place", "author")
ARTICLES = 30


def mention(full: str) -> Mention:
    entity = EntityName(entity_key("person", full) or "", full, "person")
    return Mention("body", 0, 1, "x", full, "person", entity, "model", 0.8)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = open_archive(tmp_path_factory.mktemp("filled"))
    for number in range(ARTICLES):
        article = Article(
            key=f"a{number}",
            title=f"Oil price rises for day {number}",
            body=f"Envoys of Rome said that the price of oil rose. {'Gaddafi spoke. ' * number}",
            authors=("Jane Doe",),
            source="Post" if number % 2 else "Times",
            published=parse_moment(f"2018-12-{number + 1:02}"),
        )
        archive.add(article, [mention(name) for name in NAMES[: 1 + number % 5]])
    return archive


def statements(archive: Archive, ask: Callable[[], Any]) -> list[str]:
    """Those of one request, which reads one snapshot; without those of FTS5 to its own tables."""
    seen: list[str] = []
    with archive.database.read() as conn:
        ask()  # what is read once for a process is read now
        conn.set_trace_callback(seen.append)
        try:
            ask()
        finally:
            conn.set_trace_callback(None)
    return [statement for statement in seen if not statement.startswith("--")]


@pytest.mark.parametrize(
    "q", ["", "rome", "Rome", "oil price rome", '"price of oil"', "env*", "rome OR oil"]
)
@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_a_page_takes_as_many_as_one_hit(filled: Archive, q: str, sort: Sort) -> None:
    asked = Ask(q=q, sort=sort, facets=FACETS)
    (one, ten) = (
        statements(filled, partial(filled.finder.search, replace(asked, limit=n))) for n in (1, 10)
    )
    assert len(one) == len(ten)


@pytest.mark.parametrize("q", ["rome", "oil price rome", '"price of oil"'])
def test_what_is_found_by_all_its_words_is_not_looked_up_among_the_words(
    filled: Archive, q: str
) -> None:
    """Only of what finds nothing, or only some of its words, is anything unknown."""
    asked = statements(filled, lambda: filled.finder.search(Ask(q=q)))
    assert not [statement for statement in asked if "FROM words " in statement]


def test_an_unknown_word_is_looked_up_in_bounded_work(filled: Archive) -> None:
    known = statements(filled, lambda: filled.finder.search(Ask(q="rome")))
    unknown = statements(filled, lambda: filled.finder.search(Ask(q="qqqqqqqq")))
    assert len(unknown) <= len(known) + 4


def test_all_spellings_of_a_name_are_looked_up_at_once(filled: Archive) -> None:
    """Two looks at the words of the archive tell which of them none of its articles has."""
    spellings = [Phrase("Mikhail Gorbatschow"), Phrase("Mihail Gorbaciov"), Phrase("no one")]

    def look() -> None:
        with filled.database.read() as conn:
            assert occurring(conn, [*spellings, Word("rome")], "current") == {Word("rome")}

    assert len(statements(filled, look)) == 3


def test_a_page_of_names_takes_as_many_as_one_name(filled: Archive) -> None:
    store = EntityStore(filled.database)
    for sort in ("mentions", "recent"):
        one, five = (
            statements(
                filled, partial(store.page, name="", type_=None, sort=sort, limit=n, offset=0)
            )
            for n in (1, 5)
        )
        assert len(one) <= len(five) <= 8


@pytest.mark.parametrize("name", ["Lee, Ann", "Ann J. Lee", "William Clinton"])
def test_all_other_forms_of_a_name_are_looked_up_at_once(filled: Archive, name: str) -> None:
    store = EntityStore(filled.database)
    assert len(statements(filled, lambda: store.keys_spelled("person", name))) <= 2


@pytest.mark.parametrize("limit", [1, 4])
def test_who_is_named_beside_somebody(filled: Archive, limit: int) -> None:
    store = RelatedStore(filled.database)
    asked = statements(filled, lambda: store.page("person-annlee", None, "significance", limit, 0))
    assert len(asked) == 6


def test_where_and_when_somebody_is_named(filled: Archive) -> None:
    """However many bins there are between the first and the last article."""
    detail = EntityStore(filled.database).get("person-annlee")
    assert detail is not None
    asked = statements(filled, lambda: CoverageStore(filled.database).of(detail))
    assert len(asked) <= 4
