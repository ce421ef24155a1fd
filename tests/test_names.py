"""Folding, family names and initials."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.names import (
    family_first,
    family_name_first,
    family_names,
    fold,
    given_name,
    initials,
    is_acronym,
    name_key,
    plain,
    title_start,
    without_form,
)


@pytest.mark.parametrize(
    ("text", "folded", "key"),
    [
        ("Jo Song-gil", "jo song gil", "josonggil"),
        ("JO SONGGIL", "jo songgil", "josonggil"),
        ("Jo\u00a0Song\u2011gil’s", "jo song gil s", "josonggils"),
        ("São Paulo", "sao paulo", "saopaulo"),
        ("Владимир Путин", "vladimir putin", "vladimirputin"),
        ("AT&T", "at t", "att"),
        ("—!", "", ""),
        ("😀 £", "", ""),
    ],
)
def test_folding(text: str, folded: str, key: str) -> None:
    assert (fold(text), name_key(text)) == (folded, key)


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


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("The Guardian", "Guardian"),
        ("Apple Inc.", "Apple"),
        ("Acme & Co. Ltd", "Acme"),
        ("The", "The"),
        ("Co", "Co"),
        ("Inca Tours", "Inca Tours"),
    ],
)
def test_legal_forms(name: str, bare: str) -> None:
    assert without_form(name) == bare


def test_initials_with_and_without_small_words() -> None:
    assert initials("Organization and Guidance Department") == {"OGD", "OAGD"}
    assert initials("African National Congress") == {"ANC"}


@pytest.mark.parametrize("text", ["UN", "U.N.", "AT&T", "G20", "BBC"])
def test_acronyms(text: str) -> None:
    assert is_acronym(text)


@pytest.mark.parametrize("text", ["U", "Un", "UNITEDNATIONS", "UN Security Council", "2019-20", ""])
def test_no_acronyms(text: str) -> None:
    assert not is_acronym(text)


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
def test_plain_keeps_every_offset(text: str) -> None:
    assert len(plain(text)) == len(text)


@settings(deadline=None)
@given(st.text())
def test_keys_are_ascii_and_stable(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert not key or (key.isascii() and key.isalnum() and key == key.lower())


@settings(deadline=None)
@given(st.text())
def test_any_text_has_parts(text: str) -> None:
    assert family_first(text) in {True, False}
    assert all(part in plain(text) or " " in part for part in family_names(text))
