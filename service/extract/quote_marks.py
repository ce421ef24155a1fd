"""Where quotation marks open and close within one paragraph, in any of the usual styles.

A mark tells by its form, and a straight one by its neighbours, whether it opens or closes.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_DOUBLE = re.compile('["“”„‟«»＂]')
_CLOSED_BY = {
    '"': '"”＂',
    "＂": '"＂',
    "“": '”"',
    "‟": '”"',
    "„": '“”"',
    "«": "»",
    "»": "«",
    "”": "”",  # Swedish and Finnish papers open with it
}
_BEFORE_OPENING = frozenset("([{—–-/'‘:;,…")
_ENDS_SENTENCE = (".", "!", "?", "…")
_SINGLE_OPENING = re.compile(r"(?<![^\s(—–])[‘'](?=\w)")
_SINGLE_CLOSING = re.compile(r"(?<=[,.!?…])[’'](?!\w)")


class Marked(NamedTuple):
    """Words in quotation marks, without them; `closed` unless the paragraph ends before."""

    start: int
    end: int
    closed: bool = True
    single: bool = False


def marked(text: str, start: int, end: int) -> Iterator[Marked]:
    """What stands in double marks in text[start:end]; marks inside of others are passed over."""
    opened, mark = -1, ""
    for found in _DOUBLE.finditer(text, start, end):
        at, char = found.start(), found[0]
        if opened < 0:
            if _may_open(text, at, start, end, char):
                opened, mark = at + 1, char
        elif char in _CLOSED_BY[mark] and at > opened and _may_close(text, at, end):
            yield Marked(opened, at)
            opened = -1
        elif char == mark and _may_open(text, at, start, end, char):
            said = text[opened:at].rstrip()
            if said.endswith(_ENDS_SENTENCE):  # of one speech, each sentence has its mark
                yield Marked(opened, opened + len(said), closed=False)
            opened = at + 1  # the one before was never closed
    if opened >= 0 and opened < end:
        yield Marked(opened, end, closed=False)


def single_marked(text: str, start: int, end: int) -> Iterator[Marked]:
    """What stands in single marks and closes with a stop or comma, as speech does."""
    done = start
    for found in _SINGLE_OPENING.finditer(text, start, end):
        if found.start() < done:
            continue
        closing = _SINGLE_CLOSING.search(text, found.end(), end)
        if not closing:
            return
        yield Marked(found.end(), closing.start(), single=True)
        done = closing.end()


def opens_with_mark(text: str, start: int, end: int) -> bool:
    return start < end and text[start] in '"“„«‟'


def _may_close(text: str, at: int, end: int) -> bool:
    """A space before it is one too many where another follows: `“…, ‘oh no,’ ” she said`."""
    return not text[at - 1].isspace() or at + 1 >= end or text[at + 1].isspace()


def _may_open(text: str, at: int, start: int, end: int, char: str) -> bool:
    if at + 1 >= end or text[at + 1].isspace():
        return False
    if char in "“„«‟":
        return True
    before = text[at - 1] if at > start else " "
    return before.isspace() or before in _BEFORE_OPENING
