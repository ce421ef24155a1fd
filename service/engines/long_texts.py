"""Texts of any length, a part at a time, so that an answer never waits for the whole of one."""

import re
from collections.abc import Iterator

Range = tuple[int, int]

# How much of a text is looked through before what stands there suffices, in characters.
READ = 100_000
# What goes over the end of a stretch stands whole in the next, unless it is longer than this.
_OVERLAP = 1_000
# None of these is ever part of a word.
_BREAK = re.compile(r"[\s!-/:-@\u3000-\u3003\uff01-\uff0f]")


def stretches(text: str, length: int = READ) -> Iterator[Range]:
    """The text in stretches that begin and end between words and overlap by `_OVERLAP`."""
    start = end = 0
    while end < len(text):
        end = _between_words(text, start + length)
        yield start, end
        start = _between_words(text, end - _OVERLAP)


def _between_words(text: str, at: int) -> int:
    """The last such place at or before `at`, if there is one within `_OVERLAP`."""
    if at >= len(text):
        return len(text)
    for place in range(at, at - _OVERLAP, -1):
        if _BREAK.match(text, place - 1):
            return place
    return at
