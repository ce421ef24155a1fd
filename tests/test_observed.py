"""What is seen of the service: request ids, log lines, slow queries, metrics, readiness."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import SEEDS, Archive, Client, of_a_file, open_archive
from homes import IN_CLUSTER
from prometheus_client.parser import text_string_to_metric_families
from uvicorn import Config

from service.cli import main
from service.engines.sqlite import home
from service.logs import REQUEST_ID, configure
from service.needs import SLOW, Needs, Span
from service.serving.server import OPTIONS
from service.stores.keys import KeyStore
from service.web.app import create_app

ID = "x-request-id"
FORGED = "/v1/none%0a2026-01-01T00:00:00Z%20INFO%20forged%1b[2J"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Every search is slow here, and what is asked is kept."""
    archive = open_archive(
        tmp_path_factory.mktemp("watched"), slow_seconds=0.000_001, log_queries=True
    )
    archive.ingest(SEEDS, tagger="off")
    return archive


@pytest.fixture(scope="module")
def client(watched: Archive) -> Client:
    return Client(create_app(watched.settings))


@pytest.fixture
def quiet() -> Iterator[None]:
    yield
    configure(None)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


# Request ids -----------------------------------------------------------------------------------


def test_every_answer_has_an_id_of_its_own(client: Client) -> None:
    paths = (
        "/",
        "/v1/search",
        "/v1/none",
        "/v1/search?limit=0",
        "/static/none",
        "/sql/",
        "/healthz",
    )
    answers = [client.get(path) for path in paths]
    ids = [answer.headers[ID] for answer in answers]
    assert len(set(ids)) == len(paths)
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in ids)
    assert client.get("/", headers={"Host": "rebound.example"}).headers[ID]


def test_an_error_tells_the_id(client: Client) -> None:
    for path in ("/v1/none", "/v1/search?limit=0"):
        answer = client.get(path)
        assert answer.json()["request_id"] == answer.headers[ID]


@pytest.mark.parametrize(
    ("given", "address", "is_taken"),
    [
        ("from.the-proxy_1", "127.0.0.1", True),
        ("from.the-proxy_1", "10.0.0.7", True),
        ("from.the-proxy_1", "192.0.2.1", False),
        ("with a space", "127.0.0.1", False),
        ("x" * 65, "127.0.0.1", False),
        ("<b>", "127.0.0.1", False),
    ],
)
def test_whose_ids_are_taken_over(
    watched: Archive, given: str, address: str, is_taken: bool
) -> None:
    settings = replace(watched.settings, proxies=("10.0.0.0/8",))
    answer = Client(create_app(settings), address).get("/healthz", headers={ID: given})
    assert (answer.headers[ID] == given) == is_taken


def test_the_threads_that_answer_know_whose_request_it_is(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("service.web.freshness.release", lambda *_: seen.append(REQUEST_ID.get()))
    given = {ID: "mine"}
    client.get("/v1/search", headers=given)
    client.get("/v1/articles/none", headers=given)
    assert seen == ["mine", "mine"]


def test_a_fault_of_ours_is_an_answer_with_its_id_and_a_traceback_in_the_log(
    watched: Archive,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    quiet: None,
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("broken\n2026-01-01 forged")

    monkeypatch.setattr("service.web.search._found", fail)
    configure("text")
    answer = Client(create_app(watched.settings)).get("/v1/search", headers={ID: "mine"})
    assert (answer.status_code, answer.headers[ID]) == (500, "mine")
    assert answer.json()["request_id"] == "mine"
    assert "broken" not in answer.text
    told = lines(capsys)
    assert any("ValueError: broken" in line for line in told)
    assert not any(line.startswith("2026-01-01") for line in told)


# Log lines -------------------------------------------------------------------------------------


def test_a_line_for_each_request_as_text(
    client: Client, capsys: pytest.CaptureFixture[str], quiet: None
) -> None:
    configure("text")
    client.get("/v1/articles/none?secret=1", headers={ID: "mine"})
    (line,) = [each for each in lines(capsys) if "cuttings.requests" in each]
    assert re.fullmatch(
        r"\S+Z INFO cuttings.requests \[mine\] "
        r"GET /v1/articles/\{key\} 422 [\d.]+ ms \d+ bytes, 127.0.0.1",
        line,
    )


def test_a_line_for_each_request_as_json(
    watched: Archive, capsys: pytest.CaptureFixture[str], quiet: None
) -> None:
    key = KeyStore(watched.private).create("read")
    client = Client(create_app(watched.settings), "192.0.2.7")
    configure("json")
    client.get("/v1/search?q=jo", headers={"Authorization": f"Bearer {key}"})
    client.get("/v1/search?q=jo")
    told = [json.loads(line) for line in lines(capsys)]
    known, stranger = [each for each in told if each["logger"] == "cuttings.requests"]
    assert (known["route"], known["status"], known["client"]) == ("/v1/search", 200, "key 1")
    assert (stranger["status"], stranger["client"]) == (401, "192.0.2.7")
    assert {"time", "level", "message", "request_id", "ms", "bytes", "method"} <= known.keys()


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_can_forge_a_line(
    client: Client,
    capsys: pytest.CaptureFixture[str],
    quiet: None,
    form: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What pytest collects would be sent to another process, which half a character cannot be.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    configure(form)
    client.get(FORGED)
    logging.getLogger("cuttings").error("%s", "a\r\nb\x1b[2J\u2028c\u202ed\x85e\ud800")
    told = capsys.readouterr().err
    assert len(told.splitlines()) == 2
    assert told.replace("\n", "").isprintable()
    assert "forged" not in told


def test_without_the_setting_only_what_a_person_has_to_know(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(None)
    client.get("/v1/none")
    logging.getLogger("cuttings").warning("the disk is full")
    assert lines(capsys) == ["the disk is full"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_server_beneath_has_no_log_of_its_own(
    capsys: pytest.CaptureFixture[str], quiet: None, form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another test may have started a server in this process whose log is uvicorn's own.
    monkeypatch.setattr(logging.getLogger("uvicorn"), "handlers", [])
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    configure(form)
    Config(create_app, **OPTIONS).load()
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    (line,) = [each for each in lines(capsys) if "Invalid" in each]
    assert line.startswith("{" if form == "json" else "20")


# Slow queries ----------------------------------------------------------------------------------


def test_a_slow_query_tells_its_stages_and_never_what_was_asked(
    watched: Archive, client: Client, capsys: pytest.CaptureFixture[str], quiet: None
) -> None:
    configure("json")
    other = Client(create_app(watched.settings))
    for each in (client, client, other):
        each.get("/v1/search?q=babangida&facets=person", headers={ID: "mine"})
    client.post("/v1/search", json={"q": "envoy babangida"})
    told = capsys.readouterr().err
    assert "babangida" not in told
    slow = [json.loads(x) for x in told.splitlines() if "cuttings.slow" in x]
    first, again, elsewhere, posted = slow
    assert (first["route"], first["total"], first["request_id"]) == ("/v1/search", 0, "mine")
    assert {"parse", "match", "rank", "hits", "facets", "encode"} <= first["stages"].keys()
    # Equal queries can be told within a process, and nobody can try guesses.
    assert first["query"] == again["query"] != posted["query"]
    assert elsewhere["query"] != first["query"]


def test_what_was_asked_is_kept_where_that_is_set_and_for_as_long(watched: Archive) -> None:
    app = create_app(watched.settings)
    Client(app).get("/v1/search?q=babangida&person=Jo")
    app.state.desk.threads.shutdown()
    store = app.state.desk.slow_queries
    (latest,) = store.latest(1)
    assert latest.query == {"q": "babangida", "filters": {"person": ["Jo"]}}
    long_ago = "UPDATE slow_queries SET at = '2020-01-01T00:00:00Z' WHERE query LIKE '%babang%'"
    every = Needs(spans=frozenset({Span(SLOW)}))
    app.state.desk.private.change(every, lambda conn: conn.execute(long_ago))
    assert store.forget(7) >= 1
    assert all(each.query.get("q") != "babangida" for each in store.latest(100))
    files = watched.settings.private_db.parent.glob("cuttings-private.db*")
    assert all(b"babangida" not in path.read_bytes() for path in files)


def test_nothing_is_kept_without_the_setting(tmp_path: Path) -> None:
    archive = open_archive(tmp_path, slow_seconds=0.000_001)
    app = create_app(archive.settings)
    Client(app).get("/v1/search?q=babangida")
    app.state.desk.threads.shutdown()
    assert app.state.desk.slow_queries.latest(1) == ()


def test_looking_at_what_was_asked_deletes_nothing_that_the_server_keeps(watched: Archive) -> None:
    app = create_app(watched.settings)
    Client(app).get("/v1/search?q=moloney")
    app.state.desk.threads.shutdown()
    # The setting stands in the environment of the server, not in that of whoever looks.
    for _ in range(2):
        env = watched.environment | {"CUTTINGS_LOG_QUERIES": "", "CUTTINGS_SLOW_SECONDS": ""}
        told = CliRunner().invoke(main, ["slow"], env=env)
        assert '{"q": "moloney"}' in told.stdout


# Metrics ---------------------------------------------------------------------------------------


def measured(client: Client) -> dict[str, dict[tuple[str, ...], float]]:
    text = client.get("/metrics").text
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            values = tuple(v for name, v in sorted(sample.labels.items()) if name != "le")
            found.setdefault(sample.name, {})[values] = sample.value
    return found


def test_requests_are_counted_by_route_and_never_by_path(watched: Archive) -> None:
    client = Client(create_app(watched.settings))
    for path in ("/v1/articles/a", "/v1/articles/b", "/made/up", "/made/up/too", FORGED):
        client.get(path)
    client("HEAD", "/v1/articles/a")
    client("BREW", "/v1/search")
    counted = measured(client)["cuttings_http_request_duration_seconds_count"]
    assert counted["GET", "/v1/articles/{key}", "4xx"] == 2
    assert counted["HEAD", "/v1/articles/{key}", "4xx"] == 1
    assert counted["GET", "none", "4xx"] == 3
    assert not any("made" in "".join(labels) or "BREW" in labels for labels in counted)


def test_refusals_and_stages_are_counted(watched: Archive) -> None:
    app = create_app(watched.settings)
    Client(app, "192.0.2.7").get("/v1/search")
    client = Client(app)
    client.get("/v1/search", headers={"Host": "rebound.example"})
    client.get("/v1/search?q=jo&facets=person")
    found = measured(client)
    assert found["cuttings_http_refusals_total"] == {("401",): 1.0, ("403",): 1.0}
    assert found["cuttings_query_stage_seconds_count"]["rank",] == 1
    assert found["cuttings_requests_in_progress"] == {(): 1.0}  # the one that asks


def test_the_archive_in_numbers(watched: Archive) -> None:
    found = measured(Client(create_app(watched.settings)))
    assert found["cuttings_articles"] == {(): 2.0}
    assert found["cuttings_unfiled_articles"] == {(): 0.0}
    assert found["cuttings_archive_bytes"][()] > 0
    assert IN_CLUSTER or found["cuttings_archive_bytes"] == {(): watched.settings.db.stat().st_size}
    assert found["cuttings_archive_readable"] == {(): 1.0}
    ((version, *_),) = found["cuttings_build_info"]
    assert version


def test_both_formats_and_head(client: Client) -> None:
    openmetrics = client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")
    head = client("HEAD", "/metrics")
    assert (head.status_code, head.content) == (200, b"")


# Readiness -------------------------------------------------------------------------------------


def test_ready_with_each_condition(client: Client) -> None:
    told = client.get("/readyz").json()
    assert told["status"] == "ready"
    names = {each["name"] for each in told["checks"]}
    place = "cluster" if IN_CLUSTER else "disk"
    assert names == {"running", "archive", "schema", "index", "private", place}


@of_a_file
def test_not_ready_tells_why_on_this_machine_alone(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    app = create_app(archive.settings)
    archive.tamper("DELETE FROM _sqlite_migrations WHERE name = '0003_entities'")
    here = Client(app).get("/readyz")
    assert (here.status_code, here.headers["retry-after"]) == (503, "2")
    assert here.headers["content-type"] == "application/problem+json"
    (wrong,) = [each for each in here.json()["checks"] if not each["ok"]]
    assert wrong == {
        "name": "schema",
        "ok": False,
        "needed": True,
        "detail": "run `cuttings migrate`",
    }
    stranger = Client(app, "192.0.2.7").get("/readyz")
    assert stranger.status_code == 503
    assert "migrate" not in stranger.text
    assert "schema" in stranger.json()["detail"]


@of_a_file
def test_a_full_disk_is_told_and_reading_goes_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "LEAST_ROOM", 1 << 62)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert [c["name"] for c in answer.json()["checks"] if not c["ok"]] == ["disk"]


def test_a_server_that_stops_is_not_ready(watched: Archive) -> None:
    app = create_app(watched.settings)
    app.state.stopping.set()
    answer = Client(app).get("/readyz")
    assert answer.status_code == 503
    assert [c["name"] for c in answer.json()["checks"] if not c["ok"]] == ["running"]
