"""Settings: what is written in the environment, and what cannot be used."""

import sys
from pathlib import Path

import pytest

from service.cluster import ClusterSettings
from service.errors import Misconfigured
from service.home import home_of
from service.settings import as_environment, read_settings


@pytest.mark.parametrize(("text", "processes"), [("", None), ("auto", None), ("1", 1), ("64", 64)])
def test_processes(text: str, processes: int | None) -> None:
    settings = read_settings({"CUTTINGS_PROCESSES": text})
    assert settings.processes == processes
    assert read_settings(as_environment(settings)) == settings


@pytest.mark.parametrize("text", ["0", "65", "-1", "two", "1.5", "²"])
def test_processes_that_cannot_be(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"CUTTINGS_PROCESSES: .* from 1 to 64"):
        read_settings({"CUTTINGS_PROCESSES": text})


@pytest.mark.parametrize(
    ("text", "rate"),
    [("", "600/minute"), ("off", ""), ("1/Second", "1/second"), ("9/day", "9/day")],
)
def test_rates(text: str, rate: str) -> None:
    settings = read_settings({"CUTTINGS_RATE_ADDRESS": text})
    assert settings.rate_address == rate
    assert read_settings(as_environment(settings)) == settings


@pytest.mark.parametrize(
    "text", ["0/minute", "600", "minute", "1/week", "-1/day", "1.5/day", "²/day"]
)
def test_rates_that_cannot_be(text: str) -> None:
    with pytest.raises(Misconfigured, match=r"CUTTINGS_RATE_KEY: .* is neither off nor"):
        read_settings({"CUTTINGS_RATE_KEY": text})


def test_proxies() -> None:
    settings = read_settings({"CUTTINGS_PROXIES": "127.0.0.1, 10.0.0.0/8,fd00::/8"})
    assert settings.proxies == ("127.0.0.1", "10.0.0.0/8", "fd00::/8")
    assert read_settings(as_environment(settings)) == settings
    with pytest.raises(Misconfigured, match="CUTTINGS_PROXIES: “proxy” is neither an address"):
        read_settings({"CUTTINGS_PROXIES": "proxy"})


def test_hosts_and_origins() -> None:
    hosts = {"CUTTINGS_ALLOWED_HOSTS": "Archive.example.org, 192.0.2.7,[2001:db8::1]"}
    origins = {"CUTTINGS_ALLOWED_ORIGINS": "https://Wiki.example, http://127.0.0.1:3333"}
    settings = read_settings(hosts | origins)
    assert settings.allowed_hosts == ("archive.example.org", "192.0.2.7", "[2001:db8::1]")
    assert settings.allowed_origins == ("https://wiki.example", "http://127.0.0.1:3333")
    assert read_settings(as_environment(settings)) == settings


@pytest.mark.parametrize(
    "host", ["http://a.example", "a.example:80", "a b", "*", "::1", "ä.example"]
)
def test_a_host_that_no_browser_sends(host: str) -> None:
    with pytest.raises(Misconfigured, match=r"CUTTINGS_ALLOWED_HOSTS: .* is no host name"):
        read_settings({"CUTTINGS_ALLOWED_HOSTS": f"a.example,{host}"})


@pytest.mark.parametrize("origin", ["*", "null", "wiki.example", "https://wiki.example/"])
def test_an_origin_that_no_browser_sends(origin: str) -> None:
    with pytest.raises(Misconfigured, match=r"CUTTINGS_ALLOWED_ORIGINS: .* is no origin"):
        read_settings({"CUTTINGS_ALLOWED_ORIGINS": origin})


@pytest.mark.parametrize(
    ("text", "is_set"), [("", False), ("0", False), ("off", False), ("1", True), ("Yes", True)]
)
def test_set_or_not(text: str, is_set: bool) -> None:
    assert read_settings({"CUTTINGS_OPEN": text}).open is is_set


@pytest.mark.parametrize("name", ["CUTTINGS_OPEN", "CUTTINGS_LOG_QUERIES"])
def test_neither_set_nor_not(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"{name}: “maybe” is neither 1 nor 0"):
        read_settings({name: "maybe"})


def test_an_archive_is_a_file_unless_it_is_said_otherwise() -> None:
    settings = read_settings({})
    assert settings.engine == "sqlite"
    assert settings.cluster.urls == ()
    assert settings.place == "cuttings.db"


CLUSTER = {
    "CUTTINGS_ENGINE": "OpenSearch",
    "CUTTINGS_OPENSEARCH_URL": "https://one.example:9200/, https://two.example:9200",
}


def test_a_cluster_with_a_user() -> None:
    given = {
        "CUTTINGS_OPENSEARCH_USER": "cuttings",
        "CUTTINGS_OPENSEARCH_PASSWORD": "secret",
        "CUTTINGS_OPENSEARCH_CA": "/etc/ca.pem",
        "CUTTINGS_OPENSEARCH_NAME": "daily-news",
        "CUTTINGS_OPENSEARCH_SHARDS": "12",
        "CUTTINGS_OPENSEARCH_COPIES": "2",
        "CUTTINGS_OPENSEARCH_YEARS": "10",
        "CUTTINGS_OPENSEARCH_REPOSITORY": "nightly",
    }
    settings = read_settings(CLUSTER | given)
    assert settings.engine == "opensearch"
    assert settings.cluster == ClusterSettings(
        ("https://one.example:9200", "https://two.example:9200"),
        user="cuttings",
        password="secret",  # noqa: S106 - of nobody
        certificates=Path("/etc/ca.pem"),
        name="daily-news",
        shards=12,
        copies=2,
        years=10,
        repository="nightly",
    )
    assert settings.place == "“daily-news” in the cluster at https://one.example:9200"
    assert read_settings(as_environment(settings)) == settings


def test_a_cluster_with_a_key() -> None:
    settings = read_settings(CLUSTER | {"CUTTINGS_OPENSEARCH_API_KEY": "a-key"})
    assert settings.cluster.api_key == "a-key"
    assert read_settings(as_environment(settings)) == settings


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ENGINE", "elastic", "is none of sqlite, opensearch"),
        ("OPENSEARCH_URL", "", "name the cluster's nodes"),
        ("OPENSEARCH_URL", "one.example:9200", "is no address of a node"),
        ("OPENSEARCH_URL", "https://", "is no address of a node"),
        ("OPENSEARCH_URL", "https://one.example:x", "is no address of a node"),
        ("OPENSEARCH_URL", "https://me:secret@one.example", "not in the address"),
        ("OPENSEARCH_USER", "cuttings", "go together"),
        ("OPENSEARCH_PASSWORD", "secret", "go together"),
        ("OPENSEARCH_NAME", "Daily News", "is no name of an index"),
        ("OPENSEARCH_NAME", "_hidden", "is no name of an index"),
        ("OPENSEARCH_NAME", "news-private", "is no name of an index"),
        ("OPENSEARCH_SHARDS", "0", "from 1 to 1,024"),
        ("OPENSEARCH_COPIES", "many", "from 0 to 8"),
        ("OPENSEARCH_YEARS", "101", "from 0 to 100"),
        ("OPENSEARCH_REPOSITORY", "every*", "is no name of a repository"),
        ("OPENSEARCH_REPOSITORY", "a/b", "is no name of a repository"),
    ],
)
def test_a_cluster_that_cannot_be(name: str, text: str, said: str) -> None:
    with pytest.raises(Misconfigured, match=f"CUTTINGS_{name}.*{said}|{said}"):
        read_settings(CLUSTER | {f"CUTTINGS_{name}": text})


def test_a_cluster_is_asked_by_a_user_or_a_key() -> None:
    both = {"USER": "cuttings", "PASSWORD": "secret", "API_KEY": "a-key"}
    with pytest.raises(Misconfigured, match="not both"):
        read_settings(
            CLUSTER | {f"CUTTINGS_OPENSEARCH_{name}": text for name, text in both.items()}
        )


def test_what_a_cluster_needs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opensearchpy", None)
    for name in [name for name in sys.modules if name.startswith("service.engines.opensearch")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(Misconfigured, match=r"pip install '\.\[opensearch\]'"):
        home_of(read_settings(CLUSTER))
