"""Which names in an article are one entity, spans being given."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.entity import EntityType, Mention, Span, Tagged, entity_key, resolve

KNOWN = {("US", "place"): "United States", ("USA", "place"): "United States"}


def known(text: str, kind: EntityType) -> str | None:
    return KNOWN.get((text, kind))


def mentions(text: str, **definitions: str) -> tuple[Mention, ...]:
    """Resolve a text in which the names stand as [person:Kim Jong Un]."""
    plain, spans = "", []
    for before, kind, name in re.findall(r"([^\[]*)(?:\[(\w+):([^\]]*)\])?", text):
        plain += before
        if kind:
            spans.append(Span(len(plain), len(plain) + len(name), name, kind, "model", 0.8))
            plain += name
    return resolve([Tagged("body", plain, spans)], definitions, known)


def keys(text: str, **definitions: str) -> list[str]:
    return [m.entity.key if m.entity else m.method for m in mentions(text, **definitions)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[person:Jo Song-gil] [person:Jo] [person:Jo Song Gil]", ["person-josonggil"] * 3),
        ("[person:Donald Trump] met [person:Trump]", ["person-donaldtrump"] * 2),
        ("[person:Kim Jong Un], [person:Jong Un]", ["person-kimjongun"] * 2),
        ("[person:Louis van Gaal]: [person:Van Gaal]", ["person-louisvangaal"] * 2),
        ("[person:Hillary Clinton]: [person:Hillary]", ["person-hillaryclinton"] * 2),
        ("[person:Song-gil Jo], [person:Jo Song-gil]", ["person-josonggil"] * 2),
        (
            "[person:Donald J. Trump], [person:Donald Trump], [person:Donald Trump]",
            ["person-donaldtrump"] * 3,
        ),
        ("[person:W. Mark Felt], [person:Mark Felt], [person:Felt]", ["person-markfelt"] * 3),
        (
            "[person:George W. Bush], [person:George H. W. Bush], [person:George Bush]",
            ["person-georgewbush", "person-georgehwbush", "person-georgebush"],
        ),
        # A given name that is a family name elsewhere.
        ("[person:Jo Cox], [person:Jo Song-gil], [person:Jo]", [
            "person-jocox", "person-josonggil", "person-josonggil",
        ]),
        ("[person:Kim] alone", ["lone"]),
        ("[person:Kim Jong Il], [person:Kim Jong Un], [person:Kim]", [
            "person-kimjongil", "person-kimjongun", "ambiguous",
        ]),
        ("[person:Kim Jong Un], [person:Kim Jong-un], [person:Kim Chon], [person:Kim]", [
            "person-kimjongun", "person-kimjongun", "person-kimchon", "person-kimjongun",
        ]),
        ("[person:John Smith] [person:John Brown] [person:John]", [
            "person-johnsmith", "person-johnbrown", "ambiguous",
        ]),
        ("[place:US] [place:USA] [place:United States]", ["place-unitedstates"] * 3),
        ("[organization:United Nations Police] [organization:UNP]", [
            "organization-unitednationspolice"] * 2),
        ("[organization:Italian Foreign Ministry] [organization:Foreign Ministry]", [
            "organization-italianforeignministry"] * 2),
        (
            "[organization:Italian Foreign Ministry] [organization:French Foreign Ministry]"
            " [organization:Foreign Ministry]",
            [
                "organization-italianforeignministry",
                "organization-frenchforeignministry",
                "organization-foreignministry",
            ],
        ),
        ("[organization:Acme Inc.] [organization:Acme]", ["organization-acme"] * 2),
        ("[place:Washington] [person:Washington]", ["place-washington", "lone"]),
        ("[person:😀] [person:—]", []),
    ],
)  # fmt: skip
def test_identity(text: str, expected: list[str]) -> None:
    assert keys(text) == expected


def test_a_man_and_a_woman_of_one_family_name_stay_apart() -> None:
    text = "[person:Ann Poe] met Mr [person:Poe] and Mrs [person:Poe]"
    assert keys(text) == ["person-annpoe", "ambiguous", "ambiguous"]
    assert keys("Mr and Mrs [person:Poe] met [person:Ann Poe]") == ["ambiguous", "person-annpoe"]


def test_two_family_names_are_one_short_form() -> None:
    text = "[person:Gabriel García Márquez], [person:García Márquez]"
    assert keys(text) == ["person-gabrielgarciamarquez"] * 2


def test_a_definition_joins_what_initials_do_not() -> None:
    text = "[organization:Workers Front], or [organization:FTR]; the [organization:FTR]"
    assert keys(text, FTR="Workers Front") == ["organization-workersfront"] * 3


def test_each_identity_says_how_it_was_found_and_how_sure_that_is() -> None:
    found = mentions("[person:Kim Jong Un] [person:Kim] [person:Jong Un] [person:Park]")
    assert [(m.method, m.confidence) for m in found] == [
        ("model", 0.8),
        ("short form", 0.76),
        ("given name", 0.6),
        ("lone", 0.56),
    ]


def test_the_name_is_the_spelling_that_the_article_uses_most() -> None:
    found = mentions("[person:Jo Song-gil] [person:Jo Song Gil] [person:Jo Song Gil]")
    assert {m.entity.name for m in found if m.entity} == {"Jo Song Gil"}


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("Mr [person:Kim]", "Mr Kim"),
        ("Mr\u00a0[person:Kim]", "Mr Kim"),
        ("Dr.  [person:Kim\u00a0 Chon]", "Dr. Kim Chon"),
        ("President [person:Kim]", "Kim"),
        ("Sir [organization:Kim]", "Kim"),
        ("amr [person:Kim]", "Kim"),
    ],
)
def test_an_alias_has_the_courtesy_title_and_plain_spaces(text: str, alias: str) -> None:
    assert [m.alias for m in mentions(text)] == [alias]


def test_keys_depend_on_type_and_folded_name_only() -> None:
    assert entity_key("person", "Thae Yong-ho") == entity_key("person", "THAE YONG HO")
    assert entity_key("place", "Georgia") != entity_key("person", "Georgia")
    assert entity_key("person", "Kim Jong Un") != entity_key("person", "Kim Jong Il")
    assert entity_key("person", "😀") is None


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
