"""What writing takes: a change of one article, one of a hundred, and a whole check."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from speed.corpus import Corpus
from speed.ours import article_of, findings_of

from cluster_scale.holding import Held
from service.archive import Archive
from service.checks import check
from service.database import Connection, Database
from service.home import Home, home_of
from service.needs import together
from service.settings import Settings
from service.stores.batches import Stored, store_batch
from service.stores.recognition import of_input

_ALONE, _TOGETHER, _BATCHES = 10, 100, 2
# Behind all that any size of archive has.
_BEYOND = 5_000_000


def measured(held: Held, corpus: Corpus) -> dict[str, dict[str, float]]:
    """Seconds; in a copy of the file, and in the cluster's archive, which is done with then."""
    with TemporaryDirectory(dir=held.file.db.parent) as folder:
        copy = replace(held.file, db=Path(folder) / held.file.db.name)
        shutil.copy2(held.file.db, copy.db)
        file = _of(home_of(copy), corpus) | {"check": _timed(lambda: _check_file(copy))}
    cluster = _of(held.home, corpus) | {"check": _timed(lambda: _check_cluster(held.home))}
    return {"file": file, "cluster": cluster}


def _of(home: Home, corpus: Corpus) -> dict[str, float]:
    items = corpus.articles(_BEYOND, _BEYOND + _ALONE + _TOGETHER * _BATCHES)
    stored = [Stored(article_of(each), findings_of(each), "bench") for each in items]
    rest = iter(stored)
    alone = [_timed(partial(_store, home, [each])) for each in islice(rest, _ALONE)]
    batches = []
    while some := list(islice(rest, _TOGETHER)):
        batches.append(_timed(partial(_store, home, some)))
    return {"one article": median(alone), "a hundred articles": median(batches)}


def _store(home: Home, some: Sequence[Stored]) -> None:
    archive: Archive = home.archive
    needs = together(of_input(*each.hashed, each.findings.mentions) for each in some)

    def work(conn: Connection) -> None:
        store_batch(conn, some)
        home.engine.index_in(conn)

    archive.change(needs, work)


def _check_file(file: Settings) -> None:
    home = home_of(file)
    assert isinstance(home.archive, Database)
    # It finds faults: `speed.ours` leaves out by what copies are looked for.
    check(home.archive, home.engine)


def _check_cluster(home: Home) -> None:
    assert not home.engine.faults()


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
