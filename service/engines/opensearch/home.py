"""An archive in a cluster, of which any number of processes on any machines have nothing else."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

from service import __version__
from service.cluster import NO_NODES
from service.dates import utc_now
from service.engines.lists import Lists
from service.engines.opensearch.client import Client
from service.engines.opensearch.lists.asking import WholeArchive
from service.engines.opensearch.lists.known import KnownEntities
from service.engines.opensearch.lists.made import lists_in
from service.engines.opensearch.making import Making
from service.engines.opensearch.nodes import Address
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Parts
from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.engines.opensearch.snapshots.kept import ArchiveSnapshots
from service.engines.opensearch.snapshots.repository import Repository
from service.engines.opensearch.snapshots.sealed import Facts
from service.engines.opensearch.upkeep import ClusterEngine
from service.engines.snapshots import Snapshot, Tell
from service.errors import Misconfigured
from service.schema_versions import of_documents
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
    """The indices of the cluster that begin with the archive's name; of one that is being restored
    only for whoever is its `owner`.
    """

    def __init__(self, settings: Settings, owner: str = "") -> None:
        self._settings = settings
        self._owner = owner
        self._name = settings.cluster.name

    @cached_property
    def archive(self) -> SharedArchive:
        return SharedArchive(self.shelf, self._settings.query_seconds)

    @cached_property
    def private(self) -> SharedArchive:
        """Made when it is missing, unless somebody else is making the archive."""
        if self.pending_private():
            self._absent()  # not ready for all but him
            self.private_shelf.create(Parts(1, self._settings.cluster.copies))
        return SharedArchive(self.private_shelf, self._settings.query_seconds, PRIVATE)

    @cached_property
    def engine(self) -> ClusterEngine:
        shelves = self.shelf, self.private_shelf
        return ClusterEngine(self._client, *shelves, self.archive, self._names, self._parts)

    @cached_property
    def lists(self) -> Lists:
        held = partial(self.private_shelf.count, "held")
        return lists_in(self.archive, self.private, self._whole, self.shelf, held)

    @cached_property
    def shelf(self) -> OpenSearchShelf:
        return OpenSearchShelf(self._client, self._name, ARCHIVE, self._owner)

    @cached_property
    def private_shelf(self) -> OpenSearchShelf:
        name = f"{self._name}-{_PRIVATE}"
        return OpenSearchShelf(self._client, name, PRIVATE, self._owner)

    def is_there(self) -> bool:
        return not self._absent()

    def migrate(self) -> list[str]:
        made = [*self.pending(), *self.pending_private()]
        if made:
            self.make()
        return made

    def make(self) -> None:
        """What there is not yet, or not with all fields."""
        self.private_shelf.create(Parts(1, self._parts.copies))
        self.shelf.create(self._parts)

    def pending(self) -> list[str]:
        return self._absent() or self.shelf.indices.lacking(self._client)

    def pending_private(self) -> list[str]:
        indices = self.private_shelf.indices
        return self._missing(indices) or indices.lacking(self._client)

    def weakness(self) -> str:
        return _STATES[
            self._client.health((*self.shelf.indices.every, *self.private_shelf.indices.every))
        ]

    def tidy(self) -> None:
        for shelf in (self.shelf, self.private_shelf):
            shelf.tidy()

    @contextmanager
    def begun(self) -> Iterator["ClusterHome"]:
        """An empty archive where nothing stands: for everybody when the block ends, until then only
        for the home that is given. Where it fails nothing is left.
        """
        with self._making.made() as token:
            home = ClusterHome(self._settings, token)
            home.make()
            yield home

    # Snapshots ----------------------------------------------------------------------------------

    def take_snapshot(self, name: str, tell: Tell) -> Snapshot:
        """As of one moment, while others write."""
        return self._snapshots.take(name, self._described, tell)

    def snapshots(self, *, of_every_archive: bool = False) -> list[Snapshot]:
        """The newest first."""
        return self._snapshots.all(of_every_archive=of_every_archive)

    def delete_snapshot(self, name: str) -> None:
        self._snapshots.delete(name)

    @contextmanager
    def restored(self, name: str, tell: Tell) -> Iterator[tuple[Snapshot, "ClusterHome"]]:
        """A snapshot under this archive's name: for everybody when the block ends, until then only
        for the home that is given. Where it fails nothing is left.
        """
        with self._snapshots.restored(name, tell) as (snapshot, token):
            home = ClusterHome(self._settings, token)
            home.make()  # with the fields that are new since
            yield snapshot, home

    @cached_property
    def _snapshots(self) -> ArchiveSnapshots:
        repository = Repository(self._client, self._settings.cluster.repository)
        parts = (self.shelf, self.private_shelf)
        return ArchiveSnapshots(self._client, repository, self._name, parts, self._making)

    @property
    def _making(self) -> Making:
        both = (self.shelf.indices, self.private_shelf.indices)
        return Making(self._client, both, self._parts)

    def _described(self, heads: Sequence[Head], documents: Sequence[int]) -> Facts:
        archive, generation = self.engine.generation()
        return Facts(
            archive=self._name,
            id=archive,
            generation=generation,
            taken_at=utc_now(),
            cuttings=__version__,
            schema=of_documents(),
            numbers=tuple(head.number for head in heads),
            layouts=tuple((head.layout.version, *head.layout.parts) for head in heads),
            documents=tuple(documents),
        )

    def own_files(self) -> frozenset[Path]:
        return frozenset()

    @property
    def _parts(self) -> Parts:
        cluster = self._settings.cluster
        return Parts(cluster.shards, cluster.copies, cluster.years)

    def _absent(self) -> list[str]:
        """Indices of the archive that are not there; whoever may not look yet is told so."""
        indices = self.shelf.indices
        missing = self._missing(indices)
        if indices.head not in missing:
            self._register(indices).raise_if_not_ours()
        return missing

    def _missing(self, indices: Indices) -> list[str]:
        """Indices that are not there; that of the register also where nothing is in it yet."""
        missing = [index for index in indices.every if not self._client.exists(index)]
        if indices.head not in missing and self._register(indices).found() is None:
            missing.append(indices.head)
        return missing

    def _register(self, indices: Indices) -> Register:
        return Register(self._client, indices.head, self._owner)

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
