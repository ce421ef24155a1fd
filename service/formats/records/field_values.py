"""The values of other people's fields in the shape that ours have.

A text may be marked up, or stand in an object ({"rendered": …}, {"name": …}); an author may be an
object, and several may stand in one line. ValueError where a value has no such shape.
"""

import re
from collections.abc import Callable
from typing import Any

from service.dates import Moment, parse_moment
from service.formats.html_text import is_html, line_of_html, text_of_html
from service.formats.mail_dates import mail_moment
from service.formats.plain_text.byline import read_byline
from service.formats.plain_text.stated_dates import read_date
from service.formats.stated_authors import authors_in, is_nobody

_TEXTS = (
    *("rendered", "main", "original", "name", "full_name", "value", "text", "label", "title"),
    *("webTitle", "content", "html", "#text", "$t", "term"),
)
_ZONELESS = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?", re.ASCII)
# “2020-01-02 10:00:00 +0100”, as Ruby writes it.
_SPACED_ZONE = re.compile(r"(?<=\d)\s+([+-]\d{2}:?\d{2}|Z|UTC|GMT)$", re.ASCII)
_COMMAS = re.compile(r"\s*[,;|]\s*")
_LISTED = re.compile(r"\s*[;|]\s*")
# A subheading is taken with all three of its parts, of any other object one text is.
_SUBHEADING = 3
# A keyword may be an object of its kind and itself: {"name": "subject", "value": "Harbors"}.
_TOPIC_TEXTS = ("value", *(key for key in _TEXTS if key != "value"))
_SINGLE = frozenset(("body", "title", "standfirst"))
# Fields that hold several words in one text, with commas between them.
_WITH_COMMAS = frozenset("keywords keyword news_keywords tags tag".split())


def shaped(field: str, name: str, value: Any) -> Any:
    """The value as our field takes it; `name` is what the input calls it."""
    shape = _SHAPES.get(field)
    return shape(name, value) if shape else value


def zoneless_day(value: Any) -> str | None:
    """The date of a time without a zone: all that such a time tells for sure."""
    found = _ZONELESS.fullmatch(value.strip()) if isinstance(value, str) else None
    return found[1] if found else None


def says_more(field: str, value: Any) -> bool:
    """Whether a value holds more than our field takes of it, so that it must be kept as well."""
    items = value if isinstance(value, list) else [value]
    taken = _SUBHEADING if field == "subheadings" else 1
    if any(isinstance(item, dict) and len(item) > taken for item in items):
        return True
    if field == "authors":
        texts = [item for item in items if isinstance(item, str)]
        bylines = [read_byline(item) for item in texts]
        said_more = any(byline and byline.says_more for byline in bylines)
        return said_more or any(map(is_nobody, texts))
    return field.endswith("_at") and zoneless_day(value) is not None


def left_of(field: str, value: Any) -> Any:
    """What must be kept of a value beside what our field takes of it; None if that is all."""
    if not says_more(field, value):
        return None
    used = _used(value) if field in _SINGLE and isinstance(value, dict) else None
    return {name: part for name, part in value.items() if name != used} if used else value


def _used(value: dict[str, Any], keys: tuple[str, ...] = _TEXTS) -> str | None:
    """The name under which an object holds its text."""
    return next((key for key in keys if isinstance(value.get(key), str)), None)


def _text(_name: str, value: Any, keys: tuple[str, ...] = _TEXTS) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get(_used(value, keys) or "")
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


def _line(name: str, value: Any) -> str:
    return line_of_html(_text(name, value))


def _prose(name: str, value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        value = "\n\n".join(value)
    text = _text(name, value)
    return text_of_html(text) if is_html(text) else text


def _identifier(name: str, value: Any) -> str:
    return str(value) if type(value) is int else _text(name, value)


def _authors(name: str, value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(author for item in items for author in _names(name, item)))


def _names(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, dict) and not _used(value):
        parts = (value.get(key) for key in ("first_name", "firstname", "last_name", "lastname"))
        value = " ".join(part for part in parts if isinstance(part, str))
    return authors_in(_line(name, value))


def _topics(name: str, value: Any) -> list[str]:
    if isinstance(value, str):
        mark = _COMMAS if name in _WITH_COMMAS else _LISTED
        value = mark.split(line_of_html(value).strip())
    return _items(name, value, _TOPIC_TEXTS)


def _items(name: str, value: Any, keys: tuple[str, ...] = _TEXTS) -> list[str]:
    items = value if isinstance(value, list) else [value]
    lines = (line_of_html(_text(name, item, keys)) for item in items)
    return [line for line in lines if line.strip()]


def _date(name: str, value: Any) -> str:
    """A date as it is stated: the day alone where the zone is missing."""
    text = _text(name, value).strip()
    if day := zoneless_day(text):
        return f"{text}Z" if name.endswith(("_gmt", "_utc")) else day
    moment = _moment(text)
    if moment is None:
        raise ValueError(f"“{text[:60]}” is no date")
    return moment.shown


def _zone(found: re.Match[str]) -> str:
    return found[1] if found[1][0] in "+-" else "Z"


def _moment(text: str) -> Moment | None:
    try:
        return parse_moment(_SPACED_ZONE.sub(_zone, text))
    except ValueError:
        return read_date(text) or mail_moment(text)


_SHAPES: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("title", "dateline", "source", "url", "language"), _line),
    **dict.fromkeys(("body", "standfirst", "rights", "correction"), _prose),
    **dict.fromkeys(("captions", "credits", "related"), _items),
    "uri": _identifier,
    "authors": _authors,
    "topics": _topics,
    "published_at": _date,
    "updated_at": _date,
}
