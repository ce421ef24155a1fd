"""Two articles side by side: passages, their alignment, what is shared and what differs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article, Subheading
from service.comparing import Comparison, Row, compared
from service.comparing.differing import changed_words
from service.comparing.figures import figures
from service.comparing.passages import MOST_PASSAGES, Passage, Told, passages_of
from service.comparing.roots import roots_of
from service.comparing.times import agree, beginning, partial_times
from service.entity import EntityType, entity_key
from service.findings import MentionedDate
from service.stores.entities import EntityRow, PlacedMention
from service.stores.quotes import PlacedQuote


def told(body: str, *, title: str = "", names: dict[str, str] | None = None) -> Told:
    """An article whose names are given as text -> key; dates are found by `in YEAR`."""
    article = Article(body=body, title=title)
    mentions: list[PlacedMention] = []
    for field, text in article.passages():
        for name, key in (names or {}).items():
            kind: EntityType = key.partition("-")[0]  # type: ignore[assignment]
            at = text.find(name)
            while at >= 0:
                placed = PlacedMention(key, kind, field, at, at + len(name), name, "test", 1.0)
                mentions.append(placed)
                at = text.find(name, at + 1)
    keys = dict.fromkeys(m.entity for m in mentions if m.entity)
    entities = tuple(EntityRow(k, k, k.partition("-")[0], 1, 1) for k in keys)  # type: ignore[arg-type]
    return Told(article, entities, tuple(sorted(mentions, key=lambda m: m.start)))


def texts(passages: tuple[Passage, ...]) -> str:
    return " ".join(passage.text for passage in passages)


def shown(comparison: Comparison) -> list[tuple[str, str]]:
    return [(texts(row.left), texts(row.right)) for row in comparison.rows]


def pairs(comparison: Comparison) -> list[Row]:
    return [row for row in comparison.rows if row.left and row.right]


JO = {"Jo Song-gil": "person-josonggil", "Jo Song Gil": "person-josonggil", "Rome": "place-rome"}


# Rows ---------------------------------------------------------------------------------------------


def test_what_both_tell_stands_in_one_row() -> None:
    one = told(
        "The envoy Jo Song-gil left the embassy in Rome in November.\n\nIt rained in Paris.",
        names=JO,
    )
    other = told(
        "Markets were calm.\n\nHis post at the embassy in Rome was left by Jo Song Gil, an envoy.",
        names=JO,
    )
    comparison = compared(one, other)
    assert shown(comparison) == [
        ("", "Markets were calm."),
        (
            "The envoy Jo Song-gil left the embassy in Rome in November.",
            "His post at the embassy in Rome was left by Jo Song Gil, an envoy.",
        ),
        ("It rained in Paris.", ""),
    ]
    row = comparison.rows[1]
    assert [(each.kind, each.value) for each in row.shared] == [
        ("person", "person-josonggil"),
        ("place", "place-rome"),
    ]
    assert [(each.kind, each.left, each.right) for each in row.differing] == [
        ("spelling", ("Jo Song-gil",), ("Jo Song Gil",))
    ]


def test_the_order_of_the_other_article_does_not_matter() -> None:
    flood = "The flood destroyed forty bridges along the river Elbe."
    vote = "Parliament rejected the budget of the finance minister."
    fire = "Firefighters rescued a horse from a burning stable."
    comparison = compared(
        told(f"{flood}\n\n{vote}\n\n{fire}"), told(f"{fire}\n\n{vote}\n\n{flood}")
    )
    assert shown(comparison) == [(flood, flood), (vote, vote), (fire, fire)]
    assert all(row.is_same for row in comparison.rows)


def test_nothing_in_common_is_first_the_one_and_then_the_other() -> None:
    comparison = compared(told("Rain fell on Oslo."), told("Shares rose sharply."))
    assert shown(comparison) == [("Rain fell on Oslo.", ""), ("", "Shares rose sharply.")]


def test_one_common_word_is_chance() -> None:
    one, other = told("The minister visited Oslo."), told("A minister resigned over taxes.")
    assert pairs(compared(one, other)) == []


def test_a_passage_beside_a_pair_joins_it() -> None:
    one = told("The mayor opened the new bridge over the river Spree in Berlin on Monday.")
    other = told(
        "The mayor opened the new bridge on Monday. It spans the river Spree in Berlin, "
        "and the bridge is new.\n\nNobody else came."
    )
    rows = compared(one, other).rows
    assert len(rows[0].right) == 2
    assert texts(rows[1].right) == "Nobody else came."


def test_neighbours_in_both_are_one_row() -> None:
    text = "Police arrested two smugglers near Dover. The smugglers carried forged passports."
    assert len(compared(told(text), told(text)).rows) == 1


def test_headings_stand_alone() -> None:
    headings = (Subheading(0, 9, "All roads"),)
    article = Article(body="All roads\n\nPolice found it.", subheadings=headings)
    assert [
        (texts(row.left), texts(row.right)) for row in compared(Told(article), Told(article)).rows
    ] == [
        ("All roads", ""),
        ("", "All roads"),
        ("Police found it.", "Police found it."),
    ]


def test_title_standfirst_and_captions_are_passages() -> None:
    article = Article(body="One.", title="A", standfirst="B", captions=("C", "D"))
    found, cut = passages_of(Told(article))
    assert [(p.field, p.text) for p in found] == [
        ("title", "A"),
        ("standfirst", "B"),
        ("body", "One."),
        ("captions[0]", "C"),
        ("captions[1]", "D"),
    ]
    assert not cut


def test_signs_alone_are_no_passage() -> None:
    found, _ = passages_of(told("It rained.\n\n* * *\n\nIt snowed."))
    assert [p.text for p in found] == ["It rained.", "It snowed."]


def test_a_long_article_is_cut_and_says_so() -> None:
    long = told("\n\n".join(f"Sentence {n} tells of thing{n}." for n in range(MOST_PASSAGES + 5)))
    comparison = compared(long, told("Sentence 1 tells of thing1."))
    assert (comparison.left_is_cut, comparison.right_is_cut) == (True, False)
    assert sum(len(row.left) for row in comparison.rows) == MOST_PASSAGES


def test_a_text_without_marks_is_cut_at_words() -> None:
    text = "word " * 1_000 + "end"
    found, _ = passages_of(told(text))
    assert max(len(p.text) for p in found) <= 800
    assert "".join(p.text for p in found).replace(" ", "") == text.replace(" ", "")
    assert all(text[p.start : p.end] == p.text for p in found)


def test_other_scripts_are_aligned_too() -> None:
    one = told("북한 대사관의 조성길 대사대리가 로마에서 망명을 신청했다.\n\n비가 왔다.")
    other = told("주식이 올랐다.\n\n로마의 조성길 대사대리가 망명을 신청한 것으로 알려졌다.")
    assert len(pairs(compared(one, other))) == 1


# What is shared and what differs ------------------------------------------------------------------


def dated(body: str, *dates: tuple[str, str]) -> Told:
    """With dates as (text, ISO)."""
    found = tuple(
        MentionedDate("body", body.index(text), body.index(text) + len(text), text, iso, "year")
        for text, iso in dates
    )
    return replace(told(body), dates=found)


def only_row(one: Told, other: Told) -> Row:
    (row,) = compared(one, other).rows
    return row


def test_times_that_do_not_agree_differ() -> None:
    one = dated("The ambassador of Korea fled his post late in 2018.", ("2018", "2018"))
    other = told("The ambassador of Korea left his post in November.")
    (differing,) = only_row(one, other).differing
    assert (differing.kind, differing.left, differing.right) == (
        "time",
        ("late in 2018",),
        ("November",),
    )


def test_a_time_that_is_told_more_exactly_is_the_same() -> None:
    one = dated("The ambassador fled his post in June 2018.", ("June 2018", "2018-06"))
    other = dated("The ambassador fled his post on 12 June 2018.", ("12 June 2018", "2018-06-12"))
    row = only_row(one, other)
    assert row.differing == ()
    assert [(each.kind, each.left, each.right) for each in row.shared] == [
        ("time", ("June 2018",), ("12 June 2018",))
    ]


def test_numbers_of_the_same_thing_differ() -> None:
    one = told("The quake in Kobe killed 12 people and injured 300 children.")
    other = told("At least 15 people died when the quake in Kobe injured 300 children.")
    row = only_row(one, other)
    assert [(d.kind, d.left, d.right) for d in row.differing] == [
        ("figure", ("12 people",), ("15 people died",))
    ]
    assert [(s.kind, s.left) for s in row.shared] == [("figure", ("300 children",))]


def test_words_that_are_quoted_by_both_are_shared() -> None:
    def quoting(body: str, words: str) -> Told:
        at = body.index(words)
        quote = PlacedQuote(
            speaker=None,
            name=None,
            speaker_name=None,
            verb=None,
            text=words,
            direct=True,
            article="k",
            title="",
            source=None,
            published=None,
            field="body",
            start=at,
            end=at + len(words),
        )
        return replace(told(body), quotes=(quote,))

    one = quoting(
        "“We will not yield to threats,” the premier told parliament.",
        "We will not yield to threats,",
    )
    other = quoting("The premier told parliament: “We will not yield”.", "We will not yield")
    assert "quote" in {each.kind for each in only_row(one, other).shared}


def test_short_forms_are_no_other_spelling() -> None:
    names = {"Donald Trump": "person-donaldtrump", "Mr Trump": "person-donaldtrump"}
    one = told("Donald Trump met reporters in Hanoi.", names=names)
    other = told("In Hanoi, Mr Trump met reporters.", names=names)
    assert compared(one, other).spellings == ()


def test_an_edited_passage_shows_its_words() -> None:
    one = told("The council will close the old bridge in March for repairs.")
    other = told("The council will close the new bridge in March for repairs.")
    row = only_row(one, other)
    assert [one.article.body[s:e] for s, e in row.left_only] == ["old"]
    assert [other.article.body[s:e] for s, e in row.right_only] == ["new"]


def test_changed_words_are_of_both_texts() -> None:
    assert changed_words("a big cat sat", "a cat sat up") == (((2, 6),), ((9, 12),))
    assert changed_words("a cat", "nobody else knew of a dog") == ((), ())


def test_names_of_both_and_of_one() -> None:
    names = {name: entity_key("person", name) or "" for name in ("Ann Lee", "Bob Ray", "Cy Fox")}
    comparison = compared(
        told("Ann Lee met Bob Ray.", names=names), told("Ann Lee met Cy Fox.", names=names)
    )
    assert [e.key for e in comparison.both] == ["person-annlee"]
    assert [e.key for e in comparison.left_names] == ["person-bobray"]
    assert [e.key for e in comparison.right_names] == ["person-cyfox"]


# Parts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He left in November.", [("November", "--11")]),
        ("on Thursday, and May came", [("Thursday", "thursday")]),
        ("since May, or in March", [("May", "--05"), ("March", "--03")]),
        ("on 12 June or June 13", [("12 June", "--06-12"), ("June 13", "--06-13")]),
        ("Dec 31 was cold", [("Dec 31", "--12-31")]),
        ("The March of time; April Jones; mayor", []),
    ],
)
def test_times_without_a_year(text: str, found: list[tuple[str, str]]) -> None:
    assert [(text[start:end], value) for start, end, value in partial_times(text)] == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2018", "2018-06-12", True),
        ("2018", "2017", False),
        ("--06", "2018-06-12", True),
        ("--06", "2018", False),
        ("--06-12", "--06", True),
        ("--06-12", "2018-06-13", False),
        ("thursday", "2019-01-03", True),
        ("thursday", "2019-01-04", False),
        ("thursday", "thursday", True),
        ("thursday", "2019", False),
    ],
)
def test_times_agree(one: str, other: str, same: bool) -> None:
    assert agree(one, other) is same
    assert agree(other, one) is same


def test_a_time_begins_with_how_exact_it_is() -> None:
    text = "at the end of November, late in 2018"
    assert text[beginning(text, text.index("November")) :].startswith("the end of November")
    assert text[beginning(text, text.index("2018")) :] == "late in 2018"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12 people", [("12 people", "12", {"people"})]),
        ("twelve people died", [("twelve people died", "12", {"people", "died"})]),
        ("$3.5 million in cash", [("$3.5 million", "3500000", {"$"})]),
        ("3.5 mln dlrs", [("3.5 mln dlrs", "3500000", {"$"})]),
        ("1,200 troops", [("1,200 troops", "1200", {"troop"})]),
        ("up 4.2 pct", [("4.2 pct", "4.2", {"%"})]),
        ("up 4.2% on", [("4.2%", "4.2", {"%"})]),
        ("Boeing 747-400, B-52, 10:30", []),
    ],
)
def test_figures(text: str, found: list[tuple[str, str, set[str]]]) -> None:
    read = [(text[f.start : f.end], f.value, set(f.of)) for f in figures(text)]
    assert read == found


def test_forms_of_a_word_have_one_root() -> None:
    forms = [*roots_of("defected defectors defection")]
    assert len(set(forms)) == 1


# Laws ---------------------------------------------------------------------------------------------

WORDS = "Rome envoy fled embassy asylum November 2018 twelve people Kim talks the of in".split()
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
BODIES = st.lists(SENTENCES.map(lambda s: f"{s}. "), min_size=1, max_size=8).map(
    lambda parts: "\n\n".join(parts).strip()
)
NAMES = {"Rome": "place-rome", "Kim": "person-kim"}


@given(BODIES, BODIES)
def test_every_passage_is_in_one_row(one: str, other: str) -> None:
    left, right = told(one, names=NAMES), told(other, names=NAMES)
    rows = compared(left, right).rows
    assert sorted(p.start for row in rows for p in row.left) == [
        p.start for p in passages_of(left)[0]
    ]
    assert sorted(p.start for row in rows for p in row.right) == [
        p.start for p in passages_of(right)[0]
    ]
    first = [row.left[0].number for row in rows if row.left]
    assert first == sorted(first)


@given(BODIES, BODIES)
def test_swapped_articles_have_the_same_pairs(one: str, other: str) -> None:
    left, right = told(one, names=NAMES), told(other, names=NAMES)
    here = {(texts(r.left), texts(r.right)) for r in pairs(compared(left, right))}
    there = {(texts(r.right), texts(r.left)) for r in pairs(compared(right, left))}
    assert {p for pair in here for p in pair} == {p for pair in there for p in pair}
    assert compared(left, right) == compared(left, right)


@given(BODIES)
def test_an_article_is_the_same_as_itself(body: str) -> None:
    article = told(body, names=NAMES)
    assert all(not row.differing for row in compared(article, article).rows if row.is_same)
