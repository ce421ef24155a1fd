"""What the cluster would refuse each time is not told to anybody: all go on with what is there."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from click.testing import CliRunner, Result
from opensearchpy import OpenSearch

from cluster.processes import Cluster
from cluster.shelf_writers import counted
from cluster.shelves import compare, empty_shelf, name_of, row
from service.cli import main
from service.cluster import ClusterSettings
from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf import applying
from service.engines.opensearch.shelf.applying import requests
from service.engines.opensearch.shelf.layouts import Parts
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import CuttingsError, DiskFull, InvalidRequest, ReadOnly
from service.settings import Settings, as_environment
from service.working.documents import Document
from service.working.shelf import Changes, MemoryShelf

pytest_plugins = ["cluster.fixtures"]

SMALL = 20_000


@pytest.fixture
def shelf(client: Client) -> Iterator[OpenSearchShelf]:
    with empty_shelf(client, parts=Parts(1, 0)) as made:
        yield made


def article(key: str, body: str = "word") -> Document:
    return Document("article", key, {"articles": (row("articles", body=body),)})


def both(*documents: Document) -> Changes:
    return Changes({each.name: each for each in documents}, frozenset())


@pytest.mark.parametrize(
    ("block", "error"),
    [("read_only_allow_delete", DiskFull), ("write", ReadOnly), ("read_only", ReadOnly)],
)
def test_an_index_that_takes_nothing_stops_no_reader(
    client: Client,
    opensearch: OpenSearch,
    shelf: OpenSearchShelf,
    block: str,
    error: type[CuttingsError],
) -> None:
    memory = MemoryShelf()
    first, second = both(article("a1")), both(article("a2"), counted("source", 1))
    assert shelf.commit(0, first)
    assert memory.commit(0, first)
    blocked, others = ({f"index.blocks.{block}": is_on} for is_on in (True, None))
    opensearch.indices.put_settings(index=shelf.indices.articles, body=blocked)
    try:
        with pytest.raises(error, match="articles-v1"):
            shelf.commit(1, second)
        assert shelf.commit(1, both(counted("elsewhere", 1)))
        assert memory.commit(1, both(counted("elsewhere", 1)))
        compare(OpenSearchShelf(client, name_of(shelf)), memory)
    finally:
        opensearch.indices.put_settings(index=shelf.indices.articles, body=others)
    assert shelf.commit(2, second)
    assert memory.commit(2, second)
    compare(shelf, memory)


@pytest.mark.parametrize("number", [1, 400])
def test_a_document_that_is_too_large_is_named(
    client: Client, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Also among more than are made before it is told."""
    monkeypatch.setattr(applying, "LARGEST_DOCUMENT", SMALL)
    monkeypatch.setattr(applying, "_MOST_BYTES", SMALL // 2)
    monkeypatch.setattr(applying, "_MADE_BEFORE", SMALL)
    small = [counted(f"s{each}", 1) for each in range(number)]
    with pytest.raises(InvalidRequest, match=r"large.* is too large .* may have 20,000"):
        shelf.commit(0, both(*small, article("large", "ü" * (SMALL // 2))))
    assert OpenSearchShelf(client, name_of(shelf)).number() == 0
    assert shelf.commit(0, both(*small))
    assert len(shelf.every("source")) == number


def test_requests_are_counted_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "_MOST_BYTES", 10)
    assert [*requests(["ü" * 3, "ab", "ü" * 2, "abcdef", "ü" * 20, "a"])] == [
        *("üüüab", "üüabcdef", "ü" * 20, "a")
    ]


@pytest.fixture
def settings(cluster: Cluster, opensearch: OpenSearch, tmp_path: Path) -> Iterator[Settings]:
    """Of an archive that is gone afterwards."""
    name = f"refused-{token_hex(4)}"
    nodes = ClusterSettings(tuple(cluster.urls), name=name, shards=1, copies=0)
    yield Settings(db=tmp_path / "none.db", engine="opensearch", cluster=nodes, tagger="off")
    opensearch.indices.delete(index=f"{name}-*")


def test_an_ingest_goes_on_without_what_is_too_large(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "LARGEST_DOCUMENT", SMALL)
    monkeypatch.setattr(applying, "_MOST_BYTES", SMALL)
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    texts = {"a": "harbour one", "b": "harbour " * SMALL, "c": "harbour three"}
    for name, text in texts.items():
        (inputs / f"{name}.txt").write_text(f"Title {name}\n\n{text}")
    done = run(settings, "ingest", str(inputs))
    assert "2 added" in done.output
    assert f"{inputs / 'b.txt'}: cannot be stored: " in done.output
    assert run(settings, "search", "harbour").output.startswith("2 articles")
    kept = run(settings, "quarantine", "list").output
    assert f"{inputs / 'b.txt'}: cannot be stored: " in kept
    monkeypatch.undo()
    assert "1 added" in run(settings, "ingest", str(inputs)).output
    assert run(settings, "search", "harbour").output.startswith("3 articles")
    assert "nothing in quarantine" in run(settings, "quarantine", "list").output


def run(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, words, env=as_environment(settings))
