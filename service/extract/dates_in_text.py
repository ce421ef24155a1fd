"""Absolute dates in texts: “June 12, 2018”, “12. Juni 2018”, “2018년 6월”, “in 2016”.

What is relative (“Thursday”, “last year”), has no year, or is a day for some readers and another
day for others (03/04/2019) is left out. Four digits are a year where a word or a bracket says so:
“since 1999” and “(1949-1990)” are years, “2016 people” is a number.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from service.extract.years_in_text import years
from service.findings import DatePrecision, MentionedDate
from service.formats.plain_text.stated_dates import _MONTHS as MONTHS
from service.formats.plain_text.stated_dates import read_date

_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri"
    " sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi"
    " mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo"
    " segunda-feira terça-feira quarta-feira quinta-feira sexta-feira lunedì martedì mercoledì"
    " giovedì venerdì sabato domenica"
)
# Words of a language before they are months of another: “set 2016 records”.
_WORDS_TOO = frozenset("ago gen mag set".split())
_SPELLED_SMALL = frozenset(("es", "fr", "it", "pt", None))


def _one_of(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


# One space, or the end of a wrapped line; never a blank line.
_GAP = r"(?:[^\S\n]{1,3}|[^\S\n]{0,2}\n[^\S\n]{0,8})"
_MONTH = rf"(?:{_one_of(' '.join(MONTHS))})(?![^\W\d_])\.?"
_DAY = r"(?<!\d)\d{1,2}(?:st|nd|rd|th|er|[.ºª°])?(?!\d)"
_AND = rf"(?:\s?[-–—/]\s?|,?{_GAP}(?:and|to|or|through|until|und|bis|et|au|al|a|e|y|&){_GAP})"
_DAYS = rf"{_DAY}(?:(?:,{_GAP}{_DAY}){{0,3}}{_AND}(?:the{_GAP})?{_DAY})?"
_OF = rf"(?:(?:de|del|do|of){_GAP})?"
_WEEKDAY = rf"(?:(?:{_one_of(_WEEKDAYS)})\.?,?{_GAP}(?:(?:the|dem|den|le|el){_GAP})?)?"
_YEAR = r"(?P<year>[12]\d{3})(?!\w|[.,]\d)"
# “May 30 to June 2, 2018”: the first day has its year from the last.
_FIRST_DAY = rf"(?:(?P<day>{_DAY}){_GAP}{_OF}(?P<name>{_MONTH}){_AND})?"
_FIRST_MONTH = rf"(?:(?P<name>{_MONTH}){_GAP}(?P<day>{_DAY}){_AND})?"
_SHAPES = tuple(
    re.compile(rf"(?<!\w){shape}", re.IGNORECASE)
    for shape in (
        rf"{_WEEKDAY}{_FIRST_DAY}(?P<days>{_DAYS}){_GAP}{_OF}(?P<month>{_MONTH}),?{_GAP}{_OF}{_YEAR}",
        rf"{_WEEKDAY}{_FIRST_MONTH}(?P<month>{_MONTH}){_GAP}(?P<days>{_DAYS})"
        rf"(?:,(?=[12])|(?:,|{_GAP}of)?{_GAP}){_YEAR}",
        rf"(?P<month>{_MONTH}),?{_GAP}{_OF}{_YEAR}",
    )
)
_NUMERIC = re.compile(
    r"(?<![\w/.-])(?:[12]\d{3}(?P<sign>[-/])\d{2}(?P=sign)\d{2}(?=\D|$)(?![/-])(?!_)"
    r"|\d{1,2}(?P<mark>[/.])\d{1,2}(?P=mark)[12]\d{3}(?![\w/]|[.-]\d))",
    re.ASCII,
)
_EAST_ASIAN = re.compile(
    r"(?<!\d)(?P<year>[12]\d{3})\s?[年년](?:\s?(?P<month>\d{1,2})\s?[月월](?:\s?(?P<day>\d{1,2})\s?[日일号號])?)?"
    # Of so many years, not of the year: “2000년간”, “1000年前”.
    r"(?!\s?(?:간|동안|전|이상|넘|間|间|前|以|多|来))",
    re.ASCII,
)
_ANY_YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")
# Characters before a year that are read as a date with it, and those behind it: “年12月31日”.
_BEFORE, _BEHIND = 120, 40


class _Found(NamedTuple):
    """`date` is None for what has the shape of a date and is none: the 30th of February."""

    start: int
    end: int
    date: str | None


def find_dates(
    passages: Sequence[tuple[str, str]], language: str | None
) -> tuple[MentionedDate, ...]:
    """The absolute dates of all passages in reading order, a range being its first and last day."""
    spoken = language.split("-")[0].lower() if language else None
    return tuple(
        MentionedDate(
            field, hit.start, hit.end, text[hit.start : hit.end], hit.date, _size(hit.date)
        )
        for field, text in passages
        for hit in _dates(text, spoken)
        if hit.date
    )


def _size(iso: str) -> DatePrecision:
    sizes: dict[int, DatePrecision] = {4: "year", 7: "month"}
    return sizes.get(len(iso), "day")


def _dates(text: str, language: str | None) -> list[_Found]:
    """By position, without overlaps: what stands first in the list of shapes counts."""
    found: list[_Found] = []
    taken: set[int] = set()
    for start, end in _near_years(text):
        for hit in _readings(text, start, end, language):
            if taken.isdisjoint(range(hit.start, hit.end)):
                found.append(hit)
                taken.update(range(hit.start, hit.end))
    return sorted(found)


def _near_years(text: str) -> Iterator[tuple[int, int]]:
    """Where dates can stand, each having four digits of a year: the rest is not looked at."""
    start = end = 0
    for year in _ANY_YEAR.finditer(text):
        if year.start() - _BEFORE > end:
            if end:
                yield start, end
            start = max(0, year.start() - _BEFORE)
        end = year.end() + _BEHIND
    if end:
        yield start, min(end, len(text))


def _readings(text: str, start: int, end: int, language: str | None) -> Iterator[_Found]:
    for match in _NUMERIC.finditer(text, start, end):
        yield _Found(*match.span(), _numeric(match, language))
    for match in _EAST_ASIAN.finditer(text, start, end):
        yield _Found(*match.span(), _iso(match["year"], match["month"], match["day"]))
    for shape in _SHAPES:
        for match in shape.finditer(text, start, end):
            yield from _spelled(match, language)
    for first, last in years(text, start, end):
        yield _Found(first, last, text[first:last])


def _numeric(match: re.Match[str], language: str | None) -> str | None:
    written = match[0]
    if match["sign"]:
        return _iso(*re.split("[-/]", written))
    if language == "de" and match["mark"] == ".":
        day, month, year = written.split(".")
        return _iso(year, month, day)
    told = read_date(written)
    return told.iso if told else None


def _spelled(match: re.Match[str], language: str | None) -> Iterator[_Found]:
    parts = match.groupdict()
    month = _month(match["month"], language, dated=bool(parts.get("days")))
    if not month:
        return
    year = match["year"]
    if not parts.get("days"):
        yield _Found(*match.span(), _iso(year, month, None))
        return
    start = match.start()
    if parts["day"]:
        first = _month(parts["name"], language, dated=True)
        before = int(first) > int(month) if first else False
        stated = str(int(year) - before)
        end = max(match.end("day"), match.end("name"))
        yield _Found(start, end, first and _iso(stated, first, parts["day"]))
        start = min(match.start("month"), match.start("days"))
    yield from _each_day(match, start, month)


def _each_day(match: re.Match[str], start: int, month: str) -> Iterator[_Found]:
    """Of “June 12-14, 2018” two: “June 12” and “14, 2018”."""
    days = list(re.finditer(r"\d+", match["days"], re.ASCII))
    offset = match.start("days")
    for number, day in enumerate(days):
        begin = offset + day.start() if number else start
        end = offset + day.end() if number < len(days) - 1 else match.end()
        yield _Found(begin, end, _iso(match["year"], month, day[0]))


@cache
def _month(name: str, language: str | None, *, dated: bool) -> str | None:
    """The number of a month; small letters are none where months have capitals, but for a day."""
    plain = name.rstrip(".").lower()
    number = MONTHS.get(plain)
    foreign = plain in _WORDS_TOO and language in ("en", "de", None)
    small = name[0].islower() and not dated
    wordy = small and (language not in _SPELLED_SMALL or len(plain) < 4 or plain == "march")
    return None if number is None or foreign or wordy else f"{number:02d}"


def _iso(year: str, month: str | None, day: str | None) -> str | None:
    """As precise as what is given; None for a day or month that does not exist."""
    try:
        whole = date(int(year), int(month or 1), int(re.sub(r"\D", "", day or "1"))).isoformat()
    except ValueError:
        return None
    return whole if day else whole[:7] if month else whole[:4]
