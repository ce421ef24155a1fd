"""How far the tables of names carry: pairs of one person, pairs of two, and ordinary text.

    python benchmarks/names.py PAIRS.csv [--search] [--text FOLDER]

PAIRS.csv has the columns kind, a, b and same (1 or 0), or name1, name2, is_match (true or false)
and schema. `--search` asks archives of one article, in which one name stands, for the other name.
FOLDER holds *.jsonl.gz: every two and three words of their texts are asked for other spellings.
"""

import argparse
import csv
import gzip
import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from service.article import Article
from service.database import Database
from service.east_asian_names import family_first
from service.engines.sqlite.engine import SqliteEngine
from service.findings import Findings
from service.names import fold, name_key
from service.persons import other_forms
from service.query import MatchMode
from service.romanisation import other_spellings, same_name
from service.search import Ask, Finder
from service.stores.articles import put
from service.stores.entities import EntityStore

SENTENCE_ENDS = re.compile(r"[.,;:!?()\"\n]")
CROSSING = ("different Korean", "different Chinese")
SENTENCE = "Reporters met {name} at the airport on Friday."


class Pair(NamedTuple):
    """Two names, and whether they are one person's."""

    kind: str
    one: str
    other: str
    same: bool


def main() -> int:
    arguments = parser().parse_args()
    missing = [path for path in (arguments.pairs, arguments.text) if path and not path.exists()]
    if missing:
        print(f"Not measured: {missing[0]} is missing")
        return 1
    pairs = load(arguments.pairs)
    report(pairs)
    report_times(pairs)
    if arguments.search:
        report_search(pairs)
    if arguments.text:
        report_text(arguments.text, arguments.titles)
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    found.add_argument("pairs", type=Path)
    found.add_argument("--search", action="store_true", help="also through the search")
    found.add_argument("--text", type=Path, help="a folder of *.jsonl.gz")
    found.add_argument("--titles", action="store_true", help="headlines only")
    return found


def load(path: Path) -> list[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        return [_pair(row) for row in csv.DictReader(file)]


def _pair(row: dict[str, str]) -> Pair:
    if "same" in row:
        return Pair(row["kind"], row["a"], row["b"], row["same"] == "1")
    return Pair(row["schema"], row["name1"], row["name2"], row["is_match"] == "true")


def known_as_one(one: str, other: str) -> bool:
    """By the tables, by the folded key, or by the same words in East Asian order."""
    reordered = sorted(fold(one).split()) == sorted(fold(other).split())
    east_asian = family_first(one) or family_first(other)
    return name_key(one) == name_key(other) or (reordered and east_asian) or same_name(one, other)


def report(pairs: Sequence[Pair]) -> None:
    by_kind: dict[tuple[bool, str], list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_kind[pair.same, pair.kind].append(pair)
    for (same, kind), group in sorted(by_kind.items(), reverse=True):
        tables = sum(same_name(p.one, p.other) for p in group)
        joined = sum(known_as_one(p.one, p.other) for p in group)
        print(f"{'one ' if same else 'two '} {kind:20} {joined:4} of {len(group):4} ({tables})")
    for same in (True, False):
        group = [p for p in pairs if p.same is same]
        held = sum(known_as_one(p.one, p.other) for p in group)
        share = held / len(group) if group else 0
        print(f"{'one' if same else 'two'} person{'' if same else 's'}: taken for one {share:.3f}")
    crossed = [p for p in pairs if not p.same and same_name(p.one, p.other)]
    print("crossed:", "; ".join(f"{p.one} / {p.other}" for p in crossed) or "none")
    print("of East Asian names:", sum(p.kind in CROSSING for p in crossed))


def report_times(pairs: Sequence[Pair]) -> None:
    """Each name for the first time, and again from the cache, in milliseconds."""
    other_spellings(["Kim", "Jong-un"])
    names = [name.split() for pair in pairs for name in (pair.one, pair.other)]
    for label in ("first", "again"):
        times = [timed(name) for name in names]
        middle, slow = statistics.median(times), statistics.quantiles(times, n=100)[-1]
        print(f"{label}: median {middle:.3f} ms, 99th percentile {slow:.3f} ms")


def timed(words: Sequence[str]) -> float:
    start = time.perf_counter()
    other_spellings(words)
    return (time.perf_counter() - start) * 1000


class Asked(NamedTuple):
    """One name asked for where only the other stands: found by all of its words, or by any."""

    pair: Pair
    name: str
    there: str
    by_all: bool
    by_any: bool


def report_search(pairs: Sequence[Pair]) -> None:
    """Each pair in both directions, in the search of the API with its defaults."""
    there = [looked_for(pair, pair.one, pair.other) for pair in pairs]
    back = [looked_for(pair, pair.other, pair.one) for pair in pairs]
    groups: dict[tuple[bool, str], list[tuple[Asked, Asked]]] = defaultdict(list)
    for both in zip(there, back, strict=True):
        pair = both[0].pair
        groups[pair.same, pair.kind].append(both)
        groups[pair.same, "all of them"].append(both)
    print("through the search         pairs  all words: b by a, a by b   any word: b by a, a by b")
    for (same, kind), group in sorted(groups.items(), reverse=True):
        by_all = [sum(asked.by_all for asked in way) for way in zip(*group, strict=True)]
        by_any = [sum(asked.by_any for asked in way) for way in zip(*group, strict=True)]
        counts = f"{by_all[0]:17} {by_all[1]:7} {by_any[0]:18} {by_any[1]:7}"
        print(f"{'one ' if same else 'two '} {kind:20} {len(group):6} {counts}")
    for label, same in (("not found", True), ("crossed", False)):
        wrong = [a for a in (*there, *back) if a.pair.same is same and a.by_all is not same]
        print(f"{label}:", "; ".join(f"{a.name} > {a.there}" for a in wrong) or "none")


def looked_for(pair: Pair, name: str, there: str) -> Asked:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "bench.db")
        database.migrate()
        with database.write() as conn:
            put(conn, Article(body=SENTENCE.format(name=there)), Findings(), "off")
        finder = Finder(SqliteEngine(database), EntityStore(database))
        modes: tuple[MatchMode, ...] = ("all", "auto")
        by_all, by_any = (finder.search(Ask(q=name, match=mode)).total > 0 for mode in modes)
        return Asked(pair, name, there, by_all, by_any)


def report_text(folder: Path, titles: bool) -> None:
    count = 0
    found: Counter[str] = Counter()
    for run in runs(folder, titles):
        count += 1
        if other_spellings(run) or other_forms(tuple(run)):
            found[" ".join(run)] += 1
    print(f"text: {sum(found.values())} of {count} runs have other spellings")
    for run_text, times in found.most_common(60):
        print(f"  {times:5} {run_text}")


def runs(folder: Path, titles: bool) -> Iterator[list[str]]:
    """Every two and three words that no punctuation parts."""
    for text in texts(folder, titles):
        for sentence in SENTENCE_ENDS.split(text):
            words = sentence.split()
            for size in (2, 3):
                yield from (words[at : at + size] for at in range(len(words) - size + 1))


def texts(folder: Path, titles: bool) -> Iterator[str]:
    fields = ("title",) if titles else ("title", "text", "body")
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                yield from (str(record[name]) for name in fields if record.get(name))


if __name__ == "__main__":
    sys.exit(main())
