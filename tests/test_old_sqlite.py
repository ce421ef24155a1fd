"""The file is the product: programs that know nothing of this service open it and find things.

The `sqlite3` program of the system is older than the library that writes the file.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SEEDS, open_archive

from service.article import Article
from service.stores.edits import Author, EditStore

VIEWS = "select name from sqlite_master where type = 'view'"
TRIGGERS = "select count(*) from sqlite_master where type = 'trigger'"


COPY = "The envoy to a city in the south has left his post, and nobody there has seen him since."


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = open_archive(tmp_path_factory.mktemp("file"))
    archive.ingest(SEEDS, tagger="gazetteer")
    for uri, body in (("1", "old"), ("1", COPY), ("2", COPY)):
        archive.add(Article(uri=uri, body=body))
    EditStore(archive.database).annotate("person-josonggil", "Seen in Rome.", Author("desk"))
    return archive.settings.db


def sqlite(file: Path, sql: str) -> list[str]:
    """Lines of the answer."""
    assert shutil.which("sqlite3"), "The tests need the sqlite3 program: apt-get install sqlite3"
    return output("sqlite3", "-bail", str(file), sql).splitlines()


def output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_the_program_is_not_older_than_promised(file: Path) -> None:
    version = sqlite(file, "select sqlite_version()")[0]
    assert tuple(int(part) for part in version.split(".")) >= (3, 40)


def test_sqlite3_finds_the_file_sound(file: Path) -> None:
    assert sqlite(file, "pragma integrity_check") == ["ok"]
    assert sqlite(file, "pragma foreign_key_check") == []


def test_sqlite3_reads_every_view(file: Path) -> None:
    views = sqlite(file, VIEWS)
    assert len(views) >= 9
    for view in views:
        assert int(sqlite(file, f"select count(*) from (select * from {view})")[0]) > 0, view


def test_sqlite3_searches(file: Path) -> None:
    sql = """
select snippet(articles_fts, 2, '[', ']', '', 5) from articles_fts
where articles_fts match '"jo song gil"' order by bm25(articles_fts)
"""
    passages = sqlite(file, sql)
    assert len(passages) == 2
    assert any("[Jo Song-gil]" in passage for passage in passages)


def test_sqlite3_writes_and_the_index_follows(file: Path, tmp_path: Path) -> None:
    """Every trigger must be within what the old program understands."""
    sqlite(file, f"vacuum into '{tmp_path / 'copy.db'}'")
    copy = tmp_path / "copy.db"
    assert sqlite(copy, TRIGGERS) == sqlite(file, TRIGGERS)
    found = "select count(*) from articles_fts where articles_fts match 'quince'"
    before = int(sqlite(copy, "select number from generation")[0])
    sqlite(copy, "insert into articles (id, key, body) values (9, 'nine', 'A quince.')")
    assert sqlite(copy, found) == ["1"]
    sqlite(copy, "update articles set id = 10, body = 'A pear.' where key = 'nine'")
    assert sqlite(copy, found) == ["0"]
    sqlite(copy, "update mentions set entity_id = null where position < 3")
    sqlite(copy, "delete from articles where id <= 10")
    assert sqlite(copy, "select count(*), (select count(*) from mentions) from entities") == ["0|0"]
    assert int(sqlite(copy, "select number from generation")[0]) > before
    check = "insert into articles_fts(articles_fts, rank) values ('integrity-check', 1)"
    assert sqlite(copy, check) == []


def test_sqlite_utils_searches_without_configuration(file: Path) -> None:
    out = output(
        sys.executable, "-m", "sqlite_utils", "search", str(file), "articles", "jo song gil"
    )
    assert "Jo Song-gil" in out
    assert "Jo Song Gil" in out


def test_datasette_searches_without_configuration(file: Path) -> None:
    url = f"/{file.stem}/articles.json?_search=jo+song+gil&_shape=array"
    out = output(sys.executable, "-m", "datasette", str(file), "--get", url)
    assert "Asia Times has learned" in out
    page = output(sys.executable, "-m", "datasette", str(file), "--get", f"/{file.stem}/articles")
    assert 'name="_search"' in page
