"""Letters that FTS5 leaves as they are: what Python makes of them, SQL and FTS5 do as well."""

import pytest
from conftest import Archive
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.letters import LETTERS, as_indexed, folded, words_of


def test_the_table_in_the_file_is_this_one(archive: Archive) -> None:
    archive.add(Article(body=" ".join(f"x{letter}x" for letter in LETTERS)))
    kept = dict(archive.rows("SELECT word, folded FROM words_folded"))
    # Accents are dropped before: ǽ is æ by then, and ǿ is ø.
    assert kept == {f"x{a}x": f"x{b}x" for a, b in LETTERS.items() if a in "".join(kept)}
    assert len(kept) >= len(LETTERS) - 2


@pytest.mark.parametrize(
    ("word", "key"),
    [
        *(("Łódź", "lodz"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ẞ", "ss")),
        *(("Œuvre", "oeuvre"), ("ﬁrst", "first"), ("Ærø", "aero"), ("Əliyev", "aliyev")),
        *(("Ðorđe", "dorde"), ("Café", "cafe"), ("cafe\u0301", "cafe"), ("조성길", "조성길")),
        *(("Ещё", "еще"), ("Чайка", "чаика"), ("ΑΘΗΝΑΣ", "αθηνασ"), ("Αθήνας", "αθηνασ")),
        *(("Николай", "николаи"), ("Vladi\xadmir", "vladimir"), ("إيران", "ايران")),
        *(("Αθήνα", "αθηνα"), ("ΑΘΗΝΑ", "αθηνα")),
    ],
)
def test_folded(word: str, key: str) -> None:
    assert folded(word) == key


@given(st.text(alphabet="aeoßłŁøæœﬁéÉçñĳĲ ʼ.'-x1가나", max_size=12))
def test_words_are_those_of_the_index(text: str) -> None:
    assert all(as_indexed(word) == as_indexed(as_indexed(word)) for word in words_of(text))
    assert "".join(words_of(text)) == "".join(c for c in text if c not in " .'-")
