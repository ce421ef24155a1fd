"""What browsers ask for beside the pages: the search of the address bar, the icon, the manifest."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from conftest import Archive, Client, open_archive

from service.web.app import create_app

SPACE = "{http://a9.com/-/spec/opensearch/1.1/}"


def addresses(api: Client, **headers: str) -> dict[str, str]:
    response = api.get("/opensearch.xml", headers=headers)
    assert response.headers["content-type"].startswith("application/opensearchdescription+xml")
    root = ET.fromstring(response.content)  # noqa: S314 - our own
    assert len(root.findtext(f"{SPACE}ShortName") or "") <= 16
    return {url.attrib["type"]: url.attrib["template"] for url in root.iter(f"{SPACE}Url")}


def test_the_address_bar_searches_the_archive(api: Client) -> None:
    assert addresses(api) == {
        "text/html": "http://localhost/?q={searchTerms}",
        "application/x-suggestions+json": "http://localhost/suggestions?q={searchTerms}",
        "application/opensearchdescription+xml": "http://localhost/opensearch.xml",
    }


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({"Host": "localhost:8000"}, "http://localhost:8000/"),
        ({"Host": "news.example", "X-Forwarded-Proto": "https"}, "https://news.example/"),
        ({"Host": "localhost", "X-Forwarded-Host": "evil.example"}, "http://localhost/"),
    ],
)
def test_it_is_searched_by_the_name_it_was_asked_by(
    tmp_path: Any, headers: dict[str, str], base: str
) -> None:
    archive = open_archive(tmp_path, allowed_hosts=("news.example",))
    found = addresses(Client(create_app(archive.settings)), **headers)
    assert found["text/html"] == f"{base}?q={{searchTerms}}"


def test_suggestions_as_browsers_read_them(api: Client) -> None:
    response = api.get("/suggestions", params={"q": "jo song", "utm_source": "x"})
    assert response.headers["content-type"].startswith("application/x-suggestions+json")
    typed, texts = response.json()
    assert typed == "jo song"
    assert texts[0].startswith("Jo Song")
    assert len(set(texts)) == len(texts) <= 8
    known = {"If-None-Match": response.headers["etag"]}
    assert api.get("/suggestions?q=jo+song", headers=known).status_code == 304


@pytest.mark.parametrize("q", ["", "%ED%A0%80", "x" * 20_000, "%00", '"'])
def test_whatever_is_typed(api: Client, q: str) -> None:
    assert api.get(f"/suggestions?q={q}").status_code == 200
    assert api.get("/suggestions").json() == ["", []]


def test_the_small_files(api: Client) -> None:
    icon = api.get("/favicon.ico")
    assert icon.status_code == 307
    assert api.get(icon.headers["location"]).headers["content-type"].startswith("image/svg+xml")
    assert api.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"
    manifest = api.get("/static/manifest.webmanifest").json()
    assert manifest["start_url"] == "/"
    for each in manifest["icons"]:
        assert api.get(f"/static/{each['src']}").status_code == 200


def test_a_stranger_learns_nothing_from_them(archive: Archive) -> None:
    stranger = Client(create_app(archive.settings), "192.0.2.7")
    for path in ("/favicon.ico", "/opensearch.xml", "/robots.txt", "/static/page.css"):
        assert stranger.get(path).status_code in (200, 307)
    assert stranger.get("/suggestions?q=a").status_code == 401
    assert stranger.get("/static").status_code == 401
    assert stranger.get("/static/%2e%2e/v1/search").status_code == 404
