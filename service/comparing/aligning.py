"""Which passages of two articles tell the same.

Two passages are the more alike, the more names, times and telling words they share, and the fewer
passages have these (the cosine of binary vectors weighed by idf). Reports tell things in different
order, so that the best pairs are taken first, wherever they stand; what is left then joins the pair
whose other side it is like.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

from service.comparing.passages import Fact, Passage
from service.comparing.roots import roots_of
from service.deadline import raise_if_late

Features = frozenset[tuple[str, str]]
Scores = npt.NDArray[np.float64]

# Less is chance: two sentences about one person that have a common verb.
LEAST = 0.11
# What stands beside a paired passage in its paragraph goes on with the same.
LEAST_BESIDE = 0.08
_LEADS = 1.2
# So many passages may join each side of a pair.
MOST_JOINING = 2
# Passages in both sides of a row that others may still be added to.
_LONGEST_ROW = 10
# One name, or one word, makes no pair.
_FEWEST_SHARED = 2
# So many words are as sure as a name; fewer have to be most of what is said.
_LEAST_BY_WORDS = 0.15
_FEWEST_WORDS = 3
NAMING = frozenset(("person", "organization", "place", "time"))
# What each kind of feature counts for. Whole numbers, so that sums are exact in any order. Two
# words in a row only add to what is shared.
_COUNTS_FOR = {"time": 1_500, "row": 500}
_ORDINARY = 1_000
# Passages that have nothing in common, so that of two short notes what both have still tells.
_MORE = 2


@dataclass(frozen=True, slots=True)
class Pairing:
    """Passages that tell the same, by their numbers in each article.

    `pairs` are those of one with one that the others have joined; `score` is from 0 to 1.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How alike each left passage is to each right one; `sure` is 0 where few words tell so."""

    scores: Scores
    sure: Scores

    def among(self, left: Sequence[int], right: Sequence[int]) -> "_Likeness":
        """That of these passages alone: all others are like none."""
        kept = np.zeros(self.scores.shape)
        kept[np.ix_(left, right)] = 1
        return _Likeness(self.scores * kept, self.sure * kept)

    def leading(self, left: Sequence[int], right: Sequence[int]) -> "_Likeness":
        """With more for the two that begin their texts: reports begin with what is new."""
        more = np.ones(self.scores.shape)
        more[np.ix_(left, right)] = _LEADS
        return _Likeness(np.minimum(self.scores * more, 1), np.minimum(self.sure * more, 1))


def aligned(left: Sequence[Passage], right: Sequence[Passage]) -> tuple[Pairing, ...]:
    """Pairings in the order of the left article; no passage is in two of them.

    Headlines and standfirsts are held against each other alone: the text says it all again.
    """
    known = _keys(left) & _keys(right)
    likeness = _likeness([_features(p, known) for p in left], [_features(p, known) for p in right])
    heads = tuple(tuple(n for n, p in enumerate(side) if p.is_head) for side in (left, right))
    texts = tuple(tuple(n for n, p in enumerate(side) if not p.is_head) for side in (left, right))
    likeness = likeness.among(*texts).leading(*(each[:1] for each in texts))
    widened = _widened(left, right, likeness, _best_first(likeness.scores))
    joined = tuple(_joined(left, right, sorted(widened, key=lambda each: each.left)))
    above = Pairing(heads[0], heads[1], tuple(product(heads[0], heads[1])))
    return (above, *joined) if all(heads) else joined


def _keys(passages: Sequence[Passage]) -> frozenset[str]:
    return frozenset(fact.value for passage in passages for fact in passage.facts)


def _features(passage: Passage, known: Collection[str]) -> Features:
    """What it names, its telling words, and these two by two; nothing of a heading.

    The words of a name are telling only where the other article has not the same name. Where a
    report gives a whole name it introduces somebody.
    """
    if passage.is_heading:
        return frozenset()
    named = [f for f in passage.facts if f.kind in NAMING and f.value in known]
    roots = [[*roots_of(text)] for text in _between(passage, named)]
    rows = (("row", " ".join(row)) for run in roots for row in pairwise(run))
    words = (("word", each) for run in roots for each in run)
    introduced = (("whole", f.value) for f in named if f.kind == "person" and " " in f.text)
    return frozenset((*((f.kind, f.value) for f in named), *introduced, *words, *rows))


def _between(passage: Passage, named: Sequence[Fact]) -> Iterator[str]:
    """The text without names, in parts."""
    at = passage.start
    for fact in named:
        yield passage.text[at - passage.start : fact.start - passage.start]
        at = fact.end
    yield passage.text[at - passage.start :]


def _likeness(left: Sequence[Features], right: Sequence[Features]) -> _Likeness:
    shape = len(left), len(right)
    shared, named, words = (np.zeros(shape) for _ in range(3))
    worth = _worth((*left, *right))
    ours, theirs = _having(left), _having(right)
    for feature in ours.keys() & theirs.keys():
        raise_if_late()
        cells = np.ix_(ours[feature], theirs[feature])
        shared[cells] += worth[feature]
        if feature[0] in NAMING:
            named[cells] += 1
        elif feature[0] == "word":
            words[cells] += 1
    sizes = np.outer(_sizes(left, worth), _sizes(right, worth))
    scores = np.minimum(shared / np.maximum(sizes, 1.0), 1.0)
    scores[named + words < _FEWEST_SHARED] = 0
    is_sure = (named > 0) | (words >= _FEWEST_WORDS)
    scores[~is_sure & (scores < _LEAST_BY_WORDS)] = 0
    return _Likeness(scores, np.where(is_sure, scores, 0.0))


def _having(passages: Sequence[Features]) -> dict[tuple[str, str], list[int]]:
    """The passages that have each feature."""
    having: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, features in enumerate(passages):
        for feature in features:
            having[feature].append(number)
    return having


def _worth(passages: Sequence[Features]) -> dict[tuple[str, str], int]:
    """The square of each feature's weight, a whole number: what few passages have tells most."""
    counts = Counter(feature for features in passages for feature in features)
    all_ = len(passages) + _MORE
    return {
        feature: round(_COUNTS_FOR.get(feature[0], _ORDINARY) * math.log(all_ / n) ** 2)
        for feature, n in counts.items()
    }


def _sizes(passages: Sequence[Features], worth: dict[tuple[str, str], int]) -> Scores:
    """The length of each vector. Rows of words only add to what is shared."""
    squares = [sum(worth[f] for f in each if f[0] != "row") for each in passages]
    return np.sqrt(np.array(squares, np.float64))


def _best_first(scores: Scores) -> list[Pairing]:
    """Pairs of one with one, the best of all first; of equals the one at the more alike places."""
    rows, columns = np.nonzero(scores >= LEAST)
    height, width = scores.shape
    ranked = sorted(
        (-float(scores[i, j]), abs(i / height - j / width), i + j, i, j)
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    )
    ours: set[int] = set()
    theirs: set[int] = set()
    pairs: list[Pairing] = []
    for score, _, _, i, j in ranked:
        if i not in ours and j not in theirs:
            ours.add(i)
            theirs.add(j)
            pairs.append(Pairing((i,), (j,), ((i, j),), -score))
    return pairs


def _widened(
    left: Sequence[Passage],
    right: Sequence[Passage],
    likeness: _Likeness,
    pairs: Sequence[Pairing],
) -> Iterator[Pairing]:
    """Pairs with those unpaired passages that are like their other side, wherever they stand."""
    by_left = {pair.left[0]: pair.right[0] for pair in pairs}
    by_right = {there: here for here, there in by_left.items()}
    more_left = _joining(left, likeness.sure, by_left)
    more_right = _joining(right, likeness.sure.T, by_right)
    for pair in pairs:
        (here,), (there,) = pair.left, pair.right
        ours, theirs = (here, *more_left.get(here, ())), (there, *more_right.get(there, ()))
        yield Pairing(tuple(sorted(ours)), tuple(sorted(theirs)), pair.pairs, pair.score)


def _joining(
    passages: Sequence[Passage], sure: Scores, paired: dict[int, int]
) -> dict[int, list[int]]:
    """The unpaired passages that join a paired one, by that one's number: the most alike first."""
    found: list[tuple[float, int, int]] = []
    for number, passage in enumerate(passages):
        raise_if_late()
        if number in paired:
            continue
        likes = [
            (-float(sure[number, there]), abs(number - own), own)
            for own, there in paired.items()
            if sure[number, there] >= _least(passage, passages[own])
        ]
        if likes:
            negative, _, own = min(likes)
            found.append((negative, number, own))
    joining: dict[int, list[int]] = {}
    for _, number, own in sorted(found):
        if len(joining.get(own, ())) < MOST_JOINING:
            joining.setdefault(own, []).append(number)
    return joining


def _least(passage: Passage, paired: Passage) -> float:
    """How alike one has to be to join the pair of another one of its article."""
    is_beside = abs(passage.number - paired.number) == 1
    return LEAST_BESIDE if is_beside and _is_one_paragraph(passage, paired) else LEAST


def _is_one_paragraph(one: Passage, other: Passage) -> bool:
    return (one.field, one.paragraph) == (other.field, other.paragraph)


def _joined(
    left: Sequence[Passage], right: Sequence[Passage], pairings: Sequence[Pairing]
) -> Iterator[Pairing]:
    """Neighbours in both articles as one, where they are of one paragraph in both."""
    last: Pairing | None = None
    for pairing in pairings:
        if (
            last is not None
            and len(last.left) + len(last.right) <= _LONGEST_ROW
            and _follows(left, last.left, pairing.left)
            and _follows(right, last.right, pairing.right)
        ):
            score = min(last.score, pairing.score)
            left_, right_ = last.left + pairing.left, last.right + pairing.right
            last = Pairing(left_, right_, last.pairs + pairing.pairs, score)
            continue
        if last is not None:
            yield last
        last = pairing
    if last is not None:
        yield last


def _follows(passages: Sequence[Passage], before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether the one goes on where the other ends."""
    one, other = passages[before[-1]], passages[after[0]]
    return after[0] == before[-1] + 1 and _is_one_paragraph(one, other)
