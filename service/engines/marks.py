"""Where words stand in a text, exactly as FTS5's highlight() would mark them, without asking it.

FTS5 cuts up the whole text to mark one word. Here a text is searched for how the word begins, and
only what begins so is held against it: a sixth of the time, and the same for a text of any length.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from service.deadline import raise_if_late
from service.engines.leaves import STEMS, Index, bare
from service.engines.tokens import Tokens
from service.query import Near, Node, Phrase, Prefix, Word

Range = tuple[int, int]

TOKENS = Tokens()
_ODD = re.compile(r"[^\x00-\x7f]+")
# In a folded text all that is not ASCII is part of a word.
_WORD = re.compile(r"[a-z0-9\x80-\U0010ffff]+")


class _Folded(dict[str, str]):
    """A character beyond ASCII -> what FTS5 makes of it: none of an accent, a space of a dash."""

    def __missing__(self, character: str) -> str:
        words = TOKENS.words(f"a{character}a")
        made = self[character] = words[0][1:-1] if len(words) == 1 else " "
        return made


_FOLDED = _Folded()


@dataclass(frozen=True, slots=True)
class Words:
    """Words side by side, all of them stems or none; of the last one it may be the beginning.

    `start` is what every word begins with that the first one accepts.
    """

    words: tuple[str, ...]
    start: str
    stemmed: bool = False
    is_beginning: bool = False

    def accepts(self, number: int, word: str) -> bool:
        """Whether a word of a text is the one of that number."""
        wanted = self.words[number]
        if self.stemmed:
            return TOKENS.stem(word) == wanted
        if self.is_beginning and number == len(self.words) - 1:
            return word.startswith(wanted)
        return word == wanted


@dataclass(frozen=True, slots=True)
class NearWords:
    """Words, or what a hyphen makes several of, with at most `distance` words between them."""

    parts: tuple[Words, ...]
    distance: int


Wanted = Words | NearWords


def wanted_of(leaf: Node, index: Index) -> Wanted | None:
    """What a leaf looks for in the index of stems or of words; None if that is no word at all."""
    if isinstance(leaf, Near):
        cut = (tuple(TOKENS.words(word)) for word in leaf.text.split())
        parts = tuple(Words(words, words[0]) for words in cut if words)
        return NearWords(parts, leaf.distance) if parts else None
    # The signs around it in the MATCH are none of a word.
    words = tuple(TOKENS.words(_text_of(leaf)))
    if not words:
        return None
    if index != STEMS:
        return Words(words, words[0], is_beginning=isinstance(leaf, Prefix))
    stems = tuple(map(TOKENS.stem, words))
    return Words(stems, start_of_words(stems[0]), stemmed=True)


def _text_of(leaf: Node) -> str:
    match leaf:
        case Word(text):
            return bare(text)
        case Phrase(text) | Prefix(text):
            return text
        case _:
            raise TypeError(f"{leaf!r} is no leaf")


def start_of_words(stem: str) -> str:
    """What every word of an English stem begins with.

    Porter's rules cut an end off and may then change one letter: happy is `happi`, hoping `hope`,
    sensibility `sensibl`.
    """
    changed = stem.endswith(("i", "bl")) or (stem.endswith("e") and len(stem) > 2)
    return stem[:-1] if changed and len(stem) > 1 else stem


class SearchedText:
    """A text that is folded once, however much is looked for in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = (text if text.isascii() else _ODD.sub(_fold, text)).lower()

    def places(self, wanted: Wanted) -> Iterator[Range]:
        """Where it stands, in order; what stands side by side with itself may overlap."""
        found = self._near(wanted) if isinstance(wanted, NearWords) else self._runs(wanted)
        if len(self._folded) == len(self._text):
            return found
        return ((self._offsets[start], self._offsets[end]) for start, end in found)

    def _runs(self, wanted: Words) -> Iterator[Range]:
        folded, start = self._folded, wanted.start
        at = folded.find(start)
        while at >= 0:
            end = _end_of_word(folded, at)
            if _begins_word(folded, at) and wanted.accepts(0, folded[at:end]):
                last = self._end_of_run(wanted, end) if len(wanted.words) > 1 else end
                if last is not None:
                    yield at, last
            at = folded.find(start, end)

    def _end_of_run(self, wanted: Words, end: int) -> int | None:
        """The end of the last word, if after the first, which ends at `end`, the others follow."""
        for number in range(1, len(wanted.words)):
            raise_if_late()
            following = _WORD.search(self._folded, end)
            if following is None or not wanted.accepts(number, following[0]):
                return None
            end = following.end()
        return end

    def _near(self, wanted: NearWords) -> Iterator[Range]:
        sizes = [len(part.words) for part in wanted.parts]
        found = [self._numbers(part.words) for part in wanted.parts]
        spans = [span for _, span in self._words]
        near = near_places(found, sizes, wanted.distance) if all(found) else ()
        for first, part in sorted(near):
            yield spans[first][0], spans[first + sizes[part] - 1][1]

    def _numbers(self, run: tuple[str, ...]) -> list[int]:
        """The numbers of the words at which a run of words begins."""
        words, size = [word for word, _ in self._words], len(run)
        return [
            n for n, word in enumerate(words) if word == run[0] and (*words[n : n + size],) == run
        ]

    @cached_property
    def _words(self) -> list[tuple[str, Range]]:
        return [(found[0], found.span()) for found in _WORD.finditer(self._folded)]

    @cached_property
    def _offsets(self) -> list[int]:
        """Where each character of the folded text stands, and where the text ends."""
        kept = (at for at, c in enumerate(self._text) if c.isascii() or _FOLDED[c])
        return [*kept, len(self._text)]


def _fold(odd: re.Match[str]) -> str:
    return "".join(map(_FOLDED.__getitem__, odd[0]))


def _end_of_word(folded: str, at: int) -> int:
    found = _WORD.match(folded, at)
    return found.end() if found else at + 1


def _begins_word(folded: str, at: int) -> bool:
    before = folded[at - 1 : at]
    return not (before.isalnum() or before > "\x7f")


def near_places(
    found: Sequence[Sequence[int]], sizes: Sequence[int], distance: int
) -> set[tuple[int, int]]:
    """(At which word, which part) of all that stand near each other, as FTS5 has it.

    All parts move on until none ends more than `distance` words before the last of them begins;
    then the one moves on whose next place comes first.
    """
    at = [0] * len(found)
    near: set[tuple[int, int]] = set()
    while _brought_together(found, sizes, distance, at):
        raise_if_late()
        near.update((found[part][place], part) for part, place in enumerate(at))
        following = [
            (found[part][place + 1], part)
            for part, place in enumerate(at)
            if place + 1 < len(found[part])
        ]
        if not following:
            break
        at[min(following)[1]] += 1
    return near


def _brought_together(
    found: Sequence[Sequence[int]], sizes: Sequence[int], distance: int, at: list[int]
) -> bool:
    """Move each part on to the next place where all are near; False if there is none."""
    last = found[0][at[0]]
    moved = True
    while moved:
        moved = False
        for part, places in enumerate(found):
            first = last - sizes[part] - distance
            if first <= places[at[part]] <= last:
                continue
            moved = True
            while places[at[part]] < first:
                at[part] += 1
                if at[part] == len(places):
                    return False
            last = max(last, places[at[part]])
    return True
