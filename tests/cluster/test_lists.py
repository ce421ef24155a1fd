"""Lists and counts over a whole archive are the same in the cluster as in a file."""

import random
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, TypeVar, get_args

import pytest
from conftest import LONG, SEEDS, Archive, open_archive

from cluster.listing import BothLists, both_lists, fill_with_names
from service.engines.lists import Lists
from service.engines.opensearch.client import Client
from service.engines.opensearch.lists import known, latest, related, suggestions
from service.entity import ENTITY_TYPES, EntityType
from service.result import Facet, FacetValue
from service.stores import suggestions as stored_suggestions
from service.stores.candidates import Spelled
from service.stores.entities import EntityDetail, EntityRow, EntitySort
from service.stores.related import RelatedSort

pytest_plugins = ["cluster.fixtures"]

_T = TypeVar("_T")
TYPES: tuple[EntityType | None, ...] = (None, *ENTITY_TYPES)
PAGES = ((5, 0), (7, 3), (100, 0), (3, 1_000))
NAMES = (
    *("", "  ", "...", "kim", "Kim Jong Un", "washington", "WASHINGTON", "a", "n*", "un?", "jo\\"),
    *("John Smith", "Smith, John", "Jon Smith", "Smith John", "Mr Smith", "mary park", "ødegård"),
    *("Odegard", "o'brien", "J. Smith", "paris", "Zoë Again", "The Fourth", "nobody at all"),
)
BEGUN = ("k", "kim", "W", "wash", "smi", "new y", "jong", "", "-", "o'", "Łuc", "luc", "%", "ann m")


@pytest.fixture(scope="module", params=["none", "few", "many", "seeds"])
def both(
    request: pytest.FixtureRequest, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BothLists]:
    archive = _archive(tmp_path_factory.mktemp(request.param), request.param)
    with both_lists(client, f"lists-{request.param}", archive) as lists:
        yield lists


def _archive(folder: Path, which: str) -> Archive:
    archive = open_archive(folder)
    if which == "seeds":
        archive.ingest(SEEDS, tagger="auto")
    elif which != "none":
        fill_with_names(archive, *((1, 40) if which == "few" else (2, 250)))
    return archive


def some(asked: Iterable[_T], most: int = 40) -> list[_T]:
    """Of very many questions some, always the same."""
    every = list(asked)
    return every if LONG or len(every) <= most else random.Random(7).sample(every, most)  # noqa: S311


@pytest.mark.parametrize("sort", get_args(EntitySort))
def test_pages_of_entities(both: BothLists, sort: EntitySort) -> None:
    compare_entities(both, sort, 80)


def compare_entities(both: BothLists, sort: EntitySort, most: int) -> None:
    for name, type_, (limit, offset) in some(product(NAMES, TYPES, PAGES), most):
        here, there = (
            each.entities.page(name=name, type_=type_, sort=sort, limit=limit, offset=offset)
            for each in (both.here, both.there)
        )
        assert there == here, (name, type_, limit, offset)


def test_every_entity_comes_in_pages(both: BothLists) -> None:
    for sort in get_args(EntitySort):
        pages = [_entities(both.there, sort, 19, offset) for offset in range(0, 200, 19)]
        whole = _entities(both.here, sort, 200, 0)
        assert [each for page in pages for each in page] == whole


def _entities(lists: Lists, sort: EntitySort, limit: int, offset: int) -> list[str]:
    page = lists.entities.page(name="", type_=None, sort=sort, limit=limit, offset=offset)
    return [each.entity.key for each in page.entities]


def test_names_that_begin_so(both: BothLists) -> None:
    for typed, limit, types in some(product(BEGUN, (3, 50), (ENTITY_TYPES, ("place", "person")))):
        here, there = (
            each.entities.beginning(typed, limit, types) for each in (both.here, both.there)
        )
        assert there == here, (typed, limit, types)


def test_other_spellings(both: BothLists) -> None:
    for name, type_ in some(product((*NAMES, "John Q Smith", "Jon Quincy Smith"), ENTITY_TYPES)):
        here, there = (each.entities.keys_spelled(type_, name) for each in (both.here, both.there))
        assert there == here, (name, type_)
    assert both.there.entities.has_added() == both.here.entities.has_added()


@pytest.mark.parametrize("sort", get_args(RelatedSort))
def test_who_is_named_beside(both: BothLists, sort: RelatedSort) -> None:
    compare_related(both, sort, 40)


def compare_related(both: BothLists, sort: RelatedSort, most: int) -> None:
    keys = (*_keys(both), "person-nobody")
    for key, type_, (limit, offset) in some(product(keys, TYPES, PAGES), most):
        asked = (key, type_, sort, limit, offset)
        assert both.there.related.page(*asked) == both.here.related.page(*asked), asked


def test_who_is_named_among_a_few(both: BothLists) -> None:
    keys = _keys(both)
    for few in ([], keys[:1], keys[:12], [*keys[::-2], "person-nobody"], keys):
        assert both.there.related.among(few) == both.here.related.among(few)


def test_coverage(both: BothLists) -> None:
    counted = Facet((FacetValue("a", "A", 2),), more=True, exact=True)
    for detail in some(_details(both)):
        for sources in (None, counted):
            here, there = (each.coverage.of(detail, sources) for each in (both.here, both.there))
            assert there == here, detail.entity.key


def test_quotes(both: BothLists) -> None:
    said_by: list[list[str]] = [[], ["an official"], ["AN OFFICIAL", "witnesses", "nobody"]]
    said_by += [[key] for key in _keys(both)[::4]]
    said_by += [["Smith"], ["John Smith", "öffentlich"], [*_keys(both)[:5], "an  Official"]]
    articles = [key for (key,) in both.archive.rows("SELECT key FROM articles LIMIT 2")]
    every = product(said_by, (None, None, *articles, "nothing"), (None, True, False), PAGES)
    for speakers, article, direct, (limit, offset) in some(every, 80):
        asked: dict[str, Any] = {"speakers": speakers, "article": article, "direct": direct}
        asked |= {"limit": limit, "offset": offset}
        assert both.there.quotes.page(**asked) == both.here.quotes.page(**asked), asked


def test_what_suggestions_are_made_of(both: BothLists) -> None:
    here, there = both.here.suggestions, both.there.suggestions
    assert there.state() == here.state()
    assert there.articles() == here.articles()
    for limit in (3, 1_000):
        assert there.same_name(limit) == here.same_name(limit)
        for type_ in ENTITY_TYPES:
            assert there.most_mentioned(type_, limit) == here.most_mentioned(type_, limit)
    rows = some(_rows(both), 20)
    for row in rows:
        assert there.get(row.key) == here.get(row.key)
        assert there.beginning(row, row.key.partition("-")[2][:1]) == here.beginning(
            row, row.key.partition("-")[2][:1]
        )
        for folded, whole, ends in (
            ({"washington", "kim"}, "smith", ("", "")),
            (set[str](), "un", ("j", "smith")),
            ({row.key.partition("-")[2]}, "washington", ("k", "")),
        ):
            assert there.related(row, folded, whole, ends) == here.related(
                row, folded, whole, ends
            ), (row, folded, whole, ends)
    for common in (2, 5, 100):
        keys = [row.key for row in rows]
        assert there.companies(keys, common) == here.companies(keys, common)
    pairs = [(one, other) for one in rows for other in rows[::3] if one != other]
    assert there.together(pairs) == here.together(pairs)


def test_candidates(both: BothLists) -> None:
    here, there = both.here.candidates, both.there.candidates
    for types in (ENTITY_TYPES, ("organization",)):
        for folded in ([], ["washington"], ["kim", "john smith", "mr smith", "the fourth"]):
            for key in ("", "person-nobody", *some(_keys(both, all_that_were=True), 8)):
                assert there.spelled(folded, types, key) == here.spelled(folded, types, key)
        for name in ("kim", "john smith", "washingtom", "zz", "s", "odegard", "un"):
            assert _by_spelling(there.beside(name, types)) == _by_spelling(
                here.beside(name, types)
            ), name
    assert {*there.most_mentioned(5_000)} == {*here.most_mentioned(5_000)}
    counts = [each.entity.mentions for each in there.most_mentioned(10)]
    assert counts == [each.entity.mentions for each in here.most_mentioned(10)]


def _by_spelling(found: tuple[Spelled, ...]) -> list[Spelled]:
    """Equal spellings come in the order of ids in a file."""
    return sorted(found, key=lambda each: (each.spelling, each.entity.key))


def test_aliases(both: BothLists) -> None:
    assert [*both.there.aliases.every()] == [*both.here.aliases.every()]


def test_kills(both: BothLists) -> None:
    assert both.there.kills.all() == both.here.kills.all()


def test_articles_to_be_read_again(both: BothLists) -> None:
    for tagger, every in product(("one", "another", "a third"), (True, False)):
        here, there = both.here.rereading, both.there.rereading
        assert there.count(tagger, every=every) == here.count(tagger, every=every)
        given = [[*each.batches(tagger, 7, every=every)] for each in (here, there)]
        assert given[1] == given[0]


def test_numbers(both: BothLists) -> None:
    assert both.there.glance.totals() == both.here.glance.totals()
    for limit in (1, 50):
        assert both.there.glance.arrivals(limit) == both.here.glance.arrivals(limit)
    health = both.there.glance.health()
    assert health.erasures == both.here.glance.health().erasures
    assert health.size > 0
    there, here = both.there.measures.archive(), both.here.measures.archive()
    for name in ("generation", "articles", "erasures", "killed", "edits", "sqlite", "schema"):
        assert getattr(there, name) == getattr(here, name), name
    assert both.there.measures.unfiled(10) == 0


def test_what_is_asked_piece_by_piece(both: BothLists, monkeypatch: pytest.MonkeyPatch) -> None:
    """What large archives need happens in small ones as well."""
    monkeypatch.setattr(latest, "_FEW", 0)
    monkeypatch.setattr(latest, "_READ", 2)
    monkeypatch.setattr(latest, "_TOGETHER", 3)
    monkeypatch.setattr(related, "_COUNTED", 2)
    monkeypatch.setattr(related, "_MOST_HELD", 6)
    monkeypatch.setattr(suggestions, "SEARCHED", 3)
    monkeypatch.setattr(stored_suggestions, "SEARCHED", 3)
    for module in (known, related):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 7)
    compare_entities(both, "recent", 30)
    compare_entities(both, "mentions", 30)
    compare_related(both, "significance", 20)
    compare_related(both, "count", 20)
    test_who_is_named_among_a_few(both)
    rows = some(_rows(both), 15)
    pairs = [(one, other) for one in rows for other in rows[::3] if one != other]
    here, there = (each.suggestions.together(pairs) for each in (both.here, both.there))
    assert there == here


def _keys(both: BothLists, *, all_that_were: bool = False) -> list[str]:
    merged = " UNION SELECT entity FROM edits" if all_that_were else ""
    return [key for (key,) in both.archive.rows(f"SELECT key FROM entities{merged} ORDER BY 1")]


def _details(both: BothLists) -> list[EntityDetail]:
    page = both.here.entities.page(name="", type_=None, sort="mentions", limit=500, offset=0)
    return [*page.entities]


def _rows(both: BothLists) -> list[EntityRow]:
    return [each.entity for each in _details(both)]
