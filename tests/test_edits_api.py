"""The editor's desk over HTTP: verbs and their answers, the log, undoing, tables of aliases."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from conftest import Archive, Client, of_a_file
from hypothesis import given, settings
from schemathesis import GenerationMode
from test_contract import CHECKS
from test_edits import kim, named

from service.article import Article
from service.database import Connection, Database
from service.stores.edits import EditStore
from service.stores.keys import KeyStore
from service.web.app import create_app

KIM, MARSHAL = "/v1/entities/person-kimjongun", "/v1/entities/person-marshalkim"
Ask = Callable[..., httpx.Response]


@pytest.fixture
def people(archive: Archive) -> Archive:
    """Two people in two articles."""
    archive.add(Article(key="one", body="one " + "x" * 40), [kim(), named("Kim", alias="Mr Kim")])
    archive.add(Article(key="two", body="two " + "x" * 40), [named("Marshal Kim", "Marshal Kim")])
    return archive


@pytest.fixture
def ask(people: Archive) -> Ask:
    """Asks with a key of the scope `edit`."""
    api = Client(create_app(people.settings))
    key = KeyStore(people.private).create("edit", "the desk")

    def asked(method: str, url: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} | options.pop("headers", {})
        return api(method, url, headers=headers, **options)

    return asked


# (path, body, what the edit holds, the entity after it)
VERBS: list[tuple[str, dict[str, Any], dict[str, Any], str | None]] = [
    (
        f"{MARSHAL}/merge",
        {"into": "person-kimjongun", "reason": "the same"},
        {"action": "merge", "entity": "person-marshalkim", "into": "person-kimjongun"},
        "person-kimjongun",
    ),
    (
        f"{KIM}/split",
        {"aliases": ["Kim Jong Un"], "name": "Kim III", "articles": ["one"]},
        {"into": "person-kimiii", "name": "Kim III", "articles": ["one"]},
        None,
    ),
    (f"{KIM}/rename", {"name": "Kim III"}, {"name": "Kim III"}, "person-kimjongun"),
    (f"{KIM}/retype", {"type": "place"}, {"into": "place-kimjongun"}, "place-kimjongun"),
    (f"{KIM}/dismiss", {}, {"action": "dismiss"}, None),
    (f"{KIM}/note", {"text": "the leader"}, {"text": "the leader"}, "person-kimjongun"),
    (f"{KIM}/aliases", {"text": "Boss"}, {"action": "alias", "text": "Boss"}, "person-kimjongun"),
    (
        f"{KIM}/distinct",
        {"other": "person-marshalkim"},
        {"action": "distinct", "into": "person-marshalkim"},
        "person-kimjongun",
    ),
]


@pytest.mark.parametrize(("path", "body", "edit", "entity"), VERBS, ids=[v[0][13:] for v in VERBS])
def test_verbs(
    ask: Ask, path: str, body: dict[str, Any], edit: dict[str, Any], entity: str | None
) -> None:
    response = ask("POST", path, json=body)
    assert response.status_code == 200, response.text
    answer = response.json()
    reason = {"reason": body.get("reason", "")}
    shown = {"id": 1, "who": "the desk", "in_force": True, "undoes": None} | edit | reason
    assert answer["edit"] | shown == answer["edit"]
    assert answer["edit"]["at"].endswith("Z")
    if entity is None:
        assert answer["entity"] is None
    else:
        assert answer["entity"] == ask("GET", f"/v1/entities/{entity}").json()
    assert ask("GET", "/v1/edits").json()["edits"] == [answer["edit"]]
    undone = ask("POST", "/v1/edits/1/undo", json={"reason": "no"}).json()
    assert undone["edit"]["undoes"] == 1
    assert undone["entity"]["key"] == path.split("/")[3]
    assert [e["in_force"] for e in ask("GET", "/v1/edits").json()["edits"]] == [True, False]


def test_a_spelling_is_taken_away(ask: Ask) -> None:
    ask("POST", f"{KIM}/aliases", json={"text": "Boss"})
    taken = ask("DELETE", f"{KIM}/aliases", params={"text": "Boss", "reason": "a nickname"})
    assert taken.json()["edit"]["action"] == "unalias"
    assert taken.json()["edit"]["reason"] == "a nickname"
    assert [a["text"] for a in taken.json()["entity"]["aliases"]] == ["Kim Jong Un"]
    again = ask("DELETE", f"{KIM}/aliases", params={"text": "Boss"})
    assert (again.status_code, again.json()["errors"][0]["parameter"]) == (422, "text")


def test_a_key_without_a_note_is_named_by_its_number(people: Archive) -> None:
    keys = KeyStore(people.private)
    keys.create("read")
    headers = {"Authorization": f"Bearer {keys.create('admin')}"}
    api = Client(create_app(people.settings))
    assert api.post(f"{KIM}/dismiss", json={}, headers=headers).json()["edit"]["who"] == "key 2"


def test_a_merged_key_answers_307_and_keeps_the_method(ask: Ask) -> None:
    ask("POST", f"{MARSHAL}/merge", json={"into": "person-kimjongun"})
    moved = ask("POST", f"{MARSHAL}/rename", json={"name": "Kim III"})
    assert (moved.status_code, moved.headers["location"]) == (307, f"{KIM}/rename")
    moved = ask("DELETE", f"{MARSHAL}/aliases", params={"text": "Marshal Kim"})
    assert (moved.status_code, moved.headers["location"]) == (
        307,
        f"{KIM}/aliases?text=Marshal+Kim",
    )
    assert ask("GET", "/v1/edits").json()["total"] == 1


# (path, body, status, where the fault is: a pointer into the body, or a parameter)
REFUSED: list[tuple[str, dict[str, Any], int, str | None]] = [
    ("/v1/entities/none/dismiss", {}, 404, None),
    (f"{KIM}/merge", {"into": "person-kimjongun"}, 409, None),
    (f"{KIM}/merge", {"into": "none"}, 422, "/into"),
    (f"{KIM}/merge", {}, 422, "/into"),
    (f"{KIM}/merge", {"into": 7}, 422, "/into"),
    (f"{KIM}/merge", {"into": "person-marshalkim", "why": "x"}, 422, "/why"),
    (f"{KIM}/merge", {"into": "person-marshalkim", "reason": "x" * 1_001}, 422, "/reason"),
    (f"{KIM}/split", {"aliases": "Kim", "name": "K"}, 422, "/aliases"),
    (f"{KIM}/split", {"aliases": [], "name": "K"}, 422, "/aliases"),
    (f"{KIM}/split", {"aliases": [1], "name": "K"}, 422, "/aliases/0"),
    (
        f"{KIM}/split",
        {"aliases": ["Kim Jong Un"], "name": "K", "articles": ["x"]},
        422,
        "/articles",
    ),
    (f"{KIM}/rename", {"name": "…"}, 422, "/name"),
    (f"{KIM}/rename?name=x", {"name": "K"}, 422, "name"),
    (f"{KIM}/retype", {"type": "ship"}, 422, "/type"),
    (f"{KIM}/retype", {"type": "person"}, 409, None),
    (f"{KIM}/note", {"text": "x" * 10_001}, 422, "/text"),
    (f"{KIM}/distinct", {"other": "none"}, 422, "/other"),
    ("/v1/edits/1/undo", {}, 404, None),
    ("/v1/edits/0/undo", {}, 422, "id"),
    ("/v1/edits/99999999999999999999/undo", {}, 422, "id"),
    ("/v1/edits/x/undo", {}, 422, "id"),
]


@pytest.mark.parametrize(("path", "body", "status", "where"), REFUSED)
def test_refused(ask: Ask, path: str, body: dict[str, Any], status: int, where: str | None) -> None:
    response = ask("POST", path, json=body)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    if where is not None:
        place = "pointer" if where.startswith("/") else "parameter"
        assert [e[place] for e in response.json()["errors"]] == [where]
    assert ask("GET", "/v1/edits").json()["total"] == 0


def test_a_body_must_say_that_it_is_json(ask: Ask) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        response = ask(
            "POST", f"{KIM}/dismiss", content=b"{}", headers={"Content-Type": media_type}
        )
        assert response.status_code == 415


def test_a_body_beyond_all_measure(ask: Ask) -> None:
    body = {"text": "x" * 1_000_000}
    assert ask("POST", f"{KIM}/note", json=body).status_code == 413


@of_a_file
def test_an_edit_that_waits_too_long_is_busy(people: Archive) -> None:
    app = create_app(people.settings)
    app.state.desk = replace(app.state.desk, edits=EditStore(people.database, patience=0.01))
    key = KeyStore(people.private).create("edit")
    with people.database.write():
        busy = Client(app).post(
            f"{KIM}/dismiss", json={}, headers={"Authorization": f"Bearer {key}"}
        )
    assert (busy.status_code, busy.json()["type"]) == (503, "/errors/busy")
    assert int(busy.headers["retry-after"]) > 0


@of_a_file
def test_an_editor_waits_no_longer_than_somebody_looks_on(
    people: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    write = Database.write

    def noted(self: Database, patience: float = 30.0) -> AbstractContextManager[Connection]:
        waited.append(patience)
        return write(self, patience)

    key = KeyStore(people.private).create("edit")
    api = Client(create_app(people.settings))
    monkeypatch.setattr(Database, "write", noted)
    api.post(f"{KIM}/dismiss", json={}, headers={"Authorization": f"Bearer {key}"})
    assert set(waited) == {5.0}  # the edit, and its line in the audit log before and after


def test_a_spelling_given_away_is_nobody_elses(ask: Ask) -> None:
    for path in (KIM, MARSHAL, KIM):
        given = ask("POST", f"{path}/aliases", json={"text": "Boss"})
        assert "Boss" in [alias["text"] for alias in given.json()["entity"]["aliases"]]
    marshal = ask("GET", MARSHAL).json()
    assert [alias["text"] for alias in marshal["aliases"]] == ["Marshal Kim"]
    assert ask("POST", f"{KIM}/aliases", json={"text": "boss"}).status_code == 409


# The log ----------------------------------------------------------------------------------------


def test_a_walk_through_the_log_misses_nothing(ask: Ask) -> None:
    for number in range(5):
        ask("POST", f"{KIM}/rename", json={"name": f"Kim {number}"})
    ask("POST", f"{MARSHAL}/note", json={"text": "x"})
    first = ask("GET", "/v1/edits", params={"limit": 2}).json()
    ask("POST", f"{MARSHAL}/note", json={"text": "meanwhile"})
    ids = [edit["id"] for edit in first["edits"]]
    following = first["next"]
    while following:
        page = ask("GET", "/v1/edits", params={"limit": 2, "cursor": following}).json()
        ids += [edit["id"] for edit in page["edits"]]
        following = page["next"]
    assert ids == [6, 5, 4, 3, 2, 1]
    of_kim = ask("GET", "/v1/edits", params={"entity": "person-kimjongun"}).json()
    assert (of_kim["total"], of_kim["next"]) == (5, None)
    for params in ({"cursor": first["next"], "entity": "x"}, {"limit": 0}, {"x": 1}):
        assert ask("GET", "/v1/edits", params=params).status_code == 422


def test_the_log_has_an_etag(ask: Ask) -> None:
    tag = ask("GET", "/v1/edits").headers["etag"]
    assert ask("GET", "/v1/edits", headers={"If-None-Match": tag}).status_code == 304
    ask("POST", f"{KIM}/note", json={"text": "x"})
    assert ask("GET", "/v1/edits", headers={"If-None-Match": tag}).status_code == 200


# Tables -----------------------------------------------------------------------------------------


def test_a_table_out_and_in(ask: Ask) -> None:
    table = "key;alias\r\nperson-kimjongun;=Boss\r\nperson-nobody;X\r\n".encode("utf-8-sig")
    csv_type = {"Content-Type": "text/csv; charset=utf-8"}
    answer = ask("POST", "/v1/aliases?reason=a+list", content=table, headers=csv_type)
    assert answer.json() == {
        "added": 1,
        "unchanged": 0,
        "failed": [{"line": 3, "reason": "There is no “person-nobody” here"}],
    }
    assert ask("GET", "/v1/edits").json()["edits"][0]["reason"] == "a list"
    listed = ask("GET", "/v1/aliases.csv")
    assert listed.headers["content-type"] == "text/csv; charset=utf-8"
    assert listed.text.splitlines() == [
        "key,name,type,alias,mentions,added",
        "person-kimjongun,Kim Jong Un,person,'=Boss,0,1",
        "person-kimjongun,Kim Jong Un,person,Kim Jong Un,1,0",
        "person-marshalkim,Marshal Kim,person,Marshal Kim,1,0",
    ]
    known = {"If-None-Match": listed.headers["etag"]}
    assert ask("GET", "/v1/aliases.csv", headers=known).status_code == 304
    again = ask("POST", "/v1/aliases", content=listed.content, headers=csv_type)
    assert again.json() == {"added": 0, "unchanged": 3, "failed": []}


@pytest.mark.parametrize(
    ("media_type", "body", "status"),
    [
        ("text/plain", b"key,alias\nx,y\n", 415),
        ("text/csv", b"", 422),
        ("text/csv", b"a,b\nc,d\n", 422),
        ("text/csv", b"key,alias\n\xff,x\n", 422),
        ("text/csv", b"PK\x03\x04 a workbook", 422),
    ],
)
def test_what_is_no_table(ask: Ask, media_type: str, body: bytes, status: int) -> None:
    response = ask("POST", "/v1/aliases", content=body, headers={"Content-Type": media_type})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


# The document -----------------------------------------------------------------------------------


def test_every_answer_to_an_editor_is_as_documented(ask: Ask, subtests: pytest.Subtests) -> None:
    """As tests/test_contract.py, with a key."""
    document: Any = schemathesis.openapi.from_dict(ask("GET", "/openapi.json").json())
    operations = [result.ok() for result in document.get_all_operations()]
    ours = [operation for operation in operations if operation.tags == ["editors"]]
    assert len(ours) == 15
    for operation in ours:
        names = {"key": "person-kimjongun", "id": 1}
        known = {name: value for name, value in names.items() if f"{{{name}}}" in operation.path}

        @settings(max_examples=10)
        @given(operation.as_strategy(GenerationMode.POSITIVE, path_parameters=known))
        def asked(case: Any) -> None:
            request = requests.Request(**case.as_transport_kwargs(base_url="http://localhost"))
            ready = request.prepare()
            headers = {n: v for n, v in ready.headers.items() if n.lower() != "authorization"}
            response = ask(case.method, ready.url or "", headers=headers, content=ready.body)
            assert response.status_code < 500, response.text
            case.validate_response(response, CHECKS)

        with subtests.test(f"{operation.method} {operation.path}"):
            asked()


def test_the_document_names_what_an_editor_may_send(ask: Ask) -> None:
    document = ask("GET", "/openapi.json").json()
    merge = document["paths"]["/v1/entities/{key}/merge"]["post"]
    assert {"200", "307", "401", "403", "404", "409", "415", "422", "503"} <= set(
        merge["responses"]
    )
    table = document["paths"]["/v1/aliases"]["post"]["requestBody"]["content"]
    assert list(table) == ["text/csv"]
    assert "text/csv" in document["paths"]["/v1/aliases.csv"]["get"]["responses"]["200"]["content"]
    assert json.dumps(merge["requestBody"]).count("MergeIn") == 1
