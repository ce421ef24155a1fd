"""A tree with each word as an archive writes it: `Lodz` is also looked for as Łódź.

An index drops accents but knows nothing of ł or ß, so the words that have such letters are looked
up. It is folding, as for accents and case: it holds within quotes, and is no expansion to be told.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Protocol

from service.engines.leaves import STEMS, bare, index_of
from service.engines.marks import TOKENS
from service.letters import as_indexed, folded, words_of
from service.query import Near, Node, Or, Phrase, Prefix, Word, leaves_of, mapped
from service.unspaced import has_unspaced

# A phrase of several such words has the product of their spellings.
_MOST = 16

Written = Mapping[str, list[str]]


class Spellings(Protocol):
    """The words of some texts that have letters to be written out, or words within them."""

    def written(self, keys: Collection[str], stems: Collection[str]) -> Iterable[tuple[str, str]]:
        """Words, each behind what it is when folded, that is one of the keys or has one of the
        stems; others may be among them.
        """

    def beginning(self, start: str) -> Iterable[str]:
        """Words that when folded begin so."""

    def was_glued(self, text: str) -> bool:
        """Whether a word stands within a run in a text of which that is not filed."""


def respelled(tree: Node, spellings: Spellings, *, is_past: bool = False) -> Node:
    """The tree with every word, phrase and prefix in all of the texts' spellings of it."""
    texts = [leaf.text for leaf in leaves_of(tree) if not isinstance(leaf, Prefix)]
    keys = {folded(word) for text in texts for word in words_of(text)}
    stemmed = [leaf.text for leaf in leaves_of(tree) if _is_stemmed(leaf)]
    stems = {_stem(word) for text in stemmed for word in words_of(bare(text))}
    written: dict[str, list[str]] = defaultdict(list)
    forms: dict[str, list[str]] = defaultdict(list)
    for key, word in spellings.written(keys, stems):
        if key in keys:
            written[key].append(word)
        if not has_unspaced(word) and (stem := TOKENS.stem(key)) in stems:
            forms[stem].append(word)
    is_plain = not (written or forms or is_past)

    def change(part: Node) -> Node | None:
        match part:
            case Word(text) | Phrase(text) | Near(text) if is_plain and text.isascii():
                return None  # as nearly all are
            case Word(text):
                glued = _is_glued(text, written) or (is_past and spellings.was_glued(text))
                inside = [Word(text, inside=True)] if glued else []
                own = [Word(other) for other in _others(text, written)]
                if _is_stemmed(part):
                    own += _forms([part, *own], forms)
                return _any(part, [*own, *inside])
            case Phrase(text):
                return _any(part, [Phrase(other) for other in _others(text, written)])
            case Near(text, distance):
                return _any(part, [Near(other, distance) for other in _others(text, written)])
            case Prefix(text):
                return _any(part, _beginnings(spellings, text))
            case _:
                return None

    return mapped(tree, change)


def _is_stemmed(leaf: Node) -> bool:
    return isinstance(leaf, Word) and index_of(leaf) == STEMS


def _any(typed: Node, others: list[Node]) -> Node | None:
    return Or((typed, *others), same=True, folded=True) if others else None


def _forms(spellings: Sequence[Word], forms: Written) -> list[Word]:
    """Other forms of a word that texts write in letters that are to be written out."""
    (typed, *_) = spellings
    if len(words_of(bare(typed.text))) != 1:
        return []
    found = {TOKENS.stem(as_indexed(bare(each.text))) for each in spellings}
    others = {TOKENS.stem(other): other for other in forms.get(_stem(bare(typed.text)), ())}
    # One that has the stem of a spelling is found by that.
    return [Word(other, form=True) for stem, other in others.items() if stem not in found]


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
    # Some letters are written out as several words, and are one.
    others = ("".join(key.split()), *(w for w in written.get(key, ()) if not has_unspaced(w)))
    # As it is read: what is typed as a letter and its accent is read without.
    same = "".join(TOKENS.words(word))
    return [word, *dict.fromkeys(w for w in others if w != same)]


def _stem(word: str) -> str:
    return TOKENS.stem(folded(word))


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
