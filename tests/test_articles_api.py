"""Articles over HTTP: sent, replaced, killed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Archive, Client, open_archive

from service.article import Article
from service.killing import Killing
from service.stores.keys import KeyStore
from service.web.app import create_app

BODY = "The envoy to Rome has left his post, and nobody knows where he is."


class Writer:
    """Asks with a key of scope write."""

    def __init__(self, archive: Archive) -> None:
        key = KeyStore(archive.private).create("write", "a CMS")
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
    for kind in ("application/json", "application/x-ndjson"):
        assert write("POST", "/v1/articles", b"", **{"Content-Type": kind}).status_code == 422
    assert write("POST", "/v1/articles", []).status_code == 422


def test_an_index_is_that_of_what_was_sent(write: Writer) -> None:
    """Also where the list breaks off, and where an article waits and so is taken last."""
    later = {"body": "Later.", "embargoed_until": "2999-01-01"}
    sent = json.dumps([later, {"title": "no text"}, {"body": BODY}])[:-1]
    items = write("POST", "/v1/articles", sent.encode()).json()
    assert [(item["index"], item["status"]) for item in items] == [
        (0, "added"),
        (1, "failed"),
        (2, "added"),
        (3, "failed"),
    ]
    assert items[3]["error"] == "ends inside its list, after record 3"


# What a path may say -> whether an article can be put there.
KEYS = [
    ("rome", True),
    ("2019.rome_a~b-c", True),
    ("a" * 128, True),
    ("a" * 129, False),
    ("-rome", False),
    ("two%20words", False),
    ("rome%20", False),
    ("%20", False),
    ("a%3Fb", False),
    ("a%23b", False),
    ("a%0Ab", False),
    ("%C3%A9tude", False),
    ("%00", False),
]


@pytest.mark.parametrize(("key", "can_be"), KEYS)
def test_a_path_brings_in_no_key_that_is_none(write: Writer, key: str, can_be: bool) -> None:
    answer = write("PUT", f"/v1/articles/{key}", {"body": BODY})
    assert answer.status_code == (201 if can_be else 422)
    if can_be:
        assert answer.headers["location"] == f"/v1/articles/{key}"
        assert write("GET", answer.headers["location"]).status_code == 200
    else:
        assert [each["parameter"] for each in answer.json()["errors"]] == ["key"]


def test_a_location_is_quoted(write: Writer, archive: Archive) -> None:
    """An archive may hold keys of before that no path is made of."""
    archive.add(Article(body=BODY, key="a b?c#d/é", uri="urn:odd"))
    asked = write("GET", "/v1/articles?uri=urn:odd")
    assert asked.headers["location"] == "/v1/articles/a%20b%3Fc%23d%2F%C3%A9"
    sent = write("POST", "/v1/articles", {"body": BODY, "uri": "urn:odd"})
    assert sent.headers["location"] == asked.headers["location"]


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
    read = write("GET", "/v1/articles/rome").headers["etag"]
    assert write("DELETE", "/v1/articles/rome", **{"If-Match": read}).status_code == 200


def test_a_kill_of_what_changes_meanwhile_is_refused(
    write: Writer, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is what was read is looked at when nobody else can write any more."""
    archive.add(Article(body=BODY, key="rome"))
    read = write("GET", "/v1/articles/rome").headers["etag"]
    kill = Killing.kill

    def late(killing: Killing, *args: Any, **how: Any) -> Any:
        archive.add(Article(body="Another text.", key="rome"))
        return kill(killing, *args, **how)

    monkeypatch.setattr(Killing, "kill", late)
    assert write("DELETE", "/v1/articles/rome", **{"If-Match": read}).status_code == 412
    assert archive.rows("SELECT key FROM articles") == [("rome",)]


def test_a_kill_by_a_former_key_is_of_what_was_read(write: Writer, archive: Archive) -> None:
    was = archive.add(Article(body=BODY, uri="urn:rome")).key
    archive.add(Article(body=BODY, uri="urn:rome", key="rome"))
    read = write("GET", "/v1/articles/rome").headers["etag"]
    path = f"/v1/articles/{was}"
    assert write("DELETE", path, **{"If-Match": '"x.0123456789abcdef"'}).status_code == 412
    killed = write("DELETE", path, **{"If-Match": read})
    assert (killed.status_code, killed.json()["key"]) == (200, "rome")
    assert write("DELETE", path, **{"If-Match": read}).status_code == 410


def test_an_article_that_must_be_new(write: Writer) -> None:
    new, later = {"body": BODY}, {"body": BODY, "embargoed_until": "2999-01-01"}
    only_new, only_there = {"If-None-Match": "*"}, {"If-Match": "*"}
    for path, body in (("/v1/articles/rome", new), ("/v1/articles/waits", later)):
        assert write("PUT", path, body, **only_there).status_code == 412
        assert write("PUT", path, body, **only_new).status_code == 201
        assert write("PUT", path, new, **only_new).status_code == 412
        assert write("PUT", path, later, **only_new).status_code == 412
        assert write("DELETE", path, **only_new).status_code == 412
        assert write("PUT", path, later, **only_there).status_code == 200
        assert write("DELETE", path, **only_there).status_code == 200


def test_another_text_than_one_that_is_known(write: Writer) -> None:
    write("PUT", "/v1/articles/rome", {"body": BODY})
    first = {"If-None-Match": write("GET", "/v1/articles/rome").headers["etag"]}
    assert write("PUT", "/v1/articles/rome", {"body": "Other."}, **first).status_code == 412
    write("PUT", "/v1/articles/rome", {"body": "Other."})
    assert write("PUT", "/v1/articles/rome", {"body": "Third."}, **first).status_code == 200


def test_what_goes_under_embargo_is_what_was_read_too(write: Writer) -> None:
    later = {"body": BODY, "embargoed_until": "2999-01-01"}
    write("PUT", "/v1/articles/rome", {"body": BODY})
    stale = {"If-Match": '"x.0123456789abcdef"'}
    assert write("PUT", "/v1/articles/rome", later, **stale).status_code == 412
    read = {"If-Match": write("GET", "/v1/articles/rome").headers["etag"]}
    answer = write("PUT", "/v1/articles/rome", later, **read)
    assert (answer.status_code, answer.json()["status"]) == (200, "changed")
    assert answer.json()["current"] is False


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
def test_a_condition_is_never_passed_over(write: Writer, header: str) -> None:
    answer = write("POST", "/v1/articles", {"body": BODY, "key": "rome"}, **{header: "*"})
    assert answer.status_code == 422
    assert "PUT" in answer.json()["detail"]


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
    assert (many[0]["status"], many[0]["error"]) == ("killed", "was killed")
    assert write("DELETE", "/v1/articles/nobody").status_code == 404
    document = write("GET", "/openapi.json").json()
    assert "409" not in document["paths"]["/v1/articles/{key}"]["delete"]["responses"]


def test_a_withdrawal_that_is_sent_kills(write: Writer) -> None:
    item = {"uri": "tag:wire:7", "type": "text", "headline": "Envoy", "body_text": BODY}
    item |= {"version": "1", "versioncreated": "2020-03-02T10:00:00Z"}
    assert write("POST", "/v1/articles", item).status_code == 201
    answer = write("POST", "/v1/articles", item | {"version": "2", "pubstatus": "canceled"})
    assert (answer.status_code, answer.json()["status"]) == (200, "killed")
    assert write("POST", "/v1/articles", item).status_code == 410


def test_a_withdrawal_among_others_is_no_error(write: Writer) -> None:
    item = {"uri": "tag:wire:7", "type": "text", "headline": "Envoy", "body_text": BODY}
    item |= {"version": "1", "versioncreated": "2020-03-02T10:00:00Z"}
    back = item | {"version": "2", "pubstatus": "canceled"}
    items = write("POST", "/v1/articles", [item, back, item]).json()
    assert [(each["index"], each["status"], each["current"], each["error"]) for each in items] == [
        (0, "added", True, None),
        (1, "killed", False, None),
        (2, "killed", False, "was killed"),
    ]


def test_an_identifier_tells_of_a_kill_where_its_source_is_not_needed(write: Writer) -> None:
    for source in (None, "The Post"):
        sent = {"body": f"{BODY} {source}", "uri": f"urn:{source}", "source": source}
        key = write("POST", "/v1/articles", sent).json()["key"]
        assert write("DELETE", f"/v1/articles/{key}").status_code == 200
    gone = write("GET", "/v1/articles?uri=urn:None")
    assert (gone.status_code, "key" in gone.json()) == (410, True)
    assert write("GET", "/v1/articles?uri=urn:The%20Post").status_code == 404
    assert write("GET", "/v1/articles?uri=urn:other").status_code == 404


# (reason in the query, body) -> (status, reason or where the fault is)
REASONS: list[tuple[str | None, Any, tuple[int, Any]]] = [
    ("an order", None, (200, "an order")),
    (None, {"reason": " an order\n"}, (200, "an order")),
    ("an order", {"reason": "an order"}, (200, "an order")),
    (None, {}, (200, "")),
    (None, None, (200, "")),
    ("an order", {"reason": "another"}, (422, {"parameter": "reason"})),
    ("", {"reason": "another"}, (422, {"parameter": "reason"})),
    ("bell\a", None, (422, {"parameter": "reason"})),
    (None, {"reason": "nul\0"}, (422, {"pointer": "/reason"})),
    (None, {"reason": "\ud800"}, (422, {"pointer": "/reason"})),
    (None, {"reason": "x" * 1_001}, (422, {"pointer": "/reason"})),
    (None, {"why": "x"}, (422, {"pointer": "/why"})),
    (None, [], (422, {})),
]


@pytest.mark.parametrize(("query", "body", "expected"), REASONS)
def test_a_reason_is_a_parameter_or_a_body(
    write: Writer, query: str | None, body: Any, expected: tuple[int, Any]
) -> None:
    write("PUT", "/v1/articles/rome", {"body": BODY})
    path = "/v1/articles/rome" + (f"?reason={quote(query)}" if query is not None else "")
    answer = write("DELETE", path, body)
    status, told = expected
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["reason"] == told
    else:
        (fault,) = answer.json()["errors"]
        assert {name: fault[name] for name in fault if name != "message"} == told
        assert write("GET", "/v1/articles/rome").status_code == 200


def test_a_reason_that_does_not_say_that_it_is_json(write: Writer) -> None:
    write("PUT", "/v1/articles/rome", {"body": BODY})
    kind = {"Content-Type": "text/plain"}
    assert write("DELETE", "/v1/articles/rome", b"a court", **kind).status_code == 415
    assert write("GET", "/v1/articles/rome").status_code == 200


def test_an_article_under_embargo_waits(write: Writer, archive: Archive) -> None:
    later = {"body": BODY, "key": "rome", "embargoed_until": "2999-01-01"}
    answer = write("POST", "/v1/articles", later)
    assert answer.json() == {"key": "rome", "status": "added", "current": False}
    assert write("GET", "/v1/articles/rome").status_code == 404
    assert archive.rows("SELECT key FROM articles") == []
    write("PUT", "/v1/articles/rome", {"body": BODY})
    assert write("GET", "/v1/articles/rome").status_code == 200
    waits = write("PUT", "/v1/articles/rome", later)
    assert (waits.status_code, waits.json()["status"]) == (200, "changed")
    assert waits.json()["current"] is False
    assert write("GET", "/v1/articles/rome").status_code == 404
    assert write("DELETE", "/v1/articles/rome").status_code == 200
    assert write("GET", "/v1/articles/rome").status_code == 410


def test_strangers_write_nothing(archive: Archive) -> None:
    ask: Callable[..., Any] = Client(create_app(archive.settings))
    for method in ("POST", "PUT", "DELETE"):
        path = "/v1/articles" + ("" if method == "POST" else "/rome")
        assert ask(method, path, json={"body": BODY}).status_code == 401
