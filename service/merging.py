"""Entities that may be one and the same: a queue for editors, with reasons; nothing merges itself.

The names of the MOST most mentioned of each type are compared, and never all pairs of them: only
those that share a key (blocking: Christen, Data Matching, 2012) or begin alike. Then the company
that two keep speaks for them, and an article that names both in full speaks against.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from service.deadline import raise_if_late
from service.entity import ENTITY_TYPES, EntityType
from service.errors import NotFound
from service.extract.gazetteer import well_known
from service.organization_names import formal_initials
from service.stores.entities import EntityRow
from service.stores.suggestions import Companion, SuggestionStore
from service.twins import (
    SUGGESTED,
    Likeness,
    Reason,
    Told,
    compare,
    ends_of,
    own_keys,
    sought_keys,
    told,
    turned_keys,
)

# So many of the most mentioned of each type are compared with each other.
MOST = 3_000
# So many of the likeliest pairs are asked about their articles.
_ASKED = 300
# More with one key are compared no further: thousands are called J. Smith.
_LARGEST_BLOCK = 50
_ALIKE = 0.8
# An entity in more than one article of eight, and in many, is everybody's company.
_COMMON_SHARE, _COMMON_LEAST = 1 / 8, 20
# How much of what is missing to certainty the best company gives; what is left of a score when one
# article names both; and how many companions two must share before that says anything.
_LIFT, _TOGETHER, _LEAST_SHARED = 0.5, 0.4, 2
_NAMED = 3
# What one article calls one and the same: OPEC in full and in short, a bank taken for a person.
_NAMED_BESIDE = frozenset({"acronym", "legal form", "same name, another type"})

Pair = tuple[EntityRow, EntityRow]


@dataclass(frozen=True, slots=True)
class SuggestedMerge:
    """Two entities that may be one; the score is 0.5 to 1, `one` is the more mentioned."""

    one: EntityRow
    other: EntityRow
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class MergePage:
    total: int
    merges: tuple[SuggestedMerge, ...]
    more: bool


# What was made of the archive as it is; the last state only, since every edit makes another.
_made: dict[tuple[str, int], dict[EntityType | None, tuple[SuggestedMerge, ...]]] = {}


class Merging:
    """Suggests merges."""

    def __init__(self, store: SuggestionStore) -> None:
        self._store = store

    def page(
        self, *, type_: EntityType | None, entity: str | None, limit: int, offset: int
    ) -> MergePage:
        """Suggestions, likeliest first: of one type, or for the entity with this key.

        NotFound for a key that no entity has.
        """
        found = self.of(entity) if entity is not None else self.every(type_)
        if entity is not None and type_ is not None:
            found = tuple(s for s in found if type_ in (s.one.type, s.other.type))
        shown = found[offset : offset + limit]
        return MergePage(len(found), shown, offset + len(shown) < len(found))

    def every(self, type_: EntityType | None = None) -> tuple[SuggestedMerge, ...]:
        """Among the most mentioned; those of two types are under both."""
        made = self._of_this_state()
        if type_ not in made:
            types = ENTITY_TYPES if type_ is None else (type_,)
            made[type_] = self._ranked(chain(self._of_two_types(types), *map(self._of_type, types)))
        return made[type_]

    def of(self, key: str) -> tuple[SuggestedMerge, ...]:
        """For one entity, among all of the archive."""
        entity = self._store.get(key)
        if entity is None:
            raise NotFound(f"There is no “{key}” here")
        name = _told(entity)
        folded = {*sought_keys(name), *turned_keys(name), name.key, key.partition("-")[2]}
        related = self._store.related(entity, folded, name.key, ends_of(name) or ("", ""))
        beginning = self._store.beginning(entity, name.key[:1])
        others = dict.fromkeys((*related, *_alike(name, beginning), *_abbreviated(name, beginning)))
        return self._ranked((entity, other) for other in others)

    def _of_this_state(self) -> dict[EntityType | None, tuple[SuggestedMerge, ...]]:
        state = self._store.state()
        if state not in _made:
            _made.clear()
        return _made.setdefault(state, {})

    def _of_type(self, type_: EntityType) -> Iterator[Pair]:
        rows = self._store.most_mentioned(type_, MOST)
        for one, other in sorted(pairs([_told(row) for row in rows])):
            yield rows[one], rows[other]

    def _of_two_types(self, types: Sequence[EntityType]) -> Iterator[Pair]:
        by_name: dict[str, list[EntityRow]] = {}
        for row in self._store.same_name(MOST):
            by_name.setdefault(row.key.partition("-")[2], []).append(row)
        for rows in by_name.values():
            for at, one in enumerate(rows):
                yield from ((one, o) for o in rows[at + 1 :] if {one.type, o.type} & {*types})

    def _ranked(self, candidates: Iterable[Pair]) -> tuple[SuggestedMerge, ...]:
        log = self._store.decisions()
        apart = (pair for pair in candidates if not log.are_distinct(pair[0].key, pair[1].key))
        by_name = sorted(_compared(apart), key=order)[:_ASKED]
        companies = self._companies(dict.fromkeys(e.key for s in by_name for e in (s.one, s.other)))
        together = self._store.together((s.one, s.other) for s in by_name)
        judged = (_judged(s, companies, together) for s in by_name)
        return tuple(sorted((s for s in judged if s.score >= SUGGESTED), key=order))

    def _companies(self, keys: Iterable[str]) -> dict[str, "_Company"]:
        articles = self._store.articles()
        common = max(_COMMON_LEAST, int(articles * _COMMON_SHARE))
        companies = self._store.companies(keys, common)
        return {key: _Company(companions, articles) for key, companions in companies.items()}


def pairs(names: Sequence[Told]) -> set[tuple[int, int]]:
    """Places of names that are worth comparing, the smaller first."""
    return {(min(pair), max(pair)) for pair in chain(_with_a_key(names), _alike_pairs(names))}


def _with_a_key(names: Sequence[Told]) -> Iterator[tuple[int, int]]:
    """One name is found by a key that the other seeks."""
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        for key in own_keys(name):
            places.setdefault(key, []).append(at)
    for at, name in enumerate(names):
        for key in sought_keys(name):
            found = islice(places.get(key, ()), _LARGEST_BLOCK)
            yield from ((at, other) for other in found if other != at)


def _alike_pairs(names: Sequence[Told]) -> Iterator[tuple[int, int]]:
    """Names with the same first letter and few slips between them."""
    by_letter: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        by_letter.setdefault(name.key[:1], []).append(at)
    for places in by_letter.values():
        keys = [names[at].key for at in places]
        for nth, at in enumerate(places):
            raise_if_late()
            for _, _, other in _like(keys[nth], keys[nth + 1 :]):
                yield at, places[nth + 1 + other]


def _like(key: str, keys: Sequence[str]) -> list[tuple[str, float, int]]:
    scorer = OSA.normalized_similarity
    return process.extract(key, keys, scorer=scorer, score_cutoff=_ALIKE, limit=_LARGEST_BLOCK)


def _alike(name: Told, rows: Sequence[EntityRow]) -> Iterator[EntityRow]:
    yield from (rows[at] for _, _, at in _like(name.key, [_told(row).key for row in rows]))


def _abbreviated(name: Told, rows: Iterable[EntityRow]) -> Iterator[EntityRow]:
    """What an acronym may stand for; its first letter is that of the name."""
    letters = name.acronym
    if letters is not None and name.type == "organization":
        yield from (row for row in rows if letters in formal_initials(row.name))


def _told(row: EntityRow) -> Told:
    return told(row.type, row.name)


def _compared(candidates: Iterable[Pair]) -> Iterator[SuggestedMerge]:
    """The pairs of names that have a reason."""
    for one, other in candidates:
        raise_if_late()
        likeness = compare(_told(one), _told(other))
        if likeness is not None and not _are_both_known(one, other, likeness):
            one, other = sorted((one, other), key=lambda row: (-row.mentions, row.key))
            yield SuggestedMerge(one, other, likeness.score, likeness.reasons)


def _are_both_known(one: EntityRow, other: EntityRow, likeness: Likeness) -> bool:
    """Whether two are alike only and everybody knows both: Slovakia and Slovenia."""
    known = well_known().name
    return likeness.reasons[0].why in ("spelling", "contains") and all(
        known(row.name, row.type) is not None for row in (one, other)
    )


class _Company:
    """Who is named beside an entity; telling is who is there often and elsewhere seldom."""

    def __init__(self, companions: Sequence[Companion], articles: int) -> None:
        self.names = {c.key: c.name for c in companions}
        self.weights = {
            c.key: (1 + math.log(c.times)) * math.log((articles + 1) / c.articles)
            for c in companions
        }
        self.length = math.hypot(*self.weights.values())

    def shared(self, other: "_Company") -> tuple[float, list[str]]:
        """The cosine between two companies, and the names of the most telling in both."""
        both = self.weights.keys() & other.weights.keys()
        if len(both) < _LEAST_SHARED:
            return 0.0, []
        worth = {key: self.weights[key] * other.weights[key] for key in sorted(both)}
        cosine = sum(worth.values()) / (self.length * other.length or 1.0)
        best = sorted(worth, key=lambda key: (-worth[key], key))[:_NAMED]
        return cosine, [self.names[key] for key in best]


def _judged(
    found: SuggestedMerge,
    companies: Mapping[str, _Company],
    together: frozenset[frozenset[str]],
) -> SuggestedMerge:
    """The likeness of names in the light of articles."""
    one, other = found.one.key, found.other.key
    if frozenset((one, other)) in together and found.reasons[0].why not in _NAMED_BESIDE:
        return replace(found, score=_rounded(found.score * _TOGETHER))
    cosine, names = companies[one].shared(companies[other])
    if not names:
        return found
    score = _rounded(found.score + (1 - found.score) * _LIFT * cosine)
    reason = Reason("shared company", f"both with {', '.join(names)}")
    return replace(found, score=score, reasons=(*found.reasons, reason))


def _rounded(score: float) -> float:
    return round(score, 3)


def order(suggestion: SuggestedMerge) -> tuple[float, int, str, str]:
    """Where a pair stands in the queue: likeliest first, then who is mentioned most, then keys."""
    mentions = suggestion.one.mentions + suggestion.other.mentions
    return -suggestion.score, -mentions, suggestion.one.key, suggestion.other.key
