"""Documents as the cluster has them: nothing is lost, and searches look at what they should."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from both_ways import Both, InterruptedShelf, Step
from cluster.filled import searched_in
from cluster.shelves import documents
from conftest import LONG, Archive, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st
from test_working_copies import anything, inputs

from service.engines.opensearch.documents import Past, Searched, document_of
from service.engines.opensearch.lists.fields import (
    LISTED_OF_ARTICLES,
    LISTED_OF_ENTITIES,
    LISTED_OF_OTHERS,
    LISTS,
)
from service.engines.opensearch.mapping import index_of_articles
from service.engines.opensearch.shelf.applying import Change, Place, told
from service.engines.opensearch.shelf.applying import read as read_told
from service.engines.opensearch.shelf.bodies import body_of, from_record, record_of, searched_of
from service.engines.opensearch.shelf.fields import (
    LOOKED_UP,
    LOOKED_UP_OF_OTHERS,
    band_field,
    bucket_of,
    term_of,
)
from service.engines.opensearch.shelf.indices import Indices, id_of
from service.engines.opensearch.shelf.layouts import Parts, laid_out
from service.near_copies import bands, bucket
from service.needs import FIELDS, PRIVATE_FIELDS, Name
from service.working.documents import Document
from service.working.rows import no_ids, read
from service.working.schemas import PRIVATE


def compare(archive: Archive) -> None:
    """What searches look at is the same, made of documents or of a file."""
    ids = dict(archive.rows("SELECT id, key FROM articles"))
    expected = {each.key: _as_documents(each, ids) for each in searched_in(archive)}
    with archive.database.read() as conn:
        found = [each for each in read(conn, no_ids()).values() if "articles" in each.rows]
    assert {each.key: _in_order(searched_of(each)) for each in found} == expected
    for each in found:
        own, made = document_of(expected[each.key]), body_of(each)
        assert {name: sorted_in(made[name]) for name in own} == {
            name: sorted_in(value) for name, value in own.items()
        }


def sorted_in(value: object) -> object:
    """Lists of values stand in any order."""
    if isinstance(value, dict):
        return {name: sorted_in(each) for name, each in value.items()}
    return sorted(value, key=json.dumps) if isinstance(value, list) else value


def _as_documents(searched: Searched, ids: dict[int, str]) -> Searched:
    """Groups are called by the article that they are called after."""
    group = ids[int(searched.group)] if searched.group is not None else None
    return _in_order(replace(searched, group=group))


def _in_order(searched: Searched) -> Searched:
    return replace(
        searched,
        entities={type_: tuple(sorted(keys)) for type_, keys in searched.entities.items()},
        dates=tuple(sorted(searched.dates)),
        past=tuple(
            Past(each.version, {name: text or "" for name, text in each.texts.items()})
            for each in sorted(searched.past, key=lambda each: each.version)
        ),
    )


def test_what_searches_look_at(seeded: Archive) -> None:
    compare(seeded)


@settings(max_examples=60 if LONG else 8, deadline=None)
@given(inputs, st.lists(anything, max_size=6))
def test_the_same_after_any_history(first: Step, steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        both = Both(open_archive(Path(folder)), InterruptedShelf())
        for step in [first, *steps]:
            both.do(step(both))
        compare(both.file)


@given(st.lists(documents, max_size=5))
def test_nothing_is_lost_on_the_way(some: list[Document]) -> None:
    for each in some:
        assert from_record(json.loads(json.dumps(record_of(each)))) == each
    change = Change(some, [Place("articles", "a1", "2018-12-16"), Place("others", "source/x")])
    assert read_told(told(change)) == change


@given(documents)
def test_every_field_has_its_mapping(document: Document) -> None:
    """An index refuses what it does not know, and the change would never be done."""
    indices = Indices("archive")
    articles = index_of_articles(1, 0)["mappings"]["properties"]
    known = {
        indices.articles: {**articles, **LOOKED_UP, LISTS: LISTED_OF_ARTICLES},
        indices.entities: {**LOOKED_UP, LISTS: LISTED_OF_ENTITIES},
        indices.others: {**LOOKED_UP_OF_OTHERS, LISTS: LISTED_OF_OTHERS},
    }[indices.of(document)]
    assert [*unknown(body_of(document), known)] == []


def unknown(body: dict[str, object], known: dict[str, object]) -> Iterator[str]:
    for name, value in body.items():
        mapping = known.get(name)
        if not isinstance(mapping, dict):
            yield name
        elif isinstance(value, dict) and mapping.get("enabled", True):
            yield from unknown(value, mapping.get("properties", {}))


def test_what_was_taken_out_is_not_where_searches_look() -> None:
    indices = Indices("archive")
    gone = Document("article", "a1", {"tombstones": (("2026-01-01T00:00:00Z", "", None),)})
    assert indices.of(gone) == indices.others
    assert [*indices.places(laid_out(Parts()), gone.name)] == [
        (f"{indices.articles}-v1", "a1"),
        (f"{indices.others}-v1", "article/a1"),
    ]


def test_articles_may_stand_by_their_years() -> None:
    indices, layout = Indices("archive"), laid_out(Parts(years=10))
    assert layout.lacks(["2018-12-16", "", "2011-01-01T00:00:00Z", "1998-05"]) == ("1990", "2010")
    assert layout.around("1978-01-01", "2001").spans == ("1970", "1980", "1990", "2000", "undated")
    assert indices.name_in(layout, indices.articles, "2018-12-16") == "archive-articles.2010-v1"
    assert indices.name_in(layout, indices.entities) == "archive-entities-v1"
    every = [*indices.places(layout.opened(["2010"]), ("article", "a1"))]
    assert [name for name, _ in every] == [
        "archive-articles.2010-v1",
        "archive-articles.undated-v1",
        "archive-others-v1",
    ]


@pytest.mark.parametrize("years", [1, 3, 10, 100])
@given(year=st.integers(1, 9999))
def test_no_date_makes_more_than_a_few_indices(years: int, year: int) -> None:
    layout = laid_out(Parts(years=years))
    begin = int(layout.span_of(f"{year:04}-01-01"))
    assert 1850 - years < begin <= 2100
    if 1850 + years <= year <= 2100:
        assert begin <= year < begin + years
    assert Indices("archive").read(f"archive-articles.{begin}-v7") == ("archive-articles", 7)


@pytest.mark.parametrize(
    "name", ["archive-others", "archive-articles.x-v1", "archive-head", "other-articles-v1", "-v1"]
)
def test_names_of_others_are_left_alone(name: str) -> None:
    assert Indices("archive").read(name) is None


@given(st.lists(st.text(max_size=400), min_size=2, max_size=2, unique=True))
def test_values_are_told_apart_however_long(values: list[str]) -> None:
    one, other = (term_of("y" * 200 + value) for value in values)
    assert one != other
    assert max(len(one), len(other)) <= 300
    names: Sequence[Name] = [("source", value * 3) for value in values]
    assert id_of(names[0]) != id_of(names[1])
    assert all(len(id_of(name).encode()) <= 512 for name in names)


@given(st.binary(min_size=56, max_size=56))
def test_places_of_one_bucket_share_a_number(signature: bytes) -> None:
    for number, band in enumerate(bands(signature)):
        first, last = bucket(band)
        assert bucket_of(first) == bucket_of(band) == bucket_of(last) != bucket_of(last + 1)
        assert band_field(band) == f"near.band{number}"


def test_no_field_is_looked_up_in_two_schemas() -> None:
    private = {owned.table for owned in PRIVATE.owned}
    assert {table for table, _ in PRIVATE_FIELDS} <= private
    assert private.isdisjoint(table for table, _ in FIELDS)
