"""The cluster finds what the embedded engine finds, by the same searches over the same articles."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from conftest import LONG, Archive, open_archive
from hypothesis import given, settings
from searches_by_hand import CASES, asked_in, library_in, name_of
from test_equal_answers import (
    AUTHORS,
    DAYS,
    LANGUAGES,
    NAMES,
    SOURCES,
    TIMES,
    TOPICS,
    WORDS,
    named,
    searches,
)

from cluster.filled import filled
from service.article import Article
from service.dates import parse_moment
from service.engines.opensearch.client import Client
from service.engines.opensearch.engine import OpenSearchEngine
from service.query import Search
from service.result import Results
from service.search import Finder
from service.stores.entities import EntityStore

pytest_plugins = ["cluster.fixtures"]

# Of how much of each depth of two orders counts: the first ten make up four fifths.
PERSISTENCE = 0.9


@dataclass(frozen=True)
class Both:
    """One archive in a file and in the cluster."""

    archive: Archive
    engine: OpenSearchEngine

    @property
    def finder(self) -> Finder:
        return Finder(self.engine, EntityStore(self.archive.database))


@pytest.fixture(scope="module")
def library(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The documents of tests/cases/search.json."""
    yield from both(client, "cases", library_in(tmp_path_factory.mktemp("cases")))


@pytest.fixture(scope="module")
def generated(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Articles of few words, so that every search finds some."""
    archive = open_archive(tmp_path_factory.mktemp("generated"))
    rng = random.Random(9)  # noqa: S311 - to be repeated
    for number in range(150):
        # The last ones are new versions of the first.
        made = article_of(rng, f"k{number % 120}")
        archive.add(*(named(made, rng.choice(NAMES)) if rng.random() < 0.5 else (made, [])))
    yield from both(client, "generated", archive)


def both(client: Client, index: str, archive: Archive) -> Iterator[Both]:
    with filled(client, index, archive) as engine:
        yield Both(archive, engine)


def article_of(rng: random.Random, key: str) -> Article:
    def text(most: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(1, most)))

    day = rng.choice((*DAYS, None))
    time = rng.choice(("", rng.choice(TIMES))) if day in DAYS[:-2] else ""
    return Article(
        key=key,
        title=text(3),
        standfirst=text(2) if rng.random() < 0.5 else None,
        body=text(12),
        captions=tuple(text(2) for _ in range(rng.randint(0, 2))),
        credits=tuple(text(1) for _ in range(rng.randint(0, 1))),
        source=rng.choice((None, *SOURCES)),
        language=rng.choice(LANGUAGES),
        authors=tuple(rng.sample(AUTHORS, rng.randint(0, 2))),
        topics=tuple(rng.sample(TOPICS, rng.randint(0, 2))),
        published=parse_moment(day + time) if day else None,
    )


@pytest.mark.parametrize("case", CASES["searches"], ids=name_of)
def test_cases(library: Both, case: dict[str, Any]) -> None:
    results = library.finder.search(asked_in(case))
    found = [hit.key for hit in results.hits]
    assert (found if case.get("ordered") else sorted(found)) == case["expected"]
    assert results.total == len(case["expected"])


def test_generated_searches(generated: Both) -> None:
    @settings(max_examples=2_000 if LONG else 60)
    @given(search=searches())
    def hold(search: Search) -> None:
        asked = replace(search, limit=200)
        there, here = generated.engine.search(asked), generated.archive.engine.search(asked)
        assert found(there) == found(here), asked
        assert counts(there) == counts(here), asked
        assert there.facets == here.facets, asked
        if asked.sort != "relevance" or (here.hits[:1] and here.hits[0].score is None):
            assert keys(there) == keys(here), asked
        assert likeness(keys(there), keys(here)) >= 0.9, asked

    hold()


def found(results: Results) -> dict[str, tuple[int | None, int]]:
    return {hit.key: (hit.version, hit.copies) for hit in results.hits}


def counts(results: Results) -> tuple[str, int, int]:
    return results.match, results.total, results.groups


@settings(max_examples=100 if LONG else 10)
@given(search=searches())
def test_a_walk_meets_each_hit_once(generated: Both, search: Search) -> None:
    asked = replace(search, facets=(), limit=17)
    whole = generated.engine.search(replace(asked, limit=200))
    assert walk(generated.engine, asked) == keys(whole)


def walk(engine: OpenSearchEngine, search: Search) -> list[str]:
    page = engine.search(search)
    found = keys(page)
    while page.next is not None:
        page = engine.search(replace(search, cursor=page.next))
        found += keys(page)
    return found


def keys(results: Results) -> list[str]:
    return [hit.key for hit in results.hits]


def likeness(one: Sequence[str], two: Sequence[str]) -> float:
    """Rank-biased overlap of two orders of the same things (Webber, Moffat and Zobel, 2010)."""
    if not one:
        return 1.0
    weight, total, scale = 1.0, 0.0, 0.0
    for depth in range(1, len(one) + 1):
        total += weight * len({*one[:depth]} & {*two[:depth]}) / depth
        scale += weight
        weight *= PERSISTENCE
    return total / scale
