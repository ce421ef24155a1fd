"""Absolute dates in texts: a table for each form, the seeds, and any text at all."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read_one as read

from service.extract.dates_in_text import find_dates

SEEDS = Path(__file__).parent.parent / "seeds"


def found(text: str, language: str | None = None) -> list[tuple[str, str]]:
    return [(hit.text, hit.date) for hit in find_dates([("body", text)], language)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("June 12, 2018", "2018-06-12"),
        ("12 June 2018", "2018-06-12"),
        ("Sunday, December 16, 2018", "2018-12-16"),
        ("Sunday 16 December 2018", "2018-12-16"),
        ("12 Jun. 2018", "2018-06-12"),
        ("Sept. 11, 2001", "2001-09-11"),
        ("June 12th, 2018", "2018-06-12"),
        ("12th of June, 2018", "2018-06-12"),
        ("2018-06-12", "2018-06-12"),
        ("2018/06/12", "2018-06-12"),
        ("13/04/2018", "2018-04-13"),
        ("04/13/2018", "2018-04-13"),
        ("04/04/2018", "2018-04-04"),
        ("June 12,2018", "2018-06-12"),
        ("October 2017", "2017-10"),
        ("October, 2017", "2017-10"),
        ("May of 2018", "2018-05"),
        ("12 march 2017", "2017-03-12"),
        ("29 February 2016", "2016-02-29"),
        ("12. Juni 2018", "2018-06-12"),
        ("Sonntag, dem 16. Dezember 2018", "2018-12-16"),
        ("1er mai 1999", "1999-05-01"),
        ("août 2018", "2018-08"),
        ("12 de junio de 2018", "2018-06-12"),
        ("junio de 2018", "2018-06"),
        ("12 de outubro de 2018", "2018-10-12"),
        ("12 giugno 2018", "2018-06-12"),
        ("2018년 6월 12일", "2018-06-12"),
        ("2018年6月12日", "2018-06-12"),
        ("2018年6月", "2018-06"),
        ("2018년", "2018"),
    ],
)
def test_a_date_is_found_whole(text: str, iso: str) -> None:
    for before, behind in (("", ""), ("It was (", ")."), ("He came on ", ", and left.")):
        assert found(before + text + behind) == [(text, iso)]


@pytest.mark.parametrize(
    ("text", "language", "dates"),
    [
        ("3.4.2018", "de", ["2018-04-03"]),
        ("3.4.2018", None, []),
        ("set 2018", "pt", []),
        ("12 set 2018", "pt-BR", ["2018-09-12"]),
        ("Set 2018 records, set 2016 records", "en", []),
        ("It may 2018 times", "en", []),
        ("The march 2018 of them made", "en", []),
        ("marzo 2018", "it", ["2018-03"]),
    ],
)
def test_what_a_month_is_depends_on_the_language(
    text: str, language: str | None, dates: list[str]
) -> None:
    assert [iso for _, iso in found(text, language)] == dates


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("June 12-14, 2018", [("June 12", "2018-06-12"), ("14, 2018", "2018-06-14")]),
        ("12 and 13 June 2018", [("12", "2018-06-12"), ("13 June 2018", "2018-06-13")]),
        (
            "the 12th, 13th and 14th of June 2018",
            [("12", "2018-06-12"), ("13", "2018-06-13"), ("14th of June 2018", "2018-06-14")],
        ),
        ("May 30 to June 2, 2018", [("May 30", "2018-05-30"), ("June 2, 2018", "2018-06-02")]),
        (
            "30 December - 2 January 2019",
            [("30 December", "2018-12-30"), ("2 January 2019", "2019-01-02")],
        ),
        ("from 1949 to 1990", [("1949", "1949"), ("1990", "1990")]),
        ("(1949-1990)", [("1949", "1949"), ("1990", "1990")]),
        ("in 2014, 2015 and 2016", [("2014", "2014"), ("2015", "2015"), ("2016", "2016")]),
    ],
)
def test_ranges_and_lists(text: str, dates: list[tuple[str, str]]) -> None:
    assert found(text) == dates


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("fled to South Korea in 2016.", "2016"),
        ("who was accredited to Cairo in 1997, also defected", "1997"),
        ("late in 2018 when he fled", "2018"),
        ("the summer of 1999 was hot", "1999"),
        ("in the year 1500 the bridge fell", "1500"),
        ("by 2020 it will be gone", "2020"),
        ("until 2030.", "2030"),
        ("mid-1997", "1997"),
        ("at end-1986 amounted to", "1986"),
        ("the 1988 Olympics", "1988"),
        ("its 2015 report", "2015"),
        ("a film (2011) of hers", "2011"),
        ("in 2016's election", "2016"),
        ("In 2016 people voted", "2016"),
        ("seit 1999 lebt er", "1999"),
        ("nel 2016", "2016"),
        ("en 1999, il partit", "1999"),
        ("for fiscal 1987 and", "1987"),
        ("in its first-quarter 1987 income", "1987"),
        ("bonds due 1994 with", "1994"),
        ("was set for in 1986/87 and", "1986"),
    ],
)
def test_a_year_with_evidence(text: str, year: str) -> None:
    assert found(text) == [(year, year)]


@pytest.mark.parametrize(
    "text",
    [
        "on Thursday, last year, December 16",
        "2016 people came",
        "a crowd of 2016 people",
        "by 2016 votes",
        "in the 1990s and the late 1980s, in 1990's songs",
        "until 1930 GMT, by 1430 GMT",
        "cost $1999 in 1,500 shops, of 1,999",
        "pages (1200-1300) and 1949",
        "in 1500 cases",
        "since 1986/7/8, in 1986/1987",
        "the 2000 soldiers, the 1718 Committee",
        "1000年前, 2000년간",
        "30 February 2018, February 30, 2018",
        "31 April 2018, 2018-13-01, 2018年13月",
        "03/04/2018, 3.4.2018",
        "https://example.org/2018-06-12-story",
        "version 2018.06.12.1, +49 2018-06-1234",
        "December\n\n2018",
        "12 June 18",
    ],
)
def test_what_is_no_absolute_date(text: str) -> None:
    assert found(text) == []


def test_a_date_may_stand_over_the_end_of_a_line() -> None:
    assert found("on December\n    16, 2018") == [("December\n    16, 2018", "2018-12-16")]


def test_the_dates_of_the_first_seed() -> None:
    article = read((SEEDS / "000_1e6b6544a64f08ef.txt").read_bytes(), "seed.txt")
    dates = find_dates(list(article.passages()), "en")
    assert [(hit.field, hit.date, hit.precision) for hit in dates] == [
        ("body", "2018", "year"),
        ("body", "2016", "year"),
        ("body", "2017-10", "month"),
        ("body", "2015-05", "month"),
        ("body", "2018", "year"),
        ("captions[0]", "2018-06-12", "day"),
        ("captions[0]", "2018-12-16", "day"),
    ]
    for hit in dates:
        assert dict(article.passages())[hit.field][hit.start : hit.end] == hit.text


def test_the_dates_of_the_second_seed() -> None:
    article = read((SEEDS / "004_c9ebabb383c1b6a6.txt").read_bytes(), "seed.txt")
    dates = find_dates(list(article.passages()), "en")
    assert [hit.date for hit in dates] == ["2017-10", "2011", "1997", "2016"]


PARTS = (
    "2018 1999 2016 1500 30 12 1 June May Sunday in of to and since the (1949 - ) . , / 년 年 月 日"
    " de people mid GMT 's \n \u0661 ２０１８ 12th out"
).split(" ")


@given(
    st.one_of(
        st.text(max_size=200), st.lists(st.sampled_from([*PARTS, " "]), max_size=60).map(" ".join)
    ),
    st.sampled_from([None, "en", "de", "pt-BR", "", "ko"]),
)
def test_any_text(text: str, language: str | None) -> None:
    hits = find_dates([("title", text), ("body", text)], language)
    for name in ("title", "body"):
        row = [hit for hit in hits if hit.field == name]
        ends = [0, *(hit.end for hit in row)]
        assert all(end <= hit.start < hit.end for end, hit in zip(ends, row, strict=False))
    for hit in hits:
        assert text[hit.start : hit.end] == hit.text
        whole = hit.date + {"day": "", "month": "-01", "year": "-01-01"}[hit.precision]
        assert 999 <= date.fromisoformat(whole).year < 3000


@pytest.mark.parametrize(
    "unit", ["2018 ", "in 2018 ", "June 1, ", "1 and ", "(2018", "May 1 to ", "2018, ", "12, 13 "]
)
def test_long_texts_take_linear_time(unit: str) -> None:
    start = time.process_time()
    find_dates([("body", unit * (100_000 // len(unit)) + " 2018")], None)
    assert time.process_time() - start < 5
