"""The API held against its own OpenAPI document: asked what that allows, and what it forbids.

Every answer must be as documented; what it says is for tests/test_api.py.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from conftest import LONG, Archive, Client, examples, open_archive
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sound import faults

from service.article import Article
from service.entity import EntityName, Mention
from service.errors import NotFound
from service.stores.keys import SCOPES, KeyStore
from service.stores.kills import KillStore
from service.web.app import create_app

CHECKS: list[CheckFunction] = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Longer ones httpx does not send.
LONGEST_URL = 65_536
# Far beyond any answer over so few articles, also on a busy machine.
LONGEST_SECONDS = 10


@pytest.fixture(scope="module")
def known(seeded: Archive) -> dict[str, Any]:
    """What stands for a path's parameter, beside generated keys that no archive has."""
    ((article,), *_) = seeded.rows("SELECT key FROM articles")
    ((entity,), *_) = seeded.rows("SELECT key FROM entities")
    facet = {"/v1/facets/": "person"}
    return (
        facet
        | {"/v1/articles/": article, "/v1/entities/": entity, "/v1/edits/": 1}
        | {"/v1/quarantine/": 1}
    )


def cases_of(operation: Any, mode: GenerationMode, known: dict[str, Any]) -> Any:
    cases = operation.as_strategy(mode)
    before, _, parameter = operation.path.partition("{")
    if parameter and mode is GenerationMode.POSITIVE:
        named = {parameter.partition("}")[0]: known[before]}
        cases = st.one_of(cases, operation.as_strategy(mode, path_parameters=named))
    return cases


def check(api: Client, case: Any, headers: Mapping[str, str] | None = None) -> int:
    """The status; `headers` come instead of those that were generated."""
    request = requests.Request(**case.as_transport_kwargs(base_url="http://localhost")).prepare()
    url = request.url or ""
    assume(len(url) < LONGEST_URL)
    # What is wrong may be no more than that there is no key, which is sent all the same.
    has_mended = bool(headers) and "Authorization" not in request.headers
    request.headers.update(headers or {})
    started = time.monotonic()
    response = api(case.method, url, headers=dict(request.headers), content=request.body)
    assert time.monotonic() - started < LONGEST_SECONDS
    # What is promised only says so with 501.
    assert response.status_code < 500 or response.json()["type"] == "/errors/not-built"
    is_told = has_mended or _names_what_failed(response)
    checks = [each for each in CHECKS if not (is_told and each is negative_data_rejection)]
    case.validate_response(response, checks)
    return response.status_code


def _names_what_failed(response: httpx.Response) -> bool:
    """Of many articles at once each that is wrong is named, and the others are taken."""
    if response.status_code != 200 or not response.text.startswith("["):
        return False
    return any(each["status"] == "failed" for each in response.json())


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_as_documented(
    api: Client, known: dict[str, Any], mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    document: Any = schemathesis.openapi.from_dict(api.get("/openapi.json").json())
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) >= 11
    for operation in operations:
        has_parameters = any(operation.iter_parameters()) or operation.body
        if mode is GenerationMode.NEGATIVE and not has_parameters:
            continue  # nothing there could be wrong

        @settings(max_examples=examples(25 if LONG else 8, 4))
        @given(cases_of(operation, mode, known))
        def ask(case: Any) -> None:
            check(api, case)

        with subtests.test(f"{operation.method} {operation.path}"):
            ask()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_write_of_articles_is_as_documented(
    tmp_path: Path, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    """With a key: above, all that writes is refused at the gate."""
    archive = open_archive(tmp_path, tagger="off")
    key = KeyStore(archive.private).create("write", "a CMS")
    api = Client(create_app(archive.settings))
    document: Any = schemathesis.openapi.from_dict(api.get("/openapi.json").json())
    operations = [result.ok() for result in document.get_all_operations()]
    known = {"/v1/articles/": "rome"}
    for operation in operations:
        if operation.method == "get" or not operation.path.startswith("/v1/articles"):
            continue

        @settings(max_examples=examples(100 if LONG else 10, 4))
        @given(cases_of(operation, mode, known))
        def ask(case: Any) -> None:
            with suppress(NotFound):
                KillStore(archive.database).revive("rome")
            archive.add(Article(body="The envoy left.", key="rome"))
            check(api, case, {"Authorization": f"Bearer {key}"})

        with subtests.test(f"{operation.method} {operation.path}"):
            ask()


@pytest.fixture
def busy(tmp_path: Path) -> Archive:
    """To be written to by anybody who may."""
    archive = open_archive(tmp_path, tagger="off", rate_key="", rate_address="", rate_refused="")
    for number in range(3):
        said = f"Rosa {number} Parks"
        article = Article(
            key=f"rome-{number}", title=said, body=f"{said} left.", uri=f"urn:{number}"
        )
        entity = EntityName(f"person-rosa{number}parks", said, "person")
        archive.add(
            article, [Mention("title", 0, len(said), said, said, "person", entity, "model", 1)]
        )
    (tmp_path / "broken.json").write_text('{"title": "No body"}')
    archive.ingest(tmp_path / "broken.json")
    return archive


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if LONG else [])]
)
def test_every_operation_with_keys_of_each_scope(
    busy: Archive, mode: GenerationMode, subtests: pytest.Subtests
) -> None:
    """From another machine, where every scope counts; what a key may not is refused as told."""
    keys = KeyStore(busy.private)
    sent: dict[str, dict[str, str]] = {
        scope: {"Authorization": f"Bearer {keys.create(scope)}"} for scope in SCOPES
    }
    sent |= {"revoked": {"Authorization": f"Bearer {keys.create('admin')}"}, "nobody": {}}
    keys.revoke(len(SCOPES) + 1)
    api = Client(create_app(busy.settings), address="192.0.2.7")
    admin = api.get("/openapi.json", headers=sent["admin"]).json()
    document: Any = schemathesis.openapi.from_dict(admin)
    known = dict.fromkeys(("/v1/edits/", "/v1/quarantine/"), 1) | {
        "/v1/facets/": "person",
        "/v1/articles/": "rome-1",
        "/v1/entities/": "person-rosa1parks",
    }
    open_to_all = {"/healthz", "/readyz"}
    for operation in [result.ok() for result in document.get_all_operations()]:
        if mode is GenerationMode.NEGATIVE and not (
            any(operation.iter_parameters()) or operation.body
        ):
            continue

        @settings(max_examples=examples(30 if LONG else 3, 2))
        @given(st.sampled_from(sorted(sent)), cases_of(operation, mode, known))
        def ask(who: str, case: Any) -> None:
            status = check(api, case, sent[who])
            if who in ("revoked", "nobody") and case.operation.path not in open_to_all:
                assert status == 401

        with subtests.test(f"{operation.method} {operation.path}"):
            ask()
    assert faults(busy) == []
