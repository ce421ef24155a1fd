"""The cluster that tests start: what it can, and what is left of it after a kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cluster.jars import NotHereError, class_path, differing
from cluster.processes import Cluster
from opensearchpy import OpenSearch
from opensearchpy.helpers import bulk

pytest_plugins = ["cluster.fixtures"]

ARTICLES = 60
MAPPING = {
    "settings": {
        "number_of_shards": 3,
        "number_of_replicas": 1,
        # Else a killed node's shards stay away for a minute.
        "index.unassigned.node_left.delayed_timeout": "0",
    },
    "mappings": {
        "properties": {
            "number": {"type": "integer"},
            "source": {"type": "keyword"},
            "body": {"type": "text", "analyzer": "whitespace"},
        }
    },
}
# Starts one node and waits to be killed.
STARTER = """
import signal, sys
from pathlib import Path
from cluster.ports import free_ports
from cluster.processes import Cluster
with Cluster(Path(sys.argv[1]), free_ports(1)) as cluster:
    print(cluster.nodes[0].pid, flush=True)
    signal.pause()
"""


@pytest.fixture
def articles(opensearch: OpenSearch) -> Iterator[str]:
    """An index with articles 0 to 59, every third from the Post."""
    # Else a write is acknowledged before its second copy exists, and lost with its first.
    opensearch.indices.create(index="articles", body=MAPPING, wait_for_active_shards="all")
    bulk(opensearch, [_article(number) for number in range(ARTICLES)], refresh=True)
    yield "articles"
    opensearch.indices.delete(index="articles")


def _article(number: int) -> dict[str, Any]:
    source = "Herald" if number % 3 else "Post"
    body = f"harbour strike number {number}"
    return {
        "_index": "articles",
        "_id": str(number),
        "number": number,
        "source": source,
        "body": body,
    }


def numbers(found: dict[str, Any]) -> list[int]:
    return [hit["_source"]["number"] for hit in found["hits"]["hits"]]


def test_three_processes_are_one_green_cluster(cluster: Cluster, opensearch: OpenSearch) -> None:
    health = opensearch.cluster.health()
    assert (health["status"], health["number_of_nodes"]) == ("green", 3)
    assert len({node.pid for node in cluster.nodes}) == 3
    assert {node["name"] for node in opensearch.cat.nodes(format="json")} == {
        "node-1",
        "node-2",
        "node-3",
    }


def test_a_killed_node_takes_nothing_with_it(
    cluster: Cluster, opensearch: OpenSearch, articles: str
) -> None:
    for number in range(3):
        cluster.kill(number)
        opensearch.index(index=articles, id="60", body={"number": 60}, refresh=True)
        found = opensearch.count(index=articles)
        assert (found["count"], found["_shards"]["failed"]) == (ARTICLES + 1, 0)
        cluster.restart(number)
        assert opensearch.cluster.health()["active_shards"] >= 6
    assert opensearch.count(index=articles)["count"] == ARTICLES + 1


def test_paging_by_a_point_in_time(opensearch: OpenSearch, articles: str) -> None:
    point = opensearch.create_pit(index=articles, params={"keep_alive": "1m"})["pit_id"]
    opensearch.delete(index=articles, id="59", refresh=True)
    asked = {"size": 25, "sort": [{"number": "asc"}], "pit": {"id": point, "keep_alive": "1m"}}
    walked: list[int] = []
    while page := numbers(opensearch.search(body=asked)):
        walked += page
        asked["search_after"] = [page[-1]]
    assert walked == list(range(ARTICLES))
    opensearch.delete_pit(body={"pit_id": [point]})


def test_aggregations_collapse_and_exact_totals(opensearch: OpenSearch, articles: str) -> None:
    found = opensearch.search(
        index=articles,
        body={
            "query": {"span_near": {"clauses": _spans("harbour", "number"), "slop": 1}},
            "collapse": {"field": "source"},
            "track_total_hits": True,
            "aggs": {"sources": {"terms": {"field": "source"}}},
        },
    )
    assert found["hits"]["total"] == {"value": ARTICLES, "relation": "eq"}
    assert len(found["hits"]["hits"]) == 2
    buckets = found["aggregations"]["sources"]["buckets"]
    assert [(each["key"], each["doc_count"]) for each in buckets] == [("Herald", 40), ("Post", 20)]


def _spans(*words: str) -> list[dict[str, Any]]:
    return [{"span_term": {"body": word}} for word in words]


def test_scripts_and_changes_by_query(opensearch: OpenSearch, articles: str) -> None:
    only_post = {"term": {"source": "Post"}}
    script = {"source": "ctx._source.number += params.more", "params": {"more": 100}}
    opensearch.update(index=articles, id="1", body={"script": script}, refresh=True)
    assert opensearch.get(index=articles, id="1")["_source"]["number"] == 101
    changed = opensearch.update_by_query(
        index=articles, body={"query": only_post, "script": script}, refresh=True
    )
    assert changed["updated"] == 20
    gone = opensearch.delete_by_query(index=articles, body={"query": only_post}, refresh=True)
    assert gone["deleted"] == 20
    assert opensearch.count(index=articles)["count"] == 40


def test_an_index_is_copied_and_its_alias_moved(opensearch: OpenSearch, articles: str) -> None:
    opensearch.indices.create(index="articles-2", body=MAPPING)
    copied = opensearch.reindex(
        body={"source": {"index": articles}, "dest": {"index": "articles-2"}}, refresh=True
    )
    assert copied["created"] == ARTICLES
    opensearch.indices.put_alias(index=articles, name="written", body={"is_write_index": True})
    swap = [
        {"remove": {"index": articles, "alias": "written"}},
        {"add": {"index": "articles-2", "alias": "written", "is_write_index": True}},
    ]
    opensearch.indices.update_aliases(body={"actions": swap})
    assert [*opensearch.indices.get_alias(name="written")] == ["articles-2"]
    rolled = opensearch.indices.rollover(alias="written", body={"conditions": {"max_docs": 1}})
    assert (rolled["rolled_over"], rolled["new_index"]) == (True, "articles-000003")
    opensearch.indices.delete(index="articles-2,articles-000003")


def test_a_snapshot_comes_back(cluster: Cluster, opensearch: OpenSearch, articles: str) -> None:
    place = {"type": "fs", "settings": {"location": str(cluster.snapshots)}}
    opensearch.snapshot.create_repository(repository="kept", body=place)
    opensearch.snapshot.create(
        repository="kept",
        snapshot="first",
        body={"indices": articles, "include_global_state": False},
        wait_for_completion=True,
    )
    renamed = {"rename_pattern": "(.+)", "rename_replacement": "$1-restored"}
    opensearch.snapshot.restore(
        repository="kept", snapshot="first", body=renamed, wait_for_completion=True
    )
    opensearch.indices.refresh(index="articles-restored")
    assert opensearch.count(index="articles-restored")["count"] == ARTICLES
    opensearch.indices.delete(index="articles-restored")
    opensearch.snapshot.delete(repository="kept", snapshot="first")
    opensearch.snapshot.delete_repository(repository="kept")


@pytest.mark.usefixtures("cluster")  # for the jars, and to be left out with the others
def test_no_node_outlives_who_started_it(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path)],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout
    with starter, starter.stdout as output:
        pid = int(output.readline())
        starter.send_signal(signal.SIGKILL)
    end = time.monotonic() + 30
    while _runs(pid):
        assert time.monotonic() < end
        time.sleep(0.1)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# Without a cluster --------------------------------------------------------------------------------


def test_each_jar_is_held_against_its_hash(tmp_path: Path) -> None:
    wrong = differing(tmp_path)
    assert "opensearch-2.19.1.jar" in wrong
    (tmp_path / "other.jar").write_bytes(b"")
    assert sorted([*wrong, "other.jar"]) == differing(tmp_path)


def test_a_machine_without_java_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotHereError, match="needs java and javac and mvn: apt-get install"):
        class_path()
