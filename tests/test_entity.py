"""The keys of entities."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.entity import EntityType, entity_key, is_full_spelling


def test_keys_depend_on_type_and_folded_name_only() -> None:
    assert entity_key("person", "Thae Yong-ho") == entity_key("person", "THAE YONG HO")
    assert entity_key("place", "Georgia") != entity_key("person", "Georgia")
    assert entity_key("person", "Kim Jong Un") != entity_key("person", "Kim Jong Il")
    assert entity_key("person", "😀") is None


@pytest.mark.parametrize(
    ("kind", "text", "key", "full"),
    [
        ("person", "Jo Song-gil", "person-josonggil", True),
        ("person", "Mr Jo Song Gil", "person-josonggil", True),
        ("person", "Song-gil Jo", "person-josonggil", True),
        ("person", "Mr Jo", "person-josonggil", False),
        ("person", "Jo", "person-josonggil", False),
        ("organization", "The Acme Co.", "organization-acme", True),
        ("organization", "AC", "organization-acme", False),
        ("place", "US", "place-unitedstates", False),
        ("place", "", "place-unitedstates", False),
    ],
)
def test_full_spellings(kind: EntityType, text: str, key: str, full: bool) -> None:
    assert is_full_spelling(kind, text, key) is full


def test_a_long_key_is_cut_and_stays_unique() -> None:
    one, other = (entity_key("organization", "Society " * 40 + end) for end in ("A", "B"))
    assert one is not None
    assert other is not None
    assert len(one) == len(other) == 128
    assert one != other


@settings(deadline=None)
@given(st.text())
def test_every_key_can_stand_in_an_address(name: str) -> None:
    key = entity_key("organization", name)
    assert key is None or re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,127}", key)
