"""How fast `cuttings ingest` is beside a bare executemany of the same rows, and in what memory.

    python benchmarks/ingest_rate.py DATA [--articles N] [--repeat 3] [--tagger auto]

DATA is a folder with reuters21578/articles.jsonl.gz, which is written as one file of JSON
lines. Bare is what one would write by hand: a table with our columns, filled from the file, with
and without a text index kept by triggers. Each way gives an archive of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from killed_ingest import reports

from service.database import Database, archive_database, private_database
from service.engines import load_engine
from service.errors import CuttingsError
from service.extract import load_tagger
from service.ingest import Ingest
from service.query import Phrase, Search
from service.settings import Settings
from service.stores.article_rows import COLUMNS
from service.stores.embargoes import EmbargoStore
from service.stores.quarantine import QuarantineStore

# How often is looked, in seconds: at the memory, and whether the first article is found.
_LOOK = 0.05
# Nearly every report has it, and so has the first batch.
_WORD = "said"
TABLE = f"CREATE TABLE articles (id INTEGER PRIMARY KEY, {', '.join(COLUMNS[1:])});"
ADD = f"""
INSERT INTO articles ({", ".join(COLUMNS)}) VALUES ({", ".join(f":{name}" for name in COLUMNS)})
"""
INDEX = """
CREATE VIRTUAL TABLE articles_fts USING fts5(title, body, content="articles", content_rowid="id",
  tokenize="porter unicode61 remove_diacritics 2");
CREATE TRIGGER inserted AFTER INSERT ON articles BEGIN
  INSERT INTO articles_fts(rowid, title, body) VALUES (new.id, new.title, new.body);
END;
"""


@dataclass(slots=True)
class Memory:
    """MB of a process and of those that it started: at the highest, and as the work goes on."""

    own: float = 0.0
    others: dict[int, float] = field(default_factory=dict)
    course: list[tuple[float, float]] = field(default_factory=list)  # what part is done, its MB

    def at(self, done: float) -> float:
        """Its own when so much of the work was done."""
        return next((mb for part, mb in self.course if part >= done), self.course[-1][1])


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds for all, until the first article was found, and for the same file again."""

    seconds: float
    size: int  # of the archive, in bytes
    again: float | None = None
    first: float | None = None
    memory: Memory | None = None


Way = Callable[[Path, Path], Took]


def main() -> int:
    arguments = parser().parse_args()
    source = arguments.data / "reuters21578" / "articles.jsonl.gz"
    if not source.exists():
        print(f"Not measured: {source} is missing")
        return 1
    taggers = arguments.tagger or ["off", "gazetteer"]
    with tempfile.TemporaryDirectory(prefix="cuttings-rate-") as name:
        lines = list(reports(source, arguments.articles))
        file = Path(name) / "articles.ndjson"
        file.write_text("\n".join(lines), "utf-8")
        print(f"{len(lines):,} articles, {file.stat().st_size / 1e6:.1f} MB")
        measured = in_turn(ways(taggers, len(lines)), file, arguments.repeat)
        report(measured, len(lines))
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("data", type=Path)
    options.add_argument("--articles", type=int, default=sys.maxsize, help="how many at most")
    options.add_argument("--repeat", type=int, default=1, help="times; the median counts")
    options.add_argument(
        "--tagger", action="append", help="repeated for several (off, gazetteer); auto takes long"
    )
    return options


def ways(taggers: Iterable[str], articles: int) -> dict[str, Way]:
    found: dict[str, Way] = {
        "bare table": bare,
        "bare table and index": partial(bare, index=INDEX),
        "in process, off": in_process,
    }
    for tagger in taggers:
        for processes in (1, None):
            name = f"cuttings ingest, {tagger}{', one process' if processes else ''}"
            found[name] = partial(command, tagger, processes, articles)
    return found


def in_turn(ways_: dict[str, Way], file: Path, times: int) -> dict[str, list[Took]]:
    """Each way so often; they take turns, as machines are shared."""
    measured: dict[str, list[Took]] = {name: [] for name in ways_}
    for _ in range(times):
        for name, way in ways_.items():
            with tempfile.TemporaryDirectory(dir=file.parent) as folder:
                measured[name].append(way(file, Path(folder) / "cuttings.db"))
                print(f"{name}: {measured[name][-1].seconds:.1f} s", file=sys.stderr)
    return measured


# Ways -------------------------------------------------------------------------------------------


def bare(file: Path, db: Path, index: str = "") -> Took:
    """One statement in one transaction, with the same SQLite."""
    schema = db.parent / "schema"
    schema.mkdir()
    (schema / "0001.sql").write_text(TABLE + index, "utf-8")
    database = Database(db, schema)
    database.migrate()
    started = time.perf_counter()
    with database.write() as conn:
        conn.executemany(ADD, rows(file))
    seconds = time.perf_counter() - started
    database.empty_log()
    return Took(seconds, db.stat().st_size)


def rows(file: Path) -> Iterator[dict[str, Any]]:
    nothing = dict.fromkeys(COLUMNS)
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            record = json.loads(line)
            known = {name: record.get(name) for name in ("uri", "title", "body", "dateline")}
            yield nothing | known | {"id": number, "extra": json.dumps(record.get("topics"))}


def in_process(file: Path, db: Path) -> Took:
    """Without the start of a process, and with nobody who looks on."""
    settings = Settings(db=db)
    archive = archive_database(settings)
    archive.migrate()
    private = private_database(settings)
    embargoes, quarantine = EmbargoStore(private, archive), QuarantineStore(private)
    engine = load_engine("sqlite", archive)
    ingest = Ingest(archive, engine, embargoes, quarantine, partial(load_tagger, "off"))
    seconds: list[float] = []
    for _ in range(2):
        started = time.perf_counter()
        failed = ingest.run([str(file)]).failed
        seconds.append(time.perf_counter() - started)
        assert not failed, failed[:3]
    archive.empty_log()
    return Took(seconds[0], db.stat().st_size, seconds[1])


def command(tagger: str, processes: int | None, articles: int, file: Path, db: Path) -> Took:
    """The command as it is typed, and once more over the same file."""
    call = [sys.executable, "-m", "service.cli", "ingest", str(file), "--db", str(db)]
    if processes is not None:
        call += ["--processes", str(processes)]
    first = Watched(call, tagger, db, articles)
    seconds = first.wait()
    archive_database(Settings(db=db)).empty_log()
    size = db.stat().st_size
    again = Watched(call, tagger, db, articles).wait()
    return Took(seconds, size, again, first.found, first.memory)


class Watched:
    """A command that runs, looked at until it ends."""

    def __init__(self, call: Sequence[str], tagger: str, db: Path, articles: int) -> None:
        self.found: float | None = None
        self.memory = Memory()
        self._articles = articles
        self._archive = archive_database(Settings(db=db))
        self._started = time.perf_counter()
        environment = os.environ | {"CUTTINGS_TAGGER": tagger}
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(call, env=environment, stdout=quiet, stderr=quiet)

    def wait(self) -> float:
        """Seconds that it took."""
        while self._process.poll() is None:
            self._look()
            time.sleep(_LOOK)
        seconds = time.perf_counter() - self._started
        assert self._process.returncode == 0, self._process.args
        self._archive.close()
        return seconds

    def _look(self) -> None:
        self._weigh()
        # Before its tables are there, and while they are made, nothing is found.
        with suppress(CuttingsError):
            if self.found is None:
                self._search()
            with self._archive.read() as conn:
                (done,) = conn.execute("SELECT count(*) FROM articles").fetchone()
            now = resident(self._process.pid, "VmRSS")
            self.memory.course.append((done / self._articles, now))

    def _search(self) -> None:
        results = load_engine("sqlite", self._archive).search(Search(tree=Phrase(_WORD)))
        if results.total:
            self.found = time.perf_counter() - self._started

    def _weigh(self) -> None:
        """Both are peaks, so nothing between two looks is missed but a process that has ended."""
        process = self._process.pid
        self.memory.own = max(self.memory.own, resident(process))
        # A process ends whenever it likes.
        with suppress(OSError):
            children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
            for child in map(int, children.split()):
                self.memory.others[child] = max(self.memory.others.get(child, 0.0), resident(child))


def resident(process: int, which: str = "VmHWM") -> float:
    """Resident memory in MB, at its highest so far or now (VmRSS); 0 for one that has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text("ascii").splitlines():
            if line.startswith(which):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


# Report -----------------------------------------------------------------------------------------


def report(measured: dict[str, list[Took]], articles: int) -> None:
    """A table in Markdown; rates beside that of the bare table with its index."""
    beside = middle(took.seconds for took in measured["bare table and index"])
    print("| | articles a second | beside bare | found after | again, a second | MB at", end="")
    print(" 1/4, 1/2, end; most | others | file, MB |")
    print("|---|--:|--:|--:|--:|---|---|--:|")
    for name, row in measured.items():
        seconds = middle(took.seconds for took in row)
        first = told(middle(took.first for took in row), "{:.1f} s")
        again = middle(took.again for took in row)
        cells = [
            f"{articles / seconds:,.0f}" if seconds else "",
            f"{beside / seconds:.3f}" if seconds and beside else "",
            first,
            f"{articles / again:,.0f}" if again else "",
            memory_of(row[-1]),
            f"{row[-1].size / 1e6:.1f}",
        ]
        print(f"| {name} | {' | '.join(cells)} |")


def middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def told(value: float | None, form: str) -> str:
    return form.format(value) if value is not None else ""


def memory_of(took: Took) -> str:
    """Two cells."""
    if took.memory is None:
        return " | "
    course = ", ".join(f"{took.memory.at(part):.0f}" for part in (0.25, 0.5, 1.0))
    others = ", ".join(f"{mb:.0f}" for mb in took.memory.others.values())
    return f"{course}; {took.memory.own:.0f} | {others}"


if __name__ == "__main__":
    sys.exit(main())
