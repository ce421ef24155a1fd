"""An ingest that is killed again and again ends in the same archive as one that is left alone.

    python benchmarks/killed_ingest.py DATA --articles 5000 --kills 100 --seed 1

DATA is a folder with `reuters21578/articles.jsonl.gz` . Each kill is a
SIGKILL at a random instant of the running ingest; after each the archive is checked. At the end
every row of both files is compared with those of an ingest that nobody killed, but for times of
ingest.
"""

import argparse
import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# When something came is not what it is; the archive's name is random, its generation counts writes.
TIMES = {"ingested_at", "held_at", "first_seen", "last_seen", "ingest", "added_in", "dated_in"}
APART = {"generation", "sqlite_stat1", "_sqlite_migrations"}
# Of the text indexes the texts and words are compared, not how they are laid out in segments.
LAYOUT = ("_data", "_idx", "_docsize", "_config", "_content")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--articles", type=int, default=5_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=4.0, help="the latest kill")
    parser.add_argument("--tagger", default="gazetteer")
    arguments = parser.parse_args()
    source = arguments.data / "reuters21578" / "articles.jsonl.gz"
    if not source.exists():
        sys.exit(f"there is no {source}: name the folder that holds reuters21578")
    folder = Path(tempfile.mkdtemp(prefix="cuttings-killed-"))
    try:
        records = folder / "articles.ndjson"
        records.write_text("\n".join(reports(source, arguments.articles)), "utf-8")
        _compare(folder, records, arguments)
    finally:
        shutil.rmtree(folder)


def reports(source: Path, limit: int) -> Iterator[str]:
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        for _, line in zip(range(limit), lines, strict=False):
            raw = json.loads(line)
            kept = {
                name: raw[name] for name in ("title", "dateline", "body", "topics") if raw[name]
            }
            yield json.dumps(kept | {"uri": f"reuters:{raw['id']}", "source": "Reuters"})


def _compare(folder: Path, records: Path, arguments: argparse.Namespace) -> None:
    whole, killed = folder / "whole" / "cuttings.db", folder / "killed" / "cuttings.db"
    for archive in (whole, killed):
        archive.parent.mkdir()
    started = time.monotonic()
    _ingest(whole, records, arguments.tagger).wait()
    print(f"left alone: {time.monotonic() - started:.1f} s", flush=True)
    chance = random.Random(arguments.seed)  # noqa: S311
    unsound = done = 0
    while done < arguments.kills:
        process = _ingest(killed, records, arguments.tagger)
        time.sleep(chance.uniform(0.3, arguments.seconds))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            done += 1
        process.wait()
        unsound += _check(killed)
    _ingest(killed, records, arguments.tagger).wait()
    unsound += _check(killed)
    print(f"killed {done} times, {unsound} checks not clean")
    for name in ("cuttings.db", "cuttings-private.db"):
        differing = _differing(whole.with_name(name), killed.with_name(name))
        print(f"{name}: {', '.join(differing) or 'row for row the same'}")


def _ingest(archive: Path, records: Path, tagger: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "service.cli", "ingest", str(records), "--db", str(archive)]
    environment = os.environ | {"CUTTINGS_TAGGER": tagger}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)


def _check(archive: Path) -> bool:
    """Whether something is wrong; an archive that is not there, or not yet made, is sound."""
    if not archive.exists():
        return False
    command = [sys.executable, "-m", "service.cli", "check", "--db", str(archive)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr)
    return done.returncode == 1


def _differing(one: Path, other: Path) -> list[str]:
    first, second = sqlite3.connect(one), sqlite3.connect(other)
    names = _tables(first)
    found = [] if names == _tables(second) else ["tables"]
    return found + [name for name in names if _rows(first, name) != _rows(second, name)]


def _tables(conn: sqlite3.Connection) -> list[str]:
    rows = conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    names = [name for (name,) in rows if name not in APART]
    return [name for name in names if not name.endswith(LAYOUT)]


def _rows(conn: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info([{table}])")]
    kept = ", ".join(f"[{name}]" for name in columns if name not in TIMES)
    return sorted(conn.execute(f"SELECT {kept} FROM [{table}]"), key=repr)


if __name__ == "__main__":
    main()
