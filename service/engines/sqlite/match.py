"""Tree -> FTS5's MATCH. User text only ever stands between quotes, so no text can be a mistake.

Two indexes share the work: words are looked for by their stems, what is quoted and beginnings of
words as they are written. A MATCH asks one index, so a tree that needs both is put together in SQL.
"""

import re
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
)

# `Kim's` is a form of Kim, as `defected` is one of defect.
_POSSESSIVE = re.compile(r"(?<=\w)['’]s$", re.IGNORECASE)

Index = Literal["articles_fts", "articles_words"]
STEMS: Index = "articles_fts"
WORDS: Index = "articles_words"


def index_of(node: Node) -> Index | None:
    """The index that can answer the whole node; None when it takes both, or more than text."""
    match node:
        case Word():
            return STEMS
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
        case Word(text):
            return _quoted(_POSSESSIVE.sub("", text))
        case Phrase(text):
            return _quoted(text)
        case Prefix(text):
            return f"{_quoted(text)} *"
        case Near(text, distance):
            return f"NEAR({' '.join(_quoted(w) for w in text.split())}, {distance})"
        case In(name, part):
            return f"{{{TEXT_FIELDS[name]}}} : ({match_of(part)})"
        case And(parts):
            return f"({' AND '.join(match_of(p) for p in parts)})"
        case Or(parts):
            return f"({' OR '.join(match_of(p) for p in parts)})"
        case Without(kept, excluded) if kept is not None:
            return f"({match_of(kept)} NOT {match_of(excluded)})"
        case _:
            raise TypeError(f"{node!r} is no text")


def wanted(node: Node | None, index: Index | None = None) -> str | None:
    """A MATCH for any of what a tree looks for in texts, to rank and highlight by.

    Only what `index` answers, if one is given; None when nothing is looked for.
    """
    leaves = _leaves(node) if node is not None else []
    found = [leaf for leaf in leaves if index in (None, index_of(leaf))]
    return " OR ".join(dict.fromkeys(match_of(leaf) for leaf in found)) or None


def _leaves(node: Node) -> list[Node]:
    match node:
        case Filter() | Dated():
            return []
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in _leaves(part)]
        case In(name, part):
            return [In(name, leaf) for leaf in _leaves(part)]
        case Without(kept, _):
            return _leaves(kept) if kept is not None else []
        case _:
            return [node]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
