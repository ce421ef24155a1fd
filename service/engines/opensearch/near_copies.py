"""Near copies: how many a hit has, and in a collapsed search which of each group is shown: the
oldest that matches, where it stands itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from service.dates import Moment
from service.deadline import raise_if_late
from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import EVERYTHING, Query, either, every
from service.result import Copy

Document = Mapping[str, Any]
Groups = Mapping[str, Mapping[str, Any]]
"""Groups as the cluster tells of them, each with its oldest articles."""

# The most that are named of a hit.
_MOST = 10
# So many hits are looked at together for the first ones of their groups.
_MOST_AT_ONCE = 1_000
OLDEST_FIRST = [{"published": "asc"}, {"arrival": "asc"}, {"key": "asc"}]
# Groups of the articles that have near copies.
GROUPED = {"exists": {"field": "group"}}
GROUPS = {"groups": {"cardinality": {"field": "group", "precision_threshold": 40_000}}}
# What is asked for once, with the first hits.
_ONCE = ("aggs", "from", "search_after")


class Copies(NamedTuple):
    """How many near copies a hit has, and the oldest of them."""

    number: int = 0
    oldest: tuple[Copy, ...] = ()


def hidden(answered: Mapping[str, Any]) -> int:
    """All but one of each group, as the aggregation of groups has it."""
    return int(answered["doc_count"] - answered["groups"]["value"])


def groups_of(
    client: Client, index: str, found: Sequence[Document], within: Query = EVERYTHING
) -> Groups:
    """The groups that some hits are in, of the articles that a query finds."""
    asked = sorted({group for each in found if (group := _group(each)) is not None})
    if not asked:
        return {}
    top = {"top_hits": {"size": _MOST + 1, "sort": OLDEST_FIRST, "_source": ["article"]}}
    by_group = {"terms": {"field": "group", "size": len(asked)}, "aggs": {"oldest": top}}
    query = every([within, {"terms": {"group": asked}}])
    body = {"size": 0, "track_total_hits": False, "query": query, "aggs": {"groups": by_group}}
    buckets = client.search(index, body)["aggregations"]["groups"]["buckets"]
    return {each["key"]: each for each in buckets}


def firsts(
    client: Client,
    index: str,
    body: Mapping[str, Any],
    found: Sequence[Document],
    within: Query,
) -> Iterator[tuple[Document, Groups]]:
    """Of the hits that a search has `found` and of those behind them the first of each group, with
    the groups known by then; `within` finds the same without an order.
    """
    rest = {name: asked for name, asked in body.items() if name not in _ONCE}
    query, size = body["query"]["bool"], body["size"]
    known: dict[str, Mapping[str, Any]] = {}
    while True:
        raise_if_late()
        groups = groups_of(client, index, found, within)
        yield from ((each, groups) for each in found if _is_first(each, groups))
        if len(found) < size:
            return
        known |= groups
        size = min(2 * size, _MOST_AT_ONCE)
        further = {
            "query": {"bool": {**query, "filter": [*query["filter"], _without_others(known)]}},
            **{"size": size, "track_total_hits": False, "search_after": found[-1]["sort"]},
        }
        found = client.search(index, {**rest, **further})["hits"]["hits"]


def _without_others(known: Groups) -> Query:
    """So that a text of very many copies is not met again and again."""
    named = [_oldest(group)[0]["_id"] for group in known.values()]
    others = {"bool": {"must_not": [{"terms": {"group": [*known]}}]}}
    return either([others, {"ids": {"values": named}}])


def near_copies(each: Document, groups: Groups) -> Copies:
    """Those of a hit."""
    group = groups.get(_group(each) or "")
    if group is None:
        return Copies()
    oldest = [other for other in _oldest(group) if other["_id"] != each["_id"]]
    return Copies(group["doc_count"] - 1, tuple(map(_copy, oldest[:_MOST])))


def _is_first(each: Document, groups: Groups) -> bool:
    """Also where it was changed meanwhile, and is in no group any more."""
    group = groups.get(_group(each) or "")
    return group is None or _oldest(group)[0]["_id"] == each["_id"]


def _group(each: Document) -> str | None:
    group: str | None = each["_source"].get("group")
    return group


def _oldest(group: Mapping[str, Any]) -> Sequence[Document]:
    oldest: Sequence[Document] = group["oldest"]["hits"]["hits"]
    return oldest


def _copy(found: Document) -> Copy:
    article = found["_source"]["article"]
    at = article["published"]
    return Copy(found["_id"], article["source"], Moment(at, article["precision"]) if at else None)
