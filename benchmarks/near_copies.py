"""How well near copies are found, and what that costs an article.

    python benchmarks/near_copies.py [DATA] [ARTICLES]

DATA is a folder with reuters21578/articles.jsonl.gz. Reprints are made of its articles: 10 to
60 % of the sentences edited, cut or put elsewhere, some with another headline. Right is a pair that
was made so, or an archive's own with an overlap of .5, which is found by brute force.
"""

import gzip
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

from service.database import Connection, Database
from service.near_copies import Shingles, Text, signature
from service.stores.copies import file_copies

# Of 19,043 articles about 2,000.
REPRINTED = 0.105
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
KINDS = ("edited", "cut", "reordered", "mixed")
# A tenth of fewer sentences is no whole one.
FEWEST_SENTENCES = 5
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"])")
TABLES = ("copies", "copy_pairs", "copy_bands", "copy_signatures")

Pair = tuple[int, int]


class Story(NamedTuple):
    """An article or a reprint of one: of which, and how it was made."""

    title: str
    body: str
    original: int
    kind: str = ""
    share: float = 0.0


def main() -> int:
    data = Path(sys.argv[1])
    path = data / "reuters21578" / "articles.jsonl.gz"
    if not path.exists():
        print(f"Not measured: {path} is missing")
        return 1
    most = int(sys.argv[2]) if len(sys.argv) > 2 else None
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, most)]
    stories = [Story(row["title"] or "", row["body"], place) for place, row in enumerate(rows)]
    chance = random.Random(1987)  # noqa: S311 - a fixed seed, nothing secret
    stories += list(reprints(stories, chance))
    chance.shuffle(stories)
    natural = brute_force([Text(story.title, story.body).shingles for story in stories])
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "bench.db", query_seconds=0)
        database.migrate()
        report_cost(database, stories)
        report_quality(database, stories, natural)
        report_size(database, len(stories))
    return 0


def reprints(stories: Sequence[Story], chance: random.Random) -> Iterator[Story]:
    long = [story for story in stories if len(sentences(story.body)) >= FEWEST_SENTENCES]
    wanted = round(REPRINTED * len(stories))
    spare = [sentence for story in long for sentence in sentences(story.body)[:1]]
    for number, story in enumerate(chance.sample(long, wanted)):
        kind, share = KINDS[number % 4], SHARES[number // 4 % 6]
        body = reprinted(sentences(story.body), kind, share, spare, chance)
        title = chance.choice(spare)[:60] if chance.random() < 0.3 else story.title
        yield Story(title, body, story.original, kind, share)


def sentences(body: str) -> list[str]:
    return _SENTENCE.split(" ".join(body.split()))


def reprinted(
    text: list[str], kind: str, share: float, spare: Sequence[str], chance: random.Random
) -> str:
    """Edited: half of them with some words replaced, half rewritten wholly."""
    touched = chance.sample(range(len(text)), max(1, round(share * len(text))))
    made: list[str | None] = list(text)
    moved = []
    for place in touched:
        how = chance.choice(KINDS[:3]) if kind == "mixed" else kind
        if how == "edited":
            made[place] = edited(text[place], spare, chance)
        else:
            made[place] = None
            moved += [text[place]] if how == "reordered" else []
    kept = [sentence for sentence in made if sentence is not None] or text[:1]
    for sentence in moved:
        kept.insert(chance.randrange(len(kept) + 1), sentence)
    return " ".join(kept)


def edited(sentence: str, spare: Sequence[str], chance: random.Random) -> str:
    other = chance.choice(spare)
    if chance.random() < 0.5:
        return other
    words = sentence.split()
    for place in chance.sample(range(len(words)), max(1, len(words) // 5)):
        words[place] = chance.choice(other.split())
    return " ".join(words)


def brute_force(texts: Sequence[Shingles]) -> dict[Pair, float]:
    """Every pair with an overlap of .5: two such share one of their rarer half of shingles."""
    often = Counter(shingle for text in texts for shingle in text)
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    found = {}
    for number, text in enumerate(texts):
        rarer = sorted(text, key=lambda shingle: (often[shingle], shingle))[: len(text) // 2 + 1]
        for other in {other for shingle in rarer for other in holders[shingle]}:
            shared = len(text & texts[other])
            if 2 * shared >= len(text) + len(texts[other]) - shared:
                found[other, number] = shared / (len(text) + len(texts[other]) - shared)
        for shingle in rarer:
            holders[shingle].append(number)
    return found


def report_cost(database: Database, stories: Sequence[Story]) -> None:
    signing, filing = [], []
    with database.write() as conn:
        for number, story in enumerate(stories, start=1):
            started = time.process_time()
            made = signature(story.title, story.body)
            signing.append(time.process_time() - started)
            conn.execute(
                "INSERT INTO articles (id, key, title, body) VALUES (?, ?, ?, ?)",
                (number, f"story-{number}", story.title, story.body),
            )
            started = time.process_time()
            file_copies(conn, number, made)
            filing.append(time.process_time() - started)
    quarter = len(stories) // 4
    first, last = filing[:quarter], filing[-quarter:]
    print(f"{len(stories):,} articles, in an order by chance")
    print(f"signature, ms an article: median {1e3 * median(signing):.2f}")
    for name, times in (("first", first), ("last", last)):
        most = sorted(times)[int(0.99 * len(times))]
        middle = median(times)
        print(f"filing, {name} quarter, ms: median {1e3 * middle:.2f}, p99 {1e3 * most:.1f}")


def report_size(database: Database, articles: int) -> None:
    with database.write() as conn:
        before = free(conn)
        for table in TABLES:
            conn.execute(f"DELETE FROM {table}")
        print(f"bytes an article: {(free(conn) - before) / articles:.0f}")


def free(conn: Connection) -> int:
    pages: int = conn.execute("PRAGMA freelist_count").fetchone()[0]
    return pages * int(conn.execute("PRAGMA page_size").fetchone()[0])


def report_quality(
    database: Database, stories: Sequence[Story], natural: dict[Pair, float]
) -> None:
    made: dict[int, list[int]] = defaultdict(list)
    for number, story in enumerate(stories):
        made[story.original].append(number)
    family = {pair for numbers in made.values() for pair in combinations(sorted(numbers), 2)}
    with database.read() as conn:
        rows = conn.execute(
            "SELECT article_id, other_id FROM copy_pairs WHERE article_id < other_id"
        )
        paired = {(row[0] - 1, row[1] - 1) for row in rows}
        groups: dict[int, list[int]] = defaultdict(list)
        for row in conn.execute("SELECT article_id, group_id FROM copies ORDER BY 1"):
            groups[row[1]].append(row[0] - 1)
    grouped = {pair for members in groups.values() for pair in combinations(members, 2)}
    own = {pair for pair in natural if not stories[pair[0]].kind and not stories[pair[1]].kind}
    print(f"the archive's own pairs: {len(own)}; reprints: {len(family)}")
    right = family | natural.keys()
    for name, found in (("pairs", paired), ("grouped", grouped)):
        print(
            f"{name}: {len(found)}, precision {len(found & right) / len(found):.4f};"
            f" of the archive's own {len(found & own) / len(own):.3f}"
        )
        for share in SHARES:
            print(f"  {share:.0%}:", *(recall(stories, family, found, k, share) for k in KINDS))
        mild = [p for p in family if max(stories[p[0]].share, stories[p[1]].share) <= 0.3]
        print(f"  recall up to 30%: {len(found.intersection(mild)) / len(mild):.4f}")


def recall(
    stories: Sequence[Story], family: set[Pair], found: set[Pair], kind: str, share: float
) -> str:
    wanted = [
        pair
        for pair in family
        if any((stories[each].kind, stories[each].share) == (kind, share) for each in pair)
    ]
    if not wanted:
        return f"{kind} -"
    return f"{kind} {len(found.intersection(wanted)) / len(wanted):.3f}"


if __name__ == "__main__":
    sys.exit(main())
