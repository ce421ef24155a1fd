"""A tree with each word as the archive writes it: `Lodz` is also looked for as Łódź.

FTS5 drops accents but knows nothing of ł or ß, so the words that have such letters are looked up.
It is folding, as for accents and case: it holds within quotes, and is no expansion to be told.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice, product

from service.database import Connection
from service.letters import as_indexed, folded, words_of
from service.query import Near, Node, Or, Phrase, Prefix, Word, leaves_of, mapped

WRITTEN = """
SELECT folded, word FROM words_folded WHERE folded IN (SELECT value FROM json_each(:keys))
"""
WRITTEN_FROM = """
SELECT word FROM words_folded WHERE folded >= :start AND folded < :end LIMIT :limit
"""
# A phrase of several such words has the product of their spellings.
_MOST = 16

Written = Mapping[str, list[str]]


def respelled(conn: Connection, tree: Node) -> Node:
    """The tree with every word, phrase and prefix in all of the archive's spellings of it."""
    texts = [leaf.text for leaf in leaves_of(tree) if not isinstance(leaf, Prefix)]
    keys = {folded(word) for text in texts for word in words_of(text)}
    written: dict[str, list[str]] = {}
    for key, word in conn.execute(WRITTEN, {"keys": json.dumps([*keys])}):
        written.setdefault(key, []).append(word)

    def change(part: Node) -> Node | None:
        match part:
            case Word(text):
                return _any(part, [Word(other) for other in _others(text, written)])
            case Phrase(text):
                return _any(part, [Phrase(other) for other in _others(text, written)])
            case Near(text, distance):
                return _any(part, [Near(other, distance) for other in _others(text, written)])
            case Prefix(text):
                return _any(part, _beginning(conn, text))
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
    return [word, *dict.fromkeys(w for w in (key, *written.get(key, ())) if w != indexed)]


def _beginning(conn: Connection, text: str) -> list[Node]:
    """What begins with the prefix once letters are written out."""
    key = folded(text)
    values = {"start": key, "end": key + "\U0010ffff", "limit": _MOST}
    found: list[Node] = [Phrase(word) for (word,) in conn.execute(WRITTEN_FROM, values)]
    return [Prefix(key), *found] if key != as_indexed(text) else found
