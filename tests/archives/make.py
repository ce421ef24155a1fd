"""Makes the archive that is kept of this version: `make archive`, at a release (README.md here).

Every text in it is invented. What is asked of it, and what it answers, stands in a file beside it.
"""

import gzip
import hashlib
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from service import __version__
from service.database import Database, archive_database, migrations_folder
from service.engines.sqlite.engine import SqliteEngine
from service.search import Ask, Finder
from service.settings import Settings
from service.stores.entities import EntityStore

HERE = Path(__file__).parent
PROGRAM = str(Path(sys.executable).with_name("cuttings"))
SOURCE = "The Daily Example"
QUERIES = (
    *("envoy", '"trade talks"', "talk*", "title:harbour", "envoy OR harbour", "strasse", "Łódź"),
    *("東京", "부산", "person:kim", '"Kim Jong Un"', "newest", "quince", "embargo", ""),
)
ARTICLES: tuple[Mapping[str, object], ...] = (
    {
        "key": "envoy-leaves",
        "title": "Envoy leaves the trade talks",
        "standfirst": "Nobody says when the next round will be.",
        "body": "The envoy left the trade talks in Łódź on Monday. “We will be back,” said Anna "
        "Example.\n\nKim Jong Un was told, two officials said on 12 June 2018.",
        "published_at": "2018-06-12T08:00:00Z",
        "authors": ["Pat Writer"],
        "topics": ["Trade"],
        "captions": ["The envoy at the gate"],
    },
    {
        "key": "harbour",
        "title": "A harbour opens in Busan",
        "body": "부산 항구가 열렸다. The harbour of 부산 was opened again; 東京で会談.",
        "published_at": "2018-06-13",
        "language": "ko",
    },
    {
        "key": "street",
        "title": "Umbau der Hauptstraße",
        "body": "Die Straße wird umgebaut. Es ist der dritte Umbau in vier Jahren.",
        "published_at": "2017-01-02",
        "language": "de",
    },
    {"key": "undated", "title": "No date", "body": "Nobody knows when this was written at all."},
    {"key": "taken-out", "title": "A quince", "body": "The quince was nobody's but the owner's."},
    {
        "key": "waits",
        "title": "Under embargo",
        "body": "This waits behind an embargo until long after all of us.",
        "embargoed_until": "2099-01-01T00:00:00Z",
    },
)
LATER = {
    **ARTICLES[0],
    "body": "The envoy left the trade talks in Łódź on Monday. “We will be back,” said Anna "
    "Example, the newest of them.\n\nKim Jong Un was told, two officials said on 12 June 2018.",
    "updated_at": "2018-06-12T10:00:00Z",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "cuttings.db"
        _fill(db, Path(folder) / "inbox")
        settings = Settings(db=db)
        for file in (db, settings.private_db):
            with closing(sqlite3.connect(file)) as conn:
                conn.execute("VACUUM")
                conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = {"migrations": migrations(), "answers": answers(archive_database(settings))}
        _keep(db, ".db.gz")
        _keep(settings.private_db, "-private.db.gz")
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    (HERE / f"{__version__}.json").write_text(f"{text}\n", "utf-8")


def _fill(db: Path, inbox: Path) -> None:
    inbox.mkdir()
    for number, article in enumerate(ARTICLES):
        told = json.dumps({"source": SOURCE, **article}, ensure_ascii=False)
        (inbox / f"{number}.json").write_text(told, "utf-8")
    (inbox / "broken.json").write_text('{"title": "No body"', "utf-8")
    ingest = ["ingest", str(inbox)]
    _run(db, *ingest, ok=(0, 1))
    (inbox / "0.json").write_text(json.dumps({"source": SOURCE, **LATER}), "utf-8")
    for words in (
        ["ingest", str(inbox / "0.json")],
        ["kill", "taken-out", "--reason", "an example"],
        ["entity", "note", "person-kimjongun", "Of whom this archive knows little."],
        ["key", "create", "--scope", "read"],
    ):
        _run(db, *words)


def _run(db: Path, *words: str, ok: tuple[int, ...] = (0,)) -> None:
    command = [PROGRAM, *words, "--db", str(db)]
    env = {"CUTTINGS_TAGGER": "gazetteer", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in ok:
        raise SystemExit(f"{command}: {done.stderr}")


def migrations() -> dict[str, str]:
    """Each by its path, with the SHA-256 of what it says."""
    folder = migrations_folder()
    files = sorted(folder.rglob("[0-9]*.sql"))
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


def answers(database: Database) -> dict[str, object]:
    """By query the keys that are found; and what else a reader may ask."""
    entities = EntityStore(database)
    finder = Finder(SqliteEngine(database), entities)
    found: dict[str, object] = {
        q: sorted(hit.key for hit in finder.search(Ask(q=q)).hits) for q in QUERIES
    }
    with database.read() as conn:
        for view in ("who_said_what", "dates_in_text", "earlier_versions"):
            (count,) = conn.execute(f"SELECT count(*) FROM {view}").fetchone()
            found[view] = count
        found["entities"] = sorted(row["key"] for row in conn.execute("SELECT key FROM entities"))
        found["killed"] = [row["key"] for row in conn.execute("SELECT key FROM tombstones")]
    return found


def _keep(file: Path, end: str) -> None:
    (HERE / f"{__version__}{end}").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))


if __name__ == "__main__":
    main()
