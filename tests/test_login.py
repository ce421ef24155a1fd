"""Logging in on the pages: sessions, the cookies that carry them, and the forms that they send."""

import re
from html import unescape
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
import pytest
from conftest import Archive, Client, open_archive
from fastapi import Depends, FastAPI

from service.article import Article
from service.stores import sessions
from service.stores.keys import SCOPES, KeyStore, Scope
from service.stores.sessions import SessionStore
from service.web.app import create_app
from service.web.forms import Form, form_sent
from service.web.pages.login_form import within
from service.web.sessions import form_token

STRANGER = "192.0.2.7"
FORM = "application/x-www-form-urlencoded"
HTTPS = {"X-Forwarded-Proto": "https"}
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')


class Browser:
    """Somebody who reads pages: keeps cookies, and sends the forms that pages hold."""

    def __init__(self, app: FastAPI, address: str = STRANGER, **headers: str) -> None:
        self._client = Client(app, address)
        self._headers = {"Accept": "text/html,*/*;q=0.8", **headers}
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []

    def __call__(self, method: str, url: str, **options: Any) -> httpx.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = self._headers | ({"Cookie": cookies} if cookies else {})
        headers |= options.pop("headers", {})
        response = self._client(method, url, headers=headers, **options)
        self.set_cookies = response.headers.get_list("set-cookie")
        for each in self.set_cookies:
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in each:
                del self.cookies[name]
        return response

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self("GET", url, **options)

    def post(self, url: str, form: dict[str, str], **options: Any) -> httpx.Response:
        headers = options.pop("headers", {}) | {"Content-Type": FORM}
        return self("POST", url, content=urlencode(form), headers=headers, **options)

    def log_in(self, key: str, goes_to: str = "/") -> httpx.Response:
        return self.post("/login", hidden(self.get("/login")) | {"key": key, "next": goes_to})


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the last form of a page sends without being seen."""
    form = page.text.rpartition("<main")[2].partition("</main>")[0]
    return {name: unescape(value) for name, value in _HIDDEN.findall(form)}


def keys_of(archive: Archive) -> KeyStore:
    return KeyStore(archive.private)


def key_for(archive: Archive, scope: Scope = "read", note: str = "Ann") -> str:
    return keys_of(archive).create(scope, note)


@pytest.fixture
def app(archive: Archive) -> FastAPI:
    return create_app(archive.settings)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


def logged_in(app: FastAPI, archive: Archive, scope: Scope = "read", note: str = "Ann") -> Browser:
    browser = Browser(app)
    assert browser.log_in(key_for(archive, scope, note)).status_code == 303
    return browser


# In and out ---------------------------------------------------------------------------------------


def test_a_key_once_and_then_a_cookie(archive: Archive, browser: Browser) -> None:
    assert browser.get("/docs").status_code == 401
    key = key_for(archive)
    done = browser.log_in(key, "/docs?x=1")
    assert (done.status_code, done.headers["location"]) == (303, "/docs?x=1")
    (kept,) = [each for each in browser.set_cookies if each.startswith("cuttings_session=")]
    attributes = {part.strip().lower() for part in kept.split(";")[1:]}
    assert attributes == {"httponly", "samesite=strict", "path=/", "max-age=2592000"}
    assert list(browser.cookies) == ["cuttings_session"]
    assert browser.get("/docs").status_code == 200
    assert key not in kept


def test_the_file_holds_neither_key_nor_token(archive: Archive, browser: Browser) -> None:
    key = key_for(archive)
    browser.log_in(key)
    token = browser.cookies["cuttings_session"]
    for path in archive.settings.db.parent.iterdir():
        for secret in (key, token, form_token(token)):
            assert secret.encode() not in path.read_bytes()


def test_the_page_says_who_is_logged_in(archive: Archive, app: FastAPI) -> None:
    browser = logged_in(app, archive, "edit", note="Ann & <Bob>")
    page = browser.get("/login?next=/docs")
    assert page.status_code == 200
    assert "Ann &amp; &lt;Bob&gt;" in page.text
    assert 'href="/docs"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_wrong_key_is_told_in_words(browser: Browser) -> None:
    refused = browser.log_in("cut_nonsense", "/docs")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert "No key in use is like this one" in refused.text
    assert "cut_nonsense" not in refused.text
    assert hidden(refused)["next"] == "/docs"
    assert "cuttings_session" not in browser.cookies
    assert browser.log_in("").status_code == 401


def test_a_key_may_be_pasted_with_spaces(archive: Archive, browser: Browser) -> None:
    assert browser.log_in(f" {key_for(archive)}\n").status_code == 303


def test_logging_out_ends_the_session(archive: Archive, app: FastAPI) -> None:
    browser = logged_in(app, archive)
    kept = dict(browser.cookies)
    done = browser.post("/logout", hidden(browser.get("/login")))
    assert (done.status_code, done.headers["location"]) == (303, "/login")
    assert browser.cookies == {}
    browser.cookies = kept
    assert browser.get("/docs").status_code == 401
    assert browser.post("/logout", {}).status_code == 303


def test_another_key_leads_where_the_first_did_not(archive: Archive, app: FastAPI) -> None:
    browser = logged_in(app, archive)
    assert browser.get("/desk").status_code == 403
    done = browser.post("/logout", hidden(browser.get("/login?next=/desk")))
    assert done.headers["location"] == "/login?next=%2Fdesk"
    assert hidden(browser.get(done.headers["location"]))["next"] == "/desk"


def test_nobody_else_logs_somebody_out(archive: Archive, app: FastAPI) -> None:
    browser = logged_in(app, archive)
    for form in ({}, {"form_token": "x"}, {"form_token": "é"}):
        assert browser.post("/logout", form).status_code == 403
    assert browser.get("/docs").status_code == 200


def test_a_revoked_key_ends_its_sessions_at_once(archive: Archive, app: FastAPI) -> None:
    browser, other = logged_in(app, archive), logged_in(app, archive)
    keys_of(archive).revoke(1)
    assert browser.get("/docs").status_code == 401
    assert other.get("/docs").status_code == 200


def test_a_session_ends_by_itself(
    archive: Archive, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "utc_now", lambda: "2024-01-31T12:00:00Z")
    browser = logged_in(app, archive)
    monkeypatch.setattr(sessions, "utc_now", lambda: "2024-03-01T11:59:59Z")
    assert browser.get("/docs").status_code == 200
    monkeypatch.setattr(sessions, "utc_now", lambda: "2024-03-01T12:00:00Z")
    assert browser.get("/docs").status_code == 401
    logged_in(app, archive)
    assert len(archive.private_rows("SELECT * FROM sessions")) == 1


# Cookies ------------------------------------------------------------------------------------------


def test_over_https_nobody_else_can_set_the_cookie(archive: Archive, app: FastAPI) -> None:
    secure = Browser(app, **HTTPS)
    secure.log_in(key_for(archive))
    (kept,) = [each for each in secure.set_cookies if "_session" in each]
    assert kept.startswith("__Host-cuttings_session=")
    assert "Secure" in kept
    assert secure.get("/docs").status_code == 200
    (token,) = secure.cookies.values()
    secure.cookies = {"cuttings_session": token}
    assert secure.get("/docs").status_code == 401


@pytest.mark.parametrize(
    ("header", "secure"),
    [
        ({"X-Forwarded-Proto": "HTTPS, http"}, True),
        ({"Forwarded": 'for=192.0.2.7;proto="https";host=a, for=b'}, True),
        ({"X-Forwarded-Proto": "http"}, False),
        ({"Forwarded": "for=192.0.2.7, proto=https"}, False),
    ],
)
def test_a_proxy_says_whether_it_is_https(
    app: FastAPI, header: dict[str, str], secure: bool
) -> None:
    browser = Browser(app, **header)
    browser.get("/login")
    assert ("Secure" in browser.set_cookies[0]) == secure


@pytest.mark.parametrize(
    "value", ["", "x", "a" * 43, "a" * 100_000, '"\\015\\012"', "é", "a;b", "\x01", "🙂"]
)
def test_a_cookie_that_is_unknown_counts_as_none(app: FastAPI, value: str) -> None:
    cookie = f"cuttings_session={value}; cuttings_login={value}".encode()
    local, stranger = Client(app), Client(app, STRANGER)
    assert local.get("/v1/search", headers={"Cookie": cookie}).status_code == 200
    assert stranger.get("/v1/search", headers={"Cookie": cookie}).status_code == 401
    assert stranger.get("/login", headers={"Cookie": cookie}).status_code == 200


def test_who_has_no_cookie_costs_no_look_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_store: SessionStore, _token: str) -> None:
        raise AssertionError("looked up")

    monkeypatch.setattr(SessionStore, "find", find)
    assert Client(app).get("/v1/search").status_code == 200
    for cookie in ("other=1", "cuttings_session=", "cuttings_session=short"):
        assert Client(app).get("/v1/search", headers={"Cookie": cookie}).status_code == 200


def test_a_token_from_before_is_never_taken_over(archive: Archive, browser: Browser) -> None:
    planted = "p" * 43
    browser.cookies["cuttings_session"] = planted
    browser.log_in(key_for(archive))
    assert browser.cookies["cuttings_session"] != planted


def test_logging_in_again_ends_the_session_before(archive: Archive, app: FastAPI) -> None:
    other_tab = Browser(app)
    form = hidden(other_tab.get("/login"))
    other_tab.post("/login", form | {"key": key_for(archive)})
    before = dict(other_tab.cookies)
    login = {"cuttings_login": "l" * 43}
    other_tab.cookies |= login
    again = {"form_token": form_token("l" * 43), "key": key_for(archive, note="Bob")}
    assert other_tab.post("/login", again).status_code == 303
    assert "Bob" in other_tab.get("/login").text
    other_tab.cookies = before
    assert other_tab.get("/docs").status_code == 401


# The form of logging in ---------------------------------------------------------------------------


def test_a_form_from_elsewhere_logs_nobody_in(archive: Archive, app: FastAPI) -> None:
    """Or somebody would work under the name of who wrote that form."""
    key, victim, other = key_for(archive), Browser(app), Browser(app)
    theirs = hidden(other.get("/login"))
    for prepare in (lambda: None, lambda: victim.get("/login")):
        prepare()
        for form in (theirs, {}, {"form_token": ""}, {"form_token": form_token("")}):
            refused = victim.post("/login", form | {"key": key})
            assert refused.status_code == 403
            assert 'name="key"' in refused.text
            assert "cuttings_session" not in victim.cookies
            victim.cookies = {}


def test_head_is_answered_as_get_is(archive: Archive, app: FastAPI) -> None:
    browser = Browser(app)
    asked = browser("HEAD", "/login")
    assert (asked.status_code, asked.content) == (200, b"")
    assert browser("HEAD", "/docs").status_code == 401
    assert logged_in(app, archive)("HEAD", "/docs").status_code == 200


def test_two_tabs_have_the_same_form(archive: Archive, browser: Browser) -> None:
    first, second = browser.get("/login"), browser.get("/docs")
    assert (first.status_code, second.status_code) == (200, 401)
    assert hidden(first)["form_token"] == hidden(second)["form_token"]
    form = hidden(second) | {"key": key_for(archive)}
    assert browser.post("/login", form).headers["location"] == "/docs"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_that_is_not_ours_posts_nothing(
    archive: Archive, app: FastAPI, headers: dict[str, str]
) -> None:
    browser = Browser(app)
    form = hidden(browser.get("/login")) | {"key": key_for(archive)}
    refused = browser.post("/login", form, headers=headers)
    assert refused.status_code == 403
    assert "cuttings_session" not in browser.cookies
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/login", form, headers=ours).status_code == 303


WITHIN = [
    "/",
    "/docs",
    "/?q=jo+song-gil&person=person-josonggil",
    "/articles/a?at=https://evil.example//x",
    "/articles/a%2Fb#t3",
    "/@evil.example",
    "/loginx",
]
BEYOND = [
    "",
    "docs",
    "//evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "///evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/x\r\nSet-Cookie: a=b",
    "/x y",
    "/é",
    "/\ud800",
    "/a\\b",
    "/login",
    "/login?next=/login",
    "/logout",
]


@pytest.mark.parametrize("address", WITHIN)
def test_where_one_can_go_on(address: str) -> None:
    assert within(address) == address


@pytest.mark.parametrize("address", BEYOND)
def test_where_one_cannot(address: str) -> None:
    assert within(address) == "/"


def test_nobody_is_sent_elsewhere(archive: Archive, browser: Browser) -> None:
    key = key_for(archive)
    for address in BEYOND:
        if "\ud800" not in address:
            shown = browser.get("/login", params={"next": address})
            assert hidden(shown)["next"] == "/"
            done = browser.post("/login", hidden(shown) | {"key": key, "next": address})
            assert done.headers["location"] == "/"
            assert "a=b" not in str(done.headers)
            browser.cookies = {}


def test_only_a_form_is_read_as_one(archive: Archive, browser: Browser) -> None:
    form = hidden(browser.get("/login")) | {"key": key_for(archive)}
    assert browser("POST", "/login", json=form).status_code == 415
    assert browser("POST", "/login", files={"key": b"x"}).status_code == 415
    many = "&".join(["a=1"] * 6_000)
    headers = {"Content-Type": FORM}
    assert browser("POST", "/login", content=many, headers=headers).status_code == 422
    for odd in (b"\xff\xfe", b"%ff%fe=%ed%a0%80", b"key", b"&&&=;", b""):
        assert browser("POST", "/login", content=odd, headers=headers).status_code == 403


# What a session may -------------------------------------------------------------------------------

CHANGING = [
    ("POST", "/v1/entities/person-a/dismiss"),
    ("POST", "/v1/edits/1/undo"),
    ("POST", "/v1/aliases"),
    ("POST", "/v1/articles"),
    ("PUT", "/v1/articles/a"),
    ("DELETE", "/v1/articles/a"),
    ("POST", "/v1/quarantine/1/retry"),
]


@pytest.mark.parametrize("scope", ["read", "edit", "admin"])
def test_through_the_api_a_session_reads_and_never_writes(
    archive: Archive, app: FastAPI, scope: Scope
) -> None:
    browser = logged_in(app, archive, scope)
    assert browser.get("/v1/suggest?q=a").status_code == 200
    assert browser("HEAD", "/v1/search").status_code == 200
    assert browser("POST", "/v1/search", json={}).status_code == 200
    assert browser.get("/v1/quarantine").status_code == (403 if scope == "read" else 200)
    for method, path in CHANGING:
        refused = browser(method, path, json={})
        assert refused.status_code == 401, path
        assert refused.headers["content-type"] == "application/problem+json"


def test_a_key_that_is_sent_goes_before_the_session(archive: Archive, app: FastAPI) -> None:
    browser = logged_in(app, archive, "admin")
    wrong = {"Authorization": "Bearer cut_nonsense"}
    assert browser.get("/v1/search", headers=wrong).status_code == 401
    reads = {"Authorization": f"Bearer {key_for(archive)}"}
    assert browser.get("/v1/quarantine", headers=reads).status_code == 403
    assert browser.get("/desk", headers=reads).status_code == 401


def test_the_desk_is_for_editors_who_are_logged_in(archive: Archive, app: FastAPI) -> None:
    local = Browser(app, "127.0.0.1")
    for path in ("/desk", "/desk/", "/desk/anything"):
        asked = local.get(f"{path}?x=1")
        assert asked.status_code == 401
        assert hidden(asked)["next"] == f"{path}?x=1"
        for method in ("HEAD", "POST", "PUT", "OPTIONS"):
            assert local(method, path).status_code == 401
    key = {"Authorization": f"Bearer {key_for(archive, 'edit')}"}
    assert Client(app).post("/desk/anything", headers=key).status_code == 401
    for scope in SCOPES:
        asked = logged_in(app, archive, scope).get("/desk/anything")
        assert (asked.status_code == 403) == (scope in ("read", "write")), scope


def test_open_is_not_open_for_editing(tmp_path: Any) -> None:
    archive = open_archive(tmp_path, open=True)
    app = create_app(archive.settings)
    browser = Browser(app)
    assert browser.get("/docs").status_code == 200
    assert browser.get("/desk").status_code == 401
    browser.log_in(key_for(archive, "edit"))
    assert browser.get("/desk/anything").status_code == 404
    assert browser.post("/v1/aliases", {}).status_code == 401


def test_what_one_session_is_shown_no_other_is(archive: Archive, app: FastAPI) -> None:
    archive.add(Article(body="x"))
    tags = set()
    people: tuple[tuple[Scope, str], ...] = (("read", "Ann"), ("read", "Bob"), ("edit", "Ann"))
    for scope, note in people:
        browser = logged_in(app, archive, scope, note)
        known = {"If-None-Match": (tag := browser.get("/v1/search").headers["etag"])}
        assert browser.get("/v1/search", headers=known).status_code == 304
        tags.add(tag)
    tags.add(Client(app).get("/v1/search").headers["etag"])
    assert len(tags) == 4


def test_the_way_back_shows_nothing_of_a_session_that_has_ended(
    archive: Archive, app: FastAPI
) -> None:
    browser = logged_in(app, archive, "edit")
    for path in ("/", "/how-to-search", "/entities", "/archive", "/desk", "/v1/search"):
        assert browser.get(path).headers["cache-control"] == "no-store", path


# Forms of the desk --------------------------------------------------------------------------------


@pytest.fixture
def desk(app: FastAPI) -> FastAPI:
    """The app with a form that tells what it was sent."""

    @app.post("/desk/for/tests")
    def told(form: Annotated[Form, Depends(form_sent)]) -> dict[str, list[str]]:
        return {name: form.getlist(name) for name in form}

    return app


TRY = "/desk/for/tests"


def test_a_form_of_ones_own_session(archive: Archive, desk: FastAPI) -> None:
    browser = logged_in(desk, archive, "edit")
    token = form_token(browser.cookies["cuttings_session"])
    body = f"form_token={token}&alias=Jo+Song-gil&alias=%EC%A1%B0&name=&reason=a%26b"
    form = {"Content-Type": f"{FORM}; charset=UTF-8"}
    done = browser("POST", TRY, content=body, headers=form)
    assert done.json() == {
        "form_token": [token],
        "alias": ["Jo Song-gil", "조"],
        "name": [""],
        "reason": ["a&b"],
    }


def test_a_form_of_another_session_is_refused(archive: Archive, desk: FastAPI) -> None:
    browser, other = logged_in(desk, archive, "edit"), logged_in(desk, archive, "edit")
    theirs = form_token(other.cookies["cuttings_session"])
    for form in ({}, {"form_token": ""}, {"form_token": theirs}, {"form_token": "🙂"}):
        refused = browser.post(TRY, form)
        assert refused.status_code == 403
        assert "load the page again" in refused.text
    own = {"form_token": form_token(browser.cookies["cuttings_session"])}
    assert browser.post(f"{TRY}?form_token={theirs}", own).status_code == 200
    foreign = {"Origin": "https://evil.example"}
    assert browser.post(TRY, own, headers=foreign).status_code == 403
    browser.cookies = {}
    assert browser.post(TRY, own).status_code == 401


def test_a_form_sent_too_late_leads_back_to_its_page(desk: FastAPI) -> None:
    browser = Browser(desk)
    for referer, back in (
        ("http://localhost/entities/person-a?x=1", "/entities/person-a?x=1"),
        ("http://evil.example/entities", "/"),
        ("http://localhost//evil.example", "/"),
        ("http://localhost.evil.example/x", "/"),
        ("", "/"),
    ):
        refused = browser.post(TRY, {"name": "x"}, headers={"Referer": referer})
        assert refused.status_code == 401
        assert hidden(refused)["next"] == back
