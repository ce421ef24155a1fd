"""An archive in a cluster that another version of Cuttings has made."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import pytest
from opensearchpy import OpenSearch

from cluster.processes import Cluster
from service.article import Article
from service.cluster import ClusterSettings
from service.engines.opensearch.client import Client
from service.engines.opensearch.home import ClusterHome
from service.engines.opensearch.shelf import indices as indices_module
from service.engines.opensearch.shelf import register as register_module
from service.engines.opensearch.shelf.fields import LOOKED_UP, LOOKED_UP_OF_OTHERS
from service.errors import Misconfigured
from service.findings import Findings
from service.settings import Settings
from service.stores.articles import put
from service.stores.recognition import of_input

pytest_plugins = ["cluster.fixtures"]

LATER = {"later": {"type": "keyword"}}


@pytest.fixture
def settings(cluster: Cluster, opensearch: OpenSearch) -> Iterator[Settings]:
    name = f"version-{token_hex(4)}"
    nodes = ClusterSettings(tuple(cluster.urls), name=name)
    yield Settings(db=Path("unused.db"), engine="opensearch", cluster=nodes)
    opensearch.indices.delete(index=f"{name}-*")


def store(settings: Settings, key: str) -> None:
    article = Article(key=key, body="An envoy was there.")
    needs = of_input(article, article.content_hash())
    ClusterHome(settings).archive.change(needs, lambda conn: put(conn, article, Findings(), "test"))


def test_fields_that_are_new_come_with_migrate(
    settings: Settings, opensearch: OpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into indices that are being made anew as well."""
    ClusterHome(settings).migrate()
    store(settings, "before")
    with monkeypatch.context() as cut_off:
        cut_off.delattr(Client, "point")
        with pytest.raises(AttributeError):
            ClusterHome(settings).engine.rebuild()
    monkeypatch.setattr(indices_module, "LOOKED_UP", {**LOOKED_UP, **LATER})
    monkeypatch.setattr(indices_module, "LOOKED_UP_OF_OTHERS", {**LOOKED_UP_OF_OTHERS, **LATER})
    home = ClusterHome(settings)
    name = settings.cluster.name
    assert home.is_there()
    assert home.pending() == [*sorted(f"{name}-{each}-v{n}" for each in KINDS for n in (1, 2))]
    assert home.pending_private() == [f"{name}-private-others-v1"]
    assert len(home.migrate()) == 7
    assert not home.pending()
    assert not home.pending_private()
    found = opensearch.indices.get_mapping(index=f"{name}-*-v*").values()
    assert all("later" in each["mappings"]["properties"] for each in found)
    store(settings, "after")
    assert home.engine.faults() == []


def test_what_began_on_one_node_has_copies_after_a_reindex(
    settings: Settings, opensearch: OpenSearch
) -> None:
    """Also the register, and keys and embargoes, which are not made anew."""
    alone = replace(settings, cluster=replace(settings.cluster, copies=0))
    ClusterHome(alone).migrate()
    store(alone, "before")
    ClusterHome(settings).engine.rebuild()
    name = settings.cluster.name
    told = opensearch.indices.get_settings(index=f"{name}-*head,{name}-private-*,{name}-*-v2")
    copies = {
        index: said["settings"]["index"]["number_of_replicas"] for index, said in told.items()
    }
    assert len(copies) == 6
    assert {*copies.values()} == {"1"}


KINDS = ("articles", "entities", "others")


def test_documents_of_other_rows_are_left_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ClusterHome(settings).migrate()
    store(settings, "before")
    monkeypatch.setattr(register_module, "of_documents", lambda: "9999_later")
    home = ClusterHome(settings)
    for ask in (home.is_there, home.migrate, home.shelf.number):
        with pytest.raises(Misconfigured, match="another version of Cuttings"):
            ask()
