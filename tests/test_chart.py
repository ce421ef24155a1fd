"""The chart of publication dates: where its bars stand, what they say and where they lead."""

import pytest

from service.result import Bin, Histogram
from service.web.pages.addresses import Address
from service.web.pages.bars import MOST_BARS, Bar, chart
from service.web.pages.moments import period

MONTHS = Histogram(
    "month",
    (
        Bin("2018-11-01", "2018-11-30", 10),
        Bin("2018-12-01", "2018-12-31", 0),
        Bin("2019-01-01", "2019-01-31", 1),
    ),
    undated=2,
)


def test_a_bar_leads_to_its_dates() -> None:
    drawn = chart(MONTHS, Address("/", (("q", "jo"),)), "UTC")
    assert drawn.bars == (
        Bar(
            "M0.0 0h240.0v60h-240.0z",
            "November 2018: 10 articles",
            "/?q=jo&from=2018-11-01&to=2018-11-30",
        ),
        Bar(
            "M480.0 0h240.0v60h-240.0z",
            "January 2019: 1 article",
            "/?q=jo&from=2019-01-01&to=2019-01-31",
        ),
    )
    assert drawn.ink == "M0.0 60v-60h238.0v60zM480.0 60v-6h238.0v6z"
    assert (drawn.first, drawn.last, drawn.undated, drawn.whole) == (
        "November 2018",
        "January 2019",
        2,
        "",
    )


def test_a_bar_never_leads_further_than_what_was_asked_for() -> None:
    state = Address("/", (("from", "2018-11-16"), ("to", "2019-01-02")))
    drawn = chart(MONTHS, state, "UTC")
    assert [bar.href for bar in drawn.bars] == [
        "/?from=2018-11-16&to=2018-11-30",
        "/?from=2019-01-01&to=2019-01-02",
    ]
    assert drawn.whole == "/"


def test_bars_are_days_in_utc() -> None:
    drawn = chart(MONTHS, Address("/"), "Asia/Seoul")
    assert drawn.bars[0].href == "/?tz=UTC&from=2018-11-01&to=2018-11-30"


def test_without_dates_nothing_is_drawn() -> None:
    drawn = chart(Histogram("year", (), 3), Address("/"), "UTC")
    assert (drawn.bars, drawn.ink, drawn.undated) == ((), "", 3)


def test_dates_of_one_period_are_not_drawn() -> None:
    drawn = chart(Histogram("day", (Bin("2018-12-16", "2018-12-16", 4),), 0), Address("/"), "UTC")
    assert (drawn.bars, drawn.first) == ((), "16 December 2018")


def test_centuries_are_put_together() -> None:
    years = tuple(Bin(f"{year}-01-01", f"{year}-12-31", 1) for year in range(1000, 2000))
    drawn = chart(Histogram("year", years, 0), Address("/"), "UTC")
    assert len(drawn.bars) <= MOST_BARS
    assert drawn.bars[0].label == "1000 to 1016: 17 articles"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2018-12-16", "2018-12-16", "16 December 2018"),
        ("2018-12-01", "2018-12-31", "December 2018"),
        ("2020-02-01", "2020-02-29", "February 2020"),
        ("2018-01-01", "2018-12-31", "2018"),
        ("2010-01-01", "2019-12-31", "2010 to 2019"),
        ("2018-11-01", "2018-12-31", "November 2018 to December 2018"),
        ("2018-11-02", "2018-12-31", "2 November 2018 to 31 December 2018"),
        ("9999-01-01", "9999-12-31", "9999"),
    ],
)
def test_days_in_words(first: str, last: str, words: str) -> None:
    assert period(first, last) == words
