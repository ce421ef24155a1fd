"""Where sentences end: literals for each rule, and any text at all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sentences import LONGEST, sentence_at, sentences

# A bar stands where one sentence ends and the next begins.
TEXTS = (
    "He left.| She stayed.",
    "Mr. Kim met Dr. A. B. Li of the U.S. embassy.| He left.",
    "He lives in the U.S.| The Senate met.",
    "The talks began on Jan. 5 in St. Petersburg.| They failed.",
    "Apple Inc. said profit rose 3.5 percent.| Its shares fell.",
    "It was No. 5 of the list.| She asked why?| Nobody knew!",
    "“It is late.”| He left.",
    "“Why?” he asked.| “Stop!” Jane Park said.| “Now?”| Silence.",
    'She said: "We go."| Then she went.',
    "She left at 5 p.m.| He came at 6 p.m. Tuesday.",
    "Wait... what was that?| Nobody knew…| He slept.",
    "A headline of two words\n\n| A paragraph. |Second.",
    "Where to go\n| Nobody knows the way out of the valley.",
    "The line was so long that the typewriter of the agency broke\n"
    "it here, although the sentence went on.| Then it ended.",
    "1. Call the embassy.| 2. Wait.",
    "金正恩访问北京。|他明天回国。",
    "J. Smith of D.C. spoke.| iPhone sales rose.",
)


@pytest.mark.parametrize("marked", TEXTS)
def test_sentences(marked: str) -> None:
    text = marked.replace("|", "")
    assert [text[slice(*place)] for place in sentences(text)] == [
        part.strip() for part in marked.split("|")
    ]


@pytest.mark.parametrize("marked", TEXTS)
def test_a_window_tells_the_same_as_the_whole(marked: str) -> None:
    text = "Before it. " * 200 + marked.replace("|", "") + "\n\nAfter it. " * 200
    for start, end in sentences(text):
        assert sentence_at(text, start + 1, start + 2) == (start, end)


def test_a_span_over_two_sentences_gets_both() -> None:
    assert sentence_at("One. He left. She stayed. Two.", 8, 18) == (5, 25)


def test_what_has_no_end_is_cut_at_words_around_the_span() -> None:
    text = "words without any end " * 100
    start, end = sentence_at(text, 1000, 1005)
    assert start <= 1000 < 1005 <= end
    assert LONGEST - 20 < end - start <= LONGEST
    assert text[start - 1] == text[end] == " "


ANY = st.text(alphabet='aB1. \n"”“?!。\u00a0-Mr', max_size=1200) | st.text(max_size=100)


@given(ANY)
def test_any_text_falls_into_sentences(text: str) -> None:
    places = list(sentences(text))
    assert "".join("".join(text[slice(*p)] for p in places).split()) == "".join(text.split())
    for (start, end), following in pairwise([*places, (len(text),) * 2]):
        assert text[start:end] == text[start:end].strip() != ""
        assert end <= following[0]


@given(ANY, st.integers(0, 1200), st.integers(0, 500))
def test_a_sentence_holds_its_span(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(len(text), start + length)
    left, right = sentence_at(text, start, end)
    assert 0 <= left <= right <= len(text)
    assert right - left <= LONGEST
    word = text[start:end].strip()
    assert length > LONGEST or not word or word in text[left:right]
