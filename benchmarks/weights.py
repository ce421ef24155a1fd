"""What the columns of the text index should weigh, over sets whose texts have fields.

    python benchmarks/weights.py DATA

DATA holds the folders cranfield, lisa, ecbplus and reuters21578; one setting counts for all. What
stands first after the headline is taken for the standfirst. No set has captions or credits. All of
the grid takes a quarter of an hour.
"""

import argparse
import gzip
import json
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from relevance import MEASURES, Collection, Ranking, System, measured, read

from service.article import Article
from service.database import Database
from service.engines.fields import HALVES
from service.engines.sqlite.columns import postings
from service.engines.sqlite.engine import SqliteEngine
from service.findings import Findings
from service.search import Ask, Finder
from service.stores.articles import put
from service.stores.entities import EntityStore

TITLE = (1, 2, 3, 4, 5, 6, 8, 10)
STANDFIRST = (1, 2, 3, 4)
# Room for the documents with the query's own headline, which are left out.
DEPTH = 20
# A topic in a country, when so many reports are about both: neither a name nor a whole section.
FEWEST, MOST = 5, 50
CATEGORY = re.compile(r"^(?P<name>[^(\n]+) \((?P<code>[A-Z-]+)\) *$", re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.?!])\s+")
LINE = re.compile(r"\n\s*")
PARAGRAPH = re.compile(r"\n {4}")

Weights = tuple[float, float]


class Fielded(NamedTuple):
    """A collection, and what ends the first passage of its texts."""

    collection: Collection
    passage: re.Pattern[str]


def abstracts(folder: Path) -> Fielded:
    """Questions and judgements as they come."""
    return Fielded(read(folder), SENTENCE)


def stories(folder: Path) -> Fielded:
    """Each headline asks for the other articles of its story."""
    docs = list(lines(folder / "docs.jsonl.gz"))
    by_story: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for doc in docs:
        by_story[doc["story"]].append(doc)
    judged = {
        doc["id"]: {d["id"]: 1 for d in by_story[doc["story"]] if d["title"] != doc["title"]}
        for doc in docs
    }
    judged = {query: relevant for query, relevant in judged.items() if relevant}
    return Fielded(
        Collection(folder.name, docs, {doc["id"]: doc["title"] for doc in docs}, judged), LINE
    )


def reports(folder: Path) -> Fielded:
    """A topic's name with a country asks for the reports that editors gave both tags."""
    docs = [row | {"text": row["body"]} for row in lines(folder / "articles.jsonl.gz")]
    names = categories((folder / "cat-descriptions_120396.txt").read_text("utf-8"))
    judged: dict[str, dict[str, int]] = defaultdict(dict)
    for doc in docs:
        for topic, place in product(doc["topics"], doc["places"]):
            query = f"{names.get(topic, topic)} {place}".replace("-", " ").replace("/", " ")
            judged[query.lower()][str(doc["id"])] = 1
    judged = {query: found for query, found in judged.items() if FEWEST <= len(found) <= MOST}
    return Fielded(
        Collection(folder.name, docs, {query: query for query in judged}, judged), PARAGRAPH
    )


SETS: dict[str, Callable[[Path], Fielded]] = {
    "cranfield": abstracts,
    "lisa": abstracts,
    "ecbplus": stories,
    "reuters21578": reports,
}


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def categories(text: str) -> dict[str, str]:
    """Code -> name, of the topics that are listed with both."""
    topics = text.partition("@heading")[0]
    return {m["code"].lower(): m["name"] for m in CATEGORY.finditer(topics)}


def article(doc: dict[str, Any], passage: re.Pattern[str]) -> Article:
    """A document with its headline out of its text, and the first passage as standfirst."""
    title = doc.get("title") or ""
    text = doc["text"].removeprefix(title).strip()
    first, *rest = passage.split(text, maxsplit=1)
    standfirst, body = (first, rest[0]) if rest else (None, first)
    return Article(key=f"d{doc['id']}", title=title, standfirst=standfirst, body=body)


def archive(fielded: Fielded, folder: Path) -> tuple[SqliteEngine, Finder]:
    database = Database(folder / "bench.db")
    database.migrate()
    with database.write() as conn:
        for doc in fielded.collection.docs:
            put(conn, article(doc, fielded.passage), Findings(), "off")
    engine = SqliteEngine(database)
    return engine, Finder(engine, EntityStore(database))


def search_of(finder: Finder, docs: list[dict[str, Any]]) -> System:
    """The search of the API, less the documents under the very headline that is asked for."""
    titles = {str(doc["id"]): doc.get("title") for doc in docs}

    def search(text: str) -> Ranking:
        hits = finder.search(Ask(q=text[:10_000], limit=DEPTH)).hits
        found = [hit.key.removeprefix("d") for hit in hits]
        return [doc for doc in found if titles[doc] != text]

    return search


def weigh(engine: SqliteEngine, title: float, standfirst: float) -> None:
    """The weights are in the postings, so these are made anew."""
    postings.HALVES = (round(2 * title), round(2 * standfirst), *HALVES[2:])  # type: ignore[attr-defined]  # as it counts by
    engine.rebuild()


def figures(fielded: Fielded) -> dict[Weights, float]:
    """nDCG@10 for every pair of weights."""
    with tempfile.TemporaryDirectory() as folder:
        engine, finder = archive(fielded, Path(folder))
        search = search_of(finder, fielded.collection.docs)
        found: dict[Weights, float] = {}
        for weights in product(TITLE, STANDFIRST):
            weigh(engine, *weights)
            found[weights] = measured(fielded.collection, search)[str(MEASURES[0])]
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args().data
    there = [name for name in SETS if (data / name).is_dir()]
    print("not measured:", ", ".join(name for name in SETS if name not in there) or "nothing")
    if not there:
        return 1
    by_set = {name: figures(SETS[name](data / name)) for name in there}
    means = {
        w: sum(by_set[name][w] for name in there) / len(there) for w in next(iter(by_set.values()))
    }
    print("title  standfirst ", "  ".join(f"{name:>12}" for name in there), "         mean")
    for weights in sorted(means, key=lambda w: -means[w]):
        shown = "  ".join(f"{by_set[name][weights]:12.4f}" for name in there)
        print(f"{weights[0]:5}  {weights[1]:10}  {shown}  {means[weights]:12.4f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
