"""What a tree looks for in texts, leaf by leaf, and which index each leaf is asked of.

Three indexes share the work: words are looked for by their stems, what is quoted and beginnings of
words as they are written, and scripts without spaces by pieces.
"""

import re
from dataclasses import replace
from typing import Literal

from service.query import (
    And,
    Dated,
    Filter,
    In,
    Near,
    Node,
    Or,
    Phrase,
    Prefix,
    Without,
    Word,
    mapped,
)
from service.unspaced import has_unspaced

# `Kim's` is a form of Kim, as `defected` is one of defect.
_POSSESSIVE = re.compile(r"(?<=\w)['’]s$", re.IGNORECASE)

# Their stems are those of other words: `us` of used and using, `new` of new.
AS_WRITTEN = frozenset({"us", "news"})

Index = Literal["articles_fts", "articles_words", "articles_pieces"]
STEMS: Index = "articles_fts"
WORDS: Index = "articles_words"
PIECES: Index = "articles_pieces"
INDEXES = (STEMS, WORDS, PIECES)


def index_of(node: Node) -> Index | None:
    """The index that can answer the whole node; None when it takes several, or more than text."""
    match node:
        case Word(inside=True):
            return PIECES
        case Word(text) | Phrase(text) | Near(text) | Prefix(text) if has_unspaced(text):
            return PIECES
        case Word(text):
            return WORDS if bare(text).lower() in AS_WRITTEN else STEMS
        case Phrase() | Near() | Prefix():
            return WORDS
        case In(_, part):
            return index_of(part)
        case And(parts) | Or(parts):
            return _shared(parts)
        case Without(kept, excluded) if kept is not None:
            return _shared((kept, excluded))
        case _:
            return None


def _shared(parts: tuple[Node, ...]) -> Index | None:
    indexes = {index_of(part) for part in parts}
    return indexes.pop() if len(indexes) == 1 else None


def unstemmed(node: Node) -> Node:
    """The same tree for a text that is not English: every word as it is written."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Or) and part.folded:
            own = tuple(mapped(each, change) for each in part.parts if not is_form(each))
            return replace(part, parts=own) if len(own) > 1 else own[0]
        if isinstance(part, Word) and not part.inside:
            return Phrase(bare(part.text))
        return None

    return mapped(node, change)


def is_form(node: Node) -> bool:
    """Whether it is found for another word of its stem, which is done in English alone."""
    if isinstance(node, In):
        return is_form(node.part)
    return isinstance(node, Word) and node.form


def wanted_leaves(node: Node | None) -> list[Node]:
    """What the tree looks for in texts, each within its field; nothing that is excluded."""
    match node:
        case None | Filter() | Dated():
            return []
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in wanted_leaves(part)]
        case In(name, part):
            return [In(name, leaf) for leaf in wanted_leaves(part)]
        case Without(kept, _):
            return wanted_leaves(kept)
        case _:
            return [node]


def wanted_words(node: Node | None) -> list[Node]:
    """The same with all spellings of a word as one, as far as one index answers them.

    Pieces are scored by lengths of their own.
    """
    match node:
        case And(parts) | Or(parts, _, False):
            return [word for part in parts for word in wanted_words(part)]
        case Or(parts) if (index := index_of(parts[0])) != PIECES:
            own = tuple(part for part in parts if index_of(part) == index)
            one = replace(node, parts=own) if len(own) > 1 else own[0]
            return [one, *(part for part in parts if part not in own)]
        case In(name, part):
            return [In(name, word) for word in wanted_words(part)]
        case Without(kept, _):
            return wanted_words(kept)
        case _:
            return wanted_leaves(node)


def words_near(leaf: Node) -> list[Node]:
    """Each of the words that are to stand near each other, by itself; none of any other leaf."""
    if isinstance(leaf, In):
        return [In(leaf.field, part) for part in words_near(leaf.part)]
    if not isinstance(leaf, Near):
        return []
    in_pieces = index_of(leaf) == PIECES
    return [Word(text, inside=True) if in_pieces else Phrase(text) for text in leaf.text.split()]


def as_typed(word: Node) -> Node:
    """The spelling that stands for all of them."""
    match word:
        case Or(parts):
            return parts[0]
        case In(name, part):
            return In(name, as_typed(part))
        case _:
            return word


def bare(text: str) -> str:
    """A word without the ending of a possessive."""
    return _POSSESSIVE.sub("", text)


def pushed_down(name: str, node: Node) -> Node:
    """A field's limit on each part instead of on the whole."""
    match node:
        case And(parts):
            return And(tuple(In(name, part) for part in parts))
        case Or(parts):
            return Or(tuple(In(name, part) for part in parts))
        case Without(kept, excluded) if kept is not None:
            return Without(In(name, kept), In(name, excluded))
        case _:
            return node
