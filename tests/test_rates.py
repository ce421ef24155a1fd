"""Who asks too much is refused for a while, and nobody else is."""

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from conftest import Archive, Client
from starlette.datastructures import Headers

from service.errors import TooMany
from service.needs import Needs
from service.settings import Settings
from service.stores.keys import KeyStore
from service.web import rates
from service.web.app import create_app
from service.web.clients import Clients, share_of
from service.web.rates import Allowance, Attempts

ELSEWHERE = "192.0.2.7"
FEW = {"rate_key": "2/minute", "rate_address": "3/minute", "rate_refused": "2/minute"}


class Clock:
    def __init__(self) -> None:
        self.now = 600.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def few(archive: Archive) -> Settings:
    return replace(archive.settings, open=True, **FEW)  # type: ignore[arg-type]


def bearer(archive: Archive, text: str = "") -> dict[str, str]:
    key = text or KeyStore(archive.private).create("read")
    return {"Authorization": f"Bearer {key}"}


def statuses(times: int, ask: Callable[[], httpx.Response]) -> list[int]:
    return [ask().status_code for _ in range(times)]


def test_an_address_may_ask_so_often(few: Settings) -> None:
    app = create_app(few)
    one, other = Client(app, ELSEWHERE), Client(app, "192.0.2.8")
    assert statuses(5, lambda: one.get("/v1/search")) == [200, 200, 200, 429, 429]
    assert other.get("/v1/search").status_code == 200
    assert statuses(5, lambda: one.get("/healthz")) == [200] * 5
    assert one.get("/static/pages.css").status_code in (200, 404)


def test_this_machine_is_not_counted_without_a_key(few: Settings, archive: Archive) -> None:
    app, headers = create_app(few), bearer(archive)
    assert statuses(5, lambda: Client(app).get("/v1/search")) == [200] * 5
    assert statuses(3, lambda: Client(app).get("/v1/search", headers=headers)) == [200, 200, 429]


def test_a_key_may_ask_so_often_from_wherever(few: Settings, archive: Archive) -> None:
    app, headers, others = create_app(few), bearer(archive), bearer(archive)
    found = [
        Client(app, address).get("/v1/search", headers=headers).status_code
        for address in (ELSEWHERE, "192.0.2.8", "192.0.2.9")
    ]
    assert found == [200, 200, 429]
    assert Client(app, ELSEWHERE).get("/v1/search", headers=others).status_code == 200


def test_the_headers_tell_what_is_left(few: Settings) -> None:
    client = Client(create_app(few), ELSEWHERE)
    answers = [client.get("/v1/search") for _ in range(4)]
    for left, answer in zip((2, 1, 0, 0), answers, strict=True):
        assert answer.headers["ratelimit-policy"] == '"address";q=3;w=60'
        assert re.fullmatch(rf'"address";r={left};t=[1-9]\d*', answer.headers["ratelimit"])
        assert ("retry-after" in answer.headers) == (answer.status_code == 429)
    refused = answers[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/errors/too-many"
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_page_is_told_as_a_page(few: Settings) -> None:
    client = Client(create_app(few), ELSEWHERE)
    answers = [client.get("/", headers={"Accept": "text/html"}) for _ in range(4)]
    assert answers[-1].status_code == 429
    assert "Too many requests" in answers[-1].text


def test_wrong_keys_hold_nobody_up_whose_key_was_right(few: Settings, archive: Archive) -> None:
    closed = replace(few, open=False, rate_key="")
    client, right = Client(create_app(closed), ELSEWHERE), bearer(archive)
    unknown = bearer(archive)
    assert client.get("/v1/search", headers=right).status_code == 200
    wrong = bearer(archive, "cut_nonsense")
    assert statuses(4, lambda: client.get("/v1/search", headers=wrong)) == [401, 401, 429, 429]
    assert client.get("/v1/search", headers=right).status_code == 200
    # Whether this one is right is not looked up: it might be the next guess.
    assert client.get("/v1/search", headers=unknown).status_code == 429
    assert (
        Client(create_app(closed), "192.0.2.8").get("/v1/search", headers=unknown).status_code
        == 200
    )


def test_attempts_to_log_in_are_counted(few: Settings) -> None:
    client = Client(create_app(few), ELSEWHERE)
    assert statuses(3, lambda: client.post("/login", data={"key": "?"})) == [403, 403, 429]
    assert client.get("/login").status_code == 200


def test_this_machine_may_err_as_often_as_it_likes(few: Settings, archive: Archive) -> None:
    client, wrong = Client(create_app(few)), bearer(archive, "cut_nonsense")
    assert statuses(4, lambda: client.get("/v1/search", headers=wrong)) == [401] * 4


def test_off_is_off(few: Settings) -> None:
    off = dict.fromkeys(FEW, "")
    client = Client(create_app(replace(few, **off)), ELSEWHERE)  # type: ignore[arg-type]
    answers = [client.get("/v1/search") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert "ratelimit" not in answers[0].headers


def test_windows_slide() -> None:
    clock = Clock()
    clock.now += 59.9  # the window begins with the first request
    allowance = Allowance("address", "requests", "10/minute", clock)
    for _ in range(10):
        allowance.spend("a")
    clock.now += 59
    with pytest.raises(TooMany):
        allowance.spend("a")
    clock.now += 31  # half of the minute before counts
    for _ in range(5):
        allowance.spend("a")
    with pytest.raises(TooMany) as refused:
        allowance.spend("a")
    clock.now += int(refused.value.headers["Retry-After"])
    allowance.spend("a")
    clock.now += 10_000
    assert allowance.spend("a")["RateLimit"].startswith('"address";r=9;')


def test_who_has_asked_at_once_waits_for_a_whole_window() -> None:
    allowance = Allowance("address", "requests", "1/minute", Clock())
    assert allowance.spend("a")["RateLimit"] == '"address";r=0;t=60'
    with pytest.raises(TooMany, match="wait 60 s"):
        allowance.spend("a")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_CLIENTS", 3)
    monkeypatch.setattr(rates, "MOST_RIGHT_KEYS", 3)
    allowance, attempts = Allowance("address", "requests", "1/minute"), Attempts("1/minute")
    for number in range(10):
        allowance.spend(str(number))
        attempts.note("a", str(number), is_right=True)
    with pytest.raises(TooMany):
        allowance.spend("9")
    allowance.spend("0")  # forgotten
    assert len(allowance._limiter.storage._counts) == 3  # type: ignore[attr-defined]
    assert len(attempts._right) == 3


# Whose share it is.


@pytest.mark.parametrize(
    ("proxies", "peer", "told", "address"),
    [
        ((), "192.0.2.7", ["198.51.100.1"], "192.0.2.7"),
        (("10.0.0.0/8",), "10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["203.0.113.9, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        (("10.0.0.0/8",), "192.0.2.7", ["198.51.100.1"], "192.0.2.7"),
        (("10.0.0.0/8",), "10.0.0.1", ["nonsense"], "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["198.51.100.1, nonsense"], "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        (("10.0.0.0/8",), "::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        (("fd00::/8",), "fd00::1", ["2001:db8:1:2:3::4"], "2001:db8:1:2:3::4"),
        ((), "socket", [], "unknown"),
    ],
)
def test_which_address_asks(
    proxies: tuple[str, ...], peer: str, told: list[str], address: str
) -> None:
    headers = Headers(raw=[(b"x-forwarded-for", each.encode()) for each in told])
    assert Clients(proxies).address({"client": (peer, 1)}, headers) == address


def test_of_ipv6_a_network_has_one_share() -> None:
    assert share_of("2001:db8:1:2:3::4") == share_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert share_of("192.0.2.7") == "192.0.2.7"


# When a key was last used.


def test_the_last_use_of_a_key_is_noted(archive: Archive) -> None:
    app = create_app(archive.settings)
    keys = app.state.desk.keys
    Client(app).get("/v1/search", headers=bearer(archive))
    bearer(archive)
    keys.note_uses()
    used, unused = keys.all()
    assert used.last_used_at is not None
    assert unused.last_used_at is None
    keys.revoke(used.number)
    assert keys.all()[0].last_used_at == used.last_used_at


def test_at_most_once_a_minute(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = KeyStore(archive.private)
    keys.create("read")
    written: list[float] = []
    kind = type(archive.private)
    change = kind.change

    def noted(self: object, needs: Needs, work: object, patience: float = 30.0) -> object:
        written.append(patience)
        return change(self, needs, work, patience)  # type: ignore[arg-type]  # as it was asked

    monkeypatch.setattr(kind, "change", noted)
    for _ in range(5):
        keys.used(1)
        keys.note_uses()
    assert len(written) == 1


def test_what_cannot_be_noted_fails_no_request(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, headers = create_app(archive.settings), bearer(archive)

    def full(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(type(archive.private), "change", full)
        assert Client(app).get("/v1/search", headers=headers).status_code == 200
        with pytest.raises(OSError):  # noqa: PT011 - the rounds log it and go on
            app.state.desk.keys.note_uses()
    app.state.desk.keys.note_uses()
    assert app.state.desk.keys.all()[0].last_used_at is not None
