"""The whole state of a page in its URL: an address, and those that differ from it in one thing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlencode

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Address:
    """A path and its parameters in order; `str()` is what a link says."""

    path: str
    pairs: tuple[Pair, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """All values of one parameter."""
        return tuple(value for given, value in self.pairs if given == name)

    def value(self, name: str) -> str:
        """The first of them, empty if there is none."""
        return next(iter(self.values(name)), "")

    def has(self, name: str, value: str) -> bool:
        return (name, value) in self.pairs

    def adding(self, name: str, value: str) -> "Address":
        """With one value more of a parameter that takes many."""
        if self.has(name, value):
            return self
        return Address(self.path, (*self.pairs, (name, value)))

    def setting(self, values: Mapping[str, str]) -> "Address":
        """With these instead of what the parameters said; an empty one is left out."""
        kept = [pair for pair in self.pairs if pair[0] not in values]
        return Address(self.path, (*kept, *((n, v) for n, v in values.items() if v)))

    def without(self, name: str, value: str | None = None) -> "Address":
        """Without a parameter, or one value of it."""
        kept = (p for p in self.pairs if p[0] != name or (value is not None and p[1] != value))
        return Address(self.path, tuple(kept))

    def without_all(self, names: Iterable[str]) -> "Address":
        """Without several parameters."""
        left_out = frozenset(names)
        return Address(self.path, tuple(pair for pair in self.pairs if pair[0] not in left_out))

    def at(self, path: str) -> "Address":
        """The same parameters at another path."""
        return Address(path, self.pairs)

    def leading(self, *names: str) -> Callable[..., str]:
        """Many addresses that only differ in the values of these, each made at little cost."""
        start = f"{self}{'&' if self.pairs else '?'}"
        named = [f"{quote_plus(name)}=" for name in names]

        def lead(*values: str) -> str:
            return start + "&".join([n + _quoted(v) for n, v in zip(named, values, strict=True)])

        return lead

    def __str__(self) -> str:
        query = _query(self.pairs)
        return f"{self.path}?{query}" if query else self.path


# A page has one and the same query in many of its links.
@lru_cache(maxsize=256)
def _query(pairs: tuple[Pair, ...]) -> str:
    # Half of a surrogate pair cannot stand in a URL.
    return urlencode(pairs, errors="replace")


@lru_cache(maxsize=4_096)
def article_page(key: str) -> str:
    """Where an article is read."""
    return f"/articles/{quote(key, safe='', errors='replace')}"


def version_page(key: str, version: int) -> str:
    """Where a version of it is read, and stays."""
    return f"{article_page(key)}/versions/{version}"


@lru_cache(maxsize=4_096)
def entity_page(key: str) -> str:
    """Where a person, an organisation or a place is shown."""
    return f"/entities/{quote(key, safe='', errors='replace')}"


def desk_page(key: str) -> str:
    """Where an editor works on one of these."""
    return f"/desk{entity_page(key)}"


@lru_cache(maxsize=4_096)
def _quoted(value: str) -> str:
    return quote_plus(value, errors="replace")
