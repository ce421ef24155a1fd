"""Letters that FTS5 leaves as they are: it drops accents, but of Latin letters only.

So `Lodz` has to be told that the archive writes Łódź, `strasse` that it writes Straße, and `еще`
that it writes ещё.
"""

import re
import unicodedata
from functools import lru_cache

# As anyascii has them, but for ə: Əliyev is written Aliyev. migrations/0005 holds the same table.
LETTERS = {
    **{"ß": "ss", "æ": "ae", "ǽ": "ae", "œ": "oe", "ø": "o", "ǿ": "o", "đ": "d", "ð": "d"},
    **{"þ": "th", "ł": "l", "ŀ": "l", "ħ": "h", "ı": "i", "ĳ": "ij", "ŋ": "ng", "ŧ": "t"},
    **{"ə": "a", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi"},
    **{"ﬄ": "ffl", "ﬆ": "st", "ё": "е", "ά": "α", "έ": "ε", "ή": "η", "ί": "ι", "ό": "ο", "ύ": "υ"},
    **{"ώ": "ω", "ϊ": "ι", "ϋ": "υ", "ΐ": "ι", "ΰ": "υ", "й": "и", "ї": "і", "ў": "у"},
    **{"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه"},
    "\xad": "",  # the soft hyphen: the index keeps it within its word
}
_TABLE = str.maketrans(LETTERS)
_ACCENTED_LATIN = re.compile(r"[\xc0-\u024f\u1e00-\u1eff]")
_WIDE = re.compile(r"[\uff10-\uff5a]")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\xad\u0300-\u036f])*")


def words_of(text: str) -> list[str]:
    """The words of a text as they stand there."""
    return _WORD.findall(text)


@lru_cache(maxsize=4096)
def as_indexed(word: str) -> str:
    """A word as FTS5 has it: in small letters, Latin ones without accents."""
    whole = unicodedata.normalize("NFC", word.lower())
    plain = _ACCENTED_LATIN.sub(lambda found: unicodedata.normalize("NFD", found[0])[0], whole)
    # FTS5 takes the sigma at the end of a word for any other.
    return _ACCENT.sub("", plain).replace("ς", "σ")


def folded(word: str) -> str:
    """A word as FTS5 has it, its other letters written out and its wide ones narrow."""
    return spelled_out(unicodedata.normalize("NFKC", word) if _WIDE.search(word) else word)


def spelled_out(word: str) -> str:
    """A word as FTS5 has it, its other letters written out, as the archive files it."""
    return as_indexed(word).translate(_TABLE)


def is_wide(word: str) -> bool:
    """Whether a letter or figure is as wide as a Chinese character: ＡＫＢ４８."""
    return _WIDE.search(word) is not None
