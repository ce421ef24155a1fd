"""Words and stems exactly as FTS5 makes them, without asking it for every text.

unicode61 decides by the character: what FTS5 makes of each is learned from FTS5 itself, once. Its
stems are learned in the same way, a word at a time, from a table in memory.
"""

import threading
from collections.abc import Callable

from service.database import Connection
from service.in_memory import memory

# As in migrations/0002.
UNICODE = "unicode61 remove_diacritics 2 tokenchars '\xad'"
WORDS, STEMS = "words", "stems"
TABLES = (
    f'CREATE VIRTUAL TABLE {WORDS} USING fts5(text, tokenize="{UNICODE}")',
    f'CREATE VIRTUAL TABLE {STEMS} USING fts5(text, tokenize="porter {UNICODE}")',
    f"CREATE VIRTUAL TABLE {WORDS}_made USING fts5vocab({WORDS}, 'instance')",
    f"CREATE VIRTUAL TABLE {STEMS}_made USING fts5vocab({STEMS}, 'instance')",
)
CLEAR = "DELETE FROM {table}"
LAY = "INSERT INTO {table} (text) VALUES (:text)"
MADE = "SELECT term FROM {table}_made ORDER BY offset"
# FTS5's porter leaves longer words alone (FTS5_PORTER_MAX_TOKEN), in bytes.
_LONGEST_STEMMED = 64
# Of a large archive most words are figures and slips that come once: they need not be kept in mind.
_MOST_STEMS = 300_000


class Tokens:
    """Cuts texts into words, and words to their stems; serves many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conn: Connection | None = None
        self._characters = _Characters(self._made_of_character)
        self._stems: dict[str, str] = {}

    def words(self, text: str) -> list[str]:
        """The words of a text in their order, in small letters and without accents."""
        return text.translate(self._characters).split()

    def stem(self, word: str) -> str:
        """The stem of a word as `words` gives it."""
        stem = self._stems.get(word)
        if stem is None:
            if len(self._stems) >= _MOST_STEMS:
                self._stems = {}
            stem = self._stems[word] = self._made_of_word(word)
        return stem

    def _made_of_word(self, word: str) -> str:
        if len(word.encode()) > _LONGEST_STEMMED:
            return word
        made = self._made(STEMS, word)
        return made[0] if len(made) == 1 else word

    def _made_of_character(self, character: str) -> str:
        """What stands for it within a word; a space where it parts words."""
        made = self._made(WORDS, f"a{character}a")
        return made[0][1:-1] if len(made) == 1 else " "

    def _made(self, table: str, text: str) -> list[str]:
        with self._lock:
            if self._conn is None:
                self._conn = memory()
                for statement in TABLES:
                    self._conn.execute(statement)
            self._conn.execute(CLEAR.replace("{table}", table))
            self._conn.execute(LAY.replace("{table}", table), {"text": text})
            return [term for (term,) in self._conn.execute(MADE.replace("{table}", table))]


class _Characters(dict[int, str]):
    """A table for str.translate that is filled as characters come."""

    def __init__(self, learn: Callable[[str], str]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, code: int) -> str:
        made = self[code] = self._learn(chr(code))
        return made
