"""Dates: as precise as known, in order as text, whole days in any zone."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.dates import DateRange, Moment, parse_moment, parse_zone, range_of
from service.errors import InvalidRequest

READ = [
    ("2018-12-16", "2018-12-16", "day", "2018-12-16"),
    ("2018-12-16T10:30+09:00", "2018-12-16T01:30:00Z", "minute", "2018-12-16T01:30Z"),
    ("2018-12-16 10:30:59Z", "2018-12-16T10:30:59Z", "second", "2018-12-16T10:30:59Z"),
    ("2018-12-16t10:30:00.999z", "2018-12-16T10:30:00Z", "second", "2018-12-16T10:30:00Z"),
    ("0800-01-02", "0800-01-02", "day", "0800-01-02"),
]


@pytest.mark.parametrize(("text", "iso", "precision", "shown"), READ)
def test_read(text: str, iso: str, precision: str, shown: str) -> None:
    moment = parse_moment(text)
    assert (moment.iso, moment.precision, moment.shown) == (iso, precision, shown)
    assert parse_moment(shown) == moment


REFUSED = [
    ("2018-12-16T10:30", "no time zone"),
    ("2018-12", "neither a full date"),
    ("yesterday", "neither a full date"),
    ("2018-13-01", "month must be in 1..12"),
    ("0001-01-01T00:00+05:00", "outside the years"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_moment(text)


def test_a_day_is_that_whole_day_in_the_zone() -> None:
    asked = range_of("2018-12-16", "2018-12-16", ZoneInfo("Asia/Seoul"))
    assert asked == DateRange(
        "2018-12-16", "2018-12-16", "2018-12-15T15:00:00Z", "2018-12-16T15:00:00Z"
    )


def test_a_day_of_23_hours_is_one_day() -> None:
    asked = range_of("2019-03-31", "2019-03-31", ZoneInfo("Europe/Rome"))
    assert (asked.start, asked.end) == ("2019-03-30T23:00:00Z", "2019-03-31T22:00:00Z")


def test_the_ends_of_time_are_no_crash() -> None:
    assert range_of("0001-01-01", "9999-12-31", ZoneInfo("Asia/Seoul")).first_day == "0001-01-01"


@pytest.mark.parametrize(
    "name", ["Nowhere/City", "", "../etc/passwd", "/etc/localtime", "a\x00b", "12/31/" * 300]
)
def test_unknown_zone(name: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_zone(name)


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_iso_sorts_in_time_order(one: object, other: object) -> None:
    moments = []
    for stamp in (one, other):
        try:
            moments.append(parse_moment(str(stamp.isoformat())))  # type: ignore[attr-defined]  # a datetime
        except ValueError:
            return  # beyond the years 1 to 9999 in UTC
    first, second = moments
    assert (first.iso < second.iso) == (first.instant < second.instant)


def test_a_date_stands_before_the_times_of_its_day() -> None:
    assert Moment("2018-12-16", "day").iso < parse_moment("2018-12-16T00:00Z").iso
