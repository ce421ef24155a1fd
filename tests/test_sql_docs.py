"""docs/sql.md is a contract: every view and column is in it, and every example there runs."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SEEDS, Archive, open_archive

from service.article import Article
from service.dates import parse_moment
from service.web.sql_room_datasette import METADATA, on_show, read_metadata

PAGE = Path(__file__).parent.parent / "docs" / "sql.md"
TEXT = PAGE.read_text("utf-8")
ABOUT = read_metadata()["databases"]["cuttings"]
MODULES = {"sqlite-utils": "sqlite_utils", "datasette": "datasette"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def sections() -> dict[str, str]:
    """`### `view`` -> what stands under it."""
    parts = re.split(r"^### `(\w+)`\n", TEXT.partition("\n## Tables")[0], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def described(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE))


COMMANDS = [line for block in blocks("console") for line in block.splitlines()]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The seeds, and an article that has what they lack: a date, an author, a topic."""
    return fill(tmp_path_factory.mktemp("docs"))


def fill(folder: Path) -> Archive:
    archive = open_archive(folder)
    archive.ingest(SEEDS, tagger="gazetteer")
    archive.add(
        Article(
            title="Envoy's ambassador, defector",
            body="Nobody has seen him.",
            published=parse_moment("2018-12-16"),
            authors=("Ann Lee",),
            topics=("diplomacy",),
        )
    )
    return archive


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr}"
    return done.stdout


def test_every_view_is_documented(example: Archive) -> None:
    views = example.rows("SELECT name FROM sqlite_master WHERE type = 'view'")
    assert set(sections()) == {name for (name,) in views}


@pytest.mark.parametrize("view", sections())
def test_every_column_is_documented_in_its_place(view: str, example: Archive) -> None:
    columns = example.rows("SELECT name FROM pragma_table_info(?)", view)
    assert list(described(sections()[view])) == [name for (name,) in columns]


@pytest.mark.parametrize("view", sections())
def test_page_and_sql_room_say_the_same(view: str) -> None:
    about = ABOUT["tables"][view]
    assert about["description"] in sections()[view]
    assert described(sections()[view]) == about["columns"]


def test_every_table_on_show_is_documented() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", TEXT.partition("\n## Tables")[2], re.MULTILINE))
    indexes = {"articles_fts", "articles_words", "articles_pieces"}
    assert named == (set(on_show()) - set(sections())) | indexes


def test_every_query_of_the_sql_room_is_documented() -> None:
    listed = described(TEXT.partition("\n## The SQL room")[2].partition("\n## Views")[0])
    assert listed == {name: query["title"] for name, query in ABOUT["queries"].items()}


@pytest.mark.parametrize("sql", blocks("sql"))
def test_every_sql_example_finds_something(sql: str, example: Archive) -> None:
    assert example.rows(sql)


def test_counts_in_the_examples_are_not_empty(example: Archive) -> None:
    counting = [sql for sql in blocks("sql") if sql.startswith("select count(*)")]
    assert [example.rows(sql) for sql in counting] == [[(1,)]] * len(counting)
    assert counting


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_runs(line: str, tmp_path: Path) -> None:
    shutil.copytree(METADATA.parent, tmp_path / METADATA.parent.relative_to(PAGE.parent.parent))
    fill(tmp_path)
    program, *rest = shlex.split(line)
    command = [sys.executable, "-m", MODULES[program]] if program in MODULES else [program]
    if program == "datasette":
        rest += ["--get", "/cuttings/articles.json?_search=jo+song+gil"]
    out = run([*command, *rest], tmp_path)
    if "copy.db" in line:
        out = run(["sqlite3", "copy.db", "select name from people"], tmp_path)
    assert "Jo Song Gil" in out


@pytest.mark.parametrize("program", blocks("python"))
def test_every_program_runs(program: str, example: Archive) -> None:
    out = run([sys.executable, "-c", program], example.settings.db.parent)
    assert "Jo Song Gil 2" in out
