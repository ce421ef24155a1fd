"""A node that has too much to do refuses a part of what it is sent: nothing is lost or doubled."""

import json
from collections.abc import Iterator

import pytest
from conftest import LONG
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster.processes import Cluster
from cluster.shelves import BY_DECADES, changes, compare, connected, emptied, empty_shelf, in_order
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf import applying
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import Busy
from service.working.documents import Document
from service.working.shelf import Changes, MemoryShelf

pytest_plugins = ["cluster.fixtures"]

PATIENT = applying._TRIES - 1


class Crowded(Client):
    """Takes a part of each of the next requests, and refuses the others with it."""

    refusals = 0

    def apply(self, lines: str, *, visible: bool) -> None:
        if self.refusals <= 0:
            return super().apply(lines, visible=visible)
        self.refusals -= 1
        taken = [*items_of(lines)][self.refusals % 2 :: 2]
        if taken:
            super().apply("".join(taken), visible=visible)
        raise Busy("The cluster has too much to do: try again later", 5)


def items_of(lines: str) -> Iterator[str]:
    """What a bulk request says of each document."""
    rest = iter(lines.splitlines(keepends=True))
    for head in rest:
        yield head if "delete" in json.loads(head) else head + next(rest)


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> Iterator[Crowded]:
    with connected(cluster, Crowded) as made:
        yield made


@pytest.fixture(scope="module")
def shelf(client: Crowded) -> Iterator[OpenSearchShelf]:
    with empty_shelf(client, parts=BY_DECADES) as made:
        yield made


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch, client: Crowded) -> None:
    monkeypatch.setattr(applying, "_PAUSE", 0.01)
    client.refusals = 0


@settings(
    max_examples=40 if LONG else 6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(changes(), st.integers(0, PATIENT + 3)), min_size=1, max_size=6))
def test_what_is_refused_is_sent_again(
    client: Crowded, shelf: OpenSearchShelf, steps: list[tuple[Changes, int]]
) -> None:
    """Where it is refused too often, whoever asks next ends it."""
    memory = MemoryShelf()
    emptied(shelf)
    for change, client.refusals in steps:
        assert shelf.commit(shelf.number(), change)
        assert memory.commit(memory.number(), change)
        client.refusals = min(client.refusals, PATIENT)
        compare(shelf, memory)


def test_what_is_poured_is_sent_again(client: Crowded, shelf: OpenSearchShelf) -> None:
    emptied(shelf)
    poured = [Document("source", f"s{number}", {}) for number in range(250)]
    client.refusals = PATIENT
    shelf.pour(poured)
    assert client.refusals == 0
    assert in_order(shelf.walk("source")) == in_order(poured)
