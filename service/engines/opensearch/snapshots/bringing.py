"""Indices of a snapshot brought back into the cluster under other names, and waited for."""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.deadline import until_answered
from service.engines.opensearch.client import Client
from service.engines.opensearch.client_errors import our_errors
from service.engines.opensearch.nodes import in_addresses
from service.engines.opensearch.snapshots.repository import Kept, Repository
from service.engines.snapshots import Tell
from service.errors import Busy

# Without a byte for so long nothing comes any more, in seconds.
_LONGEST = 600.0
# A node that leads the others may have to be found first.
_PATIENCE = 60.0
_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_FAILED = "ALLOCATION_FAILED"
_ACTIVE = frozenset({"STARTED", "RELOCATING"})


class _Progress(NamedTuple):
    done: int
    every: int
    has_failed: bool


class Bringing:
    """Asks the repository for indices, and the nodes how far they are."""

    def __init__(self, client: Client, repository: Repository) -> None:
        self._client = client
        self._repository = repository

    def indices(self, kept: Kept, source: str, target: str) -> list[str]:
        """All of a snapshot, on their way; what they are called then."""
        self._repository.restore(kept.name, kept.indices, source, target)
        return [target + name.removeprefix(source) for name in kept.indices]

    def wait(self, names: Sequence[str], tell: Tell) -> None:
        """Until each part can be asked; copies of it may come later."""
        latest, told = time.monotonic() + _LONGEST, _Progress(-1, -1, has_failed=False)
        pause = _PAUSE
        while (now := self._far(names)) is not None:
            if now != told:
                latest, told = time.monotonic() + _LONGEST, now
                tell(now.done, now.every)
            if time.monotonic() > latest or now.has_failed:
                raise Busy("The cluster does not bring all of it back: look at its nodes")
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _far(self, names: Sequence[str]) -> _Progress | None:
        """None when nothing is on its way any more; asked for again for a while."""

        def asked() -> _Progress | None:
            # The cluster calls an index yellow as long as it hopes for its parts.
            firsts = self._firsts(names)
            if firsts and all(each["state"] in _ACTIVE for each in firsts):
                return None
            return self._progress(names, firsts)

        return until_answered(asked, _PATIENCE)

    def _progress(self, names: Sequence[str], firsts: Sequence[Mapping[str, str]]) -> _Progress:
        nodes = self._client.nodes(once=False)
        with our_errors():
            found = [nodes.indices.recovery(index=some) for some in in_addresses(names)]
        sizes = [
            shard["index"]["size"]
            for some in found
            for index in some.values()
            for shard in index["shards"]
            if shard["type"] == "SNAPSHOT"
        ]
        return _Progress(
            sum(each["recovered_in_bytes"] + each["reused_in_bytes"] for each in sizes),
            sum(each["total_in_bytes"] for each in sizes),
            any(each["unassigned.reason"] == _FAILED for each in firsts),
        )

    def _firsts(self, names: Sequence[str]) -> list[Mapping[str, str]]:
        """Of all copies of each part the one that comes out of the repository."""
        shown = {"format": "json", "h": "prirep,state,unassigned.reason"}
        nodes = self._client.nodes(once=False)
        with our_errors():
            shards = [nodes.cat.shards(index=some, params=shown) for some in in_addresses(names)]
        return [each for some in shards for each in some if each["prirep"] == "p"]
