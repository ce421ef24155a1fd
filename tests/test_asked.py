"""What a search page takes of an address: what cannot be used is left out, and said."""

import pytest

from service.limits import AS_DELIVERED
from service.parser import MAX_LENGTH
from service.query import Cursor
from service.web.pages.addresses import Pair
from service.web.pages.search.asked import (
    MOST_BEFORE,
    TOO_MANY,
    WRONG_CURSOR,
    Asked,
    asked_of,
)
from service.web.pages.search.turning import turning
from service.web.parameters import write_cursor


def asked(*pairs: Pair) -> Asked:
    return asked_of(pairs, "Europe/Rome")


def cursor(offset: int) -> Cursor:
    return Cursor(7, offset, "a1", 3, "2018-12-16", "all", "0123456789abcdef")


def test_parameters_are_those_of_the_api() -> None:
    found = asked(
        ("q", "jo rome"),
        ("person", "person-jo"),
        ("person", "person-kim"),
        ("not.source", "AFP"),
        ("from", "2018-12-01"),
        ("to", "2018-12-31"),
        ("match", "any"),
        ("sort", "oldest"),
        ("collapse", "true"),
        ("versions", "all"),
        ("expand", "false"),
        ("rank", "exact"),
    )
    ask = found.ask
    assert (ask.q, ask.match, ask.sort, ask.start, ask.end) == (
        "jo rome",
        "any",
        "oldest",
        "2018-12-01",
        "2018-12-31",
    )
    assert (ask.filters, ask.excluded) == (
        {"person": ("person-jo", "person-kim")},
        {"source": ("AFP",)},
    )
    assert (ask.collapse, ask.versions, ask.expand, ask.exact, ask.tz, ask.limit) == (
        True,
        "all",
        False,
        True,
        "Europe/Rome",
        20,
    )
    assert found.faults == ()
    assert found.selects


def test_unknown_and_empty_ones_are_nothing() -> None:
    found = asked(("utm_source", "x"), ("q", ""), ("from", ""), ("limit", "1"), ("strict", "true"))
    assert (str(found.state), found.faults, found.selects) == ("/", (), False)
    assert (found.ask.limit, found.ask.strict, found.ask.start) == (20, False, None)


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (
            ("from", "garbage"),
            "The first date was left out: "
            "“garbage” is neither a date (2018-12-16) nor a date-time.",
        ),
        (("sort", "best"), "The order was left out: it can be relevance, newest or oldest."),
        (
            ("collapse", "perhaps"),
            "Whether copies are shown together was left out: it can be true or false.",
        ),
        (
            ("tz", "Mars"),
            "The time zone was left out: “Mars” is no time zone: use a name such as Europe/Rome.",
        ),
        (("person", "x" * 1_001), "The person was left out: it is too long."),
        (("not.place", "x" * 1_001), "The place to leave out was left out: it is too long."),
        (("cursor", "!"), WRONG_CURSOR),
    ],
)
def test_what_is_wrong_is_left_out_and_said(pair: Pair, said: str) -> None:
    found = asked(("q", "jo"), pair)
    assert found.faults == (said,)
    assert str(found.state) == "/?q=jo"


def test_several_mistakes_are_all_told() -> None:
    found = asked(("from", "x"), ("to", "y"), ("match", "some"), ("q", "jo"), ("q", "kim"))
    assert len(found.faults) == 4
    assert found.ask.q == "jo"


def test_a_query_too_long_is_cut() -> None:
    found = asked(("q", "a" * (MAX_LENGTH + 1)))
    assert (len(found.ask.q), found.faults) == (
        MAX_LENGTH,
        ("Only the first 10,000 characters were looked for.",),
    )


def test_too_many_filters_are_left_out() -> None:
    people = [("person", f"p{number}") for number in range(AS_DELIVERED.most_filters - 1)]
    found = asked(*people, ("q", "jo"), ("source", "AFP"), ("source", "AP"), ("topic", "oil"))
    assert found.faults == (TOO_MANY,)
    assert len(found.ask.filters["person"]) == AS_DELIVERED.most_filters - 1
    assert found.ask.filters["source"] == ("AFP",)
    assert "topic" not in found.ask.filters
    assert str(found.state).endswith("&q=jo&source=AFP")


def test_filters_too_long_are_left_out() -> None:
    names = [("person", letter * 1_000) for letter in "abcdefgh"]
    found = asked(*names, ("place", "x"))
    assert (found.faults, len(found.ask.filters["person"])) == ((TOO_MANY,), 5)
    assert "place" not in found.ask.filters


def test_the_state_has_no_place_in_the_pages() -> None:
    found = asked(
        ("q", "jo"),
        ("cursor", write_cursor(cursor(20))),
        ("before", "abc"),
        ("find.person", "kim"),
        ("more", "place"),
        ("compare", "a1"),
    )
    assert str(found.state) == "/?q=jo&compare=a1"
    assert str(found.search) == "/?q=jo"
    assert (found.find, found.more, found.compare) == (("person", "kim"), "place", "a1")
    assert found.ask.cursor == cursor(20)


def test_pages_go_on_and_back() -> None:
    """As a reader goes: on to the fourth page, and back to the first."""
    address = asked(("q", "jo")).state
    seen = []
    for offset in (20, 40, 60, 80):
        here = asked(*address.pairs)
        turned = turning(here, cursor(offset))
        seen.append(turned)
        address = address.setting({"cursor": "", "before": ""})
        address = type(address)("/", tuple(_pairs(turned.next)))
    assert [turned.page for turned in seen] == [1, 2, 3, 4]
    assert [bool(turned.first) for turned in seen] == [False, True, True, True]
    last = seen[-1]
    for page in (3, 2, 1):
        last = turning(asked(*_pairs(last.previous)), cursor(page * 20))
        assert last.page == page
    assert last.previous == ""


def _pairs(address: str) -> list[Pair]:
    parts = (part.partition("=") for part in address.partition("?")[2].split("&"))
    return [(name, value.replace("%2C", ",")) for name, _, value in parts]


def test_so_many_pages_are_kept() -> None:
    many = ",".join(f"c{number}" for number in range(100))
    found = asked(("cursor", write_cursor(cursor(2_000))), ("before", many))
    assert len(found.before) == MOST_BEFORE
    assert found.before[-1] == "c99"
    turned = turning(found, None)
    assert (turned.page, turned.next, turned.first) == (101, "", "/")
    lost = asked(("cursor", write_cursor(cursor(2_000))), ("before", "<script>,,"))
    assert (lost.before, turning(lost, None).previous) == ((), "")
