"""Where the paragraphs of a plain text begin and end, and which are lines that must stay lines.

Texts come with a blank line between paragraphs, with a line for each, or broken after 70 characters
as wires and mail have it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from service.article import Subheading
from service.deadline import raise_if_late

# `lines`: each line stays one (verse, addresses). `figures`: so do the spaces between columns.
Kind = Literal["prose", "lines", "figures", "heading"]
Range = tuple[int, int]

# No-break spaces are the source's own, and stay.
_SPACE = " \t\r\f\v"
# Lines of prose that somebody broke: the last may be shorter, and behind a dateline the first.
_BROKEN_SHORTEST, _BROKEN_LONGEST = 30, 100
# Lines that are all as short are lines.
_SHORT = 60
_ENDS = ".,;!?…:\"'”’»)。！？"
# No article has as many; what has must not take minutes to be shown, so the rest stays together.
MOST_BLOCKS = 10_000
_COLUMNS = re.compile(r"\S(?: {3,}|\t+)\S")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a subheading: [start, end) in the text."""

    start: int
    end: int
    kind: Kind


def blocks(text: str, subheadings: Sequence[Subheading] = ()) -> tuple[Block, ...]:
    """All blocks of a text in order; outside of them it is blank."""
    every = _every_block(text, subheadings)
    found, more = tuple(islice(every, MOST_BLOCKS)), next(every, None)
    return (*found, Block(more.start, len(text.rstrip()), "lines")) if more else found


def _every_block(text: str, subheadings: Sequence[Subheading]) -> Iterator[Block]:
    at = 0
    for heading in sorted(subheadings, key=lambda each: each.start):
        if at <= heading.start < heading.end <= len(text):
            yield from _paragraphs(text, at, heading.start)
            yield Block(heading.start, heading.end, "heading")
            at = heading.end
    yield from _paragraphs(text, at, len(text))


def _paragraphs(text: str, start: int, end: int) -> Iterator[Block]:
    for lines in _chunks(_lines(text, start, end)):
        raise_if_late()
        yield from _joined(
            block for part in _at_indents(text, lines) for block in _blocks(text, part)
        )


def _lines(text: str, start: int, end: int) -> Iterator[Range]:
    """Each line without the space at its end; a blank one is empty."""
    while start < end:
        following = text.find("\n", start, end)
        last = end if following < 0 else following
        yield start, start + len(text[start:last].rstrip(_SPACE))
        start = last + 1


def _chunks(lines: Iterator[Range]) -> Iterator[list[Range]]:
    """What stands between blank lines."""
    chunk: list[Range] = []
    for start, end in lines:
        if start < end:
            chunk.append((start, end))
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _at_indents(text: str, lines: list[Range]) -> Iterator[list[Range]]:
    """A line that begins further in begins a paragraph, unless all of them do."""
    indented = [text.startswith(("  ", "\t"), start) for start, _ in lines]
    if all(indented):
        yield lines
        return
    part: list[Range] = []
    for line, begins in zip(lines, indented, strict=True):
        if begins and part:
            yield part
            part = []
        part.append(line)
    yield part


def _blocks(text: str, lines: list[Range]) -> Iterator[Block]:
    longest = max(end - start for start, end in lines)
    with_columns = sum(_COLUMNS.search(text, *line) is not None for line in lines)
    if 2 * with_columns >= len(lines) and longest <= _BROKEN_LONGEST:
        yield Block(lines[0][0], lines[-1][1], "figures")
    elif len(lines) == 1 or (longest <= _BROKEN_LONGEST and _is_broken(text, lines[:-1])):
        yield Block(_first_sign(text, lines[0]), lines[-1][1], "prose")
    elif longest <= _SHORT:
        yield Block(lines[0][0], lines[-1][1], "lines")
    else:
        yield from (Block(_first_sign(text, line), line[1], "prose") for line in lines)


def _is_broken(text: str, lines: list[Range]) -> bool:
    """Whether lines go on in the next: verses, and paragraphs of a line each, all end in a sign."""
    are_long = all(end - start >= _BROKEN_SHORTEST for start, end in lines)
    return are_long and not all(text[end - 1] in _ENDS for _, end in lines)


def _first_sign(text: str, line: Range) -> int:
    start, end = line
    return end - len(text[start:end].lstrip(_SPACE))


def _joined(found: Iterator[Block]) -> Iterator[Block]:
    """A table whose lines all begin further in is one table."""
    table: Block | None = None
    for block in found:
        if block.kind == "figures":
            table = Block(table.start if table else block.start, block.end, "figures")
            continue
        if table:
            yield table
            table = None
        yield block
    if table:
        yield table
