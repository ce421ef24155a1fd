"""Publication dates, as precise as known and never more.

A date is stored as ISO 8601 text that sorts in time order: a full date (`2018-12-16`, which no zone
can move), or an instant in UTC to the second (`2018-12-16T01:30:00Z`) beside its precision.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import InvalidRequest

Precision = Literal["day", "minute", "second"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?P<second>:\d{2}(?:[.,]\d+)?)?.*", re.ASCII
)

# ZoneInfo imports a package for each part of a name: hundreds of them end in a RecursionError.
_ZONE = re.compile(r"[\w+-]{1,40}(?:/[\w+-]{1,40}){0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was published: `iso` sorts in time order, `precision` is how much is known."""

    iso: str
    precision: Precision

    @property
    def shown(self) -> str:
        """The date without digits that nobody stated: `2018-12-16T01:30Z` to the minute."""
        return self.iso.removesuffix(":00Z") + "Z" if self.precision == "minute" else self.iso

    @property
    def start(self) -> str:
        """Its first second in UTC, as instants are stored."""
        return _written(self.instant)

    @property
    def instant(self) -> datetime:
        """Aware, UTC; a full date counts from its first second."""
        if self.precision == "day":
            return datetime.combine(date.fromisoformat(self.iso), time(), UTC)
        return datetime.fromisoformat(self.iso)


@dataclass(frozen=True, slots=True)
class DateRange:
    """A range of publication dates, both ends inclusive, either open (None).

    Days compare with articles of which only the date is known; instants (the same days in the zone
    that was asked for, the end exclusive) with those of which the time is known.
    """

    first_day: str | None = None
    last_day: str | None = None
    start: str | None = None
    end: str | None = None

    def narrowed(self, other: "DateRange") -> "DateRange":
        """The dates in both ranges."""
        return DateRange(
            _later(self.first_day, other.first_day),
            _earlier(self.last_day, other.last_day),
            _later(self.start, other.start),
            _earlier(self.end, other.end),
        )


def utc_now() -> str:
    """The present, as instants are stored."""
    return _written(datetime.now(UTC))


def _written(utc: datetime) -> str:
    """As text that sorts in time order: strftime alone leaves the year 800 without its zero."""
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}Z"


def parse_moment(text: str) -> Moment:
    """`2018-12-16`, or a date-time with its zone; raises ValueError that says what is wrong."""
    text = text.strip()
    if _DATE.fullmatch(text):
        return Moment(_day(text).isoformat(), "day")
    match = _DATE_TIME.fullmatch(text)
    if not match:
        raise ValueError(
            f"“{text}” is neither a full date (2018-12-16) nor a date-time with a zone"
        )
    stamp = _stamp(text)
    if stamp.tzinfo is None:
        raise ValueError(
            f"“{text}” has no time zone: add one (Z or +09:00), or give the date alone"
        )
    try:
        utc = stamp.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"“{text}” lies outside the years 1 to 9999") from None
    return Moment(_written(utc), "second" if match["second"] else "minute")


def parse_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as `Asia/Seoul`; InvalidRequest for an unknown one."""
    try:
        if _ZONE.fullmatch(name):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise InvalidRequest(f"“{name}” is no time zone: use a name such as Europe/Rome")


def range_of(start: str | None, end: str | None, zone: ZoneInfo) -> DateRange:
    """The range from `start` to `end`, each a date (that whole day in `zone`) or a date-time.

    Raises ValueError for what is neither.
    """
    first, last = _bound(start, zone), _bound(end, zone)
    return DateRange(
        first_day=first.date().isoformat() if first else None,
        last_day=last.date().isoformat() if last else None,
        start=_utc(first) if first else None,
        end=_utc(_after(last, end)) if last and end else None,
    )


def _bound(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    if _DATE.fullmatch(text.strip()):
        return datetime.combine(_day(text.strip()), time(), zone)
    if not _DATE_TIME.fullmatch(text.strip()):
        raise ValueError(f"“{text}” is neither a date (2018-12-16) nor a date-time")
    stamp = _stamp(text.strip())
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=zone)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise ValueError(f"“{text}” is no date: {exc}") from exc


def _stamp(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace(",", ".").upper())
    except ValueError as exc:
        raise ValueError(f"“{text}” is no date-time: {exc}") from exc


def _after(last: datetime, text: str) -> datetime:
    """The first moment that is no longer part of what `text` names."""
    stated = _DATE_TIME.fullmatch(text.strip())
    if stated is None:
        step = timedelta(days=1)
    else:
        step = timedelta(seconds=1) if stated["second"] else timedelta(minutes=1)
    try:
        # Wall-clock arithmetic, so that a day of 23 or 25 hours is still one day.
        return last + step
    except OverflowError:
        return last


def _utc(stamp: datetime) -> str:
    try:
        utc = stamp.astimezone(UTC)
    except OverflowError:
        utc = stamp.replace(tzinfo=UTC)
    return _written(utc)


def _later(one: str | None, other: str | None) -> str | None:
    return max(one, other) if one and other else one or other


def _earlier(one: str | None, other: str | None) -> str | None:
    return min(one, other) if one and other else one or other
