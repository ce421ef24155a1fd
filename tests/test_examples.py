"""Every example of /openapi.json is what its own schema allows."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from conftest import Client


@pytest.fixture(scope="module")
def document(api: Client) -> Any:
    return api.get("/openapi.json").json()


def examples_in(node: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(place, schema, example) for each, whether it stands beside its schema or within it."""
    if isinstance(node, list):
        for number, part in enumerate(node):
            yield from examples_in(part, f"{place}/{number}")
    if not isinstance(node, dict):
        return
    schema = node.get("schema", node)
    shown = node.get("examples", [])
    several = [e["value"] for e in shown.values()] if isinstance(shown, dict) else shown
    for example in [*([node["example"]] if "example" in node else []), *several]:
        yield place, schema, example
    for name, part in node.items():
        if name not in ("example", "examples"):
            yield from examples_in(part, f"{place}/{name}")


def test_every_example_fits_its_schema(document: Any) -> None:
    found = list(examples_in(document))
    for place, schema, example in found:
        whole = {"components": document["components"], "allOf": [schema]}
        faults = jsonschema_rs.Draft202012Validator(whole).iter_errors(example)
        assert not [fault.message for fault in faults], place
    assert sum("/responses/200/content/" in place for place, _, _ in found) >= 11


def test_an_example_that_lacks_a_key_would_be_found(document: Any) -> None:
    schema = {"$ref": "#/components/schemas/EntityOut", "components": document["components"]}
    assert not jsonschema_rs.is_valid(schema, {"key": "person-josonggil"})


def test_the_offsets_of_the_examples_are_right(document: Any) -> None:
    """Whoever copies them learns from them."""
    articles = [e for _, _, e in examples_in(document) if isinstance(e, dict) and "body" in e]
    spans = [(*a.get("mentions", []), *a.get("subheadings", [])) for a in articles]
    assert any(spans)
    for article, inside in zip(articles, spans, strict=True):
        for span in inside:
            assert article["body"][span["start"] : span["end"]] == span["text"]


def test_every_parameter_is_described(document: Any) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query":
                    assert parameter.get("description"), f"{path} {parameter['name']}"
