"""Words that tell something, each cut so that its forms meet: `defected`, `defectors`."""

from collections.abc import Iterator

from service.letters import spelled_out, words_of
from service.stop_words import STOP_WORDS
from service.unspaced import LEFT_OUT, cut, has_unspaced

# The first letters of a word serve nearly as well as its stem, in any language that has endings.
_LETTERS = 6
_FEWEST = 3
# Shorter words are no plurals: news, gas.
_SHORT = 4
# Reports are made of these, whatever they are about.
_EVERYWHERE = frozenset("said says say saying told added according mr mrs ms".split())


def root(word: str) -> str:
    """What the forms of a word have in common."""
    plain = spelled_out(word)
    if len(plain) > _SHORT and plain.endswith("s") and not plain.endswith("ss"):
        plain = plain[:-1]
    if len(plain) > _SHORT and plain.endswith("an"):  # Korea, Korean
        plain = plain[:-1]
    return plain[:_LETTERS]


def roots_of(text: str) -> Iterator[str]:
    """The roots of a text's telling words in their order; of unspaced scripts pairs of signs."""
    for word in words_of(text):
        if not has_unspaced(word) and _tells(word.lower()):
            yield root(word)
    if has_unspaced(text):
        yield from (piece for piece in cut(text).split() if piece != LEFT_OUT and len(piece) == 2)


def _tells(word: str) -> bool:
    return (
        word not in STOP_WORDS
        and word not in _EVERYWHERE
        and (len(word) >= _FEWEST or word.isdecimal())
    )
