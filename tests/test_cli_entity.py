"""The editor's desk on the command line."""

import getpass
import json
from pathlib import Path

import pytest
from click.testing import Result
from conftest import Archive
from test_cli import run
from test_edits import kim, named

from service.article import Article


@pytest.fixture
def db(archive: Archive) -> Path:
    marshal = [named("Marshal Kim", "Marshal Kim"), named("Kim", "Marshal Kim", alias="Mr Kim")]
    archive.add(Article(key="one", body="one " + "x" * 40), [kim(), kim()])
    archive.add(Article(key="two", body="two " + "x" * 40), marshal)
    return archive.settings.db


def entity(db: Path, *args: str) -> Result:
    return run("entity", *args, db=db)


# (arguments, what they print behind the edit's number)
VERBS = [
    (
        ("merge", "person-marshalkim", "person-kimjongun"),
        "person-marshalkim is person-kimjongun (Kim Jong Un)",
    ),
    (("merge", "Mr Kim", "Kim Jong-un"), "person-marshalkim is person-kimjongun (Kim Jong Un)"),
    (
        ("split", "person-marshalkim", "--alias", "Mr Kim", "--name", "Kim X", "--article", "two"),
        "“Mr Kim” of person-marshalkim in two is person-kimx (Kim X)",
    ),
    (("rename", "person-kimjongun", "Kim III"), "person-kimjongun is called “Kim III”"),
    (("retype", "person-kimjongun", "place"), "person-kimjongun is place-kimjongun"),
    (("dismiss", "person-kimjongun"), "person-kimjongun is no name"),
    (("alias", "person-kimjongun", "Boss"), "person-kimjongun is also called “Boss”"),
    (("unalias", "person-marshalkim", "Mr Kim"), "person-marshalkim is not called “Mr Kim”"),
    (("note", "person-kimjongun", "the leader"), "person-kimjongun has the note: the leader"),
    (
        ("distinct", "person-kimjongun", "person-marshalkim"),
        "person-kimjongun is not person-marshalkim",
    ),
]


@pytest.mark.parametrize(("arguments", "said"), VERBS, ids=[" ".join(v[0][:2]) for v in VERBS])
def test_verbs(db: Path, arguments: tuple[str, ...], said: str) -> None:
    before = entity(db, "export").output
    done = entity(db, *arguments, "--reason", "heard", "--who", "Ann")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == f"edit 1: {said} (undo: cuttings entity undo 1)\n"
    line = entity(db, "log").stdout
    assert line.startswith("1  ")
    assert line.endswith(f"  Ann  {said}  (heard)\n")
    undone = entity(db, "undo", "1")
    assert undone.stdout == "edit 2: edit 1 is undone (undo: cuttings entity undo 2)\n"
    assert "[undone]" in entity(db, "log").stdout.splitlines()[1]
    assert entity(db, "export").output == before


def test_a_spelling_that_no_article_has_is_nobody_yet(db: Path) -> None:
    entity(db, "alias", "person-kimjongun", "Zed")
    done = entity(db, "split", "person-kimjongun", "--alias", "Zed", "--name", "Zed Zee")
    said = "“Zed” of person-kimjongun is person-zedzee (Zed Zee), whom no article names yet"
    assert done.stdout == f"edit 2: {said} (undo: cuttings entity undo 2)\n"
    assert (
        "yet" not in entity(db, "split", "Marshal Kim", "--alias", "Mr Kim", "--name", "K").stdout
    )


def test_who_is_logged_in_decides(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ann")
    entity(db, "dismiss", "person-kimjongun")

    def nobody() -> str:
        raise OSError("no name for uid 1000")

    monkeypatch.setattr(getpass, "getuser", nobody)
    entity(db, "undo", "1")
    edits = json.loads(entity(db, "log", "--json").stdout)["edits"]
    assert [edit["who"] for edit in edits] == ["unknown", "ann"]


def test_a_name_that_several_have_needs_a_key(db: Path, archive: Archive) -> None:
    bosses = [named("The Boss", full) for full in ("Kim Jong Un", "Marshal Kim")]
    archive.add(Article(key="three", body="three " + "x" * 40), bosses)
    refused = entity(db, "dismiss", "the boss")
    assert refused.exit_code == 2
    assert refused.stderr.splitlines() == [
        "cuttings: “the boss” may be any of these, so give a key:",
        "  person-kimjongun  Kim Jong Un  3 mentions in 2 articles",
        "  person-marshalkim  Marshal Kim  3 mentions in 2 articles",
    ]


# (arguments, what stderr ends with)
REFUSED = [
    (("dismiss", "nobody"), "There is no “nobody” here: see `cuttings entity list`"),
    (("show", "nobody"), "There is no “nobody” here: see `cuttings entity list`"),
    (("merge", "Kim Jong Un", "nobody"), "There is no “nobody” here: see `cuttings entity list`"),
    (("unalias", "Kim Jong Un", "X"), "text is no spelling of “person-kimjongun”"),
    (("undo", "7"), "There is no edit 7"),
    (("retype", "Kim Jong Un", "person"), "“person-kimjongun” is of the type person already"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED)
def test_refused(db: Path, arguments: tuple[str, ...], said: str) -> None:
    result = entity(db, *arguments)
    assert result.exit_code == 2
    assert result.stderr == f"cuttings: {said}\n"
    assert entity(db, "log").stdout == ""


def test_wrong_usage(db: Path) -> None:
    for arguments in (("split", "x"), ("retype", "x", "ship"), ("undo", "x"), ("import", "none")):
        assert entity(db, *arguments).exit_code == 2
    assert run("entity", "list", db=db.with_name("none.db")).exit_code == 2


def test_list_and_show(db: Path) -> None:
    assert entity(db, "list").stdout.splitlines() == [
        "person-kimjongun  Kim Jong Un  2 mentions in 1 article",
        "person-marshalkim  Marshal Kim  2 mentions in 1 article",
    ]
    assert entity(db, "list", "marshal").stdout.startswith("person-marshalkim")
    assert entity(db, "list", "--type", "place").stdout == ""
    assert entity(db, "list", "--limit", "1").stderr == "1 more: raise --limit\n"
    assert json.loads(entity(db, "list", "--json").stdout)["total"] == 2
    entity(db, "note", "Mr Kim", "who?")
    assert entity(db, "note", "Mr Kim").stdout == "who?\n"
    assert entity(db, "note", "Kim Jong Un").stdout == "no note\n"
    assert entity(db, "show", "Mr Kim").stdout.splitlines() == [
        "person-marshalkim  Marshal Kim  2 mentions in 1 article",
        "  note: who?",
        "  Marshal Kim (1)",
        "  Mr Kim (1)",
    ]
    entity(db, "merge", "person-marshalkim", "person-kimjongun")
    merged = json.loads(entity(db, "show", "person-marshalkim", "--json").stdout)
    assert (merged["key"], merged["mentions"]) == ("person-kimjongun", 4)


def test_the_log_of_one_entity(db: Path) -> None:
    entity(db, "merge", "person-marshalkim", "person-kimjongun")
    entity(db, "rename", "person-kimjongun", "Kim III")
    for name, count in (("person-marshalkim", 1), ("person-kimjongun", 2), ("kim iii", 2)):
        assert json.loads(entity(db, "log", "--entity", name, "--json").stdout)["total"] == count
    assert entity(db, "log", "--limit", "1").stderr == "1 more: raise --limit\n"
    assert entity(db, "log", "--entity", "nobody").exit_code == 2


def test_a_table_out_and_in(db: Path, tmp_path: Path) -> None:
    table = tmp_path / "aliases.csv"
    entity(db, "alias", "Kim Jong Un", "Boss")
    assert entity(db, "export", str(table)).output == ""
    assert table.read_bytes() == entity(db, "export").stdout_bytes
    report = entity(db, "import", str(table))
    assert (report.exit_code, report.stdout) == (0, "0 added, 4 unchanged, 0 failed\n")
    table.write_text("key,alias\nperson-kimjongun,Chief\nx,y\nperson-kimjongun,Chef\n", "utf-8")
    report = entity(db, "import", str(table), "--who", "Ann", "--reason", "the list")
    assert report.exit_code == 1
    assert report.stdout == "2 added, 0 unchanged, 1 failed (edits 2 to 3)\n"
    assert report.stderr == "failed: line 3: There is no “x” here\n"
    again = json.loads(entity(db, "import", "--json", str(table)).stdout)
    failed = [{"line": 3, "reason": "There is no “x” here"}]
    assert again == {"added": 0, "unchanged": 2, "failed": failed}
    assert "Ann  person-kimjongun is also called “Chef”  (the list)" in entity(db, "log").stdout
    assert entity(db, "import", str(db)).exit_code == 2


def test_suggestions_come_with_reasons(db: Path, archive: Archive) -> None:
    cho = [named("Cho Song-gil", "Cho Song-gil")]
    archive.add(
        Article(key="three", body="three " + "x" * 40), [named("Jo Song Gil", "Jo Song Gil")]
    )
    archive.add(Article(key="four", body="four " + "x" * 40), cho)
    suggested = entity(db, "suggest")
    assert "person-chosonggil" in suggested.stdout
    assert "romanisation" in suggested.stdout
    as_json = json.loads(entity(db, "suggest", "--entity", "Jo Song Gil", "--json").stdout)
    assert as_json["total"] == 1
    entity(db, "distinct", "person-josonggil", "person-chosonggil")
    assert "person-chosonggil" not in entity(db, "suggest").stdout
    assert entity(db, "suggest", "--entity", "nobody").exit_code == 2


def test_a_table_is_never_written_over_the_archive(db: Path, tmp_path: Path) -> None:
    before = db.read_bytes()
    for name in (db, db.with_name("cuttings-private.db")):
        refused = entity(db, "export", str(name))
        assert (refused.exit_code, "is the archive itself" in refused.stderr) == (2, True)
    assert db.read_bytes() == before
    table = tmp_path / "table.csv"
    assert entity(db, "export", str(table)).exit_code == 0
    assert table.read_bytes().startswith(b"key,name,type,alias")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert entity(db, "export", str(tmp_path / "none" / "table.csv")).exit_code == 2


@pytest.mark.parametrize("arguments", [("show", "\udcff"), ("alias", "Kim Jong Un", "a\udcff")])
def test_bytes_that_are_no_text_are_refused(db: Path, arguments: tuple[str, ...]) -> None:
    refused = entity(db, *arguments)
    assert refused.exit_code == 2
    assert "no text" in refused.stderr


def test_what_finds_nothing_says_so(db: Path) -> None:
    assert entity(db, "list", "zzzq").stderr == "no entity is called so\n"
    assert entity(db, "log").stderr == "no edits\n"
    assert entity(db, "list", "--limit", "1" + "0" * 20).exit_code == 2


def test_the_same_twice_names_what_was_typed(db: Path) -> None:
    entity(db, "merge", "person-marshalkim", "person-kimjongun")
    again = entity(db, "merge", "Marshal Kim", "Kim Jong Un")
    assert "“Marshal Kim” and “Kim Jong Un” are one entity already" in again.stderr
