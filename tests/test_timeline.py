"""The drawing of mentions over time: bars, dates under them, and what it says in words."""

from itertools import pairwise

import pytest

from service.histogram import bins
from service.stores.coverage import Count, Coverage, Period
from service.web.pages.entities.timeline import ABOVE, HEIGHT, Timeline, nice_top, timeline


def covered(first: str, last: str, **articles: int) -> Coverage:
    """With so many articles in the bins that begin on these days: `_2018_12_01=3`."""
    interval, days = bins(first, last)
    counts = {name.strip("_").replace("_", "-"): n for name, n in articles.items()}
    found = [Count(counts.get(each.start, 0), 2 * counts.get(each.start, 0)) for each in days]
    return Coverage(interval, tuple(map(Period, days, found)), Count(0, 0), (), False)


def drawn(coverage: Coverage) -> Timeline:
    made = timeline(coverage, lambda days: f"{days.start}..{days.end}")
    assert made is not None
    return made


def test_each_month_with_articles_has_a_bar_that_leads_to_them() -> None:
    made = drawn(covered("2017-01-01", "2018-12-31", _2017_01_01=5, _2018_12_01=10))
    first, last = made.bars
    assert (first.label, first.articles, first.mentions) == ("January 2017", 5, 10)
    assert (first.href, last.href) == ("2017-01-01..2017-01-31", "2018-12-01..2018-12-31")
    assert (last.top, last.height) == (ABOVE, HEIGHT)
    assert first.height == HEIGHT / 2
    assert first.slot == 0
    assert last.slot + last.slot_width == pytest.approx(100, abs=0.01)
    assert first.said == "January 2017: 5 articles, 10 mentions"
    assert made.summary == "Most in December 2018: 10 articles."


def test_few_bars_stand_in_the_middle_and_are_no_doors() -> None:
    (bar,) = drawn(covered("2018-12-16", "2018-12-16", _2018_12_16=1)).bars
    assert bar.width < 7
    assert bar.left + bar.width / 2 == pytest.approx(50, abs=0.01)
    assert bar.height == HEIGHT / 4


def test_one_article_among_thousands_is_seen() -> None:
    bars = drawn(covered("2017-01-01", "2018-12-31", _2017_01_01=1, _2018_12_01=9_000)).bars
    assert [bar.height for bar in bars] == [2.0, 86.4]


def test_without_a_date_there_is_nothing_to_draw() -> None:
    nothing = Coverage("year", (), Count(2, 5), (), False)
    assert timeline(nothing, lambda days: days.start) is None


@pytest.mark.parametrize(
    ("first", "last", "texts"),
    [
        ("2018-12-14", "2018-12-16", ["16 Dec 2018"]),
        ("2018-01-01", "2018-12-31", ["Apr 2018", "Jul 2018", "Oct 2018"]),
        ("1987-02-26", "1990-10-19", ["Jan 1988", "Jan 1989", "Jan 1990"]),
        ("1981-01-01", "1989-12-31", ["1982", "1984", "1986", "1988"]),
        ("1851-01-01", "1999-12-31", ["1860", "1880", "1900", "1920", "1940", "1960", "1980"]),
    ],
)
def test_dates_stand_under_round_bars_as_many_as_fit(
    first: str, last: str, texts: list[str]
) -> None:
    interval, days = bins(first, last)
    periods = tuple(Period(each, Count(1, 1)) for each in days)
    made = drawn(Coverage(interval, periods, Count(0, 0), (), False))
    assert [tick.text for tick in made.ticks] == texts
    places = [tick.left for tick in made.ticks]
    assert all(2 * (after - before) > 20 for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("most", "top"), [(1, 4), (4, 4), (5, 6), (7, 8), (9, 10), (10, 10), (11, 12), (1_700, 2_000)]
)
def test_a_scale_ends_at_a_round_number(most: int, top: int) -> None:
    assert nice_top(most) == top
