"""An archive in a cluster, of which any number of processes on any machines have nothing else."""

from collections.abc import Collection, Mapping
from functools import cached_property, partial
from pathlib import Path

from service.cluster import NO_NODES
from service.engines.lists import Lists
from service.engines.opensearch.client import Address, Client
from service.engines.opensearch.lists.asking import WholeArchive
from service.engines.opensearch.lists.known import KnownEntities
from service.engines.opensearch.lists.made import lists_in
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.engines.opensearch.upkeep import ClusterEngine, Parts
from service.errors import Misconfigured
from service.settings import Settings
from service.working.schemas import ARCHIVE, PRIVATE
from service.working.shared import SharedArchive

# Names of indices begin so; what is private has its own, which the cluster can keep from others.
_PRIVATE = "private"
_STATES: Mapping[str, str] = {
    "green": "",
    "yellow": "copies of some parts are missing: is a node away?",
    "red": "some parts cannot be asked: too many nodes are away",
}


class ClusterHome:
    """The indices of the cluster that begin with the archive's name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._name = settings.cluster.name

    @cached_property
    def archive(self) -> SharedArchive:
        return SharedArchive(self.shelf, self._settings.query_seconds)

    @cached_property
    def private(self) -> SharedArchive:
        """Made when it is missing."""
        if self.pending_private():
            self.private_shelf.create(1, self._settings.cluster.copies)
        return SharedArchive(self.private_shelf, self._settings.query_seconds, PRIVATE)

    @cached_property
    def engine(self) -> ClusterEngine:
        cluster = self._settings.cluster
        parts = Parts(cluster.shards, cluster.copies)
        return ClusterEngine(self._client, self.shelf, self.archive, self._names, parts)

    @cached_property
    def lists(self) -> Lists:
        held = partial(self.private_shelf.count, "held")
        return lists_in(self.archive, self.private, self._whole, self.shelf, held)

    @cached_property
    def shelf(self) -> OpenSearchShelf:
        return OpenSearchShelf(self._client, self._name, ARCHIVE)

    @cached_property
    def private_shelf(self) -> OpenSearchShelf:
        return OpenSearchShelf(self._client, f"{self._name}-{_PRIVATE}", PRIVATE)

    def is_there(self) -> bool:
        return not self.pending()

    def migrate(self) -> list[str]:
        cluster = self._settings.cluster
        made = [*self.pending(), *self.pending_private()]
        if made:
            self.private_shelf.create(1, cluster.copies)
            self.shelf.create(cluster.shards, cluster.copies)
        return made

    def pending(self) -> list[str]:
        return self._missing(self.shelf.indices)

    def pending_private(self) -> list[str]:
        return self._missing(self.private_shelf.indices)

    def weakness(self) -> str:
        return _STATES[
            self._client.health((*self.shelf.indices.every, *self.private_shelf.indices.every))
        ]

    def tidy(self) -> None:
        for shelf in (self.shelf, self.private_shelf):
            shelf.tidy()

    def own_files(self) -> frozenset[Path]:
        return frozenset()

    def _missing(self, indices: Indices) -> list[str]:
        return [index for index in indices.every if not self._client.exists(index)]

    def _names(self, keys: Collection[str]) -> Mapping[str, str]:
        found = KnownEntities(self._whole).of_keys(keys)
        return {key: known.entity.name for key, known in found.items()}

    @cached_property
    def _whole(self) -> WholeArchive:
        indices = self.shelf.indices
        return WholeArchive(self._client, indices.articles, indices.entities, indices.others)

    @cached_property
    def _client(self) -> Client:
        cluster = self._settings.cluster
        if not cluster.urls:
            raise Misconfigured(NO_NODES)
        certificates = cluster.certificates
        return Client(
            Address(
                cluster.urls,
                cluster.user,
                cluster.password,
                cluster.api_key,
                str(certificates) if certificates is not None else None,
            )
        )
