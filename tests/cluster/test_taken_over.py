"""A change of which a part is done when its writer is gone, while indices are made anew."""

import json
from collections.abc import Iterator

import pytest

from cluster.processes import Cluster
from cluster.shelves import compare, connected, empty_shelf, name_of, row
from cluster.test_back_pressure import items_of
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf import applying
from service.engines.opensearch.shelf.layouts import Parts
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import Busy
from service.working.documents import Document
from service.working.shelf import Changes, MemoryShelf

pytest_plugins = ["cluster.fixtures"]

BY_DECADES, BY_YEARS = Parts(1, 0, 10), Parts(1, 0, 1)


class Halting(Client):
    """Cannot let a second version take the place of the first."""

    def point(self, *_: object) -> None:
        raise Busy("no answer")


class Torn(Client):
    """Reaches only the indices of the first version."""

    def apply(self, lines: str, *, visible: bool) -> None:
        reached = [each for each in items_of(lines) if _index(each).endswith("-v1")]
        if reached:
            super().apply("".join(reached), visible=visible)
        raise Busy("no answer")


def _index(item: str) -> str:
    (head,) = json.loads(item.splitlines()[0]).values()
    return str(head["_index"])


@pytest.fixture
def shelf(client: Client) -> Iterator[OpenSearchShelf]:
    with empty_shelf(client, parts=BY_DECADES) as made:
        yield made


def article(key: str, published: str) -> Document:
    rows = {"articles": (row("articles", published_at=published, published_precision="day"),)}
    return Document("article", key, rows)


CHANGES = [
    Changes({}, frozenset({("article", "a1")})),
    Changes({("article", "a1"): article("a1", "1999-01-01")}, frozenset()),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_taken_over_leaves_all_versions(
    cluster: Cluster,
    shelf: OpenSearchShelf,
    change: Changes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applying, "_PAUSE", 0)
    memory = MemoryShelf()
    there = [article("a1", "2018-12-16"), article("a2", "2018-12-17")]
    begun = Changes({each.name: each for each in there}, frozenset())
    assert shelf.commit(0, begun)
    assert memory.commit(0, begun)
    with connected(cluster, Halting) as client, pytest.raises(Busy):
        OpenSearchShelf(client, name_of(shelf)).renew(BY_YEARS, quiet)
    with connected(cluster, Torn) as client:
        assert OpenSearchShelf(client, name_of(shelf)).commit(1, change)
    assert memory.commit(1, change)
    compare(shelf, memory)
    shelf.renew(BY_YEARS, quiet)
    compare(shelf, memory)


def quiet(_done: int, _every: int) -> None:
    """Nobody looks."""
