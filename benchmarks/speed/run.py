"""`make bench`: one size, one or more mixes, all peers; prints the targets, writes JSON.

    python -m speed.run --articles 100000 [--texts FOLDER] [--seeds 1,2,3] [--peers plain,tantivy]
        [--every plain=12] [--folder .bench] [--repeat 2] [--without load,ingest]

Archives are built once and kept in the folder. With the result caches off, since none is asked for:
no request says which answer it has already. The first mix is asked of everybody and brings the
figures of the service; the others repeat what goes by the mix.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from speed import load
from speed.agreement import agreement
from speed.bare_ingest import BareIngest, bare_ingest
from speed.command import numbers, tell
from speed.corpus import Corpus, open_corpus
from speed.floor import time_empty, time_newest
from speed.measuring import Measured, measure
from speed.mix import Query, make_mix
from speed.ours import Ours
from speed.peers.everyone import PEERS
from speed.peers.peer import Clocked, Peer
from speed.peers.plain import Plain
from speed.report import print_run, write_run
from speed.rows import Run
from speed.service_figures import (
    Beside,
    Service,
    Throughput,
    beside_ingest,
    file_sizes,
    private_mb,
    start_seconds,
    throughput,
)

RESULTS = Path(__file__).parent.parent / "results"
_LOAD_SECONDS = 10.0
_NEWEST_REPEATED = 50


def main() -> int:
    arguments = parser().parse_args()
    measure_all(Bench(arguments), arguments)
    return 0


def measure_all(bench: "Bench", arguments: argparse.Namespace) -> None:
    """Every mix; the first with the figures of the service."""
    for number, seed in enumerate(arguments.seeds):
        run = bench.run(seed, whole=number == 0)
        print_run(run, arguments.articles, seed)
        file = write_run(run, arguments.articles, seed, arguments.results)
        tell(f"written: {file.name}")


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--articles", type=int, default=10_000)
    options.add_argument("--texts", type=Path, help="a folder of articles; else they are made up")
    options.add_argument("--seeds", type=numbers, default=[1, 2, 3], help="of the mixes: 1,2,3")
    options.add_argument("--peers", type=_names, default=list(PEERS), help=", ".join(PEERS))
    options.add_argument(
        "--every", type=_shares, default={}, help="slow peers: plain=12 asks it one query in twelve"
    )
    options.add_argument("--folder", type=Path, default=Path(".bench"), help="kept between runs")
    options.add_argument("--repeat", type=int, default=2, help="warm rounds")
    options.add_argument("--without", type=_names, default=[], help="load, ingest, agreement")
    options.add_argument("--results", type=Path, default=RESULTS)
    return options


class Bench:
    """One size of archive, and everybody who holds it."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._articles: int = arguments.articles
        self._texts: Path | None = arguments.texts
        self._repeat: int = arguments.repeat
        self._without: list[str] = arguments.without
        self._every: dict[str, int] = arguments.every
        self._folder: Path = arguments.folder / (self._texts.name if self._texts else "made-up")
        self._corpus = open_corpus(self._texts)
        self.ours = Ours(self._folder / f"ours-{self._articles}")
        self.peers = dict(self._able(arguments.peers))
        # Bare counts and sizes are the plain file's, also where it is not measured itself.
        self.plain = Plain(self._folder / f"plain-{self._articles}")
        self._stored = {
            "ours": built(self.ours, self._corpus, self._articles),
            "plain": built(self.plain, self._corpus, self._articles),
        }
        for peer in self.peers.values():
            built(peer, self._corpus, self._articles)

    def _able(self, names: Sequence[str]) -> Iterator[tuple[str, Peer]]:
        for name in names:
            kind = PEERS[name]
            if lacking := kind.lacks():
                tell(f"{kind.name} is not measured: {lacking}")
            elif kind.most and self._articles > kind.most:
                tell(f"{kind.name} is measured up to {kind.most:,} articles only")
            else:
                yield name, kind(self._folder / f"{name}-{self._articles}")

    def run(self, seed: int, *, whole: bool) -> Run:
        mix = make_mix(self._corpus, self._articles, seed)
        tell(f"mix {seed}: {len(mix)} queries")
        ours = self._measured(self.ours, mix, 1)
        peers = {
            name: self._measured(peer, mix, self._every.get(name, 1))
            for name, peer in self.peers.items()
        }
        empty = time_empty()
        with self.ours, self.plain:
            floor = time_newest(self.ours, self.plain, mix, empty, _NEWEST_REPEATED)
            agreed = None if "agreement" in self._without else agreement(self.ours, mix)
        return Run(ours, peers, floor, agreed, self._service(mix) if whole else Service())

    def _measured(self, peer: Peer, mix: Sequence[Query], every: int) -> Measured:
        tell(f"{peer.name} …")
        return measure(peer, mix, self._repeat, every)

    def _service(self, mix: Sequence[Query]) -> Service:
        tell("memory, start, sizes …")
        return Service(
            stored_seconds=self._stored,
            private_mb=private_mb(self.ours, mix),
            start_seconds=start_seconds(self.ours),
            sizes=file_sizes(self.ours, self.plain),
            throughput=self._throughput(mix),
            beside_ingest=self._beside_ingest(mix),
            bare_ingest=self._bare_ingest(),
        )

    def _throughput(self, mix: Sequence[Query]) -> Throughput | None:
        if "load" in self._without:
            return None
        if not (load.has_wrk() and load.has_oha()):
            tell(f"load is not measured whole: {load.INSTALL}")
        if not load.has_wrk():
            return None
        tell("load …")
        return throughput(self.ours, mix, _LOAD_SECONDS)

    def _beside_ingest(self, mix: Sequence[Query]) -> Beside | None:
        if "ingest" in self._without:
            return None
        tell("searches during an ingest …")
        return beside_ingest(self.ours, mix, self._articles, self._texts)

    def _bare_ingest(self) -> BareIngest | None:
        if "ingest" in self._without:
            return None
        tell("storing beside a bare executemany …")
        return bare_ingest(self._corpus)


def built(peer: Peer, corpus: Corpus, articles: int) -> Mapping[str, float]:
    """Built now, unless it is there already; the seconds of each stage."""
    kept = peer.folder.with_suffix(".json")
    if not kept.exists():
        tell(f"building {peer.folder.name} …")
        shutil.rmtree(peer.folder, ignore_errors=True)
        peer.folder.mkdir(parents=True)
        items = Clocked(corpus.articles(0, articles))
        started = time.perf_counter()
        stages = dict(peer.build(items))
        whole = time.perf_counter() - started - items.seconds
        kept.write_text(json.dumps(stages | {"all": whole}), "utf-8")
    seconds: dict[str, float] = json.loads(kept.read_text("utf-8"))
    return seconds


def _shares(text: str) -> dict[str, int]:
    return {
        name: int(every) for name, _, every in (part.partition("=") for part in text.split(","))
    }


def _names(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


if __name__ == "__main__":
    sys.exit(main())
