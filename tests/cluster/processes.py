"""Several nodes that know of each other: started, killed, waited for."""

import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from cluster.class_archive import starting_options
from cluster.jars import class_path
from cluster.node import Node
from cluster.ports import free_ports

_LONGEST_WAIT = 180.0
_LINES_SHOWN = 20


class Cluster:
    """As many nodes as HTTP ports, all in one folder; snapshots may go below `snapshots`.
    The options are for java.
    """

    def __init__(self, folder: Path, ports: Sequence[int], options: Sequence[str] = ()) -> None:
        self.snapshots = folder / "snapshots"
        self._options = options
        transports = free_ports(len(ports))
        shared = _shared_settings(transports, self.snapshots)
        self.nodes = [
            Node(folder / f"node-{number}", http, {**shared, "transport.port": transport})
            for number, (http, transport) in enumerate(zip(ports, transports, strict=True), 1)
        ]

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def urls(self) -> list[str]:
        return [node.url for node in self.nodes]

    def start(self) -> None:
        """Returns when all nodes are one green cluster."""
        for node in self.nodes:
            self._launch(node)
        self.wait_green()

    def stop(self) -> None:
        for node in self.nodes:
            node.ask_to_stop()
        for node in self.nodes:
            node.stop()

    def kill(self, number: int) -> None:
        """That node (0 is the first) ends at once; the others notice by themselves."""
        self.nodes[number].kill()

    def restart(self, number: int) -> None:
        """That node again, with the data it had; returns when all that were started are green."""
        self.nodes[number].stop()
        self._launch(self.nodes[number])
        self.wait_green()

    def wait_green(self, longest: float = _LONGEST_WAIT) -> None:
        """All shards are where they belong, on all nodes that were started and not killed."""
        end = time.monotonic() + longest
        while not self._is_green():
            if time.monotonic() > end or any(node.has_failed for node in self.nodes):
                raise TimeoutError(f"The cluster does not turn green:\n{self._last_words()}")
            time.sleep(0.1)

    def _launch(self, node: Node) -> None:
        jars = class_path()
        node.start(jars, *starting_options(jars), *self._options)

    def _is_green(self) -> bool:
        """By each node's own word: one that comes back may not have joined yet."""
        started = [node for node in self.nodes if node.is_started]
        return all(_health(node) == ("green", len(started)) for node in started)

    def _last_words(self) -> str:
        said = [node.log.read_text("utf-8", "replace") for node in self.nodes if node.log.exists()]
        return "\n\n".join("\n".join(each.splitlines()[-_LINES_SHOWN:]) for each in said)


def _shared_settings(transports: Sequence[int], snapshots: Path) -> dict[str, object]:
    return {
        "cluster.name": "cuttings",
        "cluster.initial_cluster_manager_nodes": [
            f"node-{number}" for number, _ in enumerate(transports, 1)
        ],
        # A developer's full disk is no reason to stop writing.
        "cluster.routing.allocation.disk.threshold_enabled": False,
        "discovery.seed_hosts": [f"127.0.0.1:{port}" for port in transports],
        "network.host": "127.0.0.1",
        "node.roles": ["cluster_manager", "data", "ingest"],
        "path.repo": [str(snapshots)],
    }


def _health(node: Node) -> tuple[str, int]:
    """The colour and how many nodes there are; none while it has not joined a cluster."""
    try:
        answer = httpx.get(
            f"{node.url}/_cluster/health", params={"cluster_manager_timeout": "1s"}, timeout=5
        )
    except httpx.TransportError:
        return "", 0
    found = answer.json() if answer.is_success else {}
    return found.get("status", ""), found.get("number_of_nodes", 0)
