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
from service.engines.opensearch.shelf.applying import lines_of, requests, sent
from service.engines.opensearch.shelf.bodies import from_record
from service.engines.opensearch.shelf.fields import RECORD
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout, Parts, laid_out
from service.engines.opensearch.shelf.register import Head, Register
from service.errors import Busy, Conflict

# So long after its version was left nobody writes into an index any more, however slow; clocks of
# machines may differ by a third of it.
_SECONDS_KEPT = 900
_AT_ONCE = 200
_TRIES = 100
_PAUSE = 0.1
_LONGEST = 600.0
_ALL_THE_TIME = "Others have changed the archive all the time: try again"
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

    def run(self, parts: Parts, tell: Tell) -> None:
        """Conflict if another one ends it first; what was begun and cut off is gone on with."""
        head = self._begun(parts)
        if not self._is_asked(_coming(head)):
            self._copy(_coming(head), tell)
            self._compare(_coming(head).version)
        self._go_over(_coming(head).version)

    def forget_old(self) -> bool:
        """Delete indices of versions that were left long enough ago; whether none is left.

        Those of a later version may be somebody's who is about to name it in the register.
        """
        head = self._register.read()
        old = [name for name, version in self._there().items() if version < head.layout.version]
        if old and time.time() - head.retired_at < _SECONDS_KEPT:
            return False
        try:
            for name in old:
                self._client.delete(name)
        except Busy:
            return False  # a snapshot is being taken of them
        return True

    def _begun(self, parts: Parts) -> Head:
        """The register, which names a coming version."""
        for _ in range(_TRIES):
            self._settle()
            head = self._register.read(whole=True)
            if not head.is_applied:
                continue
            if head.coming is not None:
                return head
            version = 1 + max(head.layout.version, *self._there().values())
            coming = laid_out(parts, version).around(*self._dates())
            self._indices.create_beside(self._client, coming)
            if made := self._register.replace(head, replace(head, coming=coming)):
                return made
        raise Busy(_ALL_THE_TIME)

    def _dates(self) -> tuple[str, str]:
        """Of the oldest article and of the newest; empty if none has one."""
        first, last = (
            self._client.search(self._indices.articles, _dated(order))["hits"]["hits"]
            for order in ("asc", "desc")
        )
        return (first[0]["sort"][0], last[0]["sort"][0]) if first and last else ("", "")

    def _there(self) -> dict[str, int]:
        """Names of indices of any version, with that."""
        found = {n: self._indices.read(n) for n in self._client.named(self._indices.of_any_version)}
        return {name: said[1] for name, said in found.items() if said is not None}

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
        """Counts of both at one moment, when nobody has changed anything."""
        for _ in range(_TRIES):
            before = self._settle()
            coming = _coming(self._register.read(), version)
            counts = {
                alias: (self._client.count(alias, EVERYTHING), self._count(coming, alias))
                for alias in self._indices.of_documents
            }
            now = self._register.read()
            if now.number == before:
                _coming(now, version)  # nobody else has ended it
                wrong = [alias for alias, (old, new) in counts.items() if old != new]
                if wrong:
                    raise Busy(f"Not all documents are in {', '.join(wrong)}: reindex once more")
                return
            time.sleep(_PAUSE)
        raise Busy(_ALL_THE_TIME)

    def _count(self, layout: Layout, alias: str) -> int:
        """One index after the other: all their names may be more than an address may have."""
        names = self._indices.names_in(layout, alias)
        for name in names:
            self._client.refresh(name)
        return sum(self._client.count(name, EVERYTHING) for name in names)

    def _go_over(self, version: int) -> None:
        """Ask the new ones, and from then on write these alone."""
        for _ in range(_TRIES):
            head = self._register.read(whole=True)
            if head.coming is None or head.coming.version != version:
                return  # another one has done it
            self._point(head.coming)
            left = replace(head, layout=head.coming, coming=None, retired_at=int(time.time()))
            # Whoever has opened an index meanwhile has replaced the register.
            if self._register.replace(head, left):
                return
            time.sleep(_PAUSE)
        raise Busy(_ALL_THE_TIME)

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


def _dated(order: str) -> dict[str, Any]:
    dated = {"range": {"published": {"gt": ""}}}
    return finding.asked(dated, [{"published": order}], 1) | {"_source": False}
