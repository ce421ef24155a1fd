"""Tree -> FTS5's MATCH. User text only ever stands between quotes, so no text can be a mistake."""

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


def is_text(node: Node) -> bool:
    """Whether MATCH alone can answer: words to be found, and no facet value, date or bare NOT."""
    match node:
        case Filter() | Dated():
            return False
        case In(_, part):
            return is_text(part)
        case And(parts) | Or(parts):
            return all(is_text(part) for part in parts)
        case Without(kept, excluded):
            return kept is not None and is_text(kept) and is_text(excluded)
        case _:
            return True


def match_of(node: Node) -> str:
    """The MATCH expression of a node for which `is_text` holds."""
    match node:
        case Word(text) | Phrase(text):
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


def wanted_words(node: Node | None) -> Node | None:
    """An OR of all that a tree looks for in texts, to rank and highlight by; None if nothing."""
    leaves = tuple(_leaves(node)) if node is not None else ()
    if len(leaves) < 2:
        return leaves[0] if leaves else None
    return Or(leaves)


def _leaves(node: Node) -> list[Node]:
    match node:
        case Filter() | Dated():
            return []
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in _leaves(part)]
        case Without(kept, _):
            return _leaves(kept) if kept is not None else []
        case _:
            return [node]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
