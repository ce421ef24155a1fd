"""ninjs, the IPTC's news in JSON: 1.x, 2.x and 3.x, which differ in capitals and in lists.

The standard has no date of publication: the first version's time counts as one, and the time of
this version as that of its update. A correction has no sign in it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from service.article import Article
from service.errors import Unreadable
from service.formats.document import Withdrawn
from service.formats.html_text import is_html, line_of_html, text_of_html
from service.formats.plain_text.outlet import dateline
from service.formats.records.field_values import says_more, shaped
from service.formats.records.own_ninjs import is_own, read_own
from service.formats.sidecar import from_body
from service.formats.stated_fields import check_text, checked, is_version, read_fields

_TYPES = frozenset("text audio video picture graphic composite component event planning".split())
# Names that no other kind of record has, in small letters.
_SIGNS = frozenset(
    "versioncreated firstcreated contentcreated pubstatus headlines bodies descriptions"
    " headline_main body_main body_xhtml body_richtext description_text representationtype"
    " copyrightnotice usageterms infosources infosource renditions associations"
    " embargoeduntil eventdetails".split()
)
_KINDS = {
    "picture": "is a picture, not an article",
    "graphic": "is a graphic, not an article",
    "video": "is a video, not an article",
    "audio": "is a sound recording, not an article",
    "event": "is an event, not an article",
    "planning": "is a planning item, not an article",
    "composite": "is a package without a text of its own",
    "component": "is a part of an article, without a text of its own",
}
_CANCELLED = frozenset(("canceled", "cancelled"))
_STILLS = frozenset(("picture", "graphic"))
_PICTURED = _STILLS | {"video"}
_CAPTION, _CREDIT = frozenset(("caption",)), frozenset(("creditline", "credit"))
_XML = re.compile(r"xml(?!.*html)|nitf", re.IGNORECASE)


class _Part(NamedTuple):
    """One of several headlines, descriptions or bodies; `role` says what for, in small letters."""

    role: str
    kind: str
    value: str


def is_ninjs(raw: Mapping[str, Any]) -> bool:
    """Whether an object is a news item of ninjs: it says so, or has names that only ninjs has."""
    low = {name.lower(): value for name, value in raw.items()}
    standard = raw.get("standard", raw.get("$standard"))
    if isinstance(standard, dict) and "ninjs" in str(standard.get("name")).lower():
        return True
    typed = "type" not in raw or raw["type"] in _TYPES
    is_item = isinstance(raw.get("uri"), str) and typed and not _SIGNS.isdisjoint(low)
    # Whatever else it is: what is taken back must not come in.
    return is_item or _status(low) in _CANCELLED


def read_ninjs(raw: Mapping[str, Any], archive: str = "") -> Article | Withdrawn:
    """The article of a news item, or that it is taken back; Unreadable when it is neither.

    `archive` is the one that reads, to know what it has given away itself.
    """
    for name, value in raw.items():
        check_text(name, value)
    item = {name.lower(): value for name, value in raw.items()}
    if _status(item) in _CANCELLED:
        return _withdrawn(item)
    if _status(item) == "withheld":
        raise Unreadable("is withheld by its source until further notice")
    return read_own(raw, archive) if is_own(raw) else from_body(read_fields(_stated(raw, item)))


def _status(item: Mapping[str, Any]) -> str:
    return str(item.get("pubstatus", "")).lower().rpartition(":")[2]


def _uri(item: Mapping[str, Any]) -> Any:
    uri = _fitting("uri", item.get("uri"))
    return checked("uri", uri) if uri else None


def _withdrawn(item: Mapping[str, Any]) -> Withdrawn:
    uri = _uri(item)
    if uri is None:
        raise Unreadable("is withdrawn by its source, but has no uri to tell what")
    return Withdrawn("withdrawn by its source", uri=uri, source=_source(item))


def _stated(raw: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    title = _title(item)
    body = _without(title, _body(item))
    pictures = list(_pictures(item))
    taken = {
        "uri": _uri(item),
        "title": title,
        "standfirst": _standfirst(item, body),
        "body": body,
        "authors": _fitting("authors", item.get("by") or item.get("byline")),
        "source": _source(item),
        "language": _fitting("language", item.get("language")),
        "version": _version(item.get("version")),
        "rights": "\n".join(_texts(item, "copyrightnotice", "usageterms")) or None,
        "topics": _topics(item),
        "captions": [caption for picture in pictures if (caption := _caption(picture))],
        "credits": list(dict.fromkeys(c for picture in pictures for c in _credits(picture))),
        "dateline": _fitting("dateline", item.get("located")) if not dateline(body) else None,
        "embargoed_until": item.get("embargoeduntil") or item.get("embargoed"),
        **_dates(item),
    }
    stated = {name: value for name, value in taken.items() if value not in (None, "", [])}
    return stated | {"extra": _extra(raw, stated)}


def _body(item: Mapping[str, Any]) -> str:
    """The text in the form that shows its paragraphs."""
    kind = str(item.get("type"))
    texts = []
    # What pictures have for a text repeats their caption.
    parts = () if kind in _STILLS else _parts(item, "bodies", "body")
    for part in sorted(parts, key=_worth):
        text = _plain(part)
        if any(map(str.isalnum, text)):
            texts.append(text)
    if not texts:
        raise Unreadable(_KINDS.get(kind, "has no text"))
    return next((text for text in texts if "\n" in text.strip()), texts[0])


def _without(title: str | None, body: str) -> str:
    """The body without a first line that repeats the headline."""
    first, _, rest = body.strip().partition("\n")
    return rest if title and rest.strip() and first.split() == title.split() else body


def _worth(part: _Part) -> int:
    """Plain text first, then HTML, then other markup."""
    kind = part.role + part.kind
    return 2 if _XML.search(kind) else int("html" in kind or is_html(part.value))


def _plain(part: _Part) -> str:
    marked_up = "html" in part.role or "ml" in part.kind or is_html(part.value)
    return text_of_html(part.value) if marked_up else part.value


def _parts(item: Mapping[str, Any], many: str, one: str) -> Iterator[_Part]:
    """Of 2.x and 3.x the list `bodies`, of 1.x `body` and each `body_…`."""
    listed = item.get(many)
    for part in listed if isinstance(listed, list) else ():
        if isinstance(part, dict) and isinstance(part.get("value"), str):
            low = {name.lower(): value for name, value in part.items()}
            yield _Part(
                str(low.get("role", "")).lower(),
                str(low.get("contenttype", "")).lower(),
                part["value"],
            )
    for name in sorted(item, key=lambda name: (name != one, not name.endswith(("_main", "_text")))):
        if (name == one or name.startswith(f"{one}_")) and isinstance(item[name], str):
            yield _Part(name[len(one) + 1 :], "", item[name])


def _title(item: Mapping[str, Any]) -> str | None:
    parts = [part for part in _parts(item, "headlines", "headline") if part.value.strip()]
    parts.sort(key=lambda part: part.role not in ("main", "", "hl1"))
    if parts:
        return line_of_html(parts[0].value)
    return next(iter(_texts(item, "title")), None)


def _standfirst(item: Mapping[str, Any], body: str) -> str | None:
    """A description that the body does not begin with anyway."""
    for part in _descriptions(item):
        text = _plain(part)
        if part.role not in _CAPTION | _CREDIT and " ".join(text.split()) not in " ".join(
            body.split()
        ):
            return text
    return None


def _descriptions(item: Mapping[str, Any]) -> list[_Part]:
    parts = _parts(item, "descriptions", "description")
    return [part for part in parts if any(map(str.isalnum, part.value))]


def _pictures(item: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Pictures and videos that belong to the text: by name in 1.x, a list later."""
    linked = item.get("associations")
    values = list(linked.values()) if isinstance(linked, dict) else linked
    for value in values if isinstance(values, list) else ():
        if isinstance(value, dict) and value.get("type") in _PICTURED:
            yield {name.lower(): inner for name, inner in value.items()}


def _caption(picture: Mapping[str, Any]) -> str | None:
    parts = [part for part in _descriptions(picture) if part.role not in _CREDIT]
    return line_of_html(_plain(parts[0])) if parts else None


def _credits(picture: Mapping[str, Any]) -> list[str]:
    lines = [part.value for part in _descriptions(picture) if part.role in _CREDIT]
    return lines[:1] or _texts(picture, "by", "byline", "copyrightholder")[:1]


def _source(item: Mapping[str, Any]) -> str | None:
    """The first of the parties that the content is said to come from."""
    named = _names(item, "infosources", "infosource")
    return named[0] if named else next(iter(_texts(item, "provider")), None)


def _topics(item: Mapping[str, Any]) -> list[str]:
    kinds = ("subjects", "subject", "genres", "genre", "keywords")
    return list(dict.fromkeys(_names(item, *kinds)))


def _names(item: Mapping[str, Any], *fields: str) -> list[str]:
    values = [item[field] for field in fields if isinstance(item.get(field), list)]
    entries = [
        entry.get("name") if isinstance(entry, dict) else entry for v in values for entry in v
    ]
    return [entry for entry in entries if isinstance(entry, str) and entry.strip()]


def _texts(item: Mapping[str, Any], *names: str) -> list[str]:
    values = [item.get(name) for name in names]
    return [value for value in values if isinstance(value, str) and value.strip()]


def _dates(item: Mapping[str, Any]) -> dict[str, Any]:
    version = _fitting("updated_at", item.get("versioncreated"))
    created = [item.get("firstcreated"), item.get("contentcreated")]
    # What was created as the first version was first created then.
    created += [version] if _version(item.get("version")) == 1 else []
    dates = [date for value in created if (date := _fitting("published_at", value))]
    return {"published_at": dates[0] if dates else None, "updated_at": version}


def _version(value: object) -> int | None:
    number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) else value
    return number if isinstance(number, int) and is_version(number) else None


def _fitting(field: str, value: object) -> Any:
    """The value in the shape of our field, or None when it has another."""
    try:
        text = shaped(field, field, value) if value else None
        return text if text and checked(field, text) else None
    except ValueError:
        return None


def _extra(raw: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """What has no place of its own, under the names that it had."""
    kept: dict[str, Any] = {}
    for name, value in raw.items():
        low = name.lower()
        if low == "ednote" and isinstance(value, str) and value.strip():
            kept["notes"] = [value]
        elif low in ("by", "byline") and says_more("authors", value):
            kept[name] = value
        elif low in _LISTS and isinstance(value, list) and len(value) == 1:
            continue
        elif low.startswith("body_"):
            continue  # the same text, marked up in other ways
        elif _PLACES.get(low) not in stated and value not in (None, "", [], {}):
            kept[name] = value
    return kept


_LISTS = frozenset(("headlines", "infosources", "infosource"))
# The field in which the whole of a value of ninjs is kept.
_PLACES = {
    "uri": "uri",
    "by": "authors",
    "byline": "authors",
    "language": "language",
    "version": "version",
    "versioncreated": "updated_at",
    "firstcreated": "published_at",
    "embargoed": "embargoed_until",
    "embargoeduntil": "embargoed_until",
    "copyrightnotice": "rights",
    "usageterms": "rights",
    "headline": "title",
    "headline_main": "title",
    "located": "dateline",
    "bodies": "body",
    "provider": "source",
}
