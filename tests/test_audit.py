"""The audit log: nothing is changed or taken away without a line, and no line is changed."""

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from conftest import Archive, Client, of_a_file, open_archive
from read_paths import all_routes

from service.article import Article
from service.cli import main
from service.cli.recording import RECORDED, login_name, recorded
from service.database import Database
from service.errors import CuttingsError, Misconfigured
from service.needs import NOTHING, Needs
from service.stores.audit import AuditStore, Deed, Line
from service.stores.keys import KeyStore
from service.web.app import create_app
from service.web.audited import is_audited
from service.web.gate import needed_scope
from service.working.schemas import PRIVATE
from service.working.shared import SharedArchive

WORD = "zinnia"
HERE = "/v1/articles/there"


def log_of(archive: Archive) -> tuple[Line, ...]:
    return AuditStore(archive.private).latest(100)


@pytest.fixture
def filled(tmp_path: Path) -> Archive:
    archive = open_archive(tmp_path, tagger="off")
    archive.add(Article(body=f"The {WORD} of Rome.", title=WORD, key="there"))
    return archive


@pytest.fixture
def ask(filled: Archive) -> Callable[..., Any]:
    """The API, asked with a key of scope admin from another machine."""
    key = KeyStore(filled.private).create("admin", "the desk")
    client = Client(create_app(filled.settings), "192.0.2.7")

    def asked(method: str, url: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}"} | options.pop("headers", {})
        return client(method, url, headers=headers, **options)

    return asked


def test_a_change_and_an_export_have_a_line_that_tells_no_word_of_them(
    filled: Archive, ask: Callable[..., Any]
) -> None:
    assert ask("POST", "/v1/articles", json=[{"body": "a", "key": "a"}, {"body": "b"}]).is_success
    assert ask("PUT", HERE, json={"body": WORD, "title": "b"}).status_code == 200
    assert ask("DELETE", HERE, params={"reason": WORD}).status_code == 200
    assert ask("PUT", "/v1/articles/none", json={"nobody": WORD}).status_code == 422
    assert ask("GET", "/v1/export", params={"q": WORD}).status_code == 200
    assert ask("GET", "/v1/search", params={"q": WORD}).status_code == 200
    assert ask("HEAD", "/v1/export").status_code == 200
    lines = log_of(filled)
    assert [(line.action, line.outcome) for line in lines] == [
        ("GET /v1/export", "200"),
        ("PUT /v1/articles/none", "422"),
        ("DELETE /v1/articles/there", "200"),
        ("PUT /v1/articles/there", "200"),
        ("POST /v1/articles", "200"),
    ]
    assert (lines[-1].keys or "").split()[0] == "a"
    assert {(line.who, line.key, line.address) for line in lines} == {("the desk", 1, "192.0.2.7")}
    assert all(line.request and line.ended_at for line in lines)
    assert WORD not in str(lines)


def test_what_was_asked_is_kept_where_that_is_set(filled: Archive) -> None:
    settings = replace(filled.settings, log_queries=True)
    Client(create_app(settings)).get("/v1/export", params={"q": WORD})
    assert log_of(filled)[0].asked == f"q={WORD}"
    assert (log_of(filled)[0].who, log_of(filled)[0].key) == ("loopback", None)


def test_an_edit_names_its_number(filled: Archive, ask: Callable[..., Any]) -> None:
    edit = ask("POST", "/v1/entities/person-x/note", json={"text": "?"})
    made = ask("POST", "/v1/aliases", content=b"alias,name,type\nA,B,person\n", headers=CSV)
    assert (edit.status_code, made.status_code) == (404, 200)
    undone = ask("POST", "/v1/edits/1/undo", json={})
    assert undone.status_code == 200
    assert log_of(filled)[0].keys == f"edit {undone.json()['edit']['id']}"


CSV = {"Content-Type": "text/csv"}


def test_every_route_that_changes_something_has_a_line(filled: Archive) -> None:
    routes = set(all_routes(create_app(filled.settings).routes, ""))
    changing = {
        (method, path)
        for method, path in routes
        if method in ("POST", "PUT", "PATCH", "DELETE") and needed_scope(method, path) != "read"
    }
    assert ("POST", "/desk/merge") in changing
    for method, path in changing:
        assert is_audited({"method": method, "path": path, "query_string": b""}), path
    reading = routes - changing
    audited = {r for r in reading if is_audited(_scope(*r))}
    assert audited == {
        ("GET", "/v1/export"),
        ("GET", "/v1/aliases.csv"),
        ("GET", "/v1/quarantine/{id}"),
    }


def _scope(method: str, path: str, query: bytes = b"") -> dict[str, Any]:
    return {"method": method, "path": path, "query_string": query}


@pytest.mark.parametrize(
    ("path", "query", "is_taken"),
    [
        ("/sql/cuttings/articles.csv", b"", True),
        ("/sql/cuttings.csv", b"sql=select+1", True),
        ("/sql/cuttings/articles.json", b"_size=max", True),
        ("/sql/cuttings/articles.json", b"", False),
        ("/sql/cuttings/articles", b"", False),
    ],
)
def test_whole_tables_of_the_sql_room(path: str, query: bytes, is_taken: bool) -> None:
    assert is_audited(_scope("GET", path, query)) == is_taken


# A line stands before the change does.


KILLED = """
import os, signal, sys
from conftest import Client
from service.settings import read_settings
from service.stores.audit import AuditStore
from service.web.app import create_app
AuditStore.end_if_can = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Client(create_app(read_settings()))(
    "PUT", "/v1/articles/there", json={"body": "after"}, headers={"Authorization": sys.argv[1]}
)
"""


def test_what_is_cut_off_has_left_its_line(filled: Archive) -> None:
    """A process that is killed when the change is done, and its outcome is not told yet."""
    key = KeyStore(filled.private).create("write")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, f"Bearer {key}"],
        cwd=Path(__file__).parent,
        env=os.environ | filled.environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert filled.rows("SELECT body FROM articles") == [("after",)]
    (line,) = log_of(filled)
    assert (line.action, line.outcome, line.ended_at) == ("PUT /v1/articles/there", None, None)


def is_private(archive: object) -> bool:
    if isinstance(archive, SharedArchive):
        return archive._schema is PRIVATE
    assert isinstance(archive, Database)
    return "private" in archive.path.name


def test_the_line_is_written_before_anything_is_changed(
    filled: Archive, ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Line, ...]] = []
    kind = type(filled.home.archive)
    change = kind.change

    def noted(self: Any, *args: Any) -> Any:
        if not is_private(self):
            seen.append(log_of(filled))
        return change(self, *args)

    monkeypatch.setattr(kind, "change", noted)
    assert ask("PUT", HERE, json={"body": "after"}).status_code == 200
    assert seen
    assert all(lines[0].outcome is None for lines in seen)


@pytest.mark.parametrize(("method", "url"), [("PUT", HERE), ("GET", "/v1/export")])
def test_without_its_line_nothing_is_done(
    archive: Archive, method: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(Article(body="before", key="there"))
    headers = {"Authorization": f"Bearer {KeyStore(archive.private).create('admin')}"}
    kind = type(archive.private)
    change = kind.change

    def refused(self: Any, *args: Any) -> Any:
        if is_private(self):
            raise Misconfigured("disk full")
        return change(self, *args)

    monkeypatch.setattr(kind, "change", refused)
    response = Client(create_app(archive.settings))(
        method, url, headers=headers, json={"body": "after"}
    )
    assert response.status_code == 500
    assert "Nothing was done, since the audit log cannot be written" in response.json()["detail"]
    assert archive.rows("SELECT body FROM articles") == [("before",)]
    assert Client(create_app(archive.settings)).get("/v1/search").status_code == 200


def test_an_outcome_that_cannot_be_written_undoes_nothing(
    filled: Archive,
    ask: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise Misconfigured("disk full")

    monkeypatch.setattr(AuditStore, "end", full)
    with caplog.at_level(logging.ERROR, "cuttings"):
        assert ask("PUT", HERE, json={"body": "after"}).status_code == 200
    assert "the audit log lacks an outcome (200): disk full" in caplog.text
    assert log_of(filled)[0].outcome is None


# A line stays.


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'nobody' WHERE id = 1",
        "UPDATE audit SET who = 'nobody', outcome = '200' WHERE id = 2",
        "UPDATE audit SET outcome = '500' WHERE id = 1",
        "UPDATE audit SET outcome = NULL WHERE id = 1",
        "DELETE FROM audit WHERE id = 1",
        "UPDATE audit_kept SET since = '9999'",
        "UPDATE audit_kept SET since = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')",
    ],
)
def test_the_file_refuses_to_change_a_line(archive: Archive, statement: str) -> None:
    store = AuditStore(archive.private)
    store.end(store.begin(Deed("ann", "kill a")), "done")
    store.begin(Deed("ann", "kill b"))
    lines = Needs(frozenset({("line", "1"), ("line", "2")}))
    with pytest.raises(CuttingsError, match="audit log"):
        archive.private.change(lines, lambda conn: conn.execute(statement))
    assert [(line.who, line.outcome) for line in store.latest(9)] == [
        ("ann", None),
        ("ann", "done"),
    ]


def test_old_lines_are_forgotten_where_that_is_set(archive: Archive) -> None:
    begin = (
        "INSERT INTO audit (at, who, address, request, action, asked)"
        " VALUES (strftime('%Y-%m-%dT%H:%M:%SZ', 'now', ?), '', '', '', ?, '')"
    )
    written = [(f"-{days} days", str(days)) for days in (30, 3, 0)]
    archive.private.change(NOTHING, lambda conn: conn.executemany(begin, written))
    store = AuditStore(archive.private)
    for days, left in ((0, 3), (7, 2), (1, 1)):
        store.forget(days)
        assert len(store.latest(9)) == left


# On the command line.


def run(archive: Archive, *words: str) -> Any:
    return CliRunner().invoke(main, words, env=archive.environment)


def commands(group: click.Group, path: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}"


# What changes nothing, and takes no more away than a screen holds.
READS = {
    *("search", "serve", "check", "audit", "key list", "quarantine list", "slow", "snapshot list"),
    *(f"entity {name}" for name in ("list", "show", "log", "suggest")),
}


def test_every_command_is_recorded_or_reads() -> None:
    assert set(commands(main)) <= set(RECORDED) | READS
    assert not set(RECORDED) & READS


def test_commands_have_their_lines(filled: Archive) -> None:
    assert run(filled, "kill", "there", "--reason", WORD).exit_code == 0
    assert run(filled, "revive", "nothing").exit_code == 2
    assert run(filled, "export", WORD, "--format", "csv").exit_code == 0
    assert run(filled, "ingest", "https://ann:pass@192.0.2.1:bad/").exit_code == 1
    assert run(filled, "search", WORD).exit_code == 0
    lines = [(line.who, line.action, line.outcome) for line in reversed(log_of(filled))]
    assert lines == [
        (login_name(), "kill there", "done"),
        (login_name(), "revive nothing", "failed"),
        (login_name(), "export csv -", "done"),
        (login_name(), "ingest https://192.0.2.1:bad/", "exit 1"),
    ]


def test_the_log_is_printed(filled: Archive) -> None:
    AuditStore(filled.private).begin(Deed("ann", "kill \x1b[31m", 1, "::1"))
    told = run(filled, "audit").stdout
    assert r"ann ::1 kill \x1b[31m [begun, and no outcome]" in told
    line = json.loads(run(filled, "audit", "--json", "--limit", "1").stdout)
    assert (line["who"], line["outcome"]) == ("ann", None)
    assert run(filled, "audit", "--since", "9999").stdout == ""
    assert run(filled, "audit", "--since", "yesterday").exit_code == 2


def called(command: str, **params: Any) -> click.Context:
    """A command in the middle of being run."""
    program = click.Context(click.Command("cuttings"), info_name="cuttings")
    context = click.Context(click.Command(command), program, info_name=command)
    context.params = params
    return context


@pytest.mark.parametrize(
    ("context", "action"),
    [
        (called("check", mend=True), "check"),
        (called("check", mend=False), None),
        (called("ingest", paths=("a.txt",), dry_run=True), None),
        (called("ingest", paths=("caf\udce9.txt", "b")), "ingest caf\\udce9.txt b"),
        (called("quarantine", numbers=(1, 2)), None),
    ],
)
def test_what_is_recorded(filled: Archive, context: click.Context, action: str | None) -> None:
    with recorded(filled.settings, context):
        assert [line.action for line in log_of(filled)] == ([action] if action else [])


# Only files are restored.
@of_a_file
def test_what_was_not_restored_says_so(filled: Archive) -> None:
    with pytest.raises(Misconfigured), recorded(filled.settings, called("restore", file="copy.db")):
        raise Misconfigured("There is no backup at copy.db")
    assert [(line.action, line.outcome) for line in log_of(filled)] == [
        ("restore copy.db", "failed")
    ]


@of_a_file
def test_restoring_goes_on_without_a_log(
    filled: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may be restored because the file with the log is damaged; the new one has the line."""
    done: list[str] = []

    def damaged(*_: Any) -> None:
        raise Misconfigured("file is not a database")

    with monkeypatch.context() as patch:
        patch.setattr(AuditStore, "begin", damaged)
        with recorded(filled.settings, called("restore", file="copy.db")):
            done.append("restored")
    assert done == ["restored"]
    assert "file is not a database" in capsys.readouterr().err
    assert [(line.action, line.outcome) for line in log_of(filled)] == [("restore copy.db", "done")]
