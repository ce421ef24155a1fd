"""Which passage of a field a hit shows, and where the query's words stand in it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from service.result import Snippet

Range = tuple[int, int]

# About three lines on a page of 70 characters.
LENGTH = 240
# The last sentence that ends in a text; of what may stand after its sign at most three characters.
_SENTENCES = re.compile(r".*(?:[.!?。！？\n][ \u00a0”’\"')]{0,2}[ \u00a0]|\n)", re.DOTALL)


def passages(field: str, text: str, highlights: Sequence[Range]) -> list[Snippet]:
    """The best stretch of a text, and a second one if words that match stand only there."""
    highlights = [_clipped(text, place) for place in highlights]
    best = _stretch(text, (0, len(text)), highlights)
    inside = _inside(highlights, best)
    if len(inside) == len(highlights):
        return [_snippet(field, text, best, inside)]
    shown = {_word(text, place) for place in inside}
    new = [place for place in highlights if _word(text, place) not in shown]
    sides = [(side, _inside(new, side)) for side in ((0, best[0]), (best[1], len(text)))]
    side, places = max(sides, key=lambda each: len({_word(text, place) for place in each[1]}))
    first = _snippet(field, text, best, inside)
    if not places:
        return [first]
    second = _stretch(text, side, places)
    return [first, _snippet(field, text, second, _inside(highlights, second))]


def _snippet(field: str, text: str, stretch: Range, highlights: Sequence[Range]) -> Snippet:
    start, end = stretch
    return Snippet(field, text[start:end], tuple([(s - start, e - start) for s, e in highlights]))


def _clipped(text: str, place: Range) -> Range:
    """Of what is longer than a passage its beginning: a phrase with much between its words."""
    start, end = place
    return place if end - start <= LENGTH else (start, _word_end(text, start + LENGTH))


def _word(text: str, place: Range) -> str:
    return text[slice(*place)].casefold()


def _inside(places: Sequence[Range], stretch: Range) -> list[Range]:
    start, end = stretch
    return [place for place in places if start <= place[0] and place[1] <= end]


def _stretch(text: str, side: Range, highlights: Sequence[Range]) -> Range:
    """What of a side of the text tells the most of what matched, cut at sentences or words.

    Without highlights it is the beginning.
    """
    offset = side[0]
    part = text[slice(*side)]
    start, end = _window(part, [(s - offset, e - offset) for s, e in highlights])
    start, end = _trimmed(part, start, end)
    return start + offset, end + offset


def _window(text: str, highlights: Sequence[Range]) -> Range:
    if len(text) <= LENGTH:
        return 0, len(text)
    if not highlights:
        return 0, _word_end(text, LENGTH)
    first, last = _richest(text, highlights)
    start = _sentence_start(text, first, max(0, last - LENGTH))
    end = _word_end(text, max(last, min(len(text), start + LENGTH)))
    return start, max(last, end)


def _richest(text: str, highlights: Sequence[Range]) -> Range:
    """The run within LENGTH with the most different words that match, then the most of them."""
    if len(highlights) == 1:
        return highlights[0]
    best, best_worth, left = highlights[0], (0, 0), 0
    inside: Counter[str] = Counter()
    for right, (start, end) in enumerate(highlights):
        inside[text[start:end].casefold()] += 1
        while end - highlights[left][0] > LENGTH and left < right:
            gone = text[slice(*highlights[left])].casefold()
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            left += 1
        worth = (len(inside), right - left + 1)
        if worth > best_worth:
            best, best_worth = (highlights[left][0], end), worth
    return best


def _sentence_start(text: str, at: int, lowest: int) -> int:
    """Where the sentence around `at` begins, or a word if that lies before `lowest`."""
    # The sign may stand before `lowest`.
    before = _SENTENCES.match(text, max(0, lowest - 3), at)
    if before is not None and before.end() > lowest:
        return before.end()
    if lowest == 0:
        return 0
    # No sentence begins near enough: two or three words before the match give it a context.
    place = max(lowest, at - 40)
    while 0 < place < at and not text[place - 1].isspace():
        place += 1
    return place


def _word_end(text: str, at: int) -> int:
    """The end of the word at `at`, if there is one within 30 characters."""
    if at >= len(text):
        return len(text)
    for place in range(at, max(at - 30, 0), -1):
        if text[place].isspace():
            return place
    return at


def _trimmed(text: str, start: int, end: int) -> Range:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def marked(snippet: Snippet, mark: Callable[[str], str]) -> str:
    """The passage on one line, with `mark` around what matched."""
    pieces, at = [], 0
    for start, end in snippet.highlights:
        pieces += [snippet.text[at:start], mark(snippet.text[start:end])]
        at = end
    return " ".join("".join([*pieces, snippet.text[at:]]).split())
