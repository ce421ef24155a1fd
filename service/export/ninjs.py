"""ninjs 3.0, the IPTC's news in JSON (https://iptc.org/standards/ninjs/), an item a line.

What was derived or detected here is no statement of the source, and stays out. Dates are date-times
there: of a date without a time the note to the receiver tells, rather than a midnight that nobody
stated.
"""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from service.article import Article
from service.dates import Moment
from service.entity import EntityType
from service.export.exported import Exported, ExportFormat
from service.export.ndjson import MEDIA_TYPE, as_line
from service.formats.records.own_ninjs import CORRECTION, KEY, SOURCE, URN, byline
from service.stores.entities import EntityRow

STANDARD = {
    "name": "ninjs",
    "version": "3.0",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json#",
}
# What RFC 3986 lets stand in an address.
_SIGNS = r"A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;="
_URI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:(?:[{_SIGNS}]|%[0-9A-Fa-f]{{2}})+")
_CALLED: dict[EntityType, str] = {
    "person": "people",
    "organization": "organisations",
    "place": "places",
}


def item_of(exported: Exported) -> dict[str, Any]:
    """An article as a ninjs item; what is not known is left out."""
    article = exported.filed.article
    item = {
        "standard": STANDARD,
        "uri": article.uri if _is_uri(article.uri) else exported.urn,
        "type": "text",
        "representationType": "full",
        # The count of the archive would be compared with the numbers of the source.
        "version": None if article.version is None else str(article.version),
        **_dates(article),
        "pubStatus": "usable",
        "language": None if article.language_detected else article.language,
        "copyrightNotice": article.rights,
        "edNote": "\n".join(_notes(article)),
        "by": byline(article.authors),
        **_texts(article),
        "subjects": [{"name": topic} for topic in article.topics],
        **{name: _named(type_, exported.entities) for type_, name in _CALLED.items()},
        "infoSources": _sources(article),
        "renditions": [{"name": "web", "href": _address(article.url)}] if article.url else [],
        "altIds": _other_ids(exported),
    }
    return {name: value for name, value in item.items() if value}


def _texts(article: Article) -> dict[str, Any]:
    described = (
        *(("standfirst", text) for text in (article.standfirst,) if text),
        *(("caption", text) for text in article.captions),
        *(("credit", text) for text in article.credits),
    )
    body = {"role": "main", "contentType": "text/plain", "charCount": len(article.body)}
    stated = [] if article.title_derived else [{"role": "main", "value": article.title}]
    return {
        "headlines": stated if article.title else [],
        "descriptions": [
            {"role": role, "contentType": "text/plain", "value": text} for role, text in described
        ],
        "bodies": [body | {"value": article.body}],
    }


def _dates(article: Article) -> dict[str, str | None]:
    return {
        "firstCreated": _date_time(article.published),
        "versionCreated": _date_time(article.updated) or _date_time(article.published),
        "embargoedUntil": _date_time(article.embargoed_until),
    }


def _date_time(moment: Moment | None) -> str | None:
    return moment.iso if moment is not None and moment.precision != "day" else None


def _notes(article: Article) -> Iterable[str]:
    if article.correction:
        yield f"{CORRECTION}{article.correction}"
    said = {"Published": article.published, "Updated": article.updated}
    for what, moment in said.items():
        if moment is not None and moment.precision == "day":
            yield f"{what} on {moment.shown}"


def _named(type_: EntityType, entities: tuple[EntityRow, ...]) -> list[dict[str, str]]:
    return [
        {"name": entity.name, "rel": "mentions", "literal": entity.key}
        for entity in entities
        if entity.type == type_
    ]


def _sources(article: Article) -> list[dict[str, str]]:
    return [{"name": article.source}] if article.source and not article.source_derived else []


def _other_ids(exported: Exported) -> list[dict[str, str]]:
    uri = exported.filed.article.uri
    own = [{"role": KEY, "value": exported.filed.key}, {"role": URN, "value": exported.urn}]
    return own + ([{"role": SOURCE, "value": uri}] if uri else [])


def _is_uri(text: str | None) -> bool:
    return text is not None and _URI.fullmatch(text) is not None


def _address(url: str) -> str:
    """As it is where it is a URI; what other scripts and signs are in it, percent-encoded."""
    return url if _is_uri(url) else quote(url, safe="%:/?#[]@!$&'()*+,;=~")


def _write(exported: Exported) -> str:
    return as_line(item_of(exported))


FORMAT = ExportFormat("ninjs", MEDIA_TYPE, "cuttings-ninjs.ndjson", _write)
