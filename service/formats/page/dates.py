"""Dates as markup states them: ISO 8601 in its variants, as mail does, or in words.

A time without a zone gives its day alone: nobody said in which zone it is that time.
"""

import re

from service.dates import Moment, parse_moment
from service.formats.mail_dates import mail_moment
from service.formats.plain_text.stated_dates import read_date

_LONGEST = 60
_DAY = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?P<more>.*)", re.ASCII
)
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(T\d{4}.*)?", re.ASCII)
_TIME = re.compile(
    r"(?:[Tt]|\s+)(?P<hour>\d{2}):?(?P<minute>\d{2})(?P<second>:?\d{2}(?:[.,]\d{1,9})?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|[+-]\d{2}(?::?\d{2})?)",
    re.ASCII,
)


def stated_moment(text: str) -> Moment | None:
    """The moment, as precisely as it is stated; None for less than a day, or what is unclear."""
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    packed = _PACKED_DAY.fullmatch(text)
    if packed:
        text = f"{packed[1]}-{packed[2]}-{packed[3]}{packed[4] or ''}"
    day = _DAY.fullmatch(text)
    try:
        return _iso(day) if day else mail_moment(text) or read_date(text)
    except ValueError:
        return None


def _iso(match: re.Match[str]) -> Moment:
    day = f"{match['year']}-{int(match['month']):02d}-{int(match['day']):02d}"
    time = _TIME.fullmatch(match["more"])
    if not time:
        return parse_moment(day)
    second = (time["second"] or "").lstrip(":")
    clock = f"{time['hour']}:{time['minute']}" + (f":{second}" if second else "")
    return parse_moment(f"{day}T{clock}{_offset(time['zone'])}")


def _offset(zone: str) -> str:
    if zone.upper() in ("Z", "UTC", "GMT"):
        return "Z"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"
