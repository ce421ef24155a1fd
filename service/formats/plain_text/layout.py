"""The paragraphs of a plain text, whether a line holds a paragraph or a paragraph many lines.

A text is taken for hard-wrapped when most of its line breaks stand where the next word would not
have fitted any more, and sentences run on over them.
"""

from dataclasses import dataclass
from itertools import pairwise

from service.formats.plain_text.prose import (
    ends_sentence,
    is_capitals,
    is_caseless,
    is_unspaced,
    starts_lower,
)

# Typewriters, mail and terminals wrap at 60 to 80; nobody wraps a paragraph far beyond.
_WIDEST = 120
_NARROWEST = 40
_NARROWEST_UNSPACED = 20
# A headline of two lines is seldom wider than this, and its first may end in one of these words.
_HEADLINE_WIDTH = 80
_DANGLING = frozenset(
    """
    a an and as at but by for from in into of on or the to with de des du la le""".split()
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`start` and `end` are offsets into the text; `text` is it in one line, for the rules to read.

    `gap` counts the blank lines before it: 0 means that it shares a block with the one above.
    """

    start: int
    end: int
    gap: int
    text: str
    indented: bool = False


def paragraphs(text: str) -> list[Paragraph]:
    """All paragraphs of a text whose line ends are line feeds."""
    lines = _lines(text)
    width = _wrap_width(lines)
    head = _head_lines(lines)
    groups: list[list[Paragraph]] = []
    for number, line in enumerate(lines):
        above = lines[number - 1] if number and not line.gap else None
        if above and (_is_wrapped(above, line, width) or (number < head and _goes_on(above, line))):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [_joined(group) for group in groups]


def _lines(text: str) -> list[Paragraph]:
    lines, start, gap = [], 0, 0
    for line in text.split("\n"):
        words = line.strip()
        if words:
            lines.append(Paragraph(start, start + len(line), gap, words, line[0].isspace()))
        gap = 0 if words else gap + 1
        start += len(line) + 1
    return lines


def _joined(group: list[Paragraph]) -> Paragraph:
    first = group[0]
    if len(group) == 1:
        return first
    text = " ".join(line.text for line in group)
    return Paragraph(first.start, group[-1].end, first.gap, text, first.indented)


def _wrap_width(lines: list[Paragraph]) -> int | None:
    """The width that the text was wrapped at, or None."""
    pairs = [
        (above.text, line.text)
        for above, line in pairwise(lines)
        if not line.gap and max(len(above.text), len(line.text)) <= _WIDEST
    ]
    if not pairs:
        return None
    # A single line that is wider than the rest (an address, a table) is not the width.
    width = sorted(len(above) for above, _ in pairs)[(len(pairs) - 1) * 9 // 10]
    full = [(above, line) for above, line in pairs if _is_full(above, line, width)]
    running = sum(_runs_on(above, line) for above, line in full)
    unspaced = is_unspaced(pairs[0][0][-1]) or is_unspaced(pairs[-1][0][0])
    wide_enough = width >= (_NARROWEST_UNSPACED if unspaced else _NARROWEST)
    mostly = len(full) * 5 >= len(pairs) * 3 and running * 3 >= len(full)
    return width if wide_enough and mostly and running else None


def _is_full(above: str, line: str, width: int) -> bool:
    """Whether the first word of `line` would not have fitted on the line above."""
    word = 1 if is_unspaced(line[0]) else len(line[:_WIDEST].split(maxsplit=1)[0])
    return len(above) + word >= width


def _runs_on(above: str, line: str) -> bool:
    return not ends_sentence(above) and (starts_lower(line) or is_caseless(line[0]))


def _is_wrapped(above: Paragraph, line: Paragraph, width: int | None) -> bool:
    if width is None or len(above.text) > _WIDEST:
        return False
    if _is_full(above.text, line.text, width):
        # An indented line begins a paragraph, unless the sentence is in its middle.
        return not line.indented or above.indented or _runs_on(above.text, line.text)
    return not ends_sentence(above.text) and starts_lower(line.text)


def _head_lines(lines: list[Paragraph]) -> int:
    """How many lines the first block has, if it can be a headline of two or three lines, else 0."""
    size = next((number for number, line in enumerate(lines) if number and line.gap), len(lines))
    fits = all(len(line.text) <= _HEADLINE_WIDTH for line in lines[:size])
    return size if 2 <= size <= 3 and size < len(lines) and fits else 0


def _goes_on(above: Paragraph, line: Paragraph) -> bool:
    """Whether a headline that begins above goes on in this line."""
    if ends_sentence(above.text):
        return False
    dangling = above.text.split()[-1].lower() in _DANGLING or above.text.endswith(",")
    capitals = is_capitals(above.text) and is_capitals(line.text)
    return dangling or capitals or starts_lower(line.text)
