"""The snapshots of one archive, and what is done with them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from service.cluster import archive_name
from service.engines.opensearch.client import Client
from service.engines.opensearch.making import Making
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.engines.opensearch.snapshots.repository import Kept, Repository
from service.engines.opensearch.snapshots.restoring import Restoring
from service.engines.opensearch.snapshots.sealed import (
    Facts,
    checked_name,
    facts_of,
    full_name,
    parted,
    seal_of,
    snapshots_in,
)
from service.engines.opensearch.snapshots.taking import Describe, Taking
from service.engines.snapshots import Snapshot, Tell
from service.errors import Busy, Conflict, Misconfigured, NotFound
from service.schema_versions import of_documents


@dataclass(frozen=True, slots=True)
class ArchiveSnapshots:
    """Those of `archive`, which are called by it and a name of their own; others as
    archive.name.
    """

    client: Client
    repository: Repository
    archive: str
    parts: Sequence[OpenSearchShelf]
    making: Making

    def take(self, name: str, describe: Describe, tell: Tell) -> Snapshot:
        """The archive and its private part as of one moment, while others write."""
        checked_name(name)
        taking = Taking(self.client, self.repository, self.archive, self.parts, describe)
        taking.take(name, tell)
        _, taken = self._found(full_name(self.archive, name))
        if taken.state != "whole":
            raise Busy(f"The snapshot {name} is {taken.state}: take another one")
        return taken

    def all(self, *, of_every_archive: bool = False) -> list[Snapshot]:
        """The newest first."""
        kept = self.repository.kept("*" if of_every_archive else f"{self.archive}.*")
        whole = [each.name for each, snapshot in snapshots_in(kept) if snapshot.state == "whole"]
        return [snapshot for _, snapshot in snapshots_in(kept, self.repository.sizes(whole))]

    def delete(self, name: str) -> None:
        """Also one that is being taken, or was cut off; NotFound if there is none."""
        full = self._full(name)
        is_there = bool(self.repository.kept(full))
        # The seal last, whose deletion would wait until the other has been taken.
        gone = self.repository.delete(full)
        self.repository.delete(seal_of(full))
        if not gone and not is_there:
            raise NotFound(f"There is no snapshot “{name}”: see `cuttings snapshot list`")

    @contextmanager
    def restored(self, name: str, tell: Tell) -> Iterator[tuple[Snapshot, str]]:
        """One brought back as this archive, for whoever has the token that is given; for all when
        the block ends.
        """
        kept, snapshot = self._found(self._full(name))
        if snapshot.state != "whole":
            raise Conflict(f"The snapshot {snapshot.name} is {snapshot.state}: take another one")
        facts = _readable(kept)
        restoring = Restoring(self.client, self.repository, self.making)
        with restoring.restored(kept, facts, self.archive, tell) as token:
            yield snapshot, token

    def _found(self, full: str) -> tuple[Kept, Snapshot]:
        kept = self.repository.kept(f"{full},{seal_of(full)}")
        sizes = self.repository.sizes([each.name for each in kept if each.name == full])
        found = snapshots_in(kept, sizes)
        if not found:
            raise NotFound(f"There is no snapshot “{full}”: see `cuttings snapshot list`")
        return found[0]

    def _full(self, name: str) -> str:
        archive, own = parted(name) if "." in name else (self.archive, name)
        return full_name(archive_name(archive, name), checked_name(own))


def _readable(kept: Kept) -> Facts:
    """Misconfigured for one of a version whose documents are made of other rows."""
    facts = facts_of(kept.metadata)
    if facts is None:
        raise Misconfigured("The snapshot was taken by a newer Cuttings: use that one, or a newer")
    if facts.schema != of_documents():
        raise Misconfigured(
            f"The snapshot was taken by another version of Cuttings ({facts.cuttings}): restore it "
            "with that one, `cuttings move` it to a file, and from there with this one"
        )
    return facts
