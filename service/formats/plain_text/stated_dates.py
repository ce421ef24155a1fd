"""Lines that state when a story was published or updated: “Published: 3 March 2019, 14:30 GMT”.

Only what a line states is taken: a time without a zone gives its date alone, 03/04/2019 nothing,
as it is a day in March for some readers and in April for others.
"""

import re
from typing import NamedTuple

from service.dates import Moment, parse_moment

_LONGEST = 160
_PUBLISHED = (
    "first published|originally published|date published|published|posted|publication date"
    "|publié|publiée|veröffentlicht|publicado|pubblicato|date|опубликовано|게재|입력|发布时间"
)
_UPDATED = (
    "last updated|updated|last modified|modified|mis à jour|mise à jour|aktualisiert"
    r"|zuletzt aktualisiert|stand(?=\s*:)|actualizado|aggiornato|수정|更新时间"
)
_LABEL = re.compile(
    rf"(?:(?P<published>{_PUBLISHED})|(?P<updated>{_UPDATED}))(?:\s+(?:on|at|le|am|el|il))?"
    r"(?P<colon>\s*[:：])?\s*(?=\S)",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\s*[|;·•]\s*|(?<!last),?\s+(?:[-–—]\s+)?(?=(?:last\s)?updated\b)", re.IGNORECASE
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv januar jänner enero ene gennaio gen janeiro",
            "february feb février févr februar febrero febbraio fevereiro",
            "march mar mars märz mrz marzo março",
            "april apr avril avr abril abr aprile",
            "may mai mayo maggio mag maio",
            "june jun juin juni junio giugno giu junho",
            "july jul juillet juil juli julio luglio lug julho",
            "august aug août agosto ago",
            "september sep sept septembre septiembre settembre set setembro",
            "october oct octobre oktober okt octubre ottobre ott outubro",
            "november nov novembre noviembre novembro",
            "december dec décembre déc dezember dez diciembre dic dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
# Abbreviations that name one offset wherever they are used; IST, BST, CST and EST do not.
_ZONES = {
    "Z": "+00:00",
    "UTC": "+00:00",
    "GMT": "+00:00",
    "CET": "+01:00",
    "CEST": "+02:00",
    "EEST": "+03:00",
    "KST": "+09:00",
    "JST": "+09:00",
    "HKT": "+08:00",
    "EDT": "-04:00",
    "PDT": "-07:00",
}
_WEEKDAY = re.compile(r"[^\W\d_]{3,10}\.?,?\s+(?=\S)|[(（]?[월화수목금토일][)）]\s*")
_TIME = (
    r"(?:(?:,?\s*(?:at|à|um|a las|alle|[-–—,])?\s*|[Tt])(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    r"(?P<second>:\d{2})?(?:\s?Uhr)?\s?(?P<half>[ap]\.?m\.?)?"
    r"(?:\s?\(?(?P<zone>[A-Za-z]{1,5}|[+-]\d{2}:?\d{2})\)?)?)?\.?"
)
_DATES = [
    re.compile(shape + _TIME, re.IGNORECASE)
    for shape in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?\s(?:de\s|of\s)?(?P<name>[^\W\d_]{3,10})\.?,?\s(?:de\s)?(?P<year>\d{4})",
        r"(?P<name>[^\W\d_]{3,10})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<year>\d{4})",
        r"(?P<year>\d{4})\s?[年년]\s?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]",
        r"(?P<one>\d{1,2})[/.](?P<other>\d{1,2})[/.](?P<year>\d{4})",
    )
]
# “17:42 HKT, 18 November 2019” says the same as “18 November 2019, 17:42 HKT”.
_TIME_FIRST = re.compile(
    r"(\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?(?:\s[A-Z]{1,5})?)(?:,?\s+(?:on\s)?)(\S.*)", re.IGNORECASE
)
_LABEL_ALONE = re.compile(rf"(?:{_PUBLISHED}|{_UPDATED})\s*[:：]?", re.IGNORECASE)
_PLACE_BEFORE = re.compile(r"[A-ZÀ-Þ][^\W\d_]+(?:\s[A-ZÀ-Þ][^\W\d_]+){0,2}\s[-–—|]\s")
_UNCLEAR = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\bago\b|\d{4}")


class Stated(NamedTuple):
    published: Moment | None
    updated: Moment | None


def stated_dates(line: str) -> Stated | None:
    """The dates that a line states, or None if it holds anything else too."""
    if len(line) > _LONGEST:
        return None
    published = updated = None
    for part in _PARTS.split(line):
        label = _LABEL.match(part)
        moment = label and read_date(part[label.end() :])
        if not label or not moment:
            return None
        if label["published"]:
            published = published or moment
        else:
            updated = updated or moment
    return Stated(published, updated)


def is_date_label(line: str) -> bool:
    """“Published” in a line of its own, the date being in the next one."""
    return len(line) <= _LONGEST and bool(_LABEL_ALONE.fullmatch(line))


def is_date_line(line: str) -> bool:
    """A line that holds a date and nothing else, or a label and a date that cannot be read."""
    if len(line) > _LONGEST:
        return False
    label = _LABEL.match(line)
    if label and (label["colon"] or line.endswith(" ago")):
        return bool(_UNCLEAR.search(line, label.end()))
    place = _PLACE_BEFORE.match(line)
    return _date_match(line[place.end() :] if place else line) is not None


def read_date(text: str) -> Moment | None:
    """The moment that a text names in full; None for less, more, or what cannot be told."""
    match = _date_match(text.strip())
    day = match and _day(match.groupdict())
    if not match or not day:
        return None
    try:
        return parse_moment(day + _time(match)) if _time(match) else parse_moment(day)
    except ValueError:
        return None


def _date_match(text: str) -> re.Match[str] | None:
    weekday = _WEEKDAY.match(text)
    turned = _TIME_FIRST.fullmatch(text)
    starts = [text, text[weekday.end() :]] if weekday else [text]
    starts += [f"{turned[2]}, {turned[1]}"] if turned else []
    return next(
        (hit for start in starts for shape in _DATES if (hit := shape.fullmatch(start))), None
    )


def _day(parts: dict[str, str | None]) -> str | None:
    if parts.get("one"):
        return _numeric_day(int(parts["one"] or 0), int(parts["other"] or 0), parts["year"])
    month = _MONTHS.get((parts.get("name") or "").casefold()) or int(parts.get("month") or 0)
    return f"{parts['year']}-{month:02d}-{int(parts['day'] or 0):02d}" if month else None


def _numeric_day(one: int, other: int, year: str | None) -> str | None:
    """25/12/2018 and 12/25/2018 can only be Christmas; 03/04/2019 can be two days."""
    if one == other or one > 12:
        return f"{year}-{other:02d}-{one:02d}"
    return f"{year}-{one:02d}-{other:02d}" if other > 12 else None


def _time(match: re.Match[str]) -> str:
    """`T14:30+00:00`, or nothing where the zone is not known."""
    zone = match["zone"] or ""
    offset = _ZONES.get(zone.upper()) or (zone if zone[:1] in ("+", "-") and zone else "")
    if not match["hour"] or not offset:
        return ""
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    return f"T{hour:02d}:{match['minute']}{match['second'] or ''}{offset}"
