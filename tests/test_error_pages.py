"""Errors as pages, for who reads; programs get the one shape that they always get."""

import re
from typing import Any

import httpx
import pytest
from conftest import Archive, Client
from fastapi import FastAPI
from test_errors import CLASSES

from service import errors
from service.article import Article
from service.errors import CuttingsError, Problem
from service.web.app import create_app
from service.web.pages.error import Shown, shown
from service.web.problems import add_problem_handlers

READER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
JSON = "application/problem+json"


def raised(error: Exception, url: str = "/", headers: dict[str, str] = READER) -> httpx.Response:
    app = FastAPI()
    add_problem_handlers(app)

    @app.get("/{path:path}")
    def fail() -> None:
        raise error

    return Client(app).get(url, headers=headers)


def made(cls: type[CuttingsError], detail: str) -> CuttingsError:
    extra: dict[str, Any] = {"allow": "GET"} if cls is errors.MethodNotAllowed else {}
    extra |= {"facts": {}} if cls is errors.Gone else {}
    return cls(detail, **extra)


def heading(page: httpx.Response) -> str:
    (text,) = re.findall(r"<h1>(.*?)</h1>", page.text)
    return str(text)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_every_class_has_a_page(cls: type[CuttingsError]) -> None:
    error = made(cls, "what <i>to</i> do")
    page, program = raised(error), raised(error, headers={})
    assert page.status_code == program.status_code == cls.status
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for name in ("allow", "retry-after", "www-authenticate"):
        assert page.headers.get(name) == program.headers.get(name)
    assert heading(page)
    assert "<i>" not in page.text
    assert program.headers["content-type"] == JSON


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html", True),
        ("Text/HTML;q=0.9, */*", True),
        ("*/*", False),
        ("text/*", False),
        ("application/json, text/html-not", False),
        ("", False),
    ],
)
def test_only_who_names_html_gets_it(api: Client, accept: str, is_page: bool) -> None:
    response = api.get("/nowhere", headers={"Accept": accept})
    assert response.status_code == 404
    assert (response.headers["content-type"] != JSON) == is_page


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/nothing", "/v1/articles/none", "/healthz?x=1", "/metrics?x=1", "/static/none"],
)
def test_what_is_for_programs_never_answers_with_a_page(api: Client, path: str) -> None:
    response = api.get(path, headers=READER)
    assert response.status_code >= 400
    assert response.headers["content-type"] == JSON


def test_nothing_is_there(api: Client) -> None:
    page = api.get("/nowhere/%3Cscript%3E?q=1", headers=READER)
    assert page.status_code == 404
    assert heading(page) == "There is nothing here"
    assert "/nowhere/&lt;script&gt;" in page.text
    assert 'action="/" role="search"' in page.text
    assert "<title>There is nothing here · Cuttings</title>" in page.text


def test_what_only_takes_a_form(api: Client) -> None:
    page = api.get("/logout", headers=READER)
    assert (page.status_code, page.headers["allow"]) == (405, "POST")
    assert "only takes what a form" in page.text


def test_the_way_back_keeps_every_character(archive: Archive) -> None:
    stranger = Client(create_app(archive.settings), "192.0.2.7")
    page = stranger.get("/articles/a%3Fb%23c%2F%C3%A9%22?q=a%26b&q=c", headers=READER)
    assert page.status_code == 401
    assert 'name="next" value="/articles/a%3Fb%23c/%C3%A9%22?q=a%26b&amp;q=c"' in page.text


def test_a_stranger_is_asked_for_a_key(archive: Archive) -> None:
    stranger = Client(create_app(archive.settings), "192.0.2.7")
    page = stranger.get("/sql/", headers=READER)
    assert page.status_code == 401
    assert page.headers["www-authenticate"].startswith("Bearer")
    assert page.headers["cache-control"] == "no-store"
    assert heading(page) == "Log in"
    for address in re.findall(r'(?:href|src)="(/(?:static|login)[^"]*)"', page.text):
        assert stranger.get(address).status_code == 200, address
    assert stranger.get("/v1/search", headers=READER).headers["content-type"] == JSON


def test_who_follows_a_link_from_elsewhere_is_asked_for_the_cookie_once(archive: Archive) -> None:
    stranger = Client(create_app(archive.settings), "192.0.2.7")
    for site, times in (("cross-site", "0"), ("same-site", None), ("none", None)):
        asked = stranger.get("/", headers=READER | {"Sec-Fetch-Site": site})
        assert asked.headers.get("refresh") == times
    posted = stranger.post("/desk/x", headers=READER | {"Sec-Fetch-Site": "cross-site"})
    assert "refresh" not in posted.headers


def test_a_host_that_is_not_ours(api: Client) -> None:
    page = api.get("/", headers=READER | {"Host": "evil.example<b>"})
    assert page.status_code == 403
    assert "evil.example&lt;b&gt;" in page.text


def test_a_crash_tells_nothing_about_the_inside() -> None:
    page = raised(RuntimeError("secret words"), "/articles/x?a=1&b=2")
    assert page.status_code == 500
    assert "secret" not in page.text
    assert 'href="/articles/x?a=1&amp;b=2"' in page.text


def test_nothing_of_a_page_is_inline() -> None:
    for error in (errors.NotFound("x"), errors.NotAuthenticated("x"), errors.Busy("x")):
        text = raised(error).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text)


def test_what_was_taken_out_says_when_and_why() -> None:
    facts = {"key": "k", "killed_at": "2024-03-01T12:00:00Z", "reason": "A court has asked us to."}
    assert shown(errors.Gone("long", facts)).detail == (
        "It was taken out on 1 March 2024: A court has asked us to."
    )
    silent = errors.Gone("long", facts | {"reason": ""})
    assert shown(silent).detail == "It was taken out on 1 March 2024."


def test_what_passes_can_be_asked_again() -> None:
    page = raised(errors.Busy("The archive is being written"), "/?q=a")
    assert page.headers["retry-after"] == "2"
    assert '<a class="button main" href="/?q=a">Try again</a>' in page.text
    assert shown(errors.NotFound("x"), "/?q=a").again == ""


def test_an_article_that_was_taken_out(archive: Archive) -> None:
    archive.add(Article(body="The bridge is unsafe.", key="bridge"))
    archive.killing.kill("bridge", "It was wrong")
    api = Client(create_app(archive.settings))
    page, program = api.get("/articles/bridge", headers=READER), api.get("/articles/bridge")
    assert (page.status_code, program.status_code) == (410, 410)
    assert heading(page) == "This article was taken out"
    assert ": It was wrong.</p>" in page.text
    assert "unsafe" not in page.text
    assert program.json()["reason"] == "It was wrong"


def test_a_form_that_cannot_be_taken_leads_back_to_its_page(api: Client) -> None:
    for referer, back in (
        ("http://localhost/entities?name=a&type=person", "/entities?name=a&amp;type=person"),
        ("http://localhost//evil.example", None),
        ("https://evil.example/", None),
    ):
        page = api.post("/login", headers=READER | {"Origin": "null", "Referer": referer})
        assert page.status_code == 403
        found = re.findall(r'href="([^"]*)">Back to the page', page.text)
        assert found == ([back] if back else [])


def test_faults_stand_in_a_list() -> None:
    problems = (Problem("from", "“soon” is no date"), Problem("", "no JSON"))
    assert shown(errors.InvalidRequest("see `errors`", problems=problems)) == Shown(
        422,
        "The request cannot be understood",
        "",
        ("from: “soon” is no date", "no JSON"),
        "Check the address, or search for what you need.",
    )


def test_half_a_surrogate_pair_is_shown_somehow() -> None:
    assert raised(errors.NotFound("no \ud800 here")).status_code == 404
