"""How the documents of an archive are laid out: which indices a version has, of how many parts.

Articles may stand by the years that they are of, in an index for each span of years. An archive of
decades has indices then that hardly anybody changes and none that outgrows a machine.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

FIRST = 1
ALL, UNDATED = "", "undated"
# A typing error in a date is not to make an index of its own: what is older or later than these
# stands in the first and in the last.
_EARLIEST, _LATEST = 1850, 2100


class Parts(NamedTuple):
    """Into how many parts an index is split, how many copies there are of each beside it, and how
    many years articles are of that share an index: 0 for all.
    """

    shards: int = 1
    copies: int = 0
    years: int = 0


class Layout(NamedTuple):
    """One version, with the spans of years for which there are indices; `begun` is the last one
    that somebody has begun to make beside it.
    """

    version: int
    parts: Parts
    spans: tuple[str, ...]
    begun: int = 0

    def followed(self) -> "Layout":
        """The same when one more was begun; no two are given the same number."""
        return self._replace(begun=1 + max(self.version, self.begun))

    def span_of(self, published: str) -> str:
        """Which one an article belongs to."""
        years = self.parts.years
        if not years:
            return ALL
        return str(_begin(published, years)) if published else UNDATED

    def lacks(self, dates: Iterable[str]) -> tuple[str, ...]:
        """Spans that are not there, and that articles of these dates belong to."""
        return tuple(sorted({self.span_of(each) for each in dates} - {*self.spans}))

    def opened(self, spans: Iterable[str]) -> "Layout":
        return self._replace(spans=tuple(sorted({*self.spans, *spans})))

    def around(self, first: str, last: str) -> "Layout":
        """With all spans that there are between two dates."""
        years = self.parts.years
        if not (years and last):
            return self
        begins = range(_begin(first, years), _begin(last, years) + 1, years)
        return self.opened(map(str, begins))


def laid_out(parts: Parts, version: int = FIRST) -> Layout:
    """A version as it begins."""
    return Layout(version, parts, (UNDATED if parts.years else ALL,))


def written(layout: Layout) -> dict[str, Any]:
    """As JSON."""
    said = {"version": layout.version, **layout.parts._asdict(), "spans": [*layout.spans]}
    return {**said, "begun": layout.begun}


def read(said: Mapping[str, Any]) -> Layout:
    """And back."""
    parts = Parts(said["shards"], said["copies"], said["years"])
    return Layout(said["version"], parts, tuple(said["spans"]), said["begun"])


def _begin(published: str, years: int) -> int:
    year = min(max(int(published[:4]), _EARLIEST), _LATEST)
    return year - year % years
