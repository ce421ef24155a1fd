"""The command line: what it prints, and what its exit code says."""

import importlib
import json
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from conftest import SEEDS, Archive

from service.cli import UNBUILT, main
from service.settings import Settings
from service.web.parameters import SearchParams


def run(*args: str | Path, db: Path | None = None, tagger: str = "off") -> Result:
    env = {"CUTTINGS_TAGGER": tagger, "CUTTINGS_DB": str(db) if db else ""}
    return CliRunner().invoke(main, [str(arg) for arg in args], env=env)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_ingest_search_check(db: Path) -> None:
    first = run("ingest", SEEDS, db=db)
    assert first.exit_code == 0, first.output
    assert "2 added, 0 changed, 0 unchanged, 0 duplicates, 0 killed, 0 failed" in first.output
    assert "2 unchanged" in run("ingest", SEEDS, db=db).output
    found = run("search", "jo", "song-gil", db=db)
    assert found.exit_code == 0
    assert found.output.startswith("2 articles\n")
    assert "Asia Times · undated" in found.output
    assert "(no headline; first line)" in found.output
    assert run("check", db=db).output == "sound\n"


def test_the_report_as_json(db: Path, tmp_path: Path) -> None:
    report = run("ingest", "--json", SEEDS, tmp_path / "none", db=db)
    assert report.exit_code == 1
    assert json.loads(report.stdout) == {
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "duplicates": 0,
        "killed": 0,
        "failed": [{"origin": str(tmp_path / "none"), "reason": "does not exist"}],
    }


def test_what_failed_is_named(db: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    result = run("ingest", tmp_path / "empty.txt", SEEDS, db=db)
    assert result.exit_code == 1
    assert f"failed: {tmp_path / 'empty.txt'}: is empty" in result.stderr
    assert "2 added" in result.stdout
    assert "1 failed" in result.stdout


def test_several_processes_read_the_same(db: Path) -> None:
    args = ("ingest", "--processes", "2", SEEDS)
    assert run(*args, db=db, tagger="gazetteer").exit_code == 0
    assert "2 unchanged" in run(*args, db=db, tagger="gazetteer").output
    assert run("entity", "show", "place-rome", db=db).exit_code == 0
    assert run("ingest", "--processes", "0", SEEDS, db=db).exit_code == 2


def test_retag_reads_what_another_tagger_has_read(db: Path) -> None:
    assert run("retag", db=db).exit_code == 2
    run("ingest", SEEDS, db=db)
    assert run("entity", "show", "place-rome", db=db).exit_code == 2
    read = run("retag", db=db, tagger="gazetteer")
    assert (read.exit_code, read.stdout.partition(" read by ")[0]) == (0, "2 articles")
    assert run("entity", "show", "place-rome", db=db).exit_code == 0
    assert "0 articles read" in run("retag", db=db, tagger="gazetteer").stdout
    assert "2 articles read" in run("retag", "--all", db=db, tagger="gazetteer").stdout


def test_wrong_usage(db: Path) -> None:
    assert run("ingest", db=db).exit_code == 2
    assert run("nonsense", db=db).exit_code == 2
    assert run("ingest", "--watch", "--dry-run", SEEDS, db=db).exit_code == 2
    assert run("ingest", "--map", "nonsense", SEEDS, db=db).exit_code == 2
    assert run("search", "--limit", "0", db=db).exit_code == 2
    run("migrate", db=db)


# (arguments, what stderr ends with)
BAD_VALUES = [
    (("--from", "nope"), "--from nope: “nope” is neither a date (2018-12-16) nor a date-time\n"),
    (("--to", "nope"), "--to nope: “nope” is neither a date (2018-12-16) nor a date-time\n"),
    (
        ("--tz", "Nowhere/City"),
        "--tz Nowhere/City: “Nowhere/City” is no time zone: use a name such as Europe/Rome\n",
    ),
    (("--not-source", "x" * 1_001), "--not-source: String should have at most 1000 characters\n"),
    (("x" * 10_001,), "query: String should have at most 10000 characters\n"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD_VALUES, ids=lambda value: str(value[0])[:12])
def test_a_bad_value_is_named(arguments: tuple[str, ...], said: str, db: Path) -> None:
    run("migrate", db=db)
    result = run("search", *arguments, db=db)
    assert result.exit_code == 2
    assert result.stderr.endswith(f"Error: {said}")


def test_a_bad_cursor_is_named_by_its_option(db: Path) -> None:
    run("migrate", db=db)
    result = run("search", "--cursor", "abc", db=db)
    assert result.exit_code == 2
    assert result.stderr.startswith("--cursor: is none of ours")


# (typed, the query)
DASHES = [
    (("kim", "-sanctions"), "kim -sanctions"),
    (("-hanoi", "kim"), "-hanoi kim"),
    (("kim", "-source:AFP", "--limit", "1"), "kim -source:AFP"),
    (("kim", "-"), "kim -"),
    (("--", "kim", "--limit"), "kim --limit"),
]


@pytest.mark.parametrize(("typed", "query"), DASHES)
def test_one_dash_belongs_to_the_query(typed: tuple[str, ...], query: str, seeded: Archive) -> None:
    result = run("search", "--json", *typed, db=seeded.settings.db)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["query"]["text"] == query


def test_two_dashes_are_an_option(db: Path) -> None:
    run("migrate", db=db)
    for option in ("--sanctions", "--stict", "--limits=3"):
        result = run("search", "kim", option, db=db)
        assert result.exit_code == 2
        assert "No such option" in result.stderr
        assert option in result.stderr
    assert run("search", "-h").output == run("search", "--help").output


def test_searching_an_archive_that_is_not_there(db: Path) -> None:
    for command in (("search", "x"), ("check",)):
        result = run(*command, db=db)
        assert result.exit_code == 2
        assert f"There is no archive at {db}" in result.stderr
    assert not db.exists()


def test_the_db_option_wins(db: Path, tmp_path: Path) -> None:
    run("migrate", "--db", tmp_path / "other.db", db=db)
    assert (tmp_path / "other.db").exists()
    assert not db.exists()


def test_search_is_the_same_search_as_the_apis(seeded: Archive) -> None:
    db = seeded.settings.db
    options = ("--person", "Mr Jo", "--facets", "person,published", "--limit", "1")
    answer = json.loads(run("search", "--json", *options, db=db).output)
    assert answer["total"] == 2
    assert answer["facets"]["person"]["values"][0]["label"] == "Jo Song Gil"
    following = run("search", "--json", *options, "--cursor", answer["next"], db=db)
    assert json.loads(following.output)["hits"][0]["key"] != answer["hits"][0]["key"]
    text = run("search", "kim", "OR", *options, db=db)
    assert "person: Jo Song Gil (2)" in text.output
    assert "note: OR needs something on both sides: left out" in text.stderr
    strict = run("search", "--strict", '"open', db=db)
    assert strict.exit_code == 2
    assert "query: unclosed quote" in strict.stderr


def test_every_parameter_of_the_apis_search_is_an_option() -> None:
    """But for the query itself."""
    options = {name for param in main.commands["search"].params for name in param.opts}
    fields = {field.alias or name for name, field in SearchParams.model_fields.items()}
    built = fields - {"q"}
    assert {f"--{name}".replace(".", "-").replace("_", "-") for name in built} <= options


def test_the_options_of_a_search_do_what_the_apis_parameters_do(seeded: Archive) -> None:
    def asked(*options: str) -> Any:
        return json.loads(run("search", "--json", *options, db=seeded.settings.db).stdout)

    assert asked("jo")["took_ms"] > 0
    assert asked("jo", "--not-source", "Asia Times")["total"] == 1
    assert asked("jo", "--not-person", "Mr Jo", "--not-place", "Rome")["total"] == 0
    assert asked("U.S.")["query"]["expanded"] != []
    assert asked("U.S.", "--no-expand")["query"]["expanded"] == []
    assert asked("jo", "--explain", "--rank", "exact")["hits"][0]["explain"]["parts"]
    assert asked("--tz", "Asia/Seoul", "--from", "2018-01-01")["total"] == 0
    facets = asked("--facets", "person", "--facet-limit", "1")["facets"]
    assert len(facets["person"]["values"]) == 1
    explained = run("search", "jo", "--explain", db=seeded.settings.db).stdout
    assert "jo (words)" in explained


def test_migrate_and_reindex(db: Path) -> None:
    assert run("migrate", db=db).output.splitlines()[0] == "0001_articles"
    assert run("migrate", db=db).output == "nothing to do\n"
    run("ingest", SEEDS, db=db)
    assert run("reindex", db=db).output == "reindexed\n"
    assert run("check", db=db).exit_code == 0


def test_check_fails_and_names_the_trouble(archive: Archive) -> None:
    archive.tamper("DROP TRIGGER articles_deleted")
    result = run("check", db=archive.settings.db)
    assert result.exit_code == 1
    assert "the trigger articles_deleted is missing" in result.output


def test_keys(db: Path) -> None:
    created = run("key", "create", "--scope", "read", "--note", "the desk", db=db)
    key = created.output.splitlines()[-1]
    assert key.startswith("cut_")
    assert created.stdout == f"{key}\n"
    listed = run("key", "list", db=db).output
    assert "read" in listed
    assert "in use  the desk" in listed
    assert key not in listed
    assert run("key", "revoke", "1", db=db).output == "key 1 is revoked\n"
    assert "revoked" in run("key", "list", db=db).output
    assert run("key", "revoke", "1", db=db).exit_code == 2
    assert run("key", "create", "--scope", "everything", db=db).exit_code == 2


def test_serving_strangers_without_a_key_is_refused(db: Path) -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::"):  # noqa: S104 - refused before anything is bound
        result = run("serve", "--host", host, db=db)
        assert result.exit_code == 2
        assert "cuttings key create --scope read" in result.stderr
        assert "--open" in result.stderr


@pytest.mark.parametrize(("engine", "has_sql"), [("sqlite", True), ("opensearch", False)])
def test_a_server_names_the_rooms_that_it_has(
    engine: str, has_sql: bool, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(_: Settings, sockets: Sequence[socket.socket]) -> None:
        for each in sockets:
            each.close()

    monkeypatch.setenv("CUTTINGS_ENGINE", engine)
    monkeypatch.setenv("CUTTINGS_OPENSEARCH_URL", "http://127.0.0.1:1")
    # By the module's path, where the name beside it is the command's.
    module = importlib.import_module("service.cli.serve")
    monkeypatch.setattr(module, "_prepare", lambda _: None)
    monkeypatch.setattr(module, "configure", lambda *_: None)
    monkeypatch.setattr(module, "serve_here", closed)
    told = run("serve", "--port", "0", db=db)
    assert told.exit_code == 0
    assert re.match(r"Cuttings: http://127\.0\.0\.1:\d+/ \(\S+/docs: the API", told.output)
    assert ("/sql/: the SQL room)" in told.output) is has_sql


@pytest.mark.parametrize("name", UNBUILT)
def test_what_is_promised_only_says_so(name: str, db: Path) -> None:
    result = run(name, "something", "--more", db=db)
    assert result.exit_code == 2
    assert "is not built yet" in result.stderr


def test_every_command_has_help() -> None:
    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        result = run(*path, "--help")
        assert result.exit_code == 0
        assert command.help or command.hidden, path
        if isinstance(command, click.Group):
            for name, inner in command.commands.items():
                walk(inner, (*path, name))

    walk(main, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CUTTINGS_TIMEZONE", "Nowhere/City"),
        ("CUTTINGS_QUERY_SECONDS", "soon"),
        ("CUTTINGS_PORT", "70000"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    result = CliRunner().invoke(main, ["check"], env={name: value})
    assert result.exit_code == 2
    assert name in result.stderr


def test_a_model_that_is_not_installed(db: Path) -> None:
    result = run("ingest", SEEDS, db=db, tagger="no_such_model")
    assert result.exit_code == 2
    assert "no_such_model" in result.stderr


def test_the_file_is_a_program() -> None:
    program = [sys.executable, "-m", "service.cli", "--version"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert "version" in done.stdout


def test_the_console_script_is_installed() -> None:
    program = Path(sys.executable).with_name("cuttings")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("cuttings, version ")


def test_a_thousand_failures_do_not_flood_the_terminal(db: Path, tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.pdf").write_bytes(b"%PDF-1.7")
    result = run("ingest", tmp_path, db=db)
    assert len(result.stderr.splitlines()) == 51
    assert result.stderr.endswith("failed: 10 more; `--json` names every one\n")
    assert len(json.loads(run("ingest", "--json", tmp_path, db=db).stdout)["failed"]) == 60


def test_a_port_that_is_taken_is_named(db: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = run("serve", "--port", str(port), db=db)
    assert result.exit_code == 2
    assert f"Cannot listen on 127.0.0.1, port {port}" in result.stderr


def test_equal_faults_are_told_once_with_what_helps(tmp_path: Path) -> None:
    db = tmp_path / "cuttings.db"
    assert run("ingest", SEEDS, db=db, tagger="gazetteer").exit_code == 0
    with closing(sqlite3.connect(db)) as conn, conn:
        conn.execute("DELETE FROM entities")
    told = run("check", db=db)
    assert told.exit_code == 1
    hanging = [line for line in told.stdout.splitlines() if "a row of mentions names" in line]
    assert len(hanging) == 1
    assert hanging[0].endswith(" times)")
    assert told.stderr.endswith("`cuttings check --repair` mends what is made of something else\n")
