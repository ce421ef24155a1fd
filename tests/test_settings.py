"""Settings: what is written in the environment, and what cannot be used."""

import pytest

from service.errors import Misconfigured
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
