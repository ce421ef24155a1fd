"""One error shape, whoever raised it, with the status that each class states."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from conftest import Archive, Client, of_a_file, open_archive
from fastapi import FastAPI

from service import errors
from service.article import Article
from service.errors import CuttingsError, Problem
from service.stores.keys import KeyStore
from service.web.app import create_app
from service.web.problems import add_problem_handlers

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, CuttingsError)
]


def raised(error: CuttingsError | Exception) -> Any:
    app = FastAPI()
    add_problem_handlers(app)

    @app.get("/")
    def fail() -> None:
        raise error

    return Client(app).get("/")


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_every_class_answers_with_its_own_status(cls: type[CuttingsError]) -> None:
    extra: dict[str, Any] = {"allow": "GET"} if cls is errors.MethodNotAllowed else {}
    extra |= {"facts": {}} if cls is errors.Gone else {}
    response = raised(cls("what to do", **extra))
    assert response.status_code == cls.status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": f"/errors/{cls.slug}",
        "title": cls.title,
        "status": cls.status,
        "detail": "what to do",
    }


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_the_docstring_draws_every_class_with_its_status(cls: type[CuttingsError]) -> None:
    lines = [line for line in (errors.__doc__ or "").splitlines() if cls.__name__ in line.split()]
    if cls is CuttingsError:
        assert lines == ["CuttingsError"]
    else:
        assert len([line for line in lines if f" {cls.status} " in line]) == 1


def test_a_crash_tells_nothing_about_the_inside() -> None:
    response = raised(RuntimeError("secret words"))
    assert response.status_code == 500
    assert response.json()["type"] == "/errors/internal"
    assert "secret" not in response.text


def test_a_fault_in_a_query_has_its_place() -> None:
    error = errors.InvalidQuery("no", problems=(Problem("q", "unclosed quote", 3, 5),))
    assert raised(error).json()["errors"] == [
        {"parameter": "q", "message": "unclosed quote", "offset": 3, "length": 5}
    ]


# (path, status, parameter)
REFUSED = [
    ("/v1/search?limit=0", 422, "limit"),
    ("/v1/search?limit=101", 422, "limit"),
    ("/v1/search?limit=ten", 422, "limit"),
    ("/v1/search?limit=1&limit=2", 422, "limit"),
    ("/v1/search?q=a&q=b", 422, "q"),
    ("/v1/search?sort=best", 422, "sort"),
    ("/v1/search?match=most", 422, "match"),
    ("/v1/search?strict=perhaps", 422, "strict"),
    ("/v1/search?facets=colour", 422, "facets"),
    ("/v1/search?facet_limit=0", 422, "facet_limit"),
    ("/v1/search?from=2018-02-30", 422, "from"),
    ("/v1/search?to=soon", 422, "to"),
    ("/v1/search?tz=Nowhere/City", 422, "tz"),
    ("/v1/search?cursor=abc", 422, "cursor"),
    ("/v1/search?cursor=W10", 422, "cursor"),
    ("/v1/search?colour=red", 422, "colour"),
    ("/v1/search?strict=true&q=%22open", 422, "q"),
    ("/v1/facets?limit=3", 422, "limit"),
    ("/v1/facets/person?offset=3", 422, "offset"),
    ("/v1/facets/colour", 404, None),
    ("/v1/articles", 422, "uri"),
    ("/v1/articles/none", 404, None),
    ("/v1/articles/none?x=1", 422, "x"),
    ("/v1/entities?type=ship", 422, "type"),
    ("/v1/entities/none", 404, None),
    ("/v1/entities/none?x=1", 422, "x"),
    ("/healthz?x=1", 422, "x"),
    ("/nowhere", 404, None),
    ("/v1", 404, None),
    ("/v1/articles/a%2Fb", 404, None),
    ("/v1/articles/..%2F..%2Fetc%2Fpasswd", 404, None),
]


@pytest.mark.parametrize(("path", "status", "parameter"), REFUSED)
def test_refused(api: Client, path: str, status: int, parameter: str | None) -> None:
    response = api.get(path)
    assert response.status_code == status, response.text
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == status
    if parameter is not None:
        assert [e["parameter"] for e in problem["errors"]] == [parameter]


def test_a_query_beyond_the_limit(api: Client) -> None:
    assert api.get("/v1/search", params={"q": "x" * 10_001}).status_code == 422


def test_a_fault_in_json_has_its_pointer(api: Client) -> None:
    response = api.post("/v1/search", json={"limit": 0, "colour": 1})
    assert response.status_code == 422
    assert {e["pointer"] for e in response.json()["errors"]} == {"/limit", "/colour"}
    strict = api.post("/v1/search", json={"q": '"x', "strict": True})
    assert strict.json()["errors"][0]["pointer"] == "/q"


@pytest.fixture
def as_editor(archive: Archive) -> Callable[..., httpx.Response]:
    """Posts with a key of the scope `edit`."""
    api = Client(create_app(archive.settings))
    key = KeyStore(archive.private).create("edit", "the desk")

    def post(url: str, *, media_type: str = "application/json", **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": media_type}
        return api.post(url, headers=headers, **options)

    return post


MERGE = "/v1/entities/person-a/merge"
# (path, body, where the faults are)
PLACES: list[tuple[str, Any, list[tuple[str, str]]]] = [
    (f"{MERGE}?into=x", {"into": "person-b"}, [("parameter", "into")]),
    (
        f"{MERGE}?into=x",
        {"x": 1},
        [("parameter", "into"), *(("pointer", p) for p in ("/into", "/x"))],
    ),
    (f"{MERGE}?x=1", {"into": "b", "x": 1}, [("parameter", "x"), ("pointer", "/x")]),
    (f"{MERGE}?x=1&x=2", {"into": "person-b"}, [("parameter", "x")]),
    ("/v1/edits/abc/undo", {}, [("parameter", "id")]),
    ("/v1/edits/0/undo", {"reason": 5}, [("parameter", "id"), ("pointer", "/reason")]),
    ("/v1/search?q=x", {}, [("parameter", "q")]),
    ("/v1/search?limit=x", {"limit": 0}, [("pointer", "/limit")]),
]


@pytest.mark.parametrize(("path", "body", "places"), PLACES)
def test_a_fault_beside_the_body_is_in_a_parameter(
    as_editor: Callable[..., httpx.Response], path: str, body: Any, places: list[tuple[str, str]]
) -> None:
    response = as_editor(path, json=body)
    assert response.status_code == 422, response.text
    named = [item for e in response.json()["errors"] for item in e.items() if item[0] != "message"]
    assert sorted(named) == sorted(places)


# (media type, body, status, what the answer says)
TABLES = [
    ("text/csv", b"", 422, "The table is empty"),
    ("text/csv", b" \n", 422, "The table is empty"),
    ("text/csv; charset=utf-8", b"a,b\n", 422, "The first line must name the columns"),
    ("application/json", b"{", 415, "Send the table as CSV"),
    ("application/json", b"key,alias\nx,y\n", 415, "Send the table as CSV"),
    ("application/vnd.x+json", b"\xff", 415, "Send the table as CSV"),
    ("", b"", 415, "Send the table as CSV"),
]


@pytest.mark.parametrize(("media_type", "body", "status", "says"), TABLES)
def test_what_is_no_table_is_told_what_is(
    as_editor: Callable[..., httpx.Response], media_type: str, body: bytes, status: int, says: str
) -> None:
    response = as_editor("/v1/aliases", media_type=media_type, content=body)
    assert response.status_code == status, response.text
    assert response.json()["detail"].startswith(says)


NO_OBJECT = "the body must be a JSON object"
# (body, message; None where the body cannot be read at all)
BODIES = [
    (b"", NO_OBJECT),
    (b"[]", NO_OBJECT),
    (b"null", NO_OBJECT),
    (b'"x"', NO_OBJECT),
    (b"{", "the body is not JSON: see character 1, counted from 0"),
    (b'{"q": "kim",}', "the body is not JSON: see character 12, counted from 0"),
    (b"\xff", None),
    (b"[" * 100_000, None),
]


@pytest.mark.parametrize(("body", "message"), BODIES, ids=lambda value: str(value)[:20])
def test_what_is_no_json_object(api: Client, body: bytes, message: str | None) -> None:
    response = api.post("/v1/search", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    if message is None:
        assert problem["detail"].startswith("The body cannot be read")
    else:
        assert problem["errors"] == [{"message": message}]


def test_half_a_surrogate_pair_is_refused_politely(api: Client) -> None:
    for name in ("q", "tz", "from", "facets", "sort", "person"):
        body = json.dumps({name: "\ud800"}).encode()
        response = api.post(
            "/v1/search", content=body, headers={"content-type": "application/json"}
        )
        assert response.status_code == 422, name
        assert response.json()["errors"][0]["pointer"].startswith(f"/{name}")


def test_a_body_beyond_all_measure(api: Client) -> None:
    json_type = {"content-type": "application/json"}
    large = api.post("/v1/search", content=b" " * 1_000_001, headers=json_type)
    assert large.status_code == 413

    async def pieces() -> AsyncIterator[bytes]:
        yield b"{}"

    assert api.post("/v1/search", content=pieces(), headers=json_type).status_code == 413


def test_what_is_not_there_is_not_unchanged_either(api: Client) -> None:
    etag = api.get("/v1/search").headers["etag"]
    for path in ("/v1/articles/none", "/v1/entities/none"):
        assert api.get(path, headers={"If-None-Match": etag}).status_code == 404
    for path, status in (("/v1/search?cursor=foo", 422), ("/metrics", 200)):
        assert api.get(path, headers={"If-None-Match": etag}).status_code == status
    assert api.get("/v1/search", headers={"If-None-Match": "*"}).status_code == 304


def test_a_body_that_is_no_json(api: Client) -> None:
    for headers in ({"content-type": "text/plain"}, {"content-type": ""}, {}):
        response = api.post("/v1/search", content=b'{"q": "x"}', headers=headers)
        assert response.status_code == 415
    charset = {"content-type": "application/json; charset=utf-8"}
    assert api.post("/v1/search", content=b'{"q": "x"}', headers=charset).status_code == 200


def test_a_method_that_a_path_does_not_know(api: Client) -> None:
    response = api("PATCH", "/v1/search")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert api("DELETE", "/healthz").headers["allow"] == "GET, HEAD"


def test_a_query_that_takes_too_long_is_stopped(tmp_path: Any) -> None:
    archive: Archive = open_archive(tmp_path, query_seconds=1e-9)
    with pytest.raises(errors.Busy), archive.database.read() as conn:
        conn.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        ).fetchone()
    with pytest.raises(errors.Busy), archive.database.read() as conn:
        conn.execute(
            "SELECT sum(a.value * b.value) FROM json_each('[1,2,3]') a, "
            "(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n) "
            "SELECT value FROM n) b"
        ).fetchone()


@of_a_file
def test_a_file_that_is_no_archive(tmp_path: Any) -> None:
    (tmp_path / "cuttings.db").write_bytes(b"no database at all, but long enough to be read " * 99)
    with pytest.raises(errors.Misconfigured, match="not a database"):
        open_archive(tmp_path)


@of_a_file
def test_an_archive_that_goes_away(archive: Archive) -> None:
    archive.add(Article(body="x"))
    api = Client(create_app(archive.settings))
    archive.tamper("DROP VIEW people", "ALTER TABLE articles RENAME TO gone")
    response = api.get("/v1/search")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"


def test_a_table_that_is_too_large_is_told_the_way_out(api: Client) -> None:
    headers = {"Content-Type": "text/csv"}
    response = api.post("/v1/aliases", content=b"x" * 1_000_001, headers=headers)
    assert response.status_code in (401, 413)
    if response.status_code == 413:
        assert response.json()["detail"].endswith("or use `cuttings entity import`")
