"""The key that an article had before its source stated one still leads to it."""

from urllib.parse import quote

import pytest
from conftest import Archive, Client

from service.article import Article
from service.stores.articles import withdraw
from service.web.app import create_app

STATED = "the source's own key?"


@pytest.fixture
def former(archive: Archive) -> str:
    """The made key of an article that has another one now."""
    made = archive.add(Article(body="one " + "x" * 40, uri="u"))
    assert archive.add(Article(body="one " + "x" * 40, uri="u", key=STATED)).key == STATED
    return made.key


@pytest.mark.parametrize("path", ["", "/similar", "/similar?limit=3"])
def test_a_former_key_leads_to_the_present_one(archive: Archive, former: str, path: str) -> None:
    api = Client(create_app(archive.settings))
    moved = api.get(f"/v1/articles/{former}{path}")
    assert moved.status_code == 307
    assert moved.headers["location"] == f"/v1/articles/{quote(STATED, safe='')}{path}"
    assert api.get(moved.headers["location"]).status_code == 200


def test_a_reader_of_the_former_key_is_not_told_that_nothing_changed(
    archive: Archive, former: str
) -> None:
    api = Client(create_app(archive.settings))
    etag = api.get("/v1/search").headers["etag"]
    asked = api.get(f"/v1/articles/{former}", headers={"If-None-Match": etag})
    assert asked.status_code == 307
    assert api.get("/v1/articles/nobody").status_code == 404


def test_a_key_in_use_leads_nowhere_else(archive: Archive, former: str) -> None:
    archive.add(Article(body="two " + "x" * 40, key=former))
    found = Client(create_app(archive.settings)).get(f"/v1/articles/{former}")
    assert (found.status_code, found.json()["key"]) == (200, former)


def test_what_is_gone_is_gone_by_its_former_key_too(archive: Archive, former: str) -> None:
    archive.change(lambda conn: withdraw(conn, STATED))
    api = Client(create_app(archive.settings))
    assert api.get(f"/v1/articles/{former}").status_code == 404
