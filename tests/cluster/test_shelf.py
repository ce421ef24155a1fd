"""The shelf in the cluster does what one in a process does, whatever is on it."""

from collections.abc import Iterable, Iterator

import pytest
from conftest import LONG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.shelves import (
    changes,
    emptied,
    empty_shelf,
    entities,
    keys,
    private_documents,
    signatures,
    spans,
    texts,
)
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf import shelf as shelf_module
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.near_copies import bands
from service.needs import FIELDS, NAMED, PRIVATE_FIELDS, SOURCE, Edge, Newest
from service.working.documents import Document
from service.working.schemas import ARCHIVE, PRIVATE
from service.working.shelf import MemoryShelf

pytest_plugins = ["cluster.fixtures"]


@pytest.fixture(scope="module")
def shelf(client: Client) -> Iterator[OpenSearchShelf]:
    with empty_shelf(client) as made:
        yield made


@pytest.fixture(scope="module")
def private(client: Client) -> Iterator[OpenSearchShelf]:
    with empty_shelf(client, PRIVATE) as made:
        yield made


@pytest.fixture(params=[1, 50], ids=["crowded", "few"])
def crowd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """From how many on a bucket is not fetched whole."""
    monkeypatch.setattr(shelf_module, "_CROWD", request.param)


def by_name(documents: Iterable[Document]) -> list[Document]:
    return sorted(documents, key=lambda each: each.name)


values = texts | keys | entities
places = st.builds(
    lambda made, at, number: (bands(made)[at], number),
    signatures,
    st.integers(0, 13),
    st.sampled_from([0, 2**62, 2**63 - 1]),
)
edges = st.builds(
    Edge,
    st.sampled_from(["", "1999-01-01", "2018-12-16", "2018-12-16T01:30:00Z"]),
    st.integers(0, 3),
    keys,
)
counts = st.integers(0, 5)
newest = st.builds(
    Newest,
    counts,
    st.sampled_from([None, NAMED, SOURCE]),
    entities | texts,
    st.none() | edges,
    st.booleans(),
    st.booleans(),
)


@settings(
    max_examples=200 if LONG else 8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_both_shelves_are_one(shelf: OpenSearchShelf, crowd: None, data: st.DataObject) -> None:
    memory = MemoryShelf()
    emptied(shelf)
    before = shelf.number()
    for change in data.draw(st.lists(changes(), min_size=1, max_size=5)):
        number = memory.number()
        assert shelf.number() == before + number
        assert shelf.commit(before + number, change)
        assert memory.commit(number, change)
        assert not shelf.commit(before + number, change)
        compare(memory, shelf, data)


def compare(memory: MemoryShelf, shelf: OpenSearchShelf, data: st.DataObject) -> None:
    for kind in ARCHIVE.kinds:
        assert by_name(shelf.every(kind)) == by_name(memory.every(kind))
    names = [each.name for kind in ARCHIVE.kinds for each in memory.every(kind)]
    asked = [*names[::2], ("article", "nobody"), ("source", "nobody")]
    assert by_name(shelf.get(asked)) == by_name(memory.get(asked))
    for field in FIELDS:
        some = data.draw(st.sets(values, max_size=5))
        assert by_name(shelf.find(field, some)) == by_name(memory.find(field, some)), field
    for wanted in data.draw(st.lists(newest, max_size=6)):
        assert shelf.newest(wanted) == memory.newest(wanted), wanted
    standing = [place for each in memory.every("article") for place in each.places]
    anywhere = st.sampled_from(standing) | places if standing else places
    for beside in data.draw(st.lists(st.lists(st.tuples(anywhere, counts)))):
        assert by_name(shelf.near(beside)) == by_name(memory.near(beside)), beside


@settings(max_examples=200 if LONG else 8, deadline=None)
@given(data=st.data())
def test_what_stands_beside_an_archive(private: OpenSearchShelf, data: st.DataObject) -> None:
    memory = MemoryShelf()
    emptied(private, PRIVATE)
    before = private.number()
    for change in data.draw(st.lists(changes(private_documents()), min_size=1, max_size=5)):
        assert private.commit(before + memory.number(), change)
        assert memory.commit(memory.number(), change)
        for kind in PRIVATE.kinds:
            assert by_name(private.every(kind)) == by_name(memory.every(kind))
        for field in PRIVATE_FIELDS:
            some = data.draw(st.sets(texts | st.integers(-1, 12).map(str), max_size=4))
            assert by_name(private.find(field, some)) == by_name(memory.find(field, some)), field
        for wanted in data.draw(st.lists(spans(), max_size=8)):
            assert private.span(wanted) == memory.span(wanted), wanted
