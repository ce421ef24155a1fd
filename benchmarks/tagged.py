"""A whole archive of agency reports: what is named most, and what editors' own tags say is missed.

    python benchmarks/tagged.py ARTICLES [--db FILE] [--tagger auto] [--articles 20000]

ARTICLES is a folder with *.jsonl.gz, or one such file, of records with title, date, dateline, body,
and people[] and places[] as editors tagged them. They are ingested into FILE (kept, if named; not
ingested again if it is there), and then it prints the most mentioned of each type, and of the
tags whose name stands in the text for how many an entity, or at least a mention, has that name.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from extraction import records

from service.database import Database, archive_database, private_database
from service.engines import load_engine
from service.entity import ENTITY_TYPES
from service.extract import load_tagger
from service.extract.gazetteer import LIST, read_list
from service.ingest import Ingest
from service.names import fold, plain
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.quarantine import QuarantineStore

MOST = """
SELECT name, articles, mentions FROM entities WHERE type = ?
ORDER BY mentions DESC, key LIMIT ?
"""
ENTITIES = """
SELECT DISTINCT a.key, m.text, e.name FROM mentions m JOIN articles a ON a.id = m.article_id
JOIN entities e ON e.id = m.entity_id WHERE e.type = ?
"""
# Those too that stand for nobody, since their article gives a surname alone.
MENTIONS = """
SELECT DISTINCT a.key, m.text, NULL FROM mentions m JOIN articles a ON a.id = m.article_id
WHERE m.type = ?
"""
GIVEN = {"james", "howard", "hisham"}
# How the tags call what the archive calls otherwise.
CALLED = {
    "usa": "United States",
    "uk": "United Kingdom",
    "ussr": "Soviet Union",
    "uae": "United Arab Emirates",
    "ivory-coast": "Côte d'Ivoire",
    "kampuchea": "Cambodia",
    "burma": "Myanmar",
    "zaire": "Zaire",
}


def main() -> int:
    arguments = parser().parse_args()
    found = list(islice(records(arguments.source), arguments.articles))
    if not found:
        print(f"No articles at {arguments.source}.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(db=arguments.db or Path(folder) / "cuttings.db")
        archive = archive_database(settings)
        if not settings.db.exists():
            ingest(archive, settings, found, Path(folder), arguments)
        report_most(archive, arguments.most)
        report_tags(archive, found)
        archive.close()
    return 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("source", type=Path, help="a *.jsonl.gz, or a folder with some")
    options.add_argument("--db", type=Path, help="the archive, to be made or looked at")
    options.add_argument("--tagger", default="auto", help="auto, gazetteer, off or a model's name")
    options.add_argument("--articles", type=int, default=20_000, help="how many are read")
    options.add_argument("--processes", type=int, default=2, help="that read names")
    options.add_argument("--most", type=int, default=50, help="how many of each type are shown")
    return options


def ingest(
    archive: Database,
    settings: Settings,
    found: Sequence[Any],
    folder: Path,
    arguments: argparse.Namespace,
) -> None:
    for number, record in enumerate(found):
        fields = {"title": record["title"], "date": record["date"][:10], "key": f"{number}"}
        fields |= {"dateline": record["dateline"]} if record.get("dateline") else {}
        front = "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
        text = f"---\n{front}---\n{record['body']}\n"
        (folder / f"{number:06}.txt").write_text(text, "utf-8")
    archive.migrate()
    private = private_database(settings)
    embargoes, quarantine = EmbargoStore(private, archive), QuarantineStore(private)
    load = partial(load_tagger, arguments.tagger)
    started = time.perf_counter()
    engine = load_engine("sqlite", archive)
    ingest = Ingest(archive, engine, embargoes, quarantine, load, arguments.processes)
    report = ingest.run([str(folder)])
    took = time.perf_counter() - started
    print(f"{report.added} added, {report.duplicates} duplicates, {len(report.failed)} failed")
    print(f"{took:,.0f} s with {arguments.processes} processes: {report.added / took:.0f} a second")


def report_most(archive: Database, most: int) -> None:
    with archive.read() as conn:
        for kind in ENTITY_TYPES:
            count = conn.execute("SELECT count(*) FROM entities WHERE type = ?", (kind,))
            print(f"\n{kind}: {count.fetchone()[0]:,} entities")
            for name, articles, mentions in conn.execute(MOST, (kind, most)):
                print(f"  {mentions:6} in {articles:5}  {name}")


def report_tags(archive: Database, found: Sequence[Any]) -> None:
    """Tags are about the story and not its words: many countries stand in no text at all."""
    for field, kind in (("people", "person"), ("places", "place")):
        named = names_in(archive, kind, ENTITIES)
        mentioned = names_in(archive, kind, MENTIONS)
        counts = {what: Counter[str]() for what in ("asked", "written", "entity", "mention")}
        for number, record in enumerate(found):
            text = plain(f"{record['title']}\n{record['body']}")
            for tag in record.get(field, ()):
                names = names_of(kind, tag)
                written = any(re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text) for n in names)
                counts["asked"][tag] += 1
                counts["written"][tag] += written
                counts["entity"][tag] += written and has_any(named[f"{number}"], names)
                counts["mention"][tag] += written and has_any(mentioned[f"{number}"], names)
        print(f"\n{field}: {', '.join(f'{c.total()} {what}' for what, c in counts.items())}")
        missed = Counter({tag: counts["written"][tag] - n for tag, n in counts["entity"].items()})
        print("  missed: " + ", ".join(f"{t} {n}" for t, n in missed.most_common(30) if n > 0))


def has_any(here: Sequence[set[str]], names: Sequence[str]) -> bool:
    ways = [set(fold(name).split()) for name in names]
    return any(way <= words for way in ways for words in here)


def names_in(archive: Database, kind: str, sql: str) -> dict[str, list[set[str]]]:
    """Article -> the words of each name of this type in it."""
    found: dict[str, list[set[str]]] = defaultdict(list)
    with archive.read() as conn:
        for key, text, name in conn.execute(sql, (kind,)):
            found[key].append(set(fold(f"{text} {name or ''}").split()))
    return found


@cache
def names_of(kind: str, tag: str) -> tuple[str, ...]:
    """How a text may call who or what is tagged: the family name, or every name of a place."""
    called = CALLED.get(tag) or " ".join(tag.split("-")).title()
    if kind == "person":
        return (called.split()[-1] if "-" in tag and tag.split("-")[0] in GIVEN else called,)
    listed = (row for row in read_list(LIST) if row.kind in ("country", "place"))
    rows = [row for row in listed if called in (row.name, *row.aliases)]
    return tuple(plain(name) for row in rows for name in (row.name, *row.aliases)) or (called,)


if __name__ == "__main__":
    sys.exit(main())
