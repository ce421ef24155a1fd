"""Tree -> FTS5's MATCH. User text only ever stands between quotes, so no text can be a mistake.

Three indexes share the work: words are looked for by their stems, what is quoted and beginnings of
words as they are written, and scripts without spaces by pieces. A MATCH asks one index, so a tree
that needs several is put together in SQL.
"""

import re
from collections.abc import Mapping
from typing import Literal

from service.query import (
    TEXT_FIELDS,
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
from service.unspaced import has_unspaced, phrase

# `Kim's` is a form of Kim, as `defected` is one of defect.
_POSSESSIVE = re.compile(r"(?<=\w)['’]s$", re.IGNORECASE)

# Their stems are those of other words: `us` of used and using, `new` of new.
AS_WRITTEN = frozenset({"us", "news"})

Index = Literal["articles_fts", "articles_words", "articles_pieces"]
STEMS: Index = "articles_fts"
WORDS: Index = "articles_words"
PIECES: Index = "articles_pieces"
INDEXES = (STEMS, WORDS, PIECES)
CURRENT: Mapping[Index, str] = {index: index for index in INDEXES}
# The same three over what articles used to say.
PAST: Mapping[Index, str] = {
    STEMS: "versions_fts",
    WORDS: "versions_words",
    PIECES: "versions_pieces",
}


def index_of(node: Node) -> Index | None:
    """The index that can answer the whole node; None when it takes several, or more than text."""
    match node:
        case Word(inside=True):
            return PIECES
        case Word(text) | Phrase(text) | Near(text) | Prefix(text) if has_unspaced(text):
            return PIECES
        case Word(text):
            return WORDS if text.lower() in AS_WRITTEN else STEMS
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


def match_of(node: Node) -> str:
    """The MATCH expression of a node that one index can answer."""
    match node:
        case Near(text, distance) if has_unspaced(text):
            # Without spaces nobody counts words: the distance is one of characters.
            return f"NEAR({' '.join(_in_pieces(part) for part in text.split())}, {distance})"
        case Word(text, inside=True):
            return _in_pieces(text)
        case Word(text) | Phrase(text) | Prefix(text) if has_unspaced(text):
            return _in_pieces(text)
        case Word(text):
            return _quoted(bare(text))
        case Phrase(text):
            return _quoted(text)
        case Prefix(text):
            return f"{_quoted(text)} *"
        case Near(text, distance):
            return f"NEAR({' '.join(_quoted(w) for w in text.split())}, {distance})"
        case In(name, part):
            return f"{{{TEXT_FIELDS[name]}}} : ({match_of(part)})"
        case And(parts):
            return f"({' AND '.join(match_of(p) for p in _less_repeats(parts))})"
        case Or(parts):
            return f"({' OR '.join(match_of(p) for p in _less_repeats(parts))})"
        case Without(kept, excluded) if kept is not None:
            return f"({match_of(kept)} NOT {match_of(excluded)})"
        case _:
            raise TypeError(f"{node!r} is no text")


def _less_repeats(parts: tuple[Node, ...]) -> list[Node]:
    """A word that is said again counts again; a beginning would only be looked up again."""
    return [
        part
        for place, part in enumerate(parts)
        if not (isinstance(part, Prefix) and part in parts[:place])
    ]


def unstemmed(node: Node) -> Node:
    """The same tree for a text that is not English: every word as it is written."""

    def change(part: Node) -> Node | None:
        if isinstance(part, Word) and not part.inside:
            return Phrase(bare(part.text))
        return None

    return mapped(node, change)


def wanted(node: Node | None, index: Index) -> str | None:
    """A MATCH for any of what a tree looks for in texts by one index; None when it is nothing."""
    leaves = [leaf for leaf in wanted_leaves(node) if index_of(leaf) == index]
    return " OR ".join(dict.fromkeys(map(match_of, leaves))) or None


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


def bare(text: str) -> str:
    """A word without the ending of a possessive."""
    return _POSSESSIVE.sub("", text)


def _in_pieces(text: str) -> str:
    tokens, is_beginning = phrase(text)
    return _quoted(" ".join(tokens)) + (" *" if is_beginning else "")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
