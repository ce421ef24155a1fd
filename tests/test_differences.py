"""What changed in a text: exact for any two texts, and as an editor would mark it."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service import differences as module
from service.differences import Piece, differences


def marked(old: str, new: str) -> str:
    """The pieces in one line: [-removed-], {+added+}."""
    signs = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return "".join(signs[piece.kind].format(piece.text) for piece in differences(old, new))


def assert_exact(old: str, new: str) -> None:
    pieces = differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new
    for piece in pieces:
        end = len(piece.text)
        if piece.kind != "added":
            assert old[piece.old_start : piece.old_start + end] == piece.text
        if piece.kind != "removed":
            assert new[piece.new_start : piece.new_start + end] == piece.text
    kinds = [piece.kind for piece in pieces]
    assert all(one != other for one, other in pairwise(kinds))


# (what it said, what it says, what changed)
CHANGES = [
    ("", "", ""),
    ("One.", "One.", "One."),
    ("", "New.", "{+New.+}"),
    ("Old.", "", "[-Old.-]"),
    ("The envoy fled.", "The envoy left.", "The envoy [-fled-]{+left+}."),
    ("He left Rome.", "He left Rome today.", "He left Rome{+ today+}."),
    ("the red fox ran", "the blue dog ran", "the [-red fox-]{+blue dog+} ran"),
    ("Cost 1,200.50 won", "Cost 1,300.50 won", "Cost [-1,200.50-]{+1,300.50+} won"),
    ("Kim's aide", "Kim’s aide", "[-Kim's-]{+Kim’s+} aide"),
    ("Well, yes", "Well yes", "Well[-,-] yes"),
    ("a  b", "a b", "a[-  -]{+ +}b"),
    ("조성길 대사", "조성일 대사", "조성[-길-]{+일+} 대사"),
    ("他在罗马。", "他在米兰。", "他在[-罗马-]{+米兰+}。"),
    ("กินข้าว", "กินน้ำ", "กิน[-ข้าว-]{+น้ำ+}"),
    ("हिन्दी में", "हिन्दु में", "[-हिन्दी-]{+हिन्दु+} में"),
    ("cafe\u0301 noir", "cafe noir", "[-cafe\u0301-]{+cafe+} noir"),
    ("He is 48.", "He is 48.\n\nNobody is.", "He is 48.{+\n\nNobody is.+}"),
    ("One. Two.", "One. One. Two.", "One. {+One. +}Two."),
    ("la la la la", "la la", "la la[- la la-]"),
    ("One.\n\nTwo.", "One.\n\nTwo.\n\nThree.", "One.\n\nTwo.{+\n\nThree.+}"),
    ("One.\n\nTwo.\n\nThree.", "One.\n\nThree.", "One.\n\n[-Two.\n\n-]Three."),
    (
        "No end.\n\nNo.\n\nYes.",
        "No.\n\nA start.\n\nYes.",
        "[-No end.\n\n-]No.\n\n{+A start.\n\n+}Yes.",
    ),
]


@pytest.mark.parametrize(("old", "new", "changed"), CHANGES)
def test_changes_as_an_editor_marks_them(old: str, new: str, changed: str) -> None:
    assert marked(old, new) == changed
    assert_exact(old, new)


def test_offsets_are_places_in_both_texts() -> None:
    assert differences("He fled 😀 Rome.", "He left 😀 Rome now.") == (
        Piece("same", "He ", 0, 0),
        Piece("removed", "fled", 3, 3),
        Piece("added", "left", 7, 3),
        Piece("same", " 😀 Rome", 7, 7),
        Piece("added", " now", 14, 14),
        Piece("same", ".", 14, 18),
    )


WORDS = st.lists(st.sampled_from(["one", "two", "three", " ", " ", "\n", ".", "조", "é", "1"]))
TEXTS = st.one_of(st.text(max_size=60), WORDS.map("".join))


@given(TEXTS, TEXTS)
@example("\ud800 a", "a \ud800")
@example("a\r\nb", "a\nb")
def test_nothing_is_lost_or_made_up(old: str, new: str) -> None:
    assert_exact(old, new)


@given(WORDS.map("".join), WORDS.map("".join))
def test_nothing_is_lost_where_texts_are_too_long_to_be_compared_whole(old: str, new: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LARGEST_PRODUCT", 6)
        assert_exact(old, new)


def test_a_long_text_without_paragraphs_is_still_compared_word_by_word() -> None:
    words = [f"word{number} and" for number in range(20_000)]
    old = " ".join(words)
    words[100], words[15_000] = "another and", "other and"
    assert [piece.text for piece in differences(old, " ".join(words)) if piece.kind != "same"] == [
        *("word100", "another"),
        *("word15000", "other"),
    ]
