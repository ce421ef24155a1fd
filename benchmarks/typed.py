"""How well mistyped words are mended, and how long a suggestion takes.

    python benchmarks/typed.py FOLDER [--words 500] [--seed 1] [--copies 1]

FOLDER holds articles.jsonl.gz (title, body). Words of the archive get one random edit and are
searched for: is the right word in `query.did_you_mean`? Unchanged they should leave it empty.
`--copies` loads the articles several times, to see how times grow.
"""

import argparse
import gzip
import json
import random
import statistics
import string
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from service.article import Article
from service.database import Database
from service.engines.sqlite.engine import SqliteEngine
from service.findings import Findings
from service.search import Ask, Finder
from service.stores.articles import put
from service.stores.entities import EntityStore
from service.suggestion import Suggester

SHORTEST = 5
BATCH = 1_000
WORDS = "SELECT word, articles FROM words WHERE length(word) >= :shortest"


def articles(folder: Path, copies: int) -> Iterator[Article]:
    for copy in range(copies):
        with gzip.open(folder / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
            for number, row in enumerate(map(json.loads, lines)):
                if row["body"]:
                    key = f"c{copy}n{number}"
                    yield Article(
                        key=key, title=row["title"] or "", body=row["body"], language="en"
                    )


def fill(database: Database, found: Iterator[Article]) -> int:
    rows = list(found)
    for start in range(0, len(rows), BATCH):
        with database.write() as conn:
            for article in rows[start : start + BATCH]:
                put(conn, article, Findings(), "off")
    return len(rows)


def mistyped(word: str, chance: random.Random) -> str:
    """The word with a letter left out, put in, exchanged, or swapped with the next."""
    place, letter = chance.randrange(len(word) - 1), chance.choice(string.ascii_lowercase)
    typed = chance.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )
    )
    return typed if typed != word else mistyped(word, chance)


def mended(finder: Finder, words: Sequence[str], chance: random.Random) -> None:
    right, wrong, none, times = 0, [], 0, []
    for word in words:
        typed = mistyped(word, chance)
        found, seconds = timed(partial(finder.search, Ask(q=typed)))
        meant = found.did_you_mean
        times.append(seconds)
        right += meant == word
        none += meant is None
        if meant not in (word, None):
            wrong.append(f"{typed} -> {meant}, not {word}")
    silent = sum(finder.search(Ask(q=word)).did_you_mean is None for word in words)
    print(f"the right word {right / len(words):.3f}, none {none / len(words):.3f}", end="  ")
    print(f"silent for a right one {silent / len(words):.3f}", end="  ")
    print(f"median {1e3 * statistics.median(times):.1f} ms, longest {1e3 * max(times):.1f} ms")
    print("   wrong:", "; ".join(wrong[:5]))


def suggested(suggester: Suggester, words: Sequence[str]) -> None:
    for letters in (1, 2, 3, 5):
        starts = [word[:letters] for word in words]
        times = [timed(partial(suggester.suggest, start, 8))[1] for start in starts]
        after = [timed(partial(suggester.suggest, f"price {start}", 8))[1] for start in starts]
        shown = [f"{1e3 * statistics.median(t):.1f} / {1e3 * max(t):.1f}" for t in (times, after)]
        print(f"suggest {letters} letters: {shown[0]} ms; after another word {shown[1]} ms")


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    found = act()
    return found, time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--words", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--copies", type=int, default=1)
    asked = parser.parse_args()
    if not (asked.folder / "articles.jsonl.gz").exists():
        print(f"no articles there: {asked.folder}")
        return 1
    with tempfile.TemporaryDirectory() as place:
        database = Database(Path(place) / "bench.db")
        database.migrate()
        print(fill(database, articles(asked.folder, asked.copies)), "articles")
        entities = EntityStore(database)
        engine = SqliteEngine(database)
        chance = random.Random(asked.seed)  # noqa: S311 - the same words every time
        with database.read() as conn:
            found = dict(conn.execute(WORDS, {"shortest": SHORTEST}).fetchall())
        words = sorted(word for word in found if word.isascii() and word.isalpha())
        print("words of the vocabulary, each as likely as the other")
        mended(Finder(engine, entities), chance.sample(words, asked.words), chance)
        print("words as often as they are written")
        weights = [found[word] for word in words]
        mended(Finder(engine, entities), chance.choices(words, weights, k=asked.words), chance)
        suggested(Suggester(engine.vocabulary, entities), chance.sample(words, 100))
        database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
