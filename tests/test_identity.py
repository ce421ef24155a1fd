"""Which names in an article are one entity, spans being given."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.entity import ENTITY_TYPES, EntityType, Mention, Span
from service.identity import Tagged, resolve

KNOWN = {
    ("US", "place"): "United States",
    ("USA", "place"): "United States",
    ("U.S.", "place"): "United States",
    ("Georgia", "place"): "Georgia",
    ("Leeds", "place"): "Leeds",
    ("Apple Inc.", "organization"): "Apple Inc.",
    ("Apple Computer", "organization"): "Apple Inc.",
    ("Google", "organization"): "Google",
    ("SEC", "organization"): "Securities and Exchange Commission",
    ("Securities and Exchange Commission", "organization"): "Securities and Exchange Commission",
}


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


def short(text: str, **definitions: str) -> str:
    """`key method` of the last name in a text."""
    last = mentions(text, **definitions)[-1]
    return f"{last.entity.key.partition('-')[2] if last.entity else None} {last.method}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # An initial is the one given name that it can be.
        ("[person:John Smith] [person:J. Smith]", "johnsmith model"),
        ("[person:John Paul Smith] [person:J.P. Smith]", "johnpaulsmith model"),
        ("[person:J. Smith] [person:John Smith] [person:Smith]", "johnsmith short form"),
        ("[person:John Smith] [person:James Smith] [person:J. Smith]", "None ambiguous"),
        ("[person:George Bush] [person:George W. Bush] [person:G. Bush]", "georgebush model"),
        ("[person:George H. W. Bush] [person:George W. Bush] [person:G. Bush]", "None ambiguous"),
        ("[person:John Smith] [person:P. Smith]", "psmith model"),
        ("[person:John Morgan] [person:J.P. Morgan]", "jpmorgan model"),
        ("[person:Kim Jong Un] [person:J. U. Kim]", "jukim model"),
        ("[person:Donald John Trump] [person:Donald J. Trump] [person:Donald Trump]",
            "donaldtrump model"),
        # A title or a degree is no part of a full name, and makes none of a surname.
        ("[person:Adam Scaife] [person:Professor Adam Scaife]", "adamscaife model"),
        ("[person:Adam Scaife] [person:Professor Scaife]", "adamscaife short form"),
        ("[person:Ann M. Rose] [person:Ann M. Rose, M.D.]", "annmrose model"),
        ("[person:Former Vice President Al Gore]", "algore model"),
        ("[person:President Park]", "None lone"),
        ("[person:Gary Ross] [person:Gary Ross's] [person:Ross’s]", "garyross short form"),
        ("[person:Kim Jong Un] [person:Kim Jong Il] [person:Mr Kim]", "None ambiguous"),
        ("[person:Donald Trump] [person:Donald Trump Jr.]", "donaldtrumpjr model"),
        # A name of two words that is the end of a longer one.
        ("[person:Iain Duncan Smith] [person:Duncan Smith]", "iainduncansmith short form"),
        ("[person:Iain Duncan Smith] [person:Dunstan Smith]", "dunstansmith model"),
    ],
)  # fmt: skip
def test_short_forms_of_people(text: str, expected: str) -> None:
    assert short(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A company by its first word, where that is its own.
        ("[organization:Nashua Computer Inc] [organization:Nashua]", "nashuacomputer short form"),
        ("[organization:Salomon Brothers] [organization:Salomon]", "salomonbrothers short form"),
        ("[organization:Stifel, Nicolaus and Co] [organization:Stifel]",
            "stifelnicolaus short form"),
        ("[organization:Rolls-Royce Plc] [organization:Rolls]", "rollsroyce short form"),
        ("[organization:Labour Party] [organization:Labour]", "labourparty short form"),
        ("[organization:Fleet Financial Group] [organization:Fleet Financial]",
            "fleetfinancialgroup short form"),
        ("[organization:Chelsea Football Club] [organization:Chelsea]",
            "chelseafootballclub short form"),
        ("[organization:Avco Financial Group] [organization:Avco Financial] [organization:Avco]",
            "avcofinancialgroup short form"),
        # Not a word that begins many names, nor a place, nor what two names share.
        ("[organization:First Interstate Inc] [organization:First]", "first model"),
        ("[organization:American Express Co] [organization:American]", "american model"),
        ("[organization:Bank of Boston Corp] [organization:Bank]", "bank model"),
        ("[organization:Georgia Power Co] [organization:Georgia]", "georgia model"),
        ("[organization:Toshiba Tec Corp] [organization:Toshiba Steel] [organization:Toshiba]",
            "toshiba model"),
        ("[organization:Hoechst Celanese Corp] [organization:American Hoechst] "
            "[organization:Hoechst]", "hoechst model"),
        # Not a company that has that name itself.
        ("[organization:Avco Corp] [organization:Avco Financial Inc] [organization:Avco]",
            "avco model"),
        ("[organization:Google Ireland Ltd] [organization:Google]", "google model"),
        # Not what only begins alike: a press is no university, a council not the nations.
        ("[organization:Duke University Press] [organization:Duke University]",
            "dukeuniversity model"),
        ("[organization:Rape Crisis Scotland] [organization:Rape]", "rape model"),
        # One last word where only a place or a legal form stands before it.
        ("[organization:Leeds United] [organization:United]", "leedsunited tail"),
        ("[organization:U.S. Navy] [organization:Navy]", "usnavy tail"),
        ("[organization:U.S. Navy] [organization:Indian Navy] [organization:Navy]", "navy model"),
        ("[organization:World Bank] [organization:Bank]", "bank model"),
        ("[organization:AB Volvo] [organization:Volvo]", "abvolvo tail"),
        # A team by its last word; what other names end in as well is none.
        ("[organization:Jacksonville Jaguars] [organization:Jaguars]", "jacksonvillejaguars tail"),
        ("[organization:House Republicans] [organization:Republicans]", "republicans model"),
        ("[organization:Dominion Industries] [organization:Industries]", "industries model"),
        ("[organization:Texas Rangers] [organization:Army Rangers] [organization:Rangers]",
            "rangers model"),
        # Initials with the legal form and without.
        ("[organization:National Motors Corp] [organization:NM]", "nationalmotors initials"),
        ("[organization:General Electric Co Plc] [organization:GEC]", "generalelectric initials"),
        ("[organization:The Royal Bank of Canada] [organization:RBC]",
            "royalbankofcanada initials"),
        ("[organization:Atlas Tin and Tile Co] [organization:AT&T]", "atlastinandtile initials"),
        ("[organization:Hewlett-Packard] [organization:HP]", "hewlettpackard initials"),
        ("[organization:US Geological Survey] [organization:USGS]",
            "usgeologicalsurvey initials"),
        ("[organization:Acme Motors] [organization:Alpha Mines] [organization:AM]", "am model"),
        # The well known, with a legal form or the country in front; an acronym could be anything.
        ("[organization:Apple Computer Inc]", "apple model"),
        ("[organization:the U.S. Securities and Exchange Commission]",
            "securitiesandexchangecommission model"),
        ("[organization:SEC Ltd]", "sec model"),
        ("[place:U.S] [place:the U.S.]", "unitedstates model"),
        ("[place:The Hague] [place:Hague]", "hague model"),
    ],
)  # fmt: skip
def test_short_forms_of_organizations_and_places(text: str, expected: str) -> None:
    assert short(text) == expected


def test_a_definition_of_a_part_is_one_of_the_whole() -> None:
    text = "[organization:Royal Tea Board of India] [organization:TBI]"
    assert short(text, TBI="Tea Board of India") == "royalteaboardofindia definition"


@settings(deadline=None)
@given(
    st.permutations(
        """
        Kim Jong Un|Kim Jong-un|Kim Jong Il|Mr Kim|Jong Un|J. Smith|John Smith|Jane Ann Smith
        Jane Smith|Smith|Acme Steel Inc|Acme Steel|Acme Group|Acme|AS|Group
        """.strip()
        .replace("\n", "|")
        .split("|")
    )
)
def test_nothing_hangs_on_the_order_of_names(names: list[str]) -> None:
    def identities(kind: str, names: list[str]) -> dict[str, object]:
        found = mentions(" ".join(f"[{kind}:{name}]" for name in names))
        return {m.text: (m.entity, m.method) for m in found}

    for kind in ENTITY_TYPES:
        assert identities(kind, names) == identities(kind, sorted(names))


@pytest.mark.parametrize("name", ["", " ", "—"])
def test_a_definition_needs_a_name(name: str) -> None:
    assert keys("[organization:OGD]", OGD=name) == ["organization-ogd"]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(ENTITY_TYPES), st.text("A.b -—é한, İ&", max_size=12))),
    st.dictionaries(st.text("AB", max_size=2), st.text("AB b", max_size=5)),
)
def test_every_string_is_a_safe_name(
    names: list[tuple[EntityType, str]], definitions: dict[str, str]
) -> None:
    text = "".join(name for _, name in names)
    ends = [sum(len(name) for _, name in names[: n + 1]) for n in range(len(names))]
    spans = [
        Span(end - len(name), end, name, kind, "model", 1.0)
        for end, (kind, name) in zip(ends, names, strict=True)
    ]
    for mention in resolve([Tagged("body", text, spans)], definitions, known):
        assert mention.entity is None or mention.entity.key
        assert mention.entity is not None or mention.method in {"ambiguous", "lone"}


def test_a_man_and_a_woman_of_one_family_name_stay_apart() -> None:
    text = "[person:Ann Poe] met Mr [person:Poe] and Mrs [person:Poe]"
    assert keys(text) == ["person-annpoe", "ambiguous", "ambiguous"]
    assert keys("Mr and Mrs [person:Poe] met [person:Ann Poe]") == ["ambiguous", "person-annpoe"]
    assert keys("[person:Ann Poe], [person:Mr Poe], [person:Miss Poe]")[1:] == ["ambiguous"] * 2


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


def test_of_equally_frequent_spellings_the_first_in_the_alphabet_is_the_name() -> None:
    for text in ("[person:Jo Song-gil] [person:Jo Song Gil]", "[person:Jo Song Gil] [person:Jo]"):
        assert {m.entity.name for m in mentions(text) if m.entity} == {"Jo Song Gil"}
    (found,) = {m.entity for m in mentions("[organization:Apple] [organization:Apple Computer]")}
    assert found is not None
    assert found.name == "Apple Inc."
