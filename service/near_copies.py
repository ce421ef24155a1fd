"""Whether two articles are one: wire copy that was printed again, cut, edited or put in new order.

Shingles (three words in a row) are compared, so that the order of paragraphs counts for little.
MinHash finds what may be a copy (Broder 1997, On the resemblance and containment of documents), as
in an LSH forest (Bawa et al. 2005): buckets of two hashes, in the order of the next three.
"""

import importlib
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from service.letters import spelled_out, words_of
from service.unspaced import LEFT_OUT, cut, has_unspaced

Shingles = frozenset[tuple[str, ...]]

ENOUGH = 0.5
"""The overlap from which on two texts are copies: also of one whose half was cut away."""

_WIDTH = 3
# Below this "No text." and lists of prices would be copies of each other.
_FEWEST_SHINGLES = 12
# What an archive holds was made with these. Another version of the libraries must make the same, or
# all has to be made anew (`cuttings reindex`): a test holds some hashes against their values.
_SEED, _SCHEME, _HASHES = 1, "affine32", 28
_BANDS = _HASHES // 2
_DEPTH, _BITS_IN_BAND = 5, 11
_BITS_BELOW_BUCKET = (_DEPTH - 2) * _BITS_IN_BAND
# At an overlap of .5 fewer than 7 of 28 hashes agree in 2 of 1,000 pairs.
_FEWEST_AGREEING = 7
# A book is no wire copy, and would take gigabytes.
_MOST_CHARACTERS = 200_000
_FIGURE = re.compile(r"\d+(?:[.,:/-]\d+)*")


class Text:
    """An article as it is held against others: its headline, unless derived, and its body."""

    def __init__(self, title: str, body: str) -> None:
        text = f"{title}\n{body[:_MOST_CHARACTERS]}"
        words = list(_words(text))
        rows = (words[start:] for start in range(_WIDTH))
        self.shingles: Shingles = frozenset(zip(*rows, strict=False))
        self.figures = frozenset(_FIGURE.findall(text))


def signature(title: str, body: str) -> bytes | None:
    """28 hashes of 2 bytes; None for a text that is too short to be told from others."""
    shingles = Text(title, body).shingles
    if len(shingles) < _FEWEST_SHINGLES:
        return None
    sketch = _empty_sketch().copy()
    sketch.update_batch(" ".join(shingle).encode("utf-8", "surrogatepass") for shingle in shingles)
    return bytes((sketch.hashvalues >> np.uint32(16)).astype("<u2"))


@cache
def _empty_sketch() -> Any:
    """By name, when the first text is looked at: datasketch loads scipy, which takes a second."""
    minhash = importlib.import_module("datasketch").MinHash
    return minhash(num_perm=_HASHES, seed=_SEED, scheme=_SCHEME, hashfunc=zlib.crc32)


def bands(signature: bytes) -> tuple[int, ...]:
    """14 places in a sorted index, each 63 bits: its number, two hashes (the bucket), three more.

    98 of 100 pairs with an overlap of .5 share a bucket, and 998 of 1,000 with one of .6.
    """
    low = (1 << _BITS_IN_BAND) - 1
    hashes = [each & low for each in np.frombuffer(signature, "<u2").tolist()]
    return tuple(_band(number, hashes) for number in range(_BANDS))


def _band(number: int, hashes: Sequence[int]) -> int:
    packed = number
    for at in range(2 * number, 2 * number + _DEPTH):
        packed = packed << _BITS_IN_BAND | hashes[at % _HASHES]
    return packed


def bucket(band: int) -> tuple[int, int]:
    """The first and the last place of the bucket that a place is in."""
    first = band >> _BITS_BELOW_BUCKET << _BITS_BELOW_BUCKET
    return first, first + (1 << _BITS_BELOW_BUCKET) - 1


def may_be_copies(one: bytes, other: bytes) -> bool:
    """Whether enough hashes agree for the texts to be worth a look."""
    agreeing = np.frombuffer(one, "<u2") == np.frombuffer(other, "<u2")
    return int(np.count_nonzero(agreeing)) >= _FEWEST_AGREEING


def overlap(one: Text, other: Text) -> float:
    """Jaccard: the shared shingles by all shingles of the two; from `ENOUGH` on they are copies.

    0 when most figures differ: "Shr 10 cts vs 12 cts" has the same words every quarter and is news.
    A copy that was cut lacks figures, but has few of its own.
    """
    shared = len(one.shingles & other.shingles)
    both = len(one.shingles) + len(other.shingles) - shared
    if not both or not _same_figures(one, other):
        return 0.0
    return shared / both


def _same_figures(one: Text, other: Text) -> bool:
    fewer = min(len(one.figures), len(other.figures))
    return 2 * len(one.figures & other.figures) >= fewer


def _words(text: str) -> Iterator[str]:
    """Folded as names are; scripts without spaces as pairs of characters."""
    if not has_unspaced(text):
        yield from _folded_words(text)
        return
    for line in text.split("\n"):
        if has_unspaced(line):
            yield from (piece for piece in cut(line).split() if piece != LEFT_OUT)
        else:
            yield from _folded_words(line)


def _folded_words(text: str) -> list[str]:
    if text.isascii():
        return words_of(text.lower())
    whole = unicodedata.normalize("NFKC", text)
    return [spelled_out(word) for word in words_of(whole)]
