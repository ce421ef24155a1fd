"""docs/scale.md says what the kept results of `make bench-cluster` say."""

from math import inf

import pytest
from cluster_scale import model, page
from cluster_scale.model import line


def test_the_page_is_made_of_the_results() -> None:
    text = page.PAGE.read_text("utf-8")
    inside = text.partition(page.BEGIN)[2].partition(page.END)[0]
    assert inside.strip() == page.measured().strip(), "python -m cluster_scale.page writes it"


def test_a_line_through_points_of_a_line() -> None:
    found = line([(1_000, 130.0), (10_000, 400.0), (100_000, 3_100.0)])
    assert found.fixed == pytest.approx(100)
    assert found.each == pytest.approx(0.03)
    assert found.error == pytest.approx(0)


def test_the_error_is_that_of_a_line_without_the_largest() -> None:
    found = line([(1_000, 100.0), (10_000, 1_000.0), (100_000, 20_000.0)])
    assert found.error == pytest.approx(0.5)


def test_two_sizes_tell_nothing_of_an_error() -> None:
    assert line([(1_000, 1.0), (2_000, 2.0)]).error == inf


def test_machines_are_as_many_as_what_is_shortest_needs() -> None:
    size, quick, slow = (model.Line(0, each, 0) for each in (40_000, 1e-6, 1e-3))
    times = {"p50": quick, "move_node_seconds": quick, "move_own_seconds": quick}
    by_disk = model.needed(model.Model(size=size, search_ms=quick, **times), 10**9)
    assert (by_disk.by_disk, by_disk.machines, by_disk.bottleneck) == (54, 54, "the disks")
    assert by_disk.shards == 1_334
    by_search = model.needed(model.Model(size=size, search_ms=slow, **times), 10**9)
    assert by_search.machines == by_search.by_search == 2_500
    assert by_search.bottleneck == "the processors, by searches"
    small = model.needed(model.Model(size=size, search_ms=quick, **times), 10**5)
    assert (small.machines, small.shards) == (3, 3)
