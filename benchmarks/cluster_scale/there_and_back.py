"""A whole archive of agency reports into a cluster and back again: are the two files equal?

    python -m cluster_scale.there_and_back DATA [--nodes "URL URL"] [--articles 19043]

DATA is a folder with `reuters21578/articles.jsonl.gz`, which is no part of the project.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from killed_ingest import reports
from speed.report import rounded
from speed.server import environment

from cluster_scale import page
from cluster_scale.nodes import running
from service.cluster import ClusterSettings
from service.database import Database, archive_database, private_database
from service.needs import Kind
from service.settings import Settings, as_environment
from service.working.carrying import Tally, documents_in
from service.working.schemas import ARCHIVE, PRIVATE, Schema

_NAME = "bench-there-and-back"
# A command writes its line of the audit log while it works, and filling a file is a change of it.
_OF_THE_COMMANDS: frozenset[Kind] = frozenset({"archive", "line", "number"})


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("data", type=Path)
    options.add_argument("--nodes", default="")
    options.add_argument("--articles", type=int, default=19_043)
    arguments = options.parse_args()
    source = arguments.data / "reuters21578" / "articles.jsonl.gz"
    if not source.exists():
        print(f"there is no {source}: name the folder that holds reuters21578")
        return 1
    with running(arguments.nodes.split()) as nodes, TemporaryDirectory() as folder:
        records = Path(folder) / "articles.ndjson"
        records.write_text("\n".join(reports(source, arguments.articles)), "utf-8")
        there = Settings(db=Path(folder) / "there.db", tagger="gazetteer")
        _run(there, "ingest", str(records))
        where = ClusterSettings(nodes.urls, name=_NAME)
        cluster = replace(there, engine="opensearch", cluster=where)
        nodes.forget(_NAME)
        try:
            to_cluster = _run(cluster, "move", "--to", "opensearch")
            back = replace(cluster, db=Path(folder) / "back.db")
            to_file = _run(back, "move", "--to", "sqlite")
        finally:
            nodes.forget(_NAME)
        articles, documents, unlike = _compared(there, back)
    found = {"articles": articles, "documents": documents, "equal": not unlike}
    found |= rounded({"to_cluster": to_cluster, "to_file": to_file})
    page.MOVED.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(*page.moved(found), *unlike, sep="\n")
    page.write()
    return 1 if unlike else 0


def _run(settings: Settings, *words: str) -> float:
    command = [sys.executable, "-m", "service.cli", *words]
    started = time.perf_counter()
    subprocess.run(command, check=True, env=environment() | as_environment(settings))
    return time.perf_counter() - started


def _compared(one: Settings, other: Settings) -> tuple[int, int, list[str]]:
    articles = documents = 0
    unlike: list[str] = []
    for schema, opened in ((ARCHIVE, archive_database), (PRIVATE, private_database)):
        first, second = (_tally(opened(each), schema) for each in (one, other))
        unlike += first.unlike(second)
        articles += first.counts.get("article", 0)
        documents += sum(first.counts.values())
    return articles, documents, unlike


def _tally(database: Database, schema: Schema) -> Tally:
    with database.unhurried().read() as conn:
        every = documents_in(conn, schema)
        return Tally().of(each for each in every if each.kind not in _OF_THE_COMMANDS)


if __name__ == "__main__":
    sys.exit(main())
