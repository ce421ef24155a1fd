"""What each stage of an ingest costs, and how far storing is from a bare executemany.

    python benchmarks/ingest_stages.py DATA [--articles N] [--repeat 3]

DATA is a folder with reuters21578/articles.jsonl.gz. Bare is one table with our columns and a
text index with the same tokenizer, filled in one transaction from the same rows. Processor time of
this process, as machines are shared; the ways take turns and the median counts.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from killed_ingest import reports

from service.arrivals import arrivals
from service.article import Article
from service.database import Database
from service.extract import extract_all, load_tagger, with_language
from service.extract.pool import read_batch
from service.findings import Findings
from service.formats.document import Options
from service.inbox import Entry, find, opened
from service.near_copies import signature
from service.stores.article_rows import COLUMNS, columns_of
from service.stores.batches import Stored, store_batch

AT_ONCE = 1_000
SCHEMA = f"""
CREATE TABLE articles (id INTEGER PRIMARY KEY, {", ".join(COLUMNS[1:])});
CREATE VIRTUAL TABLE articles_fts USING fts5(title, standfirst, body, captions, credits,
  content="articles", content_rowid="id", tokenize="porter unicode61 remove_diacritics 2");
CREATE TRIGGER inserted AFTER INSERT ON articles BEGIN
  INSERT INTO articles_fts(rowid, title, standfirst, body, captions, credits)
  VALUES (new.id, new.title, new.standfirst, new.body, new.captions, new.credits);
END;
"""
ADD = f"""
INSERT INTO articles ({", ".join(COLUMNS)}) VALUES ({", ".join(f":{name}" for name in COLUMNS)})
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("data", type=Path)
    options.add_argument("--articles", type=int, default=5_000, help="how many at most")
    options.add_argument("--repeat", type=int, default=3, help="times; the median counts")
    arguments = options.parse_args()
    source = arguments.data / "reuters21578" / "articles.jsonl.gz"
    if not source.exists():
        print(f"Not measured: {source} is missing")
        return 1
    with tempfile.TemporaryDirectory(prefix="cuttings-stages-") as name:
        file = Path(name) / "articles.ndjson"
        file.write_text("\n".join(reports(source, arguments.articles)), "utf-8")
        report(file, arguments.repeat)
    return 0


def report(file: Path, times: int) -> None:
    articles = read(file)
    ready = made_ready(articles)
    rows = [
        columns_of(article, "off", 1) | {"id": number, "key": str(number), "content_hash": ""}
        for number, article in enumerate(articles, 1)
    ]
    stages: dict[str, Callable[[Path], object]] = {
        "bare executemany into table and text index": lambda folder: bare(folder, rows),
        "storing, nothing read out of them": lambda folder: stored(folder, bare_of(ready)),
        "storing with quotes, dates and names": lambda folder: stored(folder, unsigned(ready)),
        "storing with near copies too": lambda folder: stored(folder, ready),
        "reading the file": lambda _: read(file),
        "content hashes": lambda _: [article.content_hash() for article in articles],
        "languages": lambda _: [with_language(article) for article in articles],
        "quotes and dates": lambda _: extract_all(articles, load_tagger("off")),
        "signatures of near copies": lambda _: [signed(article) for article in articles],
    }
    seconds: dict[str, list[float]] = {name: [] for name in stages}
    for _ in range(times):
        for name, stage in stages.items():
            with tempfile.TemporaryDirectory(dir=file.parent) as folder:
                started = time.process_time()
                stage(Path(folder))
                seconds[name].append(time.process_time() - started)
    beside = median(next(iter(seconds.values())))
    print("| stage | ms an article | rate beside bare |\n|---|--:|--:|")
    for name, row in seconds.items():
        ms = 1_000 * median(row) / len(articles)
        print(f"| {name} | {ms:.3f} | {beside / median(row):.2f} |")


def read(file: Path) -> list[Article]:
    found: list[Article] = []
    for entry in find([str(file)], frozenset()):
        assert isinstance(entry, Entry), entry
        with opened(entry) as document:
            found += [each for each in arrivals(document, Options()) if isinstance(each, Article)]
    return found


def made_ready(articles: Sequence[Article]) -> list[Stored]:
    return [
        Stored(
            reading.article,
            reading.findings or Findings(),
            reading.tagger,
            reading.signature,
            reading.article.content_hash(),
        )
        for reading in read_batch(articles, load_tagger("off"))
    ]


def bare_of(ready: Sequence[Stored]) -> list[Stored]:
    return [replace(each, findings=Findings(), signature=None) for each in ready]


def unsigned(ready: Sequence[Stored]) -> list[Stored]:
    return [replace(each, signature=None) for each in ready]


def signed(article: Article) -> bytes | None:
    return signature(article.title, article.body)


def bare(folder: Path, rows: Sequence[dict[str, Any]]) -> None:
    schema = folder / "schema"
    schema.mkdir()
    (schema / "0001.sql").write_text(SCHEMA, "utf-8")
    database = Database(folder / "bare.db", schema)
    database.migrate()
    with database.write() as conn:
        conn.executemany(ADD, rows)


def stored(folder: Path, ready: Sequence[Stored]) -> None:
    database = Database(folder / "ours.db")
    database.migrate()
    for start in range(0, len(ready), AT_ONCE):
        with database.write() as conn:
            store_batch(conn, ready[start : start + AT_ONCE])


if __name__ == "__main__":
    sys.exit(main())
