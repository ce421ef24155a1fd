"""docs/scale.md says what the kept results of `make bench-cluster` say."""

import re
from math import inf
from pathlib import Path

import pytest
from cluster_scale import model, page, results
from cluster_scale.model import line, line_above

MAKEFILE = Path(__file__).parent.parent / "Makefile"
TIMES = ("p50", "move_seconds", "move_node_seconds", "move_own_seconds")


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


def test_a_line_above_is_as_steep_as_between_the_two_largest() -> None:
    found = line_above([(1_000, 20.0), (10_000, 40.0), (100_000, 940.0)])
    assert found.each == pytest.approx(0.01)
    assert found.fixed == pytest.approx(10)
    # 17.8 and 20 / 9,000 for each without the largest.
    assert found.error == pytest.approx(1 - 240 / 940)


@pytest.mark.parametrize("articles", [each["articles"] for each in results.every()])
def test_filling_takes_no_less_than_was_measured(articles: int) -> None:
    found = model.needed(model.model_of([*results.every()]), articles)
    assert round(found.ingest_hours * 3_600, 3) >= results.read(articles)["seconds"]["move"]


def test_more_machines_fill_no_faster() -> None:
    """A move is one process."""
    small, large, quick, slow = (model.Line(0, each, 0) for each in (4e4, 4e8, 1e-6, 1e-2))
    times = dict.fromkeys(TIMES, quick) | {"move_seconds": slow}
    few, many = (
        model.needed(model.Model(size=size, search_ms=quick, **times), 10**9)
        for size in (small, large)
    )
    assert few.machines < many.machines
    assert few.ingest_hours == many.ingest_hours == pytest.approx(1e7 / 3_600)


def test_the_page_has_the_sizes_that_make_measures() -> None:
    (said,) = re.findall(r"^CLUSTER_SIZES \?= (\S+)$", MAKEFILE.read_text("utf-8"), re.MULTILINE)
    assert [*map(int, said.split(","))] == [each["articles"] for each in results.every()]


def test_two_sizes_tell_nothing_of_an_error() -> None:
    assert line([(1_000, 1.0), (2_000, 2.0)]).error == inf


def test_machines_are_as_many_as_what_is_shortest_needs() -> None:
    size, quick, slow = (model.Line(0, each, 0) for each in (40_000, 1e-6, 1e-3))
    times = dict.fromkeys(TIMES, quick)
    by_disk = model.needed(model.Model(size=size, search_ms=quick, **times), 10**9)
    assert (by_disk.by_disk, by_disk.machines, by_disk.bottleneck) == (54, 54, "the disks")
    assert by_disk.shards == 1_334
    by_search = model.needed(model.Model(size=size, search_ms=slow, **times), 10**9)
    assert by_search.machines == by_search.by_search == 2_500
    assert by_search.bottleneck == "the processors, by searches"
    small = model.needed(model.Model(size=size, search_ms=quick, **times), 10**5)
    assert (small.machines, small.shards) == (3, 3)
