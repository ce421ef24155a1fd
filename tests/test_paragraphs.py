"""Paragraphs of plain texts, as they come from different hands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Subheading
from service.web.pages.article.paragraphs import MOST_BLOCKS, blocks

WIRE = """Showers continued throughout the week in the
cocoa zone, alleviating the drought since early
January.
    The dry period means that the harvest will be
late this year.
    Arrivals were few."""
TABLE = """Prices at noon were these:

  wheat      12.5     13
  maize       8.25     9

Nobody bought."""
VERSE = "Tyger Tyger, burning bright,\nIn the forests of the night"
LONG = "The council met on Thursday to hear what became of the bridge, which was closed in June."


def said(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in blocks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nTwo.\n \n\nThree.", [("prose", "One."), ("prose", "Two."), ("prose", "Three.")]),
        (f"{LONG}\n{LONG}", [("prose", LONG), ("prose", LONG)]),
        (VERSE, [("lines", VERSE)]),
        ("\u00a0One.  ", [("prose", "\u00a0One.")]),
        ("One.\r\n\r\nTwo.\r\n", [("prose", "One."), ("prose", "Two.")]),
        ("", []),
        (" \n \t\n", []),
        ("조성길 대사", [("prose", "조성길 대사")]),
    ],
)
def test_a_text_by_its_paragraphs(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_lines_that_somebody_broke_are_one_paragraph() -> None:
    assert [(kind, text.split()[0], text.split()[-1]) for kind, text in said(WIRE)] == [
        ("prose", "Showers", "January."),
        ("prose", "The", "year."),
        ("prose", "Arrivals", "few."),
    ]


def test_a_table_keeps_its_columns() -> None:
    assert [kind for kind, _ in said(TABLE)] == ["prose", "figures", "prose"]
    assert said(TABLE)[1][1].startswith("  wheat")


def test_subheadings_are_blocks_of_their_own() -> None:
    text = "He left.\nWhere to?\nTo the West."
    found = blocks(text, [Subheading(9, 18, "Where to?"), Subheading(12, 99, "beyond")])
    assert [(b.kind, text[b.start : b.end]) for b in found] == [
        ("prose", "He left."),
        ("heading", "Where to?"),
        ("prose", "To the West."),
    ]


def test_a_text_of_endless_paragraphs_ends_in_one() -> None:
    text = "a\n\n" * (MOST_BLOCKS + 5) + "end\n"
    found = blocks(text)
    assert len(found) == MOST_BLOCKS + 1
    assert {block.kind for block in found[:-1]} == {"prose"}
    last = found[-1]
    assert (last.kind, text[last.start : last.end]) == ("lines", "a\n\n" * 5 + "end")
    assert len(blocks("a\n\n" * MOST_BLOCKS)) == MOST_BLOCKS


@given(
    st.lists(st.sampled_from(["a", "b ", " ", "    ", "\n", "\n\n", "\t", "\u00a0", "x" * 50])),
    st.lists(st.tuples(st.integers(-3, 99), st.integers(-3, 99)), max_size=3),
)
def test_blocks_are_apart_and_outside_of_them_it_is_blank(
    parts: list[str], headings: list[tuple[int, int]]
) -> None:
    text = "".join(parts)
    found = blocks(text, [Subheading(a, b, "") for a, b in headings])
    at = 0
    for block in found:
        assert at <= block.start < block.end <= len(text)
        assert not text[at : block.start].strip()
        at = block.end
    assert not text[at:].strip()
