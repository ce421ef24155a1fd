"""Archives of every release are opened by the present version, which answers what they answered."""

import gzip
import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from archives.make import answers, migrations

from service import __version__
from service.checks import inspect
from service.database import archive_database, migrations_folder, private_database
from service.engines.sqlite.engine import SqliteEngine
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.quarantine import QuarantineStore

HERE = Path(__file__).parent / "archives"
KEPT = sorted(path.stem for path in HERE.glob("*.json"))


def kept(version: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((HERE / f"{version}.json").read_text("utf-8"))
    return told


def unpacked(version: str, folder: Path) -> Settings:
    settings = Settings(db=folder / "cuttings.db")
    for file, end in ((settings.db, ".db.gz"), (settings.private_db, "-private.db.gz")):
        file.write_bytes(gzip.decompress((HERE / f"{version}{end}").read_bytes()))
    return settings


def test_this_version_has_one() -> None:
    assert __version__ in KEPT, "`make archive` makes it: see tests/archives/README.md"


@pytest.mark.parametrize("version", KEPT)
def test_its_archive_is_sound_and_answers_the_same(version: str, tmp_path: Path) -> None:
    settings = unpacked(version, tmp_path)
    archive = archive_database(settings)
    archive.migrate()
    private = private_database(settings)
    assert archive.pending() == []
    assert inspect(archive, SqliteEngine(archive), private) == []
    assert answers(archive) == kept(version)["answers"]
    assert [held.article.key for held in EmbargoStore(private, archive).waiting()] == ["waits"]
    assert QuarantineStore(private).total() == 1


@pytest.mark.parametrize("version", KEPT)
def test_what_was_released_is_never_changed(version: str) -> None:
    """A file with the old form of it would lack the change for ever."""
    present = migrations()
    for name, digest in kept(version)["migrations"].items():
        assert present.get(name) == digest, f"{name} has changed: see tests/archives/README.md"


@pytest.mark.parametrize("version", KEPT)
def test_the_oldest_sqlite_reads_it(version: str, tmp_path: Path) -> None:
    """The system's own program, without the service: the file alone is what is kept for long."""
    program = shutil.which("sqlite3")
    assert program
    settings = unpacked(version, tmp_path)
    found = "SELECT rowid > 0 FROM articles_fts WHERE articles_fts MATCH 'envoy'"
    sql = f"PRAGMA integrity_check; {found}"
    done = subprocess.run(
        [program, "-bail", settings.db, sql], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["ok", "1"]


def test_an_archive_of_an_older_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    """As one of a version before this one will be: here the last migration has not run yet."""
    folder = tmp_path / "schema"
    shutil.copytree(migrations_folder(), folder, ignore=shutil.ignore_patterns("private"))
    (folder / "9999_later.sql").write_text("-- Later.\nCREATE TABLE later (id INTEGER);\n", "utf-8")
    settings = unpacked(KEPT[-1], tmp_path)
    newer = type(archive_database(settings))(settings.db, folder)
    assert newer.migrate() == ["9999_later"]
    assert newer.pending() == []
    with closing(sqlite3.connect(settings.db)) as conn:
        assert conn.execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_they_are_small() -> None:
    assert sum(path.stat().st_size for path in HERE.iterdir() if path.is_file()) < 300_000 * len(
        KEPT
    )
