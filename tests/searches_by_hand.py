"""The documents and searches of tests/cases/search.json, which every engine has to answer alike."""

import json
from pathlib import Path
from typing import Any

from conftest import Archive, open_archive

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.search import Ask

CASES = json.loads((Path(__file__).parent / "cases" / "search.json").read_text("utf-8"))


def name_of(case: dict[str, Any]) -> str:
    """What a case is called among the tests."""
    return f"{case['q']}{case.get('with', '')}"


def asked_in(case: dict[str, Any]) -> Ask:
    options = dict(case.get("with", {}))
    for name in ("filters", "excluded"):
        if name in options:
            options[name] = {f: tuple(v) for f, v in options[name].items()}
    return Ask(q=case["q"], **options)


def person(name: str, start: int, alias: str = "") -> Mention:
    """A mention in the body."""
    key = "person-" + "".join(c for c in name.lower() if c.isalpha())
    entity = EntityName(key, name, "person")
    said = alias or name
    return Mention("body", start, start + len(said), said, said, "person", entity, "model", 0.9)


def library_in(folder: Path) -> Archive:
    """An archive with the documents."""
    archive = open_archive(folder)
    for document in CASES["documents"]:
        fields: dict[str, Any] = {
            n: tuple(v) if isinstance(v, list) else v for n, v in document.items()
        }
        published = fields.pop("published_at", None)
        people = fields.pop("people", ())
        archive.add(
            Article(**fields, published=parse_moment(published) if published else None),
            [person(name, document["body"].index(name)) for name in people],
        )
    return archive
