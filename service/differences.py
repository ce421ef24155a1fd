"""What was taken out of a text and what was put in, word by word.

Paragraphs are matched first and words within those that changed, so that a rewritten one takes no
stray “the” from another. rapidfuzz finds the longest common subsequence, in time and memory that
grow with the product of two lengths; where that is too much, words that each text has once cut both
into parts, as Bram Cohen's patience diff does.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from rapidfuzz.distance import LCSseq

from service.deadline import raise_if_late
from service.unspaced import has_unspaced

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: in both, in the old one only or in the new one only.

    The offsets are code points; of what one text lacks, the place there where it would stand.
    """

    kind: Kind
    text: str
    old_start: int
    new_start: int


Tokens = Sequence[str]
# How many tokens of the old and of the new text match from a place on, in order.
Match = tuple[int, int, int]

# Of two texts' lengths: 10,000 words against as many take 60 ms and 12 MB.
LARGEST_PRODUCT = 100_000_000
# Signs and white space in a row between two changes of one sentence.
MOST_BETWEEN = 3

_MARKS = "".join(
    char for char in map(chr, range(0x300, 0x10000)) if unicodedata.category(char)[0] == "M"
)
_LETTERS = rf"[\w{_MARKS}]+"
# Apostrophes within a word and signs within a number belong to it.
_TOKEN = re.compile(rf"{_LETTERS}(?:(?:['’]|(?<=\d)[.,:](?=\d)){_LETTERS})*|\s+|.", re.DOTALL)
_CHARACTER = re.compile(rf"[0-9A-Za-z]+|.[{_MARKS}]*", re.DOTALL)
_LINE = re.compile(r"[^\n]*\n+|[^\n]+")
_WORDLESS = re.compile(r"[^\w\n]*")


def differences(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces of both texts in their order, what was removed before what was added for it.

    Those that are the same and removed join to the old text, those same and added to the new one.
    """
    steps = _steps(_LINE.findall(old), _LINE.findall(new), within=_changed_lines)
    return tuple(_pieces(_tidied(_slid(list(_joined(steps))))))


@dataclass(slots=True)
class _Step:
    """What was taken out and put in at one place, and the text after it that is in both."""

    removed: list[str]
    added: list[str]
    same: list[str]

    @property
    def is_replacement(self) -> bool:
        return bool(self.removed and self.added)


Within = Callable[[Tokens, Tokens], Iterable[_Step]]


def _steps(old: Tokens, new: Tokens, within: Within) -> Iterator[_Step]:
    """`within` tells more of what is not the same."""
    at = (0, 0)
    for here, there, size in (*_matches(old, new), (len(old), len(new), 0)):
        yield from within(old[at[0] : here], new[at[1] : there])
        yield _Step([], [], list(old[here : here + size]))
        at = here + size, there + size


def _changed_lines(old: Tokens, new: Tokens) -> Iterable[_Step]:
    if not old or not new:
        return [_Step(list(old), list(new), [])]
    return _steps(_words("".join(old)), _words("".join(new)), _changed_words)


def _changed_words(old: Tokens, new: Tokens) -> Iterable[_Step]:
    return [_Step(list(old), list(new), [])]


def _words(text: str) -> list[str]:
    """Words, single signs, and white space in runs; scripts without spaces by the character."""
    tokens = _TOKEN.findall(text)
    if not has_unspaced(text):
        return tokens
    return [
        part
        for token in tokens
        for part in (_CHARACTER.findall(token) if has_unspaced(token) else (token,))
    ]


def _matches(old: Tokens, new: Tokens) -> Iterator[Match]:
    """What the two have in common, in order and as much as can be told in bounded time."""
    at = (0, 0)
    for here, there in (*_anchors(old, new), (len(old), len(new))):
        yield from _subsequence(old[at[0] : here], new[at[1] : there], at)
        at = here, there


def _subsequence(old: Tokens, new: Tokens, at: tuple[int, int]) -> Iterator[Match]:
    """The longest common one; of parts that are too long only how they begin and end."""
    raise_if_late()
    if len(old) * len(new) <= LARGEST_PRODUCT:
        for block in LCSseq.opcodes(old, new).as_matching_blocks():
            if block.size:
                yield block.a + at[0], block.b + at[1], block.size
        return
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    yield *at, first
    yield at[0] + len(old) - last, at[1] + len(new) - last, last


def _common(old: Tokens, new: Tokens) -> int:
    """How many tokens are the same from the beginning on."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(old), len(new)))


def _anchors(old: Tokens, new: Tokens) -> list[tuple[int, int]]:
    """Places of tokens that each text has once, in the same order in both; none in short texts."""
    if len(old) * len(new) <= LARGEST_PRODUCT:
        return []
    once = _once(old) & _once(new)
    places = {token: place for place, token in enumerate(new) if token in once}
    return _rising([(here, places[token]) for here, token in enumerate(old) if token in once])


def _once(tokens: Tokens) -> set[str]:
    return {token for token, count in Counter(tokens).items() if count == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest row of pairs in which both numbers rise; the first rises in all of them."""
    ends: list[int] = []  # the least second number that a row of each length ends with
    owners: list[int] = []  # whose that is
    before: list[int] = []
    for number, (_, there) in enumerate(pairs):
        place = bisect_left(ends, there)
        before.append(owners[place - 1] if place else -1)
        ends[place : place + 1] = [there]
        owners[place : place + 1] = [number]
    row: list[tuple[int, int]] = []
    number = owners[-1] if owners else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]


def _joined(steps: Iterable[_Step]) -> Iterator[_Step]:
    """One step a place: what follows without any text between is one change, or one text."""
    last = _Step([], [], [])
    for step in steps:
        if last.same and (step.removed or step.added):
            yield last
            last = step
        else:
            last.removed += step.removed
            last.added += step.added
            last.same += step.same
    yield last


def _slid(steps: Sequence[_Step]) -> Iterator[_Step]:
    """What was only added, or only removed, as late as it may stand: a sentence with its own stop.

    `48[. Nobody is]. ` and `48.[ Nobody is.] ` say the same.
    """
    before = _Step([], [], [])
    for number, step in enumerate(steps, 1):
        changed = step.removed or step.added
        if changed and not step.is_replacement:
            # Some text has to stay between two changes.
            most = len(step.same) - (number < len(steps))
            by = _slide(changed, step.same[:most])
            before.same += step.same[:by]
            changed[:] = _turned(changed, by)
            step.same = step.same[by:]
        yield before
        before = step
    yield before


def _slide(changed: Tokens, same: Tokens) -> int:
    """How many tokens a change may move into the text that follows it."""
    pairs = enumerate(zip(cycle(changed), same, strict=False))
    return next((by for by, (one, other) in pairs if one != other), len(same))


def _turned(tokens: Tokens, by: int) -> list[str]:
    start = by % len(tokens)
    return [*tokens[start:], *tokens[:start]]


def _tidied(steps: Iterable[_Step]) -> Iterator[_Step]:
    """Two words for two others are one change, though the space between them is the same."""
    last: _Step | None = None
    for step in steps:
        if last is not None and _is_one_change(last, step):
            last.removed += last.same + step.removed
            last.added += last.same + step.added
            last.same = step.same
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last


def _is_one_change(step: _Step, following: _Step) -> bool:
    between = step.same
    short = len(between) <= MOST_BETWEEN and _WORDLESS.fullmatch("".join(between)) is not None
    return short and step.is_replacement and following.is_replacement


def _pieces(steps: Iterable[_Step]) -> Iterator[Piece]:
    old = new = 0
    for step in steps:
        kinds: tuple[tuple[Kind, list[str]], ...] = (
            ("removed", step.removed),
            ("added", step.added),
            ("same", step.same),
        )
        for kind, tokens in kinds:
            if text := "".join(tokens):
                yield Piece(kind, text, old, new)
                old += len(text) if kind != "added" else 0
                new += len(text) if kind != "removed" else 0
