"""Numbers in a text with what they count, so that “12 people” is held against “15 people”."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from service.comparing.roots import root
from service.deadline import raise_if_late
from service.stop_words import STOP_WORDS

_SPELLED = {
    name: number
    for number, name in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), 2
    )
}
_SCALES = {
    **{"hundred": 100, "thousand": 1_000, "dozen": 12},
    **dict.fromkeys(("million", "mln", "m"), 1_000_000),
    **dict.fromkeys(("billion", "bln", "bn"), 1_000_000_000),
    **dict.fromkeys(("trillion", "tln", "tn"), 1_000_000_000_000),
}
# Ways to write what is counted.
_UNITS = {
    **dict.fromkeys(("$", "dlr", "dlrs", "dollar", "dollars", "usd"), "$"),
    **dict.fromkeys(("£", "pound", "pounds", "stg"), "£"),
    **dict.fromkeys(("€", "euro", "euros", "eur"), "€"),
    **dict.fromkeys(("¥", "yen"), "¥"),
    **dict.fromkeys(("%", "pct", "percent", "per cent"), "%"),
    **dict.fromkeys(("ct", "cts", "cent", "cents"), "ct"),
}
# How long, how old and how often: of two numbers in one passage seldom the same thing.
_OF_ANYTHING = frozenset(
    "year month week day hour minute second decade century time old other more".split()
)
_FIGURE = re.compile(
    r"(?<![\w.,/:-])(?P<sign>[$£€¥])?"
    r"(?:(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?P<word>{'|'.join(_SPELLED)}))(?![^\W\d_a-z]|\d|[/:]|[.,-]\d)"
    rf"(?:[\s-]?(?P<scale>{'|'.join(sorted(_SCALES, key=len, reverse=True))})\b|(?!\w))",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"[\s-]?(?P<unit>%|per cent\b)|(?P<words>(?:[\s-][^\W\d_]+){1,2})")


class Figure(NamedTuple):
    """A number at `start` to `end`, with the roots of the words that say what it counts."""

    start: int
    end: int
    value: str
    of: frozenset[str]


def figures(text: str) -> Iterator[Figure]:
    """The numbers of a text, those of years and dates among them."""
    for match in _FIGURE.finditer(text):
        raise_if_late()
        stated = match["digits"].replace(",", "") if match["digits"] else _SPELLED[_word(match)]
        scale = _SCALES[match["scale"].lower()] if match["scale"] else 1
        counted = _COUNTED.match(text, match.end())
        of, end = _of(counted, match.end())
        if match["sign"]:
            of = of | {match["sign"]}
        yield Figure(match.start(), end, f"{(Decimal(stated) * scale).normalize():f}", of)


def _word(match: re.Match[str]) -> str:
    return match["word"].lower()


def _of(counted: re.Match[str] | None, end: int) -> tuple[frozenset[str], int]:
    """What is counted, and where its words end."""
    if counted is None:
        return frozenset(), end
    if counted["unit"]:
        return frozenset({"%"}), counted.end()
    words = re.split(r"[\s-]", counted["words"][1:])
    told = [*takewhile(lambda word: word.lower() not in STOP_WORDS, words)]
    of = frozenset(_UNITS.get(word.lower(), root(word)) for word in told)
    return of - _OF_ANYTHING, end + sum(1 + len(word) for word in told)
