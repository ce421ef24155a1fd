"""Pages far down begin after a hit: also when that is gone, or stands elsewhere since."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from conftest import Archive, open_archive

from cluster.filled import FilledEngine, fill
from service.article import Article
from service.engines.opensearch import paging
from service.engines.opensearch.client import Client
from service.engines.opensearch.engine import OpenSearchEngine
from service.query import Search, Word
from service.result import Results

pytest_plugins = ["cluster.fixtures"]

INDEX = "paging"
ARTICLES = 30
LIMIT, FAR_DOWN = 5, 12
SEARCHES = (
    Search(tree=Word("rome"), limit=LIMIT),
    Search(tree=Word("rome"), limit=LIMIT, collapse=True),
    Search(tree=Word("rome"), limit=LIMIT, facets=("source",), filters={"source": ("Post",)}),
)


@dataclass(frozen=True)
class Desk:
    """One archive in a file and in the cluster, written to while somebody reads."""

    client: Client
    archive: Archive
    engine: OpenSearchEngine

    def put(self, key: str, body: str) -> None:
        self.archive.add(Article(key=key, body=body, source="Post"))
        fill(self.client, INDEX, self.archive)

    def delete(self, key: str) -> None:
        self.archive.tamper(f"DELETE FROM articles WHERE key = '{key}'")
        fill(self.client, INDEX, self.archive)


@pytest.fixture(scope="module", autouse=True)
def _index(client: Client) -> Iterator[None]:
    """Filled anew for each test."""
    yield
    client.delete(INDEX)


@pytest.fixture
def desk(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(paging, "_DEEPEST", FAR_DOWN)
    archive = open_archive(tmp_path)
    for number in range(ARTICLES):
        body = "rome " + "envoy " * number
        archive.add(Article(key=f"k{number:02}", body=body, source="Post"))
        # What a filter leaves out is not counted off.
        archive.add(Article(key=f"other{number:02}", body=body + "port", source="Times"))
    fill(client, INDEX, archive)
    return Desk(client, archive, FilledEngine(client, INDEX, archive))


def keys(results: Results) -> list[str]:
    return [hit.key for hit in results.hits]


def walked(desk: Desk, search: Search, write: Callable[[str], None]) -> list[str]:
    """All pages; something is written to the last hit of the third."""
    page = desk.engine.search(search)
    found = keys(page)
    while page.next is not None:
        if len(found) == 3 * LIMIT:
            write(found[-1])
        page = desk.engine.search(replace(search, cursor=page.next))
        found += keys(page)
    return found


@pytest.mark.parametrize("search", SEARCHES, ids=["all", "collapsed", "filtered"])
def test_a_walk_far_down_meets_each_hit_once(desk: Desk, search: Search) -> None:
    whole = keys(desk.engine.search(replace(search, limit=100)))
    assert len(whole) == (ARTICLES if search.filters else 2 * ARTICLES)
    assert walked(desk, search, lambda _: None) == whole
    assert walked(desk, search, lambda _: desk.put("new", "envoy")) == whole


@pytest.mark.parametrize("search", SEARCHES, ids=["all", "collapsed", "filtered"])
def test_a_walk_goes_on_where_its_last_hit_was_killed(desk: Desk, search: Search) -> None:
    whole = keys(desk.engine.search(replace(search, limit=100)))
    found = walked(desk, search, desk.delete)
    # As in the other engine one is missed, and said to be.
    assert found == whole[: 3 * LIMIT] + whole[3 * LIMIT + 1 :]


@pytest.mark.parametrize("search", SEARCHES, ids=["all", "collapsed", "filtered"])
def test_a_walk_goes_on_where_its_last_hit_has_come_to_be_the_first(
    desk: Desk, search: Search
) -> None:
    whole = keys(desk.engine.search(replace(search, limit=100)))
    assert walked(desk, search, lambda key: desk.put(key, "rome rome rome")) == whole
    assert keys(desk.engine.search(search))[0] == whole[3 * LIMIT - 1]


def test_where_nothing_was_written_it_is_not_asked_where_the_last_hit_stands(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = replace(SEARCHES[0], limit=3 * LIMIT)
    page = desk.engine.search(search)
    monkeypatch.setattr(paging, "_score_now", lambda *_: pytest.fail("nothing was written"))
    following = desk.engine.search(replace(search, cursor=page.next))
    both = desk.engine.search(replace(search, limit=2 * search.limit))
    assert keys(page) + keys(following) == keys(both)
