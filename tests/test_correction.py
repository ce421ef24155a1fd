"""Did you mean: the archive's own words, and only where they find more."""

import random
import string
from collections.abc import Collection, Mapping
from dataclasses import replace

import pytest
from conftest import Archive
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.correction import LONGEST, corrected
from service.engines.sqlite.vocabulary import SqliteVocabulary
from service.search import Ask

TEXTS = (
    "The ambassador of North Korea in Rome has disappeared with his family.",
    "An ambassador is a diplomat; the embassy is where diplomats work.",
    "Colonel Gaddafi met the president. Organised crime met nobody.",
    "Straßenbahn in Łódź; Владимир Путин в Москве.",
)


class Fake(SqliteVocabulary):
    """Words with their numbers of articles, without an archive."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._words = words

    def frequencies(self, words: Collection[str]) -> Mapping[str, int]:
        return {word: self._words[word] for word in words if word in self._words}

    def resembling(self, start: str, shortest: int, longest: int) -> Mapping[str, int]:
        fits = (w for w in self._words if w.startswith(start) and shortest <= len(w) <= longest)
        return {word: self._words[word] for word in fits}


@pytest.fixture
def words(archive: Archive) -> Archive:
    for number, text in enumerate(TEXTS):
        archive.add(Article(title=f"{number}", body=text))
    return archive


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("embassador", "ambassador"),
        ("ambasador Rome", "ambassador Rome"),
        ('"North Koera"', '"North Korea"'),
        ("Gadaffi", "Gaddafi"),
        ("dissappeared familly", "disappeared family"),
        ("body:diplomatt -rome", "body:diplomat -rome"),
        ("(embasy OR presdent) met", "(embassy OR president) met"),
        ("source:Nobody ambasador", None),  # the filter leaves nothing more to find
        ("strasenbahn", "straßenbahn"),
        ("Strasenbahn", "Straßenbahn"),
        ("EMBASSADOR", "AMBASSADOR"),
        ("Москвe", "Москве"),  # the last letter is Latin
    ],
)
def test_what_was_meant(words: Archive, q: str, meant: str | None) -> None:
    assert words.finder.search(Ask(q=q)).did_you_mean == meant


@pytest.mark.parametrize(
    "q",
    [
        *("ambassadors", "ambassador", "diplomatic", "organized", "strasse", "lodz", "Lódz"),
        *(
            "xyz",
            "qqqqqqqq",
            "",
            "*",
            "embas*",
            "-embassador",
            "person:embassador",
            "조성길",
            "2018",
        ),
        *("griffith observatory", "ROMA"),
        *("ambassadorial", "disappearing", "diplomats rome"),
        *("x" * 10_000, "zzzz " * 500, "Qaddafi", "Muammar al-Qadhafi"),
    ],
)
def test_silence(words: Archive, q: str) -> None:
    """The word is known, or found in another spelling, or nothing like it is there."""
    assert words.finder.search(Ask(q=q)).did_you_mean is None


def test_a_mistake_is_mended_to_the_word_that_it_most_likely_was() -> None:
    assert corrected("ambassdor", Fake({"ambassador": 1, "ambassadors": 900})) == "ambassador"
    # A letter left out is one of nine slips; one letter for just that other, of two hundred.
    assert corrected("actve", Fake({"active": 1, "actie": 1})) == "active"
    assert corrected("prcie", Fake({"price": 2, "pricie": 2})) == "price"
    assert corrected("tradr", Fake({"trade": 500, "tradr1": 1, "tradi": 1})) == "trade"
    assert corrected("abc", Fake({"abcd": 5})) is None
    assert corrected("a" * (LONGEST + 1), Fake({"a" * LONGEST: 5})) is None


@given(st.text(alphabet=string.ascii_lowercase, min_size=6, max_size=14), st.randoms())
def test_any_single_mistake_is_mended(word: str, chance: random.Random) -> None:
    place = chance.randrange(len(word) - 1)
    letter = chance.choice(string.ascii_lowercase)
    typed = chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + letter + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
    if typed != word:
        assert corrected(typed, Fake({word: 3, "unlike": 1_000})) == word


def test_what_is_proposed_finds_more_in_the_way_that_was_asked(words: Archive) -> None:
    asked = Ask(q="embassador qqqqqqq")
    assert words.finder.search(asked).did_you_mean == "ambassador qqqqqqq"
    assert words.finder.search(replace(asked, match="any")).did_you_mean == "ambassador qqqqqqq"
    assert words.finder.search(replace(asked, match="all")).did_you_mean is None


def test_a_word_that_is_only_like_another_is_left_alone(archive: Archive) -> None:
    archive.add(Article(body="The griffin rose."))
    archive.add(Article(body="The observatory is shut."))
    archive.add(Article(body="Sleep. A steep study."))
    ask = archive.finder.search
    assert ask(Ask(q="griffith observatory")).did_you_mean is None
    assert ask(Ask(q="griffen")).did_you_mean == "griffin"
    assert ask(Ask(q="steap study")).did_you_mean == "steep study"
