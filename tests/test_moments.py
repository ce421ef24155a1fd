"""Dates as people write them, and addresses that may be followed."""

import pytest

from service.article import web_address
from service.dates import Moment, parse_moment
from service.histogram import Interval
from service.web.pages.moments import bin_named, when


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (parse_moment("2019-01-04"), "4 January 2019"),
        (parse_moment("2019-01-04T09:15+09:00"), "4 January 2019, 00:15 UTC"),
        (parse_moment("2019-01-04T09:15:07Z"), "4 January 2019, 09:15:07 UTC"),
        ("2018-06", "June 2018"),
        ("2026-11-22T19:18:07Z", "22 November 2026, 19:18:07 UTC"),
        (None, ""),
    ],
)
def test_a_date_as_far_as_it_is_known(moment: Moment | str | None, said: str) -> None:
    assert when(moment) == said


@pytest.mark.parametrize(
    ("text", "is_followed"),
    [
        ("https://example.org/a?b=c#d", True),
        (" http://example.org ", True),
        ("javascript:alert(1)", False),
        ("//example.org", False),
        ("example.org", False),
        ("https:///a", False),
        ("http://[", False),
        ("data:text/html,x", False),
        ("", False),
    ],
)
def test_only_addresses_on_the_web_are_followed(text: str, is_followed: bool) -> None:
    assert web_address(text) == (text.strip() if is_followed else "")


@pytest.mark.parametrize(
    ("interval", "text"), [("year", "1987"), ("month", "March 1987"), ("day", "1 March 1987")]
)
def test_bins_are_called_as_people_do(interval: Interval, text: str) -> None:
    assert bin_named("1987-03-01", interval) == text
