"""A change of documents, written into the indices: as often as need be, and by several at once.

Every document is written with the number of its change. What is older than what stands there is
left out by the cluster, so that a writer who comes late does no harm.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from service.engines.opensearch.client import Client
from service.engines.opensearch.shelf.bodies import body_of, from_record, record_of
from service.engines.opensearch.shelf.indices import Indices, named, without_version
from service.errors import Busy, InvalidRequest
from service.needs import Name
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
        versions: Sequence[int],
    ) -> None:
        self._client = client
        self._indices = indices
        self._number = number
        self._versions = versions
        self._changes = changes
        self._made = [*self._lines()] if len(changes.put) <= _MADE_BEFORE else None

    def write(self) -> None:
        """Returns when searches find all of it; Busy, to be done again, when not all is written."""
        end = time.monotonic() + _LATEST
        made = self._made
        parts = [*requests(made)] if made is not None else requests(self._lines())
        alone = isinstance(parts, list) and len(parts) == 1
        for part in parts:
            sent(self._client, part, end, visible=alone)
        if not alone and parts:
            for index in self._indices.of_documents:
                for version in self._versions:
                    self._client.refresh(named(index, version))

    def _lines(self) -> Iterator[str]:
        for document in self._changes.put.values():
            index = self._indices.of(document)
            key = self._indices.id_in(index, document.name)
            if len(key.encode()) > _LONGEST_ID:
                raise InvalidRequest(f"The key {key[:100]}… is too long")
            yield from self._said("index", index, key, body_of(document))
        for index, key in self._left():
            yield from self._said("delete", index, key)

    def _said(
        self, verb: Verb, index: str, key: str, body: Mapping[str, Any] | None = None
    ) -> Iterator[str]:
        for version in self._versions:
            yield line(verb, (named(index, version), key), self._number, body)

    def _left(self) -> Iterator[tuple[str, str]]:
        """Where documents are by now that are gone, or stand in another index after this."""
        gone = [place for name in self._changes.gone for place in self._indices.places(name)]
        moved = [
            place
            for document in self._changes.put.values()
            for place in self._others(document.name, self._indices.of(document))
        ]
        wanted = [*gone, *moved]
        for at in range(0, len(wanted), _MOST_NAMES):
            there = self._client.get_many(wanted[at : at + _MOST_NAMES], fields=False)
            yield from ((without_version(each["_index"]), each["_id"]) for each in there)

    def _others(self, name: Name, index: str) -> Iterable[tuple[str, str]]:
        return (place for place in self._indices.places(name) if place[0] != index)


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
