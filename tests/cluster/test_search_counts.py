"""Facets of one moment, which say when they are not exact."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Archive, open_archive

from cluster.filled import FilledEngine, fill
from service.article import Article
from service.dates import parse_moment
from service.engines.opensearch import engine as engine_module
from service.engines.opensearch.client import Client
from service.engines.opensearch.documents import Searched, document_of
from service.engines.opensearch.surveying import Survey, survey
from service.query import Search, Word
from service.result import Facet, FacetValue, Histogram

pytest_plugins = ["cluster.fixtures"]

INDEX, IN_ONE_SHARD = "counts", "counts-in-one-shard"
DAYS = ("2018-11-20", "2018-11-22")


@pytest.fixture(scope="module", autouse=True)
def _indices(client: Client) -> Iterator[None]:
    """Filled anew for each test."""
    yield
    for index in (INDEX, IN_ONE_SHARD):
        client.delete(index)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path)


def dated(key: str, day: str | None) -> Article:
    return Article(key=key, body="rome", published=parse_moment(day) if day else None)


@pytest.mark.parametrize(
    ("there", "comes"),
    [
        (DAYS, "2018-11-23"),
        (DAYS, "1987-06-05"),
        ((), "2018-11-23"),
    ],
    ids=["a day later", "years before", "the first with a date"],
)
@pytest.mark.parametrize("page", [True, False], ids=["page", "facets"])
def test_a_histogram_has_what_came_since_the_survey(
    client: Client,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    there: tuple[str, ...],
    comes: str,
    page: bool,
) -> None:
    for number, day in enumerate((*there, None)):
        archive.add(dated(f"k{number}", day))
    fill(client, INDEX, archive)

    def surveyed(*asked: Any) -> Survey:
        found = survey(*asked)
        archive.add(dated("new", comes))
        fill(client, INDEX, archive)
        return found

    monkeypatch.setattr(engine_module, "survey", surveyed)
    engine = FilledEngine(client, INDEX, archive)
    search = Search(tree=Word("rome"), facets=("published",))
    counted = engine.search(search).facets if page else engine.facets(search)
    histogram = counted["published"]
    assert isinstance(histogram, Histogram)
    assert sum(each.count for each in histogram.values) + histogram.undated == len(there) + 2
    assert counted == archive.engine.facets(search)


def test_a_spelling_that_was_not_counted_is_no_exact_count(
    client: Client, archive: Archive
) -> None:
    """A shard tells of the thousand commonest spellings."""
    others = tuple(f"Author {number}" for number in range(1_100))
    authors = (*[("Jane Roe",)] * 5, ("JANE ROE",), others, others)
    for number, each in enumerate(authors):
        archive.add(Article(key=f"k{number}", body=f"rome {number}", authors=each))
    fill(client, IN_ONE_SHARD, archive, shards=1)
    asked = Search(facets=("author",), facet_limit=1)
    there = FilledEngine(client, IN_ONE_SHARD, archive).facets(asked)["author"]
    here = archive.engine.facets(asked)["author"]
    assert isinstance(there, Facet)
    assert isinstance(here, Facet)
    assert here.values == (FacetValue("JANE ROE", "JANE ROE", 6),)
    assert (there.values[0].count, there.exact) == (5, False)


def test_values_that_every_shard_has_told_of_are_exact(client: Client, archive: Archive) -> None:
    """Though each of them has more values than it tells of."""
    fill(client, INDEX, archive)
    days = [
        f"{year}-{month:02}-{day:02}"
        for year in range(2000, 2030)
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    made = [
        Searched(article=Article(body="rome"), key=f"k{number}", dates=("1950-01-01", *some))
        for number in range(24)
        for some in [days[number::3]]
    ]
    client.put(INDEX, [(each.key, document_of(each)) for each in made])
    client.refresh(INDEX)
    asked = Search(facets=("mentions_date",), facet_limit=2)
    counted = FilledEngine(client, INDEX, archive).facets(asked)["mentions_date"]
    assert isinstance(counted, Facet)
    assert counted.exact
    assert {each.count for each in counted.values} == {24}
