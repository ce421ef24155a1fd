"""Fields that a sidecar or front matter states, under our names or common ones, checked.

What has no place of its own goes to `extra` as it is. Every fault names the field as it was
written.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from service.dates import Moment, parse_moment
from service.errors import Unreadable
from service.formats.plain_text.byline import read_byline

_ALIASES = {
    "title": "headline heading",
    "standfirst": "subtitle deck dek strapline subheadline",
    "authors": "author byline bylines by",
    "topics": "topic tags tag keywords keyword subjects",
    "captions": "caption",
    "credits": "credit photo_credit",
    "source": "publication outlet publisher newspaper",
    "url": "link permalink canonical_url",
    "language": "lang",
    "rights": "copyright",
    "published_at": "date published published_on date_published publication_date publish_date"
    " pub_date pubdate",
    "updated_at": "updated updated_on date_updated modified modified_at date_modified last_modified"
    " last_updated lastmod",
    "embargoed_until": "embargo embargo_until",
}
_CANONICAL = {alias: name for name, aliases in _ALIASES.items() for alias in aliases.split()}
# The names that articles have inside, where they differ from those that inputs use.
_INSIDE = {"published_at": "published", "updated_at": "updated"}

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}")
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
# BCP 47 without the registrations of before 2006.
_LANGUAGE = re.compile(
    r"[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*(?:-[0-9A-WYZa-wyz](?:-[A-Za-z0-9]{2,8})+)*"
    r"(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?",
    re.ASCII,
)
_UNFIT = re.compile("[\0\ud800-\udfff]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DEEPEST = 64
# The largest number that SQLite keeps as one.
_LAST_VERSION = 2**63 - 1
_SHOWN = 60


def read_fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Checked values by the name of the article's field, and the rest under `extra`."""
    for name, value in raw.items():
        check_text(name, value)
    stated: dict[str, Any] = {}
    extra = dict(raw["extra"]) if isinstance(raw.get("extra"), dict) else {}
    # Our own names first: beside a title, a headline is something else and goes to extra.
    for name in sorted(raw, key=lambda name: plain_name(name) not in _CHECKS):
        field = _field(name)
        is_taken = field in _CHECKS and _INSIDE.get(field, field) in stated
        if field is None or is_taken or (field == "version" and not is_version(raw[name])):
            extra[name] = raw[name]
        elif field in _CHECKS and raw[name] is not None:
            _state(stated, field, name, raw[name])
    if "extra" in raw and not isinstance(raw["extra"], dict):
        extra["extra"] = raw["extra"]
    return stated | ({"extra": extra} if extra else {})


def _state(stated: dict[str, Any], field: str, name: str, raw: object) -> None:
    try:
        value = _CHECKS[field](raw)
    except ValueError as fault:
        raise Unreadable(f"{_shown(name)}: {fault}") from fault
    if value is not None:
        stated[_INSIDE.get(field, field)] = value


def is_field(name: str) -> bool:
    """Whether the archive has a place for an input field of this name."""
    return _field(name) is not None


def field_of_name(name: str) -> str | None:
    """Our field that a name in a sidecar or front matter means, if any."""
    field = _field(name)
    return field if field in _CHECKS else None


def checked(field: str, value: object) -> Any:
    """The value as the field of our name keeps it, None if it states nothing; else ValueError."""
    try:
        check_text(field, value)
        return _CHECKS[field](value)
    except Unreadable as fault:
        raise ValueError(fault.detail) from fault


def plain_name(name: str) -> str:
    """`pub_date`, of pubDate, Pub-Date and PUB DATE."""
    return _plain_name(name) if len(name) <= _SHOWN else _made_plain(name)


def _made_plain(name: str) -> str:
    return _CAMEL.sub("_", name.strip()).lower().replace("-", "_").replace(" ", "_")


# Each record has the same names as the one before.
_plain_name = lru_cache(maxsize=4096)(_made_plain)


def _field(name: str) -> str | None:
    """The field that a name means; None for a name of the input's own."""
    plain = plain_name(name)
    field = _CANONICAL.get(plain, plain)
    return field if field in _CHECKS or name == "extra" else None


def check_text(name: str, value: object) -> None:
    """Unreadable for what cannot be stored: half of a surrogate pair, NUL, nesting without end."""
    waiting: list[tuple[object, int]] = [(name, 0), (value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Unreadable(f"{_shown(name)}: is nested too deeply")
        if isinstance(item, str) and _UNFIT.search(item):
            raise Unreadable(f"{_shown(name)}: holds a NUL character or half of a surrogate pair")
        if isinstance(item, dict):
            waiting += ((part, depth + 1) for pair in item.items() for part in pair)
        elif isinstance(item, list):
            waiting += ((part, depth + 1) for part in item)


def _shown(text: str) -> str:
    """Safe to print, and short."""
    safe = text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")
    return safe if len(safe) <= _SHOWN else safe[:_SHOWN] + "…"


def _text(value: object) -> str | None:
    """Text with plain line feeds for its line ends; blank text states nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError("must be text")
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return value if value.strip() else None


def _line(value: object) -> str | None:
    """Text in one line, since items are kept one a line."""
    text = _text(value)
    return text and " ".join(part.strip() for part in text.splitlines() if part.strip())


def _lines(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    try:
        return tuple(line for item in items if (line := _line(item)))
    except ValueError:
        raise ValueError("must be a text or a list of texts") from None


def _authors(value: object) -> tuple[str, ...]:
    """“By Jane Doe and John Roe” is two authors; any other text is one."""
    byline = read_byline(value) if isinstance(value, str) else None
    return byline.authors if byline and not byline.says_more else _lines(value)


def _body(value: object) -> str:
    text = _text(value)
    if text is None:
        raise ValueError("is empty")
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return "\n".join(lines[filled[0] : filled[-1] + 1])


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _moment(value: object) -> Moment | None:
    text = _line(value)
    if text is None:
        return None
    shown = _shown(text)
    try:
        return parse_moment(text)
    except ValueError as fault:
        told = str(fault)
        raise ValueError(told if shown in told else f"“{shown}” is no date: {told}") from None


def _status(value: object) -> str:
    if value not in ("published", "corrected"):
        raise ValueError("must be published or corrected")
    return str(value)


def _matching(shape: re.Pattern[str], wanted: str) -> Callable[[object], str | None]:
    def check(value: object) -> str | None:
        text = _line(value)
        if text is not None and not (shape.fullmatch(text) and text.isprintable()):
            raise ValueError(f"“{_shown(text)}” is not {wanted}")
        return text

    return check


def is_version(value: object) -> bool:
    """Whether it counts the texts of an article: other versions (“2.0b”) are something else."""
    return type(value) is int and 1 <= value <= _LAST_VERSION


def _version(value: object) -> object:
    if not is_version(value):
        raise ValueError("must be a whole number from 1 on")
    return value


def _subheadings(value: object) -> list[Mapping[str, Any]]:
    """Whether they fit is seen when the body is known."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("must be a list of {start, end, text}")
    return value


_CHECKS: dict[str, Callable[[object], Any]] = {
    "key": _matching(
        _KEY,
        "a key: letters, digits and . _ ~ - only, 128 at most, beginning with a letter or digit",
    ),
    "uri": _line,
    "version": _version,
    "url": _matching(_URL, "a web address such as https://example.org/1"),
    "language": _matching(_LANGUAGE, "a BCP 47 language tag such as en or pt-BR"),
    "title": _line,
    "title_derived": _flag,
    "standfirst": _text,
    "body": _body,
    "subheadings": _subheadings,
    "captions": _lines,
    "credits": _lines,
    "related": _lines,
    "authors": _authors,
    "topics": _lines,
    "dateline": _line,
    "source": _line,
    "source_derived": _flag,
    "rights": _text,
    "published_at": _moment,
    "updated_at": _moment,
    "embargoed_until": _moment,
    "status": _status,
    "correction": _text,
}
FIELDS = tuple(_CHECKS)
