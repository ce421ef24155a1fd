"""What Java has loaded and checked once, kept for later starts: it halves the seconds they take."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from cluster.jars import COMPILED, KEPT, alone
from cluster.node import Node
from cluster.ports import free_ports

ARCHIVE = KEPT / "classes.jsa"
_LONGEST = 120.0


def starting_options(class_path: str) -> list[str]:
    """For java, beside that class path; the archive is made when it is not there yet."""
    with alone(KEPT / "classes.busy"):
        if not ARCHIVE.exists() or ARCHIVE.stat().st_mtime < COMPILED.stat().st_mtime:
            print("Preparing OpenSearch's classes (once, about 15 seconds) …", flush=True)
            with TemporaryDirectory(prefix="cluster-classes-") as folder:
                _make(class_path, Path(folder))
    return [f"-XX:SharedArchiveFile={ARCHIVE}"]


def _make(class_path: str, folder: Path) -> None:
    """By one node that answers once and ends."""
    http, transport = free_ports(2)
    node = Node(
        folder / "node-1", http, {"transport.port": transport, "discovery.type": "single-node"}
    )
    new = ARCHIVE.with_suffix(".new")
    node.start(class_path, f"-XX:ArchiveClassesAtExit={new}")
    end = time.monotonic() + _LONGEST
    while not (_answers(node) or node.has_failed or time.monotonic() > end):
        time.sleep(0.2)
    node.stop()
    new.replace(ARCHIVE)


def _answers(node: Node) -> bool:
    try:
        return httpx.get(f"{node.url}/_search", timeout=5).is_success
    except httpx.TransportError:
        return False
