"""What texts and headlines of an archive tell about the words that people type."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from service.letters import folded, words_of
from service.unspaced import has_unspaced, occurrences

# How many of the newest articles are read for what follows a word, and how far into each.
NEWEST, READ = 30, 2_000
# Words near each other have at most so many between them.
NEAR = 5
# A shorter word tells little of what comes next, in letters.
TELLS = 4


def following_in(
    texts: Iterable[str], words: Sequence[str], start: str, limit: int
) -> tuple[str, ...]:
    """What begins so and follows the last of `words`, the most frequent first, in small letters."""
    # Anything follows a small word: then the word before it has to stand there as well.
    last = words[-2:] if len(words[-1]) < TELLS else words[-1:]
    said = r"\W+".join(map(re.escape, last))
    next_word = re.compile(rf"\b{said}\W+({re.escape(start)}\w*)", re.IGNORECASE)
    found = Counter(m[1].lower() for text in texts for m in next_word.finditer(text))
    return tuple(word for word, _ in found.most_common(limit))


def written_in(texts: Iterable[str], word: str) -> str:
    """A word as the texts write it most often, with its accents."""
    found = Counter(w for text in texts for w in words_of(text) if folded(w) == folded(word))
    return max(found, key=lambda w: found[w], default=word)


def has_beginning(text: str, start: str) -> bool:
    """Whether a word of the text begins so."""
    if has_unspaced(start):
        return bool(occurrences(text, start))
    return any(folded(word).startswith(folded(start)) for word in words_of(text))
