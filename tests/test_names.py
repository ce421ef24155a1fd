"""Folding, keys and plain text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.names import fold, name_key, plain, without_article


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
    ("name", "bare"),
    [("the U.S.", "U.S."), ("The Hague", "Hague"), ("The", "The"), ("Theben", "Theben")],
)
def test_articles(name: str, bare: str) -> None:
    assert without_article(name) == bare


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
