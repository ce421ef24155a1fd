"""`make bench-cluster`: sizes of archives in a file and in a cluster, side by side.

    python -m cluster_scale.run --articles 1000,10000 [--nodes "URL URL"] [--texts FOLDER]
        [--folder .bench] [--rounds 2] [--every 1] [--without load,writing]

A size that was measured is in the results, and left out unless --again is said; archives are kept.
"""

import argparse
import sys
from pathlib import Path

from speed.command import numbers, tell
from speed.corpus import Corpus, open_corpus
from speed.measuring import ask_all
from speed.mix import make_mix
from speed.ours import Ours
from speed.percentiles import Timing

from cluster_scale import page, writing
from cluster_scale.holding import Held, InCluster, hold
from cluster_scale.layer import Layer, Layered
from cluster_scale.nodes import Nodes, running
from cluster_scale.rates import requests_a_second
from cluster_scale.results import Measured, file_of, layer_of, read, ways_of, write

_SECONDS, _CLIENTS = 10.0, 4
_SEED = 1
_WARMING, _WARM_ROUNDS = 1_000, 3


def main() -> int:
    arguments = _parser().parse_args()
    corpus = open_corpus(arguments.texts)
    folder = arguments.folder / (arguments.texts.name if arguments.texts else "made-up")
    with running(arguments.nodes.split()) as nodes:
        _warm(folder, nodes, corpus)
        for articles in arguments.articles:
            if file_of(articles).exists() and not arguments.again:
                tell(f"{articles:,} articles are measured already: {file_of(articles).name}")
                continue
            tell(f"{articles:,} articles: filling …")
            held = hold(folder, nodes, corpus, articles)
            measured = _Bench(held, nodes, corpus, articles, arguments).measured()
            write(measured, articles)
            print("\n".join(page.of_size(read(articles))), flush=True)
            if not arguments.keep:
                nodes.forget(held.cluster.cluster.name)
                (held.file.db.parent / "moved.json").unlink()
    page.write()
    return 0


def _warm(folder: Path, nodes: Nodes, corpus: Corpus) -> None:
    """Until the nodes' code is compiled, what they are asked first takes them twice as long."""
    tell(f"{_WARMING:,} articles, not counted: warming …")
    held = hold(folder, nodes, corpus, _WARMING)
    mix = make_mix(corpus, _WARMING, _SEED)
    way = InCluster(held.file.db.parent, held.cluster)
    way.prepare(mix)
    with way:
        for _ in range(_WARM_ROUNDS):
            ask_all(way, mix)
    nodes.forget(held.cluster.cluster.name)
    (held.file.db.parent / "moved.json").unlink()


class _Bench:
    """One size."""

    def __init__(
        self,
        held: Held,
        nodes: Nodes,
        corpus: Corpus,
        articles: int,
        arguments: argparse.Namespace,
    ) -> None:
        self._held, self._nodes, self._corpus = held, nodes, corpus
        self._without: list[str] = arguments.without
        self._rounds: int = arguments.rounds
        self._mix = make_mix(corpus, articles, _SEED)[:: arguments.every]
        folder = held.file.db.parent
        self._ways: dict[str, Ours] = {
            "file": Ours(folder),
            "cluster": InCluster(folder, held.cluster),
        }
        self._articles = articles

    def measured(self) -> Measured:
        for way in self._ways.values():
            way.prepare(self._mix)
        tell(f"{len(self._mix)} queries over HTTP, {self._rounds} rounds …")
        timings, spent = self._over_http()
        tell("the engine beside bare requests …")
        layered: list[Layered] = Layer(self._held, self._nodes.bare).measured(self._mix)
        tell("many at once …")
        rates = {} if "load" in self._without else self._rates()
        name = self._held.cluster.cluster.name
        found: Measured = {
            "articles": self._articles,
            "ways": ways_of(timings),
            "node_cpu_ms_a_search": spent,
            "same_totals": _same_totals(timings),
            "layer": layer_of(layered),
            "rates": rates,
            "seconds": dict(self._held.seconds),
            "bytes": {"file": self._held.file.db.stat().st_size, **self._sizes(name)},
            "memory": self._nodes.memory(),
        }
        if "writing" not in self._without:
            tell("writing …")
            found["writing"] = writing.measured(self._held, self._corpus)
        return found

    def _over_http(self) -> tuple[dict[str, list[Timing]], float]:
        """Rounds in turns, after one that warms both; with what the nodes' processors did."""
        timings: dict[str, list[Timing]] = {name: [] for name in self._ways}
        spent = 0.0
        with self._ways["file"], self._ways["cluster"]:
            for way in self._ways.values():
                ask_all(way, self._mix)
            for _ in range(self._rounds):
                for name, way in self._ways.items():
                    before = self._nodes.cpu_seconds()
                    timings[name] += ask_all(way, self._mix)
                    if name == "cluster":
                        spent += self._nodes.cpu_seconds() - before
        return timings, spent * 1_000 / max(1, len(timings["cluster"]))

    def _rates(self) -> dict[str, float]:
        found: dict[str, float] = {}
        first_pages = [query for query in self._mix if query.page == 1]
        for name, way in self._ways.items():
            with way:
                ask_all(way, first_pages[::4])
                paths = [*map(way.path, first_pages)]
                port = way.server.port
                found[name] = requests_a_second(port, paths, _SECONDS, _CLIENTS)
        return found

    def _sizes(self, name: str) -> dict[str, int]:
        sizes = self._nodes.sizes(name)
        articles = sum(size for index, size in sizes.items() if "-articles" in index)
        return {"cluster": sum(sizes.values()), "of which articles": articles}


def _same_totals(timings: dict[str, list[Timing]]) -> list[int]:
    """How many queries find as many in both, and of how many."""
    totals = {name: {each.place: each.total for each in found} for name, found in timings.items()}
    file, cluster = totals["file"], totals["cluster"]
    return [sum(cluster[place] == total for place, total in file.items()), len(file)]


def _parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--articles", type=numbers, default=[1_000, 10_000])
    options.add_argument("--nodes", default="", help="addresses; else three are started for this")
    options.add_argument("--texts", type=Path, help="a folder of articles; else they are made up")
    options.add_argument("--folder", type=Path, default=Path(".bench"))
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--every", type=int, default=1, help="one query in so many, for a trial")
    options.add_argument("--without", type=lambda text: text.split(","), default=[])
    options.add_argument("--again", action="store_true", help="also what is measured already")
    options.add_argument("--keep", action="store_true", help="leave the archives in the cluster")
    return options


if __name__ == "__main__":
    sys.exit(main())
