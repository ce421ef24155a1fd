"""A tree in the spellings of an archive file, which files each word that has another."""

import json
from collections.abc import Collection, Iterable

from service.database import Connection
from service.engines.marks import start_of_words
from service.engines.respelling import respelled as respelled_in
from service.engines.sqlite.match import match_of
from service.query import Node, Word
from service.unspaced import has_unspaced

# And words whose stems can be the same.
WRITTEN = """
SELECT folded, word FROM words_folded WHERE folded IN (SELECT value FROM json_each(:keys))
UNION ALL
SELECT folded, word FROM json_each(:starts) CROSS JOIN words_folded
ON folded >= value AND folded < value || char(1114111)
"""
# Of a shorter stem too many words begin so.
_TELLS = 3
WRITTEN_FROM = "SELECT word FROM words_folded WHERE folded >= :start AND folded < :end"
WAS_GLUED = "SELECT 1 FROM versions_pieces WHERE versions_pieces MATCH :match LIMIT 1"


def respelled(conn: Connection, tree: Node, is_past: bool = False) -> Node:
    """The tree with every word, phrase and prefix in all of the archive's spellings of it."""
    return respelled_in(tree, _SpellingsOfArchive(conn), is_past=is_past)


class _SpellingsOfArchive:
    """Which words of past texts are glued to others is not filed: their index of pieces tells."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def written(self, keys: Collection[str], stems: Collection[str]) -> Iterable[tuple[str, str]]:
        # In other scripts words are their own stems.
        starts = {start_of_words(stem) for stem in stems if stem[-1:].isascii()}
        told = [start for start in starts if len(start) >= _TELLS]
        asked = {"keys": json.dumps([*keys]), "starts": json.dumps(told)}
        return dict.fromkeys((key, word) for key, word in self._conn.execute(WRITTEN, asked))

    def beginning(self, start: str) -> Iterable[str]:
        values = {"start": start, "end": start + "\U0010ffff"}
        return [word for (word,) in self._conn.execute(WRITTEN_FROM, values)]

    def was_glued(self, text: str) -> bool:
        match = match_of(Word(text, inside=True))
        found = self._conn.execute(WAS_GLUED, {"match": match}).fetchone()
        return not has_unspaced(text) and bool(found)
