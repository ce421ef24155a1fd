"""Whom the newest articles name: entities by the latest article of each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from service.dates import Moment
from service.engines.opensearch.compiling import Query, every
from service.engines.opensearch.lists.asking import (
    NEWEST_FIRST,
    OLDEST_FIRST,
    WITHOUT_SOURCE,
    Hit,
    WholeArchive,
    either,
    field_of,
    growing,
    parts,
)
from service.engines.opensearch.lists.known import KnownEntities
from service.entity import ENTITY_TYPES, EntityType

_FIELDS = {type_: f"facet.{type_}" for type_ in ENTITY_TYPES}
# So few are looked up one by one, and that many in one request.
_FEW, _TOGETHER = 2_000, 500
# So many articles are read at first.
_READ = 20
_DATED: Query = {"exists": {"field": "day"}}
_DATE = ["article.published", "article.precision"]


class Seen(NamedTuple):
    """When the first and the last dated article were published that name an entity."""

    first: Moment | None
    last: Moment | None


NEVER = Seen(None, None)


class Latest:
    """Asks the index of articles about entities."""

    def __init__(self, whole: WholeArchive, known: KnownEntities) -> None:
        self._whole = whole
        self._known = known

    def page(
        self, query: Query, total: int, type_: EntityType | None, offset: int, limit: int
    ) -> list[str]:
        """Keys of the entities that a query finds (`total` of them), those named last first."""
        end = min(offset + limit, total)
        if offset >= end:
            return []
        is_few = total <= _FEW
        found = self._few(query, offset, end) if is_few else self._walked(query, type_, end)
        return found[offset:end]

    def seen(self, keys: Sequence[str]) -> Mapping[str, Seen]:
        """Of those of some entities that dated articles name."""
        ends = {"first": _one(OLDEST_FIRST, _DATE), "last": _one(NEWEST_FIRST, _DATE)}
        return {
            key: Seen(*(_date(_only(told[end])) for end in ends))
            for key, told in self._told(keys, ends, [_DATED])
        }

    def _few(self, query: Query, offset: int, end: int) -> list[str]:
        """By the slot of the latest article of each, and by all of its date where slots are one."""
        latest = {"latest": {"max": {"field": "slot"}}}
        keys = [each.entity.key for each in self._known.all(query)]
        slots = {key: told["latest"]["value"] for key, told in self._told(keys, latest)}
        order = sorted(slots, key=lambda key: (-slots[key], key))
        asked = {slots[key] for key in order[offset:end]}
        alike = Counter(slots.values())
        close = [key for key in order if slots[key] in asked and alike[slots[key]] > 1]
        newest = {"newest": _one(NEWEST_FIRST, False)}
        edges = {key: _only(told["newest"])["sort"] for key, told in self._told(close, newest)}
        # Two stable sorts, the second in the other direction.
        return sorted(order, key=lambda key: edges.get(key, [slots[key]]), reverse=True)

    def _told(
        self, keys: Sequence[str], aggs: Mapping[str, Any], filters: Sequence[Query] = ()
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What aggregations tell of the articles that name each, if there are any."""
        for part in parts(keys, _TOGETHER):
            by_field: dict[str, list[str]] = {}
            for key in part:
                by_field.setdefault(field_of(key), []).append(key)
            named = either({"terms": {field: each}} for field, each in by_field.items())
            asked = {
                field.partition(".")[2]: {
                    "terms": {"field": field, "include": each, "size": len(each)},
                    "aggs": aggs,
                }
                for field, each in by_field.items()
            }
            made = self._whole.asked(self._whole.articles, every([named, *filters]), asked)
            for each in made.values():
                yield from ((bucket["key"], bucket) for bucket in each["buckets"])

    def _walked(self, query: Query, type_: EntityType | None, end: int) -> list[str]:
        """From the newest article on until there are enough."""
        fields = [_FIELDS[type_]] if type_ is not None else [*_FIELDS.values()]
        body = {
            "query": either({"exists": {"field": field}} for field in fields),
            "sort": NEWEST_FIRST,
            **WITHOUT_SOURCE,
            "docvalue_fields": fields,
        }
        found: list[str] = []
        met: set[str] = set()
        for piece in self._whole.pieces(self._whole.articles, body, growing(_READ)):
            batch: list[str] = []
            for hit in piece:
                named = {key for field in fields for key in hit["fields"].get(field, ())} - met
                batch += sorted(named)
                met |= named
            found += self._those(batch, query)
            if len(found) >= end:
                break
        return found

    def _those(self, keys: Sequence[str], query: Query) -> list[str]:
        wanted = self._known.among(keys, query)
        return [key for key in keys if key in wanted]


def _one(order: Sequence[Mapping[str, str]], shown: Any) -> Mapping[str, Any]:
    return {"top_hits": {"size": 1, "sort": order, "_source": shown}}


def _only(told: Mapping[str, Any]) -> Hit:
    hit: Hit = told["hits"]["hits"][0]
    return hit


def _date(hit: Hit) -> Moment:
    article = hit["_source"]["article"]
    return Moment(article["published"], article["precision"])
