"""The spellings of names in an article, those with one key as one entity."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from service.entity import EntityName, EntityType, entity_key
from service.names import without_article
from service.organization_names import is_acronym, without_form
from service.titles import without_rank

# The canonical name of a well-known entity, or None: `US` -> `United States`.
Known = Callable[[str, EntityType], str | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a surface stands for, None where that is open; `method` where another name tells it."""

    entity: EntityName | None
    method: str | None = None


class Surfaces:
    """The surfaces of one type in an article, those with the same key taken together."""

    def __init__(self, kind: EntityType, counts: Mapping[str, int], known: Known) -> None:
        self._kind = kind
        self._known = known
        self._keys: dict[str, str] = {}
        self._names: dict[str, str] = {}  # of the well known, by key
        self.shown: dict[str, str] = {}  # the spelling most used, by key
        self.counts: dict[str, int] = {}
        # In an order of their own, so that nothing hangs on who is named first.
        for name in sorted(counts, key=lambda name: (-counts[name], name)):
            key = self.key(name)
            self.counts[key] = self.counts.get(key, 0) + counts[name]
            self.shown.setdefault(key, without_rank(name) if kind == "person" else name)

    def key(self, name: str) -> str:
        """Two surfaces with one key are one entity."""
        if name not in self._keys:
            canonical = self._canonical(name)
            key = self._keys[name] = entity_key(self._kind, canonical or name) or ""
            if canonical:
                self._names[key] = canonical
        return self._keys[name]

    def is_known(self, name: str) -> bool:
        return self.key(name) in self._names

    def entity(self, name: str) -> EntityName:
        """The entity of a full name, called as the article most often spells it."""
        key = self.key(name)
        return EntityName(key, self._names.get(key) or self.shown.get(key, name), self._kind)

    def _canonical(self, name: str) -> str | None:
        """What a well-known entity is called; also `the U.S`, `Boeing Co` and `the U.S. NASA`."""
        found = self._known(name, self._kind)
        if found or self._kind == "person":
            return found
        name = without_article(name)
        if is_acronym(name):
            return self._known(name.replace(".", ""), self._kind)
        if self._kind == "organization":
            first, _, rest = name.partition(" ")
            name = rest if first in {"US", "U.S."} else without_form(name)
        return None if is_acronym(name) else self._known(name, self._kind)


def index(names: Iterable[str], keys: Callable[[str], Iterable[str]]) -> dict[str, list[str]]:
    """The names that have each key."""
    found: dict[str, list[str]] = {}
    for name in names:
        for key in keys(name):
            found.setdefault(key, []).append(name)
    return found
