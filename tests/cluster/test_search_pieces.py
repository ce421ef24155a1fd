"""Words of scripts without spaces near each other, where very much begins with one character."""

from collections.abc import Iterator

import pytest
from conftest import Archive, archive_of
from opensearchpy import OpenSearch

from cluster.filled import FilledEngine, fill
from service.article import Article
from service.engines.opensearch.client import Client
from service.engines.opensearch.engine import OpenSearchEngine
from service.query import In, Near, Node, Or, Search, Word

pytest_plugins = ["cluster.fixtures"]

# More than the cluster looks for at once within an interval (128).
MANY = 200


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """What follows 中 is another character in each article; 美 stands near it in every other."""
    between = ("来了", "来了 one two three four five six seven")
    made = [
        Article(key=f"k{n}", title="t", body=f"BTS中{chr(0x5000 + n)}{between[n % 2]} 美国")
        for n in range(MANY)
    ]
    return archive_of(tmp_path_factory.mktemp("pieces"), *made)


@pytest.fixture(scope="module")
def engine(client: Client, opensearch: OpenSearch, archive: Archive) -> Iterator[OpenSearchEngine]:
    fill(client, "pieces", archive, shards=1)
    opensearch.indices.forcemerge(index="pieces", max_num_segments=1)
    yield FilledEngine(client, "pieces", archive)
    client.delete("pieces")


NEAR: list[tuple[Node, int]] = [
    (Near("中 美", 5), MANY // 2),
    (Near("中 美", 20), MANY),
    (Near("BTS中 美", 5), MANY // 2),
    (In("body", Near("美 中", 5)), MANY // 2),
    (Or((Near("中 美", 5), Word("nowhere"))), MANY // 2),
    (Word("中"), MANY),
]


@pytest.mark.parametrize(("tree", "number"), NEAR, ids=str)
def test_one_character_is_found_near_others(
    archive: Archive, engine: OpenSearchEngine, tree: Node, number: int
) -> None:
    for versions in ("current", "all"):
        search = Search(tree=tree, limit=2 * MANY, versions=versions)
        there, here = engine.search(search), archive.engine.search(search)
        assert [hit.key for hit in there.hits] == [hit.key for hit in here.hits]
        assert there.total == number
