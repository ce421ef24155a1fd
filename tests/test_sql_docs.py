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
from service.stores.edits import Author, EditStore
from service.web.sql_room_datasette import METADATA, on_show, read_metadata

PAGE = Path(__file__).parent.parent / "docs" / "sql.md"
TEXT = PAGE.read_text("utf-8")
ABOUT = read_metadata()["databases"]["cuttings"]
MODULES = {"sqlite-utils": "sqlite_utils", "datasette": "datasette"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def sections(heading: str = "Views") -> dict[str, str]:
    """`### `view`` -> what stands under it."""
    part = re.split(r"^## ", TEXT.partition(f"\n## {heading}\n")[2], flags=re.MULTILINE)[0]
    parts = re.split(r"^### `(\w+)`\n", part, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def described(section: str) -> dict[str, str]:
    return dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE))


IN_DETAIL = sections() | sections("Tables")
COMMANDS = [line for block in blocks("console") for line in block.splitlines()]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The seeds, and what they lack: an article with a date, an author, a topic; an edit."""
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
    desk = Author("desk", "so his agency writes him")
    EditStore(archive.database).add_alias("person-josonggil", "Cho Song Gil", desk)
    return archive


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stderr}"
    return done.stdout


def test_every_view_is_documented(example: Archive) -> None:
    views = example.rows("SELECT name FROM sqlite_master WHERE type = 'view'")
    assert set(sections()) == {name for (name,) in views}


@pytest.mark.parametrize("name", IN_DETAIL)
def test_every_column_is_documented_in_its_place(name: str, example: Archive) -> None:
    columns = example.rows("SELECT name FROM pragma_table_info(?)", name)
    assert list(described(IN_DETAIL[name])) == [column for (column,) in columns]


@pytest.mark.parametrize("name", IN_DETAIL)
def test_page_and_sql_room_say_the_same(name: str) -> None:
    about = ABOUT["tables"][name]
    assert about["description"] in IN_DETAIL[name]
    assert described(IN_DETAIL[name]) == about["columns"]


def test_the_sql_room_describes_no_columns_that_the_page_does_not() -> None:
    assert set(IN_DETAIL) == {name for name, about in ABOUT["tables"].items() if "columns" in about}


def test_every_table_on_show_is_documented() -> None:
    listed = TEXT.partition("\n## Tables")[2].partition("\n### ")[0]
    named = set(re.findall(r"^\| `(\w+)` \|", listed, re.MULTILINE))
    indexes = {"articles_fts", "articles_words", "articles_pieces"}
    assert named == (set(on_show()) - set(sections())) | indexes


def test_every_query_of_the_sql_room_is_documented() -> None:
    listed = described(TEXT.partition("\n## The SQL room")[2].partition("\n## Views")[0])
    assert listed == {name: query["title"] for name, query in ABOUT["queries"].items()}


# A condition on a view -> the index that it has to reach.
REACHED = [
    ("named_together WHERE entity = 'x'", "article_entities_by_entity (entity_id=?)"),
    ("mentions_by_day WHERE entity = 'x'", "article_entities_by_entity (entity_id=?)"),
    ("mentions_by_day WHERE name = 'x'", "article_entities_by_entity (entity_id=?)"),
    ("mentions_by_day WHERE entity IN (SELECT 'x')", "sqlite_autoindex_entities_1 (key=?)"),
    ("who_said_what WHERE speaker = 'x'", "quotes_by_entity (entity_id=?)"),
    ("who_said_what WHERE speaker = (SELECT 'x')", "quotes_by_entity (entity_id=?)"),
    ("(SELECT 'x' AS k) JOIN who_said_what ON speaker = k", "quotes_by_entity (entity_id=?)"),
    (
        "who_said_what WHERE speaker IS NULL AND speaker_name = 'x' COLLATE NOCASE",
        "quotes_by_name (speaker_name=?)",
    ),
    ("dates_in_text WHERE date = '2018'", "mentioned_dates_by_date (date=?)"),
    (
        "dates_in_text WHERE date BETWEEN '2018' AND '2018-99'",
        "mentioned_dates_by_date (date>? AND date<?)",
    ),
    ("edit_history WHERE entity = 'x'", "edits_by_entity (entity=?)"),
]


@pytest.mark.parametrize(("view", "index"), REACHED)
def test_a_condition_reaches_its_index(view: str, index: str, example: Archive) -> None:
    """Also in the oldest SQLite that is promised, which plans by itself."""
    sql = f"EXPLAIN QUERY PLAN SELECT * FROM {view}"
    ours = " ".join(row[3] for row in example.rows(sql))
    oldest = run(["sqlite3", str(example.settings.db), sql], example.settings.db.parent)
    for steps in (ours, oldest):
        assert index in steps
        assert not re.search(r"SCAN (a|q|d|ae|edits)\b", steps), steps


def test_an_edit_holds_until_it_is_undone(tmp_path: Path) -> None:
    archive = fill(tmp_path)
    edits, desk = EditStore(archive.database), Author("desk")
    first = edits.rename("person-josonggil", "Cho", desk)
    undo = edits.undo(first.id, desk)
    again = edits.undo(undo.id, desk)
    log = dict(archive.rows("SELECT id, in_force FROM edit_history WHERE id >= ?", first.id))
    assert log == {first.id: 1, undo.id: 0, again.id: 1}
    edits.undo(first.id, desk)
    held = archive.rows("SELECT in_force, undone_by FROM edit_history WHERE id = ?", first.id)
    assert held == [(0, again.id + 1)]


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
