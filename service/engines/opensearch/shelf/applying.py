"""A change of documents, written into the indices: as often as need be, and by several at once.

Every document is written with the number of its change. What is older than what stands there is
left out by the cluster, so that a writer who comes late does no harm.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf.bodies import body_of, from_record, record_of
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout
from service.errors import Busy, DiskFull, InvalidRequest, ReadOnly
from service.needs import Name
from service.working.documents import Document
from service.working.shelf import Changes

# Of one request, unless a single document is larger.
_MOST_BYTES = 8_000_000
# A node with 512 MB of heap still takes it beside all else that it does.
LARGEST_DOCUMENT = 16_000_000
# Characters of requests that are made before they are needed; more are made anew.
_MADE_BEFORE = 32_000_000
_MOST_NAMES = 1_000
_LONGEST_ID = 512
# What is deleted holds its number for an hour: who comes later than that may not write.
_LATEST = 600.0
_TRIES = 6
_PAUSE = 0.2
# The cluster sets it where a disk is nearly full, and takes it back when there is room again.
_NO_ROOM = "index.blocks.read_only_allow_delete"
_ONLY_READ = ("index.blocks.read_only", "index.blocks.write")

Verb = Literal["index", "delete"]


class Place(NamedTuple):
    """Where a document stands: by which alias it is asked for, what it is called there, and, of an
    article, its date.
    """

    alias: str
    id: str
    published: str = ""


class Change(NamedTuple):
    """Documents as they are to stand, and places where others are to stand no more."""

    put: Sequence[Document]
    left: Sequence[Place]


def told(change: Change) -> str:
    """A change as text, for whoever has to apply it."""
    return _json({"put": [record_of(each) for each in change.put], "left": change.left})


def read(text: str) -> Change:
    """And back."""
    said = json.loads(text)
    return Change([*map(from_record, said["put"])], [Place(*each) for each in said["left"]])


class Leaving:
    """Looks for what a change leaves, before that is told: when a part of it is done, the places
    that it leaves are not where they were any more.
    """

    def __init__(self, client: Client, indices: Indices, layouts: Sequence[Layout]) -> None:
        self._client = client
        self._indices = indices
        self._layouts = layouts

    def change(self, changes: Changes) -> Change:
        """With the places of what is gone, and of what is to stand in another index after it."""
        after = {name: place_of(self._indices, each) for name, each in changes.put.items()}
        # What stands where it stood may have to leave an index of the coming version all the same.
        moves = len(self._layouts) > 1
        wanted = [at for name in changes.gone for at in self._places(name)]
        wanted += [
            at
            for name, place in after.items()
            for at in self._places(name)
            if moves or at != (named_in(self._indices, self._layouts[0], place), place.id)
        ]
        return Change([*changes.put.values()], [*self._found(wanted)])

    def _found(self, wanted: Sequence[tuple[str, str]]) -> Iterator[Place]:
        """Of places where documents may be those where they are, as the last change left them."""
        for at in range(0, len(wanted), _MOST_NAMES):
            for hit in self._client.get_many(wanted[at : at + _MOST_NAMES], ["published"]):
                alias, _ = self._indices.read(hit["_index"]) or ("", 0)
                yield Place(alias, hit["_id"], hit.get("_source", {}).get("published", ""))

    def _places(self, name: Name) -> Iterator[tuple[str, str]]:
        return self._indices.places(self._layouts[0], name)


class Applying:
    """One change with its number, into all indices of the layouts."""

    def __init__(
        self,
        client: Client,
        indices: Indices,
        number: int,
        change: Change,
        layouts: Sequence[Layout],
    ) -> None:
        self._client = client
        self._indices = indices
        self._number = number
        self._change = change
        self._layouts = layouts
        self._touched: set[str] = set()
        self._made: list[str] | None = None

    def make_ready(self) -> None:
        """Before it is told and anybody waits for it.

        Raises what the cluster would refuse each time it is tried, as nobody could read on then:
        InvalidRequest for a document that is too large, DiskFull or ReadOnly for a blocked index.
        """
        made: list[str] = []
        size = 0
        for request in requests(self._lines()):
            raise_if_too_large(request)
            size += len(request)
            if size <= _MADE_BEFORE:
                made.append(request)
        self._made = made if size <= _MADE_BEFORE else None
        self._raise_if_blocked()

    def write(self) -> None:
        """Returns when searches find all of it; Busy, to be done again, when not all is written."""
        end = time.monotonic() + _LATEST
        alone = self._made is not None and len(self._made) == 1
        for request in requests(self._lines()) if self._made is None else self._made:
            sent(self._client, request, end, visible=alone)
        if not alone:
            for name in sorted(self._touched):
                self._client.refresh(name)

    def _lines(self) -> Iterator[str]:
        standing: set[tuple[str, str]] = set()
        for document in self._change.put:
            key = self._indices.id_in(self._indices.of(document), document.name)
            for name, made in lines_of(self._indices, self._layouts, document, self._number):
                standing.add((name, key))
                self._touched.add(name)
                yield made
        for place in self._change.left:
            for layout in self._layouts:
                at = named_in(self._indices, layout, place), place.id
                if at not in standing:
                    self._touched.add(at[0])
                    yield line("delete", at, self._number)

    def _raise_if_blocked(self) -> None:
        blocks = self._client.blocks(self._indices.of_any_version) if self._touched else {}
        for name in sorted(self._touched & blocks.keys()):
            if blocks[name].get(_NO_ROOM) == "true":
                raise DiskFull(f"A disk of the cluster is too full to write into {name}: make room")
            for setting in _ONLY_READ:
                if blocks[name].get(setting) == "true":
                    raise ReadOnly(f"{name} may only be read: the cluster has {setting} on it")


def place_of(indices: Indices, document: Document) -> Place:
    """Where a document is to stand, in any layout."""
    index = indices.of(document)
    return Place(index, indices.id_in(index, document.name), published(document))


def named_in(indices: Indices, layout: Layout, place: Place) -> str:
    """What the index is called in which a place is."""
    return indices.name_in(layout, place.alias, place.published)


def dates_of(documents: Iterable[Document]) -> set[str]:
    """When articles of these appeared that may be seen; empty for one without a date."""
    return {published(each) for each in documents if "articles" in each.rows}


def published(document: Document) -> str:
    """When an article appeared that may be seen; empty for all else."""
    return next(iter(document.texts("articles", "published_at")), "")


def lines_of(
    indices: Indices, layouts: Iterable[Layout], document: Document, number: int
) -> Iterator[tuple[str, str]]:
    """Each index in which a document is to stand, and what a bulk request says of it there."""
    place = place_of(indices, document)
    if len(place.id.encode()) > _LONGEST_ID:
        raise InvalidRequest(f"The key {place.id[:100]}… is too long")
    body = body_of(document)
    for layout in layouts:
        name = indices.name_in(layout, place.alias, place.published)
        yield name, line("index", (name, place.id), number, body)


def line(
    verb: Verb, place: tuple[str, str], number: int, body: Mapping[str, Any] | None = None
) -> str:
    """What a bulk request says of one document, as of a change with a number."""
    what = {"_index": place[0], "_id": place[1], "version": number}
    head = {verb: {**what, "version_type": "external_gte"}}
    return "".join(f"{_json(each)}\n" for each in (head, body) if each is not None)


def requests(lines: Iterable[str]) -> Iterator[str]:
    """Of a size that the cluster takes."""
    part: list[str] = []
    size = 0
    for each in lines:
        more = len(each.encode())
        if part and size + more > _MOST_BYTES:
            yield "".join(part)
            part, size = [], 0
        part.append(each)
        size += more
    if part:
        yield "".join(part)


def raise_if_too_large(request: str) -> None:
    """InvalidRequest that names the document: only one alone makes a request that large."""
    size = len(request.encode())
    if size > LARGEST_DOCUMENT:
        (head,) = json.loads(request[: request.index("\n")]).values()
        raise InvalidRequest(
            f"{head['_id'][:100]} is too large for the cluster: with all its versions and what it "
            f"is found by it has {size:,} bytes, and may have {LARGEST_DOCUMENT:,}"
        )


def sent(client: Client, request: str, end: float, *, visible: bool) -> None:
    """Before `end` of the monotonic clock; again and again, more and more slowly, while the cluster
    has too much to do.
    """
    for number in range(_TRIES):
        if time.monotonic() > end:
            raise Busy("The cluster takes too long: try again later")
        try:
            return client.apply(request, visible=visible)
        except Busy:
            if number == _TRIES - 1:
                raise
            time.sleep(_PAUSE * 2**number)
    return None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
