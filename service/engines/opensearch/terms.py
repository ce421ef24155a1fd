"""Words as they are indexed and looked for: those of FTS5, with all letters written out.

The other engine looks up how the archive writes a word (`Łódź` for `lodz`). Here text and query
are brought to one spelling, so that no search has to ask for that first.
"""

import hashlib

from service.engines.marks import TOKENS
from service.letters import folded
from service.unspaced import cut

# Lucene takes no term of more than 32,766 bytes, FTS5 any. Of a longer word its beginning is kept,
# and what tells it from others that begin so; no query is as long.
LONGEST = 8_000


def words_of(text: str) -> list[str]:
    """The words of a text in their order."""
    return [term_of(word) for word in TOKENS.words(text)]


def pieces_of(text: str) -> list[str]:
    """The pieces of scripts that write no spaces, and the words beside them."""
    return [_shortened(piece) for piece in cut(text).split()]


def as_written(word: str) -> str:
    """The term of a word that is looked for just so, beside those that are stems."""
    return f"={word}"


def glued(word: str) -> str:
    """The term of a word that stands within a run of a script without spaces, as BTS in `BTS는`."""
    return f"~{word}"


def term_of(word: str) -> str:
    """A word of FTS5 as it is indexed here."""
    # A soft hyphen alone is a word, and nothing when written out.
    spelled = word if word.isascii() else "".join(folded(word).split()) or word
    return _shortened(spelled)


def _shortened(word: str) -> str:
    if len(word) <= LONGEST:
        return word
    mark = hashlib.sha256(word.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{word[:LONGEST]}\ue000{mark}"
