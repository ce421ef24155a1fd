"""Hits as a page shows them: marks, passages that say nothing twice, and what is not stated."""

import pytest

from service.dates import Moment
from service.result import Copy, Hit, Snippet
from service.stores.mentioned import Mentioned
from service.web.pages.pieces import pieces_of
from service.web.pages.search.asked import asked_of
from service.web.pages.search.hits import Chip, Paper, Passage, ShownHit, shown_hits

ASKED = asked_of([("q", "jo"), ("sort", "newest"), ("expand", "false")], "UTC")


def hit(title: str = "An envoy", *snippets: Snippet, derived: bool = False, **rest: object) -> Hit:
    known = {"source": None, "source_derived": False, "authors": (), "published": None}
    return Hit(
        **{"key": "a1", "url": None, "language": None, "score": None} | known | rest,  # type: ignore[arg-type]
        title=title,
        title_derived=derived,
        snippets=snippets,
    )


def shown(one: Hit, *mentioned: Mentioned) -> ShownHit:
    (found,) = shown_hits([one], ASKED, {"a1": mentioned})
    return found


def body(text: str, *marks: tuple[int, int]) -> Snippet:
    return Snippet("body", text, marks)


def test_a_text_is_cut_at_its_marks() -> None:
    assert pieces_of("Jo fled.", [(0, 2)]) == (("Jo", True), (" fled.", False))
    assert pieces_of("Jo", []) == (("Jo", False),)
    assert pieces_of("", []) == ()


def test_what_matched_in_the_headline_is_marked_there() -> None:
    found = shown(hit("Jo flees", Snippet("title", "Jo flees", ((0, 2),)), body("He fled.")))
    assert found.headline == (("Jo", True), (" flees", False))
    assert found.passages == (Passage("", (("He fled.", False),)),)


def test_a_first_line_is_not_said_again() -> None:
    line = body("Envoy Jo has fled. He is in Rome.", (6, 8))
    found = shown(hit("Envoy Jo has fled.", line, derived=True))
    assert found.headline == (("Envoy ", False), ("Jo", True), (" has fled.", False))
    assert found.passages == (Passage("", (("He is in Rome.", False),)),)
    cut = hit(
        "Envoy Jo…", body("Envoy Jo has fled.", (6, 8)), body("Jo it was.", (0, 2)), derived=True
    )
    assert [p.pieces[0] for p in shown(cut).passages] == [("Jo", True)]
    whole = shown(hit("Envoy Jo has fled.", body("Envoy Jo has fled."), derived=True))
    assert whole.passages == ()


def test_passages_tell_where_they_stand_and_that_the_text_goes_on() -> None:
    found = shown(
        hit("X", body("he fled with"), body("and hid"), Snippet("captions[1]", "Rome.", ((0, 4),)))
    )
    assert found.passages == (
        Passage("", (("… ", False), ("he fled with", False))),
        Passage("", (("… ", False), ("and hid", False), (" …", False))),
        Passage("Caption", (("Rome", True), (".", False))),
    )


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "source unknown · undated"),
        (
            {"source": "Asia Times", "source_derived": True, "derived": True},
            "no headline; first line · Asia Times (named in the text) · undated",
        ),
        (
            {
                "source": "AFP",
                "published": Moment("2018-12-16", "day"),
                "authors": ("Jane Doe", "Jo Roe"),
            },
            "AFP · 16 December 2018 · Jane Doe, Jo Roe",
        ),
    ],
)
def test_what_is_known_of_an_article(known: dict[str, object], said: str) -> None:
    assert shown(hit("An envoy", **known)).origin == said  # type: ignore[arg-type]


def test_names_in_the_order_of_their_kinds() -> None:
    found = shown(
        hit(), Mentioned("place-rome", "Rome", "place"), Mentioned("person-jo", "Jo", "person")
    )
    assert found.chips == (
        Chip("person", "Jo", "/entities/person-jo"),
        Chip("place", "Rome", "/entities/place-rome"),
    )


def test_what_runs_from_right_to_left_does_not_turn_the_date_round() -> None:
    found = shown(
        hit(source="الجزيرة", published=Moment("1987-03-12", "day"), authors=("محمد علي",))
    )
    assert found.origin == "\u2068الجزيرة\u2069 · 12 March 1987 · \u2068محمد علي\u2069"


def test_links_keep_the_search() -> None:
    copies = (Copy("a2", None, None), Copy("a3", "AFP", Moment("2018-12-16", "day")))
    found = shown(hit(version=2, copies=5, copied_in=copies))
    assert found.href == "/articles/a1?q=jo&sort=newest&expand=false"
    assert found.version == "/articles/a1/versions/2?q=jo&sort=newest&expand=false"
    assert found.compare == "/compare?a=a1"
    assert found.cite == "/articles/a1?q=jo&sort=newest&expand=false#cite"
    assert found.papers == (
        Paper("source unknown", "/articles/a2?q=jo&sort=newest&expand=false"),
        Paper("AFP, 16 December 2018", "/articles/a3?q=jo&sort=newest&expand=false"),
    )


def test_a_hit_without_any_text_can_be_followed_all_the_same() -> None:
    assert shown(hit("", derived=True)).headline == (("Without a headline", False),)
