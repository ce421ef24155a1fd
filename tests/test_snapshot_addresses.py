"""However many snapshots or indices there are, no address is longer than a node takes."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from opensearchpy import Connection, OpenSearch

from service.engines.opensearch.client import Client
from service.engines.opensearch.nodes import Address, in_addresses
from service.engines.opensearch.snapshots.bringing import Bringing
from service.engines.opensearch.snapshots.repository import Repository

# As `http.max_initial_line_length` has it by default.
LONGEST = 4_096
Answer = Callable[[str], Any]


class Node(Connection):
    """Answers for each of the names in an address; a longer one than it takes is not answered."""

    answer: Answer

    def perform_request(
        self,
        method: str,
        url: str,
        params: Any = None,  # noqa: ARG002 - what is asked else is short
        body: Any = None,  # noqa: ARG002 - nothing is sent
        timeout: Any = None,  # noqa: ARG002 - it answers at once
        ignore: Any = (),  # noqa: ARG002 - nothing fails that may
        headers: Any = None,  # noqa: ARG002 - of nobody
    ) -> Any:
        if len(f"{method} {url} HTTP/1.1") > LONGEST:
            self._raise_error(400, '{"error": {"type": "too_long_http_line_exception"}}')
        return 200, {"content-type": "application/json"}, json.dumps(type(self).answer(url))


def client_of(answer: Answer) -> Client:
    """Of a cluster of one such node."""
    client = Client(Address(("http://localhost:1",)))
    node = type("Node", (Node,), {"answer": staticmethod(answer)})
    client._nodes = OpenSearch("http://localhost:1", connection_class=node)
    return client


def part_of(url: str, number: int) -> list[str]:
    return url.split("/")[number].split(",")


def statuses(url: str) -> Any:
    told = [
        {"snapshot": name, "stats": {"total": {"size_in_bytes": int(name[-3:])}}}
        for name in part_of(url, 3)
    ]
    return {"snapshots": told}


def test_of_each_snapshot_the_size_is_asked() -> None:
    """One each hour, for a week and more."""
    names = [f"cuttings.2026-11-23t{number:03}" for number in range(300)]
    repository = Repository(client_of(statuses), "kept")
    assert repository.sizes(names) == {name: number for number, name in enumerate(names)}
    assert repository.sizes([]) == {}


def whole(url: str) -> Any:
    return [{"prirep": "p", "state": "STARTED"} for _ in part_of(url, 3)]


def on_their_way(url: str) -> Any:
    if "shards" in url:
        return [{"prirep": "p", "state": "INITIALIZING", "unassigned.reason": None}]
    size = {"recovered_in_bytes": 1, "reused_in_bytes": 1, "total_in_bytes": 3}
    shard = {"type": "SNAPSHOT", "index": {"size": size}}
    return {name: {"shards": [shard]} for name in part_of(url, 1)}


YEARS = [f"cuttings-articles.{year}-v1" for year in range(1850, 2101)]


@pytest.mark.parametrize(
    ("answer", "told"), [(whole, None), (on_their_way, (2 * len(YEARS), 3 * len(YEARS), False))]
)
def test_all_indices_are_waited_for(answer: Answer, told: object) -> None:
    """Of an archive whose articles stand by their years, all that there may be."""
    client = client_of(answer)
    assert Bringing(client, Repository(client, "kept"))._far(YEARS) == told


@pytest.mark.parametrize("names", [(), ("a",), ("a" * 3_500, "b"), ("name",) * 2_000])
def test_no_name_is_left_out(names: Iterable[str]) -> None:
    made = [*in_addresses(names)]
    assert [name for some in made for name in some.split(",")] == [*names]
