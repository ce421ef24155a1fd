"""What the archive's words tell, asked of the cluster and of the embedded engine."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from conftest import Archive, archive_of

from cluster.filled import filled
from service.article import Article
from service.dates import parse_moment
from service.engines import Vocabulary
from service.engines.opensearch.clauses import clauses
from service.engines.opensearch.client import Client
from service.engines.opensearch.engine import OpenSearchEngine
from service.search import Ask, Finder
from service.stores.entities import EntityStore

pytest_plugins = ["cluster.fixtures"]

TEXTS = (
    ("Envoy defects", "The envoy defected in Rome. The envoy of Łódź said so.", "2018-11-01"),
    ("Envoys return", "Envoys in the café of Straße 5 met the foreign minister.", "2018-12-01"),
    ("Envoy defects", "Another envoy, the foreign minister said, and 大使来了 as well.", None),
    ("Prices of oil", "Oil prices rose. The price of oil fell; oil-rich envoys.", "2019-01-01"),
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    made = [
        Article(key=f"k{n}", title=title, body=body, published=parse_moment(day) if day else None)
        for n, (title, body, day) in enumerate(TEXTS)
    ]
    return archive_of(tmp_path_factory.mktemp("words"), *made)


@pytest.fixture(scope="module")
def engine(client: Client, archive: Archive) -> Iterator[OpenSearchEngine]:
    with filled(client, "words", archive) as made:
        yield made


ASKED: tuple[Callable[[Vocabulary], Any], ...] = (
    lambda words: words.size(),
    lambda words: words.frequencies(["envoy", "envoys", "lodz", "cafe", "大使", "nobody"]),
    lambda words: words.beginning("envo", 5),
    lambda words: words.beginning("pri", 1),
    lambda words: [words.beginning(start, 5) for start in ("lod", "stra", "zzz", "x" * 999)],
    lambda words: words.following(["the"], "f", 3),
    lambda words: words.following(["foreign"], "", 3),
    lambda words: [words.says(text) for text in ("foreign minister", "minister foreign", "lodz")],
    lambda words: [words.near(*pair) for pair in (("envoy", "rome"), ("oil", "rome"))],
    lambda words: [words.written(word) for word in ("lodz", "cafe", "envoy")],
    lambda words: [words.has_form(word) for word in ("defecting", "pricing", "nobody")],
    lambda words: words.resembling("en", 4, 6),
    lambda words: words.resembling("o", 1, 3),
    lambda words: [words.together(texts) for texts in (["envoy", "rome"], ["foreign minister"])],
    lambda words: words.headlines(["envoy"], "", 5),
    lambda words: words.headlines([], "pri", 5),
)


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_the_vocabulary(archive: Archive, engine: OpenSearchEngine, number: int) -> None:
    ask = ASKED[number]
    assert ask(engine.vocabulary) == ask(archive.engine.vocabulary)


def test_of_hundreds_of_words_only_articles_with_any_are_looked_at(
    archive: Archive, engine: OpenSearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[str, Any]] = []
    search = Client.search

    def noted(client: Client, index: str, body: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(body)
        return search(client, index, body)

    monkeypatch.setattr(Client, "search", noted)
    words = [f"nothing{number}" for number in range(450)]
    words[::50] = ["envoy", "envoys", "lodz", "cafe", "大使", "rome", "oil", "foreign", "met"]
    found = engine.vocabulary.frequencies(words)
    assert found == archive.engine.vocabulary.frequencies(words)
    assert len(found) == 9
    (body,) = asked
    assert clauses(body["query"]) == 10


@pytest.mark.parametrize("q", ["envoi", "lodz", "envoy defetced", "kafe", "foriegn minister"])
def test_what_is_meant(archive: Archive, engine: OpenSearchEngine, q: str) -> None:
    there = Finder(engine, EntityStore(archive.database)).search(Ask(q=q))
    here = archive.finder.search(Ask(q=q))
    assert (there.did_you_mean, there.total) == (here.did_you_mean, here.total)
    assert [hit.snippets for hit in there.hits] == [hit.snippets for hit in here.hits]
