"""Examples for /openapi.json, and the one error shape that every path declares."""

from typing import Any

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "A section of docs/errors.md"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message"],
                "properties": {
                    "parameter": {"type": "string"},
                    "pointer": {"type": "string"},
                    "message": {"type": "string"},
                    "offset": {"type": "integer"},
                    "length": {"type": "integer"},
                },
            },
        },
    },
}

_ERRORS = {
    401: "A valid API key is needed",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "The path does not know this method",
    413: "The body is too large",
    415: "The body is in a format that is not read",
    422: "The request cannot be understood",
    501: "This is promised but not built yet",
    503: "The archive is busy",
}


def _problem(status: int, title: str) -> dict[str, Any]:
    example = {"type": "/errors/…", "title": title, "status": status, "detail": "What to do"}
    content = {"application/problem+json": {"schema": _PROBLEM, "example": example}}
    return {"description": title, "content": content}


PROBLEMS: dict[int | str, dict[str, Any]] = {s: _problem(s, t) for s, t in _ERRORS.items()}


def _answers(example: Any) -> dict[int | str, dict[str, Any]]:
    ok = {"content": {"application/json": {"example": example}}}
    fresh = {"description": "Nothing has changed since the ETag in If-None-Match"}
    return {200: ok, 304: fresh, **PROBLEMS}


_VALUES = {
    "values": [{"value": "person-josonggil", "label": "Jo Song Gil", "count": 2}],
    "exact": True,
    "more": True,
}
_HIT = {
    "key": "8c0a9c1f5b2e4d77",
    "title": "North Korea's Rome ambassador defects to West",
    "title_derived": False,
    "source": None,
    "source_derived": False,
    "authors": [],
    "published_at": None,
    "url": None,
    "language": None,
    "score": 0.000002,
    "copies": 0,
    "snippets": [
        {"field": "body", "text": "Jo Song-gil, the envoy to Rome", "highlights": [[0, 11]]}
    ],
}
SEARCH = _answers(
    {
        "total": 2,
        "groups": 2,
        "took_ms": 3.1,
        "query": {
            "text": "jo song-gil",
            "understood": "jo song-gil",
            "match": "all",
            "expanded": [],
            "did_you_mean": None,
        },
        "hits": [_HIT],
        "facets": {"person": _VALUES},
        "next": None,
        "diagnostics": [],
    }
)
SUGGESTIONS = _answers(
    {
        "suggestions": [
            {"text": "Jo Song Gil", "kind": "entity", "key": "person-josonggil", "count": 2},
            {"text": "joined", "kind": "word", "key": None, "count": 1},
        ]
    }
)
FACETS = _answers({"facets": {"person": _VALUES}})
FACET = _answers(_VALUES)
ENTITY_EXAMPLE = {
    "key": "person-josonggil",
    "name": "Jo Song Gil",
    "type": "person",
    "aliases": [{"text": "Jo Song-gil", "count": 1}, {"text": "Mr Jo", "count": 9}],
    "articles": 2,
    "mentions": 19,
    "first_seen": None,
    "last_seen": None,
}
ENTITY = _answers(ENTITY_EXAMPLE)
ENTITIES = _answers({"total": 1, "entities": [ENTITY_EXAMPLE], "next": None})
ARTICLE = _answers(
    {
        "key": "8c0a9c1f5b2e4d77",
        "title": "North Korea's Rome ambassador defects to West",
        "body": "A high level defection from one of North Korea's most important embassies …",
        "captions": ["(FILES) In this file photo taken on June 12, 2018, …"],
        "credits": ["AFP", "SAUL LOEB"],
        "entities": [
            {"key": "person-josonggil", "name": "Jo Song Gil", "type": "person", "count": 12}
        ],
        "mentions": [
            {
                "entity": "person-josonggil",
                "type": "person",
                "field": "body",
                "start": 125,
                "end": 136,
                "text": "Jo Song-gil",
            }
        ],
    }
)
SIMILAR = _answers(
    {
        "total": 1,
        "articles": [
            {
                "key": "8c0a9c1f5b2e4d77",
                "title": "North Korea's Rome ambassador defects to West",
                "title_derived": False,
                "source": None,
                "source_derived": False,
                "authors": [],
                "published_at": None,
                "url": None,
                "language": "en",
                "score": 0.41,
                "why": {
                    "words": ["ambassador", "rome"],
                    "entities": [
                        {"key": "person-josonggil", "name": "Jo Song Gil", "type": "person"}
                    ],
                },
            }
        ],
        "next": None,
    }
)
REDIRECT: dict[int | str, dict[str, Any]] = {
    307: {"description": "To the article"},
    **PROBLEMS,
}
HEALTH: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": {"status": "ok"}}}},
    **PROBLEMS,
}
