"""Family names, given names and initials."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.names import plain
from service.person_names import abbreviates, family_names, given_name, short_forms


@pytest.mark.parametrize(
    ("name", "short", "given_part"),
    [
        ("Kim Jong Un", ("Kim",), "Jong Un"),
        ("Kim Jong-un", ("Kim",), "Jong-un"),
        ("Kim Chon", ("Kim",), "Chon"),
        ("Mun Jong-nam", ("Mun",), "Jong-nam"),
        ("Lam Wing-kee", ("Lam",), "Wing-kee"),
        ("Xi Jinping", ("Xi",), "Jinping"),
        ("Kim\u00a0Yong\u00a0Chol", ("Kim",), "Yong Chol"),
        # Given names that are family names elsewhere.
        ("Jo Cox", ("Cox",), "Jo"),
        ("Lee Bowyer", ("Bowyer",), "Lee"),
        ("Kim Wilde", ("Wilde",), "Kim"),
        ("Jack Ma", ("Ma",), "Jack"),
        ("Mary-Kate Olsen", ("Olsen",), "Mary-Kate"),
        ("Martin Luther King Jr.", ("King",), "Martin"),
        ("Louis van Gaal", ("van Gaal", "Gaal"), "Louis"),
        ("Ursula von der Leyen", ("von der Leyen", "Leyen"), "Ursula"),
        ("Bashar al-Assad", ("al-Assad", "Assad"), "Bashar"),
        ("Madonna", ("Madonna",), "Madonna"),
        ("", (), ""),
    ],
)
def test_parts_of_a_name(name: str, short: tuple[str, ...], given_part: str) -> None:
    assert family_names(name) == short
    assert given_name(name) == given_part


@pytest.mark.parametrize(
    ("short", "full", "joined"),
    [
        ("J. Smith", "John Smith", True),
        ("J. Smith", "John Paul Smith", True),
        ("J.P. Smith", "John Paul Smith", True),
        ("George W. Bush", "George Walker Bush", True),
        ("J. Smith", "James Smyth", False),
        ("J. Smith", "Paul Smith", False),
        ("J.P. Smith", "John Smith", False),
        ("George W. Bush", "George H. W. Bush", False),
        ("John Smith", "John Smith", False),
        ("John Smith", "Johnny Smith", False),
        ("Kim J. U.", "Kim Jong Un", False),
        ("", "", False),
    ],
)
def test_initials_for_given_names(short: str, full: str, joined: bool) -> None:
    assert abbreviates(short, full) is joined


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Iain Duncan Smith", ("smith", "duncansmith")),
        ("W. Mark Felt", ("felt",)),
        ("Kim Jong Un", ("kim",)),
        ("Ann Poe", ("poe",)),
    ],
)
def test_short_forms(name: str, forms: tuple[str, ...]) -> None:
    assert short_forms(name) == forms


@settings(deadline=None)
@given(st.text())
def test_any_text_has_parts(text: str) -> None:
    assert all(part in plain(text) or " " in part for part in family_names(text))
