"""What was changed in a text, to be read: by paragraph, with what stayed the same folded away."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from service.deadline import raise_if_late
from service.differences import Kind
from service.web.answers.versions import PieceOut

# As many paragraphs that are the same in a row are shown whole; of more, those beside a change.
_SHOWN = 3
# No article has as many.
MOST_LINES = 50_000
# A paragraph that was split, or joined to another, and nothing else.
PILCROW = "¶"
_LINES = re.compile(r"\n+|[^\n]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one paragraph: in both texts, or in one."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    parts: tuple[Part, ...]

    @property
    def is_changed(self) -> bool:
        return any(part.kind != "same" for part in self.parts)


@dataclass(frozen=True, slots=True)
class Run:
    """Paragraphs in a row; a folded one opens when it is asked for."""

    paragraphs: tuple[Paragraph, ...]
    is_folded: bool = False


def changes(pieces: Iterable[PieceOut]) -> int:
    """How many places were changed: what was put in for what was taken out is one."""
    kinds = groupby(piece["kind"] != "same" for piece in pieces)
    return sum(is_changed for is_changed, _ in kinds)


def paragraphs(pieces: Sequence[PieceOut], *, by_line: bool = False) -> tuple[Paragraph, ...]:
    """The paragraphs of both texts in their order.

    They end at blank lines; in a text without any, and `by_line`, at the end of each line. A text
    that is all lines is told as one, or it would take minutes to be shown.
    """
    if sum(piece["text"].count("\n") for piece in pieces) > MOST_LINES:
        return (Paragraph(tuple(Part(piece["kind"], piece["text"]) for piece in pieces)),)
    least = 1 if by_line or not any("\n\n" in piece["text"] for piece in pieces) else 2
    return tuple(_paragraphs(pieces, least))


def _paragraphs(pieces: Iterable[PieceOut], least: int) -> Iterator[Paragraph]:
    parts: list[Part] = []
    for piece in pieces:
        raise_if_late()
        is_break = piece["kind"] != "same" and not piece["text"].strip() and "\n" in piece["text"]
        for found in _LINES.finditer(piece["text"]):
            text = found[0]
            if not text.startswith("\n") or len(text) < least:
                parts.append(Part(piece["kind"], text))
                continue
            if is_break:
                parts.append(Part(piece["kind"], PILCROW))
            if parts:
                yield Paragraph(tuple(parts))
            parts = []
    if parts:
        yield Paragraph(tuple(parts))


def runs(found: Sequence[Paragraph]) -> tuple[Run, ...]:
    """The same with long stretches folded in which nothing was changed."""
    made: list[Run] = []
    every = [(is_changed, tuple(each)) for is_changed, each in groupby(found, _is_changed)]
    for number, (is_changed, each) in enumerate(every):
        if is_changed or len(each) <= _SHOWN:
            made.append(Run(each))
            continue
        before, after = int(number > 0), len(each) - int(number + 1 < len(every))
        parts = (Run(each[:before]), Run(each[before:after], is_folded=True), Run(each[after:]))
        made += (part for part in parts if part.paragraphs)
    return tuple(made)


def _is_changed(paragraph: Paragraph) -> bool:
    return paragraph.is_changed
