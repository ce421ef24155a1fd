"""Russian, Ukrainian and Belarusian names: a given name from a table, a family name by its sounds.

A family name is read as units, each with the ways it is written: Zelensky, Zelenskiy and
Zelenskyy end in one of them. Ukrainian and Russian given names share a row (Volodymyr, Vladimir).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from service.romanisation.given_names import load
from service.romanisation.ordinary import ORDINARY
from service.romanisation.reading import Reading, joined, listed

_LATIN, _SAME = "abdfgjklmnoprstuz", "абдфгйклмнопрстуз"
# Unit -> how it is written in Latin and in Cyrillic letters. The order is that of reading.
_UNITS: Mapping[str, tuple[str, str]] = {
    "skaya$": ("skaya skaia skaja", "ская"),
    "sky$": ("sky skiy skyy skii ski skij skyi skyj", "ский ський"),
    "ov$": ("ov off", "ов"),
    "ev$": ("ev yev iev eff yeff", "ев єв"),
    "y$": ("y iy yy i ii yi ij", "ый ий"),
    "shch": ("shch sch", "щ"),
    "zh": ("zh", "ж"),
    "kh": ("kh h", "х"),
    "ts": ("ts tz", "ц"),
    "ch": ("ch tch", "ч"),
    "sh": ("sh", "ш"),
    "yu": ("yu iu ju", "ю"),
    "ya": ("ya ia ja", "я"),
    "ye": ("ye e", "е є"),
    "ay": ("ay ai aj", "ай"),
    "ey": ("ey ei ej", "ей"),
    "oy": ("oy oi oj", "ой"),
    "uy": ("uy ui uj", "уй"),
    "e": ("e", "е"),
    "i": ("i y", "и ы і"),
    "x": ("x ks", "кс"),
    "v": ("v", "в"),
    **{latin: (latin, own) for latin, own in zip(_LATIN, _SAME, strict=True)},
}  # fmt: skip
# Read as another unit than the one it is written by.
_READ = {"w": "v", "y": "i", "h": "kh", "tch": "ch", "stch": "shch", "c": "k"}
_FINAL_Y = r"(?<=[^aeiou])(?:yy|iy|yi|ii|ij|y|i)$"
_CYRILLIC = {
    **dict(zip(_SAME, _LATIN, strict=True)),
    **dict(zip("вґеёиіїэєы", ["v", "g", "e", "e", "i", "i", "yi", "e", "ye", "y"], strict=True)),
    **dict(zip("жхцчшщюя", ["zh", "kh", "ts", "ch", "sh", "shch", "yu", "ya"], strict=True)),
    **{"й": "y", "ў": "u", "ъ": "", "ь": ""},
}
_ENDING = re.compile(
    r"[a-z]{2,}(?:ov|off|ev|ova|eva|[kn]in|[kn]ina|sk(?:y|yy|iy|ii|i|yi|ij)|skaya|enko|chuk|yuk|iuk"
    r"|vych|vich|ny|nyy|niy|dze|shvili)"
)
_ALONE = re.compile(
    r"(?=.{6})[a-z]+(?:ov|(?<!ch)[hdnrsty]ev|[bdklmnprtv]sk(?:y|yy|iy|ii|i|yi)|enko)"
)
_PATRONYMIC = re.compile(r"[a-z]{3,}(?:ov|ev|yev|iev)(?:ich|ych|na)")
_NOT_CYRILLIC = re.compile(r"[^а-яёєіїґў]")

# What follows a given name on its own in a sentence.
_NO_FAMILY = re.compile(
    "from|have|says|said|that|this|told|went|were|what|when|will|with|waved|.*(?:ing|lly)"
)

_ROWS = load("slavic")
_GIVEN = {text: row for row in reversed(_ROWS) for text in (*row.spellings, *row.native)}
_BY_KEY = {row.key: row for row in _ROWS}


def _reader() -> "re.Pattern[str]":
    """Units as alternatives, the longest spelling first; endings only at the end."""
    ends = [text for unit in ("skaya$", "sky$", "ov$", "ev$") for text in _UNITS[unit][0].split()]
    inside = {t for unit, (texts, _) in _UNITS.items() if unit[-1] != "$" for t in texts.split()}
    ending = "|".join(sorted(ends, key=len, reverse=True))
    middle = "|".join(sorted(inside | _READ.keys() | {"q"}, key=len, reverse=True))
    return re.compile(rf"(?P<end>(?:{ending})$)|(?P<y>{_FINAL_Y})|(?P<inside>{middle})")


_UNIT = _reader()
_UNIT_OF = {
    text: unit
    for unit, (texts, _) in reversed(list(_UNITS.items()))
    if unit != "y$"
    for text in texts.split()
}


@lru_cache(maxsize=4096)
def _sounds(word: str) -> str:
    """The units of a family name, a space between."""
    units = []
    for match in _UNIT.finditer(word):
        text = match.group()
        if match.lastgroup == "y":
            units.append("y$")
        elif text in ("ye", "e") and match.start() and units[-1][-1] not in "aeiouy":
            units.append("e")
        elif text == "e":
            units.append("ye")
        else:
            units.append(_READ.get(text, _UNIT_OF.get(text, text)))
    return " ".join(units)


def readings(words: Sequence[Sequence[str]], any_order: bool = False) -> tuple[Reading, ...]:
    """Given name (and patronymic) and family name, or an unmistakable family name alone."""
    if any(len(word) != 1 for word in words) or not 1 <= len(words) <= 3:
        return ()
    flat = [word[0] for word in words]
    latin = [_in_latin(word) for word in flat]
    if len(flat) == 1:
        alone = latin[0] == flat[0] and _ALONE.fullmatch(flat[0])
        return (Reading("slavic", ({_sounds(flat[0]): 0},)),) if alone else ()
    if len(flat) == 3 and not _PATRONYMIC.fullmatch(latin[1]):
        return ()
    ways = [(flat[0], latin[-1])]
    if len(flat) == 2 and (any_order or _ENDING.fullmatch(latin[0])):
        ways.append((flat[1], latin[0]))
    short = tuple(found for way in ways if (found := _read(*way)) is not None)
    if len(flat) == 2:
        return short
    full = tuple(Reading("slavic", (*r.parts, {_sounds(latin[1]): 0})) for r in short)
    return full + (short if any_order else ())


def _in_latin(word: str) -> str:
    if word.isascii() or _NOT_CYRILLIC.search(word):
        return word
    return "".join(_CYRILLIC[letter] for letter in word)


def _ordinary(word: str) -> bool:
    return word in ORDINARY or _NO_FAMILY.fullmatch(word) is not None


def _read(given: str, family: str) -> Reading | None:
    row = _GIVEN.get(given)
    if row is None or len(family) < 4 or not family.isascii() or family in _GIVEN:
        return None
    if _ordinary(family) or not (row.telling or _ENDING.fullmatch(family)):
        return None
    return Reading("slavic", ({row.key: 0}, {_sounds(family): 0}))


def spellings(reading: Reading) -> Iterator[tuple[str, float]]:
    """Spellings in Latin letters with their costs, and some in Cyrillic."""
    (sounds,) = reading.parts[min(1, len(reading.parts) - 1)]
    units = [_UNITS.get(unit, (unit, unit)) for unit in sounds.split(" ")]
    given = [row for key in reading.parts[0] if (row := _BY_KEY.get(key)) is not None]
    for place, most in ((0, 15), (1, 3)):
        family = joined([listed(unit[place].split()) for unit in units], "", most)
        if len(reading.parts) == 1:
            yield from family.items()
            continue
        if place == 1:
            family = {text.replace("лн", "льн"): cost for text, cost in family.items()}
        names = given[0].spellings if place == 0 else given[0].native
        yield from joined([listed(names, step=0.6), family], " ", most * 3).items()
