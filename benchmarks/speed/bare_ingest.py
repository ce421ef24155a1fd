"""Storing beside a bare executemany, with nothing read out of the articles: in turns, small enough
to be done several times, so that what else the machine does meets both.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from service.database import Database
from speed.corpus import Corpus, Item
from speed.ours import load
from speed.peers.plain import Plain

_ARTICLES = 20_000
_TIMES = 3


@dataclass(frozen=True, slots=True)
class BareIngest:
    """Median seconds: ours with columns, and articles and full text by executemany."""

    ours: float
    bare: float


def bare_ingest(corpus: Corpus) -> BareIngest:
    items = [*corpus.articles(0, _ARTICLES)]
    pairs = [(_timed(_stored, items), _timed(_bare, items)) for _ in range(_TIMES)]
    ours, bare = zip(*pairs, strict=True)
    return BareIngest(median(ours), median(bare))


def _timed(store: Callable[[Path, Sequence[Item]], float], items: Sequence[Item]) -> float:
    with tempfile.TemporaryDirectory(prefix="cuttings-bare-") as folder:
        return store(Path(folder), items)


def _stored(folder: Path, items: Sequence[Item]) -> float:
    database = Database(folder / "cuttings.db", query_seconds=0)
    database.migrate()
    return _sum(load(database, items, with_names=False), "storing", "columns")


def _bare(folder: Path, items: Sequence[Item]) -> float:
    return _sum(Plain(folder).build(items), "articles", "full text")


def _sum(seconds: Mapping[str, float], *stages: str) -> float:
    return sum(seconds[stage] for stage in stages)
