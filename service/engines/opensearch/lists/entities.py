"""Entities by their names, by how often and by how lately they are named, in the whole archive."""

from collections.abc import Iterator, Sequence

from service.archive import Archive
from service.dates import Moment
from service.engines.opensearch.compiling import EVERYTHING, Query, every
from service.engines.opensearch.lists.asking import WholeArchive, either, without
from service.engines.opensearch.lists.fields import lowered
from service.engines.opensearch.lists.known import (
    MOST_MENTIONED,
    Known,
    KnownEntities,
    beginning_with,
    of_type,
    of_types,
    spelled,
    written,
)
from service.engines.opensearch.lists.latest import NEVER, Latest
from service.entity import ENTITY_TYPES, EntityType
from service.names import fold, name_key, plain
from service.other_names import other_names, straightened
from service.romanisation.persons import same_but_for_middle
from service.stores.entities import (
    LOOKED_AT,
    MOST_BEGINNING,
    EntityDetail,
    EntityPage,
    EntityRow,
    EntitySort,
    EntityStore,
)
from service.stores.mentions import decisions

# By how an entity comes to be meant: by the whole of a name, or by a part of it.
_WHOLE, _PART = 2.0, 1.0
# What one would rather complete.
_IN_MOST_ARTICLES = [{"lists.articles": "desc"}, *MOST_MENTIONED]


class OpenSearchEntities(EntityStore):
    """Reads entities of the cluster."""

    def __init__(self, archive: Archive, whole: WholeArchive) -> None:
        super().__init__(archive)
        self._known = KnownEntities(whole)
        self._latest = Latest(whole, self._known)

    def has_added(self) -> bool:
        return self._known.any({"term": {"lists.added": True}})

    def keys_spelled(self, type_: EntityType, name: str) -> tuple[str, ...]:
        if type_ != "person":
            return ()
        places: dict[str, int] = {}
        for place, folded in enumerate(dict.fromkeys(map(name_key, self._other_names(name)))):
            places.setdefault(folded, place)
        found = self._known.all(every([of_type(type_), spelled(places)])) if places else ()
        placed = [(min(_places(each, places)), each.entity.key) for each in found]
        return tuple(key for _, key in sorted(placed))

    def page(
        self, *, name: str, type_: EntityType | None, sort: EntitySort, limit: int, offset: int
    ) -> EntityPage:
        folded = name_key(name)
        if name.strip() and not folded:
            return EntityPage(0, (), False)
        meant = self._meant(name, folded, type_) if folded else [of_type(type_)]
        counts = [self._known.count(each) for each in meant]
        total = sum(counts)
        if sort == "mentions":
            order = [{"_score": "desc"}, *MOST_MENTIONED] if len(meant) > 1 else MOST_MENTIONED
            found = self._known.page(_lifted(meant), limit, offset, order=order)
        else:
            keys = self._recent(meant, counts, type_, offset, limit)
            known = self._known.of_keys(keys)
            found = tuple(known[key] for key in keys if key in known)
        return EntityPage(total, self._details(found), offset + len(found) < total)

    def beginning(
        self, typed: str, limit: int, types: Sequence[EntityType] = ENTITY_TYPES
    ) -> tuple[EntityRow, ...]:
        start = name_key(typed)
        if not start:
            return ()
        begins = beginning_with("spellings", start)
        words = lowered(" ".join(plain(typed).replace("-", " ").split()))
        meant = [every([self._most_mentioned(), beginning_with("begins", words)])]
        if self._known.count(begins) < MOST_BEGINNING:
            meant.append(begins)
        asked = every([either(meant), of_types(types)])
        found = self._known.page(asked, limit, order=_IN_MOST_ARTICLES)
        return tuple(each.entity for each in found)

    def _meant(self, name: str, folded: str, type_: EntityType | None) -> list[Query]:
        """Who may be meant, in parts: the likelier before the others."""
        kind = of_type(type_)
        exact = every([kind, spelled([folded])])
        part = every([kind, written("spellings", "", folded, "")])
        if self._known.any(exact):
            return [exact, without(part, exact)]
        others = every([kind, _person_with(map(name_key, self._other_names(name)))])
        return [others, without(part, others)]

    def _recent(
        self,
        meant: Sequence[Query],
        counts: Sequence[int],
        type_: EntityType | None,
        offset: int,
        limit: int,
    ) -> list[str]:
        keys: list[str] = []
        for query, count in zip(meant, counts, strict=True):
            room = limit - len(keys)
            keys += self._latest.page(query, count, type_, max(0, offset), room)
            offset -= count
        return keys

    def _details(self, found: Sequence[Known]) -> tuple[EntityDetail, ...]:
        seen = self._latest.seen([each.entity.key for each in found])
        with self._archive.read() as conn:
            note = decisions(conn).note
        return tuple(
            EntityDetail(
                each.entity,
                each.aliases,
                first_seen=_shown(seen.get(each.entity.key, NEVER).first),
                last_seen=_shown(seen.get(each.entity.key, NEVER).last),
                note=note(each.entity.key) or None,
            )
            for each in found
        )

    def _other_names(self, name: str) -> tuple[str, ...]:
        """Other names of a person, those with a middle name that only the archive knows as well."""
        straight = straightened(name)
        words = fold(straight).split()
        if len(words) < 2:
            return other_names(name)
        found = sorted({*self._longer(words[0], words[-1])})
        longer = dict.fromkeys(text for _, text in found if same_but_for_middle(straight, text))
        return (*other_names(name), *longer)

    def _longer(self, first: str, last: str) -> Iterator[tuple[str, str]]:
        """Spellings of one beginning and one end: between them may be a middle name."""
        for each in self._known.all(every([of_type("person"), written("spellings", first, last)])):
            for own in each.spellings:
                if own.folded.startswith(first) and own.folded.endswith(last):
                    yield own.folded, own.text

    def _most_mentioned(self) -> Query:
        """Them, and whoever is named as often as the last."""
        last = self._known.page(EVERYTHING, 1, LOOKED_AT - 1)
        least = last[0].entity.mentions if last else 0
        return {"range": {"lists.mentions": {"gte": least}}}


def _shown(published: Moment | None) -> str | None:
    return published.shown if published is not None else None


def _person_with(names: Iterator[str]) -> Query:
    spellings = {"terms": {"lists.spellings": [*names]}}
    return every([of_type("person"), spellings])


def _lifted(meant: Sequence[Query]) -> Query:
    """What any of them finds, the earlier ones first."""
    if len(meant) == 1:
        return meant[0]
    lifted = zip(meant, (_WHOLE, _PART), strict=True)
    return either({"constant_score": {"filter": query, "boost": boost}} for query, boost in lifted)


def _places(known: Known, places: dict[str, int]) -> Iterator[int]:
    """Where the names of somebody stand among those that were asked for."""
    names = {known.entity.key.partition("-")[2], *(each.folded for each in known.spellings)}
    return (places[name] for name in names if name in places)
