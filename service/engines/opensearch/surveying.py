"""What a page's request needs to know before it is made: how many articles either reading finds,
how many have each word, and from when to when they are. One request, whatever is asked.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import Query, every, query_of
from service.engines.opensearch.facets import Days
from service.engines.opensearch.mapping import LENGTHS
from service.engines.opensearch.scoring import Known, Texts
from service.query import Node

_NO_DAYS = Days(None, None)


@dataclass(frozen=True, slots=True)
class Survey:
    """`totals` and `days` are those of each reading that was asked about, in their order."""

    known: Known
    totals: Sequence[int]
    days: Sequence[Days]


NOT_SURVEYED = Survey(Known({}, 0, {}), (), (_NO_DAYS,))


def survey(
    client: Client,
    index: str,
    readings: Sequence[Query],
    filters: Sequence[Query],
    counted: Sequence[Node],
) -> Survey:
    """Ask about readings, each within the filters, and about nodes in the whole archive."""
    aggs: dict[str, Any] = {
        "newest": {"max": {"field": "slot"}},
        **{name: {"stats": {"field": name}} for name in LENGTHS},
    }
    for number, node in enumerate(counted):
        aggs[f"node {number}"] = {"filter": query_of(node)}
    for number, reading in enumerate(readings):
        found = every([reading, *filters])
        aggs[f"reading {number}"] = {"filter": found, "aggs": _DAYS}
    made = client.search(index, {"size": 0, "track_total_hits": False, "aggs": aggs})[
        "aggregations"
    ]
    known = Known(
        {name: Texts(made[name]["count"], made[name]["avg"] or 1.0) for name in LENGTHS},
        int(made["newest"]["value"] or 0),
        {node: made[f"node {number}"]["doc_count"] for number, node in enumerate(counted)},
    )
    found_by = [made[f"reading {number}"] for number, _ in enumerate(readings)]
    return Survey(known, [each["doc_count"] for each in found_by], [*map(_days, found_by)])


Counted = TypeVar("Counted", bound=Hashable)


def counts_of(
    client: Client, index: str, queries: Mapping[Counted, Query]
) -> Mapping[Counted, int]:
    """In how many articles of the whole archive each of the queries holds."""
    if not queries:
        return {}
    aggs = {str(number): {"filter": query} for number, query in enumerate(queries.values())}
    made = client.search(index, {"size": 0, "aggs": aggs})["aggregations"]
    return {name: made[str(number)]["doc_count"] for number, name in enumerate(queries)}


_DAYS = {"first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}}


def _days(answered: Mapping[str, Any]) -> Days:
    first, last = answered["first"]["value"], answered["last"]["value"]
    return Days(int(first), int(last)) if first is not None else _NO_DAYS
