"""The bins of a chart over time: a day, a month or a year wide, whichever keeps it readable."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, NamedTuple

Interval = Literal["year", "month", "day"]
# A chart of at most about sixty bars, whatever the range.
_MOST_DAYS, _MOST_MONTHS = 62, 60


class Days(NamedTuple):
    """From one day to another, both inclusive: `2018-12-01`, `2018-12-31`."""

    start: str
    end: str


def bins(first: str, last: str) -> tuple[Interval, tuple[Days, ...]]:
    """Bins without a gap that hold every day from `first` to `last` (`2018-12-16`)."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    interval = _interval(start, end)
    return interval, tuple(_bins(_bin_start(start, interval), end, interval))


def _bins(start: date, last: date, interval: Interval) -> Iterator[Days]:
    while True:
        following = _next_bin(start, interval)
        end = following - timedelta(days=1) if following else date.max
        yield Days(start.isoformat(), end.isoformat())
        if following is None or following > last:
            return
        start = following


def _interval(first: date, last: date) -> Interval:
    if (last - first).days < _MOST_DAYS:
        return "day"
    months = (last.year - first.year) * 12 + last.month - first.month
    return "month" if months < _MOST_MONTHS else "year"


def _bin_start(day: date, interval: Interval) -> date:
    if interval == "day":
        return day
    return day.replace(day=1) if interval == "month" else day.replace(month=1, day=1)


def _next_bin(start: date, interval: Interval) -> date | None:
    """The first day of the bin after `start`'s; None at the end of time."""
    try:
        if interval == "day":
            return start + timedelta(days=1)
        if interval == "month":
            return (start + timedelta(days=31)).replace(day=1)
        return start.replace(year=start.year + 1)
    except (OverflowError, ValueError):
        return None
