"""Titles before a name, and degrees behind it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.names import plain, squeeze
from service.titles import title_start, without_rank


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Mr Jo Song-gil", "Jo Song-gil"),
        ("Sir Elton John", "Elton John"),
        ("Justice Kim Hargrave", "Kim Hargrave"),
        ("Army Gen. Martin Dempsey", "Martin Dempsey"),
        ("Former Vice President Al Gore", "Al Gore"),
        ("Christopher M. Rose, M.D.", "Christopher M. Rose"),
        ("Prof. Ann Poe PhD", "Ann Poe"),
        ("Conan O\u2019Brien\u2019s", "Conan O\u2019Brien"),
        # Too short without it, part of the name, or what tells two people apart.
        ("Mr Kim", "Mr Kim"),
        ("Major Garrett", "Major Garrett"),
        ("Pope John Paul", "Pope John Paul"),
        ("Queen Elizabeth II", "Queen Elizabeth II"),
        ("Donald Trump Jr.", "Donald Trump Jr."),
        ("Air Force One Crew", "Air Force One Crew"),
        ("", ""),
    ],
)
def test_titles_and_degrees(name: str, person: str) -> None:
    assert without_rank(name) == person


@pytest.mark.parametrize(
    ("text", "name", "start"),
    [
        ("Mr Kim", "Kim", 0),
        ("with Mr\u00a0Kim", "Kim", 5),
        ("Mr.  Kim", "Kim", 0),
        ("Lady Gaga", "Gaga", 0),
        ("President Kim", "Kim", 10),
        ("BMr Kim", "Kim", 4),
        ("Mr\nKim", "Kim", 3),
    ],
)
def test_courtesy_titles(text: str, name: str, start: int) -> None:
    assert title_start(plain(text), text.index(name)) == start


@settings(deadline=None)
@given(st.text())
def test_something_is_left_of_any_name(text: str) -> None:
    assert without_rank(text) or not squeeze(text).strip(" ,")
