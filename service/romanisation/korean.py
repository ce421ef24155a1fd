"""Korean names: a family name, and a given name of one or two syllables.

A spelling in Latin letters is read as every Korean syllable that it can stand for (`song` is 성
or 송), and each of those is written as Seoul, Pyongyang, McCune-Reischauer and the press write
it. The table is syllables.csv, spellings best first; two forms in one row are one syllable whose
first sound South Korea drops (리 and 이).
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from service.names import word_list
from service.romanisation.ordinary import ORDINARY, PREPOSITIONS, SMALL_WORDS
from service.romanisation.reading import Costs, Reading, cheapest, joined, listed

TABLE = Path(__file__).with_name("syllables.csv")

# Families whose names are hardly words or names elsewhere: enough with a single syllable.
_TELLING = word_list("kim gim pak park bak paek baek ri rhee choe choi jeong yoon ryu thae hwang")
_RARE = 0.01  # a cost by the place in the table, where the commonest stand first


class _Syllables:
    """One part of the table, by Korean form and by spelling."""

    def __init__(self, part: str) -> None:
        self.forms: dict[str, tuple[str, ...]] = {}
        self.spellings: dict[str, dict[str, float]] = {}
        self.keys: dict[str, str] = {}
        self.read: dict[str, dict[str, float]] = {}
        with TABLE.open(encoding="utf-8", newline="") as file:
            for place, row in enumerate(r for r in csv.DictReader(file) if r["part"] == part):
                self._add(row["hangul"].split(), row["spellings"].split(), place)

    def _add(self, forms: list[str], spellings: list[str], place: int) -> None:
        key = forms[0]
        self.forms[key] = tuple(forms)
        self.keys.update(dict.fromkeys(forms, key))
        self.spellings[key] = {
            text.replace("'", " "): cost + 2 * ("'" in text)  # hardly any paper prints it
            for text, cost in listed(spellings).items()
        }
        for text, cost in listed(spellings, step=0.5).items():
            self.read.setdefault(text.replace("'", ""), {}).setdefault(key, cost + _RARE * place)

    def written(self, part: Costs) -> dict[str, float]:
        """The Latin spellings of a part."""
        return cheapest(
            (text, cost + more)
            for key, cost in part.items()
            for text, more in self.spellings[key].items()
        )

    def in_hangul(self, part: Costs) -> dict[str, float]:
        return cheapest(
            (form, cost + more)
            for key, cost in part.items()
            for form, more in listed(self.forms[key]).items()
        )


_FAMILY = _Syllables("family")
_GIVEN = _Syllables("given")


def readings(words: Sequence[Sequence[str]], any_order: bool = False) -> tuple[Reading, ...]:
    """Every Korean name that words, each the list of its hyphenated parts, can be."""
    flat = [part for word in words for part in word]
    if not 1 <= len(flat) <= 3:
        return ()
    if all("가" <= letter <= "힣" for part in flat for letter in part):
        return _read_hangul("".join(flat))
    if len(flat) == 1 or (len(words) == len(flat) and _ordinary(flat)):
        return ()
    first = _read(flat[0], flat[1:]) if len(words[0]) == 1 or len(words) == 1 else ()
    if (first and not any_order) or len(words) == 1 or len(words[-1]) > 1 or len(words[0]) > 2:
        return first
    return (*first, *_read_given_first(flat, any_order or len(words[0]) > 1))


def _ordinary(flat: Sequence[str]) -> bool:
    """Whether loose words are more likely English ones than a name."""
    small = SMALL_WORDS.issuperset(flat[1:]) or ORDINARY.issuperset(flat)
    return small or (flat[0] in ORDINARY | {"park"} and flat[1] in PREPOSITIONS)


def _read_given_first(flat: Sequence[str], sure: bool) -> tuple[Reading, ...]:
    """`Song-gil Jo`, `Songgil Jo`, `Jae In Moon`."""
    likely = len(flat[-1]) > 1 and (len(flat) == 3 or len(flat[0]) > 5)
    return _read(flat[-1], flat[:-1]) if sure or likely else ()


def _read(family: str, given: Sequence[str]) -> tuple[Reading, ...]:
    families = _FAMILY.read.get(family)
    if families is None:
        return ()
    if len(given) == 2:
        halves = [_GIVEN.read.get(part) for part in given]
        return (Reading("ko", (families, *map(dict, filter(None, halves)))),) if all(halves) else ()
    (whole,) = given
    if whole in ORDINARY:
        return ()
    single = _GIVEN.read.get(whole) if family in _TELLING else None
    found = [Reading("ko", (families, single))] if single else []
    for cut in range(1, len(whole)):
        first, second = _GIVEN.read.get(whole[:cut]), _GIVEN.read.get(whole[cut:])
        if first and second:
            found.append(Reading("ko", (families, first, second)))
    return tuple(found)


def _read_hangul(text: str) -> tuple[Reading, ...]:
    """조성길: three syllables, or four; 서문영 is of the family 서문, or else of the family 서."""
    if len(text) < 3:
        return ()
    cuts = ((text[:size], text[size:]) for size in (2, 1))
    return tuple(
        Reading("ko", tuple({key: 0.0} for key in keys))
        for family, given in cuts
        if (keys := _keys(family, given))
    )


def _keys(family: str, given: str) -> tuple[str, ...]:
    """The rows of the table that a name in hangul is made of; empty for what is no name."""
    known = family in _FAMILY.keys and all(syllable in _GIVEN.keys for syllable in given)
    if not known or not 1 <= len(given) <= 2:
        return ()
    return (_FAMILY.keys[family], *(_GIVEN.keys[syllable] for syllable in given))


def spellings(reading: Reading) -> Iterator[tuple[str, float]]:
    """Spellings with their costs: spaced (as `Song-gil` is found too), joined, given name first."""
    family = _FAMILY.written(reading.parts[0])
    parts = [_GIVEN.written(part) for part in reading.parts[1:]]
    spaced = joined(parts, " ", 40)
    one_word = {t: c for t, c in joined(parts, "", 12).items() if " " not in t}
    one_word = one_word if len(parts) > 1 else {}
    yield from joined([family, spaced], " ", 60).items()
    yield from ((t, c + 1.5) for t, c in joined([family, one_word], " ", 20).items())
    yield from ((t, c + 1.5) for t, c in joined([spaced, family], " ", 24).items())
    yield from ((t, c + 3) for t, c in joined([one_word, family], " ", 12).items())
    native = [_FAMILY.in_hangul(reading.parts[0]), *map(_GIVEN.in_hangul, reading.parts[1:])]
    yield from ((t, c / 2) for t, c in joined(native, "", 6).items())
