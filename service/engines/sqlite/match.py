"""Tree -> FTS5's MATCH. User text only ever stands between quotes, so no text can be a mistake.

Three indexes share the work: words are looked for by their stems, what is quoted and beginnings of
words as they are written, and scripts without spaces by pieces. A MATCH asks one index, so a tree
that needs several is put together in SQL.
"""

from collections.abc import Mapping

from service.engines.leaves import (
    INDEXES,
    PIECES,
    STEMS,
    WORDS,
    Index,
    bare,
    index_of,
    wanted_leaves,
)
from service.query import (
    TEXT_FIELDS,
    And,
    In,
    Near,
    Node,
    Or,
    Phrase,
    Prefix,
    Without,
    Word,
)
from service.unspaced import has_unspaced, phrase

CURRENT: Mapping[Index, str] = {index: index for index in INDEXES}
# The same three over what articles used to say.
PAST: Mapping[Index, str] = {
    STEMS: "versions_fts",
    WORDS: "versions_words",
    PIECES: "versions_pieces",
}


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


def wanted(node: Node | None, index: Index) -> str | None:
    """A MATCH for any of what a tree looks for in texts by one index; None when it is nothing."""
    leaves = [leaf for leaf in wanted_leaves(node) if index_of(leaf) == index]
    return " OR ".join(dict.fromkeys(map(match_of, leaves))) or None


def _in_pieces(text: str) -> str:
    tokens, is_beginning = phrase(text)
    return _quoted(" ".join(tokens)) + (" *" if is_beginning else "")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
