"""Texts that are too long to be marked at once: cut up, and indexed in memory for one answer.

FTS5's highlight() copies all that it has made at each mark, and nothing can stop it: a text of 2 MB
with 180,000 marks takes minutes, the same in stretches a fifth of a second.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager

from service.database import Connection, memory

Range = tuple[int, int]

# The longest text that is marked at once, in bytes: full of marks it takes 5 ms.
LONGEST = 30_000
# How much of a text is looked through before what stands there suffices, in characters.
READ = 100_000
# So short that each is no longer than LONGEST in bytes.
_STRETCH = 7_000
# What goes over the end of a stretch stands whole in the next, unless it is longer than this.
_OVERLAP = 1_000
# None of these is ever part of a word.
_BREAK = re.compile(r"[\s!-/:-@\u3000-\u3003\uff01-\uff0f]")

# What the text indexes take their texts from.
ARTICLES = """
CREATE TABLE articles(id INTEGER PRIMARY KEY, title, standfirst, body, captions, credits)
"""
DEFINITION = "SELECT sql FROM sqlite_master WHERE name = :index"
INSERT = "INSERT INTO articles({column}) VALUES (:text)"
BUILD = "INSERT INTO {index}({index}) VALUES ('rebuild')"


def stretches(text: str, length: int = _STRETCH) -> Iterator[Range]:
    """The text in stretches that begin and end between words and overlap by `_OVERLAP`."""
    start = end = 0
    while end < len(text):
        end = _between_words(text, start + length)
        yield start, end
        start = _between_words(text, end - _OVERLAP)


def _between_words(text: str, at: int) -> int:
    """The last such place at or before `at`, if there is one within `_OVERLAP`."""
    if at >= len(text):
        return len(text)
    for place in range(at, at - _OVERLAP, -1):
        if _BREAK.match(text, place - 1):
            return place
    return at


@contextmanager
def indexed(
    conn: Connection, indexes: Collection[str], column: str, texts: Sequence[str]
) -> Iterator[Connection]:
    """An archive of articles that have these texts in one column, with the same indexes."""
    with closing(memory()) as made:
        made.execute(ARTICLES)
        made.executemany(INSERT.replace("{column}", column), [{"text": text} for text in texts])
        for index in indexes:
            made.execute(conn.execute(DEFINITION, {"index": index}).fetchone()[0])
            made.execute(BUILD.replace("{index}", index))
        yield made
