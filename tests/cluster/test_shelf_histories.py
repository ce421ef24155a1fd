"""Random histories of an archive leave the same in a file and on the shelf in the cluster."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from both_ways import Both, InterruptedShelf, Step, kill, put_one, store
from conftest import LONG, open_archive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_working_copies import a_print, anything, edits, inputs, kills, singles

from cluster.processes import Cluster
from cluster.shelves import BY_DECADES, connected, emptied
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.working.shelf import Changes

pytest_plugins = ["cluster.fixtures"]

few = settings(
    max_examples=30 if LONG else 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Interrupted(OpenSearchShelf):
    """One where something may happen just before a commit."""

    before_commit: list[Callable[[], None]]

    def commit(self, number: int, changes: Changes) -> bool:
        if self.before_commit:
            self.before_commit.pop()()
        return super().commit(number, changes)


@pytest.fixture(scope="module")
def shelf(cluster: Cluster) -> Iterator[Interrupted]:
    with connected(cluster, Client) as client:
        made = Interrupted(client, "histories")
        made.before_commit = []
        made.create(BY_DECADES)
        yield made
        client.delete(f"{made.indices.of_any_version},{made.indices.head}")


def begun(folder: str, shelf: Interrupted) -> Both:
    shelf.before_commit.clear()
    emptied(shelf)
    # It does what the one in memory does.
    return Both(open_archive(Path(folder)), cast("InterruptedShelf", shelf))


def run(shelf: Interrupted, steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        both = begun(folder, shelf)
        for step in steps:
            both.do(step(both))
        both.compare()


@few
@given(inputs, st.lists(inputs | singles | kills, min_size=1, max_size=6))
def test_what_comes_and_goes(shelf: Interrupted, first: Step, steps: list[Step]) -> None:
    run(shelf, [first, *steps])


@few
@given(inputs, st.lists(edits | edits | singles | kills, min_size=1, max_size=8))
def test_edits(shelf: Interrupted, first: Step, steps: list[Step]) -> None:
    run(shelf, [first, *steps])


@pytest.mark.parametrize("seed", range(10 if LONG else 1))
def test_copies_in_a_crowd(shelf: Interrupted, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - to be repeated
    crowd = {each.article.key: each for each in (a_print(random) for _ in range(40))}
    steps: list[Step] = [store([*crowd.values()])]
    for _ in range(4):
        comes = put_one(a_print(random), replacing=True)
        steps.append(random.choice([comes, comes, kill(random.randrange(40))]))
    run(shelf, steps)


@few
@given(inputs, st.lists(st.tuples(anything, anything), min_size=1, max_size=3))
def test_who_is_overtaken_does_it_again(
    shelf: Interrupted, first: Step, pairs: list[tuple[Step, Step]]
) -> None:
    with TemporaryDirectory() as folder:
        both = begun(folder, shelf)
        both.do(first(both))
        for one, other in pairs:
            both.do_before_it_ends(one(both), other(both))
        both.compare()
