"""Long queries: what has more clauses than the cluster takes is found all the same."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from conftest import Archive, open_archive

from cluster.filled import filled
from service.article import Article
from service.dates import parse_moment, parse_zone, range_of
from service.engines.opensearch.clauses import MOST_CLAUSES, clauses
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import Query, published_in, query_of
from service.engines.opensearch.engine import OpenSearchEngine
from service.engines.opensearch.past_texts import current_or_past
from service.engines.opensearch.scoring import counted_for, score_of
from service.engines.opensearch.surveying import survey
from service.errors import InvalidRequest
from service.query import And, In, Near, Node, Or, Phrase, Prefix, Search, Without, Word
from service.result import Results
from service.search import Ask, Finder
from service.stores.entities import EntityStore

pytest_plugins = ["cluster.fixtures"]

WORDS = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(150)]
HYPHENATED = [f"{word}-{word[::-1]}" for word in WORDS[:20]]
STARTS = ["gov", "min", "pre", "sen", "dep", "str", "com"]
BEGINNINGS = [f"{start}{word}" for start in STARTS for word in WORDS[:60]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """A dozen articles that have all of it, one of them also in a version before."""
    archive = open_archive(tmp_path_factory.mktemp("clauses"))
    for number in range(12):
        texts = [*WORDS, *HYPHENATED, *BEGINNINGS, *WORDS[: 10 * number]]
        for said in ("so", "thus") if number == 1 else ("so",):
            body = " ".join([*texts[number:], *texts[:number], said])
            begun = " ".join(BEGINNINGS)
            made = Article(
                key=f"k{number}",
                title="t",
                standfirst=begun,
                body=body,
                captions=(begun,),
                published=parse_moment(f"2018-12-{number + 1:02d}"),
                language="de" if number % 3 == 2 else None,
            )
            archive.add(made)
    return archive


@pytest.fixture(scope="module")
def engine(client: Client, archive: Archive) -> Iterator[OpenSearchEngine]:
    with filled(client, "clauses", archive) as made:
        yield made


ASKED: dict[str, Ask] = {
    "107 words": Ask(q=" ".join(WORDS[:107])),
    "150 words": Ask(q=" ".join(WORDS)),
    "150 words, any": Ask(q=" ".join([*WORDS, "nowhere"])),
    "20 hyphenated": Ask(q=" ".join(HYPHENATED)),
    "68 words, 8 hyphenated": Ask(q=" ".join([*WORDS[90:], *HYPHENATED[:8]])),
    "16 hyphenated of any version": Ask(q=" ".join(HYPHENATED[:16]), versions="all"),
    "7 beginnings": Ask(q=" ".join(f"{start}*" for start in STARTS)),
    "300 quoted": Ask(q=" OR ".join(f'"{word}"' for word in BEGINNINGS[:300])),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_long_queries_find_the_same(archive: Archive, engine: OpenSearchEngine, asked: Ask) -> None:
    there = Finder(engine, EntityStore(archive.database)).search(asked)
    here = archive.finder.search(asked)
    assert keys(there) == keys(here)
    assert (there.match, there.total) == (here.match, here.total)
    assert there.total == 12


def keys(results: Results) -> list[str]:
    return sorted(hit.key for hit in results.hits)


COUNTED: list[Node] = [
    Word("wordaa"),
    Word("wordaa-aadrow"),
    In("title", Word("wordaa")),
    Phrase("wordaa wordab"),
    Prefix("gov"),
    Prefix("wordaa gov"),
    Word("大"),
    Prefix("BTS大"),
    Near("wordaa wordab", 5),
    Near("wordaa BTS大 大使", 5),
    Without(None, Word("wordaa")),
    And((Word("wordaa"), Or((Word("wordab"), Phrase("wordac"))))),
]


@pytest.mark.parametrize("tree", COUNTED, ids=str)
def test_no_more_clauses_are_counted_by_the_cluster(
    client: Client, engine: OpenSearchEngine, tree: Node
) -> None:
    search = Search(tree=And((tree, Word("wordba"), Word("Wordca"))))
    known = survey(client, "clauses", [query_of(tree)], [], counted_for(search)).known
    dates = range_of("2018-01-01", "2018-12-31", parse_zone("UTC"))
    for query in (
        query_of(tree),
        current_or_past(tree),
        published_in(dates),
        score_of(replace(search, half_life=30.0), search.tree, known),
    ):
        client.search("clauses", filled_up(query, MOST_CLAUSES - clauses(query)))


def filled_up(query: Query, by: int) -> dict[str, Any]:
    """With so many more clauses, which match nothing."""
    more = [{"term": {"ranked": f"nowhere {number}"}} for number in range(by)]
    parts = [{"bool": {"should": more[at : at + 500]}} for at in range(0, by, 500)]
    return {"size": 0, "query": {"bool": {"should": [query, *parts]}}}


def test_the_cluster_takes_no_more(client: Client, engine: OpenSearchEngine) -> None:
    query = query_of(Word("wordaa"))
    with pytest.raises(InvalidRequest):
        client.search("clauses", filled_up(query, MOST_CLAUSES + 1))
