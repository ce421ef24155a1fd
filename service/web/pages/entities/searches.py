"""Searches for the articles of one person, organisation or place, and for some of them."""

from dataclasses import dataclass

from service.histogram import Days
from service.stores.entities import Alias, EntityRow
from service.web.pages.addresses import Address


@dataclass(frozen=True, slots=True)
class EntitySearches:
    """Addresses of searches; `zone` is that of dates where a search says none."""

    entity: EntityRow
    zone: str

    @property
    def every(self) -> Address:
        """All of its articles."""
        return Address("/", ((self.entity.type, self.entity.key),))

    @property
    def feed(self) -> str:
        """The newest of them, and those to come."""
        return str(self.every.at("/v1/search.atom"))

    def on(self, days: Days) -> str:
        """Those of some days in UTC, by which they are counted."""
        zone = "" if self.zone == "UTC" else "UTC"
        return str(self.every.setting({"from": days.start, "to": days.end, "tz": zone}))

    def by(self, source: str) -> str:
        """Those of one source."""
        return str(self.every.adding("source", source))

    def written(self, alias: Alias) -> str:
        """Those with one spelling; everybody's where none of its own has it yet."""
        quoted = '"{}"'.format(alias.text.replace('"', " ").strip())
        return str((self.every if alias.count else Address("/")).setting({"q": quoted}))

    def beside(self, other: EntityRow) -> str:
        """Those that name another as well: two of one kind in one filter would be either."""
        if other.type != self.entity.type:
            return str(self.every.adding(other.type, other.key))
        return str(self.every.setting({"q": f'{other.type}:"{other.key}"'}))
