"""Front matter reads the same with libyaml and without, mistakes included, and never ends us."""

from unittest.mock import patch

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.errors import Unreadable
from service.formats import front_matter

# What YAML is made of, for random fields of it.
PIECES = (
    "a b k: v date: 2019-01-03 12:30 [x] [ ] { } , : ? - ' '' \" \\n \\u00e9 # | |+ > >- &a *a "
    "! !t !!str ~ null no % @ ` ... --- << http://x.y/?a=b é 한국 😀"
).split(" ")
LAYOUT = [
    " ",
    "  ",
    "\n",
    "\n  ",
    "\n- ",
    "\n  - ",
    "\nb: ",
    ": ",
    "\t",
    "\r\n",
    "\x85",
    "\ufeff",
    "\0",
]


def read(block: str) -> object:
    try:
        return front_matter.split_front_matter(f"---\n{block}\n---\nText")
    except Unreadable as problem:
        return problem.detail


def read_slowly(block: str) -> object:
    with patch.object(front_matter, "_QUICK", yaml.BaseLoader):
        return read(block)


@pytest.mark.parametrize(
    "block",
    [
        "a: 1\nb: ~\nc:\nd: true\ne: '1'\nf: \"\"\ng: 010\nh: 2019-01-03",
        "a: [b, 'c', 1]\nd: {e: f, g: }",
        "a:\n- b\n- c: d\n  e: f",
        "a: |\n  b\n  c\nd: >-\n  e\n  f\n\n  g",
        "a: \"\\x41\\u00e9\\U0001F600\"\nb: 'it''s'",
        "a: b # c\nd: e#f\ng: http://x.y/?a=b&c",
        "title: What now?\ntags: [who?]",
        # Not every reader of YAML takes these.
        "a:\tb",
        "a: b\t# c",
        "a: |#",
        "a: [\\?]",
        "a: !'!",
        "a: \n\ufeff",
        'a: "\\ud83d\\ude00"',
        "a: \ud800",
        "a: \x07",
        # Mistakes, with their words and lines.
        "a: it's: b",
        "a: 'b",
        "a: [1, 2",
        "a: }\nb: c",
        "a: @b",
        "a: 1\na: 2",
        "a: &x b\nc: *x",
        "a: *x",
        "? [a]\n: b\nc: d",
        "a: b\n...\nc: d",
    ],
)
def test_both_read_the_same(block: str) -> None:
    assert read(block) == read_slowly(block)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PIECES, *LAYOUT]), max_size=14).map("".join))
@example(" - - x")
def test_both_read_the_same_of_anything(text: str) -> None:
    assert read(f"a: {text}") == read_slowly(f"a: {text}")


@pytest.mark.parametrize(
    "block",
    [
        "a: " + "[" * 32_000 + "]" * 32_000,
        "a: " + "{a: " * 13_000 + "}" * 13_000,
        "a: " + "[ ']', " * 9_000,
        "a:\n" + "- " * 32_000 + "x",
        "a:\n" + "? " * 32_000 + "x",
        "a:\n" + "- ? " * 16_000 + "x",
        "a:\n" + "".join(" " * depth + "a:\n" for depth in range(1, 355)),
    ],
    ids=["lists", "mappings", "quoted", "items", "keys", "both", "lines"],
)
def test_deep_nesting_is_refused(block: str) -> None:
    assert "nested too deeply" in str(read(block))
