"""The archive's own words and headlines, to complete and to correct what people type."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from service.database import Connection, Database
from service.engines.completing import NEAR, NEWEST, READ, following_in, has_beginning, written_in
from service.engines.leaves import INDEXES, PIECES, STEMS, WORDS, index_of
from service.engines.marks import TOKENS, start_of_words
from service.engines.sqlite.match import PAST, match_of
from service.engines.sqlite.respelling import respelled
from service.letters import LETTERS, folded, spelled_out
from service.query import And, In, Near, Node, Or, Phrase, Versions, Word
from service.result import Headline
from service.stores.in_bulk import article_count
from service.stores.pieces import glued
from service.unspaced import has_unspaced

FREQUENCIES = """
SELECT word, articles FROM words WHERE word IN (SELECT value FROM json_each(:words))
UNION ALL
SELECT f.folded, w.articles FROM words_folded f JOIN words w ON w.word = f.word
WHERE f.folded IN (SELECT value FROM json_each(:words))
"""
PIECES_OF_TEXTS = """
SELECT term, doc FROM pieces_vocabulary WHERE term IN (SELECT value FROM json_each(:words))
"""
BEGINNING = """
SELECT word, articles FROM words WHERE word >= :start AND word < :end
UNION
SELECT w.word, w.articles FROM words_folded f JOIN words w ON w.word = f.word
WHERE f.folded >= :start AND f.folded < :end
ORDER BY articles DESC, word LIMIT :limit
"""
RESEMBLING = """
SELECT word, articles FROM words
WHERE word >= :start AND word < :end AND length(word) BETWEEN :shortest AND :longest
"""
NEWEST_TEXTS = """
SELECT title || char(10) || substr(body, 1, :length) AS text FROM articles WHERE id IN (
  SELECT rowid FROM {index} WHERE {index} MATCH :match ORDER BY rowid DESC LIMIT :newest
)
"""
KNOWN = "SELECT word FROM words WHERE word IN (SELECT value FROM json_each(:words))"
FORMS = """
SELECT w.word FROM json_each(:starts) CROSS JOIN words w
ON w.word >= value AND w.word < value || char(1114111) LIMIT :most
"""
_MOST_FORMS = 300
OCCURS = "SELECT 1 FROM {index} WHERE {index} MATCH :match LIMIT 1"
COUNT = f"SELECT count(*) FROM {WORDS} WHERE {WORDS} MATCH :match"  # noqa: S608 - names of our own
# The newest first; one headline in several articles is one suggestion.
HEADLINES = """
SELECT max(a.id) AS id, a.key, a.title, count(*) AS articles FROM articles a WHERE a.id IN (
  SELECT rowid FROM {index} WHERE {index} MATCH :match ORDER BY rowid DESC LIMIT :looked_at
) AND NOT a.title_derived GROUP BY a.title ORDER BY id DESC
"""
_LOOKED_AT, _BEGINNINGS = 40, 5


class SqliteVocabulary:
    """Reads the table of words, which triggers keep in step with the articles."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def size(self) -> int:
        """The number of articles."""
        with self._database.read() as conn:
            return article_count(conn)

    def frequencies(self, words: Collection[str]) -> Mapping[str, int]:
        """In how many articles each of the words stands as written; those in none are left out.

        Of scripts without spaces a word is a pair of characters.
        """
        keys = {word: folded(word) for word in words}
        counts: dict[str, int] = {}
        pieces = [word for word in words if has_unspaced(word)]
        values = {"words": json.dumps([*{*keys.values(), *words}])}
        with self._database.read() as conn:
            found = [*conn.execute(FREQUENCIES, values)]
            if pieces:
                found += conn.execute(PIECES_OF_TEXTS, {"words": json.dumps(pieces)})
            for word, articles in found:
                counts[word] = max(articles, counts.get(word, 0))
        either = {word: counts.get(word, counts.get(key, 0)) for word, key in keys.items()}
        return {word: count for word, count in either.items() if count}

    def beginning(self, prefix: str, limit: int) -> tuple[tuple[str, int], ...]:
        """Words that begin so with the number of articles that have them, the most first."""
        values = _range(folded(prefix)) | {"limit": limit}
        with self._database.read() as conn:
            return tuple((word, articles) for word, articles in conn.execute(BEGINNING, values))

    def following(self, words: Sequence[str], start: str, limit: int) -> tuple[str, ...]:
        """What begins so and follows the last of `words` in the newest articles with all of them.

        The most frequent first, in small letters.
        """
        with self._database.read() as conn:
            texts = self._newest_texts(conn, words, NEWEST)
        return following_in(texts, words, start, limit)

    def near(self, one: str, two: str) -> bool:
        """Whether two words stand near each other in some article."""
        with self._database.read() as conn:
            return occurs(conn, Near(f"{one} {two}", NEAR), WORDS)

    def written(self, word: str) -> str:
        """A word of the archive as its newest article writes it, with its accents."""
        with self._database.read() as conn:
            texts = self._newest_texts(conn, [word], 1)
        return written_in(texts, word)

    def has_form(self, word: str) -> bool:
        """Whether some article has a word with the same stem."""
        with self._database.read() as conn:
            return occurs(conn, Word(word), STEMS)

    def says(self, text: str) -> bool:
        """Whether some article has these words side by side."""
        with self._database.read() as conn:
            node = respelled(conn, Phrase(text))
            index = index_of(node)
            return index is not None and occurs(conn, node, index)

    def resembling(self, start: str, shortest: int, longest: int) -> Mapping[str, int]:
        """Words of some length that begin so, with the number of articles that have them."""
        values = _range(start) | {"shortest": shortest, "longest": longest}
        with self._database.read() as conn:
            return {row["word"]: row["articles"] for row in conn.execute(RESEMBLING, values)}

    def together(self, texts: Collection[str]) -> int:
        """In how many articles all of these words and phrases stand."""
        with self._database.read() as conn:
            tree = respelled(conn, And(tuple(Phrase(text) for text in texts)))
            return int(conn.execute(COUNT, {"match": match_of(tree)}).fetchone()[0])

    def _newest_texts(self, conn: Connection, words: Sequence[str], most: int) -> list[str]:
        """The beginnings of the newest articles that have all of the words."""
        tree = respelled(conn, And(tuple(map(Phrase, words))))
        index = index_of(tree)
        if index is None:
            return []
        values = {"match": match_of(tree), "newest": most, "length": READ}
        rows = conn.execute(NEWEST_TEXTS.replace("{index}", index), values)
        return [row["text"] for row in rows]

    def headlines(self, words: Sequence[str], start: str, limit: int) -> tuple[Headline, ...]:
        """The newest headlines with all of `words` and a word that begins with `start`.

        Looked for among the newest with all of the words, or with a common word that begins so.
        """
        begins = [word for word, _ in self.beginning(start, _BEGINNINGS)] if start else []
        asked: list[Node] = [Phrase(word) for word in words]
        if not asked:
            asked = [Or(tuple(map(Phrase, begins or [start])))]
        with self._database.read() as conn:
            match = match_of(respelled(conn, In("title", And(tuple(asked)))))
            index = index_of(asked[0]) or WORDS
            sql = HEADLINES.replace("{index}", index)
            rows = conn.execute(sql, {"match": match, "looked_at": _LOOKED_AT}).fetchall()
        found = (Headline(row["key"], row["title"], row["articles"]) for row in rows)
        return tuple(islice((h for h in found if has_beginning(h.text, start)), limit))


def occurs(conn: Connection, node: Node, index: str) -> bool:
    """Whether one index finds the node in some article."""
    sql = OCCURS.replace("{index}", index)
    return conn.execute(sql, {"match": match_of(node)}).fetchone() is not None


def occurring(conn: Connection, nodes: Collection[Node], versions: Versions) -> frozenset[Node]:
    """Those of the words and phrases that some article has, or with `all` has had.

    Most spellings of a name have a word that no article has: two looks tell all of these.
    """
    written = respelled(conn, And(tuple(nodes)), is_past=versions == "all")
    assert isinstance(written, And)  # noqa: S101 - spellings of words stay beside each other
    spellings = [part.parts if isinstance(part, Or) else (part,) for part in written.parts]
    standing = _standing(conn, {leaf for each in spellings for leaf in each}, versions)
    every = zip(nodes, spellings, strict=True)
    return frozenset(node for node, each in every if not standing.isdisjoint(each))


def _standing(conn: Connection, leaves: Collection[Node], versions: Versions) -> set[Node]:
    """Those that stand somewhere. FTS5 is asked only for what the table of words cannot tell."""
    words = {leaf: TOKENS.words(match_of(leaf)) for leaf in leaves}
    standing = _with_stems(conn, [leaf for leaf in leaves if index_of(leaf) == STEMS], words)
    phrases = [leaf for leaf in leaves if index_of(leaf) == WORDS]
    asked = {"words": json.dumps([*{word for leaf in phrases for word in words[leaf]}])}
    known = {word for (word,) in conn.execute(KNOWN, asked)} if phrases else set()
    possible = [leaf for leaf in phrases if known.issuperset(words[leaf])]
    pieces = [leaf for leaf in leaves if index_of(leaf) == PIECES]
    standing.update(_found(conn, possible, WORDS), _found(conn, pieces, PIECES))
    for index in INDEXES if versions == "all" else ():
        left = [leaf for leaf in leaves if index_of(leaf) == index and leaf not in standing]
        standing.update(_found(conn, left, PAST[index]))
    return standing


def _with_stems(
    conn: Connection, leaves: Sequence[Node], words: Mapping[Node, Sequence[str]]
) -> set[Node]:
    """Those of which some article has a form, as the words tell that begin like it."""
    stems = {leaf: TOKENS.stem(words[leaf][0]) for leaf in leaves if len(words[leaf]) == 1}
    starts = json.dumps([*{start_of_words(stem) for stem in stems.values()}])
    rows = conn.execute(FORMS, {"starts": starts, "most": _MOST_FORMS}).fetchall() if stems else []
    if len(rows) == _MOST_FORMS:
        return {*_found(conn, leaves, STEMS)}
    there = {TOKENS.stem(word) for (word,) in rows}
    several = [leaf for leaf in leaves if leaf not in stems]
    return {*(leaf for leaf in stems if stems[leaf] in there), *_found(conn, several, STEMS)}


def _found(conn: Connection, leaves: Sequence[Node], index: str) -> Iterator[Node]:
    """Those that one index finds; mostly it finds none, which takes one look."""
    if not leaves or not occurs(conn, Or(tuple(leaves)), index):
        return
    if len(leaves) == 1:
        yield leaves[0]
        return
    middle = len(leaves) // 2
    yield from _found(conn, leaves[:middle], index)
    yield from _found(conn, leaves[middle:], index)


def _range(prefix: str) -> dict[str, str]:
    return {"start": prefix, "end": prefix + "\U0010ffff"}


NOT_ASCII = "SELECT word FROM words WHERE word GLOB '*[^ -~]*'"
MISCOUNTED = """
SELECT word FROM (SELECT * FROM words EXCEPT SELECT term, doc FROM articles_vocabulary)
UNION SELECT term FROM (SELECT term, doc FROM articles_vocabulary EXCEPT SELECT * FROM words)
"""


IN_INDEX = """
SELECT term, doc FROM articles_vocabulary WHERE term > :after AND term <= :last
"""
SOME_IN_INDEX = """
SELECT term FROM articles_vocabulary WHERE term > :after ORDER BY term LIMIT :most
"""
IN_TABLE = "SELECT word, articles FROM words WHERE word > :after AND word <= :last"
COUNT_WORD = """
INSERT INTO words (word, articles) VALUES (:word, :articles)
ON CONFLICT (word) DO UPDATE SET articles = excluded.articles
"""
WORDS_AT_ONCE = 2_000
_LAST_WORD = chr(0x10FFFF) * 8


def mend_words(database: Database) -> None:
    """The table of words as the text index has them; others wait only where it has not."""
    after = ""
    while True:
        with database.read() as conn:
            most = {"after": after, "most": WORDS_AT_ONCE}
            terms = [term for (term,) in conn.execute(SOME_IN_INDEX, most)]
            last = terms[-1] if len(terms) == WORDS_AT_ONCE else _LAST_WORD
            differ = any(_differing(conn, after, last))
        if differ:
            with database.write() as conn:
                for word, articles in _differing(conn, after, last):
                    if articles:
                        conn.execute(COUNT_WORD, {"word": word, "articles": articles})
                    else:
                        conn.execute("DELETE FROM words WHERE word = ?", (word,))
        if last == _LAST_WORD:
            break
        after = last
    with database.read() as conn:
        differ = any(_misfolded(conn))
    if differ:
        with database.write() as conn:
            missing, stray = _misfolded(conn)
            conn.executemany("INSERT INTO words_folded (folded, word) VALUES (?, ?)", missing)
            conn.executemany("DELETE FROM words_folded WHERE folded = ? AND word = ?", stray)


def _differing(conn: Connection, after: str, last: str) -> list[tuple[str, int]]:
    """Words that are counted wrong, each with its number of articles."""
    values = {"after": after, "last": last}
    right = dict(conn.execute(IN_INDEX, values).fetchall())
    stored = dict(conn.execute(IN_TABLE, values).fetchall())
    return [(word, right.get(word, 0)) for word, _ in right.items() ^ stored.items()]


def _misfolded(conn: Connection) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Rows that are missing, and such as should not be there."""
    filed = {(row["folded"], row["word"]) for row in conn.execute("SELECT * FROM words_folded")}
    words = [word for (word,) in conn.execute(NOT_ASCII)]
    due = {(spelled_out(word), word) for word in words if set(word) & set(LETTERS)}
    due |= {(part, word) for word in words for part in glued(word)}
    return sorted(due - filed), sorted(filed - due)


def miscounted(conn: Connection) -> int:
    """How many words are not in their tables as they are in the text index."""
    wrong = {word for (word,) in conn.execute(MISCOUNTED)}
    missing, stray = _misfolded(conn)
    return len(wrong | {word for _, word in missing + stray})
