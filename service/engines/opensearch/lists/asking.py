"""Where an archive's documents are, and the ways in which lists ask for them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from service.engines.opensearch.client import Client, Json
from service.engines.opensearch.compiling import NOTHING, Query

Hit = Mapping[str, Any]
_T = TypeVar("_T")

# The order of articles, as ids have it in a file. It is the same without the slot, but a number
# that comes first spares the cluster most articles.
_BY_DATE = ("slot", "published", "arrival", "key")
NEWEST_FIRST = [{name: "desc"} for name in _BY_DATE]
OLDEST_FIRST = [{name: "asc"} for name in _BY_DATE]
# Neither is any stored field read, which takes longer than all else.
WITHOUT_SOURCE: Mapping[str, Any] = {"_source": False, "stored_fields": "_none_"}
# The cluster gives no more at once, and takes no more terms in one query.
MOST_AT_ONCE = 10_000
# Searches of one request.
_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class WholeArchive:
    """The indices of one archive: its articles, its entities, and all other documents."""

    client: Client
    articles: str
    entities: str
    others: str

    def size(self) -> int:
        """Bytes on all disks."""
        return self.client.size(f"{self.articles},{self.entities},{self.others}")

    def count(self, index: str, query: Query) -> int:
        """How many documents a query finds, exactly."""
        body = {"size": 0, "track_total_hits": True, "query": query}
        return int(self.client.search(index, body)["hits"]["total"]["value"])

    def asked(self, index: str, query: Query, aggs: Mapping[str, Any]) -> Json:
        """What aggregations over all that a query finds have counted."""
        body = {"size": 0, "track_total_hits": False, "query": query, "aggs": aggs}
        made: Json = self.client.search(index, body)["aggregations"]
        return made

    def first(self, index: str, body: Mapping[str, Any]) -> list[Hit]:
        """The first hits of a search, as many as `size` says."""
        found: list[Hit] = self.client.search(index, body)["hits"]["hits"]
        return found

    def pieces(
        self, index: str, body: Mapping[str, Any], sizes: Iterable[int]
    ) -> Iterator[list[Hit]]:
        """All hits of a sorted search in their order, so many at a time."""
        after: dict[str, Any] = {}
        for size in sizes:
            found = self.first(index, {"track_total_hits": False, **body, "size": size, **after})
            yield found
            if len(found) < size:
                return
            after = {"search_after": found[-1]["sort"]}

    def walk(self, index: str, body: Mapping[str, Any], size: int = 1_000) -> Iterator[Hit]:
        """The same one by one."""
        for piece in self.pieces(index, body, steady(size)):
            yield from piece

    def each(self, index: str, bodies: Sequence[Mapping[str, Any]]) -> Iterator[list[Hit]]:
        """The hits of many searches, in their order."""
        for part in parts(bodies, _TOGETHER):
            for found in self.client.searches(index, part):
                yield found["hits"]["hits"]


def parts(things: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """All of them in their order, so many at a time."""
    for start in range(0, len(things), size):
        yield things[start : start + size]


def steady(size: int) -> Iterator[int]:
    """Sizes of the pieces of a walk through very much."""
    while True:
        yield size


def growing(first: int, most: int = 5_000) -> Iterator[int]:
    """The same of one that mostly ends soon."""
    size = first
    while True:
        yield size
        size = min(2 * size, most)


def either(queries: Iterable[Query]) -> Query:
    """What any of some queries finds; nothing without one."""
    listed = list(queries)
    return {"bool": {"should": listed}} if listed else NOTHING


def without(query: Query, *others: Query) -> Query:
    """What a query finds and none of the others does."""
    return {"bool": {"filter": [query], "must_not": list(others)}}


def naming(key: str) -> Query:
    """Articles that name an entity."""
    return {"term": {field_of(key): key}}


def field_of(key: str) -> str:
    """The field of articles that has the keys of entities of the same type."""
    return f"facet.{key.partition('-')[0]}"
