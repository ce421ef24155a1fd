"""A cluster that checks who asks: the documented role is enough for all of it, and no less."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from serving import serving

from cluster.secured import Secured
from service.cli import main
from service.cluster import ClusterSettings
from service.engines.opensearch.client import Client
from service.engines.opensearch.home import ClusterHome
from service.engines.opensearch.nodes import Address
from service.engines.opensearch.shelf import renewing
from service.errors import Busy, Misconfigured
from service.settings import Settings, as_environment

pytest_plugins = ["cluster.fixtures"]

ROOT = Path(__file__).parent.parent.parent
USER, PASSWORD = "cuttings", "Rrmk-2Gpw-9vTs-names"


def documented_role() -> dict[str, Any]:
    text = (ROOT / "docs/cluster.md").read_text("utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    role: dict[str, Any] = json.loads(block)
    return role


@pytest.fixture(scope="module")
def user(secured: Secured) -> str:
    secured.add_user(USER, PASSWORD, documented_role())
    place = {"location": str(secured.snapshots)}
    secured.asked("PUT", "/_snapshot/kept", {"type": "fs", "settings": place}).raise_for_status()
    return USER


def settings_of(secured: Secured, name: str = "cuttings", **changes: Any) -> Settings:
    cluster = ClusterSettings(
        (secured.url,), USER, PASSWORD, certificates=secured.certificate.pem, name=name, copies=0
    )
    return Settings(
        db=Path("unused.db"),
        engine="opensearch",
        cluster=replace(cluster, repository="kept", **changes),
    )


def run(*words: str, settings: Settings) -> str:
    """What a command prints that does what it is told."""
    done: Result = CliRunner().invoke(main, words, env=as_environment(settings))
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    return done.output


def add_articles(settings: Settings) -> str:
    """By a command, and by a server, which is asked for all that it lists; one article's key."""
    run("ingest", str(ROOT / "seeds"), settings=settings)
    key = run("key", "create", "--scope", "admin", settings=settings).split()[-1]
    with serving(settings.db, env=as_environment(settings)) as api:
        api.headers["Authorization"] = f"Bearer {key}"
        (first, *_) = api.get("/v1/search", params={"q": "envoy"}).json()["hits"]
        assert api.put("/v1/articles/new", json={"body": "An envoy."}).status_code == 201
        (entity, *_) = api.get("/v1/entities").json()["entities"]
        renamed = {"name": "Another", "reason": "a test"}
        assert api.post(f"/v1/entities/{entity['key']}/rename", json=renamed).is_success
        assert api.get("/v1/suggest", params={"q": "env"}).json()
        filled = {"key": first["key"], "number": "1", "id": "1"}
        for path, verbs in api.get("/openapi.json").json()["paths"].items():
            if "get" in verbs:
                answer = api.get(re.sub(r"{(\w+)}", lambda m: filled.get(m[1], "1"), path))
                assert answer.status_code < 500, (path, answer.text)
        assert api.get("/").status_code == api.get("/archive").status_code == 200
    return str(first["key"])


ALSO = (
    ("migrate",),
    ("retag", "--all"),
    ("search", "envay~ OR env*"),
    ("export", "envoy", "--output", "-"),
    ("entity", "list", "Another"),
    ("quarantine", "list"),
    ("audit",),
    ("key", "list"),
)


def test_the_documented_role_is_enough(secured: Secured, user: str, tmp_path: Path) -> None:
    settings = settings_of(secured, user)
    first = add_articles(settings)
    for words in ALSO:
        run(*words, settings=settings)
    run("kill", first, settings=settings)
    assert first not in run("search", "envoy", "--json", settings=settings)
    run("reindex", settings=replace(settings, cluster=replace(settings.cluster, years=10)))
    run("check", settings=settings)
    run("snapshot", "take", "one", settings=settings)
    run("revive", first, settings=settings)
    again = settings_of(secured, f"{user}-again")
    run("snapshot", "restore", f"{user}.one", settings=again)
    run("check", settings=again)
    assert "one" in run("snapshot", "list", "--all", settings=settings)
    run("snapshot", "delete", "one", settings=settings)
    file = tmp_path / "back.db"
    run("move", "--to", "sqlite", "--db", str(file), settings=again)
    there = settings_of(secured, f"{user}-moved")
    run("move", "--to", "opensearch", "--db", str(file), settings=there)
    assert first not in run("search", "envoy", "--json", settings=there)


def test_it_is_enough_to_delete_old_indices_and_to_erase(
    secured: Secured, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "_SECONDS_KEPT", 0)
    settings = settings_of(secured, f"{user}-old")
    run("ingest", str(ROOT / "seeds"), settings=settings)
    home = ClusterHome(settings)
    home.engine.rebuild()
    home.tidy()
    there = secured.asked("GET", f"/_cat/indices/{user}-old-articles*?h=index").text.split()
    assert there == [f"{user}-old-articles-v2"]
    assert home.engine.erase(home.engine.pending_erasures())


def test_it_is_enough_for_no_other_index(secured: Secured, user: str) -> None:
    with pytest.raises(Misconfigured, match=r"lacks a right.* no permissions for \[indices:"):
        ClusterHome(settings_of(secured, f"not-{user}")).migrate()


def test_copies_without_nodes_for_them_are_refused_first(secured: Secured, user: str) -> None:
    settings = settings_of(secured, f"{user}-alone", copies=1)
    done = CliRunner().invoke(main, ("ingest", str(ROOT / "seeds")), env=as_environment(settings))
    assert done.exit_code == 2
    assert "CUTTINGS_OPENSEARCH_COPIES may be 0 at most, and is 1" in done.output
    assert not secured.asked("GET", f"/_cat/indices/{user}-alone*?h=index").text


REFUSED: list[tuple[Mapping[str, Any], str]] = [
    ({"password": "wrong"}, "does not take these credentials"),
    ({"user": "", "password": ""}, "does not take these credentials"),
    ({"user": "", "password": "", "api_key": "bm9uZTpub25l"}, "does not take these credentials"),
    ({"certificates": None}, "certificate is not trusted, CUTTINGS_OPENSEARCH_CA"),
    ({"certificates": Path("/nowhere.pem")}, "CA: /nowhere.pem cannot be read: No such file"),
    ({"certificates": Path(__file__)}, "CA: .* holds no certificate in PEM"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED)
def test_who_is_refused_is_told_why(
    secured: Secured, user: str, changes: Mapping[str, Any], said: str
) -> None:
    settings = settings_of(secured, user, **changes)
    for command in (("search", "envoy"), ("serve", "--port", "0")):
        done = CliRunner().invoke(main, command, env=as_environment(settings))
        assert done.exit_code == 2
        assert re.fullmatch(f"cuttings: [^\n]*{said}[^\n]*\n", done.output), done.output


def test_a_password_may_have_all_letters(secured: Secured, user: str) -> None:
    password = "Пароль-Zürich-…-2026"  # noqa: S105 - of nobody
    secured.add_user(f"{user}-others", password, documented_role())
    ClusterHome(settings_of(secured, user, user=f"{user}-others", password=password)).is_there()


def test_plain_http_is_no_way_to_it(secured: Secured, user: str) -> None:
    plain = secured.url.replace("https", "http")
    with pytest.raises(Busy, match="write https:// in CUTTINGS_OPENSEARCH_URL"):
        ClusterHome(settings_of(secured, user, urls=(plain,))).is_there()


INDEX = f"{USER}-less-entities"
LINES = f'{{"index": {{"_index": "{INDEX}", "_id": "one"}}}}\n{{}}\n'
# Many things at once, each of which is refused for itself.
TOGETHER: list[tuple[str, Callable[[Client], object]]] = [
    ("indices:data/write", lambda client: client.apply(LINES, visible=False)),
    ("indices:data/write", lambda client: client.put(INDEX, [("one", {})])),
    ("indices:data/read", lambda client: client.get_many([(INDEX, "one")], fields=False)),
    ("indices:data/read", lambda client: client.searches(INDEX, [{}])),
]


@pytest.mark.parametrize(("right", "ask"), TOGETHER)
def test_a_right_that_is_missing_is_named(
    secured: Secured, user: str, right: str, ask: Callable[[Client], object]
) -> None:
    ClusterHome(settings_of(secured, f"{user}-less")).migrate()
    role = documented_role()
    every = {"indices:data/read", "indices:data/write", "indices:admin/", "indices:monitor/"}
    role["index_permissions"][0]["allowed_actions"] = [f"{each}*" for each in every - {right}]
    secured.add_user(f"{user}-less", PASSWORD, role)
    pem = str(secured.certificate.pem)
    client = Client(Address((secured.url,), f"{user}-less", PASSWORD, certificates=pem))
    with pytest.raises(Misconfigured, match=rf"lacks a right.* no permissions for \[{right}"):
        ask(client)
    client.close()
