"""Whether two names may be one entity's: a score from 0 to 1 with reasons, for an editor to judge.

Nothing is merged on such a score: those that join Jo and Cho also join Kerry and Kelly. So every
reason comes from a rule or a table with its own trust, and mere likeness is trusted least.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Literal

from rapidfuzz.distance import OSA

from service.east_asian_names import family_first, family_name_first
from service.entity import EntityType
from service.names import fold, name_key, plain, without_article, word_list
from service.nicknames import other_given_names
from service.organization_names import (
    formal_initials,
    has_form,
    is_acronym,
    is_short_name,
    parts_of,
    without_form,
)
from service.person_names import abbreviates
from service.persons import other_forms
from service.romanisation import other_spellings, same_name
from service.romanisation.persons import same_but_for_middle
from service.titles import without_courtesy, without_rank

Why = Literal[
    "same name",
    "same name, another type",
    "token order",
    "romanisation",
    "initials",
    "nickname",
    "spelling",
    "contains",
    "acronym",
    "legal form",
    "shared company",
]

# How far each reason is to be trusted before anything is known of the articles. Of names that are
# alike only, the best and the worst; what is likelier than not two people (Kerry and Kelly) is
# below SUGGESTED. Measured: benchmarks/merging.py.
SAME, OTHER_TYPE = 0.95, 0.65
ORDER, ANY_ORDER = 0.9, 0.55
ROMANISED, MIDDLE, CALLED, LETTERS = 0.9, 0.85, 0.8, 0.8
ABBREVIATED, LEFT_OUT, CONTAINED, FIRST_WORD = 0.65, 0.5, 0.45, 0.4
FORM, ACRONYM, SHORT_ACRONYM = 0.6, 0.6, 0.45
SUGGESTED = 0.5

_LIKE_BEST, _LIKE_WORST, _LIKE_LEAST = 0.75, 0.3, 0.8
# A short word is another word with one letter changed: Iran and Iraq, Davis and Davies.
_LONG_WORD = 7
_ONE_WORD = 0.5  # Australia and Australian
_MOST_WORDS = 12
_MOST_TURNED = 4
_SMALL_WORDS = word_list("and the")  # AT&T, the Federation of (the) Red Cross
_SONS = word_list("bin ibn ben")  # between a son and his father
_SUFFIXES = word_list("jr sr ii iii iv junior senior")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two may be one: the rule, and what it saw."""

    why: Why
    detail: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely two names are one entity's, 0 to 1, and why."""

    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A name of an entity as it is compared: without title, article and legal form."""

    type: EntityType
    name: str
    bare: str
    key: str
    words: tuple[str, ...]

    @property
    def acronym(self) -> str | None:
        """Its letters, if it is one: `U.N.` -> `UN`."""
        return self.name.replace(".", "").replace("&", "") if is_acronym(self.name) else None


@lru_cache(maxsize=32768)
def told(type_: EntityType, name: str) -> Told:
    """What tells a name from others."""
    match type_:
        case "person":
            bare = family_name_first(without_rank(without_courtesy(name)))
        case "organization":
            bare = without_form(name)
        case "place":
            bare = without_article(name)
    words = tuple(w for w in fold(bare).split() if type_ == "person" or w not in _SMALL_WORDS)
    return Told(type_, plain(name), plain(bare), "".join(words), words)


def compare(one: Told, other: Told) -> Likeness | None:
    """The best reason that makes the two one entity; None for no reason at all.

    The order of the two makes no difference.
    """
    if not one.key or not other.key:
        return None
    one, other = sorted((one, other), key=lambda told_: (len(told_.words), told_.name, told_.type))
    if one.type != other.type:
        return _by_type(one, other)
    if one.key == other.key:
        return _because("same name", SAME, f"{one.name} / {other.name}")
    if one.type == "person" and _juniors(one) != _juniors(other):
        return None
    found = (rule(one, other) for rule in _RULES[one.type])
    return next(filter(None, found), None)


def _by_type(one: Told, other: Told) -> Likeness | None:
    """Merrill Lynch and Merrill Lynch & Co; but Canada Inc is no place."""
    company = "place" in (one.type, other.type) and (has_form(one.name) or has_form(other.name))
    if one.key != other.key or company:
        return None
    return _because("same name, another type", OTHER_TYPE, f"{one.type} and {other.type}")


def _juniors(name: Told) -> frozenset[str]:
    """What tells a son from his father; Martin Luther King is known by three names already."""
    suffixes = _SUFFIXES.intersection(name.words)
    return suffixes if len(name.words) - len(suffixes) < 3 else frozenset()


def _because(why: Why, score: float, detail: str) -> Likeness:
    return Likeness(score, (Reason(why, detail),))


def _differing(one: Told, other: Told) -> str:
    """`Jo / Cho`, `without J.`: the words that only one of the names has, as they are written."""
    both = set(one.words) & set(other.words)
    ours, theirs = (
        " ".join(word for word in name.bare.split() if not both.issuperset(fold(word).split()))
        for name in (one, other)
    )
    return f"{ours} / {theirs}" if ours and theirs else f"without {ours or theirs}"


def _by_order(one: Told, other: Told) -> Likeness | None:
    """Abe Shinzo; a person's names only go round, since Kim Jong-il is not Kim Il-jong."""
    if sorted(one.words) != sorted(other.words) or max(map(len, one.words)) < 2:
        return None  # A.B.C. and C.B.A. are two
    if one.type == "person" and not _goes_round(one.words, other.words):
        return None
    sure = one.type == "person" and (family_first(one.bare) or family_first(other.bare))
    return _because("token order", ORDER if sure else ANY_ORDER, "the same words in another order")


def _goes_round(words: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the last words come first in the other; not of a son and his father."""
    if _SONS.intersection(words):
        return False
    return any(words[at:] + words[:at] == other for at in range(1, len(words)))


def _by_romanisation(one: Told, other: Told) -> Likeness | None:
    if not same_name(one.bare, other.bare):
        return None
    if same_but_for_middle(one.bare, other.bare):
        return _because("initials", MIDDLE, _differing(one, other))
    return _because("romanisation", ROMANISED, _differing(one, other))


def _by_forms(one: Told, other: Told) -> Likeness | None:
    """A short given name, an umlaut written out, a family name run together."""
    if not (_is_form(one, other) or _is_form(other, one)):
        return None
    givens = one.words[0], other.words[0]
    if givens[0] in other_given_names(givens[1]):
        return _because("nickname", CALLED, _differing(one, other))
    if len(one.words) != len(other.words) and _has_same_ends(one, other):
        return _because("initials", MIDDLE, _differing(one, other))
    return _because("spelling", LETTERS, _differing(one, other))


def _has_same_ends(one: Told, other: Told) -> bool:
    """Whether both begin and end with the same words."""
    return (one.words[0], one.words[-1]) == (other.words[0], other.words[-1])


def _is_form(one: Told, other: Told) -> bool:
    return other.key in _forms(one.bare)


@lru_cache(maxsize=32768)
def _forms(name: str) -> frozenset[str]:
    words = tuple(name.split())
    return frozenset(map(name_key, other_forms(words))) if 1 < len(words) <= 5 else frozenset()


def _by_initials(one: Told, other: Told) -> Likeness | None:
    if not (abbreviates(one.bare, other.bare) or abbreviates(other.bare, one.bare)):
        return None
    return _because("initials", ABBREVIATED, _differing(one, other))


def _by_middle(one: Told, other: Told) -> Likeness | None:
    """John Kennedy and John Fitzgerald Kennedy; but George W. and George H. W. Bush are two."""
    initials = any(len(word) == 1 for word in one.words)
    if initials or family_first(one.bare) or not 1 < len(one.words) < len(other.words):
        return None
    rest = iter(other.words)
    if not (_has_same_ends(one, other) and all(word in rest for word in one.words)):
        return None
    return _because("contains", LEFT_OUT, _differing(one, other))


def _by_containing(one: Told, other: Told) -> Likeness | None:
    """At least two whole words side by side; the son of his father is another."""
    if len(one.words) < 2 or one.words not in _runs(other.words):
        return None
    if one.type == "person" and family_first(other.bare):
        return None
    return _because("contains", CONTAINED, _differing(one, other))


@lru_cache(maxsize=32768)
def _runs(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Every part of two words or more that is not the whole."""
    size = len(words)
    if size > _MOST_WORDS:
        return frozenset()
    ends = ((start, end) for start in range(size) for end in range(start + 2, size + 1))
    return frozenset(words[start:end] for start, end in ends if end - start < size)


def _by_acronym(one: Told, other: Told) -> Likeness | None:
    """Letters by which few organisations go; BP and BBC are many a bank and bakery."""
    short, full = (one, other) if one.acronym is not None else (other, one)
    if len(full.words) < 2 or short.acronym not in formal_initials(full.name):
        return None
    score = ACRONYM if len(short.acronym) > 3 else SHORT_ACRONYM
    return _because("acronym", score, f"{short.name}: {full.name}")


def _by_form(one: Told, other: Told) -> Likeness | None:
    """Barclays and Barclays Bank Plc; but Continental Corp is not Continental Airlines."""
    part = next((p for p in parts_of(other.name) if p.first and name_key(p.words) == one.key), None)
    if part is None or not is_short_name(part, formal=True):
        return None
    without = f"without {part.rest}"
    if not is_short_name(part, formal=False):
        return _because("contains", FIRST_WORD, without)
    return _because("legal form", FIRST_WORD if has_form(one.name) else FORM, without)


def _by_spelling(one: Told, other: Told) -> Likeness | None:
    """Names of which each word is like its fellow; long words are trusted more than short ones.

    Another number is another thing (the 6th and the 7th Fleet), and a syllable another Korean.
    """
    if _digits(one) != _digits(other) or _tells_by_letter(one) or _tells_by_letter(other):
        return None
    if len(one.words) == len(other.words):
        pairs = [pair for pair in zip(one.words, other.words, strict=True) if pair[0] != pair[1]]
    else:
        apart = min(map(len, (*one.words, *other.words))) < 2  # George W. and George H. W.
        pairs = [] if apart or OSA.distance(one.key, other.key) > 1 else [(one.key, other.key)]
    trust = min((_trust(*pair) for pair in pairs), default=0.0)
    if len(one.words) == len(other.words) == 1:
        trust *= _ONE_WORD
    if trust == 0 or len(pairs) > 2:
        return None
    score = _LIKE_WORST + (_LIKE_BEST - _LIKE_WORST) * trust / len(pairs)
    return _because("spelling", round(score, 3), _differing(one, other))


def _tells_by_letter(name: Told) -> bool:
    """Whether one letter less makes another name: of syllables, in hangul, in Arabic."""
    caseless = name.bare.lower() == name.bare.upper()
    return caseless or (name.type == "person" and family_first(name.bare))


def _trust(word: str, other: str) -> float:
    """How sure it is that two words are one with a slip: 0 to 1."""
    shorter, longer = sorted((len(word), len(other)))
    slips = OSA.distance(word, other)
    like = 1 - slips / longer
    if like < _LIKE_LEAST or shorter < 3 or (slips > 1 and shorter < _LONG_WORD):
        return 0.0
    length = min(1.0, (shorter - 2) / _LONG_WORD)
    return length * (1 if word[0] == other[0] else 0.5) / slips


def _digits(name: Told) -> list[str]:
    return [word for word in name.words if not word.isalpha()]


_RULES = {
    "person": (
        _by_order,
        _by_romanisation,
        _by_forms,
        _by_initials,
        _by_middle,
        _by_containing,
        _by_spelling,
    ),
    "organization": (_by_order, _by_acronym, _by_form, _by_containing, _by_spelling),
    "place": (_by_order, _by_containing, _by_spelling),
}


# Blocking ---------------------------------------------------------------------------------------


@lru_cache(maxsize=16384)
def own_keys(name: Told) -> frozenset[str]:
    """What a name is found by: it is compared with those that seek one of these keys."""
    return frozenset(_own_keys(name))


@lru_cache(maxsize=16384)
def sought_keys(name: Told) -> frozenset[str]:
    """Keys of the names that may be the same; for two it is enough that one seeks the other."""
    return frozenset(_sought_keys(name))


def turned_keys(name: Told) -> frozenset[str]:
    """The keys of a name with its words in every order; a long one is not turned round."""
    turned = permutations(name.words) if 1 < len(name.words) <= _MOST_TURNED else ()
    return frozenset("".join(words) for words in turned)


def ends_of(name: Told) -> tuple[str, str] | None:
    """The first letter and the last word of a person's name, which J. and John Smith share."""
    if name.type != "person" or len(name.words) < 2 or family_first(name.bare):
        return None
    return name.words[0][0], name.words[-1]


def _own_keys(name: Told) -> Iterator[str]:
    yield name.key
    yield _in_order(name)
    if name.acronym is not None:
        yield name.acronym.lower()
    if (ends := ends_of(name)) is not None:
        yield " ".join(ends)


def _sought_keys(name: Told) -> Iterator[str]:
    yield _in_order(name)
    yield from ("".join(run) for run in _runs(name.words))
    if name.type == "person":
        yield from _forms(name.bare)
        yield from map(_as_key, other_spellings(name.bare.split()))
        if (ends := ends_of(name)) is not None:
            yield " ".join(ends)
    if name.type == "organization":
        yield from (name_key(part.words) for part in parts_of(name.name) if part.first)
        yield from (letters.lower() for letters in formal_initials(name.name))


def _in_order(name: Told) -> str:
    return " ".join(sorted(name.words))


def _as_key(spelling: str) -> str:
    return spelling.replace(" ", "") if spelling.isascii() else name_key(spelling)
