"""What is very much: words of any length, deep trees, many words, pages far down; near copies."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from conftest import Archive, open_archive

from cluster.filled import filled
from service.article import Article
from service.dates import parse_moment
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import query_of
from service.engines.opensearch.engine import OpenSearchEngine
from service.engines.opensearch.scoring import counted_for, score_of
from service.engines.opensearch.surveying import survey
from service.engines.opensearch.terms import words_of
from service.query import And, In, Near, Node, Or, Phrase, Prefix, Search, Without, Word
from service.result import Results
from service.stores.slots import SLOTS_A_DAY

pytest_plugins = ["cluster.fixtures"]

LONG_WORD = "x" * 40_000
ODD = f"AT&T \x00 café \u2028 {LONG_WORD} 😀 ＯＩＬ n\xadew a\u0301 Straße"
COPIED = " ".join(f"word{number}" for number in range(60))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Forty articles and some, three of which are one, and one with odd words."""
    archive = open_archive(tmp_path_factory.mktemp("limits"))
    for number in range(36):
        day = f"2018-12-{number % 9 + 1:02d}"
        body = f"envoy {'rome ' * (number % 4)} number {number}"
        archive.add(Article(key=f"k{number}", body=body, published=parse_moment(day)))
    archive.add(Article(key="glued", title="BTS는", body="Song-gil은 BTS는 왔다"))
    archive.add(Article(key="odd", title="Odd", body=ODD))
    for number in range(3):
        made = parse_moment(f"2018-11-0{3 - number}")
        archive.add(Article(key=f"copy{number}", body=COPIED, source=f"s{number}", published=made))
    for key, day, times in (("old", "1900-01-01", 3), ("new", "2018-12-09", 1)):
        body = " ".join(["harvest"] * times)
        archive.add(Article(key=key, body=body, published=parse_moment(day)))
    return archive


@pytest.fixture(scope="module")
def engine(client: Client, archive: Archive) -> Iterator[OpenSearchEngine]:
    with filled(client, "limits", archive) as made:
        yield made


def keys(results: Results) -> list[str]:
    return [hit.key for hit in results.hits]


def test_the_cluster_parts_words_as_they_are_sent(client: Client, engine: OpenSearchEngine) -> None:
    words = words_of(ODD)
    made = client.analyze("limits", {"analyzer": "terms", "text": " ".join(words)})
    assert [(each["token"], each["position"]) for each in made["tokens"]] == [
        (word, place) for place, word in enumerate(words)
    ]


@pytest.mark.parametrize(
    "tree",
    [
        Phrase(LONG_WORD),
        Prefix("x" * 300),
        Word("oil"),
        Word("bts"),
        Word("BTS's"),
        Word("Song-gil"),
        In("title", Word("bts")),
        In("body", Or((Word("bts"), Word("gil")))),
        Phrase("strasse"),
        Near("cafe strasse", 9),
        Or(tuple(Word(str(number)) for number in range(499))),
        And(tuple(Word("envoy") for _ in range(500))),
        Or((*(Phrase(f"number {number}") for number in range(80)), Word("oil"))),
        Near("envoy rome number", 2),
        Near("envoy rome number", 0),
    ],
    ids=lambda tree: str(tree)[:30],
)
def test_much_is_found_as_well(archive: Archive, engine: OpenSearchEngine, tree: Node) -> None:
    search = Search(tree=tree, any_tree=tree, limit=100)
    assert sorted(keys(engine.search(search))) == sorted(keys(archive.engine.search(search)))


def test_a_deep_tree(archive: Archive, engine: OpenSearchEngine) -> None:
    tree: Node = Word("rome")
    for number in range(32):
        tree = Without(Or((Word("envoy"), Word(str(number)))), tree)
    search = Search(tree=tree, limit=100)
    assert sorted(keys(engine.search(search))) == sorted(keys(archive.engine.search(search)))


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_a_group_of_near_copies_is_one_hit(
    archive: Archive, engine: OpenSearchEngine, sort: str
) -> None:
    search = Search(tree=Or((Word("word1"), Word("cafe"))), sort=sort, collapse=True)  # type: ignore[arg-type]  # one of them
    there, here = engine.search(search), archive.engine.search(search)
    assert (there.total, there.groups, len(there.hits)) == (4, 2, 2)
    assert sorted(keys(there)) == sorted(keys(here)) == ["copy2", "odd"]
    told = {hit.key: (hit.copies, hit.copied_in) for hit in there.hits}
    assert told == {hit.key: (hit.copies, hit.copied_in) for hit in here.hits}
    apart = replace(search, collapse=False)
    there, here = engine.search(apart), archive.engine.search(apart)
    told = {hit.key: (hit.copies, hit.copied_in) for hit in there.hits}
    assert told == {hit.key: (hit.copies, hit.copied_in) for hit in here.hits}


# In slots five half-lives of 40 years are more than the cluster's smaller integers hold.
@pytest.mark.parametrize(
    ("half_life", "first"), [(0.0, "old"), (30.0, "new"), (14_610.0, "new"), (100_000.0, "new")]
)
def test_a_half_life_of_any_length_ranks_alike(
    archive: Archive, engine: OpenSearchEngine, half_life: float, first: str
) -> None:
    search = Search(tree=Word("harvest"), half_life=half_life)
    there, here = keys(engine.search(search)), keys(archive.engine.search(search))
    assert there == here
    assert there[0] == first


def test_an_article_may_be_newer_than_the_newest_when_it_was_asked(
    client: Client, engine: OpenSearchEngine
) -> None:
    search = Search(tree=Word("rome"), half_life=2.0)
    known = survey(client, "limits", [query_of(search.tree)], [], counted_for(search)).known
    then = replace(known, newest=known.newest - 3 * SLOTS_A_DAY)
    body = {"size": 100, "query": score_of(search, search.tree, then)}
    scores = {each["_id"]: each["_score"] for each in client.search("limits", body)["hits"]["hits"]}
    # Both have the word three times, and none is older than that moment.
    assert scores["k35"] > 0
    assert scores["k35"] == scores["k7"]
