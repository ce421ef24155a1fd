"""All indices made anew beside the old ones, which are asked and changed meanwhile.

The register names the coming version once its indices are there: whatever is changed from then on
is written into both. Then every document is copied, with the number of its change, so that the
cluster keeps the newer one where both were written. When all are there, the aliases go over in one
moment. Whoever is killed on the way leaves a register that tells how far it came, and the next one
goes on from there.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from service.deadline import until_answered
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.nodes import in_addresses
from service.engines.opensearch.shelf import finding
from service.engines.opensearch.shelf.applying import lines_of, requests, sent
from service.engines.opensearch.shelf.beginning import Beginning, tried
from service.engines.opensearch.shelf.bodies import from_record
from service.engines.opensearch.shelf.fields import RECORD
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout, Parts
from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.shelf.turns import Turns
from service.errors import Busy, Conflict

# So long after its version was left nobody writes into an index any more, however slow; clocks of
# machines may differ by a third of it.
_SECONDS_KEPT = 900
_AT_ONCE = 200
_LONGEST = 600.0
# A node that leads the others may have to be found first: what took hours is not to fail by that.
_PATIENCE = 30.0
_ALL = finding.asked(EVERYTHING, finding.BY_NAME, _AT_ONCE) | {"version": True}

Tell = Callable[[int, int], None]


class Renewal:
    """Of one archive; `settle` waits until no change is half written."""

    def __init__(
        self,
        client: Client,
        indices: Indices,
        register: Register,
        turns: Turns,
        settle: Callable[[], int],
    ) -> None:
        self._client = client
        self._indices = indices
        self._register = register
        self._turns = turns
        self._settle = settle
        self._beginning = Beginning(client, indices, register, turns, settle)

    def run(self, parts: Parts, tell: Tell) -> None:
        """Conflict if another one ends it first; what was begun and cut off is gone on with."""
        coming = _coming(self._beginning.begun(parts))
        if not self._is_asked(coming):
            self._copy(coming, tell)
            until_answered(lambda: self._compare(coming.version), _PATIENCE)
        self._go_over(coming.version)

    def forget_old(self) -> bool:
        """Delete indices of versions that were never named, or left long enough ago; whether none
        is left that held documents.
        """
        self._beginning.forget_unnamed()
        head = self._register.read()
        there = self._beginning.there()
        old = [name for name, version in there.items() if version < head.layout.version]
        if old and time.time() - head.retired_at < _SECONDS_KEPT:
            return False
        try:
            for name in old:
                self._client.delete(name)
        except Busy:
            return False  # a snapshot is being taken of them
        return True

    def _is_asked(self, coming: Layout) -> bool:
        """Whether the aliases went over before who made them was killed."""
        others = self._indices.others
        name = self._indices.name_in(coming, others)
        return others in self._client.named(name).get(name, ())

    # Steps --------------------------------------------------------------------------------------

    def _copy(self, coming: Layout, tell: Tell) -> None:
        aliases, done = self._indices.of_documents, 0
        every = sum(self._client.count(index, EVERYTHING) for index in aliases)
        for alias in aliases:
            for hits in self._client.pages(alias, _ALL):
                # Of a version that another one has ended the indices may go.
                _coming(until_answered(self._register.read, _PATIENCE), coming.version)
                for request in requests(self._written_anew(coming, hits)):
                    sent(self._client, request, time.monotonic() + _LONGEST, visible=False)
                done += len(hits)
                tell(done, every)

    def _written_anew(self, coming: Layout, hits: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """As of the change that has written them: a newer one that is there already stays."""
        for hit in hits:
            document = from_record(hit["_source"][RECORD])
            for _, said in lines_of(self._indices, (coming,), document, hit["_version"]):
                yield said

    def _compare(self, version: int) -> None:
        """Busy if not all is there."""
        coming = _coming(self._register.read(), version)
        for _, name in self._indices.every_name_in(coming):
            self._client.refresh(name)  # what is changed is seen without that
        counts = tried(self._turns, lambda: self._counts(version))
        wrong = [alias for alias, (old, new) in counts.items() if old != new]
        if wrong:
            raise Busy(f"Not all documents are in {', '.join(wrong)}: reindex once more")

    def _counts(self, version: int) -> Mapping[str, tuple[int, int]] | None:
        """Of old and new documents at one moment; None if anybody has changed something."""
        before = self._settle()
        coming = _coming(self._register.read(), version)
        counts = {
            alias: (self._client.count(alias, EVERYTHING), self._count(coming, alias))
            for alias in self._indices.of_documents
        }
        now = self._register.read()
        _coming(now, version)  # nobody else has ended it
        return counts if now.number == before else None

    def _count(self, layout: Layout, alias: str) -> int:
        names = self._indices.names_in(layout, alias)
        return sum(self._client.count(some, EVERYTHING) for some in in_addresses(names))

    def _go_over(self, version: int) -> None:
        """Ask the new ones, and from then on write these alone."""
        until_answered(lambda: tried(self._turns, lambda: self._gone_over(version)), _PATIENCE)

    def _gone_over(self, version: int) -> Head | None:
        head = self._register.read(whole=True)
        if head.coming is None or head.coming.version != version:
            return head  # another one has done it
        self._point(head.coming)
        now = int(time.time())
        left = replace(head, layout=head.coming, coming=None, retired_at=now, claim="")
        # Whoever has opened an index meanwhile has replaced the register.
        return self._register.replace(head, left)

    def _point(self, layout: Layout) -> None:
        """All aliases to the indices of one layout, and to no other, in one moment."""
        wanted = {*self._indices.every_name_in(layout)}
        there = self._client.named(self._indices.of_any_version)
        have = {
            (alias, name)
            for name, aliases in there.items()
            for alias in aliases
            if alias in self._indices.of_documents
        }
        if wanted != have:
            self._client.point(sorted(wanted - have), sorted(have - wanted))


def _coming(head: Head, version: int | None = None) -> Layout:
    """That of a version, if the register names it still."""
    coming = head.coming
    if coming is None or version not in (None, coming.version):
        raise Conflict("Another reindex has ended it: nothing is left to be done")
    return coming
