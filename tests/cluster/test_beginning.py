"""A reindex begins beside whoever writes all the time, and leaves nothing where it does not."""

from collections.abc import Callable, Iterator

import pytest

from cluster.interrupted import Interrupted, KilledError, commit, killed, mark, quiet
from cluster.processes import Cluster
from cluster.shelves import BY_DECADES, PARTS, compare, connected, empty_shelf, name_of
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf import beginning, renewing, turns
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import Busy, Conflict
from service.working.shelf import Changes, MemoryShelf

pytest_plugins = ["cluster.fixtures"]

NOTHING: Callable[[], None] = lambda: None  # noqa: E731 - one of several steps
# A number is taken, dates are asked for twice, three indices are made; then they are named.
BEFORE_THE_LAST_IS_MADE, BEFORE_THEY_ARE_NAMED = 5, 6


@pytest.fixture(scope="module")
def watched(cluster: Cluster) -> Iterator[Interrupted]:
    with connected(cluster, Interrupted) as made:
        yield made


@pytest.fixture
def shelf(client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSearchShelf]:
    """Where old indices go at once."""
    monkeypatch.setattr(renewing, "_SECONDS_KEPT", 0)
    with empty_shelf(client) as made:
        yield made


def versions(shelf: OpenSearchShelf, client: Client) -> list[int]:
    """Of all indices."""
    named = client.named(shelf.indices.of_any_version)
    return sorted(said[1] for said in map(shelf.indices.read, named) if said is not None)


def put(shelf: OpenSearchShelf, memory: MemoryShelf) -> None:
    article = mark(memory.number())
    commit(shelf, memory, Changes({article.name: article}, frozenset()))


def test_changes_all_the_time_keep_none_from_beginning(
    watched: Interrupted, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_SECONDS", 0)  # nobody waits for it
    memory = MemoryShelf()
    seen: set[int] = set()

    def change() -> None:
        put(shelf, memory)
        seen.update(versions(shelf, watched))

    with watched.doing(change, NOTHING, *[change] * 30):
        OpenSearchShelf(watched, name_of(shelf)).renew(PARTS, quiet)
    assert memory.number() == 31
    assert seen == {1, 2}
    compare(shelf, memory)
    shelf.tidy()
    assert versions(shelf, watched) == [2, 2, 2]


def test_changes_without_end_let_it_go_first(watched: Interrupted, shelf: OpenSearchShelf) -> None:
    memory = MemoryShelf()
    ended: list[bool] = []

    def change_if_nobody_waits() -> None:
        if not ended and not shelf._register.read().claim:
            put(shelf, memory)

    # One between any three requests: to ask for dates and to name a version takes as many.
    with watched.doing(*[change_if_nobody_waits, NOTHING, NOTHING] * 500):
        OpenSearchShelf(watched, name_of(shelf)).renew(PARTS, quiet)
        ended.append(True)
    compare(shelf, memory)
    assert not shelf._register.read().claim
    put(shelf, memory)


@pytest.mark.parametrize("at", [BEFORE_THE_LAST_IS_MADE, BEFORE_THEY_ARE_NAMED])
def test_what_a_killed_one_has_not_named_goes(
    watched: Interrupted, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    memory = MemoryShelf()
    put(shelf, memory)

    def kill() -> None:
        dying = OpenSearchShelf(watched, name_of(shelf))
        with pytest.raises(KilledError), watched.doing(*[NOTHING] * at, killed, killed):
            dying.renew(PARTS, quiet)
        shelf.tidy()
        assert len(versions(shelf, watched)) == at  # it may be at it still

    kill()
    shelf.renew(BY_DECADES, quiet)
    shelf.tidy()
    assert versions(shelf, watched) == [3, 3, 3]
    kill()
    monkeypatch.setattr(beginning, "_SECONDS_BEGINNING", 0)
    shelf.tidy()
    assert versions(shelf, watched) == [3, 3, 3]
    compare(shelf, memory)


def test_who_fails_leaves_nothing(watched: Interrupted, shelf: OpenSearchShelf) -> None:
    def busy() -> None:
        raise Busy("Not every copy is there yet")

    for at in (BEFORE_THE_LAST_IS_MADE, BEFORE_THEY_ARE_NAMED):
        with pytest.raises(Busy, match="Not every copy"), watched.doing(*[NOTHING] * at, busy):
            OpenSearchShelf(watched, name_of(shelf)).renew(PARTS, quiet)
        assert versions(shelf, watched) == [1, 1, 1]


def test_who_was_taken_for_killed_is_told_so(
    watched: Interrupted, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may not name indices that are not there."""
    monkeypatch.setattr(beginning, "_SECONDS_BEGINNING", 0)
    memory = MemoryShelf()
    slow = OpenSearchShelf(watched, name_of(shelf))
    happens = watched.doing(*[NOTHING] * BEFORE_THEY_ARE_NAMED, shelf.tidy)
    with happens, pytest.raises(Conflict, match="took too long to begin"):
        slow.renew(PARTS, quiet)
    put(shelf, memory)
    assert versions(shelf, watched) == [1, 1, 1]
    compare(shelf, memory)


def test_who_copies_writes_into_no_index_that_went(
    watched: Interrupted, shelf: OpenSearchShelf
) -> None:
    """The cluster would make another one of that name."""
    memory = MemoryShelf()
    put(shelf, memory)

    def ended_by_others() -> None:
        for _ in range(2):
            shelf.renew(PARTS, quiet)
        shelf.tidy()

    counted_and_read = 4
    slow = OpenSearchShelf(watched, name_of(shelf))
    happens = watched.doing(
        *[NOTHING] * (BEFORE_THEY_ARE_NAMED + counted_and_read), ended_by_others
    )
    with happens, pytest.raises(Conflict, match="Another reindex has ended it"):
        slow.renew(PARTS, quiet)
    assert versions(shelf, watched) == [3, 3, 3]
    compare(shelf, memory)
