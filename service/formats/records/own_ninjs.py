"""An item of ninjs that an archive like this one has given away, under the key that it had there.

Its fields are where the export puts them: descriptions by roles of ours, dates without a time and
the correction in the note to the receiver. ninjs has no place for related links, subheadings and
what is kept in `extra`, so it is not all of the article.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.article import Article
from service.errors import Unreadable
from service.formats.sidecar import from_body
from service.formats.stated_fields import checked, read_fields
from service.formats.urns import urn_of

KEY, URN, SOURCE = "cuttings", "urn", "source"  # roles in `altIds`
CORRECTION = "Correction: "
_DAY = re.compile(r"(Published|Updated) on (\d{4}-\d{2}-\d{2})", re.ASCII)
_FROM_HERE = "was given away by this archive, which has more of it: only NDJSON and CSV come back"
_DAYS = {"Published": "published_at", "Updated": "updated_at"}


def byline(authors: Sequence[str]) -> str:
    """Authors in one line, so that it can be taken apart again."""
    return ("; " if any("," in author for author in authors) else ", ").join(authors)


def is_own(raw: Mapping[str, Any]) -> bool:
    """Whether an archive has written the item, and nobody has changed its key."""
    return _key(raw) is not None


def read_own(raw: Mapping[str, Any], archive: str) -> Article:
    """The article in it, as far as it is in it; Unreadable, with the field, for what is none.

    Also for what `archive` has written itself: there it would replace a text with a poorer one.
    """
    key = _key(raw)
    if archive and urn_of(archive, key or "") in _values(raw.get("altIds"), URN):
        raise Unreadable(_FROM_HERE)
    texts = _texts(raw.get("bodies"), "value")
    if not texts:
        raise Unreadable("has no text")
    first, version = raw.get("firstCreated"), raw.get("versionCreated")
    by = raw.get("by")
    taken = {
        "key": key,
        "uri": next(_values(raw.get("altIds"), SOURCE), None),
        "title": next(iter(_texts(raw.get("headlines"), "value")), None),
        "standfirst": next(_values(raw.get("descriptions"), "standfirst"), None),
        "body": texts[0],
        "captions": [*_values(raw.get("descriptions"), "caption")],
        "credits": [*_values(raw.get("descriptions"), "credit")],
        "authors": re.split("; " if "; " in by else ", ", by) if isinstance(by, str) else None,
        "topics": _texts(raw.get("subjects"), "name"),
        "source": next(iter(_texts(raw.get("infoSources"), "name")), None),
        "url": next(iter(_texts(raw.get("renditions"), "href")), None),
        "rights": raw.get("copyrightNotice"),
        "language": raw.get("language"),
        "version": _number(raw.get("version")),
        "published_at": first,
        # Where nobody has said when it was updated, the time of its publication stands there.
        "updated_at": version if version != first else None,
        "embargoed_until": raw.get("embargoedUntil"),
    }
    stated = {name: value for name, value in taken.items() if value}
    return from_body(read_fields(_noted(raw.get("edNote")) | stated))


def _key(raw: Mapping[str, Any]) -> str | None:
    key = next(_values(raw.get("altIds"), KEY), None)
    try:
        return checked("key", key) if key else None
    except ValueError:
        return None


def _noted(note: object) -> dict[str, Any]:
    """What the note says in the words of the export; others would stay a note."""
    lines = note.split("\n") if isinstance(note, str) and note.strip() else []
    noted: dict[str, Any] = {}
    while lines and (day := _DAY.fullmatch(lines[-1])):
        noted[_DAYS[day[1]]] = day[2]
        lines.pop()
    rest = "\n".join(lines)
    if rest.startswith(CORRECTION):
        noted |= {"status": "corrected", "correction": rest.removeprefix(CORRECTION)}
    elif rest:
        noted["extra"] = {"notes": [rest]}
    return noted


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value) else None


def _texts(listed: object, name: str) -> list[str]:
    return [item[name] for item in _dicts(listed) if isinstance(item.get(name), str)]


def _values(listed: object, role: str) -> Iterator[str]:
    return (
        item["value"]
        for item in _dicts(listed)
        if item.get("role") == role and isinstance(item.get("value"), str)
    )


def _dicts(listed: object) -> list[dict[str, Any]]:
    items = listed if isinstance(listed, list) else []
    return [item for item in items if isinstance(item, dict)]
