"""A text under several layers of marks, cut so that what is marked nests as elements must."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from service.deadline import raise_if_late


@dataclass(frozen=True, slots=True)
class Link:
    """A link without a text of its own in the page, so that nothing is read or copied of it."""

    href: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text, [start, end), and the element that is made of it.

    Where another mark cuts it in two there are two elements, of which the first has the `id`.
    `link` stands at its end: within a block, behind all else.
    """

    start: int
    end: int
    element: str
    id: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """What is printed next: text, or one end of a mark's element, or a link behind one.

    `is_edge`: that end is the mark's own, and not one where another mark cuts it.
    """

    kind: Literal["text", "open", "close", "link"]
    text: str = ""
    mark: Mark | None = None
    is_edge: bool = False
    link: Link | None = None


Layer = Sequence[Mark]
_Around = tuple[Mark | None, ...]


def apart(marks: Iterable[Mark], length: int) -> list[Mark]:
    """In order, within a text of that length, without those that overlap one before them.

    Of two that begin at one place the longer stays.
    """
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda each: (each.start, -each.end)):
        start, end = max(mark.start, 0), min(mark.end, length)
        if start < end and (not kept or kept[-1].end <= start):
            kept.append(replace(mark, start=start, end=end))
    return kept


def cut(text: str, layers: Sequence[Layer]) -> Iterator[Token]:
    """The text and its marks in order; the first layer is the outermost.

    The marks of one layer must be `apart`. Takes as long as there are text and marks.
    """
    before: _Around = (None,) * len(layers)
    at = 0
    for start, end, around in _stretches(len(text), layers):
        shared = _shared(before, around)
        yield from _closing(before[shared:], start)
        yield from _opening(around[shared:], start)
        yield Token("text", text[start:end])
        before, at = around, end
    yield from _closing(before, at)


def _stretches(length: int, layers: Sequence[Layer]) -> Iterator[tuple[int, int, _Around]]:
    """Between each two places where a mark begins or ends: what stands around that, by layer."""
    ends = {place for layer in layers for mark in layer for place in (mark.start, mark.end)}
    numbers = [0] * len(layers)
    for start, end in pairwise(sorted({0, length} | ends)):
        raise_if_late()
        around: list[Mark | None] = []
        for n, layer in enumerate(layers):
            while numbers[n] < len(layer) and layer[numbers[n]].end <= start:
                numbers[n] += 1
            here = layer[numbers[n]] if numbers[n] < len(layer) else None
            around.append(here if here is not None and here.start <= start else None)
        yield start, end, tuple(around)


def _shared(one: _Around, other: _Around) -> int:
    """How many layers from the outermost on go on as they were."""
    pairs = enumerate(zip(one, other, strict=True))
    return next((n for n, (a, b) in pairs if a is not b), len(one))


def _closing(around: _Around, at: int) -> Iterator[Token]:
    for mark in reversed(around):
        if mark is not None:
            yield Token("close", mark=mark, is_edge=mark.end == at)


def _opening(around: _Around, at: int) -> Iterator[Token]:
    for mark in around:
        if mark is not None:
            yield Token("open", mark=mark, is_edge=mark.start == at)


def with_links(tokens: Iterable[Token], blocks: frozenset[str]) -> Iterator[Token]:
    """With the links of marks: of a block at its end, of others where no other link is open.

    A link within a link would be none.
    """
    waiting: list[Link] = []
    depth = 0
    for token in tokens:
        mark = token.mark
        if mark is None or token.kind == "text":
            yield token
            continue
        is_link = mark.element == "a"
        depth += is_link if token.kind == "open" else -is_link
        ends = token.kind == "close" and token.is_edge
        if ends and mark.link and mark.element in blocks:
            yield Token("link", link=mark.link)
        yield token
        if ends and mark.link and mark.element not in blocks:
            waiting.append(mark.link)
        if not depth and token.kind == "close":
            yield from (Token("link", link=link) for link in waiting)
            waiting = []
