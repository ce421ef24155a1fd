"""Words are marked exactly where FTS5's highlight() marks them."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.database import Connection
from service.engines.leaves import STEMS, WORDS, index_of
from service.engines.marks import Range, SearchedText, start_of_words, wanted_of
from service.engines.sqlite.match import match_of
from service.engines.tokens import UNICODE
from service.in_memory import memory
from service.query import Near, Node, Phrase, Prefix, Word

_OPEN, _CLOSE = "\ufdd0", "\ufdd3"
TABLE = 'CREATE VIRTUAL TABLE {index} USING fts5(text, tokenize="{tokenizer}")'
TERMS = "CREATE VIRTUAL TABLE terms USING fts5vocab(articles_fts, instance)"
MARKED = "SELECT highlight({index}, 0, :open, :close) FROM {index} WHERE {index} MATCH :match"

WORDS_OF_TEXTS = """
    a b the Envoy envoys e\u0301a caf\u00e9 cafe\u0301s Kim's So\xadng-gil l'Étoile ÎLE İstanbul
    Łódź straße Σίσυφος ΟΔΟΣ οδος hoping hope hoped happy happily sensible sensibility universe
    univers university 조성길 \u0301x 𝟙 𐐀𐐨 ﬁrst 3,5 a_b — “q” us use used news new of off
""".split()
GAPS = [" ", " ", " ", ", ", "\n", "-", "\u0301 ", " \u0301", "\u00a0", "—", ". "]

texts = st.lists(
    st.tuples(st.sampled_from(WORDS_OF_TEXTS), st.sampled_from(GAPS)), min_size=1, max_size=40
).map(lambda parts: "".join(word + gap for word, gap in parts))
words = st.sampled_from(WORDS_OF_TEXTS)
several = st.lists(words, min_size=1, max_size=3).map(" ".join)
leaves = st.one_of(
    words.map(Word),
    several.map(Phrase),
    words.map(lambda word: Prefix(word[:2])),
    st.builds(Near, several, st.integers(0, 5)),
)


@pytest.fixture(scope="module")
def indexes() -> Iterator[Connection]:
    with closing(memory()) as conn:
        for index, tokenizer in ((STEMS, f"porter {UNICODE}"), (WORDS, UNICODE)):
            conn.execute(TABLE.format(index=index, tokenizer=tokenizer))
        conn.execute(TERMS)
        yield conn


def marked_by_fts5(conn: Connection, index: str, text: str, match: str) -> list[Range]:
    conn.execute(f"DELETE FROM {index}")
    conn.execute(f"INSERT INTO {index} VALUES (?)", (text,))
    values = {"open": _OPEN, "close": _CLOSE, "match": match}
    row = conn.execute(MARKED.format(index=index), values).fetchone()
    places: list[Range] = []
    before, *pieces = row[0].split(_OPEN) if row else [""]
    at = len(before)
    for piece in pieces:
        inside, _, outside = piece.partition(_CLOSE)
        places.append((at, at + len(inside)))
        at += len(inside) + len(outside)
    return places


def merged(places: Iterator[Range]) -> list[Range]:
    """FTS5 makes one mark of what overlaps."""
    found: list[Range] = []
    for start, end in places:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


@given(texts, leaves)
def test_marks_are_those_of_fts5(indexes: Connection, text: str, leaf: Node) -> None:
    index = index_of(leaf)
    if index not in (STEMS, WORDS):
        return  # scripts without spaces have an index of their own
    wanted = wanted_of(leaf, index)
    found = merged(SearchedText(text).places(wanted)) if wanted else []
    assert found == marked_by_fts5(indexes, index, text, match_of(leaf))


ENDS = """
    s es ed ing ly y ies ied ational tional enci ency anci ancy izer abli ably alli ally entli
    ently eli ely ousli ously ization ation ator alism iveness fulness ousness aliti ality iviti
    ivity biliti bility logi logy icate ative alize iciti icity ical ful ness al ance ence er ic
    able ible ant ement ment ent ion ou ism ate iti ous ive ize e ll sses at bl iz
""".split()


@given(
    st.text("abcdefghilmnoprstuvwyz", min_size=1, max_size=5),
    st.lists(st.sampled_from(ENDS), max_size=2),
)
def test_every_word_begins_as_its_stem_says(
    indexes: Connection, start: str, ends: list[str]
) -> None:
    word = start + "".join(ends)
    indexes.execute("DELETE FROM articles_fts")
    indexes.execute("INSERT INTO articles_fts VALUES (?)", (word,))
    (stem,) = indexes.execute("SELECT term FROM terms").fetchone()
    assert word.startswith(start_of_words(stem))
