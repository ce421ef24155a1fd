"""What is looked up, as queries: values in fields, orders, and neighbours among copies."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.engines.opensearch.compiling import EVERYTHING, NOTHING, Query, every
from service.engines.opensearch.shelf.fields import (
    RECORD,
    band_field,
    bucket_of,
    by_field,
    term_of,
)
from service.near_copies import bucket
from service.needs import Condition, Field, Newest, Place, Span
from service.working.documents import Document

Body = dict[str, Any]

BY_KEY = [{"key": "asc"}]
# Where several kinds are in one index.
BY_NAME = [{"key": "asc"}, {"kind": "asc"}]
_BY_DATE = ("published", "arrival", "key")


def asked(query: Query, sort: Sequence[Mapping[str, Any]], size: int) -> Body:
    """A search for documents themselves."""
    return {
        "size": size,
        "track_total_hits": False,
        "_source": [RECORD],
        "query": query,
        "sort": [*sort],
    }


def of_kind(kind: str) -> Query:
    return {"term": {"kind": kind}}


def with_values(field: Field, values: Iterable[str]) -> Query:
    return {"terms": {by_field(field): [term_of(each) for each in values]}}


# The newest articles ---------------------------------------------------------------------------


def newest(wanted: Newest, size: int) -> Body:
    """Of the index of articles that may be seen."""
    queries = [with_values(wanted.field, [wanted.value])] if wanted.field else []
    if wanted.dated:
        queries.append({"range": {"published": {"gt": ""}}})
    order = "asc" if wanted.oldest else "desc"
    body = asked(every(queries) if queries else EVERYTHING, [{f: order} for f in _BY_DATE], size)
    return body | ({"search_after": [*wanted.before]} if wanted.before is not None else {})


# What stands in an order -----------------------------------------------------------------------


def span(wanted: Span, size: int) -> Body:
    """Of the index of what is neither article nor entity."""
    table, column = wanted.order
    order, missing = ("desc", "_last") if wanted.last else ("asc", "_first")
    at = f"at.{table}.{column}"
    sort = [{f"{at}.{part}": {"order": order, "missing": missing}} for part in ("number", "text")]
    queries: list[Query] = [{"term": {"tables": table}}]
    queries += [_held(condition) for condition in wanted.where]
    return asked(every(queries), [*sort, {"key": order}], size)


def _held(asked_for: Condition) -> Query:
    at = "at.{}.{}".format(*asked_for.field)
    there: Query = {"bool": {"should": [_there(f"{at}.number"), _there(f"{at}.text")]}}
    if asked_for.nothing:
        return {"bool": {"must_not": [there]}}
    if asked_for.one_of is not None:
        return _one_of(at, asked_for.one_of)
    bounds = {"gte": asked_for.least, "lte": asked_for.most}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    if not given:
        return there
    if any(isinstance(bound, int) for bound in given.values()):
        return {"range": {f"{at}.number": given}}
    return {"range": {f"{at}.text": {name: term_of(str(each)) for name, each in given.items()}}}


def _one_of(at: str, values: Iterable[str]) -> Query:
    texts = [*values]
    # As they are written: `07` is no number's.
    numbers = [int(text) for text in texts if _is_number(text)]
    either: list[Query] = [{"terms": {f"{at}.text": [term_of(text) for text in texts]}}]
    either += [{"terms": {f"{at}.number": numbers}}] if numbers else []
    return {"bool": {"should": either}} if texts else NOTHING


def _is_number(text: str) -> bool:
    bare = text.removeprefix("-")
    return bare.isascii() and bare.isdigit() and len(bare) < 19 and str(int(text)) == text


def _there(field: str) -> Query:
    return {"exists": {"field": field}}


# Neighbours among copies ------------------------------------------------------------------------


def crowds(buckets: Sequence[int]) -> Body:
    """How many articles each bucket has."""
    counted = {"field": "near.buckets", "include": [*buckets], "size": len(buckets)}
    return {
        "size": 0,
        "track_total_hits": False,
        "query": in_buckets(buckets),
        "aggs": {"crowds": {"terms": counted}},
    }


def in_buckets(buckets: Sequence[int]) -> Query:
    return {"terms": {"near.buckets": [*buckets]}}


def before(place: Place, count: int) -> Body:
    """So many that stand before a place in its bucket, the nearest first."""
    return _beside(place, count, "desc", "lt")


def from_there(place: Place, count: int) -> Body:
    """What stands at a place, and so many after it."""
    return _beside(place, count + 1, "asc", "gte")


def _beside(place: Place, size: int, order: str, side: str) -> Body:
    band, number = place
    first, last = bucket(band)
    field = band_field(band)
    beyond = {"gt": band, "lte": last} if order == "asc" else {"lt": band, "gte": first}
    there = [{"term": {field: band}}, {"range": {"near.number": {side: number}}}]
    either = [{"range": {field: beyond}}, {"bool": {"filter": there}}]
    sort = [{field: order}, {"near.number": order}, {"key": order}]
    return asked({"bool": {"should": either}}, sort, size)


class Bucketed:
    """All articles of some buckets, each in its place."""

    def __init__(self, documents: Iterable[Document]) -> None:
        found: dict[int, list[tuple[Place, str, Document]]] = {}
        for each in documents:
            for place in each.places:
                found.setdefault(bucket_of(place[0]), []).append((place, each.key, each))
        self._placed = {number: sorted(each, key=lambda p: p[:2]) for number, each in found.items()}

    def beside(self, place: Place, count: int) -> list[Document]:
        """What stands there, and so many on either side."""
        placed = self._placed.get(bucket_of(place[0]), [])
        at = bisect_left(placed, place, key=lambda each: each[0])
        there = at < len(placed) and placed[at][0] == place
        return [each for _, _, each in placed[max(0, at - count) : at + count + there]]


def is_at(document: Document, place: Place) -> bool:
    return place in document.places
