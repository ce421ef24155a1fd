"""When something happened, as a text tells it: `2018`, `2018-06-12`, `--11` (November, of no told
year), `thursday`.

Absolute dates are read from every text beforehand; what has no year is of no use in a search, but
two reports of one event can be held against each other by it. English only.
"""

import re
from collections.abc import Iterator
from datetime import date

# A stretch of the text, and the time that it tells.
Found = tuple[int, int, str]

_MONTHS = "january february march april may june july august september october november december"
_NUMBERS = {name: number for number, name in enumerate(_MONTHS.split(), 1)}
_NUMBERS |= {name[:3]: number for name, number in _NUMBERS.items()} | {"sept": 9}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WHOLE = "|".join(name.title() for name in _MONTHS.split())
_SHORT = "|".join(name.title() for name in _NUMBERS if len(name) < 5)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TOLD = re.compile(
    rf"(?<![\w-])(?:(?P<weekday>{'|'.join(day.title() for day in _WEEKDAYS)})(?!\w)"
    rf"|(?P<before>{_DAY})\s(?:of\s)?(?P<after>{_WHOLE}|{_SHORT})(?!\w)"
    rf"|(?P<named>{_WHOLE}|{_SHORT})\.?\s(?P<day>{_DAY})(?![\w,.]*\d)"
    rf"|(?P<month>{_WHOLE})(?![\w]|\s[A-Z]))"
)
# Names of people, and a verb, before they are months.
_NAMES_TOO = ("May", "March", "April", "June", "August")
_LEADS = re.compile(
    r"\b(?:in|since|until|till|by|of|last|this|next|early|late|mid|from|to|before|after|during)"
    r"[\s-]$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?<!\w)(?:the\s)?(?:late|early|mid|middle|end|beginning|start)(?:\s(?:in|of|last))?[\s-]$",
    re.IGNORECASE,
)
# How far before a time a word says how exact it is.
_BEFORE = 24


def partial_times(text: str) -> Iterator[Found]:
    """Days of the week and months that are told without a year: where, and which."""
    for match in _TOLD.finditer(text):
        if match["weekday"]:
            yield *match.span(), match["weekday"].lower()
        elif match["month"]:
            lead = text[max(0, match.start() - _BEFORE) : match.start()]
            if match["month"] not in _NAMES_TOO or _LEADS.search(lead):
                yield *match.span(), f"--{_NUMBERS[match['month'].lower()]:02d}"
        else:
            month = _NUMBERS[(match["after"] or match["named"]).lower()]
            number = int(re.sub(r"\D", "", match["before"] or match["day"]))
            yield *match.span(), f"--{month:02d}-{number:02d}"


def beginning(text: str, start: int) -> int:
    """Where a time begins with the words that say how exact it is: “late in 2018”."""
    lead = _ABOUT.search(text[max(0, start - _BEFORE) : start])
    return start - len(lead[0]) if lead else start


def agree(one: str, other: str) -> bool:
    """Whether two times may be the same, each as precise as it is told."""
    if one == other:
        return True
    if is_weekday(one) or is_weekday(other):
        return other == _weekday(one) or one == _weekday(other)
    yearless = one.startswith("--") or other.startswith("--")
    short, long = sorted((_yearless(one), _yearless(other)) if yearless else (one, other), key=len)
    return len(short) > 2 and long.startswith(short)


def is_same(one: str, other: str) -> bool:
    """Whether they agree and are told alike: both with a year, or both without."""
    return agree(one, other) and one.startswith("--") == other.startswith("--")


def comparable(one: str, other: str) -> bool:
    """Whether one of two times that do not agree could have been told instead of the other."""
    return is_weekday(one) == is_weekday(other)


def is_weekday(value: str) -> bool:
    return value in _WEEKDAYS


def _yearless(value: str) -> str:
    return value if value.startswith("--") else f"-{value[4:]}"


def _weekday(value: str) -> str:
    """The day of the week of a whole date; nothing else has one."""
    is_whole = len(value) == len("2018-06-12") and value[0].isdecimal()
    return _WEEKDAYS[date.fromisoformat(value).weekday()] if is_whole else ""
