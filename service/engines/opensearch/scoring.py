"""Scores as the other engine has them: bm25 of all fields together with FTS5's idf, and what words
side by side and names as they are typed add.

The cluster counts how often a term is there (mapping.py); a script makes bm25 of that with what
FTS5 would know of the whole archive, so that no shard scores by its own articles alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from service.engines.leaves import PIECES as PIECES_INDEX
from service.engines.leaves import index_of, unstemmed, wanted_leaves, words_near
from service.engines.opensearch.clauses import MOST_CLAUSES, clauses
from service.engines.opensearch.compiling import (
    NOTHING,
    Query,
    counted_in,
    query_of,
    run_in,
    texts_with,
)
from service.engines.opensearch.mapping import LENGTHS, RANKED
from service.engines.opensearch.past_texts import asks_for_past
from service.engines.opensearch.runs import Run, Sought, sought
from service.engines.weighing import (
    EXACTNESS,
    K1,
    MOST_HALVINGS,
    NEARNESS,
    WEIGHT_OF,
    WITHIN,
    B,
    capitals,
    idf,
    neighbours,
)
from service.query import Node, Prefix, Search, Word
from service.stores.pieces import FIELDS
from service.stores.slots import SLOTS_A_DAY, UNDATED_ROOM

# More leaves than this find, but do not rank: each is counted by itself before a page is asked for.
MOST_SCORED = 150
# Of the clauses that a query may have, those left to filters, which are two for each facet field.
_FILTERING = 64
_BM25 = (
    "params.weight * _score / (_score + params.least + params.by_length * doc[params.length].value)"
)
# Half for each half-life of age, in between on a straight line. Some article may have come since it
# was asked which one is the newest.
_RECENCY = """
long half_life = params.half_life;
long newest = params.newest;
long slot = doc['slot'].value;
long age = slot < newest ? newest - slot : 0L;
if (slot < params.undated || age >= params.most * half_life) {
  return _score / (1L << params.most);
}
long part = age % half_life;
return _score * (1.0 - part / (2.0 * half_life)) / (1L << (age / half_life));
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """How many articles have terms of a kind, and how many they have on average."""

    articles: int
    mean_length: float


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the archive: its texts by the field of their length, and the newest slot.

    `counts` is in how many articles each node is that `counted_for` gives of a search.
    """

    texts: Mapping[str, Texts]
    newest: int
    counts: Mapping[Node, int]

    def idf(self, node: Node) -> float:
        """How much it tells that an article has the node."""
        every, there = self.texts[length_of(node)].articles, self.counts[node]
        return idf(every, there)


@dataclass(frozen=True, slots=True)
class Part:
    """What adds to a score as much as `query` gives, at most `most`: a `leaf`, or what else `text`
    says.
    """

    text: str
    why: Literal["words", "nearness", "as written"]
    query: Query
    most: float
    leaf: Node | None = None


def length_of(node: Node) -> str:
    """The field that holds how many terms an article has in the index of a leaf."""
    return LENGTHS[index_of(node) == PIECES_INDEX]


def counted_for(search: Search) -> list[Node]:
    """The nodes of which a score needs to know in how many articles they are."""
    leaves = [*_scored(search.any_tree or search.tree), *_scored(search.tree)]
    written = [unstemmed(leaf) for leaf in capitals(leaves)] if search.nearness else []
    parts = [part for leaf in leaves for part in words_near(leaf)]
    return [*dict.fromkeys((*leaves, *parts, *written))]


def _scored(tree: Node | None) -> list[Node]:
    return wanted_leaves(tree)[:MOST_SCORED]


def score_of(search: Search, tree: Node | None, known: Known) -> Query:
    """A query whose score is that of an article for a tree; what it finds is no business of it."""
    scored: Query = {"bool": {"should": [part.query for part in parts_of(search, tree, known)]}}
    if not search.half_life:
        return scored
    params = {
        "newest": known.newest,
        "undated": UNDATED_ROOM,
        "most": MOST_HALVINGS,
        "half_life": _slots_of(search.half_life),
    }
    return {"script_score": {"query": scored, "script": {"source": _RECENCY, "params": params}}}


def parts_of(search: Search, tree: Node | None, known: Known) -> list[Part]:
    """What a score is the sum of, before age counts."""
    room = _room(search, tree)
    words = _every_word(tree, known)
    if _needed(words) > room:
        words = _every_word(tree, known, in_brief=True)
    return _fitting([*words, *_extras(search, known)], room)


def _room(search: Search, tree: Node | None) -> int:
    """How many clauses are left for a score beside what finds, and what lifts those with all."""
    finding = clauses(query_of(tree)) * (3 if asks_for_past(search, tree) else 1)
    lifting = 1 + clauses(query_of(search.tree)) if tree != search.tree else 0
    return MOST_CLAUSES - _FILTERING - finding - lifting


def _needed(parts: Iterable[Part]) -> int:
    return sum(clauses(part.query) for part in parts)


def _fitting(parts: Sequence[Part], room: int) -> list[Part]:
    """As many as there is room for, those first that may add the most."""
    kept: list[int] = []
    for number in sorted(range(len(parts)), key=lambda number: -parts[number].most):
        if (needed := clauses(parts[number].query)) <= room:
            room -= needed
            kept.append(number)
    return [parts[number] for number in sorted(kept)]


def recency_of(search: Search, slot: int, known: Known) -> float:
    """What the script multiplies the score of an article by that stands in a slot."""
    if not search.half_life:
        return 1.0
    half_life, age = _slots_of(search.half_life), max(0, known.newest - slot)
    if slot < UNDATED_ROOM or age >= MOST_HALVINGS * half_life:
        return 1.0 / (1 << MOST_HALVINGS)
    return (1.0 - (age % half_life) / (2.0 * half_life)) / (1 << (age // half_life))


def _slots_of(days: float) -> int:
    return max(1, round(days * SLOTS_A_DAY))


def _every_word(tree: Node | None, known: Known, *, in_brief: bool = False) -> list[Part]:
    return [
        _words(leaf, 1 if isinstance(leaf, Prefix) else times, known, in_brief=in_brief)
        for leaf, times in Counter(_scored(tree)).items()
    ]


def _words(leaf: Node, times: int, known: Known, *, in_brief: bool) -> Part:
    every = [part for part in words_near(leaf) or [leaf] if known.counts[part]]
    most = times * (K1 + 1) * sum(map(known.idf, every))
    query = _leaf(leaf, times, known, in_brief=in_brief)
    return Part(str(leaf), "words", query, most, leaf)


def _leaf(leaf: Node, times: int, known: Known, *, in_brief: bool) -> Query:
    found = sought(leaf)
    if found is None or not known.counts[leaf]:
        return NOTHING
    if parts := words_near(leaf):
        scored = [_leaf(part, times, known, in_brief=in_brief) for part in parts]
        return {"bool": {"filter": [texts_with(found)], "should": scored}}
    length = length_of(leaf)
    params = {
        "weight": times * known.idf(leaf) * (K1 + 1),
        "least": K1 * (1 - B),
        "by_length": K1 * B / known.texts[length].mean_length,
        "length": length,
    }
    counted = {"bool": {"should": [*_counted(found, in_brief=in_brief)]}}
    return {"script_score": {"query": counted, "script": {"source": _BM25, "params": params}}}


def _counted(found: Sought, *, in_brief: bool) -> Iterator[Query]:
    """Queries whose scores add up to how often a leaf is there, each time as its field weighs.

    `in_brief` what begins so counts once in each field, where otherwise each such word is a clause.
    """
    if found.terms:
        for term in found.terms:
            yield {"term": {RANKED: {"value": term, "boost": 0.5}}}
        return
    for runs in found.readings:
        for column in found.columns:
            field, weight = f"{found.index}.{column}", WEIGHT_OF[column]
            for run in runs:
                if in_brief and run.is_beginning:
                    yield _gain(run_in(field, run), weight)
                else:
                    # The cluster adds up the score of a run for each of its terms.
                    yield counted_in(field, run, weight / len(run.terms))


def _extras(search: Search, known: Known) -> Iterator[Part]:
    if not search.nearness:
        return
    leaves = _scored(search.any_tree or search.tree)
    for one, two in neighbours(leaves):
        near = _near(one, two)
        if near is not None and known.counts[one] and known.counts[two]:
            amount = NEARNESS * (known.idf(one) + known.idf(two))
            yield Part(f"{one} {two}", "nearness", _gain(near, amount), amount)
    for word in capitals(leaves):
        written = unstemmed(word)
        # Where both are in as many articles no other word has the stem.
        if 0 < known.counts[written] < known.counts[word]:
            amount = EXACTNESS * known.idf(word)
            yield Part(word.text, "as written", _gain(query_of(written), amount), amount)


def _gain(found: Query, amount: float) -> Query:
    return {"constant_score": {"filter": found, "boost": amount}}


def _near(one: Word, two: Word) -> Query | None:
    first, second = sought(one), sought(two)
    if first is None or second is None:
        return None
    runs = _distinct(first.runs[:1], second.runs[:1])
    foreign = _distinct(first.foreign, second.foreign)
    return texts_with(Sought(first.index, FIELDS, runs, foreign, WITHIN))


def _distinct(one: tuple[Run, ...], two: tuple[Run, ...]) -> tuple[Run, ...]:
    return tuple(dict.fromkeys((*one, *two)))
