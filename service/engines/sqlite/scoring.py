"""What each part of a query adds to an article's score, for many articles at once.

bm25 exactly as FTS5 has it (k1 1.2, b .75, of all fields together), so that what columns cannot
count, phrases and beginnings of words, can be left to FTS5's own.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from service.database import Connection, Row
from service.deadline import raise_if_late
from service.engines.fields import HALVES
from service.engines.leaves import (
    PIECES,
    STEMS,
    as_typed,
    index_of,
    is_form,
    unstemmed,
    wanted_leaves,
    wanted_words,
    words_near,
)
from service.engines.marks import SearchedText, wanted_of
from service.engines.sqlite.columns.postings import MOST
from service.engines.sqlite.columns.view import Frequencies, Positions
from service.engines.sqlite.match import match_of
from service.engines.sqlite.matching import Matching
from service.engines.sqlite.respelling import respelled
from service.engines.weighing import K1, WEIGHT_OF, B, idf
from service.query import TEXT_FIELDS, And, In, Node, Or, Prefix
from service.stores.pieces import FIELDS

# Of single precision where only the best are looked for among very many.
Scores = npt.NDArray[np.floating[Any]]

WEIGHTS = ", ".join(map(str, WEIGHT_OF.values()))
# FTS5 scores what is in more articles than this in longer than a reader waits.
MOST_SCORED_BY_INDEX = 5_000
# Of a score that is a difference; rounding tells in the sixteenth.
_DIGITS = 12
# The commonest words that a beginning is ranked by.
_BEGINNINGS = 12

BM25 = f"""
SELECT rowid, -bm25({{index}}, {WEIGHTS}) FROM {{index}} WHERE {{index}} MATCH :match
"""  # noqa: S608 - fixed weights
TEXTS = """
SELECT a.id, a.title, a.standfirst, a.body, a.captions, a.credits
FROM json_each(:ids) CROSS JOIN articles a ON a.id = value
"""
BEGINNING = """
SELECT word FROM words WHERE word >= :start AND word < :end ORDER BY articles DESC LIMIT :limit
"""


@dataclass(frozen=True)
class Part:
    """A leaf of the tree, or all spellings of one, and what it adds to the score of each article
    at some position.

    `approximate` where that is estimated by the words in it, since it is in too many articles.
    Of words near each other, each is one of the `terms`, with the score of its own.
    """

    word: Node
    times: int
    scorer: "WordScorer | ListScorer"
    approximate: bool = False
    terms: tuple["Part", ...] = ()

    @property
    def text(self) -> str:
        return str(as_typed(self.word))

    def at(self, positions: Positions | slice, norms: Scores) -> Scores:
        """The scores of articles whose `norms` these are, as precise as the norms."""
        scores = self.scorer.at(positions, norms)
        return scores * norms.dtype.type(self.times) if self.times != 1 else scores


@dataclass(frozen=True)
class WordScorer:
    """bm25 of a word by how often each article has it."""

    frequencies: Frequencies | Scores
    idf: float

    def halves(self, norms: Scores) -> Scores:  # noqa: ARG002 - of articles of any length
        """How often each article has it, in halves."""
        return self.frequencies.astype(np.float64)

    def at(self, positions: Positions | slice, norms: Scores) -> Scores:
        scores = self.frequencies[positions].astype(norms.dtype)
        # In halves, as the frequencies are.
        scores /= scores + 2 * norms
        scores *= norms.dtype.type(self.idf * (K1 + 1))
        return scores


@dataclass(frozen=True)
class ListScorer:
    """What each article has that was found."""

    scores: Scores
    idf: float

    def halves(self, norms: Scores) -> Scores:
        """How often each article has it, as bm25 tells if the lengths of articles are known."""
        most = self.idf * (K1 + 1)
        halves: Scores = np.rint(2 * self.scores * norms / (most - self.scores))
        return halves

    def at(self, positions: Positions | slice, norms: Scores) -> Scores:
        return self.scores[positions].astype(norms.dtype)


class _Found(NamedTuple):
    """Scores by position, and how many articles were found."""

    scores: Scores
    number: int


class Scoring:
    """The parts of a tree's score over one matching."""

    def __init__(self, conn: Connection, matching: Matching, *, exact: bool) -> None:
        self._conn = conn
        self.matching = matching
        self.columns = matching.columns
        self._exact = exact

    def parts(self, tree: Node | None) -> list[Part]:
        """What is looked for, each with its score; a word that the query repeats counts again."""
        return [
            self._part(word, 1 if isinstance(as_typed(word), Prefix) else times)
            for word, times in Counter(wanted_words(tree)).items()
        ]

    def words(self, tree: Node | None) -> list[Node]:
        """What a tree looks for, each word in all of the archive's spellings of it."""
        return wanted_words(respelled(self._conn, tree)) if tree is not None else []

    def norms(self, positions: Positions | slice) -> Scores:
        """What bm25 divides by, but for the frequency: long articles have any word more often."""
        lengths = self.columns.lengths[positions]
        return K1 * (1 - B) + (K1 * B / self.columns.mean_length) * lengths.astype(np.float64)

    @cached_property
    def all_norms(self) -> Scores:
        """The same of every position, in single precision."""
        factor = np.float32(K1 * B / self.columns.mean_length)
        norms = self.columns.lengths.astype(np.float32)
        norms *= factor
        norms += np.float32(K1 * (1 - B))
        return norms

    def idf(self, articles: int) -> float:
        """How much it tells that a word is in so many articles."""
        return idf(self.columns.articles, articles)

    def idf_of(self, node: Node) -> float:
        return self.idf(int(np.count_nonzero(self.matching.mask(node))))

    def _part(self, word: Node, times: int) -> Part:
        leaves = wanted_leaves(word)
        places = [*zip(*map(words_near, leaves), strict=True)]
        return self._of_near(word, places, times) if places else self._of_one(word, leaves, times)

    def _of_one(self, word: Node, leaves: Sequence[Node], times: int) -> Part:
        """As if all articles wrote it as one."""
        if len(leaves) == 1:
            return self._of(leaves[0], times)
        parts = [self._of(leaf, 1) for leaf in leaves]
        norms = self.norms(slice(None))
        halves = reduce(np.add, [part.scorer.halves(norms) for part in parts])
        is_estimated = any(part.approximate for part in parts)
        return Part(word, times, WordScorer(halves, self.idf_of(word)), is_estimated)

    def _of_near(self, word: Node, places: Sequence[tuple[Node, ...]], times: int) -> Part:
        """Words near each other: each by itself, wherever in the article it stands."""
        spellings = [tuple(dict.fromkeys(place)) for place in places]
        if all(len(each) == 1 for each in spellings) and not self._is_estimated(word):
            return Part(word, times, self._beside(word, [only for (only,) in spellings]))
        terms = tuple(self._of_one(Or(each), each, 1) for each in spellings)
        norms = self.norms(slice(None))
        scores = reduce(np.add, [term.at(slice(None), norms) for term in terms])
        scores[~self.matching.mask(word)] = 0.0
        is_estimated = any(term.approximate for term in terms)
        return Part(word, times, ListScorer(scores, self.idf_of(word)), is_estimated, terms)

    def _of(self, leaf: Node, times: int) -> Part:
        if (frequencies := self.matching.frequencies(leaf)) is not None:
            return Part(leaf, times, self._word(frequencies))
        if self._is_estimated(leaf):
            return Part(leaf, times, self._estimated(leaf), approximate=True)
        return Part(leaf, times, self._by_index(leaf))

    def _is_estimated(self, word: Node) -> bool:
        if self._exact or index_of(word) == PIECES:
            return False
        return int(np.count_nonzero(self.matching.mask(word))) > MOST_SCORED_BY_INDEX

    def _word(self, frequencies: Frequencies) -> WordScorer:
        return WordScorer(frequencies, self.idf(int(np.count_nonzero(frequencies))))

    def _by_index(self, leaf: Node) -> ListScorer:
        """As FTS5 says, which stems all languages: of what is not English it is asked again."""
        own, foreign = self.idf_of(leaf), self.columns.foreign
        scores = self._as_found(leaf) * own
        if index_of(leaf) == STEMS and foreign is not None:
            scores = np.where(foreign, self._as_found(unstemmed(leaf)) * own, scores)
        scores[~self.matching.mask(leaf)] = 0.0
        return ListScorer(scores, own)

    def _as_found(self, leaf: Node) -> Scores:
        """bm25, as if it told nothing that a word is rare."""
        found = self._bm25(leaf)
        return found.scores / self.idf(found.number)

    def _beside(self, near: Node, words: Sequence[Node]) -> ListScorer:
        """Words near each other, wherever they stand in articles where they do.

        FTS5 counts them only where they stand so; asked for once more, they add their worth.
        """
        # What is no word at all is in no article, and holds nobody up in NEAR.
        there = [word for word in words if self.matching.mask(word).any()]
        both = self._bm25(And((near, *there))).scores
        scores = np.where(both, both - self._bm25(near).scores, 0.0)
        # Two articles that have them as often have one score, and not two that differ by rounding.
        return ListScorer(np.round(scores, _DIGITS), self.idf_of(near))

    def _bm25(self, node: Node) -> "_Found":
        """What FTS5 says of all that it finds."""
        raise_if_late()
        index = index_of(node)
        assert index is not None  # noqa: S101 - one index is asked
        sql = BM25.replace("{index}", index)
        found = self._conn.execute(sql, {"match": match_of(node)}).fetchall()
        ids = np.array([row[0] for row in found], np.int64)
        positions = self.columns.positions_of(ids)
        places = np.searchsorted(ids, self.columns.ids[positions])
        scores = np.zeros(self.columns.size)
        scores[positions] = np.array([row[1] for row in found])[places]
        return _Found(scores, len(ids))

    def _estimated(self, leaf: Node) -> WordScorer:
        """By how often the words in it are there: a phrase at most as often as its rarest word.

        What begins so, as often as the commonest words that do.
        """
        part = leaf.part if isinstance(leaf, In) else leaf
        mask = self.matching.mask(leaf)
        text = getattr(part, "text", "")
        words = self._beginning(text) if isinstance(part, Prefix) else self.matching.words(text)
        own = {self.matching.stem(word): word for word in words}.values()
        each = [self.matching.frequencies_of(word) for word in own]
        if isinstance(part, Prefix):
            times = np.minimum(sum((f.astype(np.uint16) for f in each), np.uint16(0)), MOST)
        else:
            times = np.minimum.reduce(each)
        # Whoever matches has it once at least.
        frequencies = np.where(mask, np.maximum(times, HALVES[2]), 0).astype(np.uint8)
        return WordScorer(frequencies, self.idf(int(np.count_nonzero(mask))))

    def corrections(self, parts: Sequence[Part], positions: Positions) -> list[Scores]:
        """What each part lacks of FTS5's score of a few articles; [] if none is estimated."""
        if not any(part.approximate for part in parts) or not len(positions):
            return []
        norms, texts = self.norms(positions), self._texts(positions)
        return [
            self._correction(part, positions, norms, texts)
            if part.approximate
            else np.zeros(len(positions))
            for part in parts
        ]

    def _correction(
        self, part: Part, positions: Positions, norms: Scores, texts: Sequence[Row]
    ) -> Scores:
        exact = np.zeros(len(positions))
        for term in part.terms or (part,):
            times = self._times(term.word, positions, texts)
            exact += times * self.idf_of(term.word) * (K1 + 1) / (times + norms)
        exact[~self.matching.mask(part.word)[positions]] = 0.0
        return part.times * exact - part.at(positions, norms)

    def _times(self, word: Node, positions: Positions, texts: Sequence[Row]) -> Scores:
        """How often each of the articles has a word, each time as much as its field weighs."""
        leaves, foreign = wanted_leaves(word), self.columns.foreign
        stemmed = [*map(_counter, leaves)]
        as_written = [_counter(unstemmed(leaf)) for leaf in leaves if not is_form(leaf)]
        of_each = [
            as_written if foreign is not None and foreign[position] else stemmed
            for position in positions.tolist()
        ]
        pairs = zip(of_each, texts, strict=True)
        return np.array([sum(times_in(text) for times_in in counters) for counters, text in pairs])

    def _texts(self, positions: Positions) -> list[Row]:
        ids = self.columns.ids[positions].tolist()
        rows = {row["id"]: row for row in self._conn.execute(TEXTS, {"ids": str(ids)})}
        return [rows[id_] for id_ in ids]

    def _beginning(self, text: str) -> list[str]:
        start = "".join(self.matching.words(text)[-1:])
        values = {"start": start, "end": start + "\U0010ffff", "limit": _BEGINNINGS}
        return [word for (word,) in self._conn.execute(BEGINNING, values)]


def _counter(leaf: Node) -> Callable[[Row], float]:
    """How often the leaf stands in an article, each time as much as its field weighs."""
    index, part = index_of(leaf), leaf.part if isinstance(leaf, In) else leaf
    wanted = wanted_of(part, index) if index is not None else None
    columns = (TEXT_FIELDS[leaf.field],) if isinstance(leaf, In) else FIELDS

    def times_in(text: Row) -> float:
        if wanted is None:
            return 0.0
        there = (column for column in columns if text[column])
        places = ((column, SearchedText(text[column]).places(wanted)) for column in there)
        return sum(WEIGHT_OF[column] * sum(1 for _ in found) for column, found in places)

    return times_in
