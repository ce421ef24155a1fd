"""Every answer tells browsers what they may do with it, whoever made it."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from conftest import Archive, Client, archive_of
from fastapi import FastAPI
from test_strangers import VALUES, routes

from service.article import Article
from service.web.app import create_app
from service.web.headers import HEADERS

FOREIGN = "https://elsewhere.example"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder: Path = tmp_path_factory.mktemp("headers")
    return archive_of(folder, Article(body="The envoy left Rome.", key="x"))


@pytest.fixture(scope="module")
def service(archive: Archive) -> FastAPI:
    return create_app(archive.settings)


def check(response: httpx.Response) -> None:
    for name in HEADERS:
        assert len(response.headers.get_list(name)) == 1, (response.url, name)
    assert response.headers["x-content-type-options"] == "nosniff"
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "strict-transport-security" not in response.headers
    assert not [name for name in response.headers if name.startswith("access-control-")]
    assert "server" not in response.headers


def test_every_route_says_it(service: FastAPI) -> None:
    """Also when asked with a method that it does not know."""

    async def ask_all() -> None:
        transport = httpx.ASGITransport(service, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for method, path in sorted(routes(service)):
                for name, value in VALUES.items():
                    path = path.replace(name, value)
                for each in (method, "PATCH"):
                    check(await client.request(each, path, headers={"Origin": FOREIGN}))

    asyncio.run(ask_all())


def test_so_do_refusals(service: FastAPI) -> None:
    for path in ("/", "/v1/search", "/sql/", "/nothing", "/desk"):
        for accepted in ("*/*", "text/html"):
            check(Client(service, "192.0.2.7").get(path, headers={"Accept": accepted}))


@pytest.mark.parametrize(
    "path",
    [
        *("/nothing", "/v1/nothing", "/static/pages.css", "/static/nothing", "/docs/files/nothing"),
        *("/sql/cuttings/articles", "/sql/cuttings/nothing", "/sql/-/static/app.css"),
        *("/v1/search?nothing=1", "/v1/export?format=csv", "/v1/search.atom", "/v1/articles/x"),
    ],
)
def test_so_do_errors_files_and_the_sql_room(service: FastAPI, path: str) -> None:
    for accepted in ("*/*", "text/html"):
        check(Client(service).get(path, headers={"Accept": accepted, "Origin": FOREIGN}))


def test_a_refused_host_and_a_fault_of_ours_say_it_too(
    service: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(Client(service).get("/", headers={"Host": "rebound.example"}))

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(type(service.state.desk.finder), "search", fail)
    response = Client(service).get("/v1/search")
    assert response.status_code == 500
    check(response)


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-Proto": "https"}, {"Forwarded": "for=192.0.2.7;proto=https"}]
)
def test_browsers_are_kept_to_https_where_there_is_any(
    service: FastAPI, headers: dict[str, str]
) -> None:
    for path in ("/v1/search", "/healthz"):
        response = Client(service).get(path, headers=headers)
        assert response.headers["strict-transport-security"] == "max-age=31536000"


def test_a_page_elsewhere_reads_nothing_unless_it_is_named(archive: Archive) -> None:
    asks = {"Origin": FOREIGN, "Access-Control-Request-Method": "GET"}
    silent = create_app(archive.settings)
    for answer in (
        Client(silent)("OPTIONS", "/v1/search", headers=asks),
        Client(silent).get("/v1/search", headers=asks),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    named = create_app(replace(archive.settings, allowed_origins=(FOREIGN,)))
    beforehand = Client(named, "192.0.2.7")("OPTIONS", "/v1/search", headers=asks)
    assert beforehand.headers["access-control-allow-origin"] == FOREIGN
    assert "access-control-allow-credentials" not in beforehand.headers
    assert set(beforehand.headers) >= {name.lower() for name in HEADERS}
