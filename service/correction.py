"""What somebody may have meant who typed a word that the archive does not have.

A noisy channel: of the words that the archive has, the one that is most likely the word times most
likely mistyped so. One letter is left out, doubled, taken for another or swapped with its
neighbour, each as likely as the other; a second mistake is rare (Kernighan, Church and Gale, 1990).
"""

import math
import string
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from service.engines import Vocabulary
from service.letters import as_indexed, words_of
from service.query import And, In, Near, Node, Or, Phrase, Without, Word
from service.stop_words import STOP_WORDS

# Shorter words have too many neighbours, and are names or abbreviations as often as mistakes; what
# is longer is no word, and has 53 neighbours a letter.
SHORTEST, LONGEST = 4, 40
# From this length on two mistakes still leave enough of a word to know it by.
LONG = 7
_START = 2
_SECOND_MISTAKE = math.log(1e-4)
# Words of common use are meant more often, but not as much more as they are written: a search is
# for what is rare. Measured (benchmarks/README.md); from .2 to .7 it hardly matters.
_COMMON = 0.5
# So short a word in capitals is no slip: a ticker, an office.
_ACRONYM = 5
# A text with more unknown words than this is in another language, or no text at all.
_MOST_UNKNOWN = 5


def corrected_tree(tree: Node, words: Vocabulary, known: Collection[str]) -> Node | None:
    """The tree with the archive's words for those it does not have; None if it is as it was.

    `known` are words that are found in another spelling. What is excluded stays as it is typed.
    """
    typed = {word: None for leaf in _wanted(tree) for word in words_of(leaf.text)}
    if not typed:
        return None
    found = words.frequencies(typed)
    strange = (word for word in typed if word not in found and word not in known)
    unknown = [word for word in strange if word.lower() not in STOP_WORDS]
    if len(unknown) > _MOST_UNKNOWN:
        return None
    new = (word for word in unknown if not words.has_form(word))
    meant = {word: other for word in new if (other := corrected(word, words))}
    said = {**dict.fromkeys(found), **meant}  # what the archive has of the query
    fitting = {word: other for word, other in meant.items() if _fits(tree, word, said, words)}
    meant = {word: _cased(word, words.written(other)) for word, other in fitting.items()}
    return _replaced(tree, meant) if meant else None


def _cased(typed: str, meant: str) -> str:
    """With capitals as they were typed: headlines are full of others."""
    if typed.isupper():
        return meant.upper()
    return meant[:1].upper() + meant[1:].lower() if typed[0].isupper() else meant.lower()


def _fits(tree: Node, typed: str, said: Mapping[str, str | None], words: Vocabulary) -> bool:
    """Whether what was meant stands near a neighbour in the query anywhere in the archive.

    A word that is only like another (`griffith observatory`, `griffin`) does not. Sides of an OR
    are no neighbours.
    """
    if typed.isupper() and len(typed) <= _ACRONYM:
        return False
    if has_or(tree):
        return True
    every = [word for leaf in _wanted(tree) for word in words_of(leaf.text)]
    telling = [w for w in every if w in said and len(w) > 1 and w.lower() not in STOP_WORDS]
    place = telling.index(typed)
    beside = [*telling[max(0, place - 1) : place], *telling[place + 1 : place + 2]]
    meant = said[typed] or typed
    return not beside or any(words.near(meant, said[other] or other) for other in beside)


def has_or(node: Node) -> bool:
    """Whether what is looked for may be only one side of it."""
    match node:
        case Or():
            return True
        case And(parts):
            return any(map(has_or, parts))
        case In(_, part):
            return has_or(part)
        case Without(kept, _) if kept is not None:
            return has_or(kept)
        case _:
            return False


def _wanted(node: Node) -> Iterator[Word | Phrase | Near]:
    match node:
        case Word() | Phrase() | Near():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part)
        case In(_, part):
            yield from _wanted(part)
        case Without(kept, _) if kept is not None:
            yield from _wanted(kept)


def _replaced(node: Node, meant: Mapping[str, str]) -> Node:
    match node:
        case Word(text) | Phrase(text) | Near(text):
            return replace(node, text=_respelled(text, meant))
        case And(parts) | Or(parts):
            return replace(node, parts=tuple(_replaced(part, meant) for part in parts))
        case In(name, part):
            return In(name, _replaced(part, meant))
        case Without(kept, excluded) if kept is not None:
            return Without(_replaced(kept, meant), excluded)
        case _:
            return node


def _respelled(text: str, meant: Mapping[str, str]) -> str:
    pieces, at = [], 0
    for word in words_of(text):
        start = text.index(word, at)
        pieces += [text[at:start], meant.get(word, word)]
        at = start + len(word)
    return "".join([*pieces, text[at:]])


def corrected(word: str, words: Vocabulary) -> str | None:
    """The most likely word of the archive instead of one that it does not have."""
    typed = as_indexed(word)
    if not SHORTEST <= len(typed) <= LONGEST or not typed.isalpha():
        return None
    likely = dict(_mistyped(typed))
    found = dict(words.frequencies([*likely]))
    if not found and len(typed) >= LONG:
        length = len(typed)
        near = words.resembling(typed[:_START], length - 2, length + 2)
        alike = extract(typed, [*near], scorer=OSA.distance, score_cutoff=2, limit=None)
        found = {word: near[word] for word, _, _ in alike if word.isalpha()}
        likely = dict.fromkeys(found, _SECOND_MISTAKE)
    if not found:
        return None
    return min(found, key=lambda w: (-likely[w] - _COMMON * math.log(found[w]), w))


def _mistyped(typed: str) -> Iterator[tuple[str, float]]:
    """Every word one mistake away, with the logarithm of how likely it becomes what was typed.

    That somebody leaves out just this letter is one of as many slips as the word has letters; that
    they take just this letter for just that one, one of 25 times as many.
    """
    size, letters = len(typed), _letters(typed)
    likely: dict[str, float] = {}

    def consider(meant: str, slips: int) -> None:
        if meant != typed:
            likely[meant] = max(likely.get(meant, -math.inf), -math.log(slips))

    for place in range(size + 1):
        before, after = typed[:place], typed[place:]
        for letter in letters:
            consider(f"{before}{letter}{after}", size + 1)
            if after:
                consider(f"{before}{letter}{after[1:]}", len(letters) * size)
        if after:
            doubled = after[:1] == before[-1:]
            consider(before + after[1:], size if doubled else len(letters) * size)
        if len(after) > 1:
            consider(f"{before}{after[1]}{after[0]}{after[2:]}", size - 1)
    yield from likely.items()


def _letters(typed: str) -> str:
    """Those of the alphabet that the word is written in; of a large one those of the word."""
    extra = "".join(sorted(set(typed) - set(string.ascii_lowercase)))
    if "\u0400" <= typed[0] <= "\u04ff":
        return "".join(map(chr, range(0x430, 0x460))) + extra
    return (string.ascii_lowercase if typed[0].isascii() else "") + extra
