"""Keys that make two spellings of one name meet, whoever or whatever bears it.

Folding is exact: case, accents, hyphens, spaces and apostrophes are dropped and nothing is scored,
since scores that join Jo and Cho also join Kim Jong Un and Kim Jong Il.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# What unicode61 calls a token: letters, numbers and private-use characters.
_NOT_WORD = re.compile(r"[^a-z0-9]+")
# One character for one, so that offsets stay right.
_PLAIN = {
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " "),
    **dict.fromkeys([0x2028, 0x2029, 0x85, 0x0B, 0x0C, 0x0D], "\n"),
    **dict.fromkeys([0x2018, 0x2019, 0x02BC, 0xFF07], "'"),
    **dict.fromkeys([0x201C, 0x201D, 0xAB, 0xBB], '"'),
    **dict.fromkeys([0x2010, 0x2011], "-"),
}


def word_list(text: str) -> frozenset[str]:
    """The words of a text, so that a table of hundreds stays readable."""
    return frozenset(text.split())


def fold(text: str) -> str:
    """Lower-case ASCII words of a text, single spaces between: `Jo Song‑gil’s` -> `jo song gil s`.

    Letters outside Latin are romanised (anyascii), so that every name has some key. Symbols are
    left out: anyascii would call an emoji `:grinning:`.
    """
    whole = unicodedata.normalize("NFKC", text)
    if not whole.isascii():
        whole = "".join(" " if unicodedata.category(c)[0] == "S" else c for c in whole)
    return _NOT_WORD.sub(" ", anyascii(whole).lower()).strip()


@lru_cache(maxsize=16384)
def name_key(text: str) -> str:
    """A folded name without spaces: `Jo Song-gil`, `Jo Song Gil` and `JO SONGGIL` meet."""
    return fold(text).replace(" ", "")


def plain(text: str) -> str:
    """The text with plain spaces, apostrophes, quotes and hyphens: every offset stays the same."""
    return text.translate(_PLAIN)


def squeeze(text: str) -> str:
    """A name on one line, with single plain spaces."""
    return " ".join(text.split())


def without_article(name: str) -> str:
    """`the United States` as `United States`, on one line."""
    first, _, rest = squeeze(name).partition(" ")
    return rest if rest and first.lower() == "the" else squeeze(name)
