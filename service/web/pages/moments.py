"""Dates and times as people write them, as precisely as they are known, in UTC."""

from calendar import monthrange
from functools import lru_cache

from service.dates import Moment
from service.histogram import Interval

_MONTHS = "January February March April May June July August September October November December"
_MONTH_NAMES = _MONTHS.split()
# What an ISO date says of a bin.
_LENGTHS: dict[Interval, int] = {"year": 4, "month": 7, "day": 10}


@lru_cache(maxsize=4_096)
def day(moment: Moment | str | None) -> str:
    """A date as people write it: 16 December 2018, as far as it is known."""
    iso = (moment.shown if isinstance(moment, Moment) else moment) or ""
    year, _, rest = iso[:10].partition("-")
    month, _, number = rest.partition("-")
    named = _MONTH_NAMES[int(month) - 1] if month else ""
    return " ".join(part for part in (number.lstrip("0"), named, year.lstrip("0")) if part)


def when(moment: Moment | str | None) -> str:
    """4 January 2019; with a time where that is known: 4 January 2019, 09:15 UTC."""
    shown = (moment.shown if isinstance(moment, Moment) else moment) or ""
    date, _, time = shown.partition("T")
    return f"{day(date)}, {time.removesuffix('Z')} UTC" if time else day(date)


def bin_named(start: str, interval: Interval) -> str:
    """A bin of a chart as people call it: 1987, March 1987, 3 March 1987."""
    return day(start[: _LENGTHS[interval]])


@lru_cache(maxsize=4_096)
def period(first: str, last: str) -> str:
    """Days in words: 16 December 2018, December 2018, 2018; else both ends."""
    if first == last:
        return day(first)
    if first.endswith("-01-01") and last.endswith("-12-31"):
        first, last = first[:4], last[:4]
    elif first.endswith("-01") and _ends_month(last):
        first, last = first[:7], last[:7]
    return day(first) if first == last else f"{day(first)} to {day(last)}"


def _ends_month(iso: str) -> bool:
    return int(iso[8:]) == monthrange(int(iso[:4]), int(iso[5:7]))[1]
