"""The other usual forms of a person's name: Bill for William, without Mr, O'Brien as OBrien.

By structure and short tables, never by a score. Every form keeps a given and a family name, and
only what an archive holds word for word is looked for, so that `bill passed` stays as it is. What
tells persons apart stays too: Donald Trump Jr. is not his father, nor Queen Elizabeth II any
Elizabeth.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import NamedTuple

from service.names import fold, plain, word_list
from service.nicknames import is_given_name, other_given_names
from service.romanisation import find_names, other_spellings
from service.stop_words import STOP_WORDS
from service.titles import BEFORE_TITLES, SUFFIXES, SURE_TITLES, UNSURE_TITLES

MOST_FORMS = 16
_MOST_WORDS = 5  # George H. W. Bush Jr.
MOST_WORDS = 9  # with titles: Former Vice President

# What somebody who asks may put before a name; in a text it can be part of one (Lady Gaga).
_OTHER_TITLES = word_list("""
    baroness chairman chairwoman director doctor envoy father lady mayor premier sister spokesman
    spokeswoman
""")
_TITLES = SURE_TITLES | UNSURE_TITLES | BEFORE_TITLES | _OTHER_TITLES
# Part of the name of who bears them, with the number after it.
_REIGNING = word_list("emperor empress king pope prince princess queen saint")
_REGNAL = word_list("i v x")  # Charles V, Elizabeth I; Roe v Wade
_PARTICLES = word_list("da de del della der di dos du el la las le les los mac mc san st van von")
_JOINED = word_list("de del di du la le mac mc van von")  # Le Pen and LePen
_NO_MIDDLE = STOP_WORDS - _PARTICLES - word_list("a i")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+|[^\W\d_]")
_NAME = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*\.?")
_POSSESSIVE = re.compile(r"'s?$", re.IGNORECASE)
_RUN_TOGETHER = re.compile(r"(O|Mc|Mac|[DL][aeiu]|Van|Von)([A-Z][a-z]\w+)")
_IRISH = re.compile(r"(o)([bdfghklmnrs][aeiour][a-z]{2,}|c[aio][a-z]{2,}|shea)")
_APOSTROPHE = re.compile(r"(?:[Oo]|[DL])'(\w{4,})")
_UMLAUTS = {"ä": "ae", "ö": "oe", "ø": "oe", "ü": "ue", "å": "aa"}
# Not Michael, Samuel and Noel, nor a vowel before: Bauer, queen.
_WRITTEN_OUT = re.compile(r"(?<![aeiouq])([aou])e(?=[^aeiouy\W])(?!l$)|a(a)(?=[^aeiouy\W])")


class Found(NamedTuple):
    """A name among words, from `start` to before `end`, and what to look for beside it."""

    start: int
    end: int
    spellings: tuple[str, ...]
    forms: tuple[str, ...]


def find_persons(words: Sequence[str]) -> Iterator[Found]:
    """Names with their spellings in other romanisations and their other forms.

    One name may begin where another does, or within it: the longest that is found is the one.
    """
    read = dict(find_names(words))
    start = 0
    while start < len(words):
        at = _after_titles(words, start)
        end = read.get(at, 0)
        if end > at + 1 or (end and at == start):
            forms = (fold(" ".join(words[at:end])),) if at > start else ()
            yield Found(start, end, other_spellings(words[at:end]), forms)
            start = end
        else:
            yield from sorted(_western(words, start, at))
            start = at + 1 if at < len(words) else len(words)


def _western(words: Sequence[str], start: int, at: int) -> Iterator[Found]:
    """The names of each length that stand at `at`, after titles from `start`."""
    sure = at > start and _is_named(words, start, at)
    can_begin = at < len(words) and (_is_capital(words[at]) or is_given_name(_bare(words[at])))
    most = _MOST_WORDS if can_begin else 1
    for end in range(at + 1, min(len(words), at + most) + 1):
        name = tuple(words[at:end])
        titled = sure and _is_whole(words, at, end)
        forms = (*((fold(" ".join(name)),) if titled else ()), *other_forms(name))
        if forms:
            short = _without_initials(name)
            spellings = other_spellings(short) if short else ()
            yield Found(start if titled else at, end, spellings, forms)


def _after_titles(words: Sequence[str], start: int) -> int:
    """Where the name begins that has a title from `start`; `start` when there is none."""
    at, end = start, start
    while at < len(words) and (title := _bare(words[at])) in _TITLES:
        at += 1
        end = end if title in BEFORE_TITLES else at
    return end


def _is_named(words: Sequence[str], start: int, at: int) -> bool:
    """Whether the words after titles are a name rather than `president signs bill`."""
    if at >= len(words) or is_given_name(_bare(words[at])):
        return at < len(words)
    titles = words[start:at]
    after = next((i for i in range(at, len(words)) if not _is_capital(words[i])), len(words))
    return (
        _bare(titles[-1]) in SURE_TITLES and all(map(_is_capital, titles)) and 2 <= after - at <= 3
    )


def _is_whole(words: Sequence[str], start: int, end: int) -> bool:
    """Whether a name ends here: after two words, or more when it has small parts or goes on."""
    names = words[start:end]
    while len(names) > 2 and _bare(names[-1]) in SUFFIXES:
        names = names[:-1]
    if len(names) < 2 or not _are_names(names) or _bare(names[-1]) in STOP_WORDS | _PARTICLES:
        return False
    if is_given_name(_bare(names[0])):
        return all(_is_small_part(word) for word in names[1:-1])
    return end == len(words) or not _is_capital(words[end])


def _is_small_part(word: str) -> bool:
    return _INITIALS.fullmatch(word) is not None or _bare(word) in _PARTICLES


@lru_cache(maxsize=4096)
def other_forms(words: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases under which an archive may hold the person that all the words name, best first.

    At most MOST_FORMS, folded; empty when the words are no name that can be told as one.
    """
    words = tuple(plain(word) for word in words)
    cut = len(words) - (len(words) > 2 and _bare(words[-1]) in SUFFIXES)
    names, suffix = words[:cut], words[cut:]
    if not _are_names(names):
        return ()
    found = [" ".join((*form, *suffix)) for form in _forms(names)]
    if not (found or suffix):
        return ()
    typed = fold(" ".join(words))
    every = dict.fromkeys(map(fold, (*found, *_without_suffix(names, suffix))))
    return tuple(islice((form for form in every if form != typed), MOST_FORMS))


def _without_suffix(names: Sequence[str], suffix: Sequence[str]) -> Iterator[str]:
    """Three names in full are nearly always the one known by them: Martin Luther King (Jr.)."""
    junior = [_bare(word) for word in suffix] == ["jr"]
    if junior and len(names) == 3 and not any(map(_is_small_part, names)):
        yield " ".join(names)


def _are_names(words: Sequence[str]) -> bool:
    """Whether words can be a name: the first and last in full, no small words, no owner inside."""
    first, *middle, last = (_bare(word) for word in (words[0], *words[1:-1], words[-1]))
    return (
        all(_NAME.fullmatch(word) or _INITIALS.fullmatch(word) for word in map(plain, words))
        and not any(_INITIALS.fullmatch(word) or word in STOP_WORDS for word in (first, last))
        and not (len(words) > 1 and last in SUFFIXES)
        and not (first in _REIGNING or last in _PARTICLES or _NO_MIDDLE.intersection(middle))
        and not any(_POSSESSIVE.search(plain(word)) for word in words[:-1])
        and (not _is_capital(words[0]) or all(map(_is_capital_or_small, words)))
    )


def _is_capital_or_small(word: str) -> bool:
    """Not what a sentence goes on with: `Bill Clinton said`."""
    return word[:1].isupper() or not word.isascii() or _is_small_part(word)


def _forms(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Each shorter form, each with other letters and other given names."""
    if len(names) == 1:
        yield from ((family,) for family in _family_alone(names[0]))
        return
    known = is_given_name(_bare(names[0]))
    if not known and not all(_is_capital(word) for word in (names[0], names[-1])):
        return
    for form in _shorter(names, known):
        given, *middle = form[:-1]
        called = () if any(map(_INITIALS.fullmatch, middle)) else other_given_names(_bare(given))
        families = _families(form[-1], known)
        pairs = (*product(_lettered(given), families), *product(called, families))
        yield from ((first, *middle, family) for first, family in pairs)
        if middle and _bare(middle[-1]) in _JOINED:
            yield (given, *middle[:-1], middle[-1] + form[-1])


def _shorter(names: tuple[str, ...], known: bool) -> Iterator[tuple[str, ...]]:
    """Without initials; a middle name as its initial. A name in full is never left out.

    John Quincy Adams is not John Adams.
    """
    middle = names[1:-1]
    if not middle or all(_bare(word) in _PARTICLES for word in middle):
        yield names
    elif (short := _without_initials(names)) is not None:
        yield short
        if known:
            yield names
    elif len(middle) == 1 and known and not _bare(middle[0]).startswith(("o'", "al-")):
        yield (names[0], middle[0][0], names[-1])
    else:
        yield names


def _without_initials(names: Sequence[str]) -> tuple[str, ...] | None:
    """Donald Trump for Donald J. Trump; None for plan B and Charles V, which are no names so."""
    middle = names[1:-1]
    if not middle or not all(_INITIALS.fullmatch(word) for word in middle):
        return None
    known = is_given_name(_bare(names[0]))
    dotted = all("." in word for word in middle) and _is_capital(names[-1])
    if any(_bare(word) in _REGNAL and ("." not in word or not known) for word in middle):
        return None
    return (names[0], names[-1]) if known or (dotted and _is_capital(names[0])) else None


def _families(family: str, known: bool) -> list[str]:
    """A family name in other letters, and run together or apart."""
    irish = _IRISH.fullmatch(family) if known else None
    apart = [" ".join(irish.groups())] if irish else []
    return [*_lettered(family), *_apart_or_together(family), *apart]


def _family_alone(word: str) -> Iterator[str]:
    """Only what is sure without a given name: `Müller` is Mueller, but few Muellers are Muller."""
    yield from (text for text in _written_out(word) if text != word)
    if word[:1].isupper():
        yield from _apart_or_together(word)


def _apart_or_together(word: str) -> Iterator[str]:
    """`LePen` as `Le Pen`, `O'Brien` as `OBrien`."""
    if match := _RUN_TOGETHER.fullmatch(word):
        yield " ".join(match.groups())
    if _APOSTROPHE.fullmatch(word):
        yield word.replace("'", "")


def _lettered(word: str) -> Iterable[str]:
    """`Müller` and `Mueller` as one; the second is found without its accent too."""
    found = [*_written_out(word), _WRITTEN_OUT.sub(r"\1\2", word)]
    return dict.fromkeys([word, *found])


def _written_out(word: str) -> Iterator[str]:
    text = "".join(_UMLAUTS.get(letter, letter) for letter in word.lower())
    if text != word.lower():
        yield text


def _bare(word: str) -> str:
    return word.rstrip(".,").lower()


def _is_capital(word: str) -> bool:
    """Donald or J., not DR, which is the Democratic Republic (of the Congo)."""
    return word[:1].isupper() and (len(_bare(word)) == 1 or not word.isupper())
