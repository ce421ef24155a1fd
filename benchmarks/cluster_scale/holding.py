"""An archive of so many articles in a file, and the same one in a cluster; both are kept.

The file is that of `speed.ours`, filled through the stores; `cuttings move` carries it over.
"""

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from speed.client import Client
from speed.corpus import Corpus
from speed.ours import Ours
from speed.peers.peer import Clocked
from speed.server import serving_ours

from cluster_scale.nodes import Nodes
from service.cluster import ClusterSettings
from service.engines.opensearch.home import ClusterHome
from service.home import home_of
from service.moving import Shelves, to_shelves
from service.settings import Settings, as_environment

SHARDS, COPIES = 3, 1


@dataclass(frozen=True, slots=True)
class Held:
    """Where the two are, and what filling them took in seconds."""

    file: Settings
    cluster: Settings
    seconds: Mapping[str, float]

    @property
    def home(self) -> ClusterHome:
        home = home_of(self.cluster)
        assert isinstance(home, ClusterHome)
        return home


class InCluster(Ours):
    """`cuttings serve` of an archive in the cluster, asked over HTTP as that of a file is."""

    name: ClassVar[str] = "Cuttings on a cluster"

    def __init__(self, folder: Path, settings: Settings, workers: int = 1) -> None:
        super().__init__(folder, workers)
        self._settings = settings

    def open(self) -> None:
        self._open = ExitStack()
        started = serving_ours(self.file, self._workers, as_environment(self._settings))
        self.server = self._open.enter_context(started)
        self.client = self._open.enter_context(Client(self.server.port))


def hold(folder: Path, nodes: Nodes, corpus: Corpus, articles: int) -> Held:
    """Filled now, unless it is there already."""
    name = f"bench-{folder.name}-{articles}"
    ours = Ours(folder / f"ours-{articles}")
    file = Settings(db=ours.file)
    where = ClusterSettings(nodes.urls, name=name, shards=SHARDS, copies=COPIES)
    cluster = replace(file, engine="opensearch", cluster=where)
    seconds = _filled_file(ours, corpus, articles)
    kept = ours.folder / "moved.json"
    if not (kept.exists() and home_of(cluster).is_there()):
        nodes.forget(name)
        kept.write_text(json.dumps(_moved(file, cluster, nodes)), "utf-8")
        nodes.without_cache(name)
    return Held(file, cluster, seconds | json.loads(kept.read_text("utf-8")))


def _filled_file(ours: Ours, corpus: Corpus, articles: int) -> dict[str, float]:
    kept = ours.folder.with_suffix(".json")
    if not kept.exists():
        ours.folder.mkdir(parents=True, exist_ok=True)
        for path in ours.folder.glob("cuttings*"):
            path.unlink()
        items = Clocked(corpus.articles(0, articles))
        started = time.perf_counter()
        stages = dict(ours.build(items))
        whole = time.perf_counter() - started - items.seconds
        kept.write_text(json.dumps(stages | {"all": whole}), "utf-8")
    return {"file": json.loads(kept.read_text("utf-8"))["all"]}


def _moved(file: Settings, cluster: Settings, nodes: Nodes) -> dict[str, float]:
    """All seconds until both are compared, and the seconds of the nodes' processors."""
    home = home_of(cluster)
    assert isinstance(home, ClusterHome)
    home.migrate()
    cpu, started, own = nodes.cpu_seconds(), time.perf_counter(), time.process_time()
    to_shelves(file, Shelves(home.shelf, home.private_shelf), lambda _what, _done: None)
    return {
        "move": time.perf_counter() - started,
        "move, processor of the service": time.process_time() - own,
        "move, processors of the nodes": nodes.cpu_seconds() - cpu,
    }
