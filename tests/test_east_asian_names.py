"""Which names begin with the family name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.east_asian_names import family_first, family_name_first


@pytest.mark.parametrize(
    ("name", "ordered"),
    [
        ("Song-gil Jo", "Jo Song-gil"),
        ("Ki-moon Ban", "Ban Ki-moon"),
        ("Jo Song-gil", "Jo Song-gil"),
        ("Jean-luc Jo", "Jean-luc Jo"),
        ("Ali Hassan", "Ali Hassan"),
        ("Hassan Ali", "Hassan Ali"),
    ],
)
def test_the_order_changes_only_where_it_is_sure(name: str, ordered: str) -> None:
    assert family_name_first(name) == ordered


@settings(deadline=None)
@given(st.text())
def test_any_text_has_an_order(text: str) -> None:
    assert family_first(text) in {True, False}
