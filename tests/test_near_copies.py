"""Reprints overlap, and news that shares only its form does not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.near_copies import ENOUGH, Text, bands, bucket, may_be_copies, overlap, signature

STORY = (
    "The harbour of Lindholm will be closed to tankers from Monday, its master said on Friday. "
    "A survey found that the northern mole had sunk by a third of a metre since the spring. "
    "Ships that wait outside are to be led to Aberville, which has two free berths. "
    "Fishermen asked who would pay for the ice that their catch needs on the longer way. "
    "The ministry of transport did not answer questions about the cost of the repair. "
    "Work on the mole may take until the end of the autumn, according to the survey."
)
SENTENCES = STORY.split(". ")
PINNED = (
    "660562047f0171010c044f02dd017800ef05e5008507670f87047b00"
    "cc024305c5018a017307ac01e9043c0019002500d800ad00bc00db02"
)
FIRST_BAND = 24322040627170316
EARNINGS = (
    "Shr {} cts vs {} cts\nNet {} vs {}\nRevs {} mln vs {} mln\nNine mths\nShr {} vs {} dlrs\n"
)


def far(one: str, other: str) -> float:
    return overlap(Text("", one), Text("", other))


@pytest.mark.parametrize(
    ("reprint", "copies"),
    [
        (STORY, True),
        (STORY.upper(), True),
        (STORY.replace(" ", "\n"), True),
        (STORY.replace("harbour", "port"), True),
        (". ".join(reversed(SENTENCES)), True),
        (". ".join(SENTENCES[:4]), True),
        (". ".join(SENTENCES[:2]), False),
        (". ".join(SENTENCES[:1]) + ". Elsewhere nothing of note was heard of by anybody.", False),
        ("", False),
    ],
)
def test_what_is_a_copy(reprint: str, copies: bool) -> None:
    assert (far(STORY, reprint) >= ENOUGH) is copies
    assert far(STORY, reprint) == far(reprint, STORY)


def test_the_same_words_with_other_figures_are_other_news() -> None:
    text = (
        "The bank lent {} mln to the market at {} pct. Dealers had expected it since the morning."
    )
    assert far(text.format(250, "6-1/8"), text.format(300, "6-3/8")) == 0
    assert far(text.format(250, "6-1/8"), text.format(250, "6-1/8")) == 1
    one = EARNINGS.format(10, 12, "1,201", "1,400", 20.1, 22.4, 1.1, 1.3)
    other = EARNINGS.format(31, 22, "4,155", "3,870", 60.7, 58.0, 2.4, 2.2)
    assert far(one, other) == 0


def test_a_copy_that_was_cut_may_lack_figures() -> None:
    long = STORY + " The repair of 1998 took 14 months and cost 3.2 million."
    assert far(long, STORY) > ENOUGH


@pytest.mark.parametrize("text", ["", "No text.", "Shr 10 cts vs 12 cts", "!?", "\ud800"])
def test_a_short_text_has_no_copies(text: str) -> None:
    assert signature("", text) is None


KOREAN = "부두는 월요일부터 유조선에 폐쇄된다고 항만장이 금요일에 말했다"


def test_scripts_without_spaces_are_compared_by_their_characters() -> None:
    assert far(KOREAN, KOREAN.replace("금요일", "토요일")) >= ENOUGH
    assert signature("", KOREAN) is not None
    assert far("東京の港は月曜日から閉鎖される", "大阪の空港は明日も開いている") == 0


def test_an_accent_or_a_wide_letter_makes_no_other_word() -> None:
    assert far("Le président a été réélu", "Le president a ete reelu") == 1
    assert far("ＡＢＣ reported from Łódź today", "abc reported from Lodz today") == 1


def test_signatures_stay_what_they_are() -> None:
    """Archives hold them: when a library makes others, all must be made anew."""
    made = signature("Lindholm closes its harbour", STORY)
    assert made is not None
    assert made.hex() == PINNED
    assert bands(made)[0] == FIRST_BAND


def test_of_a_book_only_the_beginning_counts() -> None:
    book = "".join(f"word{number} " for number in range(50_000))
    assert signature("", book) == signature("", book[:200_000])


def test_a_headline_counts() -> None:
    assert signature("A headline of its own", STORY) != signature("", STORY)


@given(st.binary(min_size=56, max_size=56), st.binary(min_size=56, max_size=56))
def test_bands_stand_in_their_buckets_and_fit_sqlite(one: bytes, other: bytes) -> None:
    for mine, theirs in zip(bands(one), bands(other), strict=True):
        first, last = bucket(mine)
        assert 0 <= first <= mine <= last < 1 << 63
        assert (bucket(theirs) == (first, last)) is (first <= theirs <= last)
    assert may_be_copies(one, one)
    assert may_be_copies(one, other) is may_be_copies(other, one)


@given(st.text(), st.text())
def test_any_text_can_be_compared(one: str, other: str) -> None:
    assert 0 <= far(one, other) <= 1
    assert far(one, one) in (0, 1)
    assert len(signature(one, other) or bytes(56)) == 56


def test_copies_meet_in_a_bucket() -> None:
    """With an overlap of .5 to .7: nearly all."""
    chance = random.Random(5)  # noqa: S311 - a fixed seed
    met = 0
    for _ in range(200):
        words = [f"w{chance.randrange(5_000)}" for _ in range(300)]
        cut = words[: chance.randrange(160, 220)]
        one, other = signature("", " ".join(words)), signature("", " ".join(cut))
        assert one is not None
        assert other is not None
        shared = zip(map(bucket, bands(one)), map(bucket, bands(other)), strict=True)
        met += may_be_copies(one, other) and any(mine == theirs for mine, theirs in shared)
    assert met >= 194
