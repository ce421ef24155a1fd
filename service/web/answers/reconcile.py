"""Reconciliation as JSON, in the shapes of the Reconciliation Service API 0.2, and a preview.

https://reconciliation-api.github.io/specs/0.2/
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Literal

from service import __version__
from service.entity import ENTITY_TYPES
from service.reconciliation import Candidate
from service.stores.entities import EntityDetail, EntityRow
from service.web.answers.base import Answer

BATCH = 100
PREVIEW_WIDTH, PREVIEW_HEIGHT = 420, 260
TYPE_NAMES = {"person": "Person", "organization": "Organisation", "place": "Place"}
PROPERTY_NAMES = {
    "name": "Name",
    "type": "Type",
    "aliases": "Spellings",
    "articles": "Articles that name it",
    "mentions": "Mentions",
    "first_seen": "First article",
    "last_seen": "Last article",
}
# Spellings that a preview has room for.
_SHOWN = 12
_STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; margin: 12px; color: #1a1a1a; background: #fff }
h1 { font-size: 17px; margin: 0 } p { margin: 2px 0 8px; color: #555 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 0 }
dt { color: #555 } dd { margin: 0 }
"""
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PREVIEW_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'",
    "X-Content-Type-Options": "nosniff",
}


class NamedOut(Answer):
    """A type or a property."""

    id: str
    name: str


class UrlOut(Answer):
    url: str


class PreviewOut(Answer):
    url: str
    width: int
    height: int


class ServiceOut(Answer):
    service_url: str
    service_path: str


class SuggestServicesOut(Answer):
    entity: ServiceOut
    type: ServiceOut
    property: ServiceOut


class ExtendOut(Answer):
    propose_properties: ServiceOut


class ManifestOut(Answer):
    """What the service offers, and where; names of fields are those of the specification."""

    versions: list[str]
    name: str
    identifierSpace: str  # noqa: N815 - the specification's own names
    schemaSpace: str  # noqa: N815
    documentation: str
    serviceVersion: str  # noqa: N815
    batchSize: int  # noqa: N815
    defaultTypes: list[NamedOut]  # noqa: N815
    view: UrlOut
    preview: PreviewOut
    suggest: SuggestServicesOut
    extend: ExtendOut


class CandidateOut(Answer):
    """An entity that may be meant; only a `match` is certain."""

    id: str
    name: str
    description: str
    type: list[NamedOut]
    score: float
    match: bool


class ResultOut(Answer):
    result: list[CandidateOut]


class SuggestedOut(Answer):
    id: str
    name: str
    description: str
    notable: list[NamedOut]


class SuggestedEntitiesOut(Answer):
    result: list[SuggestedOut]


class SuggestedNamesOut(Answer):
    """Types or properties."""

    result: list[NamedOut]


class ProposedOut(Answer):
    properties: list[NamedOut]


Value = dict[Literal["str", "int"], str | int]


class ExtensionOut(Answer):
    """Values by entity and property: none for an entity that there is not."""

    meta: list[NamedOut]
    rows: dict[str, dict[str, list[Value]]]


def manifest_out(base: str) -> ManifestOut:
    """The manifest of the service whose addresses begin with `base`, which ends in a slash."""
    here = f"{base}v1/reconcile"

    def service(path: str) -> ServiceOut:
        return ServiceOut(service_url=here, service_path=path)

    return ManifestOut(
        versions=["0.2"],
        name="Cuttings: people, organisations and places",
        identifierSpace=f"{base}v1/entities/",
        schemaSpace=f"{base}v1/entities?type=",
        documentation=f"{base}docs",
        serviceVersion=__version__,
        batchSize=BATCH,
        defaultTypes=types_named(""),
        view=UrlOut(url=f"{base}v1/entities/{{{{id}}}}"),
        preview=PreviewOut(
            url=f"{here}/preview?id={{{{id}}}}", width=PREVIEW_WIDTH, height=PREVIEW_HEIGHT
        ),
        suggest=SuggestServicesOut(
            entity=service("/suggest/entity"),
            type=service("/suggest/type"),
            property=service("/suggest/property"),
        ),
        extend=ExtendOut(propose_properties=service("/properties")),
    )


def result_out(candidates: Sequence[Candidate]) -> ResultOut:
    return ResultOut(result=[_candidate(candidate) for candidate in candidates])


def _candidate(candidate: Candidate) -> CandidateOut:
    entity = candidate.entity
    return CandidateOut(
        id=entity.key,
        name=entity.name,
        description=_description(entity),
        type=[_type(entity)],
        score=candidate.score,
        match=candidate.match,
    )


def suggested_out(entities: Iterable[EntityRow]) -> SuggestedEntitiesOut:
    return SuggestedEntitiesOut(
        result=[
            SuggestedOut(id=e.key, name=e.name, description=_description(e), notable=[_type(e)])
            for e in entities
        ]
    )


def types_named(prefix: str) -> list[NamedOut]:
    """Types whose id or name begins so."""
    return _named({id_: TYPE_NAMES[id_] for id_ in ENTITY_TYPES}, prefix)


def properties_named(prefix: str) -> list[NamedOut]:
    """Properties whose id or name begins so."""
    return _named(PROPERTY_NAMES, prefix)


def _named(names: Mapping[str, str], prefix: str) -> list[NamedOut]:
    start = prefix.strip().lower()
    return [
        NamedOut(id=id_, name=name)
        for id_, name in names.items()
        if id_.startswith(start) or name.lower().startswith(start)
    ]


def extension_out(
    properties: Sequence[str], entities: Mapping[str, EntityDetail | None]
) -> ExtensionOut:
    """The values of some properties of some entities."""
    return ExtensionOut(
        meta=[NamedOut(id=id_, name=PROPERTY_NAMES[id_]) for id_ in properties],
        rows={
            key: {id_: _values(detail, id_) if detail else [] for id_ in properties}
            for key, detail in entities.items()
        },
    )


def _values(detail: EntityDetail, property_: str) -> list[Value]:
    """Dates are as precise as known, which the type `date` of the specification is not."""
    entity = detail.entity
    match property_:
        case "aliases":
            return [{"str": alias.text} for alias in detail.aliases]
        case "articles" | "mentions":
            return [{"int": entity.articles if property_ == "articles" else entity.mentions}]
        case "first_seen" | "last_seen":
            seen = detail.first_seen if property_ == "first_seen" else detail.last_seen
            return [{"str": seen}] if seen else []
        case _:
            return [{"str": entity.name if property_ == "name" else entity.type}]


def preview_page(detail: EntityDetail) -> str:
    """A page about an entity for a small frame: no script, and no address to ask."""
    entity = detail.entity
    rows = {
        "Spellings": ", ".join(alias.text for alias in detail.aliases[:_SHOWN])
        + (" …" if len(detail.aliases) > _SHOWN else ""),
        "Articles": f"{entity.articles:,}",
        "Mentions": f"{entity.mentions:,}",
        "First article": detail.first_seen or "undated",
        "Last article": detail.last_seen or "undated",
    }
    listed = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in rows.items())
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(entity.name)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(entity.name)}</h1><p>{escape(TYPE_NAMES[entity.type])}</p>"
        f"<dl>{listed}</dl></body></html>"
    )


def _type(entity: EntityRow) -> NamedOut:
    return NamedOut(id=entity.type, name=TYPE_NAMES[entity.type])


def _description(entity: EntityRow) -> str:
    return f"in {entity.articles:,} article{'' if entity.articles == 1 else 's'}"
