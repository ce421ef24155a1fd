"""What a search can be narrowed to: which values, with which links."""

from service.result import Facet, FacetValue
from service.web.pages.addresses import Pair
from service.web.pages.search.asked import asked_of
from service.web.pages.search.narrowing import Choice, Chosen, Narrowing, chosen_of, narrowings

PEOPLE = Facet(
    (FacetValue("person-jo", "Jo Song Gil", 2), FacetValue("person-kim", "Kim Jong Un", 1)), True
)
# What all have or none has narrows nothing.
EVERYBODYS, NOBODYS = Facet((FacetValue("AFP", "AFP", 2),), False), Facet((), False)


def people(*pairs: Pair, facet: Facet = PEOPLE) -> Narrowing:
    asked = asked_of(pairs, "UTC")
    chosen = chosen_of(asked, {"person-jo": "Jo Song Gil"}, {"person-cho": "person-jo"}.get)
    facets = {"person": facet, "place": NOBODYS, "source": EVERYBODYS}
    (narrowing,) = narrowings(asked, asked.state, facets, chosen, total=2)
    return narrowing


def test_a_value_can_be_taken_or_left_out() -> None:
    found = people(("q", "rome"))
    assert found.choices[0] == Choice(
        "Jo Song Gil",
        "2",
        chosen=False,
        left_out=False,
        href="/?q=rome&person=person-jo",
        unwanted="/?q=rome&not.person=person-jo",
    )
    assert (found.more, found.fewer, found.can_find) == ("/?q=rome&more=person", "", True)
    assert found.api == "/v1/facets/person?q=rome&facet_limit=50"


def test_what_is_chosen_is_let_go_of() -> None:
    for given in ("person-jo", "person-cho", "jo song gil"):
        jo, kim = people(("person", given)).choices
        assert (jo.chosen, jo.href, jo.unwanted) == (True, "/", "")
        assert kim.href == f"/?person={given.replace(' ', '+')}&person=person-kim"


def test_what_is_left_out_is_let_in_again() -> None:
    jo, _ = people(("not.person", "person-jo")).choices
    assert (jo.chosen, jo.left_out, jo.href) == (False, True, "/")


def test_what_is_chosen_and_rare_is_listed_too() -> None:
    rare, *_ = people(("person", "person-rare")).choices
    assert (rare.label, rare.articles, rare.chosen) == ("person-rare", "", True)


def test_values_are_looked_through() -> None:
    found = people(("q", "rome"), ("find.person", "song"))
    assert (found.find, found.fewer, found.more) == ("song", "/?q=rome", "")
    none = people(("find.person", "nobody"), facet=Facet((), False))
    assert (none.choices, none.find) == ((), "nobody")


def test_a_filter_is_called_by_its_name() -> None:
    asked = asked_of([("person", "person-cho"), ("not.language", "it"), ("source", "AFP")], "UTC")
    chosen = chosen_of(asked, {"person-jo": "Jo Song Gil"}, {"person-cho": "person-jo"}.get)
    assert chosen == (
        Chosen("source", "AFP", "AFP", "AFP"),
        Chosen("person", "person-cho", "person-jo", "Jo Song Gil"),
        Chosen("language", "it", "it", "Italian", left_out=True),
    )


def test_two_sorts_of_one_language_are_not_taken_for_one() -> None:
    facet = Facet((FacetValue("en", "en", 3), FacetValue("en-GB", "en-GB", 2)), False)
    asked = asked_of([("language", "en")], "UTC")
    chosen = chosen_of(asked, {}, lambda _: None)
    (found,) = narrowings(asked, asked.state, {"language": facet}, chosen, total=3)
    assert [(each.label, each.chosen) for each in found.choices] == [
        ("English", True),
        ("English (en-GB)", False),
    ]
