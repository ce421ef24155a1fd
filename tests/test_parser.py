"""Text -> tree: what each query means, and where each mistake stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidQuery
from service.parser import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_WORDS,
    MOST_DIAGNOSTICS,
    parse_lenient,
    parse_strict,
)
from service.query import TEXT_FIELDS, And, Near, Node, Phrase, Prefix, Word

# (typed, understood): the text form is the query language itself.
UNDERSTOOD = [
    ("rome ambassador", "rome ambassador"),
    ('"acting envoy"', '"acting envoy"'),
    ("“acting envoy”", '"acting envoy"'),
    ('"envoy rome"~5', '"envoy rome"~5'),
    ("defect*", "defect*"),
    ("kim OR jo", "kim OR jo"),
    ("kim or jo", "kim or jo"),
    ("kim AND jo rome", "(kim AND jo) rome"),
    ("kim -sanctions", "kim -sanctions"),
    ("kim NOT sanctions", "kim -sanctions"),
    ("-sanctions", "-sanctions"),
    ("kim -a NOT b", "kim -(a OR b)"),
    ("(-kim) jo", "jo -kim"),
    ("NOT NOT kim", "kim"),
    ("-(kim jo)", "-(kim jo)"),
    ("kim AND -jo", "kim -jo"),
    ("(kim OR (jo rome)) envoy", "(kim OR (jo rome)) envoy"),
    ("title:envoy", "title:envoy"),
    ("title:(envoy OR rome)", "title:(envoy OR rome)"),
    ('caption:"capella hotel"', 'caption:"capella hotel"'),
    ('person:"Jo Song Gil" rome', 'person:"Jo Song Gil" rome'),
    ("-source:AFP", "-source:AFP"),
    ("organisation:OGD", "organization:OGD"),
    ("after:2018-11-01 before:2019", "after:2018-11-01 before:2019"),
    ("Jo Song-gil", "Jo Song-gil"),
    ("don't U.S. AT&T 50%", "don't U.S. AT&T 50%"),
    ("re:start http://x.org", "re:start http://x.org"),
    ("Note: x https://x.org 10:30", "Note: x https://x.org 10:30"),
    ("headline: envoy", "headline: envoy"),
    ("source:text:x", 'source:"text:x"'),
    ("after:2020-02-29", "after:2020-02-29"),
    ("jo - gil", "jo gil"),
    ("well--known", "well--known"),
    ("a\x00b", "a b"),
    ("DPRK AND (IAEA OR NPT) NOT USA", "(DPRK AND (IAEA OR NPT)) -USA"),
    ("김정은 OR 김정일 OR 김일성 OR 김여정", "김정은 OR 김정일 OR 김일성 OR 김여정"),
    (
        "(NORTH KOREA OR SOUTH KOREA) AND MISSILE LAUNCH TESTS",
        "(((NORTH KOREA) OR (SOUTH KOREA)) AND MISSILE) LAUNCH TESTS",
    ),
    ("2016 OR 2017 OR 2018 OR 2019", "2016 OR 2017 OR 2018 OR 2019"),
    ("KIM OR TRUMP OR PUTIN OR MERKEL OR MACRON", "KIM OR TRUMP OR PUTIN OR MERKEL OR MACRON"),
]


@pytest.mark.parametrize(("typed", "understood"), UNDERSTOOD)
def test_understood(typed: str, understood: str) -> None:
    parsed = parse_strict(typed)
    assert str(parsed.tree) == understood
    assert parse_strict(understood).tree == parsed.tree


# (typed, understood, message, offset, length)
MISTAKES = [
    ('"jo song', '"jo song"', "unclosed quote: searched as “jo song”", 0, 8),
    ("kim AND", "kim", "AND needs something on both sides: left out", 4, 3),
    ("OR kim", "kim", "OR needs something on both sides: left out", 0, 2),
    ("title:", "", "nothing after “title:”: left out", 0, 6),
    ("(kim", "kim", "“(” is never closed: closed at the end", 0, 4 - 3),
    ("-kim) jo", "jo -kim", "“)” without “(”: left out", 4, 1),
    ("kim) jo", "kim jo", "“)” without “(”: left out", 3, 1),
    ("kim NOT", "kim", "nothing to exclude after “NOT”: left out", 4, 3),
    ('kim ""', "kim", "nothing to search for between the quotes: left out", 4, 2),
    ("*", "", "no word to search for: everything is shown", 0, 1),
    ('"', "", "no word to search for: everything is shown", 0, 1),
    ("after:soon", "", "“after:soon” is no date: write 2018, 2018-11 or 2018-11-01", 6, 4),
    ("headline:envoy", "headline:envoy", "“headline:” is no field: did you mean “title:”?", 0, 9),
    ("kim -titel:x", "kim -titel:x", "“titel:” is no field: did you mean “title:”?", 5, 6),
    ('text:"a b"', 'text: "a b"', "“text:” is no field: did you mean “body:”?", 0, 5),
    ("tag:(a b)", "tag: a b", "“tag:” is no field: did you mean “topic:”?", 0, 4),
    ("since:2018", "since:2018", "“since:” is no field: did you mean “after:”?", 0, 6),
    ("lang:한국어", "lang:한국어", "“lang:” is no field: did you mean “language:”?", 0, 5),
    (
        "after:2018-02-30",
        "after:2018-02-28",
        "“after:2018-02-30”: there is no such day, 2018-02-28 was taken",
        6,
        10,
    ),
    (
        "before:2018-11-31",
        "before:2018-11-30",
        "“before:2018-11-31”: there is no such day, 2018-11-30 was taken",
        7,
        10,
    ),
    (
        "TALKS OF KIM AND TRUMP IN HANOI",
        "TALKS OF KIM and TRUMP IN HANOI",
        "all in capitals, so AND, OR and NOT are taken for words",
        13,
        3,
    ),
    ('person:" "', "", "nothing to look for in “person:”: left out", 7, 3),
    ('person:"\x14"', "", "nothing to look for in “person:”: left out", 7, 3),
]


@pytest.mark.parametrize(("typed", "understood", "message", "offset", "length"), MISTAKES)
def test_mistakes(typed: str, understood: str, message: str, offset: int, length: int) -> None:
    parsed = parse_lenient(typed)
    assert str(parsed.tree or "") == understood
    assert [(d.message, d.offset, d.length) for d in parsed.diagnostics] == [
        (message, offset, length)
    ]
    with pytest.raises(InvalidQuery) as caught:
        parse_strict(typed)
    assert caught.value.problems[0].offset == offset


def test_size_is_limited() -> None:
    words = [f"w{n}" for n in range(MAX_WORDS + 50)]
    parsed = parse_lenient(" ".join(words))
    assert str(parsed.tree) == " ".join(words[:MAX_WORDS])
    assert [d.message for d in parsed.diagnostics] == ["more than 500 words: the rest was left out"]
    glued = parse_lenient("a*+" * 3_000)
    assert str(glued.tree).count("a") == MAX_WORDS


def test_depth_is_limited() -> None:
    deep = "(" * (MAX_DEPTH + 5) + "kim" + ")" * (MAX_DEPTH + 5)
    parsed = parse_lenient(deep)
    assert str(parsed.tree) == "kim"
    assert any("levels" in d.message for d in parsed.diagnostics)


# More than 100 mistakes, and one for each pair of signs.
@pytest.mark.parametrize("typed", ["(" * (MAX_LENGTH - 1), '""' * 101, "OR " * 3_000])
def test_thousands_of_mistakes_are_counted(typed: str) -> None:
    found = parse_lenient(typed).diagnostics
    assert len(found) == MOST_DIAGNOSTICS
    assert re.fullmatch(r"\d+ more mistakes are not listed", found[-1].message)
    with pytest.raises(InvalidQuery) as caught:
        parse_strict(typed)
    assert [p.message for p in caught.value.problems] == [d.message for d in found]


def test_a_hundred_mistakes_are_listed() -> None:
    found = parse_lenient('""' * MOST_DIAGNOSTICS).diagnostics
    assert {d.message for d in found} == {"nothing to search for between the quotes: left out"}
    assert len(found) == MOST_DIAGNOSTICS
    more = parse_lenient('""' * (MOST_DIAGNOSTICS + 1)).diagnostics[-1]
    assert (more.message, more.offset) == ("2 more mistakes are not listed", 198)


@given(st.text(max_size=300))
def test_every_string_is_a_query(text: str) -> None:
    parsed = parse_lenient(text)
    for diagnostic in parsed.diagnostics:
        assert 0 <= diagnostic.offset <= diagnostic.offset + diagnostic.length <= len(text)
    if parsed.tree is not None:
        again = parse_lenient(str(parsed.tree))
        assert (again.tree, again.diagnostics) == (parsed.tree, ())


@given(st.text(alphabet='ab "()*-:~ORNDT“”kimtitle', max_size=60))
def test_every_heap_of_operators_is_a_query(text: str) -> None:
    tree = parse_lenient(text).tree
    assert tree is None or parse_strict(str(tree)).tree == tree


words = st.sampled_from(["kim", "Jo", "Song-gil", "U.S.", "50%", "né", "平壤"])
leaves: st.SearchStrategy[Node] = st.one_of(
    words.map(Word),
    words.filter(lambda w: w[-1].isalnum()).map(Prefix),
    st.lists(words, min_size=1, max_size=3).map(" ".join).map(Phrase),
    st.builds(Near, st.just("kim jo"), st.integers(0, 99)),
)


@given(st.lists(leaves, min_size=2, max_size=5), st.sampled_from(sorted(TEXT_FIELDS)))
def test_trees_read_back_as_themselves(parts: list[Node], field: str) -> None:
    tree = And(tuple(parts))
    assert parse_strict(str(tree)).tree == tree
    assert str(parse_strict(f"{field}:({tree})").tree) == f"{field}:({tree})"
