"""NDJSON: an article a line, with the names and fields that the API answers with.

Without mentions, which are offsets into a text that whoever receives it may have changed. Read in
again a line gives the same article.
"""

import json
from typing import Any

from service.dates import Moment
from service.export.exported import Exported, ExportFormat

MEDIA_TYPE = "application/x-ndjson"
_UNCHANGED = (
    *("uri", "title", "title_derived", "standfirst", "body", "captions", "authors", "credits"),
    *("dateline", "related", "source", "source_derived", "url", "origin", "language"),
    *("language_detected", "topics", "rights"),
)
# Line ends to some readers, though JSON lets them stand: written as escapes they are none to any.
_LINE_ENDS = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"})


def fields_of(exported: Exported) -> dict[str, Any]:
    """An article as the API tells it, but for its mentions."""
    filed, article = exported.filed, exported.filed.article
    return {
        "key": filed.key,
        **{name: getattr(article, name) for name in _UNCHANGED},
        "subheadings": [
            {"start": h.start, "end": h.end, "text": h.text} for h in article.subheadings
        ],
        "published_at": _shown(article.published),
        "published_precision": article.published.precision if article.published else None,
        "updated_at": _shown(article.updated),
        "ingested_at": filed.ingested_at,
        "version": filed.version,
        "stated_version": article.version,
        "status": article.status,
        "correction": article.correction,
        "embargoed_until": _shown(article.embargoed_until),
        "tagger": filed.tagger,
        "extra": dict(article.extra),
        "entities": [
            {"key": e.key, "name": e.name, "type": e.type, "count": e.mentions}
            for e in exported.entities
        ],
    }


def as_line(value: Any) -> str:
    """JSON in one line, whatever a reader takes for the end of one."""
    packed = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return packed.translate(_LINE_ENDS) + "\n"


def _write(exported: Exported) -> str:
    return as_line(fields_of(exported))


def _shown(moment: Moment | None) -> str | None:
    return moment.shown if moment is not None else None


FORMAT = ExportFormat("ndjson", MEDIA_TYPE, "cuttings.ndjson", _write)
