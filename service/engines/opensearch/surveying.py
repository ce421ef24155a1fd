"""What a page's request needs to know before it is made: how many articles either reading finds,
how many have each word, and from when to when they are. One request, whatever is asked.

What is the same for every search the nodes remember until an article changes; the rest looks at no
more articles than have anything that is looked for.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING, Query, either, every, query_of
from service.engines.opensearch.facets import Days
from service.engines.opensearch.mapping import LENGTHS
from service.engines.opensearch.scoring import Known, Texts
from service.query import Node, Or

_NO_DAYS = Days(None, None)


@dataclass(frozen=True, slots=True)
class Survey:
    """`totals` and `days` are those of each reading that was asked about, in their order; `mark` is
    that of the last article to come.
    """

    known: Known
    mark: int
    totals: Sequence[int]
    days: Sequence[Days]


NOT_SURVEYED = Survey(Known({}, 0, {}), 0, (), (_NO_DAYS,))
_MOST_NARROWED_BY = 100
# Of the whole archive.
_ALWAYS: Mapping[str, Any] = {
    "size": 0,
    "track_total_hits": False,
    "aggs": {
        "newest": {"max": {"field": "slot"}},
        "mark": {"max": {"field": "added_in"}},
        **{name: {"stats": {"field": name}} for name in LENGTHS},
    },
}


def survey(
    client: Client,
    index: str,
    readings: Sequence[Query],
    filters: Sequence[Query],
    counted: Sequence[Node],
) -> Survey:
    """Ask about readings, each within the filters, and about nodes in the whole archive."""
    found = [every([reading, *filters]) for reading in readings]
    # Each takes some of the clauses that a query may have.
    is_narrowed = len(counted) <= _MOST_NARROWED_BY
    wanted = [query_of(Or(tuple(counted)))] if counted else []
    aggs: dict[str, Any] = {
        **{f"node {n}": {"filter": query_of(node)} for n, node in enumerate(counted)},
        **{
            f"reading {number}": {"filter": query, "aggs": _DAYS}
            for number, query in enumerate(found)
        },
    }
    asked = {
        "size": 0,
        "track_total_hits": False,
        "query": either([*wanted, *found]) if is_narrowed else EVERYTHING,
        "aggs": aggs,
    }
    whole, made = (
        each["aggregations"] for each in client.searches(index, [asked], always=[_ALWAYS])
    )
    known = Known(
        {name: Texts(whole[name]["count"], whole[name]["avg"] or 1.0) for name in LENGTHS},
        int(whole["newest"]["value"] or 0),
        {node: made[f"node {number}"]["doc_count"] for number, node in enumerate(counted)},
    )
    found_by = [made[f"reading {number}"] for number, _ in enumerate(readings)]
    totals = [each["doc_count"] for each in found_by]
    return Survey(known, int(whole["mark"]["value"] or 0), totals, [*map(_days, found_by)])


Counted = TypeVar("Counted", bound=Hashable)


def counts_of(
    client: Client, index: str, queries: Mapping[Counted, Query]
) -> Mapping[Counted, int]:
    """In how many articles of the whole archive each of the queries holds."""
    if not queries:
        return {}
    aggs = {str(number): {"filter": query} for number, query in enumerate(queries.values())}
    body = {"size": 0, "track_total_hits": False, "aggs": aggs}
    if len(queries) <= _MOST_NARROWED_BY:
        body["query"] = either([*queries.values()])
    made = client.search(index, body)["aggregations"]
    return {name: made[str(number)]["doc_count"] for number, name in enumerate(queries)}


_DAYS = {"first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}}


def _days(answered: Mapping[str, Any]) -> Days:
    first, last = answered["first"]["value"], answered["last"]["value"]
    return Days(int(first), int(last)) if first is not None else _NO_DAYS
