"""A text cut up at what stands out in it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")
# Each piece with whether it matched.
Pieces = tuple[tuple[str, bool], ...]


class Linked(NamedTuple):
    """A stretch of a text, and where a click on it leads; nowhere without `href`."""

    text: str
    href: str = ""


def cut(text: str, marks: Iterable[tuple[int, int, _T]], rest: _T) -> Iterator[tuple[str, _T]]:
    """The text in pieces, each with what its mark says, or `rest`.

    Marks begin in order; one that begins within the one before it is passed over.
    """
    at = 0
    for start, end, said in marks:
        if start < at:
            continue
        if start > at:
            yield text[at:start], rest
        yield text[start:end], said
        at = end
    if at < len(text):
        yield text[at:], rest


def pieces_of(text: str, marks: Iterable[tuple[int, int]]) -> Pieces:
    """The text cut at its marks, which stand in order."""
    return tuple(cut(text, ((start, end, True) for start, end in marks), rest=False))
