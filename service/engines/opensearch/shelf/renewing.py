"""All indices made anew beside the old ones, which are asked and changed meanwhile.

The register names the coming version first: whatever is changed from then on is written into
both. Then every document is copied, with the number of its change, so that the cluster keeps the
newer one where both were written. When all are there, the aliases go over in one moment. Whoever is
killed on the way leaves a register that tells how far it came, and the next one goes on from there.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.shelf import finding
from service.engines.opensearch.shelf.applying import line, requests, sent
from service.engines.opensearch.shelf.bodies import body_of, from_record
from service.engines.opensearch.shelf.fields import RECORD
from service.engines.opensearch.shelf.indices import Indices, named
from service.engines.opensearch.shelf.register import Head, Register
from service.errors import Busy, Conflict

# So long after its version was left nobody writes into an index any more, however slow; clocks of
# machines may differ by a third of it.
_SECONDS_KEPT = 900
_AT_ONCE = 200
_TRIES = 100
_PAUSE = 0.1
_LONGEST = 600.0
_ALL = finding.asked(EVERYTHING, finding.BY_NAME, _AT_ONCE) | {"version": True}

Tell = Callable[[int, int], None]


class Renewal:
    """Of one archive; `settle` waits until no change is half written."""

    def __init__(
        self, client: Client, indices: Indices, register: Register, settle: Callable[[], int]
    ) -> None:
        self._client = client
        self._indices = indices
        self._register = register
        self._settle = settle

    def run(self, shards: int, copies: int, tell: Tell) -> None:
        """Conflict if another one ends it first; what was begun and cut off is gone on with."""
        head = self._begun(shards, copies)
        if not self._is_asked(head):
            self._copy(head, tell)
            self._compare(head)
            self._go_over(head)
        self._leave(head)

    def forget_old(self) -> bool:
        """Delete indices of versions that were left long enough ago; whether none is left.

        Those of a later version may be somebody's who is about to name it in the register.
        """
        head = self._register.read()
        old = [name for name, version in self._there().items() if version < head.version]
        if old and time.time() - head.retired_at < _SECONDS_KEPT:
            return False
        for name in old:
            self._client.delete(name)
        return True

    def _begun(self, shards: int, copies: int) -> Head:
        """The register, which names a coming version."""
        for _ in range(_TRIES):
            self._settle()
            head = self._register.read(whole=True)
            if not head.is_applied:
                continue
            if head.coming is not None:
                return head
            coming = 1 + max(head.version, *self._there().values())
            self._indices.create_beside(self._client, coming, shards, copies)
            if made := self._register.replace(head, replace(head, coming=coming)):
                return made
        raise Busy("Others have changed the archive all the time: try again")

    def _there(self) -> dict[str, int]:
        """Names of indices of any version, with that."""
        found = self._client.named(self._indices.of_any_version)
        versions = {name: self._indices.version_of(name) for name in found}
        return {name: version for name, version in versions.items() if version}

    def _is_asked(self, head: Head) -> bool:
        """Whether the aliases went over before who made them was killed."""
        found = self._client.named(self._indices.of_any_version)
        coming = self._coming(head)
        return all(alias in found.get(index, ()) for alias, index in coming.items())

    def _coming(self, head: Head) -> dict[str, str]:
        """By alias."""
        if head.coming is None:
            raise Conflict("Another reindex has ended it: nothing is left to be done")
        return {index: named(index, head.coming) for index in self._indices.of_documents}

    # Steps --------------------------------------------------------------------------------------

    def _copy(self, head: Head, tell: Tell) -> None:
        coming, done = self._coming(head), 0
        every = sum(self._client.count(index, EVERYTHING) for index in coming)
        for alias, index in coming.items():
            for hits in self._client.pages(alias, _ALL):
                for request in requests(_written_anew(index, hits)):
                    sent(self._client, request, time.monotonic() + _LONGEST, visible=False)
                done += len(hits)
                tell(done, every)
            self._client.refresh(index)

    def _compare(self, head: Head) -> None:
        """Counts of both at one moment, when nobody has changed anything."""
        coming = self._coming(head)
        for _ in range(_TRIES):
            before = self._settle()
            for index in coming.values():
                self._client.refresh(index)
            counts = {
                index: [self._client.count(each, EVERYTHING) for each in (alias, index)]
                for alias, index in coming.items()
            }
            now = self._register.read()
            if now.number == before:
                self._coming(now)  # nobody else has ended it
                wrong = [index for index, (old, new) in counts.items() if old != new]
                if wrong:
                    raise Busy(f"Not all documents are in {', '.join(wrong)}: reindex once more")
                return
            time.sleep(_PAUSE)
        raise Busy("Others have changed the archive all the time: try again")

    def _go_over(self, head: Head) -> None:
        coming = self._coming(head)
        there = self._client.named(self._indices.of_any_version)
        old = [
            (alias, index)
            for index, aliases in there.items()
            for alias in aliases
            if alias in coming and index != coming[alias]
        ]
        self._client.point(coming, old)

    def _leave(self, head: Head) -> None:
        """Write the new ones alone from now on."""
        for _ in range(_TRIES):
            now = self._register.read(whole=True)
            if now.coming != head.coming or head.coming is None:
                return  # another one has done it
            left = replace(now, version=head.coming, coming=None, retired_at=int(time.time()))
            if self._register.replace(now, left):
                return
            time.sleep(_PAUSE)
        raise Busy("Others have changed the archive all the time: try again")


def _written_anew(index: str, hits: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """As of the change that has written them: a newer one that is there already stays."""
    for hit in hits:
        body = body_of(from_record(hit["_source"][RECORD]))
        yield line("index", (index, hit["_id"]), hit["_version"], body)
