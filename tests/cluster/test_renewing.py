"""Indices are made anew beside those that are asked and changed meanwhile, and nothing is lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from conftest import LONG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.interrupted import Interrupted, KilledError, commit, killed, mark, quiet
from cluster.processes import Cluster
from cluster.shelves import (
    BY_DECADES,
    PARTS,
    changes,
    compare,
    connected,
    emptied,
    empty_shelf,
    name_of,
    row,
)
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.shelf import renewing
from service.engines.opensearch.shelf.layouts import Parts
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import CuttingsError
from service.working.documents import Document
from service.working.shelf import Changes, MemoryShelf

pytest_plugins = ["cluster.fixtures"]

FEW = {**renewing._ALL, "size": 2}
some_changes = st.lists(changes(), min_size=1, max_size=4)
layouts = st.sampled_from([PARTS, BY_DECADES, Parts(1, 0, 1)])


@pytest.fixture(scope="module")
def watched(cluster: Cluster) -> Iterator[Interrupted]:
    with connected(cluster, Interrupted) as made:
        yield made


@pytest.fixture(scope="module")
def shelf(client: Client) -> Iterator[OpenSearchShelf]:
    with empty_shelf(client) as made:
        yield made


@pytest.fixture(autouse=True)
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two documents, and old indices that go at once."""
    monkeypatch.setattr(renewing, "_ALL", FEW)
    monkeypatch.setattr(renewing, "_SECONDS_KEPT", 0)


def test_the_new_indices_take_the_place_of_the_old(client: Client, shelf: OpenSearchShelf) -> None:
    emptied(shelf)
    before = client.named(shelf.indices.of_any_version)
    told: list[tuple[int, int]] = []
    shelf.renew(Parts(1), lambda done, every: told.append((done, every)))
    both = client.named(shelf.indices.of_any_version)
    assert {name for name, aliases in both.items() if aliases} == both.keys() - before.keys()
    shelf.tidy()
    assert client.named(shelf.indices.of_any_version).keys() == both.keys() - before.keys()
    assert all(done == every for done, every in told[-1:])


def test_the_old_ones_stay_while_somebody_may_write_there(
    client: Client, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied(shelf)
    shelf.renew(PARTS, quiet)
    shelf.tidy()
    monkeypatch.setattr(renewing, "_SECONDS_KEPT", 900)
    shelf.renew(PARTS, quiet)
    shelf.tidy()
    assert len(client.named(shelf.indices.of_any_version)) == 6
    assert not shelf.expunge()
    monkeypatch.setattr(renewing, "_SECONDS_KEPT", 0)
    shelf.tidy()
    assert len(client.named(shelf.indices.of_any_version)) == 3


@settings(
    max_examples=40 if LONG else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    parts=layouts,
    first=some_changes,
    later=some_changes,
    at=st.lists(st.integers(0, 6), min_size=4),
)
def test_what_is_changed_meanwhile_is_in_both(
    watched: Interrupted,
    shelf: OpenSearchShelf,
    parts: Parts,
    first: Any,
    later: Any,
    at: list[int],
) -> None:
    memory = MemoryShelf()
    emptied(shelf)
    for change in first:
        commit(shelf, memory, change)
    steps: list[Callable[[], None]] = []
    for pause, change in zip(at, later, strict=False):
        steps += [lambda: None] * pause
        steps.append(lambda change=change: commit(shelf, memory, change))  # type: ignore[misc]
    with watched.doing(*steps):
        OpenSearchShelf(watched, name_of(shelf)).renew(parts, quiet)
    compare(shelf, memory)
    shelf.tidy()
    compare(shelf, memory)
    commit(shelf, memory, first[0])
    compare(shelf, memory)


@settings(
    max_examples=40 if LONG else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(parts=layouts, first=some_changes, later=changes(), at=st.integers(0, 30))
def test_who_comes_next_goes_on_where_one_was_killed(
    watched: Interrupted,
    shelf: OpenSearchShelf,
    parts: Parts,
    first: Any,
    later: Changes,
    at: int,
) -> None:
    memory = MemoryShelf()
    emptied(shelf)
    for change in first:
        commit(shelf, memory, change)
    with watched.doing(*[lambda: None] * at, killed), suppress(KilledError):
        OpenSearchShelf(watched, name_of(shelf)).renew(parts, quiet)
    compare(shelf, memory)
    commit(shelf, memory, later)
    compare(shelf, memory)
    shelf.renew(parts, quiet)
    shelf.tidy()
    compare(shelf, memory)


@pytest.mark.parametrize("at", [0, 4, 6, 9])
def test_two_at_once_are_one(watched: Interrupted, shelf: OpenSearchShelf, at: int) -> None:
    emptied(shelf)
    memory = MemoryShelf()
    done: list[str] = []

    def another() -> None:
        shelf.renew(PARTS, quiet)
        done.append("another")

    with watched.doing(*[lambda: None] * at, another):
        try:
            OpenSearchShelf(watched, name_of(shelf)).renew(PARTS, quiet)
        except CuttingsError as exc:
            done.append(exc.detail)
    assert "another" in done
    shelf.tidy()
    compare(shelf, memory)
    assert len(watched.named(shelf.indices.of_any_version)) == 3


def test_who_tidies_takes_no_new_indices_away(watched: Interrupted, shelf: OpenSearchShelf) -> None:
    """Those are made before the register tells of them."""
    emptied(shelf)
    memory = MemoryShelf()
    for number in range(5):
        commit(shelf, memory, Changes({mark(number).name: mark(number)}, frozenset()))
    with watched.doing(*[shelf.tidy] * 40):
        OpenSearchShelf(watched, name_of(shelf)).renew(PARTS, quiet)
    compare(shelf, memory)
    shelf.tidy()
    assert len(watched.named(shelf.indices.of_any_version)) == 3


def dated(key: str, published: str, title: str) -> Document:
    articles = row(
        "articles",
        published_at=published,
        published_precision="day",
        title=title,
    )
    return Document("article", key, {"articles": (articles,)})


def test_articles_stand_by_their_years(client: Client) -> None:
    with empty_shelf(client, parts=BY_DECADES) as shelf:
        memory = MemoryShelf()

        def indices() -> set[str]:
            found = client.named(shelf.indices.of_any_version)
            return {name.partition(".")[2] for name in found if "." in name}

        def put(*articles: Document) -> None:
            commit(shelf, memory, Changes({each.name: each for each in articles}, frozenset()))
            compare(shelf, memory)

        assert indices() == {"undated-v1"}
        put(dated("a", "1987-03-04", "first"), dated("b", "2018-12-16", "second"))
        assert indices() == {"undated-v1", "1980-v1", "2010-v1"}
        # Of another year than was thought; in another process, which has not read it before.
        other = OpenSearchShelf(client, name_of(shelf))
        moved = dated("a", "1991-03-04", "first")
        assert other.commit(other.number(), Changes({moved.name: moved}, frozenset()))
        assert memory.commit(memory.number(), Changes({moved.name: moved}, frozenset()))
        compare(shelf, memory)
        assert client.count(f"{shelf.indices.articles}.1980-v1", EVERYTHING) == 0
        assert shelf.get([("article", "a")]) == [moved]
        commit(shelf, memory, Changes({}, frozenset({("article", "a")})))
        compare(shelf, memory)
        shelf.renew(PARTS, quiet)
        compare(shelf, memory)
        shelf.tidy()
        assert indices() == set()
        shelf.renew(Parts(1, 0, 1), quiet)
        shelf.tidy()
        assert indices() == {"undated-v3", "2018-v3"}
        compare(shelf, memory)


def test_an_index_that_one_process_opens_is_found_by_all(client: Client) -> None:
    with empty_shelf(client, parts=BY_DECADES) as shelf:
        other = OpenSearchShelf(client, name_of(shelf))
        assert shelf.number() == other.number() == 0
        first = [dated(name, "1949-01-01", name) for name in "xy"]
        one, two = (Changes({each.name: each}, frozenset()) for each in first)
        assert shelf.commit(0, one)
        assert not other.commit(0, two)
        assert other.commit(other.number(), two)
        assert shelf.number() == 2
        assert shelf.get([each.name for each in first]) == first
        for number, name in enumerate("abcdef"):
            article = dated(name, f"{1950 + 10 * (number // 2)}-01-01", name)
            writes, reads = (shelf, other) if number % 2 else (other, shelf)
            assert writes.commit(writes.number(), Changes({article.name: article}, frozenset()))
            reads.number()
            assert reads.get([article.name]) == [article]
