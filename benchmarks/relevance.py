"""How well the ranking puts what was judged relevant on top, beside plain FTS5 and tantivy.

    python benchmarks/relevance.py FOLDER [FOLDER ...]

Each folder holds a collection: docs.jsonl.gz (id, title, text), queries.jsonl (id, text) and
qrels.tsv (query_id, doc_id, relevance, with a head line). Every system gets the same documents and
the bare text of each query; ours is asked through the same search as the API, with its defaults.
"""

import argparse
import gzip
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import ir_measures
import tantivy
from ir_measures import AP, R, nDCG

from service.article import Article
from service.database import Database
from service.engines.sqlite.engine import SqliteEngine
from service.findings import Findings
from service.names import fold
from service.search import Ask, Finder
from service.stores.articles import put
from service.stores.entities import EntityStore

DEPTH = 100
MEASURES = [nDCG @ 10, AP @ DEPTH, R @ DEPTH]
Ranking = list[str]
System = Callable[[str], Ranking]


class Collection(NamedTuple):
    name: str
    docs: list[dict[str, Any]]
    queries: dict[str, str]
    judged: dict[str, dict[str, int]]


def read(folder: Path) -> Collection:
    """A collection; any judged document counts as relevant, whatever its grade."""
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [json.loads(line) for line in lines]
    rows = map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines())
    queries = {str(row["id"]): row["text"] for row in rows}
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, doc, grade = line.split()[:3]
        judged.setdefault(query, {})[doc] = int(int(grade) > 0)
    return Collection(folder.name, docs, queries, judged)


def ours(docs: Iterable[dict[str, Any]], folder: Path) -> System:
    """The search of this project, over an archive made for it."""
    database = Database(folder / "bench.db")
    database.migrate()
    with database.write() as conn:
        for doc in docs:
            article = Article(key=f"d{doc['id']}", title=doc.get("title") or "", body=doc["text"])
            put(conn, article, Findings(), "off")
    finder = Finder(SqliteEngine(database), EntityStore(database))

    def search(text: str) -> Ranking:
        hits = finder.search(Ask(q=text[:10_000], limit=DEPTH)).hits
        return [hit.key.removeprefix("d") for hit in hits]

    return search


def plain_fts5(docs: Iterable[dict[str, Any]], joint: str) -> System:
    """FTS5 as its manual shows it: stems, every word of the query quoted and joined."""
    conn = sqlite3.connect(":memory:")
    conn.execute(
        "CREATE VIRTUAL TABLE f USING fts5(id UNINDEXED, title, body, tokenize='porter unicode61')"
    )
    rows = [(str(doc["id"]), doc.get("title") or "", doc["text"]) for doc in docs]
    conn.executemany("INSERT INTO f VALUES (?, ?, ?)", rows)
    sql = "SELECT id FROM f WHERE f MATCH ? ORDER BY bm25(f, 0, 2, 1) LIMIT ?"

    def search(text: str) -> Ranking:
        match = joint.join(f'"{word}"' for word in fold(text).split())
        return [row[0] for row in conn.execute(sql, (match, DEPTH))] if match else []

    return search


def tantivys_bm25(docs: Iterable[dict[str, Any]]) -> System:
    """Tantivy with its English stemmer and its own query parser (any word)."""
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("title", tokenizer_name="en_stem")
    schema.add_text_field("body", tokenizer_name="en_stem")
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    index = tantivy.Index(schema.build())
    writer = index.writer()
    for doc in docs:
        fields = {"id": str(doc["id"]), "title": doc.get("title") or "", "body": doc["text"]}
        writer.add_document(tantivy.Document(**fields))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(text: str) -> Ranking:
        words = " ".join(fold(text).split())
        if not words:
            return []
        query = index.parse_query(words, ["title", "body"])
        hits = searcher.search(query, DEPTH).hits
        return [str(searcher.doc(address)["id"][0]) for _, address in hits]

    return search


def measured(collection: Collection, search: System) -> dict[str, float]:
    """Means over the judged queries."""
    run = {
        query: {doc: float(-place) for place, doc in enumerate(search(collection.queries[query]))}
        for query in collection.judged
    }
    found = ir_measures.calc_aggregate(MEASURES, collection.judged, run)
    return {str(measure): found[measure] for measure in MEASURES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", nargs="+", type=Path)
    folders = parser.parse_args().folders
    missing = [folder for folder in folders if not (folder / "docs.jsonl.gz").exists()]
    if missing:
        sys.exit(f"no collection there: {', '.join(map(str, missing))}")
    totals: dict[str, list[float]] = {}
    for folder in folders:
        collection = read(folder)
        with tempfile.TemporaryDirectory() as place:
            systems = {
                "cuttings": ours(collection.docs, Path(place)),
                "FTS5, all words": plain_fts5(collection.docs, " AND "),
                "FTS5, any word": plain_fts5(collection.docs, " OR "),
                "tantivy": tantivys_bm25(collection.docs),
            }
            for name, system in systems.items():
                figures = measured(collection, system)
                totals.setdefault(name, []).append(figures[str(MEASURES[0])])
                shown = "  ".join(f"{key} {value:.3f}" for key, value in figures.items())
                print(f"{collection.name:10} {name:16} {shown}", flush=True)
    for name, values in totals.items():
        print(f"{'mean':10} {name:16} {MEASURES[0]} {sum(values) / len(values):.3f}")


if __name__ == "__main__":
    main()
