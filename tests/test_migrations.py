"""The schema: numbered without a gap, atomic, and readable by the oldest SQLite we promise."""

import re
from pathlib import Path

import pytest
from conftest import SEEDS, Archive

from service.article import Article
from service.database import Database, migrations_folder
from service.errors import Misconfigured

FOLDERS = [migrations_folder(), migrations_folder() / "private"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)
def test_numbers_have_no_gap_and_no_twin(folder: Path) -> None:
    numbers = [int(path.name[:4]) for path in sorted(folder.glob("*.sql"))]
    assert numbers == list(range(1, len(numbers) + 1))
    for path in folder.glob("*.sql"):
        assert re.fullmatch(r"\d{4}_[a-z_]+\.sql", path.name)
        assert path.read_text("utf-8").startswith("-- "), f"{path.name} does not say what it is for"


def test_migrating_twice_does_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    assert len(database.migrate()) == len(list(FOLDERS[0].glob("*.sql")))
    assert database.migrate() == []
    assert database.pending() == []


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    schema.mkdir()
    (schema / "0001_good.sql").write_text("CREATE TABLE good (a);", "utf-8")
    bad = schema / "0002_bad.sql"
    bad.write_text("CREATE TABLE half (a);\nINSERT INTO nowhere VALUES (1);", "utf-8")
    database = Database(tmp_path / "a.db", schema)
    with pytest.raises(Misconfigured):
        database.migrate()
    with database.read() as conn:
        tables = {row[0] for row in conn.execute("SELECT name FROM sqlite_master")}
    assert "good" in tables
    assert "half" not in tables
    assert database.pending() == ["0002_bad"]
    bad.write_text("CREATE TABLE whole (a);", "utf-8")
    assert database.migrate() == ["0002_bad"]


@pytest.mark.parametrize("upto", range(1, len(list(FOLDERS[0].glob("*.sql")))))
def test_an_older_file_with_articles_migrates_to_a_sound_index(tmp_path: Path, upto: int) -> None:
    """A migration that touches articles must leave the index in agreement with them."""
    schema = tmp_path / "schema"
    schema.mkdir()
    for path in sorted(FOLDERS[0].glob("*.sql"))[:upto]:
        (schema / path.name).write_bytes(path.read_bytes())
    Database(tmp_path / "a.db", schema).migrate()
    database = Database(tmp_path / "a.db")
    database.migrate()
    with database.write() as conn:
        conn.execute("INSERT INTO articles (key, body) VALUES ('k', 'some words')")
        conn.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    assert database.pending() == []


def test_names_that_a_reporter_can_read(archive: Archive) -> None:
    names = [r[0] for r in archive.rows("SELECT name FROM sqlite_master WHERE type != 'index'")]
    for name in names:
        if not name.startswith(("sqlite_", "_sqlite")):
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name


def test_the_index_follows_every_write(archive: Archive) -> None:
    archive.add(Article(body="one", key="k", captions=("née",)))
    archive.tamper("UPDATE articles SET body = 'two', title = 'three'")
    assert (archive.find("one"), archive.find("title:three"), archive.find("caption:nee")) == (
        [],
        ["three"],
        ["three"],
    )
    archive.tamper("DELETE FROM articles")
    assert archive.find("two") == []
    assert archive.engine.faults() == []


def test_deleting_an_article_takes_all_that_hangs_on_it(archive: Archive) -> None:
    archive.ingest(SEEDS, tagger="gazetteer")
    archive.tamper("DELETE FROM articles")
    for table in ("mentions", "article_entities", "entities", "aliases", "origins"):
        assert archive.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert archive.rows("SELECT sum(articles) FROM sources") == [(0,)]
