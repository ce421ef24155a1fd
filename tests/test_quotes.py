"""Who says what: the seeds with the real pipeline, forms as literals, any text at all."""

import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import read_one as read

from service.article import Article
from service.entity import EntityName, Mention
from service.extract import PINNED_MODEL, extract, load_tagger
from service.extract.quotes import find_quotes
from service.findings import Quote

ROOT = Path(__file__).parents[1]
GOLD = Path(__file__).parent / "gold" / "quotes"

tagger = cache(load_tagger)

Row = tuple[str, str | None, str | None]


def rows(article: Article, which: str = PINNED_MODEL, *, direct: bool) -> list[Row]:
    """(first words, entity or the words for who speaks, verb)."""
    mentions = extract(article, tagger(which)).mentions
    quotes = find_quotes(list(article.passages()), mentions)
    return [
        (" ".join(quote.text.split()[:4]), speaker(quote, mentions), quote.verb)
        for quote in quotes
        if quote.direct == direct
    ]


def speaker(quote: Quote, mentions: Sequence[Mention]) -> str | None:
    entity = mentions[quote.speaker].entity if quote.speaker is not None else None
    return entity.name if entity else quote.speaker_name


def seed(number: str) -> Article:
    file = next((ROOT / "seeds").glob(f"{number}_*.txt"))
    return read(file.read_bytes(), file.name)


# The seeds ------------------------------------------------------------------------------------


def test_speech_in_marks_of_the_first_seed() -> None:
    assert rows(seed("000"), direct=True) == [
        ("human scum", "North Korea's state media", "derided"),
        ("new way", "Kim Jong Un", "added"),
        ("block the path to", "North Korea", "warning"),
    ]


def test_reported_speech_of_the_first_seed() -> None:
    found = rows(seed("000"), direct=False)
    assert [row for row in found if row[1] == "Thae Yong Ho"] == [
        ("he worked with Jo", "Thae Yong Ho", "said"),
        ("Mr Jo not comes", "Thae Yong Ho", "added"),
        ("Mr Jo was replaced", "Thae Yong Ho", "said"),
    ]
    assert ("Mr Jo hadn't formally", "An official with the Italian Foreign Ministry", "said") in (
        found
    )
    assert ("Mr Jo could still", "La Repubblica", "said") in found


def test_speech_in_marks_of_the_second_seed() -> None:
    assert rows(seed("004"), direct=True) == [
        ("more important than the", "an informed source", "described"),
        ("On the South Korean", "David Tizzard", "said"),
        ("There is opposition, there", "David Tizzard", "said"),
        ("This is obviously something", "David Tizzard", "said"),
        ("More broadly, ambassadors are", "David Tizzard", "said"),
    ]


def test_reported_speech_of_the_second_seed() -> None:
    found = rows(seed("004"), direct=False)
    assert ("the political climate in", "David Tizzard", "agreed") in found
    assert ("diplomats sent to Western", "David Tizzard", "noted") in found
    assert ("it had no information", "South Korea’s presidential office", "said") in found
    assert ("Jo – described as", "an informed source", "According to") in found


# Forms ----------------------------------------------------------------------------------------

NAMES = {
    "Kim Lee": "person",
    "Ann Bo": "person",
    "Bo": "person",
    "Kim": "person",
    "Acme": "organization",
}

# Speech stands in brackets, with who says it behind it; without a bracket nothing is found.
FORMS = (
    "“[We go,]” said Kim Lee.|Kim Lee",
    "“[We go,]” Kim Lee said. “[Now.]”|Kim Lee|Kim Lee",
    "“[We go,]” said Kim Lee, “[at once.]”|Kim Lee|Kim Lee",
    "Kim Lee, a farmer who lives here, said: “[We go.]”|Kim Lee",
    "The farmer, Kim Lee, told the court: “[We go.]”|Kim Lee",
    "“[Why?]” asked Kim Lee. “[Go!]” Ann Bo shouted.|Kim Lee|Ann Bo",
    '"[We go]," according to Kim Lee.|Kim Lee'.replace("],", ",]"),
    "«[We go]», said Kim Lee. „[We stay]“, said Ann Bo.|Kim Lee|Ann Bo",
    "‘[I’m going,]’ said Kim Lee, who has the farmers’ vote.|Kim Lee",
    "‘Going’ is a word of Kim Lee’s.",
    "Kim Lee praised it as “[bold]”.|Kim Lee",
    "Kim Lee spoke of the so-called “long march”.",
    "The film “A Day of Many Long Nights” was seen by Kim Lee.",
    "Kim Lee wrote the play “Going Home at Last Again”.",
    "Kim Lee came.\n\n“[We go,]” he said.|Kim Lee",
    "Mr Kim Lee met Ms Ann Bo.\n\n“[We go,]” she said. “[I stay,]” he said.|Ann Bo|Kim Lee",
    "Kim Lee, an engineer, came.\n\n“[We go,]” the engineer said.|Kim Lee",
    "“[We go,]” a spokesman for Acme said.|a spokesman for Acme",
    "Acme said in a statement: “[We go.]”|Acme",
    "“[We go,]” the company said.|the company",
    "One official, who asked for no name, called it “[a mess]”.|One official",
    "Kim Lee spoke:\n\n“[We go.\n\n“[We stay.]”|Kim Lee|Kim Lee".replace("go.\n", "go.]\n"),
    "“[We go.]\n\n“[We stay,]” said Kim Lee.|Kim Lee|Kim Lee",
    "Asked whether he would go, Kim Lee smiled: “[We go.]”|Kim Lee",
    "A mark that “never closes, Kim Lee said.",
    "It is 6\" by 8\" wide.",
    "“[Nobody knows the trouble I have seen]” stood on a wall.|None",
    "“[We go,]” said Kim Lee’s mother.|Kim Lee’s mother",
    "According to Acme, the songs “Hold The Line”, “Summer Rain” and others were played.",
    "A poem called “Winter Light” was read by Kim Lee.",
    "Kim Lee came. “[We go,]” Lee said.|Kim Lee",
    "Kim came. “[We go,]” a spokesman for Kim said.|a spokesman for Kim",
    "Kim Lee was told to go. She was called “boss”.",
    '"[We go.] "[It is late,]" Kim Lee said.|Kim Lee|Kim Lee',
    'Kim Lee said: "[We go.] "[It is late.] "[Now.]" Ann Bo left.|Kim Lee|Kim Lee|Kim Lee',
    "“[We go, ‘oh no,’] ” Kim Lee said.|Kim Lee",
    "“[We go, ‘oh no,’]” Kim Lee recalled.|Kim Lee",
    "As Kim Lee put it, “[we will go.]”|Kim Lee",
    "Kim Lee begged them “[not to go]”.|Kim Lee",
    "Kim Lee came. The dealers said “[no]”. “[I go,]” he said.|The dealers|Kim Lee",
)  # fmt: skip


def named(text: str) -> list[Mention]:
    found: dict[int, Mention] = {}
    for name, kind in NAMES.items():
        at = text.find(name)
        while at >= 0:
            if not any(m.start <= at < m.end for m in found.values()):
                entity = EntityName(name, name, kind)  # type: ignore[arg-type]  # of the table
                found[at] = Mention(
                    "body", at, at + len(name), name, name, entity.type, entity, "m", 1.0
                )
            at = text.find(name, at + 1)
    return [found[at] for at in sorted(found)]


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    marked, *speakers = form.split("|")
    text = marked.replace("[", "").replace("]", "")
    mentions = named(text)
    quotes = [quote for quote in find_quotes([("body", text)], mentions) if quote.direct]
    assert [quote.text for quote in quotes] == [
        part.partition("]")[0] for part in marked.split("[")[1:]
    ]
    assert [str(speaker(quote, mentions)) for quote in quotes] == speakers


REPORTED = (
    "Kim Lee said he would go.|he would go",
    "Kim Lee said on Monday that the ship was lost.|the ship was lost",
    "Kim Lee told reporters that it was late.|it was late",
    "Kim Lee said the ship was lost, adding: “We go.”|the ship was lost",
    "According to Kim Lee, the captain, nobody was hurt.|nobody was hurt",
    "While Kim Lee says it is late, Ann Bo has time.|it is late",
    "Kim Lee warned the crew.",
    "Kim Lee did not say that it was late.",
    "Kim Lee declined to say whether it was late.",
    "Kim Lee was said to be late for the ship.",
    "Kim Lee could say that it was late.",
    "Kim Lee said of the ship and its crew.",
    "Acme wants to know what he said it was.",
)


@pytest.mark.parametrize("form", REPORTED)
def test_reported_forms(form: str) -> None:
    text, *clauses = form.split("|")
    found = find_quotes([("body", text)], named(text))
    assert [quote.text for quote in found if not quote.direct] == clauses


def test_offsets_are_those_of_the_field() -> None:
    passages = [("title", "‘We go,’ says Kim Lee"), ("body", "A. “No,” said Ann Bo.")]
    mentions = [
        Mention("title", 14, 21, "Kim Lee", "Kim Lee", "person", None, "m", 1.0),
        Mention("body", 14, 20, "Ann Bo", "Ann Bo", "person", None, "m", 1.0),
    ]
    assert find_quotes(passages, mentions) == (
        Quote("title", 1, 7, "We go,", 0, "Kim Lee", "says"),
        Quote("body", 4, 7, "No,", 1, "Ann Bo", "said"),
    )


@pytest.mark.parametrize("name", ["tuned", "held_out"])
def test_labelled_texts(name: str) -> None:
    for line in (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        article = Article(body=record["text"])
        mentions = extract(article, tagger(PINNED_MODEL)).mentions
        found = find_quotes(list(article.passages()), mentions)
        assert [(q.start, q.end, q.direct) for q in found] == [
            (q["start"], q["end"], q["direct"]) for q in record["quotes"]
        ], record["id"]


# Any text at all ------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["“", "”", '"', "‘", "’", "'", "«", "»", "„", " said ", " according to ", "Kim Lee", "He ",
     ", ", ". ", "\n", "\n\n", " who ", "the man", " that ", "it was late", "Mr. ", " and ", "–",
     "added", "saying ", "described as ", "x", "金", "\u2028", "?"]
)  # fmt: skip
ANY = st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=80)


@settings(max_examples=200)
@given(ANY)
def test_no_text_is_too_strange(text: str) -> None:
    mentions = named(text)
    found = find_quotes([("body", text)], mentions)
    for quote in found:
        assert quote.text == text[quote.start : quote.end] != ""
        assert quote.speaker is None or 0 <= quote.speaker < len(mentions)
    marked = [quote for quote in found if quote.direct]
    assert all(a.end <= b.start for a, b in pairwise(marked))


@pytest.mark.parametrize(
    "piece", ['"a b" said Kim Lee. ', "“a b c d e\n\n", '"', "Kim said ", ", said"]
)
def test_a_long_text_is_read_in_one_pass(piece: str) -> None:
    """Work that grows with the square of the length would not end here."""
    text = piece * (100_000 // len(piece))
    find_quotes([("body", text)], named(text[:1000]))
