"""A text cut up at what is marked in it."""

from collections.abc import Collection

# Each piece with whether it matched.
Pieces = tuple[tuple[str, bool], ...]


def pieces_of(text: str, marks: Collection[tuple[int, int]]) -> Pieces:
    """The text cut at its marks, which stand in order."""
    found: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        found += [(text[at:start], False), (text[start:end], True)]
        at = end
    return tuple(piece for piece in (*found, (text[at:], False)) if piece[0])
