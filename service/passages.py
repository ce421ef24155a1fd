"""Which passage of a field a hit shows, and where the query's words stand in it."""

from collections import Counter
from collections.abc import Callable, Sequence

from service.result import Snippet

Range = tuple[int, int]

# About three lines on a page of 70 characters.
LENGTH = 240
_SENTENCE_ENDS = ".!?。！？\n"


def passage(field: str, text: str, highlights: Sequence[Range]) -> Snippet:
    """The stretch of `text` that tells the most of what matched, cut at sentences or words.

    Without highlights it is the beginning. Offsets come back relative to the stretch.
    """
    start, end = _window(text, highlights)
    start, end = _trimmed(text, start, end)
    inside = tuple((s - start, e - start) for s, e in highlights if start <= s and e <= end)
    return Snippet(field, text[start:end], inside)


def _window(text: str, highlights: Sequence[Range]) -> Range:
    if len(text) <= LENGTH:
        return 0, len(text)
    if not highlights:
        return 0, _word_end(text, LENGTH)
    first, last = _richest(text, highlights)
    start = _sentence_start(text, first, max(0, last - LENGTH))
    end = _word_end(text, max(last, min(len(text), start + LENGTH)))
    return start, end


def _richest(text: str, highlights: Sequence[Range]) -> Range:
    """The run within LENGTH with the most different words that match, then the most of them."""
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
    for place in range(at, lowest, -1):
        if text[place - 1].isspace() and _ends_sentence(text, place):
            return place
    if lowest == 0:
        return 0
    # No sentence begins near enough: two or three words before the match give it a context.
    place = max(lowest, at - 40)
    while 0 < place < at and not text[place - 1].isspace():
        place += 1
    return place


def _ends_sentence(text: str, place: int) -> bool:
    before = text[max(0, place - 4) : place].rstrip(" \u00a0”’\"')")
    return before[-1:] in _SENTENCE_ENDS and before != ""


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
