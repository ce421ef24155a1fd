"""Which articles of a segment have a word, and how often: counted, packed and unpacked.

A frequency is that of bm25: what each field's words weigh, added up. It is kept in halves in one
byte, so that bm25 comes out as FTS5 has it; what is above 127 counts as 127.

English is filed by its stems. `=word` is a word as written: in articles in another language, where
stems are no business, and wherever a word's stem is that of others (`us`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.engines.fields import HALVES
from service.engines.leaves import AS_WRITTEN
from service.engines.tokens import Tokens

Positions = npt.NDArray[np.uint16]
Frequencies = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

MOST = (1 << 8) - 1
# Places in a segment take two bytes.
LARGEST = 1 << 16
# Texts counted at a time: what bounds the memory that counting takes.
_AT_ONCE = 2_048


class Posting(NamedTuple):
    """Places of articles in their segment, in order, and the frequency in each."""

    positions: Positions
    frequencies: Frequencies


class Text(NamedTuple):
    """The fields of an article that are searched, and whether stems are right for it."""

    fields: tuple[str, ...]
    is_english: bool


class Counted(NamedTuple):
    """Postings by term, and the number of words of each text."""

    postings: Mapping[str, Posting]
    lengths: npt.NDArray[np.int32]


def as_written(word: str) -> str:
    """The term of a word that is looked for just so."""
    return f"={word}"


def count(tokens: Tokens, texts: Iterable[Text]) -> Counted:
    """The postings of some texts, at most `LARGEST`, by their places among them."""
    terms = _Terms(tokens)
    packed: list[npt.NDArray[np.int64]] = []
    lengths: list[int] = []
    batch: list[Text] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _AT_ONCE:
            packed.append(_counted(tokens, terms, batch, lengths))
            batch = []
    packed.append(_counted(tokens, terms, batch, lengths))
    every = np.concatenate(packed)
    every.sort()
    return Counted(by_term(every, terms.names), np.array(lengths, np.int32))


class _Terms:
    """Numbers for the terms that words stand for."""

    def __init__(self, tokens: Tokens) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self.of_stems = _Numbers(lambda word: self._number(tokens.stem(word)))
        self.of_words = _Numbers(lambda word: self._number(as_written(word)))

    def _number(self, term: str) -> int:
        number = self._numbers.setdefault(term, len(self.names))
        if number == len(self.names):
            self.names.append(term)
        return number


class _Numbers(dict[str, int]):
    """Word -> number, asked for when the word first comes."""

    def __init__(self, ask: Callable[[str], int]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, word: str) -> int:
        number = self[word] = self._ask(word)
        return number


def _counted(
    tokens: Tokens, terms: _Terms, texts: Sequence[Text], lengths: list[int]
) -> npt.NDArray[np.int64]:
    """Term, place and frequency of each pair in one number, which sorts by them in that order."""
    first = len(lengths)
    numbers: list[int] = []
    runs: list[tuple[int, int, int]] = []  # place, weight, words
    for place, text in enumerate(texts, start=first):
        number = terms.of_stems if text.is_english else terms.of_words
        total = 0
        for field, weight in zip(text.fields, HALVES, strict=True):
            words = tokens.words(field)
            total += len(words)
            numbers.extend(map(number.__getitem__, words))
            runs.append((place, weight, len(words)))
            for word in AS_WRITTEN.intersection(words) if text.is_english else ():
                times = words.count(word)
                numbers.extend([terms.of_words[word]] * times)
                runs.append((place, weight, times))
        lengths.append(total)
    if not numbers:
        return np.empty(0, np.int64)
    places, weights, sizes = np.array(runs, np.int64).T
    keys = np.array(numbers, np.int64) << 24
    keys |= np.repeat((places << 8) | weights, sizes)
    keys.sort()
    pairs = keys >> 8
    starts = np.flatnonzero(np.concatenate(([True], pairs[1:] != pairs[:-1])))
    sums = np.minimum(np.add.reduceat(keys & MOST, starts), MOST)
    packed: npt.NDArray[np.int64] = (pairs[starts] << 8) | sums
    return packed


def by_term(packed: npt.NDArray[np.int64], names: Sequence[str]) -> dict[str, Posting]:
    """Postings of pairs in order, each a term's number, a place and a frequency in one number."""
    if not len(packed):
        return {}
    terms = packed >> 24
    starts = np.flatnonzero(np.concatenate(([True], terms[1:] != terms[:-1])))
    positions = ((packed >> 8) & (LARGEST - 1)).astype(np.uint16)
    frequencies = (packed & MOST).astype(np.uint8)
    ends = [*starts[1:].tolist(), len(packed)]
    return {
        names[term]: Posting(positions[start:end], frequencies[start:end])
        for term, start, end in zip(terms[starts].tolist(), starts.tolist(), ends, strict=True)
    }


def pack(posting: Posting, size: int) -> bytes:
    """A posting of a segment of `size` articles as bytes, whichever way is shorter.

    Places in two bytes each and then the frequencies; or a frequency for every place, 0 for none.
    Not a bit for every place: to unpack that takes ten times as long.
    """
    positions, frequencies = posting
    if _is_listed(len(positions), size):
        return positions.astype("<u2").tobytes() + frequencies.tobytes()
    every = np.zeros(size, np.uint8)
    every[positions] = frequencies
    return every.tobytes()


def _is_listed(articles: int, size: int) -> bool:
    return articles * 3 < size


def unpack(data: bytes, articles: int, size: int) -> Posting:
    """What `pack` packed: `articles` of `size`."""
    if _is_listed(articles, size):
        frequencies = np.frombuffer(data, np.uint8, offset=2 * articles)
        return Posting(np.frombuffer(data, "<u2", articles), frequencies)
    every = np.frombuffer(data, np.uint8)
    positions = np.flatnonzero(every).astype(np.uint16)
    return Posting(positions, every[positions])


def unpack_into(places: Frequencies, data: bytes, articles: int) -> None:
    """The same as a frequency for every place of the segment."""
    if _is_listed(articles, len(places)):
        places[np.frombuffer(data, "<u2", articles)] = np.frombuffer(data, np.uint8)[2 * articles :]
    else:
        places[:] = np.frombuffer(data, np.uint8)


def keys_of(
    rows: Iterable[tuple[str, int, bytes]], terms: dict[str, int], places: Places, size: int
) -> npt.NDArray[np.int64]:
    """The pairs in packed postings, as `by_term` takes them, at other places; -1 is nowhere.

    Terms get numbers as they come.
    """
    numbers: list[int] = []
    sizes: list[int] = []
    positions: list[bytes] = []
    frequencies: list[bytes] = []
    for term, articles, data in rows:
        numbers.append(terms.setdefault(term, len(terms)))
        sizes.append(articles)
        if _is_listed(articles, size):
            positions.append(data[: 2 * articles])
            frequencies.append(data[2 * articles :])
        else:
            posting = unpack(data, articles, size)
            positions.append(posting.positions.tobytes())
            frequencies.append(posting.frequencies.tobytes())
    own = places[np.frombuffer(b"".join(positions), "<u2")]
    keys = np.repeat(np.array(numbers, np.int64) << 24, sizes)
    keys |= (own << 8) | np.frombuffer(b"".join(frequencies), np.uint8)
    kept: npt.NDArray[np.int64] = keys[own >= 0]
    return kept
