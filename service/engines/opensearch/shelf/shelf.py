"""Documents in a cluster, which any number of processes on any machines change at once."""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import Context
from itertools import islice
from typing import Any

from service.deadline import raise_if_late
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING
from service.engines.opensearch.shelf import finding
from service.engines.opensearch.shelf.applying import Applying, Leaving, dates_of, read, told
from service.engines.opensearch.shelf.bodies import from_hits, from_record
from service.engines.opensearch.shelf.fields import RECORD, bucket_of
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout, Parts, laid_out
from service.engines.opensearch.shelf.opening import Opening
from service.engines.opensearch.shelf.pouring import Pouring
from service.engines.opensearch.shelf.register import Head, Register
from service.engines.opensearch.shelf.renewing import Renewal, Tell
from service.engines.opensearch.shelf.seeing import FirstSeen
from service.engines.opensearch.shelf.turns import Turns
from service.errors import CuttingsError
from service.needs import Field, Kind, Name, Newest, Place, Span
from service.working.documents import Document
from service.working.schemas import ARCHIVE, Schema, owned_by_table
from service.working.shelf import Changes

_LOG = logging.getLogger(__name__)
_AT_ONCE = 1_000
_VALUES_AT_ONCE = 10_000
_PLACES_AT_ONCE = 1_000
_SEARCHES_AT_ONCE = 100
# A bucket with so many articles is fetched whole; of a larger one only what stands near.
_CROWD = 50
# Whoever has committed is given so long to apply it before others do it, however much it is: a
# reader gives up after ten seconds.
_PATIENCE, _PATIENCE_WITH_EACH, _MOST_PATIENCE = 1.0, 0.02, 4.0
_PAUSE = 0.01


class OpenSearchShelf:
    """The documents of an archive in the indices that begin with its name.

    What was committed is found by searches once `number` has told of it, in every process.
    """

    def __init__(
        self, client: Client, name: str, schema: Schema = ARCHIVE, owner: str = ""
    ) -> None:
        self.indices = Indices(name, schema)
        self._client = client
        self._owner = owner
        self._register = Register(client, self.indices.head, owner)
        self._always = schema.always.kinds
        self._committing, self._learning = threading.Lock(), threading.Lock()
        self._open, self._taking_over = FirstSeen(), threading.Lock()
        self._known: Head | None = None
        self._kept: dict[Kind, tuple[int, list[Document]]] = {}
        self._turns = Turns(self._register)
        self._opening = Opening(client, self.indices, self._register)
        self._pouring = Pouring(client, self.indices, self._register, self._opening)
        self._renewal = Renewal(client, self.indices, self._register, self._turns, self.number)

    def create(self, parts: Parts) -> None:
        """An empty archive, if there is none."""
        self.indices.create(self._client, parts)
        self._register.begin(Head(layout=laid_out(parts), owner=self._owner))

    def tidy(self) -> None:
        """Forget what is left of large changes whose writer was killed before they were made, and
        of indices that others have taken the place of.
        """
        self._register.tidy()
        self._renewal.forget_old()

    def renew(self, parts: Parts, tell: Tell) -> None:
        """Make all indices anew beside these; what is left of these goes with `tidy` later."""
        self._renewal.run(parts, tell)

    def expunge(self) -> bool:
        """Leave no bytes of what was deleted; False if that has to be tried again."""
        # What is killed while indices are made anew has to leave those as well.
        every = (self.indices.of_any_version, self.indices.head)
        return self._renewal.forget_old() and self._client.expunge(every)

    def holds_pieces(self) -> bool:
        """Whether texts stand in pieces of a change, which go with `tidy` if nobody makes it."""
        return self._register.holds_pieces()

    # Reading ------------------------------------------------------------------------------------

    def number(self) -> int:
        head = self._register.read()
        if not head.is_applied:
            head = self._caught_up(head)
        self._learn(head)
        return head.number

    def _learn(self, head: Head) -> None:
        """Answers come in another order than they were given."""
        with self._learning:
            if self._known is None or self._known.number <= head.number:
                self._known = head

    def every(self, kind: Kind) -> list[Document]:
        """Of kinds that every piece of work asks for only what has changed is asked again."""
        known = self._known
        changed = known.changed.get(kind, 0) if known is not None else 0
        if known is not None and kind in self._always:
            kept = self._kept.get(kind)
            if kept is not None and kept[0] >= changed:
                return kept[1]
        found = [*self.walk(kind)]
        if known is not None and kind in self._always:
            self._kept[kind] = known.number, found
        return found

    def walk(self, kind: Kind) -> Iterator[Document]:
        """The same of kinds with very many documents, one after the other."""
        for index in self.indices.of_kind(kind):
            yield from self._walk(index, finding.of_kind(kind))

    def count(self, kind: Kind) -> int:
        return self._client.count(",".join(self.indices.of_kind(kind)), finding.of_kind(kind))

    def bodies(self, index: str) -> Iterator[Mapping[str, Any]]:
        """All that is kept beside an index, one document after the other."""
        body = finding.asked(EVERYTHING, finding.BY_NAME, _AT_ONCE) | {"_source": True}
        return (each["_source"] for each in self._hits(index, body))

    def get(self, names: Iterable[Name]) -> list[Document]:
        layout = self.layout
        wanted = dict.fromkeys(names)
        places = [place for name in wanted for place in self.indices.places(layout, name)]
        return [
            from_record(each["_source"][RECORD])
            for at in range(0, len(places), _AT_ONCE)
            for each in self._client.get_many(places[at : at + _AT_ONCE], [RECORD])
        ]

    @property
    def layout(self) -> Layout:
        """As of the number that was told last: its indices stay for a while when others come."""
        return (self._known or self._register.read()).layout

    def find(self, field: Field, values: Iterable[str]) -> list[Document]:
        wanted = [*dict.fromkeys(values)]
        indices = ",".join(self.indices.of_kind(owned_by_table()[field[0]].kind))
        return [
            document
            for at in range(0, len(wanted), _VALUES_AT_ONCE)
            for document in self._walk(
                indices, finding.with_values(field, wanted[at : at + _VALUES_AT_ONCE])
            )
        ]

    def newest(self, wanted: Newest) -> list[Document]:
        size = min(wanted.count, _AT_ONCE)
        if not size:
            return []
        found = self._pages(self.indices.articles, finding.newest(wanted, size))
        return [*islice(found, wanted.count)]

    def span(self, wanted: Span) -> list[Document]:
        size = min(wanted.count or _AT_ONCE, _AT_ONCE)
        found = self._pages(self.indices.others, finding.span(wanted, size))
        return [*islice(found, wanted.count or None)]

    def near(self, wanted: Iterable[tuple[Place, int]]) -> list[Document]:
        places = [*wanted]
        found: dict[Name, Document] = {}
        for at in range(0, len(places), _PLACES_AT_ONCE):
            for each in self._near(places[at : at + _PLACES_AT_ONCE]):
                found[each.name] = each
        return [*found.values()]

    def _near(self, wanted: Sequence[tuple[Place, int]]) -> Iterator[Document]:
        buckets = [*dict.fromkeys(bucket_of(band) for (band, _), _ in wanted)]
        made = self._client.search(self.indices.articles, finding.crowds(buckets))
        counts = {each["key"]: each["doc_count"] for each in _counted(made)}
        few = [each for each in buckets if 0 < counts.get(each, 0) <= _CROWD]
        whole = self._walk(self.indices.articles, finding.in_buckets(few)) if few else ()
        bucketed, small = finding.Bucketed(whole), set(few)
        crowded: list[tuple[Place, int]] = []
        for place, count in wanted:
            if bucket_of(place[0]) in small:
                yield from bucketed.beside(place, count)
            elif counts.get(bucket_of(place[0]), 0):
                crowded.append((place, count))
        yield from self._in_crowds(crowded)

    def _in_crowds(self, wanted: Sequence[tuple[Place, int]]) -> Iterator[Document]:
        for at in range(0, len(wanted), _SEARCHES_AT_ONCE // 2):
            part = wanted[at : at + _SEARCHES_AT_ONCE // 2]
            bodies = [side(*each) for each in part for side in (finding.before, finding.from_there)]
            found = self._client.searches(self.indices.articles, bodies)
            for number, (place, count) in enumerate(part):
                yield from from_hits(found[2 * number]["hits"]["hits"])
                after = from_hits(found[2 * number + 1]["hits"]["hits"])
                there = bool(after) and finding.is_at(after[0], place)
                yield from after[: count + there]

    def _walk(self, index: str, query: Mapping[str, Any]) -> Iterator[Document]:
        """All that a query finds, whatever there is."""
        return self._pages(index, finding.asked(dict(query), finding.BY_KEY, _AT_ONCE))

    def _pages(self, index: str, body: dict[str, Any]) -> Iterator[Document]:
        return (from_record(each["_source"][RECORD]) for each in self._hits(index, body))

    def _hits(self, index: str, body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        return (hit for hits in self._client.pages(index, body) for hit in hits)

    # Changing -----------------------------------------------------------------------------------

    def pour(self, documents: Iterable[Document]) -> None:
        self._pouring.pour(documents, self.number() + 1)

    def commit(self, number: int, changes: Changes) -> bool:
        """Busy where it is not known whether it was done; it is not cut short by any deadline.

        InvalidRequest for a document that is too large for the cluster.
        """
        known = self._known
        if known is not None and known.number <= number and self._turns.give_way(known):
            return False
        return Context().run(self._commit, number, changes)

    def claim(self) -> None:
        self._turns.claim()

    def _commit(self, number: int, changes: Changes) -> bool:
        with self._committing:
            head = self._known
            if head is None or head.number < number:
                head = self._register.read()
            if head.number != number or not head.is_applied:
                return False
            head = self._opening.opened(head, dates_of(changes.put.values()))
            if head is None:
                return False
            change = Leaving(self._client, self.indices, head.layouts).change(changes)
            applying = Applying(self._client, self.indices, number + 1, change, head.layouts)
            applying.make_ready()
            kinds = {kind for kind, _ in (*changes.put, *changes.gone)}
            new = head.followed_by(told(change), len(changes.put), kinds)
            held = self._register.commit(head, new)
            if held is None:
                return False
            if self._is_visible(applying, held):
                self._keep(head, held.number, changes)
            return True

    def _is_visible(self, applying: Applying, held: Head) -> bool:
        """What cannot be done now is done by whoever asks for the number next."""
        try:
            if not held.is_applied:
                applying.write()
                self._finish(held)
        except CuttingsError as exc:
            _LOG.warning("Change %d is not visible yet: %s", held.number, exc.detail)
            return False
        return True

    def _keep(self, before: Head, number: int, changes: Changes) -> None:
        """What is kept of some kinds, as it is after a change of this process."""
        for kind in self._always:
            kept = self._kept.get(kind)
            if kept is not None and kept[0] >= before.changed.get(kind, 0):
                documents = {each.name: each for each in kept[1] if each.name not in changes.gone}
                documents |= {n: each for n, each in changes.put.items() if n[0] == kind}
                self._kept[kind] = number, [*documents.values()]

    def _finish(self, held: Head) -> None:
        """Whoever has taken it over meanwhile does no more than was done."""
        done = self._register.finish(held)
        while done is None:
            now = self._register.read()
            if now.number != held.number or now.is_applied:
                return
            done = self._register.finish(now)
        self._learn(done)

    def _caught_up(self, head: Head) -> Head:
        """The register when all that is told there is applied: by whoever committed it, or here."""
        while not head.is_applied:
            raise_if_late()
            # At another place somebody has been at it since.
            if self._open.seconds_ago(head.place) < _patience(head):
                time.sleep(_PAUSE)
            elif self._taking_over.acquire(blocking=False):
                try:
                    Context().run(self._take_over)  # all others wait for it as well
                finally:
                    self._taking_over.release()
            else:
                time.sleep(_PAUSE)
            head = self._register.read()
        return head

    def _take_over(self) -> None:
        whole = self._register.read(whole=True)
        if whole.is_applied:
            return
        # All copies of the register have the change then: it cannot be lost any more.
        held = self._register.replace(whole, whole)
        if held is not None:
            change = read(self._register.changes(held))
            Applying(self._client, self.indices, held.number, change, held.layouts).write()
            for index in self.indices.of_documents:
                self._client.refresh(index)
            self._register.finish(held)


def _patience(head: Head) -> float:
    return min(_PATIENCE + _PATIENCE_WITH_EACH * head.documents, _MOST_PATIENCE)


def _counted(made: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    found: Iterable[Mapping[str, Any]] = made["aggregations"]["crowds"]["buckets"]
    return found
