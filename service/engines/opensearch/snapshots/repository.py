"""Requests about the snapshots of one repository, whose errors become ours here."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from opensearchpy.exceptions import TransportError

from service.cluster import NO_REPOSITORY
from service.deadline import until_answered
from service.engines.opensearch.client import Client, Json
from service.engines.opensearch.client_errors import our_errors
from service.engines.opensearch.nodes import in_addresses
from service.errors import Busy, Conflict, CuttingsError, Misconfigured, NotFound

# How long a snapshot may take to be deleted, in seconds: the cluster ends what it is at before.
_LONGEST = 600.0
# A node that leads the others may have to be found first.
_PATIENCE = 60.0
_ABSENT = 404
# Nothing has such a name.
_NO_INDEX = "-cuttings-none-"
_SOURCE_AGAIN = ("already exists", "with the same name")


class Kept(NamedTuple):
    """A snapshot as the repository has it; `state` in its own words."""

    name: str
    state: str
    indices: tuple[str, ...]
    metadata: Mapping[str, Any]
    failures: tuple[str, ...]
    ended: float


class Begun(NamedTuple):
    """Whether each part of a snapshot has its moment, and how many bytes of how many are copied."""

    everywhere: bool
    done: int
    every: int


class Repository:
    """Where snapshots are kept: its name in the cluster, where somebody has registered it."""

    def __init__(self, client: Client, name: str) -> None:
        if not name:
            raise Misconfigured(NO_REPOSITORY)
        self._name = name
        self._client = client

    def create(self, name: str, indices: Sequence[str], metadata: Mapping[str, Any]) -> None:
        """Begin a snapshot; Conflict if there is one, Busy where it is not known whether it began.

        Without indices it holds what it says of itself, and is there at once.
        """
        body = {
            "indices": ",".join(indices) or _NO_INDEX,
            "ignore_unavailable": not indices,
            "include_global_state": False,
            "partial": False,
            "metadata": dict(metadata),
        }
        params = {"wait_for_completion": str(not indices).lower(), "request_timeout": _LONGEST}
        with self._errors():
            self._client.nodes(once=True).snapshot.create(
                repository=self._name, snapshot=name, body=body, params=params
            )

    def begun(self, name: str) -> Begun:
        """How far one is that was begun."""
        (status,) = self._statuses(name)
        shards = [s for i in status["indices"].values() for s in i["shards"].values()]
        stats = status["stats"]
        total = stats["incremental"]["size_in_bytes"]
        done = stats.get("processed", stats["incremental"])["size_in_bytes"]
        return Begun(bool(shards) and all(map(_has_begun, shards)), min(done, total), total)

    def kept(self, pattern: str) -> list[Kept]:
        """All whose names are so, whether they are whole or not."""
        snapshots = self._client.nodes(once=False).snapshot
        asked = {"repository": self._name, "snapshot": pattern}
        params = {"ignore_unavailable": "true"}
        found = self._read(lambda: snapshots.get(**asked, params=params))
        return [_kept(each) for each in found]

    def sizes(self, names: Sequence[str]) -> dict[str, int]:
        """In bytes, of those that are whole."""
        found = [each for some in in_addresses(names) for each in self._statuses(some)]
        return {each["snapshot"]: each["stats"]["total"]["size_in_bytes"] for each in found}

    def delete(self, name: str) -> bool:
        """Also one that is being taken; False if there is none."""
        with self._errors():
            gone = self._client.nodes(once=False).snapshot.delete(
                repository=self._name,
                snapshot=name,
                params={"request_timeout": _LONGEST},
                ignore=_ABSENT,
            )
        if "error" in gone and _type_of(gone["error"]) != "snapshot_missing_exception":
            raise Misconfigured(f"{NO_REPOSITORY}. There is none called “{self._name}”")
        return "error" not in gone

    def restore(self, name: str, indices: Sequence[str], source: str, target: str) -> None:
        """Begin to bring indices back whose names begin with another word then; without aliases."""
        body = {
            "indices": ",".join(indices),
            "include_global_state": False,
            "include_aliases": False,
            "partial": False,
            "rename_pattern": f"^{source}-",
            "rename_replacement": f"{target}-",
        }
        with self._errors():
            self._client.nodes(once=True).snapshot.restore(
                repository=self._name,
                snapshot=name,
                body=body,
                params={"wait_for_completion": "false"},
            )

    def _statuses(self, names: str) -> list[Json]:
        snapshots = self._client.nodes(once=False).snapshot
        return self._read(lambda: snapshots.status(repository=self._name, snapshot=names))

    def _read(self, ask: Callable[[], Json]) -> list[Json]:
        """Asked again for a while: what takes hours is not to fail when a node goes away."""

        def asked() -> list[Json]:
            with self._errors():
                found: list[Json] = ask()["snapshots"]
            return found

        return until_answered(asked, _PATIENCE)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with our_errors():
            try:
                yield
            except TransportError as exc:
                if (ours := self._ours(exc)) is not None:
                    raise ours from exc
                raise

    def _ours(self, exc: TransportError) -> CuttingsError | None:
        said = str(exc.info)
        match exc.error:
            case "repository_missing_exception":
                return Misconfigured(f"{NO_REPOSITORY}. There is none called “{self._name}”")
            case "repository_exception" | "repository_verification_exception":
                return Misconfigured(f"The repository {self._name} cannot be used: {_reason(exc)}")
            case "snapshot_missing_exception":
                return NotFound("There is no such snapshot: see `cuttings snapshot list`")
            case "concurrent_snapshot_execution_exception":
                return Busy("The repository is at something else: try again later", 10)
            case "invalid_snapshot_name_exception" | "snapshot_restore_exception" if any(
                sign in said for sign in _SOURCE_AGAIN
            ):
                return Conflict(f"There is something of that name already: {_reason(exc)}")
            case "snapshot_exception":
                return Busy(f"No snapshot can be taken: {_reason(exc)}", 10)
        return None


def _has_begun(shard: Json) -> bool:
    """Of one that waits for its node the cluster says the same as of one that was begun, without
    saying where.
    """
    return shard["stage"] in {"DONE", "FINALIZE"} or (
        shard["stage"] == "STARTED" and "node" in shard
    )


def _kept(said: Json) -> Kept:
    failures = [str(each.get("reason", each)) for each in said.get("failures", ())]
    return Kept(
        said["snapshot"],
        said["state"],
        tuple(said["indices"]),
        said.get("metadata") or {},
        tuple(failures),
        said.get("end_time_in_millis", 0) / 1_000 or time.time(),
    )


def _type_of(error: Any) -> str:
    return str(error.get("type", "")) if isinstance(error, dict) else str(error)


def _reason(exc: TransportError) -> str:
    info = exc.info
    error = info.get("error", {}) if isinstance(info, dict) else {}
    return str(error.get("reason", info) if isinstance(error, dict) else error)[:500]
