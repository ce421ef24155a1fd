"""One cluster for all tests of a process that need one; they ask for `cluster`."""

import os
from collections.abc import Iterator

import pytest
from opensearchpy import OpenSearch

from cluster.node import QUICK
from cluster.ports import free_ports
from cluster.processes import Cluster
from cluster.secured import Secured
from cluster.shelves import connected
from service.engines.opensearch.client import Client

ASKED_FOR = "CUTTINGS_TEST_CLUSTER"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skipped from this one place, all of them are one line of pytest's summary."""
    needed = {"cluster", "secured"}.intersection(getattr(item, "fixturenames", ()))
    if needed and ASKED_FOR not in os.environ:
        pytest.skip("these need a cluster of OpenSearch: make test-cluster runs them")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes; who kills one starts it again."""
    with Cluster(tmp_path_factory.mktemp("cluster"), free_ports(3), QUICK) as started:
        yield started


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One node that knows its users."""
    with Secured(tmp_path_factory.mktemp("secured")) as started:
        yield started


@pytest.fixture(scope="session")
def opensearch(cluster: Cluster) -> Iterator[OpenSearch]:
    """A client that knows all nodes and tries the next one when one does not answer."""
    with OpenSearch(cluster.urls, timeout=30, max_retries=3, retry_on_timeout=True) as client:
        yield client


@pytest.fixture(scope="session")
def client(cluster: Cluster) -> Iterator[Client]:
    """The service's own way to the nodes."""
    with connected(cluster, Client) as made:
        yield made
