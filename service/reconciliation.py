"""Which entities a name in somebody's table may stand for, best first.

A name costs the same however many entities there are: its spellings and other forms are looked up
in an index, then its neighbours in the alphabet (sorted neighbourhood: Hernández and Stolfo, 1995)
and whom articles call by one of its words; only the HEAD most mentioned are compared one by one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import Literal, NamedTuple

from rapidfuzz import fuzz, process

from service.deadline import raise_if_late
from service.entity import ENTITY_TYPES, EntityType
from service.names import fold, name_key, plain
from service.organization_names import without_form
from service.other_names import other_forms_of, other_orders, straightened
from service.person_names import family_names, given_name
from service.stop_words import STOP_WORDS
from service.stores.candidates import CandidateStore, Spelled
from service.stores.entities import EntityRow
from service.titles import COURTESY_TITLES

# So many of the most mentioned are compared with every name. Measured on 100,000 made-up entities:
# 20,000 take nearly twice as long and find no more mistyped names (91 of 100, drawn by mentions).
HEAD = 5_000
DEFAULT_LIMIT, MOST = 5, 50
# Longer than any name: a cell with a text in it.
LONGEST = 200
# Written so; another usual form of the name; its surname or given name alone.
EXACT, FORM, SHORT = 100.0, 95.0, 90.0
# Sharing whole words or their beginnings gives from the first to the second number, by how much
# is shared; mere likeness gives up to the third. What has less than LEAST is left out.
SHARING, SHARING_ALL, LIKE, LEAST = 60.0, 90.0, 85.0, 60.0
# What a type that is only preferred takes from those of another.
_OTHER_TYPE = 10.0
# How like the most mentioned must be, in percent, and how many of them are looked at more closely.
_LIKE, _LIKEST = 72.0, 15
# So many of the best are asked whether the name is one of their own other forms.
_ASKED, _WORTH_ASKING = 10, 70.0
_TITLES = frozenset(title.lower() for title in COURTESY_TITLES)

Strictness = Literal["any", "should", "all"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name to be reconciled; without types any may be meant.

    `should`: other types come after; `all`: an entity has one type, so two are more than any has.
    """

    name: str
    types: tuple[str, ...] = ()
    strictness: Strictness = "any"
    limit: int = DEFAULT_LIMIT

    @property
    def searched(self) -> tuple[EntityType, ...]:
        """The types whose entities are answered."""
        if not self.types or self.strictness == "should":
            return ENTITY_TYPES
        if self.strictness == "all" and len(set(self.types)) > 1:
            return ()
        return tuple(type_ for type_ in ENTITY_TYPES if type_ in self.types)

    def fits(self, entity: EntityRow) -> bool:
        return not self.types or entity.type in self.types


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may be meant: `score` is 60 to 100, a `match` is certain."""

    entity: EntityRow
    score: float
    match: bool


class Reconciler:
    """Finds candidates for names, each apart from the others of its batch."""

    def __init__(self, store: CandidateStore) -> None:
        self._store = store

    def reconcile(self, batch: Sequence[Wanted]) -> tuple[tuple[Candidate, ...], ...]:
        """Candidates of every name, best first; none for what is no name."""
        head = _Head(self._store.most_mentioned(HEAD) if any(map(_is_name, batch)) else ())
        return tuple(self._candidates(wanted, head) for wanted in batch)

    def _candidates(self, wanted: Wanted, head: "_Head") -> tuple[Candidate, ...]:
        types = wanted.searched
        if not types or not _is_name(wanted):
            return ()
        name, key = wanted.name, name_key(wanted.name)
        exact = {s.entity for s in self._store.spelled([key], types, name.strip())}
        found = _Scores()
        for entity in exact:
            raise_if_late()
            found.keep(entity, SHORT if _is_short(name, entity) else EXACT)
        for spelled in self._store.spelled(_other_keys(name, types), types):
            short = _is_short(spelled.spelling, spelled.entity)
            found.keep(spelled.entity, likeness(name, spelled.entity.name) if short else FORM)
        for spelled in dict.fromkeys(self._alike(name, types, head)):
            found.keep(spelled.entity, _closest(name, spelled))
        _ask_for_forms(found, key)
        return _ranked(found, wanted, _certain(wanted, name, exact))

    def _alike(self, name: str, types: Sequence[EntityType], head: "_Head") -> Iterator[Spelled]:
        """What a closer look may find to be like the name."""
        words = _telling(name)
        key = name_key(straightened(name))
        for neighbour in {key, name_key(name)}:
            yield from self._store.beside(neighbour, types)
        yield from self._store.spelled(words, types)
        yield from head.like(key, words[0] if words else key, types)


@dataclass(slots=True)
class _Scores:
    """The best score of each entity."""

    best: dict[EntityRow, float] = field(default_factory=dict)

    def keep(self, entity: EntityRow, score: float) -> None:
        if score >= LEAST:
            self.best[entity] = max(score, self.best.get(entity, 0.0))

    def ranked(self) -> list[tuple[EntityRow, float]]:
        """Best first; of equals the most mentioned."""
        return sorted(self.best.items(), key=lambda e: (-e[1], -e[0].mentions, e[0].key))


class _Head:
    """The most mentioned entities by type, read once for a batch."""

    def __init__(self, entities: Iterable[Spelled]) -> None:
        rows: Mapping[str, list[EntityRow]] = defaultdict(list)
        folded: Mapping[str, list[str]] = defaultdict(list)
        for spelled in entities:
            rows[spelled.entity.type].append(spelled.entity)
            folded[spelled.entity.type].append(spelled.spelling)
        self._rows, self._folded = rows, folded

    def like(self, key: str, word: str, types: Sequence[EntityType]) -> Iterator[Spelled]:
        """Those whose folded name is like `key`, or holds `word`."""
        for type_ in types:
            rows, folded = self._rows[type_], self._folded[type_]
            like = process.extract(
                key, folded, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=_LIKEST
            )
            holding = (at for at, text in enumerate(folded) if word in text)
            for at in {*(at for _, _, at in like), *islice(holding, _LIKEST)}:
                yield Spelled(rows[at], rows[at].name)


def _closest(name: str, spelled: Spelled) -> float:
    """The likeness of the full name, or of another spelling that is no part of it alone."""
    entity, spelling = spelled.entity, spelled.spelling
    whole = likeness(name, entity.name)
    if spelling == entity.name or _is_short(spelling, entity):
        return whole
    return max(whole, likeness(name, spelling))


def likeness(name: str, other: str) -> float:
    """How like two names are that are not written alike: 0 to 95, whatever the order of words."""
    ours, theirs = _told(name), _told(other)
    if ours.in_order == theirs.in_order:
        return FORM
    shared = _shared(ours.words, theirs.words)
    if shared:
        return SHARING + (SHARING_ALL - SHARING) * shared / max(ours.letters, theirs.letters)
    as_written = fuzz.ratio(ours.as_written, theirs.as_written)
    return LIKE / 100 * max(as_written, fuzz.ratio(ours.in_order, theirs.in_order))


class _Told(NamedTuple):
    """A name as it is compared."""

    words: tuple[str, ...]
    letters: int
    as_written: str
    in_order: str


@lru_cache(maxsize=32768)
def _told(name: str) -> _Told:
    folded = fold(name)
    words = folded.split()
    longest_first = tuple(sorted(words, key=len, reverse=True))
    return _Told(longest_first, sum(map(len, words)), folded, " ".join(sorted(words)))


def _shared(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    """Letters that words share when each of one name begins, or is begun by, one of the other.

    So D. Trump and Donald are in Donald Trump, initials alone in nothing. Long words come first.
    """
    fewer, more = sorted((ours, theirs), key=lambda words: (len(words), words))
    left = list(more)
    shared, telling = 0, False
    for word in fewer:
        met = next((w for w in left if w == word), None) or next(
            (w for w in left if w.startswith(word) or word.startswith(w)), None
        )
        if met is None:
            return 0
        left.remove(met)
        shared += min(len(met), len(word))
        telling = telling or (min(len(met), len(word)) > 1 and word not in STOP_WORDS)
    return shared if telling else 0


def _telling(name: str) -> list[str]:
    """The words that a name is known by, long ones first."""
    return [word for word in _told(name).words if len(word) > 1 and word not in STOP_WORDS]


def _is_name(wanted: Wanted) -> bool:
    return len(wanted.name) <= LONGEST and name_key(wanted.name) != ""


def _is_short(name: str, entity: EntityRow) -> bool:
    """Whether a person is called by a part of the name only, which others bear as well."""
    if entity.type != "person":
        return False
    words = plain(name).split()
    while len(words) > 1 and words[0].rstrip(".").lower() in _TITLES:
        words.pop(0)
    parts = {name_key(part) for part in (*family_names(entity.name), given_name(entity.name))}
    return name_key(" ".join(words)) in parts - {name_key(entity.name)}


def _certain(wanted: Wanted, name: str, exact: Iterable[EntityRow]) -> EntityRow | None:
    """The one entity of the wanted types that is written so in full."""
    fitting = [entity for entity in exact if wanted.fits(entity)]
    if len(fitting) != 1 or _is_short(name, fitting[0]):
        return None
    return fitting[0]


def _ranked(found: _Scores, wanted: Wanted, certain: EntityRow | None) -> tuple[Candidate, ...]:
    scores = _Scores()
    for entity, score in found.best.items():
        scores.keep(entity, score - (0.0 if wanted.fits(entity) else _OTHER_TYPE))
    best = scores.ranked()[: min(wanted.limit, MOST)]
    return tuple(Candidate(e, round(score, 1), e == certain) for e, score in best)


def _other_keys(name: str, types: Sequence[EntityType]) -> frozenset[str]:
    """Folded names under which an archive may have the same, in other words or another order."""
    orders = other_orders(name)
    forms = (other_forms_of(order) for order in (name, *orders)) if "person" in types else ()
    plainer = [without_form(name)] if "organization" in types else []
    keys = {name_key(other) for other in chain(orders, plainer, *forms)}
    return frozenset(keys - {name_key(name), ""})


def _ask_for_forms(found: _Scores, key: str) -> None:
    """`Donald Trump` is a form of `Donald J. Trump`, which tables tell only from the longer."""
    worth = ((entity, score) for entity, score in found.ranked() if score < FORM)
    persons = ((e, s) for e, s in worth if e.type == "person" and s >= _WORTH_ASKING)
    for entity, _ in islice(persons, _ASKED):
        if key in map(name_key, other_forms_of(entity.name)):
            found.keep(entity, FORM)
