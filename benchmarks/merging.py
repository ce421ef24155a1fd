"""Which pairs of names are suggested to be merged, and how fast: precision and recall by score.

    python benchmarks/merging.py PAIRS.csv [PAIRS.csv …] [--errors]
        [--text FILE.jsonl.gz] [--articles 3000] [--tagger gazetteer] [--top 50] [--entities 100000]

PAIRS.csv has the columns kind, a, b, same, or schema, name1, name2, is_match. With `--text` the
articles (title, body) are read into an archive and its best suggestions shown; `--entities` fills
it up with so many made-up ones, to measure time.
"""

import argparse
import csv
import gzip
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

from service.article import Article
from service.database import Database
from service.entity import EntityType
from service.extract import extract_all, load_tagger
from service.findings import Findings
from service.merging import Merging, SuggestedMerge
from service.stores.articles import put
from service.stores.suggestions import SuggestionStore
from service.twins import SUGGESTED, compare, told

TYPES: dict[str, EntityType] = {
    "Person": "person",
    "Company": "organization",
    "Organization": "organization",
    "LegalEntity": "organization",
}
CUTS = (0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.85, 0.9)
Answer = TypeVar("Answer")


class Pair(NamedTuple):
    """Two names, whether they are one entity's, and what is made of them."""

    type: EntityType
    one: str
    other: str
    same: bool
    joined: bool
    score: float
    why: str


def main() -> int:
    arguments = parser().parse_args()
    needed = [*arguments.pairs, *([arguments.text] if arguments.text else [])]
    missing = [path for path in needed if not path.exists()]
    if missing:
        print(f"Not measured: {missing[0]} is missing")
        return 1
    for path in arguments.pairs:
        every = list(load(path))
        for type_ in dict.fromkeys(pair.type for pair in every):
            pairs = [pair for pair in every if pair.type == type_]
            report(f"{path.name}, {type_}", pairs, errors=arguments.errors)
    if arguments.text:
        with tempfile.TemporaryDirectory() as folder:
            report_archive(Database(Path(folder) / "bench.db", query_seconds=0), arguments)
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("pairs", type=Path, nargs="*")
    options.add_argument("--errors", action="store_true", help="print what is missed and wrong")
    options.add_argument("--text", type=Path, help="articles as *.jsonl.gz")
    options.add_argument("--articles", type=int, default=3_000)
    options.add_argument("--tagger", default="gazetteer")
    options.add_argument("--top", type=int, default=50)
    options.add_argument("--entities", type=int, default=0, help="so many made-up ones beside")
    return options


def load(path: Path) -> Iterator[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if "same" in row:
                yield judged("person", row["a"], row["b"], row["same"] == "1")
            elif row["schema"] in TYPES:
                same = row["is_match"] == "true"
                yield judged(TYPES[row["schema"]], row["name1"], row["name2"], same)


def judged(type_: EntityType, one: str, other: str, same: bool) -> Pair:
    first, second = told(type_, one), told(type_, other)
    joined = first.key == second.key
    likeness = None if joined else compare(first, second)
    if likeness is None:
        return Pair(type_, one, other, same, joined, 0.0, "-")
    return Pair(type_, one, other, same, joined, likeness.score, likeness.reasons[0].why)


def report(title: str, pairs: Sequence[Pair], *, errors: bool) -> None:
    """By names alone; what has one key is one entity already and is asked about no more."""
    joined = sum(pair.joined for pair in pairs)
    open_ = [pair for pair in pairs if not pair.joined]
    same = sum(pair.same for pair in open_)
    print(f"{title}: {len(pairs)} pairs, {joined} with one key; of the others {same} are the same")
    for cut in CUTS:
        found = [pair for pair in open_ if pair.score >= cut]
        right = sum(pair.same for pair in found)
        precision, recall = right / (len(found) or 1), right / (same or 1)
        mark = " <- suggested" if cut == SUGGESTED else ""
        print(f"  {cut:.2f}: {len(found):4} P {precision:.2f} R {recall:.2f}{mark}")
    reasons = Counter((pair.why, pair.same) for pair in open_ if pair.score >= SUGGESTED)
    for (why, is_same), count in sorted(reasons.items()):
        print(f"  {count:4} {why} ({'the same' if is_same else 'different'})")
    for pair in sorted(open_, key=lambda pair: -pair.score) if errors else ():
        if pair.same != (pair.score >= SUGGESTED):
            sign = "-" if pair.same else "+"
            print(f"    {sign} {pair.score:.3f} {pair.why}: {pair.one} / {pair.other}")


def report_archive(database: Database, arguments: argparse.Namespace) -> None:
    database.migrate()
    fill(database, list(islice(articles(arguments.text), arguments.articles)), arguments.tagger)
    merging = Merging(SuggestionStore(database))
    found = timed("all types", merging.every)
    for suggestion in found[: arguments.top]:
        print(f"  {shown(suggestion)}")
    reasons = Counter(suggestion.reasons[0].why for suggestion in found)
    print(f"{len(found)} suggestions:", ", ".join(f"{n} {why}" for why, n in reasons.most_common()))
    if arguments.entities:
        make_up(database, arguments.entities)
        found = timed(f"all types, {arguments.entities} more entities", merging.every)
        timed("again", merging.every)
        print(f"{len(found)} suggestions")
    for key in dict.fromkeys(suggestion.one.key for suggestion in found[:5]):
        one = timed(key, lambda key=key: merging.of(key))  # type: ignore[misc]  # bound at once
        print(f"{len(one)} suggestions")


def shown(suggestion: SuggestedMerge) -> str:
    one, other = suggestion.one, suggestion.other
    names = f"{one.key} {one.name} ({one.articles}) / {other.key} {other.name} ({other.articles})"
    why = "; ".join(f"{reason.why}: {reason.detail}" for reason in suggestion.reasons)
    return f"{suggestion.score:.3f} {names}  {why}"


def timed(label: str, ask: Callable[[], Answer]) -> Answer:
    start = time.perf_counter()
    answer = ask()
    print(f"{label}: {(time.perf_counter() - start) * 1_000:.0f} ms")
    return answer


def articles(path: Path) -> Iterator[Article]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record.get("body"):
                yield Article(body=record["body"], title=record.get("title") or "Untitled")


def fill(database: Database, found: Sequence[Article], tagger: str) -> None:
    findings = extract_all(found, load_tagger(tagger))
    with database.write() as conn:
        for article, findings_of_one in zip(found, findings, strict=True):
            put(conn, article, findings_of_one, tagger)


def make_up(database: Database, size: int) -> None:
    """People named by parts of names that are there, in articles of fifteen or so of them."""
    draw = random.Random(1)  # noqa: S311 - made-up names, the same every time
    with database.write() as conn:
        names = [row[0] for row in conn.execute("SELECT name FROM entities ORDER BY id")]
        for number in range(size // 5):
            put(conn, Article(body=f"Made up, {number}."), Findings(), "off")
        ids = [row[0] for row in conn.execute("SELECT id FROM articles")]
        firsts, lasts = (
            sorted({name.split()[at] for name in names if " " in name}) for at in (0, -1)
        )
        for _ in range(size):
            name = f"{draw.choice(firsts)} {draw.choice(lasts)}"
            key = told("person", name).key
            values = (f"person-{key}", name, key, int(draw.paretovariate(1)))
            added = conn.execute(
                "INSERT OR IGNORE INTO entities (key, name, type, folded, mentions) "
                "VALUES (?, ?, 'person', ?, ?)",
                values,
            )
            if added.rowcount:
                rows = [(id_, added.lastrowid, 1) for id_ in draw.sample(ids, min(values[3], 50))]
                conn.executemany("INSERT INTO article_entities VALUES (?, ?, ?)", rows)


if __name__ == "__main__":
    sys.exit(main())
