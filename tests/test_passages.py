"""Which passages of a text are shown: the richest, cut at sentences, and none twice."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.passages import LENGTH, passages
from service.result import Snippet

FILLER = "Nothing of note happened on that long and uneventful day in the village. " * 8


def marks(text: str, words: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(words, text)]


def shown(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.highlights]


def test_a_second_passage_has_what_the_first_lacks() -> None:
    text = f"An envoy left Rome. {FILLER}An envoy fled. {FILLER}There were sanctions. {FILLER}"
    first, second = passages("body", text, marks(text, "envoy|Rome|sanctions"))
    assert shown(first) == ["envoy", "Rome"]
    assert shown(second) == ["sanctions"]
    assert first.text.startswith("An envoy left Rome.")
    assert second.text.startswith("There were sanctions.")


def test_there_is_no_second_passage_of_the_same_words() -> None:
    text = f"An envoy left. {FILLER}The Envoy fled. {FILLER}"
    assert [shown(snippet) for snippet in passages("body", text, marks(text, "(?i)envoy"))] == [
        ["envoy"]
    ]


def test_the_second_may_stand_before_the_first() -> None:
    text = f"Sanctions. {FILLER}An envoy left Rome. {FILLER}"
    found = passages("body", text, marks(text, "Sanctions|envoy|Rome"))
    assert [shown(snippet) for snippet in found] == [["envoy", "Rome"], ["Sanctions"]]


def test_without_a_match_it_is_the_beginning() -> None:
    (start,) = passages("body", FILLER, ())
    assert FILLER.startswith(start.text)
    assert start.highlights == ()


@pytest.mark.parametrize("length", [LENGTH - 30, LENGTH - 1, LENGTH, LENGTH + 1, 9 * LENGTH])
def test_what_is_as_long_as_a_passage_is_still_marked(length: int) -> None:
    phrase = ("envoy " * length)[: length - 1] + "x"
    text = f"{FILLER}{phrase}. {FILLER}"
    start = len(FILLER)
    (found,) = passages("body", text, [(start, start + length)])
    (marked,) = shown(found)
    assert phrase.startswith(marked)
    assert LENGTH - 40 < len(marked) <= LENGTH


@given(st.lists(st.sampled_from(["ox ", "yak. ", "\n", "filler " * 9, "𝔘x. "]), max_size=60))
def test_passages_are_stretches_that_do_not_overlap(pieces: list[str]) -> None:
    text = "".join(pieces)
    places = marks(text, "ox|yak")
    found = passages("body", text, places)
    for snippet in found:
        assert snippet.text in text
        assert snippet.text == snippet.text.strip()
        assert len(snippet.text) <= 2 * LENGTH
        assert all(word in ("ox", "yak") for word in shown(snippet))
        assert shown(snippet) or not places
    assert {word for snippet in found for word in shown(snippet)} == {text[a:b] for a, b in places}
