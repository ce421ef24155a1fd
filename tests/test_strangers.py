"""Who may do what: every route, for everyone who may ask, held against the documented table.

The routes are listed from the app, so that a new one without a row in docs/access.md fails.
"""

import asyncio
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from conftest import Archive, Client, of_a_file, open_archive
from fastapi import FastAPI
from read_paths import all_routes

from service.article import Article
from service.stores.keys import SCOPES, KeyStore
from service.stores.sessions import SessionStore
from service.web.app import create_app
from service.web.sessions import form_token

ACCESS = (Path(__file__).parent.parent / "docs" / "access.md").read_text("utf-8")
ROW = re.compile(r"^\| [^|]*?: (`.*`) \| (.+) \|$", re.MULTILINE)
ELSEWHERE = "192.0.2.7"
VALUES = {"{key}": "x", "{id}": "1", "{number}": "1", "{version}": "1", "{field}": "person"}
Route = tuple[str, str]


@dataclass(frozen=True)
class May:
    """A row of the table, without its routes."""

    here: bool
    elsewhere: bool
    when_open: bool
    by_key: frozenset[str]
    by_session: frozenset[str]


def table() -> dict[Route, May]:
    found = {}
    for routes, cells in ROW.findall(ACCESS):
        here, elsewhere, when_open, key, session = (cell.strip() for cell in cells.split("|"))
        may = May(
            here == "yes", elsewhere == "yes", when_open == "yes", scopes(key), scopes(session)
        )
        for method, path in re.findall(r"`([A-Z]+) (\S+)`", routes):
            assert (method, path) not in found, path
            found[method, path] = may
    return found


def scopes(cell: str) -> frozenset[str]:
    listed = {"any": SCOPES, "nobody": ()}.get(cell, cell.split(", "))
    assert set(listed) <= set(SCOPES), cell
    return frozenset(listed)


def routes(app: FastAPI) -> set[Route]:
    """Every route, HEAD left out, and what is mounted by its first page."""
    listed = set(all_routes(app.routes, ""))
    found = {("GET", f"{path}/") for method, path in listed if method == "MOUNT"}
    return found | {(method, path) for method, path in listed if method not in ("MOUNT", "HEAD")}


@dataclass(frozen=True)
class Asker:
    """Somebody at another machine, unless told otherwise."""

    name: str
    headers: dict[str, str]
    form: str = ""  # what a page of his session would send
    address: str = ELSEWHERE
    is_open: bool = False

    def may(self, row: May) -> bool:
        kind, _, scope = self.name.partition(" ")
        if kind in ("key", "session"):
            allowed = row.by_key if kind == "key" else row.by_session
            return scope in allowed
        if kind in ("revoked", "wrong"):
            return False
        return {"here": row.here, "elsewhere": row.elsewhere, "open": row.when_open}[kind]


def askers(archive: Archive) -> list[Asker]:
    keys, sessions = KeyStore(archive.private), SessionStore(archive.private)
    found = [
        Asker("here", {}, address="127.0.0.1"),
        Asker("elsewhere", {}),
        Asker("open", {}, is_open=True),
        Asker("wrong", {"Authorization": "Bearer cut_nonsense"}),
        Asker("wrong here", {"Authorization": "Bearer cut_nonsense"}, address="127.0.0.1"),
    ]
    for scope in SCOPES:
        key = keys.create(scope)
        known = keys.find(key)
        assert known is not None
        token = sessions.begin(known)
        found.append(Asker(f"key {scope}", {"Authorization": f"Bearer {key}"}))
        cookie = {"Cookie": f"cuttings_session={token}"}
        found.append(Asker(f"session {scope}", cookie, form_token(token)))
    revoked = keys.create("admin")
    keys.revoke(len(SCOPES) + 1)
    found.append(Asker("revoked", {"Authorization": f"Bearer {revoked}"}))
    return found


def is_let_in(response: httpx.Response) -> bool:
    """Whatever comes of it: there is nothing to find here, and most of it is asked for wrongly."""
    assert response.status_code < 500, response.text
    refused = response.status_code == 403 and "needs a key of scope" in response.text
    return response.status_code != 401 and not refused


async def asked(client: httpx.AsyncClient, route: Route, asker: Asker) -> httpx.Response:
    method, path = route
    for name, value in VALUES.items():
        path = path.replace(name, value)
    path = path.replace("{verb}", "merge")
    # A right form would log out whoever asks the rest.
    token = asker.form if path != "/logout" else ""
    options: dict[str, Any] = {"data": {"form_token": token}}
    if "/v1/" in path and method != "GET":
        options = {"json": {}}
    return await client.request(method, path, headers=asker.headers, **options)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("strangers")
    unlimited = {"rate_key": "", "rate_address": "", "rate_refused": ""}
    made = open_archive(folder, tagger="off", **unlimited)
    made.add(Article(body="The envoy left Rome.", key="there"))
    return made


@pytest.fixture(scope="module")
def service(archive: Archive) -> FastAPI:
    return create_app(archive.settings)


def test_every_route_has_a_row_and_every_row_a_route(service: FastAPI) -> None:
    assert set(table()) == routes(service)


def test_everyone_may_do_what_the_table_says_and_no_more(archive: Archive) -> None:
    apps = {
        is_open: create_app(replace(archive.settings, open=is_open)) for is_open in (False, True)
    }

    async def ask_all() -> list[str]:
        wrong = []
        for asker in askers(archive):
            transport = httpx.ASGITransport(
                apps[asker.is_open], raise_app_exceptions=False, client=(asker.address, 50_000)
            )
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                for route, row in table().items():
                    response = await asked(client, route, asker)
                    if is_let_in(response) != asker.may(row):
                        wrong.append(f"{asker.name}: {route} {response.status_code}")
        return wrong

    assert asyncio.run(ask_all()) == []


@pytest.mark.parametrize("path", ["/v1/search", "/sql/", "/metrics", "/desk", "/v1/quarantine"])
def test_asking_for_the_headers_alone_gets_nobody_further(service: FastAPI, path: str) -> None:
    stranger = Client(service, ELSEWHERE)
    assert stranger("HEAD", path).status_code == stranger.get(path).status_code == 401


@pytest.fixture(scope="module")
def behind_proxies(archive: Archive) -> FastAPI:
    return create_app(replace(archive.settings, proxies=("127.0.0.0/8", "::1", ELSEWHERE)))


# What a request says of itself does not make it come from this machine.


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1;host=localhost"},
        {"X-Forwarded-Host": "localhost"},
        {"X-Forwarded-Proto": "http"},
        {"x-forwarded-anything": ""},
        {"X-Real-IP": "127.0.0.1", "X-Forwarded-For": ""},
    ],
)
@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "::1", ELSEWHERE])
def test_a_proxy_is_never_this_machine(
    behind_proxies: FastAPI, address: str, headers: dict[str, str]
) -> None:
    """Neither where its address is named as that of a proxy of ours."""
    assert Client(behind_proxies, address).get("/v1/search", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:192.0.2.7", False),
        ("128.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - nobody comes from there
        ("::", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("fe80::1%lo", False),
        ("10.0.0.1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_which_addresses_are_this_machine(service: FastAPI, address: str, is_own: bool) -> None:
    response = Client(service, address).get("/v1/search")
    assert response.status_code == (200 if is_own else 401)


REBOUND = (
    *("rebound.example", "localhost.", "localhost.example", "127.0.0.1.", "127.1", "2130706433"),
    *("0x7f.1", "[::]", "[::ffff:127.0.0.1]", "::1", "[::1%lo]", "127.0.0.1:80:80", "localhost#"),
    *("user@localhost", "localhost/", "localhost, rebound.example", "localhost:-1", "loc alhost"),
    *("localhost:8\uff10", "\uff4cocalhost"),
)


@pytest.mark.parametrize("host", REBOUND)
def test_a_rebound_name_is_refused(service: FastAPI, host: str) -> None:
    """Before anything else, with a key as well: a page under that name could read the answer."""
    headers = {"Host": host.encode("utf-8"), "Authorization": b"Bearer cut_nonsense"}
    for path in ("/v1/search", "/healthz", "/static/pages.css"):
        assert Client(service).get(path, headers=headers).status_code == 403, path


# The server asks nobody.


OUTWARD = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
_seen: list[str] | None = None
_own: tuple[Any, ...] = ()


def _hear(event: str, args: tuple[Any, ...]) -> None:
    if _seen is None or not (event in OUTWARD or event.startswith(("subprocess.", "os.exec"))):
        return
    if args[1] not in _own and args[:2] not in _own:
        _seen.append(f"{event} {args[1:]}")


sys.addaudithook(_hear)


@contextmanager
def listening(*own: str) -> Iterator[list[str]]:
    """Every connection, look-up of a name and program that is begun meanwhile, but to nodes of the
    archive's own cluster.
    """
    global _seen, _own
    heard: list[str] = []
    _own = tuple((urlsplit(url).hostname, urlsplit(url).port) for url in own)
    _seen = heard
    try:
        yield heard
    finally:
        _seen, _own = None, ()


def test_what_is_listened_for_is_heard() -> None:
    with listening() as heard, socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", 1)) != 0
    assert len(heard) == 1


URL = "http://192.0.2.99/secret"
NAMES = ("q", "url", "uri", "next", "callback", "person", "queries", "query", "ids", "prefix")


def requests_naming(url: str, route: Route, parameters: list[str]) -> Iterator[dict[str, Any]]:
    method, path = route
    for name in VALUES:
        path = path.replace(name, quote(url, safe=""))
    path = path.replace("{verb}", "merge")
    headers = {
        **dict.fromkeys(("Referer", "Origin", "X-Forwarded-Host", "Location", "SOAPAction"), url),
        "Content-Location": url,
    }
    yield {"method": method, "url": path, "params": dict.fromkeys(parameters, url)}
    yield {"method": method, "url": path, "headers": headers}
    if method != "GET":
        body = dict.fromkeys((*parameters, *NAMES, "into", "name", "text", "reason"), url)
        article = {"body": f"See {url} now.", "url": url, "uri": url, "related": [url], "link": url}
        yield {"method": method, "url": path, "json": body | {"body": url}}
        yield {"method": method, "url": path, "json": article}
        yield {"method": method, "url": path, "json": url}
        yield {"method": method, "url": path, "data": body}


def test_no_request_makes_the_server_open_a_connection(archive: Archive) -> None:
    app = create_app(archive.settings)
    key = KeyStore(archive.private).create("admin")
    document = app.openapi()["paths"]

    async def ask_all() -> int:
        number = 0
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for method, path in sorted(table()):
                told = document.get(path, {}).get(method.lower(), {}).get("parameters", ())
                known = [each["name"] for each in told if each["in"] == "query"]
                for each in requests_naming(URL, (method, path), known or list(NAMES)):
                    each["headers"] = each.get("headers", {}) | {"Authorization": f"Bearer {key}"}
                    assert (await client.request(**each)).status_code < 500, each
                    number += 1
        return number

    with listening(*archive.settings.cluster.urls) as heard:
        assert asyncio.run(ask_all()) > 2 * len(table())
    assert heard == []


@of_a_file
def test_the_sql_room_has_one_file_open(archive: Archive, service: FastAPI) -> None:
    """Of what is attached SQLite tells the path."""
    sql = quote("select name, file from pragma_database_list")
    rows = Client(service).get(f"/sql/cuttings.json?_shape=array&sql={sql}").json()
    assert [row["name"] for row in rows] == ["main"]
    assert Path(rows[0]["file"]).resolve() == archive.settings.db.resolve()
