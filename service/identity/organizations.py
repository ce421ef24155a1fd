"""Which organisation a name in an article can stand for, given the longer names in it."""

import re
from collections.abc import Mapping

from service.identity.surfaces import Identity, Known, Surfaces, index
from service.names import name_key
from service.organization_names import (
    Part,
    formal_initials,
    has_form,
    is_acronym,
    is_short_name,
    parts_of,
    without_form,
)


class Organizations:
    """Acronyms by definition or initials, and what is left of the only name that it can be of."""

    def __init__(
        self, counts: Mapping[str, int], definitions: Mapping[str, str], known: Known
    ) -> None:
        self._definitions = definitions
        self._known = known
        self._spellings = Surfaces("organization", counts, known)
        names = sorted({*counts, *definitions.values()})
        self._formal = {self._spellings.key(name) for name in names if has_form(name)}
        full = [name for name in names if " " in name or "-" in name]
        self._by_initials = index(full, formal_initials)
        self._found: dict[str, Identity] = {}
        self._longer: dict[str, list[tuple[str, Part]]] = {}
        for name in full:
            for part in parts_of(name):
                self._longer.setdefault(name_key(part.words), []).append((name, part))

    def identify(self, name: str) -> Identity:
        if name_key(self._definitions.get(name, "")):
            return Identity(self._whole(self._definitions[name]).entity, "definition")
        if is_acronym(name) and not self._is_whole(name):
            named = self._by_initials.get(re.sub(r"[.&]", "", name), ())
            entities = {self._whole(full).entity for full in named}
            if len(entities) == 1:
                return Identity(entities.pop(), "initials")
        return self._whole(name)

    def _is_whole(self, name: str) -> bool:
        """Whether a name stands for itself: it is well known, or a company is called just that."""
        return self._spellings.is_known(name) or self._spellings.key(name) in self._formal

    def _whole(self, name: str) -> Identity:
        """The entity of the only longer name that a name is a part of, else its own."""
        if name not in self._found:
            self._found[name] = self._only(name) or Identity(self._spellings.entity(name))
        return self._found[name]

    def _only(self, name: str) -> Identity | None:
        longer = self._longer.get(name_key(without_form(name)), ())
        if not longer or self._is_whole(name) or self._known(name, "place"):
            return None
        entities = {self._whole(full).entity for full, _ in longer}
        methods = [found for full, part in longer if (found := self._method(full, part))]
        return Identity(entities.pop(), min(methods)) if len(entities) == 1 and methods else None

    def _method(self, full: str, part: Part) -> str | None:
        formal = self._spellings.key(full) in self._formal
        # One word is enough of the U.S. Navy, but not of the World Bank.
        placed = not part.first and self._known(part.rest, "place")
        named = placed or is_short_name(part, formal=formal)
        return ("short form" if part.first else "tail") if named else None
