"""What articles used to say: documents within that of their article, asked with `versions` all.

Each has the article's own values beside its terms, since a past text has to match as a whole.
"""

from collections.abc import Mapping
from typing import Any

from service.engines.opensearch.compiling import EVERYTHING, Query, query_of
from service.query import Node, Search, leaves_of

PAST = "past"
# What a search calls the part that a current text matches.
CURRENT_TEXT = "current text"
_INSIDE = "version"
# What of a query is said of fields by their names.
_OF_FIELDS = frozenset(
    ("term", "terms", "match_phrase", "match_phrase_prefix", "prefix", "range", "intervals")
)


def asks_for_past(search: Search, tree: Node | None) -> bool:
    """Whether a past text can be enough: it is where words are looked for."""
    return search.versions == "all" and tree is not None and any(leaves_of(tree))


def current_or_past(tree: Node, *, is_shown: bool = False) -> Query:
    """Articles of which the current text matches, or a past one; which one, if it is shown."""
    past: Query = {"nested": {"path": PAST, "query": within(query_of(tree))}}
    if not is_shown:
        return {"bool": {"should": [query_of(tree), past]}}
    newest = {
        "name": _INSIDE,
        "size": 1,
        "sort": [{f"{PAST}.version": "desc"}],
        "_source": [f"{PAST}.version", f"{PAST}.article"],
    }
    past["nested"]["inner_hits"] = newest
    current = {"bool": {"filter": [query_of(tree)], "_name": CURRENT_TEXT}}
    return {"bool": {"should": [current, past]}}


def within(query: Query) -> Query:
    """The same query of past texts."""
    if query == EVERYTHING:
        return query
    return {name: _within(name, part) for name, part in query.items()}


def _within(name: str, part: Any) -> Any:
    if name in _OF_FIELDS:
        return {f"{PAST}.{field}": asked for field, asked in part.items()}
    if name == "exists":
        return {"field": f"{PAST}.{part['field']}"}
    if name == "bool":
        return {clause: [within(each) for each in queries] for clause, queries in part.items()}
    return part


def past_text_of(found: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The newest past text that matches, of a hit whose current text does not."""
    inside = found.get("inner_hits", {}).get(_INSIDE, {"hits": {"hits": []}})["hits"]["hits"]
    if not inside or CURRENT_TEXT in found.get("matched_queries", ()):
        return None
    text: Mapping[str, Any] = inside[0]["_source"]
    return text
