"""What decides in which order hits stand, and how much: bm25 as FTS5 has it, over all fields
together, and what is added to that. Measured for news (benchmarks/README.md).
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from service.engines.fields import HALVES
from service.engines.leaves import STEMS, index_of
from service.query import Node, Word
from service.stores.pieces import FIELDS

# News puts what it is about on top.
WEIGHT_OF = {name: half / 2 for name, half in zip(FIELDS, HALVES, strict=True)}
K1, B = 1.2, 0.75
# What FTS5 gives a word that is in more than half of all articles.
_LEAST_IDF = 1e-6
# An `auto` query whose every word is in as many articles is not loosened.
ENOUGH = 10
# What neighbours in the query add that stand with at most so many words between them, as a part of
# what the two tell: a small one, since nearly every article that has both has them so.
NEARNESS, WITHIN = 0.08, 5
_MOST_PAIRS = 30
# What a word with a capital adds where it stands just so: Davis before Davies, which have one stem.
EXACTNESS = 0.2
# An article's age counts no further than this many half-lives: then its words alone rank it.
MOST_HALVINGS = 5


def idf(every: int, there: int) -> float:
    """How much it tells that an article has what so many of all have."""
    return max(math.log((every - there + 0.5) / (there + 0.5)), 0.0) or _LEAST_IDF


def neighbours(leaves: Sequence[Node]) -> list[tuple[Word, Word]]:
    """Each two different words that follow each other in the query, both looked for by stems."""
    pairs: dict[str, tuple[Word, Word]] = {}
    for one, two in pairwise(leaves):
        if isinstance(one, Word) and isinstance(two, Word) and len(pairs) < _MOST_PAIRS:
            by_stems = index_of(one) == index_of(two) == STEMS
            if by_stems and one.text.lower() != two.text.lower():
                pairs[f"{one} {two}"] = one, two
    return [*pairs.values()]


def capitals(leaves: Sequence[Node]) -> list[Word]:
    """Each word with a capital, but not all in capitals."""
    words = [leaf for leaf in leaves if isinstance(leaf, Word) and index_of(leaf) == STEMS]
    named = {w.text: w for w in words if w.text[:1].isupper() and not w.text.isupper()}
    return [*named.values()]
