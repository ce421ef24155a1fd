"""How much of the exact order the usual one keeps: `rank=auto` beside `rank=exact`.

How many of the usual ten best score as the exact ten do, and what their scores come to beside
those; every score is the exact order's, of which a hundred hits are looked at (0 beyond).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from speed.mix import PAGE, Query
from speed.ours import Ours, path_of

_DEEP = 100


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
        exact = _scores(ours, query, "exact", _DEEP)
        usual = [exact.get(key, 0.0) for key in _scores(ours, query, "auto", PAGE)]
        best = sorted(exact.values(), reverse=True)[:PAGE]
        if best:
            shares.append(sum(each >= best[-1] for each in usual) / len(best))
            score, exact_score = score + sum(usual), exact_score + sum(best)
    kept = sum(shares) / len(shares)
    return Agreement(len(shares), kept, score / exact_score, min(shares))


def _scores(ours: Ours, query: Query, rank: str, limit: int) -> dict[str, float]:
    path = f"{path_of(query, limit, facets=False)}&rank={rank}"
    hits: list[dict[str, Any]] = json.loads(ours.client.get(path))["hits"]
    return {hit["key"]: hit["score"] or 0.0 for hit in hits}
