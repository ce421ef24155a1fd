"""How fast articles are read beside the bare model: words a second, processes, and memory.

    python benchmarks/extraction.py ARTICLES [--articles 2000] [--processes 2] [--rounds 5]
    python benchmarks/extraction.py ARTICLES --memory [--articles 20000]

ARTICLES is a folder with *.jsonl.gz, or one such file, of records with title, date and body. They
are written to files, a folder a round. A round is what `cuttings ingest` does with its folder,
from the files to the committed archive, beside the same spaCy pipeline with nothing around it.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from entities import article_in

from service.database import archive_database, private_database
from service.engines import load_engine
from service.extract import PINNED_MODEL, Tagger, load_tagger
from service.extract.spacy_model import SpacyModel
from service.ingest import Ingest
from service.language import detect
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.quarantine import QuarantineStore


class Seconds(NamedTuple):
    """By the clock and of CPU."""

    clock: float
    cpu: float


Ways = dict[str, Callable[[Path], Seconds]]


def main() -> int:
    arguments = parser().parse_args()
    with tempfile.TemporaryDirectory() as name:
        rounds = write(arguments.source, Path(name), arguments.articles, arguments.rounds)
        if not rounds:
            print(f"No articles at {arguments.source}.")
            return 1
        if arguments.memory:
            report_memory(rounds, Path(name), arguments)
        else:
            report_speed(rounds, Path(name), arguments)
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("source", type=Path, help="a *.jsonl.gz, or a folder with some")
    options.add_argument("--articles", type=int, default=2_000, help="how many are read")
    options.add_argument("--rounds", type=int, default=5, help="in how many parts")
    options.add_argument("--processes", type=int, default=2, help="compared with one")
    options.add_argument("--tagger", default=PINNED_MODEL, help="the name of a model")
    options.add_argument("--memory", action="store_true", help="measure memory, not time")
    return options


def write(source: Path, folder: Path, articles: int, rounds: int) -> list[Path]:
    """Folders of files with front matter, so many articles in all."""
    size = -(-articles // rounds)
    for number, record in enumerate(islice(records(source), articles)):
        place = folder / f"{number // size}"
        place.mkdir(exist_ok=True)
        fields = {"title": record["title"], "date": record["date"][:10], "key": f"{number}"}
        front = "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
        (place / f"{number:06}.txt").write_text(f"---\n{front}---\n{record['body']}\n", "utf-8")
    return sorted(path for path in folder.iterdir() if path.is_dir())


def records(source: Path) -> Iterator[Any]:
    files = sorted(source.glob("*.jsonl.gz")) if source.is_dir() else [source]
    for file in filter(Path.is_file, files):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                if record.get("title") and record.get("date") and record.get("body"):
                    yield record


# Speed ----------------------------------------------------------------------------------------


def report_speed(rounds: Sequence[Path], folder: Path, arguments: argparse.Namespace) -> None:
    tagger = SpacyModel(arguments.tagger)
    warm_up(tagger)
    one = job(folder / "one.db", lambda: tagger)
    ways: Ways = {
        "bare model": partial(bare, tagger),
        "one process": lambda part: timed(one, [part]).seconds,
    }
    words = [sum(len(text.split()) for text in texts(part)) for part in rounds]
    seconds = in_turn(ways, rounds)
    for way, row in seconds.items():
        speed = median(count / took.clock for count, took in zip(words, row, strict=True))
        print(f"{way:12} {speed:8,.0f} words/s")
    pairs = list(zip(seconds["bare model"], seconds["one process"], strict=True))
    clock = median(bare_.clock / ours.clock for bare_, ours in pairs)
    # On a machine that is busy otherwise, what the work itself takes tells more.
    cpu = median(bare_.cpu / ours.cpu for bare_, ours in pairs)
    print(f"one process beside the bare model: {clock:.2f}, by CPU time {cpu:.2f}")
    report_processes(rounds, folder, arguments, sum(words))


def report_processes(
    rounds: Sequence[Path], folder: Path, arguments: argparse.Namespace, words: int
) -> None:
    """All rounds at once, as starting a process and loading its model is paid for once."""
    load = partial(load_tagger, arguments.tagger)
    found = {
        number: timed(job(folder / f"{number}.db", load, number), rounds)
        for number in (1, arguments.processes)
    }
    for number, took in found.items():
        print(
            f"{number} processes  {words / took.total:8,.0f} words/s,"
            f" {words / took.after_first:,.0f} once the first are read (after {took.first:.1f} s);"
            f" CPU {took.own:.1f} s here, {took.others:.1f} s in others"
        )
    one, several = found.values()
    print(f"{arguments.processes} beside 1: {one.after_first / several.after_first:.2f}")
    least = max(several.own, (several.own + several.others) / arguments.processes)
    print(f"{arguments.processes} beside 1 by CPU time, on so many cores: {one.own / least:.2f}")


def in_turn(ways: Ways, rounds: Sequence[Path]) -> dict[str, list[Seconds]]:
    """What each way takes for each round; they take turns to begin, as machines are shared."""
    seconds: dict[str, list[Seconds]] = {way: [] for way in ways}
    for number, part in enumerate(rounds):
        order = list(ways)
        for way in order[number % len(order) :] + order[: number % len(order)]:
            seconds[way].append(ways[way](part))
    return seconds


def warm_up(tagger: Tagger) -> None:
    """What is loaded late is loaded before the clock starts."""
    text = "The old bridge in the middle of the town would not hold, said the council of Leeds."
    detect(text)
    tagger.tag([text], ["en"])


def texts(folder: Path) -> list[str]:
    """What is read for names in the files of a folder."""
    articles = (article_in(path) for path in sorted(folder.iterdir()))
    return [text for article in articles for _, text in article.passages()]


def bare(tagger: SpacyModel, folder: Path) -> Seconds:
    """The pipeline that the tagger has loaded, with spaCy's own batches."""
    read_ = texts(folder)
    started, before = time.perf_counter(), time.process_time()
    for _ in tagger.pipeline.pipe(read_):
        pass
    return Seconds(time.perf_counter() - started, time.process_time() - before)


def job(path: Path, tagger: Callable[[], Tagger], processes: int = 1) -> Ingest:
    settings = Settings(db=path)
    archive = archive_database(settings)
    archive.migrate()
    private = private_database(settings)
    embargoes, quarantine = EmbargoStore(private, archive), QuarantineStore(private)
    engine = load_engine("sqlite", archive)
    return Ingest(archive, engine, embargoes, quarantine, tagger, processes)


class Took(NamedTuple):
    """Seconds: all in all, until the first batch was stored, and of CPU here and in others."""

    total: float
    first: float
    own: float
    others: float

    @property
    def seconds(self) -> Seconds:
        return Seconds(self.total, self.own)

    @property
    def after_first(self) -> float:
        return self.total - self.first


def timed(ingest: Ingest, folders: Sequence[Path]) -> Took:
    stored: list[float] = []
    started, before = time.perf_counter(), os.times()
    report = ingest.run(
        [str(folder) for folder in folders],
        lambda *_: stored.append(time.perf_counter() - started),
    )
    assert not report.failed, report.failed[:3]
    after = os.times()
    own = after.user + after.system - before.user - before.system
    others = sum(after[2:4]) - sum(before[2:4])
    return Took(time.perf_counter() - started, stored[0], own, others)


# Memory ---------------------------------------------------------------------------------------


def report_memory(rounds: Sequence[Path], folder: Path, arguments: argparse.Namespace) -> None:
    """Resident memory after each round: growth after the first is what never ends."""
    ingest = job(folder / "memory.db", cache(partial(load_tagger, arguments.tagger)))
    for number, part in enumerate(rounds, 1):
        timed(ingest, [part])
        print(f"after {number} of {len(rounds)} rounds: {resident():,.0f} MB", flush=True)


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
