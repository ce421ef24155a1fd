"""Where a page begins: behind so many hits, or behind the one that the page before ended with."""

from collections.abc import Mapping, Sequence
from math import isclose
from typing import Any, Literal

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import Query
from service.engines.opensearch.near_copies import Document
from service.query import Cursor, Search

# Behind so many hits a page begins after a hit and not after a number; so many are passed at once.
_DEEPEST = 10_000
_BY_DATE = ("published", "arrival", "key")
# What others write shifts all scores by less than this from one page to the next.
_ALIKE = 0.001


def sorted_by(search: Search, *, by_score: bool) -> list[dict[str, str]]:
    order = "asc" if search.sort == "oldest" else "desc"
    by_date = [{name: order} for name in _BY_DATE]
    return [{"_score": "desc"}, *by_date] if by_score else by_date


def beginning(
    client: Client,
    index: str,
    search: Search,
    body: Mapping[str, Any],
    generation: int,
    *,
    by_score: bool,
) -> dict[str, Any]:
    """What is added to the request of a page; nothing on the first, nor where a collapsed page has
    lost its place: how many hits those before it have left out is not known.
    """
    cursor = search.cursor
    if cursor is None:
        return {}
    if not by_score:
        return {"search_after": _place(cursor)}
    if not search.collapse and cursor.offset + search.limit < _DEEPEST:
        return {"from": cursor.offset}
    score = cursor.score
    if generation != cursor.mark:
        score = _score_now(client, index, cursor, body["query"])
    if score is not None:
        return {"search_after": [score, *_place(cursor)]}
    return {} if search.collapse else _behind(client, index, body, cursor.offset)


def _score_now(client: Client, index: str, cursor: Cursor, query: Query) -> float | None:
    """That of the article with which the last page ended; None if it stands elsewhere now."""
    own = {"ids": {"values": [cursor.key]}}
    found = {"bool": {**query["bool"], "filter": [*query["bool"]["filter"], own]}}
    hits = client.search(index, {"size": 1, "_source": False, "query": found})["hits"]["hits"]
    if not hits or cursor.score is None:
        return None
    score = float(hits[0]["_score"])
    return score if isclose(score, cursor.score, rel_tol=_ALIKE) else None


def _behind(client: Client, index: str, body: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Where so many hits are passed, as far as there are so many."""
    asked = {name: body[name] for name in ("query", "post_filter", "sort") if name in body}
    asked |= {"_source": False, "track_total_hits": False}
    after: dict[str, Any] = {}
    for passed in range(0, count, _DEEPEST):
        size = min(count - passed, _DEEPEST)
        hits = client.search(index, {**asked, "size": size, **after})["hits"]["hits"]
        if not hits:
            break
        after = {"search_after": hits[-1]["sort"]}
    return after


def _place(cursor: Cursor) -> list[str | int]:
    return [cursor.published or "", cursor.arrival, cursor.key]


def cursor_after(
    search: Search, page: Sequence[Document], match: Literal["all", "any"], mark: int
) -> Cursor | None:
    """Where a page ends, if there are hits behind it; a walk sees what was there at `mark`."""
    if len(page) <= search.limit:
        return None
    *score, published, arrival, key = page[search.limit - 1]["sort"]
    before = search.cursor
    return Cursor(
        mark=before.mark if before else mark,
        offset=(before.offset if before else 0) + search.limit,
        key=key,
        arrival=arrival,
        published=published or None,
        match=match,
        digest=search.digest,
        score=score[0] if score else None,
    )
