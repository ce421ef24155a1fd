"""A change of documents, written into the indices: as often as need be, and by several at once.

Every document is written with the number of its change. What is older than what stands there is
left out by the cluster, so that a writer who comes late does no harm.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple

from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf.bodies import body_of, from_record, record_of
from service.engines.opensearch.shelf.indices import Indices
from service.engines.opensearch.shelf.layouts import Layout
from service.errors import Busy, InvalidRequest
from service.needs import Name
from service.working.documents import Document
from service.working.shelf import Changes

# Of one request.
_MOST_CHARACTERS = 8_000_000
_MOST_NAMES = 1_000
# More would have to be kept all at once.
_MADE_BEFORE = 300
_LONGEST_ID = 512
# What is deleted holds its number for an hour: who comes later than that may not write.
_LATEST = 600.0
_TRIES = 6
_PAUSE = 0.2

Verb = Literal["index", "delete"]


class Place(NamedTuple):
    """Where a document stands: by which alias it is asked for, what it is called there, and, of an
    article, its date.
    """

    alias: str
    id: str
    published: str = ""


def told(changes: Changes) -> str:
    """A change as text, for whoever has to apply it."""
    put = [record_of(each) for each in changes.put.values()]
    said = {"put": put, "gone": sorted(changes.gone)}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> Changes:
    """And back."""
    said = json.loads(text)
    put = {each.name: each for each in map(from_record, said["put"])}
    return Changes(put, frozenset((kind, key) for kind, key in said["gone"]))


class Applying:
    """One change with its number, made ready before anybody waits for it."""

    def __init__(
        self,
        client: Client,
        indices: Indices,
        number: int,
        changes: Changes,
        layouts: Sequence[Layout],
    ) -> None:
        self._client = client
        self._indices = indices
        self._number = number
        self._layouts = layouts
        self._changes = changes
        self._touched: set[str] = set()
        self._made = [*self._lines()] if len(changes.put) <= _MADE_BEFORE else None

    def write(self) -> None:
        """Returns when searches find all of it; Busy, to be done again, when not all is written."""
        end = time.monotonic() + _LATEST
        made = self._made
        parts = [*requests(made)] if made is not None else requests(self._lines())
        alone = isinstance(parts, list) and len(parts) == 1
        for part in parts:
            sent(self._client, part, end, visible=alone)
        if not alone:
            for name in sorted(self._touched):
                self._client.refresh(name)

    def _lines(self) -> Iterator[str]:
        for name, made in chain(self._there(), self._left()):
            self._touched.add(name)
            yield made

    def _there(self) -> Iterator[tuple[str, str]]:
        for document in self._changes.put.values():
            yield from lines_of(self._indices, self._layouts, document, self._number)

    def _left(self) -> Iterator[tuple[str, str]]:
        """Documents that are gone, and those that stand in another index after this."""
        after = {name: place_of(self._indices, each) for name, each in self._changes.put.items()}
        # What stands where it stood may have to leave an index of the coming version all the same.
        moves = len(self._layouts) > 1
        wanted = [(name, at) for name in self._changes.gone for at in self._places(name)]
        wanted += [
            (name, at)
            for name, place in after.items()
            for at in self._places(name)
            if moves or at != (self._name(self._layouts[0], place), place.id)
        ]
        for name, was in self._found(wanted):
            for layout in self._layouts:
                index = self._name(layout, was)
                if name not in after or self._name(layout, after[name]) != index:
                    yield index, line("delete", (index, was.id), self._number)

    def _found(
        self, wanted: Sequence[tuple[Name, tuple[str, str]]]
    ) -> Iterator[tuple[Name, Place]]:
        """Of places where documents may be those where they are, as the last change left them."""
        named = {at: name for name, at in wanted}
        places = [*named]
        for at in range(0, len(places), _MOST_NAMES):
            for hit in self._client.get_many(places[at : at + _MOST_NAMES], ["published"]):
                alias, _ = self._indices.read(hit["_index"]) or ("", 0)
                published = hit.get("_source", {}).get("published", "")
                yield named[hit["_index"], hit["_id"]], Place(alias, hit["_id"], published)

    def _places(self, name: Name) -> Iterator[tuple[str, str]]:
        return self._indices.places(self._layouts[0], name)

    def _name(self, layout: Layout, place: Place) -> str:
        return self._indices.name_in(layout, place.alias, place.published)


def place_of(indices: Indices, document: Document) -> Place:
    """Where a document is to stand, in any layout."""
    index = indices.of(document)
    return Place(index, indices.id_in(index, document.name), published(document))


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
        if part and size + len(each) > _MOST_CHARACTERS:
            yield "".join(part)
            part, size = [], 0
        part.append(each)
        size += len(each)
    if part:
        yield "".join(part)


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
