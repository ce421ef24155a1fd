"""Differences by paragraph, with what stayed folded away."""

from hypothesis import given
from hypothesis import strategies as st

from service.differences import differences
from service.web.answers.versions import PieceOut
from service.web.pages.article.readable_differences import (
    MOST_LINES,
    PILCROW,
    Paragraph,
    Part,
    Run,
    changes,
    paragraphs,
    runs,
)


def pieces(old: str, new: str) -> list[PieceOut]:
    return [
        PieceOut(kind=p.kind, text=p.text, old_start=p.old_start, new_start=p.new_start)
        for p in differences(old, new)
    ]


def shown(found: tuple[Paragraph, ...]) -> list[str]:
    signs = {"same": "", "removed": "-", "added": "+"}
    return ["|".join(f"{signs[part.kind]}{part.text}" for part in each.parts) for each in found]


def test_changed_words_stand_in_their_paragraph() -> None:
    found = pieces("He fled.\n\nShe stays.", "He left.\n\nShe stays.")
    assert shown(paragraphs(found)) == ["He |-fled|+left|.", "She stays."]
    assert changes(found) == 1


def test_a_paragraph_put_in_and_one_taken_apart() -> None:
    assert shown(paragraphs(pieces("A b.\n\nC d.", "A b.\n\nNew.\n\nC d."))) == [
        "A b.",
        "+New.",
        "C d.",
    ]
    assert f"+{PILCROW}" in "|".join(shown(paragraphs(pieces("A b. C d.", "A b.\n\nC d."))))


def test_lines_are_paragraphs_where_there_is_nothing_else() -> None:
    assert shown(paragraphs(pieces("One\nTwo", "One\nThree"))) == ["One", "-Two|+Three"]
    assert len(paragraphs(pieces("a\n\nb\nc", "a\n\nb\nd"))) == 2
    assert len(paragraphs(pieces("a\n\nb\nc", "a\n\nb\nd"), by_line=True)) == 3


def test_a_text_of_endless_lines_is_told_as_one() -> None:
    same, added = "a\n\n" * MOST_LINES, "b\n\n"
    found = [
        PieceOut(kind="same", text=same, old_start=0, new_start=0),
        PieceOut(kind="added", text=added, old_start=len(same), new_start=len(same)),
    ]
    assert paragraphs(found) == (Paragraph((Part("same", same), Part("added", added))),)


def test_what_stayed_is_folded_but_beside_a_change() -> None:
    same = [Paragraph((Part("same", str(n)),)) for n in range(6)]
    changed = Paragraph((Part("added", "x"),))
    found = runs([*same, changed, *same[:3], changed])
    assert [(len(run.paragraphs), run.is_folded) for run in found] == [
        *((5, True), (1, False), (1, False), (3, False), (1, False)),
    ]
    assert runs([*same]) == (Run(tuple(same), is_folded=True),)
    assert runs([]) == ()


@given(*[st.text("ab. \n", max_size=30)] * 2)
def test_nothing_of_either_text_is_lost(old: str, new: str) -> None:
    found = paragraphs(pieces(old, new))
    folded = [each for run in runs(found) for each in run.paragraphs]
    assert folded == [*found]
    for text, other in ((old, "added"), (new, "removed")):
        parts = (p for each in found for p in each.parts if p.kind != other and p.text != PILCROW)
        assert "".join(p.text for p in parts).replace("\n", "") == text.replace("\n", "")
