"""How the articles of a page write words that have letters to be written out: what is found there
is shown there, though the index has one spelling of all.
"""

from collections.abc import Collection, Iterable

from service.engines.marks import TOKENS
from service.letters import LETTERS, spelled_out
from service.stores.pieces import glued

_LETTERS = frozenset(LETTERS)


class SpellingsOfTexts:
    """Those of some texts, read once."""

    def __init__(self, texts: Iterable[str]) -> None:
        odd = (text for text in texts if not text.isascii())
        words = {word for text in odd for word in TOKENS.words(text) if not word.isascii()}
        self._pairs = sorted(
            {(key, word) for word in words for key in (*_spelled(word), *glued(word))}
        )

    def written(self, keys: Collection[str], stems: Collection[str]) -> Iterable[tuple[str, str]]:
        return [pair for pair in self._pairs if pair[0] in keys or TOKENS.stem(pair[0]) in stems]

    def beginning(self, start: str) -> Iterable[str]:
        return [word for key, word in self._pairs if key.startswith(start)]

    def was_glued(self, text: str) -> bool:  # noqa: ARG002 - all of these is known
        return False


def _spelled(word: str) -> list[str]:
    return [spelled_out(word)] if _LETTERS.intersection(word) else []
