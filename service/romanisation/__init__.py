"""The other spellings of a name in a query, by tables and never by a score.

`cho song gil` finds Jo Song-gil and 조성길, `Gaddafi` finds Qaddafi. Names are Korean, Chinese,
Japanese, Slavic or Arabic and need a family and a given name, unless a single word is
unmistakable. Kim Jong Un never brings Kim Jong-il: only syllables that share a spelling meet.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from service.names import fold, plain
from service.romanisation import arabic, chinese, japanese, korean, slavic
from service.romanisation.persons import same_but_for_middle
from service.romanisation.reading import Reading, cheapest

MOST_SPELLINGS = 100
MOST_WORDS = 6  # Abd al-Rahman bin Faisal al-Saud, its hyphens apart
LONGEST_NAME = 60

_LANGUAGES = {"ko": korean, "zh": chinese, "ja": japanese, "slavic": slavic, "ar": arabic}
_APOSTROPHES = re.compile(r"['`´ʻʼʹ]")
_POSSESSIVE = re.compile(r"'s?$", re.IGNORECASE)
_NATIVE = re.compile(r"[\u0400-\u04ff\u0600-\u06ff\uac00-\ud7a3]")
_LETTERS = re.compile(r"[^\W_]+")


def other_spellings(words: Sequence[str]) -> tuple[str, ...]:
    """Phrases under which an archive may hold the name that the words are, best first.

    At most MOST_SPELLINGS, each of lower-case words, in Latin letters or the name's own script.
    Empty when the words are no name that the tables know.
    """
    return _other_spellings(tuple(words))


def find_names(words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """The runs (start, end) of words that are names, the longest first from the left."""
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(words):
        longest = min(len(words), start + MOST_WORDS)
        ends = range(longest, start, -1)
        end = next((end for end in ends if _other_spellings(tuple(words[start:end]))), start)
        if end > start:
            found.append((start, end))
        start = max(end, start + 1)
    return tuple(found)


def same_name(one: str, other: str) -> bool:
    """Whether the tables hold both for spellings of one name, in whichever order it stands.

    A title or a middle initial may be missing from one of them.
    """
    first, second = _split(one), _split(other)
    return (
        _meet(_readings(first), _readings(second, True))
        or _meet(_readings(first, True), _readings(second))
        or same_but_for_middle(one, other)
    )


def _meet(ours: Sequence[Reading], theirs: Sequence[Reading]) -> bool:
    return any(mine.meets(other) for mine in ours for other in theirs)


def _split(name: str) -> tuple[str, ...]:
    return tuple(name.split())


@lru_cache(maxsize=4096)
def _other_spellings(words: tuple[str, ...]) -> tuple[str, ...]:
    readings = _readings(words)
    if not readings:
        return ()
    costs = cheapest(
        pair for reading in readings for pair in _LANGUAGES[reading.language].spellings(reading)
    )
    # As the index splits it: Ch'oe is `ch oe`, so that `choe` is another spelling.
    native = _NATIVE.search("".join(words))
    typed = " ".join(part for w in words for part in _parts(w)) if native else fold(" ".join(words))
    best = sorted((cost, text) for text, cost in costs.items() if text != typed)
    return tuple(text for _, text in best[:MOST_SPELLINGS])


@lru_cache(maxsize=8192)
def _readings(words: tuple[str, ...], any_order: bool = False) -> tuple[Reading, ...]:
    owners = any(_POSSESSIVE.search(plain(word)) for word in words[:-1])
    if sum(map(len, words)) > LONGEST_NAME or owners:
        return ()  # nor is `Arafat's Fatah` one name
    parts = [found for word in words if (found := _parts(word))]
    if not 1 <= len(parts) <= MOST_WORDS:
        return ()
    return tuple(
        reading
        for language in _LANGUAGES.values()
        for reading in language.readings(parts, any_order)
    )


@lru_cache(maxsize=8192)
def _parts(word: str) -> tuple[str, ...]:
    """A word at its hyphens, folded unless it is in a script of its own: `Ch'ŏl-su` -> chol, su."""
    text = _POSSESSIVE.sub("", plain(unicodedata.normalize("NFKC", word)))
    if _NATIVE.search(text):
        return tuple(_LETTERS.findall(text.lower()))
    return tuple(fold(_APOSTROPHES.sub("", text)).split())
