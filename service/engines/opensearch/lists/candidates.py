"""Entities that a name may stand for, by the cluster's index of spellings."""

from collections.abc import Iterable, Iterator, Sequence

from service.archive import Archive
from service.engines.opensearch.compiling import EVERYTHING, Query, every
from service.engines.opensearch.lists.asking import WholeArchive, either
from service.engines.opensearch.lists.fields import shortened
from service.engines.opensearch.lists.known import (
    Known,
    KnownEntities,
    beginning_with,
    of_types,
    spelled,
    with_keys,
)
from service.entity import EntityType
from service.stores.candidates import (
    MOST_CALLED_SO,
    NEIGHBOURS,
    SHARED_LETTERS,
    CandidateStore,
    Spelled,
)
from service.stores.mentions import decisions

_SPELLING = "lists.spellings"
_BEHIND_ALL = 4 * "\U0010ffff"


class OpenSearchCandidates(CandidateStore):
    """Reads entities of the cluster by what their spellings have in common with a name."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._whole = whole
        self._known = KnownEntities(whole)

    def spelled(
        self, folded: Iterable[str], types: Sequence[EntityType], key: str = ""
    ) -> tuple[Spelled, ...]:
        names = {*folded}
        own = self._own(key)
        meant = either([*([spelled(names)] if names else []), *([with_keys([own])] if own else [])])
        found = self._known.page(every([meant, of_types(types)]), MOST_CALLED_SO)
        return tuple(Spelled(each.entity, min(_texts(each, names, own))) for each in found)

    def beside(self, folded: str, types: Sequence[EntityType]) -> tuple[Spelled, ...]:
        start = folded[:SHARED_LETTERS]
        after = self._neighbours(start, {"gte": folded}, "asc")
        before = self._neighbours(start, {"lt": folded}, "desc")
        known = sorted(
            self._known.all(spelled_in([*before, *after])), key=lambda each: each.entity.key
        )
        sides = (_rows(known, spellings)[:NEIGHBOURS] for spellings in (before, after))
        return tuple(each for side in sides for each in side if each.entity.type in types)

    def most_mentioned(self, limit: int) -> tuple[Spelled, ...]:
        found = self._known.page(EVERYTHING, limit)
        return tuple(Spelled(each.entity, each.entity.key.partition("-")[2]) for each in found)

    def _own(self, key: str) -> str | None:
        """The key itself, or that of whom editors have merged it into."""
        if not key or self._known.any(with_keys([key])):
            return key or None
        with self._archive.read() as conn:
            return decisions(conn).survivor(key)

    def _neighbours(self, start: str, side: dict[str, str], order: str) -> list[str]:
        """Spellings next to a name in the alphabet, each once, the nearest first."""
        at, name = next(iter(side.items()))
        ranged = {_SPELLING: {at: shortened(name)}}
        query = every([beginning_with("spellings", start), {"range": ranged}])
        # Who is called so may have other names that begin otherwise.
        values = {"field": _SPELLING, "order": order}
        asked = {"size": NEIGHBOURS, "sources": [{"spelling": {"terms": values}}]}
        last = shortened(name) if order == "desc" else _before(shortened(name))
        composite = {"composite": {**asked, "after": {"spelling": last}}}
        made = self._whole.asked(self._whole.entities, query, {"beside": composite})
        met = (bucket["key"]["spelling"] for bucket in made["beside"]["buckets"])
        return [each for each in met if each.startswith(start)]


def spelled_in(names: Iterable[str]) -> Query:
    return {"terms": {_SPELLING: [*names]}}


def _before(text: str) -> str:
    """What stands before a text in the alphabet, with nothing between them that anybody writes."""
    if not text:
        return text
    code = ord(text[-1]) - 1
    # No text holds half of a pair.
    last = chr(0xD7FF if 0xD800 <= code <= 0xDFFF else code) if code > 0 else ""
    return text[:-1] + last + _BEHIND_ALL


def _texts(known: Known, names: set[str], own: str | None) -> Iterator[str]:
    """By which of its spellings somebody is meant."""
    yield from (each.text for each in known.spellings if each.folded in names)
    key = known.entity.key
    if key == own or key.partition("-")[2] in names:
        yield known.entity.name


def _rows(known: Sequence[Known], spellings: Iterable[str]) -> list[Spelled]:
    """Who is called so, a spelling after the other."""
    return [
        Spelled(each.entity, own.text)
        for spelling in spellings
        for each in known
        for own in each.spellings
        if shortened(own.folded) == spelling
    ]
