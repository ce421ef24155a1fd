"""What a page's request needs to know before it is made: how many articles either reading finds,
how many have each word, and from when to when they are. One request, whatever is asked.

What is the same for every search the nodes remember until an article changes; the rest looks at no
more articles than have anything that is looked for.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from service.engines.opensearch.clauses import MOST_CLAUSES, clauses
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING, Query, either, every, query_of
from service.engines.opensearch.facets import DAYS, NO_DAYS, Days, days_of
from service.engines.opensearch.mapping import LENGTHS
from service.engines.opensearch.scoring import Known, Texts
from service.query import Node, Or


@dataclass(frozen=True, slots=True)
class Survey:
    """`totals` and `days` are those of each reading that was asked about, in their order."""

    known: Known
    totals: Sequence[int]
    days: Sequence[Days]


NOT_SURVEYED = Survey(Known({}, 0, {}), (), (NO_DAYS,))
# Of the whole archive.
_ALWAYS: Mapping[str, Any] = {
    "size": 0,
    "track_total_hits": False,
    "aggs": {
        "newest": {"max": {"field": "slot"}},
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
    wanted = [query_of(Or(tuple(counted)))] if counted else []
    aggs: dict[str, Any] = {
        **{f"node {n}": {"filter": query_of(node)} for n, node in enumerate(counted)},
        **{
            f"reading {number}": {"filter": query, "aggs": DAYS}
            for number, query in enumerate(found)
        },
    }
    asked = {
        "size": 0,
        "track_total_hits": False,
        "query": _any_of([*wanted, *found]),
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
    return Survey(known, totals, [*map(days_of, found_by)])


Counted = TypeVar("Counted", bound=Hashable)


def counts_of(
    client: Client, index: str, queries: Mapping[Counted, Query]
) -> Mapping[Counted, int]:
    """In how many articles of the whole archive each of the queries holds."""
    if not queries:
        return {}
    body = {
        "size": 0,
        "track_total_hits": False,
        # Each is tried for all that this finds: of a mistyped word there may be several hundred.
        "query": _any_of([*queries.values()]),
        "aggs": {str(number): {"filter": query} for number, query in enumerate(queries.values())},
    }
    made = client.search(index, body)["aggregations"]
    return {name: made[str(number)]["doc_count"] for number, name in enumerate(queries)}


def _any_of(queries: Sequence[Query]) -> Query:
    """What any of them finds, or everything where that has more clauses than a query may have."""
    query = either(queries)
    return query if clauses(query) <= MOST_CLAUSES else EVERYTHING
