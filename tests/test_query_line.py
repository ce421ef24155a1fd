"""What was understood of a search, in words, and the links that take each part back."""

import pytest

from service.query import Diagnostic
from service.result import Expansion, Results
from service.web.pages.addresses import Pair
from service.web.pages.search.asked import Asked, asked_of
from service.web.pages.search.narrowing import Chosen
from service.web.pages.search.query_line import (
    Beside,
    Held,
    Link,
    Mistake,
    beside,
    dates_in_words,
    forms,
    held,
    mistakes,
    orders,
    pinned,
    pointed,
    quoting,
    word_modes,
)

NONE = Results(total=0, groups=0, hits=())
ANY = Results(total=3, groups=3, hits=(), match="any")


def asked(*pairs: Pair) -> Asked:
    return asked_of(pairs, "UTC")


@pytest.mark.parametrize(
    ("q", "words", "quoted"),
    [
        ("jo song-gil rome", "jo song-gil", '"jo song-gil" rome'),
        ("rome (colour OR colour)", "colour", 'rome ("colour" OR "colour")'),
        ("title:colour", "colour", 'title:"colour"'),
        ('"jo song" jo', "jo", '"jo song" "jo"'),
        ("jo  song", "jo song", '"jo song"'),
        ("josong", "jo song", "josong"),
        ("colours", "colour", "colours"),
        ("", "colour", ""),
        ("rome (", " ", "rome ("),
    ],
)
def test_words_are_quoted_where_they_stand(q: str, words: str, quoted: str) -> None:
    assert quoting(q, words) == quoted


def test_what_was_looked_for_beside_can_be_undone() -> None:
    found = (
        Expansion("jo song-gil", ("Cho Song-gil",), "romanisation"),
        Expansion("colour", ("color",), "spelling"),
        Expansion("jo song-gil", ("J Song-gil",), "name"),
    )
    assert beside(asked(("q", "jo song-gil colour")), found) == (
        Beside("colour", (("color", "another spelling"),), "/?q=jo+song-gil+%22colour%22"),
        Beside(
            "jo song-gil",
            (
                ("Cho Song-gil", "another romanisation"),
                ("J Song-gil", "another form of the name"),
            ),
            "/?q=%22jo+song-gil%22+colour",
        ),
    )
    (undone,) = beside(asked(("q", "COLOUR")), found[1:2])
    assert undone.undo == "/?q=COLOUR&expand=false"


def test_how_words_matched() -> None:
    assert word_modes(asked(("q", "rome")), NONE) == ("", None)
    assert word_modes(asked(("q", '"acting envoy"')), NONE) == ("", None)
    assert word_modes(asked(("q", "jo rome")), NONE) == (
        "all words",
        Link("any word is enough", "/?q=jo+rome&match=any"),
    )
    assert word_modes(asked(("q", "jo rome")), ANY) == (
        "any of the words, those with all of them first",
        Link("only with all words", "/?q=jo+rome&match=all"),
    )


def test_narrowing_keeps_how_words_matched() -> None:
    """Of a few articles fewer have all words, so that any might become enough."""
    assert str(pinned(asked(("q", "jo rome")), NONE)) == "/?q=jo+rome&match=all"
    assert str(pinned(asked(("q", "jo rome"), ("match", "any")), ANY)) == "/?q=jo+rome&match=any"
    assert str(pinned(asked(("q", "rome")), NONE)) == "/?q=rome"


def test_orders() -> None:
    assert orders(asked(("q", "jo"))) == (
        Link("best match", "/?q=jo&sort=relevance", True),
        Link("newest", "/?q=jo&sort=newest"),
        Link("oldest", "/?q=jo&sort=oldest"),
    )
    assert [each.text for each in orders(asked())] == ["newest", "oldest"]


def test_the_same_search_in_other_forms() -> None:
    found = asked(
        ("q", "jo"),
        ("sort", "relevance"),
        ("collapse", "true"),
        ("rank", "exact"),
        ("compare", "a"),
    )
    assert [each.href for each in forms(found)] == [
        "/v1/search.atom?q=jo&sort=relevance&collapse=true",
        "/v1/search?q=jo&sort=relevance&collapse=true&rank=exact",
        "/v1/export?q=jo&format=csv",
    ]


def test_all_that_holds_can_be_taken_back() -> None:
    found = asked(
        ("q", "jo"),
        ("person", "person-jo"),
        ("not.source", "AFP"),
        ("from", "2018-12-01"),
        ("to", "2018-12-31"),
        ("collapse", "true"),
    )
    chosen = (
        Chosen("person", "person-jo", "person-jo", "Jo Song-gil"),
        Chosen("source", "AFP", "AFP", "AFP", left_out=True),
    )
    rest = "from=2018-12-01&to=2018-12-31&collapse=true"
    assert held(found, chosen) == (
        Held(
            "person",
            "Jo Song-gil",
            f"/?q=jo&not.source=AFP&{rest}",
            f"/?q=jo&not.source=AFP&{rest}&not.person=person-jo",
            "leave out",
        ),
        Held(
            "not source",
            "AFP",
            f"/?q=jo&person=person-jo&{rest}",
            f"/?q=jo&person=person-jo&{rest}&source=AFP",
            "look for",
        ),
        Held(
            "published",
            "in December 2018",
            "/?q=jo&person=person-jo&not.source=AFP&collapse=true",
        ),
        Held(
            "",
            "copies together",
            "/?q=jo&person=person-jo&not.source=AFP&from=2018-12-01&to=2018-12-31",
        ),
    )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2018-12-16", "", "since 16 December 2018"),
        ("", "2018-12-16", "until 16 December 2018"),
        ("2018-12-16", "2018-12-16", "on 16 December 2018"),
        ("2018-12-01", "2018-12-31", "in December 2018"),
        ("2018-01-01", "2018-12-31", "in 2018"),
        ("2018-12-16", "2019-01-04", "16 December 2018 to 4 January 2019"),
        ("2018-12-16T10:00", "2018-12-16", "2018-12-16T10:00 to 16 December 2018"),
        ("2018-12-16T10:00", "", "since 2018-12-16T10:00"),
    ],
)
def test_dates_in_words(first: str, last: str, words: str) -> None:
    assert dates_in_words(first, last) == words


@pytest.mark.parametrize(
    ("q", "offset", "length", "line", "caret"),
    [
        ("kim AND (jo", 8, 1, "kim AND (jo", "        ^"),
        ("조성길 (jo", 4, 1, "조성길 (jo", "       ^"),
        ("a\n(b", 2, 1, "a (b", "  ^"),
        ("x" * 100 + "(" + "y" * 100, 100, 1, f"…{'x' * 32}({'y' * 32}…", " " * 33 + "^"),
        ("after:2018-13-01 x", 0, 16, "after:2018-13-01 x", "^" * 16),
    ],
)
def test_carets_stand_below_a_mistake(
    q: str, offset: int, length: int, line: str, caret: str
) -> None:
    assert pointed(q, offset, length) == (line, caret)


def test_mistakes_in_words() -> None:
    found = (
        Diagnostic("“(” is never closed: closed at the end", 4, 1),
        Diagnostic("“a*” is in very many articles: its words rank them (rank=exact)", 0, 0),
        Diagnostic("what only a filter beside OR finds has no rank: it comes last", 0, 0),
        Diagnostic("one more", 0, 0),
    )
    assert mistakes(asked(("q", "kim (jo")), found) == (
        Mistake("“(” is never closed: closed at the end.", "kim (jo", "    ^", 5),
        Mistake(
            "“a*” is in very many articles: its words rank them.",
            exactly="/?q=kim+%28jo&rank=exact",
        ),
        Mistake("What only a filter beside OR finds has no rank: it comes last."),
        Mistake("And 1 more like these."),
    )
