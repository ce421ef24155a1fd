"""Two articles side by side: what both tell, where they differ, and what only one of them tells.

Passages (sentences) that tell the same stand in one row; all others stand where they do in their
article. Every passage of both is in one row.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from service.comparing.aligning import Pairing, aligned
from service.comparing.differing import (
    Difference,
    Range,
    Shared,
    changed_words,
    facts_of,
    shared_facts,
    shared_words,
    spelled_two_ways,
    times_told,
    told_otherwise,
)
from service.comparing.passages import Passage, Told, passages_of
from service.comparing.roots import roots_of
from service.deadline import raise_if_late
from service.names import fold
from service.stores.entities import EntityRow

# From here on two passages tell one thing in much the same words.
_CLOSE = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """Passages of both that tell the same, or of one that the other does not tell.

    `words` are telling words of both. `left_only` and `right_only` are where words of an edited
    passage stand that the other has not, as offsets into its one passage.
    """

    left: tuple[Passage, ...]
    right: tuple[Passage, ...]
    shared: tuple[Shared, ...] = ()
    differing: tuple[Difference, ...] = ()
    words: tuple[str, ...] = ()
    is_same: bool = False
    left_only: tuple[Range, ...] = ()
    right_only: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two articles in rows, and over all of them who and which times are in both, and in one.

    An article of more than `MOST_PASSAGES` is cut there.
    """

    rows: tuple[Row, ...]
    both: tuple[EntityRow, ...]
    left_names: tuple[EntityRow, ...]
    right_names: tuple[EntityRow, ...]
    times: tuple[str, ...]
    left_times: tuple[str, ...]
    right_times: tuple[str, ...]
    spellings: tuple[Difference, ...]
    left_is_cut: bool
    right_is_cut: bool


def compared(one: Told, other: Told) -> Comparison:
    """Two articles side by side; the order of the rows is that of the first."""
    left, left_is_cut = passages_of(one)
    right, right_is_cut = passages_of(other)
    rarity = Counter(form for each in (*left, *right) for form in {*roots_of(each.text)})
    row_of = partial(_row, left, right, rarity)
    ours, theirs = ({e.key for e in told.entities} for told in (one, other))
    times, left_times, right_times = times_told(facts_of(left), facts_of(right))
    return Comparison(
        rows=tuple(map(row_of, _in_order(aligned(left, right), len(left), len(right)))),
        both=tuple(e for e in one.entities if e.key in theirs),
        left_names=tuple(e for e in one.entities if e.key not in theirs),
        right_names=tuple(e for e in other.entities if e.key not in ours),
        times=times,
        left_times=left_times,
        right_times=right_times,
        spellings=tuple(spelled_two_ways(facts_of(left), facts_of(right))),
        left_is_cut=left_is_cut,
        right_is_cut=right_is_cut,
    )


def _in_order(pairings: Sequence[Pairing], ours: int, theirs: int) -> Iterator[Pairing]:
    """The pairings, and all else in runs: of the first article in its order, of the other one
    behind the row that tells what stands before it there.
    """
    paired = {n for pairing in pairings for n in pairing.right}
    runs = {run[0] - 1: run for run in _runs(theirs, paired)}
    first = next((p for p in pairings if p.right[0] == min(paired)), None) if paired else None
    starting = {pairing.left[0]: pairing for pairing in pairings}
    lonely = {run[0]: run for run in _runs(ours, {n for p in pairings for n in p.left})}
    for number in range(ours):
        if number in lonely:
            yield Pairing(lonely[number], ())
        elif pairing := starting.get(number):
            if pairing is first and -1 in runs:
                yield Pairing((), runs[-1])
            yield pairing
            yield from (Pairing((), runs[n]) for n in pairing.right if n in runs)
    if first is None and -1 in runs:
        yield Pairing((), runs[-1])


def _runs(number: int, paired: set[int]) -> Iterator[tuple[int, ...]]:
    """The numbers in a row that are in no pairing."""
    run: list[int] = []
    for each in range(number + 1):
        if each < number and each not in paired:
            run.append(each)
        elif run:
            yield tuple(run)
            run = []


def _row(
    ours: Sequence[Passage],
    theirs: Sequence[Passage],
    rarity: Mapping[str, int],
    pairing: Pairing,
) -> Row:
    raise_if_late()
    left = tuple(ours[n] for n in pairing.left)
    right = tuple(theirs[n] for n in pairing.right)
    if not left or not right:
        return Row(left, right)
    mine, others = facts_of(left), facts_of(right)
    shared = shared_facts(mine, others)
    one, other = (" ".join(p.text for p in passages) for passages in (left, right))
    named = tuple(text for each in shared for text in (*each.left, *each.right))
    is_same = fold(one) == fold(other)
    is_close = pairing.score >= _CLOSE
    may_be_edited = is_close and len(left) == len(right) == 1 and not is_same
    only = changed_words(one, other) if may_be_edited else ((), ())
    differing = (
        *spelled_two_ways(mine, others),
        *(
            each
            for i, j in pairing.pairs
            for each in told_otherwise(ours[i].facts, theirs[j].facts, is_close=is_close)
        ),
    )
    words = shared_words(one, other, rarity, named)
    return Row(left, right, shared, tuple(dict.fromkeys(differing)), words, is_same, *only)
