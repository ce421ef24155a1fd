"""Near copies: how many a hit has, and in a collapsed search which of each group is shown.

A group stands where its best hit would, and shows the oldest that matches.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from service.dates import Moment
from service.engines.opensearch.client import Client
from service.result import Copy

Document = Mapping[str, Any]

# The most that are named of a hit.
_MOST = 10
OLDEST_FIRST = [{"published": "asc"}, {"arrival": "asc"}, {"key": "asc"}]
# Groups of the articles that have near copies.
GROUPED = {"exists": {"field": "group"}}
GROUPS = {"groups": {"cardinality": {"field": "group", "precision_threshold": 40_000}}}
_INSIDE = "group"


class Copies(NamedTuple):
    """How many near copies a hit has, and the oldest of them."""

    number: int = 0
    oldest: tuple[Copy, ...] = ()


def hidden(answered: Mapping[str, Any]) -> int:
    """All but one of each group, as the aggregation of groups has it."""
    return int(answered["doc_count"] - answered["groups"]["value"])


def collapsing(shown: Sequence[str]) -> dict[str, Any]:
    """What makes one hit of a group, with the oldest of it inside."""
    inside = {"name": _INSIDE, "size": _MOST + 1, "sort": OLDEST_FIRST, "_source": [*shown]}
    return {"collapse": {"field": "collapsed", "inner_hits": inside}}


def collapsed(found: Sequence[Document]) -> tuple[list[Document], dict[str, Copies]]:
    """The oldest of each group, and the others of it that match by its key."""
    shown: list[Document] = []
    copies: dict[str, Copies] = {}
    for best in found:
        inside = best["inner_hits"][_INSIDE]["hits"]
        first, *others = inside["hits"]
        scored = {name: best[name] for name in ("_score", "matched_queries") if name in best}
        shown.append({**first, **scored})
        named = tuple(map(_copy, others[:_MOST]))
        copies[first["_id"]] = Copies(inside["total"]["value"] - 1, named)
    return shown, copies


def near_copies(client: Client, index: str, found: Sequence[Document]) -> dict[str, Copies]:
    """Those of each hit in the archive, by its key."""
    groups = {each["_id"]: each["_source"].get("group") for each in found}
    asked = sorted({group for group in groups.values() if group is not None})
    if not asked:
        return {}
    top = {"top_hits": {"size": _MOST + 1, "sort": OLDEST_FIRST, "_source": ["article"]}}
    by_group = {"terms": {"field": "group", "size": len(asked)}, "aggs": {"oldest": top}}
    body = {"size": 0, "query": {"terms": {"group": asked}}, "aggs": {"groups": by_group}}
    buckets = client.search(index, body)["aggregations"]["groups"]["buckets"]
    members = {each["key"]: each for each in buckets}
    return {
        key: _others(key, members[group])
        for key, group in groups.items()
        if group is not None and group in members
    }


def _others(key: str, group: Mapping[str, Any]) -> Copies:
    oldest = [each for each in group["oldest"]["hits"]["hits"] if each["_id"] != key]
    return Copies(group["doc_count"] - 1, tuple(map(_copy, oldest[:_MOST])))


def _copy(found: Document) -> Copy:
    article = found["_source"]["article"]
    at = article["published"]
    return Copy(found["_id"], article["source"], Moment(at, article["precision"]) if at else None)
