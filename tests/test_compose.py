"""Dockerfile and docker-compose.yml, as far as they can be checked without an engine."""

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from conftest import SEEDS, Archive, Client, open_archive
from datasette.cli import cli as datasette

from service.cli import main as cuttings
from service.database import private_database
from service.serving.workers import STOP_GRACE
from service.settings import SETTINGS, Settings, read_settings
from service.web.sql_room_datasette import METADATA, on_show
from service.web.sql_room_datasette import SETTINGS as SQL_ROOM

HERE = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((HERE / "docker-compose.yml").read_text("utf-8"))
# What stands above all of it, a line each.
COMMENT = [
    line.removeprefix("#").strip()
    for line in (HERE / "docker-compose.yml")
    .read_text("utf-8")
    .partition("\nname:")[0]
    .splitlines()
]
EVERY: dict[str, dict[str, Any]] = COMPOSE["services"]
NODES = {name: about for name, about in EVERY.items() if name.startswith("node")}
IN_CLUSTER = {name: about for name, about in EVERY.items() if name.startswith("cluster-")}
FOLDER = EVERY["snapshots"]
OURS = {name: about for name, about in EVERY.items() if name not in {*NODES, "snapshots"}}
# Of one machine, with a file.
SERVICES = {name: about for name, about in OURS.items() if name not in IN_CLUSTER}
DOCKERFILE = (HERE / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
IGNORED = (HERE / ".dockerignore").read_text("utf-8").splitlines()
JARS = HERE / "tests" / "cluster" / "jars.lock"
METADATA_IN_IMAGE = "/etc/cuttings/datasette.yaml"
PROGRAMS: dict[str, Any] = {"cuttings": cuttings, "datasette": datasette}


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} +(.+)$", DOCKERFILE, re.MULTILINE)


def command(service: str) -> list[str]:
    """The program and its arguments; behind `exec` where a shell comes first."""
    given = OURS[service]["command"]
    if isinstance(given, list):
        return shlex.split(given[-1].partition("exec ")[2])
    return shlex.split(given)


def mounts(service: str) -> dict[str, str]:
    """Volume or folder -> where it is mounted, `:ro` included."""
    plain = [re.sub(r"\$\{\w+:-(.*?)\}", r"\1", volume) for volume in SERVICES[service]["volumes"]]
    return dict(volume.split(":", 1) for volume in plain)


def health(service: str) -> str:
    """The program text of a health check."""
    kind, python, option, program = SERVICES[service]["healthcheck"]["test"]
    assert (kind, python, option) == ("CMD", "python", "-c")
    return str(program)


def asked(program: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a health check asks for."""
    urls: list[str] = []
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, **_: urls.append(url))
    exec(program, {})  # noqa: S102 - the line from the file beside
    return urls[0]


def test_the_services_are_these() -> None:
    assert set(SERVICES) == {"api", "ingest", "datasette"}
    assert set(IN_CLUSTER) == {"cluster-api", "cluster-ingest"}
    assert set(NODES) == {"node1", "node2", "node3"}


@pytest.mark.parametrize("service", OURS)
def test_every_command_and_option_exists(service: str) -> None:
    program, name, *args = command(service)
    here = [str(METADATA) if arg == METADATA_IN_IMAGE else arg for arg in args]
    with PROGRAMS[program].commands[name].make_context(name, here) as context:
        assert context.command.name == name


def test_the_image_has_the_metadata() -> None:
    assert f"{METADATA.relative_to(HERE)} {METADATA_IN_IMAGE}" in instructions("COPY")


def test_the_command_of_the_image_exists() -> None:
    for line in instructions("CMD"):
        program, name, *args = yaml.safe_load(line)
        with PROGRAMS[program].commands[name].make_context(name, args) as context:
            assert context.params["open_"] is False


@pytest.mark.parametrize("service", OURS)
def test_services_are_locked_down(service: str) -> None:
    about = OURS[service]
    assert about["read_only"] is True
    assert about["cap_drop"] == ["ALL"]
    assert about["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "user", "network_mode", "pid", "cap_add"} & set(about)


def test_the_image_runs_as_nobody_in_particular() -> None:
    (user,) = instructions("USER")
    uid, _, gid = user.partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    assert f"--uid {uid}" in DOCKERFILE


@pytest.mark.parametrize("service", ["api", "datasette"])
def test_ports_are_open_on_this_machine_only(service: str) -> None:
    (port,) = SERVICES[service]["ports"]
    address, shown, inside = re.split(r":(?!-)", port)
    assert address == "127.0.0.1"
    assert shown.startswith("${")
    assert shown.endswith(f":-{inside}}}")
    words = command(service)
    listens = words[words.index("--port") + 1] if "--port" in words else str(Settings().port)
    assert listens == inside
    assert f"http://127.0.0.1:{inside}/" in (HERE / "docker-compose.yml").read_text("utf-8")


def test_every_variable_is_a_setting() -> None:
    known = {name for name, _, _ in SETTINGS}
    given = {name for service in OURS.values() for name in service["environment"]}
    assert given <= known
    assert set(re.findall(r"\bCUTTINGS_\w+", DOCKERFILE)) <= known


def test_the_archive_lies_in_the_volume() -> None:
    assert instructions("VOLUME") == ["/data"]
    for name, service in SERVICES.items():
        assert service["environment"]["CUTTINGS_DB"] == "/data/cuttings.db"
        assert mounts(name)["archive"] == "/data"
    assert "CUTTINGS_DB=/data/cuttings.db" in DOCKERFILE


def test_volumes_are_declared_and_folders_exist() -> None:
    for name in SERVICES:
        for source in mounts(name):
            assert source in COMPOSE["volumes"] or (HERE / source).is_dir()
    assert mounts("ingest")["./seeds"] == "/articles:ro"
    assert command("ingest")[-1] == "/articles"


def test_ingest_runs_once() -> None:
    assert SERVICES["ingest"]["restart"] == "no"
    assert SERVICES["ingest"]["healthcheck"] == {"disable": True}


def test_the_api_is_asked_whether_it_is_well(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = asked(health("api"), monkeypatch)
    assert url == "http://127.0.0.1:8000/readyz"
    assert api.get(url).status_code == 200
    of_image = yaml.safe_load(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    assert of_image[-1] == health("api")


def test_it_is_given_the_time_to_finish() -> None:
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    grace = SERVICES["api"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > Settings().stop_seconds + STOP_GRACE
    # `exec` and no shell in between, which would not pass the signal on.
    assert " exec " in SERVICES["api"]["command"][-1]
    assert all(SERVICES[name]["restart"] == "unless-stopped" for name in ("api", "datasette"))


def test_the_image_names_only_files_that_are_there() -> None:
    for line in instructions("COPY"):
        *sources, _ = line.split()
        for source in sources:
            assert (HERE / source).exists(), source
            assert f"!{source.split('/')[0]}" in IGNORED, source
    assert IGNORED[1] == "*"


def test_the_image_installs_what_the_lock_file_says() -> None:
    installs = [line for line in instructions("RUN") if line.startswith("pip install")]
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]
    assert len(installs) == 2
    lock = (HERE / "requirements.lock").read_text("utf-8")
    for needed in ("hatchling==", "datasette==", "uvicorn==", "opensearch-py=="):
        assert needed in lock


def test_no_registry_is_named() -> None:
    (base,) = instructions("FROM")
    assert re.fullmatch(r"python:3\.1[1-9]-slim", base)
    for text in (DOCKERFILE, (HERE / "docker-compose.yml").read_text("utf-8")):
        assert set(re.findall(r"https?://([\w.]+)", text)) <= {"127.0.0.1", *NODES}
    assert all(service["image"] == "cuttings" for service in OURS.values())


def test_the_nodes_are_of_the_version_that_is_tested_and_reached_by_nobody_else() -> None:
    tested = re.findall(r"opensearch-(\d+\.\d+\.\d+)\.jar", JARS.read_text("utf-8"))
    for name, node in NODES.items():
        assert node["image"] == f"opensearchproject/opensearch:{tested[0]}"
        assert node["hostname"] == name
        assert "ports" not in node
        assert node["cap_drop"] == ["ALL"]
        assert node["healthcheck"]["test"][0] == "CMD-SHELL"
        assert f"{name}:/usr/share/opensearch/data" in node["volumes"]
        assert name in COMPOSE["volumes"]
        assert node["environment"]["discovery.seed_hosts"].split(",") == [*NODES]


def test_the_nodes_share_a_place_for_snapshots() -> None:
    assert FOLDER["image"] == NODES["node1"]["image"]
    assert FOLDER["profiles"] == ["cluster"]
    assert FOLDER["entrypoint"][-1] == "/snapshots"
    assert (FOLDER["cap_drop"], FOLDER["cap_add"]) == (["ALL"], ["CHOWN"])
    assert "snapshots" in COMPOSE["volumes"]
    for node in (FOLDER, *NODES.values()):
        assert "snapshots:/snapshots" in node["volumes"]
    for node in NODES.values():
        assert node["environment"]["path.repo"] == "/snapshots"
        assert node["depends_on"] == {"snapshots": {"condition": "service_completed_successfully"}}
    repository = read_settings(IN_CLUSTER["cluster-api"]["environment"]).cluster.repository
    sent = curl_of_the_comment()
    assert sent[sent.index("-X") + 1] == "PUT"
    assert sent[-1].startswith("{")
    assert f"http://127.0.0.1:9200/_snapshot/{repository}" in sent
    assert sent[sent.index("-H") + 1] == "Content-Type: application/json"
    location = json.loads(sent[sent.index("-d") + 1])["settings"]["location"]
    assert location == NODES["node1"]["environment"]["path.repo"]


def curl_of_the_comment() -> list[str]:
    """As a shell takes it from one line, which is all that can be copied of a comment."""
    (line,) = (each for each in COMMENT if " curl " in each)
    program, *options, name, curl = shlex.split(line)[:7]
    assert [program, *options] == ["docker", "compose", "--profile", "cluster", "exec"]
    assert (name in NODES, curl) == (True, "curl")
    return shlex.split(line)[7:]


def test_what_the_nodes_need_of_the_system_is_told() -> None:
    for text in ("\n".join(COMMENT), (HERE / "docs" / "cluster.md").read_text("utf-8")):
        assert "sudo sysctl -w vm.max_map_count=262144" in text


def test_a_node_is_well_while_most_of_them_are_there() -> None:
    for node in NODES.values():
        (url,) = re.findall(r"curl -fs '([^']+)'", node["healthcheck"]["test"][1])
        assert re.fullmatch(r"[\w:/.?&=%]+", url), "the rest is encoded"
        asked_for = parse_qs(urlsplit(url).query, strict_parsing=True)
        assert asked_for["wait_for_nodes"] == [f">={len(NODES) // 2 + 1}"]


def test_two_servers_share_the_cluster_and_nothing_else() -> None:
    api, ingest = IN_CLUSTER["cluster-api"], IN_CLUSTER["cluster-ingest"]
    assert api["deploy"] == {"replicas": 2}
    assert "volumes" not in api
    assert api["healthcheck"] == SERVICES["api"]["healthcheck"] | {"start_period": "60s"}
    assert {each["condition"] for each in api["depends_on"].values()} == {"service_healthy"}
    assert [*api["depends_on"]] == [*NODES]
    for service in (api, ingest, *NODES.values()):
        assert service["profiles"] == ["cluster"]
    settings = read_settings(api["environment"])
    assert settings.engine == "opensearch"
    assert [url.split("/")[2] for url in settings.cluster.urls] == [f"{n}:9200" for n in NODES]


@pytest.fixture
def served(tmp_path: Path) -> Archive:
    archive = open_archive(tmp_path)
    archive.ingest(SEEDS, tagger="gazetteer")
    return archive


def from_datasette(archive: Archive, path: str) -> subprocess.CompletedProcess[str]:
    """What the Datasette service would answer, with the options that it is started with."""
    places = {"/data/cuttings.db": archive.settings.db, METADATA_IN_IMAGE: METADATA}
    _, *args = (str(places.get(arg, arg)) for arg in command("datasette"))
    return subprocess.run(
        [sys.executable, "-m", "datasette", *args, "--get", path],
        capture_output=True,
        text=True,
        check=False,
    )


def test_datasette_shows_the_archive_and_nothing_else(
    served: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = asked(health("datasette"), monkeypatch)
    assert url.startswith("http://127.0.0.1:8001/")
    listed = from_datasette(served, url.removeprefix("http://127.0.0.1:8001"))
    assert listed.returncode == 0
    tables = json.loads(listed.stdout)
    assert {row["name"] for row in tables["tables"] + tables["views"]} == on_show()
    assert "Jo Song Gil" in from_datasette(served, "/cuttings/who_appears_with.json?name=jo").stdout
    for path in ("/cuttings/origins", "/cuttings.db", "/cuttings-private"):
        assert from_datasette(served, path).returncode == 1
    attach = "/cuttings.json?sql=attach+'cuttings-private.db'+as+private"
    assert "Statement must be a SELECT" in from_datasette(served, attach).stdout


def test_datasette_has_the_settings_of_the_sql_room() -> None:
    words = command("datasette")
    given = {words[i + 1]: words[i + 2] for i, word in enumerate(words) if word == "--setting"}
    shown = {name: "off" if value is False else str(value) for name, value in SQL_ROOM.items()}
    assert given == shown | {"sql_time_limit_ms": str(round(Settings().query_seconds * 1_000))}


def test_the_private_file_lies_in_a_volume_that_datasette_has_not(tmp_path: Path) -> None:
    assert "private" in mounts("api")
    assert mounts("api") | {"./seeds": "/articles:ro"} == mounts("ingest")
    assert mounts("datasette") == {"archive": "/data"}
    for folder in ("data", "private"):
        (tmp_path / folder).mkdir()
    settings = Settings(db=tmp_path / "data" / "cuttings.db")
    for _ in range(2):  # a second start changes nothing
        make_link(tmp_path)
        private_database(settings)
        assert settings.private_db.resolve() == tmp_path / "private" / "cuttings-private.db"
        assert [path.name for path in (tmp_path / "data").iterdir()] == ["cuttings-private.db"]
    assert settings.private_db.resolve().stat().st_mode & 0o777 == 0o600


def test_a_private_file_that_is_there_already_stays(tmp_path: Path) -> None:
    for folder in ("data", "private"):
        (tmp_path / folder).mkdir()
    settings = Settings(db=tmp_path / "data" / "cuttings.db")
    private_database(settings)
    make_link(tmp_path)
    assert not settings.private_db.is_symlink()


def make_link(root: Path) -> None:
    """What the API's container does before it starts, under another root."""
    script: str = SERVICES["api"]["command"][-1].partition("exec ")[0]
    moved = re.sub(r"(?<= )/(data|private)/", rf"{root}/\1/", script)
    subprocess.run(["sh", "-c", moved], check=True)
