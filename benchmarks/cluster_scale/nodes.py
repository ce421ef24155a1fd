"""The nodes themselves: what they have on disk, in memory, and what their processors have done."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cluster.ports import free_ports
from cluster.processes import Cluster
from opensearchpy import OpenSearch

_HEAP = "2g"
# As OpenSearch's own jvm.options have it: the collector of the tests leaves what it could let go of
# until the heap is full, and what is measured here would be how often a node refuses for that.
_OPTIONS = (
    f"-Xms{_HEAP}",
    f"-Xmx{_HEAP}",
    "-XX:MaxDirectMemorySize=1g",
    "-XX:-UseSerialGC",
    "-XX:+UseG1GC",
    "-XX:G1ReservePercent=25",
    "-XX:InitiatingHeapOccupancyPercent=30",
)


class Nodes:
    """All of one cluster, asked by opensearch-py alone."""

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = tuple(urls)
        self.bare = OpenSearch(list(urls), timeout=120)

    def cpu_seconds(self) -> float:
        found = self.bare.nodes.stats(metric="process")["nodes"].values()
        return float(sum(each["process"]["cpu"]["total_in_millis"] for each in found)) / 1_000

    def memory(self) -> dict[str, float]:
        """MB of all nodes together; what the system has given them only where they are here."""
        found = self.bare.nodes.stats(metric="jvm,process")["nodes"]
        heap = sum(each["jvm"]["mem"]["heap_used_in_bytes"] for each in found.values())
        most = sum(each["jvm"]["mem"]["heap_max_in_bytes"] for each in found.values())
        said = self.bare.nodes.info(metric="process")["nodes"].values()
        resident = sum(_resident(each["process"]["id"]) for each in said)
        return {
            "nodes": float(len(found)),
            "heap_mb": heap / 2**20,
            "most_heap_mb": most / 2**20,
            "resident_mb": resident / 2**20,
        }

    def sizes(self, name: str) -> dict[str, int]:
        """Bytes of each index, without its copies."""
        found: Mapping[str, Any] = self.bare.indices.stats(index=f"{name}-*", metric="store")
        indices = found["indices"].items()
        return {each: said["primaries"]["store"]["size_in_bytes"] for each, said in indices}

    def without_cache(self, name: str) -> None:
        """No answer is to come out of one: no two people ask the same."""
        off = {"index.requests.cache.enable": False}
        self.bare.indices.put_settings(index=f"{name}-*", body=off)

    def forget(self, name: str) -> None:
        """Everything of an archive."""
        found = self.bare.cat.indices(index=f"{name}-*", format="json")
        for each in found:
            self.bare.indices.delete(index=each["index"])


@contextmanager
def running(urls: Sequence[str]) -> Iterator[Nodes]:
    """Those that run already, or without addresses three started for this."""
    if urls:
        yield Nodes(urls)
        return
    with TemporaryDirectory() as folder, Cluster(Path(folder), free_ports(3), _OPTIONS) as started:
        yield Nodes(started.urls)


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    lines = status.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1_024 for line in lines if line.startswith("VmRSS:"))
