"""A whole result as a file, over HTTP and from the command line."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import Archive, Client, of_a_file, open_archive

from service.article import Article
from service.cli import main
from service.dates import parse_moment
from service.stores import embargoes
from service.web.app import create_app
from service.web.export import ExportParams
from service.web.parameters import FilterParams


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Three articles, to ask and not to change."""
    archive = open_archive(tmp_path_factory.mktemp("export"))
    for number in range(3):
        article = Article(
            key=f"k{number}",
            title=f"=Strike {number}",
            body="A strike at the port.",
            source="Post" if number else "Times",
            published=parse_moment(f"2019-01-0{number + 1}"),
        )
        archive.add(article)
    return archive


@pytest.fixture(scope="module")
def web(desk: Archive) -> Client:
    return Client(create_app(desk.settings))


def keys(text: str) -> list[str]:
    return [json.loads(line)["key"] for line in text.splitlines()]


def test_everything_newest_first_as_ndjson(web: Client) -> None:
    response = web.get("/v1/export")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["content-disposition"] == 'attachment; filename="cuttings.ndjson"'
    assert "etag" not in response.headers
    assert keys(response.text) == ["k2", "k1", "k0"]
    assert keys(web.get("/v1/export?sort=oldest").text) == ["k0", "k1", "k2"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=strike", ["k2", "k1", "k0"]),
        ("q=nothing", []),
        ("q=2", ["k2"]),
        ("source=Times", ["k0"]),
        ("source=Times&source=Post", ["k2", "k1", "k0"]),
        ("not.source=Post", ["k0"]),
        ("from=2019-01-02&to=2019-01-02&tz=Asia/Seoul", ["k1"]),
        ("q=strikes+storm&match=all", []),
        ("q=strikes+storm&match=any&expand=false", ["k2", "k1", "k0"]),
        ("versions=current", ["k2", "k1", "k0"]),
    ],
)
def test_what_selects_a_search_selects_an_export(web: Client, query: str, found: list[str]) -> None:
    assert keys(web.get(f"/v1/export?{query}").text) == found


def test_every_parameter_that_selects_is_one() -> None:
    assert set(FilterParams.model_fields) | {"format", "sort"} == set(ExportParams.model_fields)


def test_a_table(web: Client) -> None:
    response = web.get("/v1/export?format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.headers["content-disposition"] == 'attachment; filename="cuttings.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert [(row["key"], row["title"]) for row in rows] == [
        *(("k2", "'=Strike 2"), ("k1", "'=Strike 1"), ("k0", "'=Strike 0"))
    ]


def test_ninjs(web: Client) -> None:
    response = web.get("/v1/export?format=ninjs&q=2")
    assert response.headers["content-type"] == "application/x-ndjson"
    assert "cuttings-ninjs.ndjson" in response.headers["content-disposition"]
    (item,) = map(json.loads, response.text.splitlines())
    assert item["standard"]["version"] == "3.0"
    assert item["headlines"] == [{"role": "main", "value": "=Strike 2"}]


@pytest.mark.parametrize(
    "query",
    [
        *("format=xml", "sort=relevance", "limit=1", "cursor=x", "facets=source", "rank=exact"),
        *("from=soon", "tz=Nowhere", "strict=true&q=%22open", "q=a&q=b", "explain=true"),
        *("collapse=true", "format=csv&format=csv", "versions=past"),
    ],
)
def test_what_is_wrong_is_told_before_the_file_begins(web: Client, query: str) -> None:
    response = web.get(f"/v1/export?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"]


@of_a_file
def test_a_database_that_is_gone_is_told_before_the_file_begins(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    archive.add(Article(body="x"))
    client = Client(create_app(archive.settings))
    archive.tamper("DROP TABLE article_authors")
    assert client.get("/v1/export").json()["status"] == 500


@pytest.mark.parametrize("form", ["ndjson", "csv", "ninjs"])
def test_head(web: Client, form: str) -> None:
    asked = web("HEAD", f"/v1/export?format={form}")
    assert (asked.status_code, asked.content) == (200, b"")
    got = web.get(f"/v1/export?format={form}")
    for name in ("content-type", "content-disposition"):
        assert asked.headers[name] == got.headers[name]


def test_head_does_not_read_on(web: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would get what is read."""
    monkeypatch.setattr("service.web.export.written", lambda *_: pytest.fail("reads on"))
    assert web("HEAD", "/v1/export").status_code == 200
    assert web("HEAD", "/v1/export?sort=best").status_code == 422


def test_strangers_need_a_key(desk: Archive) -> None:
    stranger = Client(create_app(desk.settings), address="192.0.2.1")
    assert stranger.get("/v1/export").status_code == 401
    assert stranger.get("/v1/search.atom").status_code == 401


def test_an_embargo_that_is_over_keeps_nothing_back(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = tmp_path / "story.txt"
    front = "key: held\nembargoed_until: 9998-12-31T00:00:00Z"
    story.write_text(f"---\n{front}\n---\nA story.\n", "utf-8")
    archive.ingest(story)
    web = Client(create_app(archive.settings))
    assert keys(web.get("/v1/export").text) == []
    monkeypatch.setattr(embargoes, "utc_now", lambda: "9999")
    assert keys(web.get("/v1/export").text) == ["held"]


# The command line.


def run(desk: Archive, *args: str | Path) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, args)], env=desk.environment)


@pytest.mark.parametrize("form", ["ndjson", "csv", "ninjs"])
def test_the_command_writes_what_the_api_answers(
    desk: Archive, web: Client, tmp_path: Path, form: str
) -> None:
    whole = web.get(f"/v1/export?format={form}&q=strike").content
    shown = run(desk, "strike", "--format", form)
    assert (shown.exit_code, shown.stdout_bytes) == (0, whole)
    file = tmp_path / "out"
    file.write_text("an older one", "utf-8")
    written = run(desk, "strike", "--format", form, "--output", file)
    assert (written.exit_code, written.output) == (0, "")
    assert file.read_bytes() == whole
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_command_selects_as_a_search_does(desk: Archive) -> None:
    def found(*args: str) -> list[str]:
        return keys(run(desk, *args).stdout)

    assert found() == ["k2", "k1", "k0"]
    assert found("--sort", "oldest", "--not-source", "Times") == ["k1", "k2"]
    assert found("strike", "-2") == ["k1", "k0"]
    assert found("--from", "2019-01-02", "--to", "2019-01-02", "--tz", "Asia/Seoul") == ["k1"]
    assert found("strikes", "storm", "--match", "all", "--no-expand") == []


def test_the_command_names_what_is_wrong(desk: Archive, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "out"
    bad: list[tuple[tuple[str | Path, ...], str]] = [
        (("--from", "soon"), "--from soon"),
        (("--limit", "3"), "--limit"),
        (("--format", "xml"), "--format"),
        (("--strict", '"open'), "unclosed quote"),
        (("--output", nowhere), f"{nowhere} cannot be written: No such file or directory"),
    ]
    for args, said in bad:
        result = run(desk, *args)
        assert result.exit_code == 2, args
        assert said in result.stderr
    assert run(desk, "--from", "soon").stdout == ""


@of_a_file
def test_the_archive_itself_is_not_written_over(desk: Archive) -> None:
    result = run(desk, "--output", desk.settings.db)
    assert (result.exit_code, "is the archive itself" in result.stderr) == (2, True)


def test_a_file_is_whole_or_not_there(
    desk: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        yield b"half"
        raise OSError(28, "No space left on device")

    file = tmp_path / "out"
    file.write_text("an older one", "utf-8")
    monkeypatch.setattr("service.cli.export.written", broken)
    result = run(desk, "--output", file)
    assert result.exit_code == 2
    assert f"{file} cannot be written: No space left on device" in result.stderr
    assert file.read_text("utf-8") == "an older one"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nobody_reading_on_is_no_fault(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    for number in range(10):
        archive.add(Article(key=f"k{number}", body="text " * 5_000))
    program = [sys.executable, "-m", "service.cli", "export"]
    env = {**os.environ, **archive.environment}
    pipe = subprocess.PIPE
    with subprocess.Popen(program, env=env, stdout=pipe, stderr=pipe) as export:
        assert export.stdout is not None
        assert export.stderr is not None
        export.stdout.readline()
        export.stdout.close()
        assert export.stderr.read() == b""
