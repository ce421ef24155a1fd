"""The cluster's nodes, asked through opensearch-py, whose errors become ours here."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import AuthorizationException

from service.deadline import raise_if_late, seconds_left, until_answered
from service.engines.opensearch.client_errors import (
    Conflicting,
    of_status,
    our_errors,
    telling_what_is_open,
)
from service.engines.opensearch.nodes import Address, nodes_at
from service.errors import Busy, Misconfigured

Json = dict[str, Any]
_T = TypeVar("_T")

# What it has to say of refusals is told by whoever asked.
logging.getLogger("opensearch").setLevel(logging.ERROR)
Shard = tuple[str, str]
"""An index, and which part of it."""
Place = tuple[int, int]
"""A number among the writes of a shard, and which of its primaries took it."""

# How long an index may take that is written anew, in seconds.
_LONGEST = 3_600
_PAUSE = 0.2
# Less would end every request.
_LEAST_SECONDS = 0.05
_ABSENT, _CONFLICT = 404, 409
# By a copy that is there, of itself.
_TOLD = {"docs", "merges", "seq_no", "retention_leases"}
_COPIES = "index.number_of_replicas"


class Found(NamedTuple):
    """A document, and the place among all writes at which it was written."""

    body: Json
    place: Place


class Client:
    """Asks any node that answers; serves many threads.

    What is read is asked again for as long as anybody waits: another node may have to take over.
    """

    def __init__(self, address: Address) -> None:
        self._seconds = address.seconds
        with our_errors():
            self._nodes = nodes_at(address, retries=len(address.urls))
            # What must not be done twice is tried once.
            self._nodes_once = nodes_at(address, retries=0)

    def nodes(self, *, once: bool) -> OpenSearch:
        """For what is asked of them elsewhere; `once` for what must not be done twice."""
        return self._nodes_once if once else self._nodes

    @property
    def _waiting(self) -> dict[str, Any]:
        """How long a node waits for a shard that is not there: it answers before nobody listens."""
        return {"request_timeout": self._seconds, "timeout": f"{int(self._seconds * 500)}ms"}

    def close(self) -> None:
        self._nodes.close()
        self._nodes_once.close()

    def search(self, index: str, body: Mapping[str, Any]) -> Json:
        """One search; Busy rather than an answer of some of the shards only."""
        return self._read(lambda: self._searched(index, body))

    def _searched(self, index: str, body: Mapping[str, Any]) -> Json:
        asked = {"allow_partial_search_results": "false", **self._limited()}
        with our_errors():
            found: Json = self._nodes.search(index=index, body=body, params=asked)
        return _whole(found)

    def count(self, index: str, query: Mapping[str, Any]) -> int:
        """How many documents a query finds."""
        body = {"size": 0, "track_total_hits": True, "query": query}
        return int(self.search(index, body)["hits"]["total"]["value"])

    def pages(self, index: str, body: Mapping[str, Any]) -> Iterator[list[Json]]:
        """All that a search finds, so many hits at once as it says; it must name a strict order."""
        after: dict[str, Any] = {}
        while True:
            hits = self.search(index, {**body, **after})["hits"]["hits"]
            yield hits
            if len(hits) < body["size"]:
                return
            after = {"search_after": hits[-1]["sort"]}

    def searches(
        self,
        index: str,
        bodies: Sequence[Mapping[str, Any]],
        *,
        always: Sequence[Mapping[str, Any]] = (),
    ) -> list[Json]:
        """Several searches in one request; Busy if one of them was not answered as a whole.

        What `always` stays as it is until the index changes, the nodes remember: it comes first.
        """
        # Of this kind of request each search says it for itself.
        said = {"allow_partial_search_results": False}
        lines = [line for body in always for line in ({**said, "request_cache": True}, body)]
        lines += [line for body in bodies for line in (said, body)]
        return self._read(lambda: self._searched_all(index, lines))

    def _searched_all(self, index: str, lines: Sequence[Mapping[str, Any]]) -> list[Json]:
        with our_errors():
            found = self._nodes.msearch(body=lines, index=index, params=self._limited())
        for each in found["responses"]:
            if "error" in each:
                raise of_status(each["status"], str(each["error"]))
        return [_whole(each) for each in found["responses"]]

    def create_missing(self, index: str, body: Mapping[str, Any], *, at_once: bool = False) -> None:
        """An index, unless it is there already, once every copy of each shard is there; `at_once`
        waits for no copies.
        """
        if not at_once:
            self._raise_without_room(body["settings"]["number_of_replicas"])
        asked = {"wait_for_active_shards": "1" if at_once else "all", **self._waiting}
        with our_errors():
            made = self._nodes.indices.create(index=index, body=body, params=asked, ignore=400)
        if "error" in made:
            if made["error"]["type"] != "resource_already_exists_exception":
                raise of_status(made["status"], str(made["error"]))
        elif not at_once and not made["shards_acknowledged"]:
            raise Busy(f"Not every copy of {index} is there yet: look at the cluster's nodes", 5)

    def _raise_without_room(self, copies: int) -> None:
        """Misconfigured where there are too few nodes: such copies would never be there."""
        with our_errors():
            nodes = self._nodes.cluster.health()["number_of_data_nodes"]
        if nodes <= copies:
            raise Misconfigured(
                f"The cluster has only {nodes} nodes for data, and each must have another copy: "
                f"CUTTINGS_OPENSEARCH_COPIES may be {nodes - 1} at most, and is {copies}"
            )

    def fields(self, pattern: str) -> dict[str, Json]:
        """Of each index with such a name."""
        with our_errors():
            found = self._nodes.indices.get_mapping(index=pattern)
        return {index: said["mappings"].get("properties", {}) for index, said in found.items()}

    def add_fields(self, index: str, fields: Mapping[str, Any]) -> None:
        """Those that this one lacks."""
        with our_errors():
            self._nodes.indices.put_mapping(index=index, body={"properties": fields})

    def point_beside(self, aliases: Iterable[tuple[str, str]], asked: tuple[str, str]) -> None:
        """Aliases to indices as well, if the one that is `asked` points to its own."""
        alias, index = asked
        there = [
            # Taken away and given again: all of it is refused where it is not there.
            {"remove": {"alias": alias, "index": index, "must_exist": True}},
            {"add": {"alias": alias, "index": index}},
        ]
        added = [{"add": {"alias": each, "index": name}} for each, name in aliases]
        with our_errors():
            self._nodes.indices.update_aliases(body={"actions": [*there, *added]}, ignore=_ABSENT)

    def named(self, pattern: str) -> dict[str, list[str]]:
        """Which indices there are with such names, and the aliases of each."""
        with our_errors():
            found = self._nodes.indices.get_alias(index=pattern)
        return {index: [*said["aliases"]] for index, said in found.items()}

    def point(self, aliases: Iterable[tuple[str, str]], old: Iterable[tuple[str, str]]) -> None:
        """Aliases to indices, and not to the old ones, in one moment."""
        actions = [{"remove": {"alias": alias, "index": index}} for alias, index in old]
        actions += [{"add": {"alias": alias, "index": index}} for alias, index in aliases]
        with our_errors():
            self._nodes.indices.update_aliases(body={"actions": actions})

    def delete(self, index: str) -> None:
        """Whoever deletes it at the same time has done the same."""
        with our_errors():
            self._nodes.indices.delete(index=index, ignore=_ABSENT)

    def refresh(self, index: str) -> None:
        """Whatever was written is found by searches from now on."""
        with our_errors():
            _done_by_all(self._nodes.indices.refresh(index=index))

    def expunge(self, indices: Sequence[str]) -> bool:
        """Write anew what has deleted documents in it, without these; whether none is left. Busy
        where a shard did not do so.

        Copies are told how far the others are only now and then, and keep what they might need.
        """
        names = ",".join(indices)
        with our_errors():
            _done_by_all(self._nodes.indices.flush(index=names))
            asked = {"only_expunge_deletes": "true", "request_timeout": _LONGEST}
            _done_by_all(self._nodes.indices.forcemerge(index=names, params=asked))
        # Who searches has the old files open until then.
        self.refresh(names)
        copies = self.told_by_copies(indices)
        return copies is not None and not any(
            copy["docs"]["deleted"] for each in copies.values() for copy in each
        )

    def told_by_copies(self, indices: Sequence[str]) -> dict[Shard, list[Json]] | None:
        """What every copy of each shard tells of its documents and merges; None while any of them
        is away or just being made, as nobody knows what that one has.
        """
        with our_errors():
            found = self._nodes.indices.stats(
                index=",".join(indices), metric=("docs", "merge"), params={"level": "shards"}
            )
        told = {
            (index, number): copies
            for index, said in found["indices"].items()
            for number, copies in said["shards"].items()
        }
        are_all_there = found["_shards"]["successful"] == found["_shards"]["total"] and all(
            # One that is just being opened or closed is there, and tells nothing.
            copy["routing"]["state"] == "STARTED" and copy.keys() >= _TOLD
            for copies in told.values()
            for copy in copies
        )
        return told if are_all_there else None

    def have_copies(self, indices: Sequence[str], copies: int) -> None:
        """So many beside each part from now on, of those of the indices that are there."""
        self._raise_without_room(copies)
        asked = {"ignore_unavailable": "true"}
        with our_errors():
            self._nodes.indices.put_settings(
                index=",".join(indices), body={_COPIES: copies}, params=asked
            )

    @contextmanager
    def without_copies(self, indices: Sequence[str], copies: int) -> Iterator[None]:
        """Written on one node alone meanwhile; in the end all copies are there again, or Busy."""
        names = ",".join(indices)
        with our_errors():
            self._nodes.indices.put_settings(index=names, body={_COPIES: 0})
        try:
            yield
        finally:
            with our_errors():
                self._nodes.indices.put_settings(index=names, body={_COPIES: copies})
        end = time.monotonic() + _LONGEST
        while self.health(indices) != "green":
            if time.monotonic() > end:
                raise Busy("The cluster has not made all copies: look at its nodes", 5)
            time.sleep(_PAUSE)

    def blocks(self, pattern: str) -> dict[str, Json]:
        """Of indices with such names those that refuse something, with the settings that say so."""
        asked = {"name": "index.blocks.*", "params": {"flat_settings": "true", "local": "true"}}
        with our_errors():
            found = self._nodes.indices.get_settings(index=pattern, **asked)
        return {index: said["settings"] for index, said in found.items()}

    def health(self, indices: Sequence[str]) -> str:
        """green, yellow where a copy is missing, red where a part cannot be asked."""
        with our_errors():
            found = self._nodes.cluster.health(index=",".join(indices))
        return str(found["status"])

    def put(self, index: str, documents: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Documents by their keys, in place of those that are there; Busy if one was not taken."""
        lines: list[Mapping[str, Any]] = []
        for key, document in documents:
            lines += ({"index": {"_id": key}}, document)
        if not lines:
            return
        with our_errors():
            done = self._nodes.bulk(body=lines, index=index)
        for item in done["items"] if done["errors"] else ():
            if fault := item["index"].get("error"):
                raise of_status(item["index"]["status"], str(fault.get("reason", fault)))

    def exists(self, index: str) -> bool:
        with our_errors():
            try:
                return bool(self._nodes.indices.exists(index=index))
            except AuthorizationException:
                # This answer has no body, and does not say which right is missing.
                return bool(self._nodes.indices.get(index=index))

    def get(
        self, index: str, key: str, without: Sequence[str] = (), *, first: bool = False
    ) -> Found | None:
        """A document as the last write has left it, seen by searches or not; `first` asks the copy
        that takes all writes, where others may lag behind one that nobody has acknowledged.
        """
        asked = {"_source_excludes": ",".join(without)} if without else {}
        asked |= {"preference": "_primary"} if first else {}
        with our_errors():
            params = {**asked, **self._limited()}
            found = self._nodes.get(index=index, id=key, params=params, ignore=_ABSENT)
        if "error" in found:
            raise Misconfigured(f"The cluster has no index {index}")
        return _found(found) if found["found"] else None

    def get_many(
        self, keys: Sequence[tuple[str, str]], fields: Sequence[str] | Literal[False]
    ) -> list[Json]:
        """Of documents by index and key those that are there, as the last write has left them."""
        if not keys:
            return []
        wanted = [{"_index": index, "_id": key, "_source": fields} for index, key in keys]
        return self._read(lambda: self._got(wanted))

    def _got(self, wanted: Sequence[Mapping[str, Any]]) -> list[Json]:
        with our_errors():
            found = self._nodes.mget(body={"docs": wanted}, params=self._limited())
        for each in found["docs"]:
            if "error" in each:
                raise of_status(503, str(each["error"]))
        return [each for each in found["docs"] if each["found"]]

    def replace(
        self, index: str, key: str, body: Mapping[str, Any], place: Place | None
    ) -> Place | None:
        """One document in place of the one that was written at `place` (None: of none at all); None
        if another stands there by now. Busy leaves open whether it was written.
        """
        only: dict[str, Any] = {"op_type": "create"}
        if place is not None:
            only = {"if_seq_no": place[0], "if_primary_term": place[1]}
        try:
            with telling_what_is_open():
                done = self._nodes_once.index(
                    index=index, id=key, body=body, params={**only, **self._waiting}
                )
        except Conflicting:
            return None
        return done["_seq_no"], done["_primary_term"]

    def apply(self, lines: str, *, visible: bool) -> None:
        """What a bulk request says, as far as nothing newer is there; to be said again after Busy.

        `visible` lets searches find it at once.
        """
        params = {"refresh": "true" if visible else "false", **self._waiting}
        with our_errors():
            done = self._nodes.bulk(body=lines, params=params)
        for item in done["items"] if done["errors"] else ():
            ((_, said),) = item.items()
            if said["status"] != _CONFLICT and (fault := said.get("error")):
                raise of_status(said["status"], str(fault.get("reason", fault)))

    def _read(self, ask: Callable[[], _T]) -> _T:
        return until_answered(ask, self._seconds)

    def _limited(self) -> dict[str, Any]:
        """No longer than an answer may take."""
        raise_if_late()
        return {"request_timeout": max(_LEAST_SECONDS, min(self._seconds, seconds_left()))}

    def size(self, index: str) -> int:
        """How many bytes an index or several have on the nodes' disks, copies included."""
        with our_errors():
            found = self._nodes.indices.stats(index=index, metric="store")
        return int(found["_all"]["total"]["store"]["size_in_bytes"])

    def analyze(self, index: str, body: Mapping[str, Any]) -> Json:
        """What an analyzer of the index makes of a text."""
        with our_errors():
            made: Json = self._nodes.indices.analyze(index=index, body=body)
        return made


def _found(answer: Json) -> Found:
    return Found(answer["_source"], (answer["_seq_no"], answer["_primary_term"]))


def _done_by_all(answer: Mapping[str, Any]) -> None:
    """A node that could not do it is told of in an answer that is good otherwise."""
    if answer["_shards"]["failed"]:
        raise Busy(f"A part of the cluster has too much to do: {answer['_shards']}"[:500], 5)


def _whole(found: Json) -> Json:
    if found.get("timed_out") or found["_shards"]["failed"]:
        raise Busy("The cluster did not answer in time: try again later", 5)
    return found
