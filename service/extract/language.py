"""Which texts an English model can read: on any other it takes sentences for names."""

import re

_ENGLISH = frozenset(
    "a and are at be been by for from had has he his is it not of on said that the this to was were"
    " which who will with".split()
)
# Small words that English does not have, and that seldom stand in names in small letters.
_OTHER = frozenset(
    """
    aan au auf aus avec che dans das dem der des det dos een ein eine el en est et
    för für gli het il ist las le les los mit nicht och para por pour que qui
    se sich sind sobre som sont sur und une uma não von voor wird y zu zum zur é""".split()
)
_SMALL = re.compile(r"(?<![^\W_])[^\W\d_]{1,6}(?![^\W_])")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_READ = 5_000
# English has five characters a word with its space. A long text of less is data; the model would
# spend minutes on a megabyte of `A-A-A-`.
_LONG = 20_000
_CHARACTERS_PER_TOKEN = 2.5


def is_english(text: str) -> bool:
    """More English small words than foreign ones, and mostly Latin letters."""
    start = text[:_READ]
    letters = sum(map(str.isalpha, start))
    latin = sum(char < "\u0250" for char in start if char.isalpha())
    if latin * 2 < letters:
        return False
    small = [word for word in _SMALL.findall(start) if word.islower()]
    english = sum(word in _ENGLISH for word in small)
    return english >= sum(word in _OTHER for word in small)


def is_prose(text: str) -> bool:
    """Not a long text of single letters, digits and marks."""
    if len(text) < _LONG:
        return True
    return len(_TOKEN.findall(text)) * _CHARACTERS_PER_TOKEN < len(text)
