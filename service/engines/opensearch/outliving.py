"""When the bytes of a kill are gone from a cluster to which others write all the time.

What is deleted stays until every copy of its shard is known to have it deleted, and then until the
segments are written anew. Where nobody writes, no deleted document is left in the end. Where others
delete all the time some always are, and it is told by numbers which: each write to a shard has one,
and a copy tells from which number on it still keeps what was deleted. Where a copy is away, or just
being made, nobody knows, and nothing counts as erased until it is there.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.engines.opensearch.client import Client, Shard
from service.engines.opensearch.shelf.indices import Indices

# The first writes the segments anew, the second lets go of the state that was kept before.
_PASSES = 2


@dataclass(frozen=True, slots=True)
class _State:
    """Of each shard, all copies together: the number of its last write, and that from which on
    deleted documents are kept. Not `is_settled` where segments are being written anyway, or where
    there are indices that others have taken the place of.
    """

    last: Mapping[Shard, int]
    kept_from: Mapping[Shard, int]
    is_settled: bool

    def has_outlived(self, marks: Mapping[Shard, int]) -> bool:
        """Whether nobody keeps what was deleted up to these numbers."""
        return all(self.kept_from[shard] > marks.get(shard, -1) for shard in self.kept_from)


class Outliving:
    """Of the kills that one process is to erase; another one begins anew."""

    def __init__(self, client: Client, indices: Sequence[Indices]) -> None:
        self._client = client
        self._indices = indices
        self._marks: dict[str, Mapping[Shard, int]] = {}
        self._passes: Counter[str] = Counter()

    def erased(self, keys: Sequence[str], expunge: Callable[[], bool]) -> list[str]:
        """Of these kills those that nothing is left of after `expunge`, which tells whether nothing
        is left of anything.
        """
        before = self._state()
        fresh = dict.fromkeys(keys, before.last) if before is not None else {}
        self._marks = {key: each for key, each in (fresh | self._marks).items() if key in keys}
        self._passes = Counter({key: self._passes[key] for key in keys})
        if expunge():
            done = [*keys]
        else:
            if before is not None and before.is_settled:
                self._passes.update(key for key in keys if before.has_outlived(self._marks[key]))
            done = [key for key in keys if self._passes[key] >= _PASSES]
        for key in done:  # it may come again, and be killed again
            self._marks.pop(key, None)
            del self._passes[key]
        return done

    def _state(self) -> _State | None:
        heads = [each.head for each in self._indices]
        patterns = [each.of_any_version for each in self._indices]
        told = self._client.told_by_copies((*heads, *patterns))
        if told is None:
            return None
        named = [each for pattern in patterns for each in self._client.named(pattern).values()]
        merging = sum(copy["merges"]["current"] for copies in told.values() for copy in copies)
        return _State(
            last={
                shard: max(copy["seq_no"]["max_seq_no"] for copy in copies)
                for shard, copies in told.items()
            },
            kept_from={shard: min(map(_kept_from, copies)) for shard, copies in told.items()},
            is_settled=all(named) and not merging,
        )


def _kept_from(copy: Mapping[str, Any]) -> int:
    """As far as a copy knows of the others, and of itself."""
    leases = [each["retaining_seq_no"] for each in copy["retention_leases"]["leases"]]
    known: int = min((*leases, copy["seq_no"]["global_checkpoint"] + 1))
    return known
