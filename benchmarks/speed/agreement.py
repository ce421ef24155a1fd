"""How much of the exact order the usual one keeps: `rank=auto` beside `rank=exact`.

How many of the usual ten best score as the exact ten do, and what their scores come to beside
those. Every score is the exact order's, which is walked until it has shown the usual ten, for a
thousand hits at most (0 beyond).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from speed.mix import PAGE, Query
from speed.ours import Ours, path_of

_LONGEST_PAGE, _PAGES = 100, 10


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares over all queries that are ranked: of the ten best, and of their summed score."""

    queries: int
    kept: float
    score: float
    worst: float


def agreement(ours: Ours, mix: Sequence[Query]) -> Agreement:
    ranked = [query for query in mix if query.words and not query.newest and query.page == 1]
    shares: list[float] = []
    score = exact_score = 0.0
    for query in ranked:
        shown = _page(ours, f"{path_of(query, PAGE, facets=False)}&rank=auto")
        keys = [hit["key"] for hit in shown["hits"]]
        exact = _exact_scores(ours, query, keys)
        usual = [exact.get(key, 0.0) for key in keys]
        # Articles with all of the words come first, whatever they score.
        best = [*exact.values()][:PAGE]
        if best:
            shares.append(sum(each >= min(best) for each in usual) / len(best))
            score, exact_score = score + sum(usual), exact_score + sum(best)
    kept = sum(shares) / len(shares)
    return Agreement(len(shares), kept, score / exact_score, min(shares))


def _exact_scores(ours: Ours, query: Query, keys: Collection[str]) -> dict[str, float]:
    """Of the best by the exact order, so far down as all of the `keys` are."""
    scores: dict[str, float] = {}
    cursor: str | None = None
    for _ in range(_PAGES):
        path = path_of(query, _LONGEST_PAGE, cursor, facets=False)
        page = _page(ours, f"{path}&rank=exact")
        scores |= {hit["key"]: hit["score"] or 0.0 for hit in page["hits"]}
        cursor = page["next"]
        if cursor is None or scores.keys() >= {*keys}:
            break
    return scores


def _page(ours: Ours, path: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ours.client.get(path))
    return found
