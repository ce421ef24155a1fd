"""A repository for snapshots, and an archive in the cluster of which some are taken."""

from collections.abc import Iterator

import pytest
from opensearchpy import OpenSearch

from cluster.processes import Cluster
from cluster.snapshotted import PEOPLE, add, made, repository_in, settings_in, story
from service.engines.opensearch.home import ClusterHome
from service.settings import Settings


@pytest.fixture(scope="module")
def repository(cluster: Cluster, opensearch: OpenSearch) -> Iterator[str]:
    with repository_in(cluster, opensearch) as name:
        yield name


@pytest.fixture
def settings(cluster: Cluster, opensearch: OpenSearch, repository: str) -> Iterator[Settings]:
    with settings_in(cluster, opensearch, repository) as given:
        yield given


@pytest.fixture
def home(settings: Settings) -> ClusterHome:
    """An archive of three articles."""
    home = made(settings)
    for number in range(3):
        add(home, story(number, PEOPLE), PEOPLE)
    return home
