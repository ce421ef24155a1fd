"""Articles over HTTP: sent, replaced, killed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Archive, Client, open_archive

from service.database import private_database
from service.stores.keys import KeyStore
from service.web.app import create_app

BODY = "The envoy to Rome has left his post, and nobody knows where he is."


class Writer:
    """Asks with a key of scope write."""

    def __init__(self, archive: Archive) -> None:
        key = KeyStore(private_database(archive.settings)).create("write", "a CMS")
        self._headers = {"Authorization": f"Bearer {key}"}
        self.client = Client(create_app(archive.settings))

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        options: dict[str, Any] = {"headers": self._headers | headers}
        if body is not None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            kind = {"Content-Type": "application/json"}
            options = {"headers": kind | options["headers"], "content": content}
        return self.client(method, path, **options)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path, tagger="off")


@pytest.fixture
def write(archive: Archive) -> Writer:
    return Writer(archive)


def test_one_article_is_added_changed_and_known(write: Writer, archive: Archive) -> None:
    answer = write("POST", "/v1/articles", {"body": BODY, "title": "Envoy", "key": "rome"})
    assert answer.status_code == 201
    assert answer.json() == {"key": "rome", "status": "added", "current": True}
    assert answer.headers["location"] == "/v1/articles/rome"
    again = write("POST", "/v1/articles", {"body": BODY, "title": "Envoy", "key": "rome"})
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    other = write("POST", "/v1/articles", {"body": f"{BODY} He is back.", "key": "rome"})
    assert other.json() == {"key": "rome", "status": "changed", "current": True}
    assert archive.find("back") == [
        "The envoy to Rome has left his post, and nobody knows where he is."
    ]


def test_of_many_each_has_its_status_in_order(write: Writer) -> None:
    sent = [
        {"body": BODY, "key": "a"},
        {"title": "no text"},
        {"body": BODY, "key": "bad key"},
        {"body": "b"},
    ]
    answer = write("POST", "/v1/articles", sent)
    assert answer.status_code == 200
    items = answer.json()
    assert [(item["index"], item["status"]) for item in items] == [
        (0, "added"),
        (1, "failed"),
        (2, "failed"),
        (3, "added"),
    ]
    assert items[0]["key"] == "a"
    assert items[0]["error"] is None
    assert "key" in items[2]["error"]
    lines = b"\n".join(json.dumps(each).encode() for each in sent[:1])
    again = write("POST", "/v1/articles", lines, **{"Content-Type": "application/x-ndjson"})
    assert [item["status"] for item in again.json()] == ["unchanged"]
    assert write("POST", "/v1/articles", []).status_code == 422


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"title": "only"}', "application/json", 422),
        (b"{", "application/json", 422),
        (b"", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b'{"body": "x"}', "text/plain", 415),
        (b'{"body": "x", "published_at": "yesterday"}', "application/json", 422),
    ],
)
def test_what_is_no_article_is_told(write: Writer, body: bytes, kind: str, status: int) -> None:
    answer = write("POST", "/v1/articles", body, **{"Content-Type": kind})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_replacement_counts_whatever_its_date(write: Writer) -> None:
    new = {"body": BODY, "published_at": "2020-03-03"}
    old = {"body": "An older text.", "published_at": "2020-03-01"}
    assert write("PUT", "/v1/articles/rome", new).status_code == 201
    posted = write("POST", "/v1/articles", old | {"key": "rome"})
    assert posted.json() == {"key": "rome", "status": "changed", "current": False}
    put = write("PUT", "/v1/articles/rome", old)
    assert put.json() == {"key": "rome", "status": "changed", "current": True}
    assert write("GET", "/v1/articles/rome").json()["body"] == "An older text."
    assert write("PUT", "/v1/articles/rome", old | {"key": "paris"}).status_code == 422
    assert write("PUT", "/v1/articles/rome", [old, new]).status_code == 422


def test_a_replacement_of_what_has_changed_meanwhile_is_refused(write: Writer) -> None:
    write("PUT", "/v1/articles/rome", {"body": BODY})
    read = write("GET", "/v1/articles/rome").headers["etag"]
    # Another article is no reason to refuse.
    write("PUT", "/v1/articles/paris", {"body": BODY})
    first = write("PUT", "/v1/articles/rome", {"body": "Mine."}, **{"If-Match": read})
    assert first.status_code == 200
    second = write("PUT", "/v1/articles/rome", {"body": "Yours."}, **{"If-Match": read})
    assert second.status_code == 412
    assert write("PUT", "/v1/articles/new", {"body": "x"}, **{"If-Match": "*"}).status_code == 412
    assert write("GET", "/v1/articles/rome").json()["body"] == "Mine."
    assert write("DELETE", "/v1/articles/rome", **{"If-Match": read}).status_code == 412


def test_a_killed_article_is_gone(write: Writer) -> None:
    write("PUT", "/v1/articles/rome", {"body": BODY})
    answer = write("DELETE", "/v1/articles/rome?reason=a%20court's%20order")
    assert answer.status_code == 200
    killed = answer.json()
    assert (killed["key"], killed["reason"], killed["copies"]) == ("rome", "a court's order", [])
    for path in ("", "/similar"):
        gone = write("GET", f"/v1/articles/rome{path}")
        assert gone.status_code == 410
        told = gone.json()
        assert (told["key"], told["reason"]) == ("rome", "a court's order")
        assert told["killed_at"] == killed["killed_at"]
    assert write("GET", "/v1/search?q=envoy").json()["total"] == 0
    assert write("DELETE", "/v1/articles/rome").status_code == 410
    assert write("PUT", "/v1/articles/rome", {"body": BODY}).status_code == 410
    assert write("POST", "/v1/articles", {"body": BODY, "key": "rome"}).status_code == 410
    many = write("POST", "/v1/articles", [{"body": BODY, "key": "rome"}]).json()
    assert many[0]["status"] == "killed"
    assert write("DELETE", "/v1/articles/nobody").status_code == 404


def test_a_withdrawal_that_is_sent_kills(write: Writer) -> None:
    item = {"uri": "tag:wire:7", "type": "text", "headline": "Envoy", "body_text": BODY}
    item |= {"version": "1", "versioncreated": "2020-03-02T10:00:00Z"}
    assert write("POST", "/v1/articles", item).status_code == 201
    answer = write("POST", "/v1/articles", item | {"version": "2", "pubstatus": "canceled"})
    assert (answer.status_code, answer.json()["status"]) == (200, "killed")
    assert write("POST", "/v1/articles", item).status_code == 410


def test_an_article_under_embargo_waits(write: Writer, archive: Archive) -> None:
    later = {"body": BODY, "key": "rome", "embargoed_until": "2999-01-01"}
    answer = write("POST", "/v1/articles", later)
    assert answer.json() == {"key": "rome", "status": "added", "current": False}
    assert write("GET", "/v1/articles/rome").status_code == 404
    assert archive.rows("SELECT key FROM articles") == []
    write("PUT", "/v1/articles/rome", {"body": BODY})
    assert write("GET", "/v1/articles/rome").status_code == 200
    write("PUT", "/v1/articles/rome", later)
    assert write("GET", "/v1/articles/rome").status_code == 404
    assert write("DELETE", "/v1/articles/rome").status_code == 200
    assert write("GET", "/v1/articles/rome").status_code == 410


def test_strangers_write_nothing(archive: Archive) -> None:
    ask: Callable[..., Any] = Client(create_app(archive.settings))
    for method in ("POST", "PUT", "DELETE"):
        path = "/v1/articles" + ("" if method == "POST" else "/rome")
        assert ask(method, path, json={"body": BODY}).status_code == 401
