"""A tree with each word as an archive writes it: `Lodz` is also looked for as Łódź.

An index drops accents but knows nothing of ł or ß, so the words that have such letters are looked
up. It is folding, as for accents and case: it holds within quotes, and is no expansion to be told.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Protocol

from service.letters import as_indexed, folded, words_of
from service.query import Near, Node, Or, Phrase, Prefix, Word, leaves_of, mapped
from service.unspaced import has_unspaced

# A phrase of several such words has the product of their spellings.
_MOST = 16

Written = Mapping[str, list[str]]


class Spellings(Protocol):
    """The words of some texts that have letters to be written out, or words within them."""

    def written(self, keys: Collection[str]) -> Written:
        """How the texts write each of the folded words; those they have not are left out."""

    def beginning(self, start: str) -> Iterable[str]:
        """Words that when folded begin so."""

    def was_glued(self, text: str) -> bool:
        """Whether a word stands within a run in a text of which that is not filed."""


def respelled(tree: Node, spellings: Spellings, *, is_past: bool = False) -> Node:
    """The tree with every word, phrase and prefix in all of the texts' spellings of it."""
    texts = [leaf.text for leaf in leaves_of(tree) if not isinstance(leaf, Prefix)]
    written = spellings.written({folded(word) for text in texts for word in words_of(text)})
    is_plain = not (written or is_past)

    def change(part: Node) -> Node | None:
        match part:
            case Word(text) | Phrase(text) | Near(text) if is_plain and text.isascii():
                return None  # as nearly all are
            case Word(text):
                glued = _is_glued(text, written) or (is_past and spellings.was_glued(text))
                inside = [Word(text, inside=True)] if glued else []
                return _any(part, [*map(Word, _others(text, written)), *inside])
            case Phrase(text):
                return _any(part, [Phrase(other) for other in _others(text, written)])
            case Near(text, distance):
                return _any(part, [Near(other, distance) for other in _others(text, written)])
            case Prefix(text):
                return _any(part, _beginnings(spellings, text))
            case _:
                return None

    return mapped(tree, change)


def _any(typed: Node, others: list[Node]) -> Node | None:
    return Or((typed, *others), same=True) if others else None


def _others(text: str, written: Written) -> Iterator[str]:
    """The text in other spellings of its words, and with all letters written out."""
    words = words_of(text)
    choices = [_spellings(word, written) for word in words]
    if all(len(choice) == 1 for choice in choices):
        return
    for chosen in islice(product(*choices), 1, _MOST):
        other, at = [], 0
        for word, spelling in zip(words, chosen, strict=True):
            start = text.index(word, at)
            other += [text[at:start], spelling]
            at = start + len(word)
        yield "".join([*other, text[at:]])


def _spellings(word: str, written: Written) -> list[str]:
    indexed, key = as_indexed(word), folded(word)
    if indexed == key and key not in written:
        return [word]
    others = (key, *(w for w in written.get(key, ()) if not has_unspaced(w)))
    # What is typed as a letter and its accent is read without, so that the letter is another.
    same = indexed if unicodedata.is_normalized("NFC", word) else None
    return [word, *dict.fromkeys(w for w in others if w != same)]


def _is_glued(text: str, written: Written) -> bool:
    """Whether the word stands inside a run of a script without spaces, as BTS in `BTS는`."""
    keys = map(folded, words_of(text))
    return any(has_unspaced(other) for key in keys for other in written.get(key, ()))


def _start(word: str, key: str) -> str:
    """As much of a word as its folding needs to begin with `key`."""
    for end in range(1, len(word)):
        if folded(word[:end]).startswith(key):
            return word[:end]
    return word


def _beginnings(spellings: Spellings, text: str) -> list[Node]:
    """The beginnings that come to the prefix once letters are written out: of lodz* also łodz*."""
    key, indexed = folded(text), as_indexed(text)
    found = {_start(word, key) for word in spellings.beginning(key)}
    found = {start for start in found if not start.startswith(indexed)}
    return [Prefix(start) for start in sorted({key, *found} - {indexed})]
