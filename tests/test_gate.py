"""Who may ask: the Host, loopback, keys and their scopes."""

from dataclasses import replace
from typing import Any

import pytest
from conftest import Archive, Client, of_a_file, open_archive

from service.article import Article
from service.errors import NotFound
from service.stores.keys import SCOPES, KeyStore
from service.web.app import create_app


def keys_of(archive: Archive) -> KeyStore:
    return KeyStore(archive.private)


@pytest.fixture
def stranger(archive: Archive) -> Client:
    """Somebody on another machine."""
    return Client(create_app(archive.settings), address="192.0.2.7")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_reading_is_open_on_this_machine(archive: Archive) -> None:
    app = create_app(archive.settings)
    for address in ("127.0.0.1", "127.8.8.8", "::1"):
        assert Client(app, address).get("/v1/search").status_code == 200


def test_a_stranger_needs_a_key(stranger: Client, archive: Archive) -> None:
    refused = stranger.get("/v1/search")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert refused.headers["content-type"] == "application/problem+json"
    key = keys_of(archive).create("read", "the desk")
    assert stranger.get("/v1/search", headers=bearer(key)).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/docs", "/openapi.json", "/sql/", "/v1/nothing", "/metrics", "/desk", "/suggestions"],
)
def test_no_path_is_open_to_strangers(stranger: Client, path: str) -> None:
    assert stranger.get(path).status_code == 401


def test_probes_are_open(stranger: Client) -> None:
    assert stranger.get("/healthz").status_code == 200
    assert stranger.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    "header", ["Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-Forwarded-Proto"]
)
def test_a_proxy_on_this_machine_is_not_this_machine(archive: Archive, header: str) -> None:
    local = Client(create_app(archive.settings))
    assert local.get("/v1/search", headers={header: "for=192.0.2.7"}).status_code == 401


def test_a_wrong_key_is_refused_wherever_it_comes_from(archive: Archive) -> None:
    local = Client(create_app(archive.settings))
    for value in ("Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense", "Bearer \u00e9"):
        headers = {"Authorization": value.encode("latin-1")}
        assert local.get("/v1/search", headers=headers).status_code == 401


def test_a_revoked_key_is_refused_at_once(stranger: Client, archive: Archive) -> None:
    keys = keys_of(archive)
    key = keys.create("admin")
    assert stranger.get("/v1/search", headers=bearer(key)).status_code == 200
    keys.revoke(1)
    assert stranger.get("/v1/search", headers=bearer(key)).status_code == 401
    assert keys.any_in_use() is False
    with pytest.raises(NotFound):
        keys.revoke(1)


def test_no_file_holds_the_key(archive: Archive) -> None:
    key = keys_of(archive).create("read")
    assert archive.remains(key) == []


@of_a_file
def test_nobody_else_may_read_the_private_file(archive: Archive) -> None:
    assert archive.settings.private_db.stat().st_mode & 0o077 == 0


def test_open_is_open(tmp_path: Any) -> None:
    archive = open_archive(tmp_path, open=True)
    stranger = Client(create_app(archive.settings), address="192.0.2.7")
    assert stranger.get("/v1/search").status_code == 200
    assert stranger.get("/sql/").status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:1", 200),
        ("[::1]", 200),
        ("[::1]:8000", 200),
        ("archive.example.org:443", 200),
        ("evil.example.org", 403),
        ("localhost.evil.example.org", 403),
        ("127.0.0.1.evil.example.org", 403),
        ("evil.example.org:localhost", 403),
        ("localhost:", 200),
        ("localhost:@evil.example.org", 403),
        ("localhost:8000@evil.example.org:80", 403),
        ('localhost:"><x', 403),
        ("localhost:80:80", 403),
        ("", 403),
        (":8000", 403),
    ],
)
def test_hosts(tmp_path: Any, host: str, status: int) -> None:
    archive = open_archive(tmp_path, allowed_hosts=("archive.example.org",))
    api = Client(create_app(archive.settings))
    response = api.get("/v1/search", headers={"Host": host})
    assert response.status_code == status
    if status != 200:
        assert response.headers["content-type"] == "application/problem+json"


def test_readers_of_different_scopes_share_no_cache(stranger: Client, archive: Archive) -> None:
    archive.add(Article(body="x"))
    tags = {
        stranger.get("/v1/search", headers=bearer(keys_of(archive).create(scope))).headers["etag"]
        for scope in ("read", "admin")
    }
    assert len(tags) == 2


# What is asked with a body and still only reads.
ASKING = {("post", "/v1/search"), ("post", "/v1/reconcile")}


def changing(api: Client) -> list[tuple[str, str]]:
    """Every (method, path) of the API that changes something."""
    paths = api.get("/openapi.json").json()["paths"]
    found = {(method, path) for path in paths for method in paths[path] if method != "get"}
    return sorted(found - ASKING)


def test_writing_needs_a_key_on_this_machine_too(archive: Archive) -> None:
    api = Client(create_app(archive.settings))
    assert ("post", "/v1/entities/{key}/merge") in changing(api)
    for method, path in changing(api):
        for headers in ({}, bearer("cut_nonsense")):
            refused = api(method.upper(), path.replace("{id}", "1"), headers=headers)
            assert refused.status_code == 401, (method, path)
            assert refused.headers["www-authenticate"].startswith("Bearer")


def test_the_document_says_what_needs_a_key(archive: Archive) -> None:
    """So that /docs asks for one, and a client that is made of it sends it."""
    api = Client(create_app(archive.settings))
    document = api.get("/openapi.json").json()
    ((name, scheme),) = document["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    scoped = {method: bearer(keys_of(archive).create(method)) for method in SCOPES}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            url = path.replace("{id}", "1").replace("{version}", "1")
            needs = api(method.upper(), url).status_code == 401
            assert ("security" in operation) == needs, (method, path)
            if needs:
                ((scope,),) = (needed[name] for needed in operation["security"])
                for own, headers in scoped.items():
                    refused = api(method.upper(), url, headers=headers).status_code == 403
                    assert refused != (own in (scope, "admin")), (method, path, own)


def test_open_is_not_open_for_writing(tmp_path: Any) -> None:
    api = Client(create_app(open_archive(tmp_path, open=True).settings))
    assert api.post("/v1/entities/person-a/dismiss", json={}).status_code == 401


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(
    "path", ["/v1/entities/person-a/dismiss", "/v1/edits/1/undo", "/v1/aliases"]
)
def test_editing_needs_the_scope(archive: Archive, scope: Any, path: str) -> None:
    api = Client(create_app(archive.settings))
    headers = bearer(keys_of(archive).create(scope))
    response = api.post(path, json={}, headers=headers)
    if scope in ("edit", "admin"):
        assert response.status_code in (404, 415)
    else:
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"
        assert "scope edit" in response.json()["detail"]
    assert api.get("/v1/search", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1/entities/a/merge/",
        "/v1//entities/a/merge",
        "/v1/%65ntities/a/merge",
        "/V1/entities/a/b",
    ],
)
def test_no_other_way_of_writing_a_path_gets_around_it(archive: Archive, path: str) -> None:
    api = Client(create_app(archive.settings))
    assert api.post(path, json={"into": "b"}).status_code in (401, 404)


@pytest.mark.parametrize(
    ("allowed", "origin", "answered"),
    [
        ((), "http://127.0.0.1:3333", None),
        (("http://127.0.0.1:3333",), "http://127.0.0.1:3333", "http://127.0.0.1:3333"),
        (("http://127.0.0.1:3333",), "http://evil.example", None),
    ],
)
def test_a_page_elsewhere_reads_only_where_it_is_allowed(
    archive: Archive, allowed: tuple[str, ...], origin: str, answered: str | None
) -> None:
    client = Client(create_app(replace(archive.settings, allowed_origins=allowed)))
    response = client.get("/v1/reconcile", headers={"Origin": origin})
    assert response.headers.get("access-control-allow-origin") == answered
