"""What our layer adds: a search by our engine beside the same requests sent bare, in turns.

The requests that a search makes are written down first, as they go to the cluster. Then the engine
searches, and opensearch-py alone sends the very same requests; who is first changes each time.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any
from unittest.mock import patch

from opensearchpy import OpenSearch, Transport
from speed.mix import PAGE, Query
from speed.peers.peer import FACET_VALUES

from cluster_scale.holding import Held
from service.engines import Searcher
from service.query import Search
from service.result import Results
from service.search import Ask, Finder

Request = tuple[str, str, Any, Any]
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Layered:
    """One query: milliseconds of the engine's search, and of each of its requests sent bare."""

    kind: str
    engine: float
    bare: Sequence[float]

    @property
    def ratio(self) -> float:
        return self.engine / sum(self.bare)

    @property
    def to_largest(self) -> float:
        """Beside the dearest of its requests alone, which is the page with its facets."""
        return self.engine / max(self.bare)


class _Noting:
    """An engine that notes what it is asked for."""

    def __init__(self, engine: Searcher) -> None:
        self._engine = engine
        self.asked: list[Search] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def search(self, search: Search) -> Results:
        self.asked.append(search)
        return self._engine.search(search)


class Layer:
    """Asks one archive in the cluster."""

    def __init__(self, held: Held, bare: OpenSearch) -> None:
        self._home = held.home
        self._bare = bare
        self._noting = _Noting(self._home.engine)
        self._finder = Finder(self._noting, self._home.lists.entities)

    def measured(self, mix: Sequence[Query]) -> list[Layered]:
        """Pages deeper than the first are left out."""
        chosen = [query for query in mix if query.page == 1]
        return [self._measured(query, place % 2 == 0) for place, query in enumerate(chosen)]

    def _measured(self, query: Query, bare_first: bool) -> Layered:
        search = self._search_of(query)
        with _noted() as requests:
            self._home.engine.search(search)
        engine: list[float] = []
        bare: list[list[float]] = []
        for number in range(_ROUNDS):
            for is_bare in (bare_first == (number % 2 == 0), bare_first != (number % 2 == 0)):
                if is_bare:
                    bare.append([self._sent(each) for each in requests])
                else:
                    started = time.perf_counter()
                    self._home.engine.search(search)
                    engine.append((time.perf_counter() - started) * 1_000)
        middle = [median(times) for times in zip(*bare, strict=True)]
        return Layered(query.kind, median(engine), middle)

    def _search_of(self, query: Query) -> Search:
        """As the service makes it of what is typed."""
        self._noting.asked.clear()
        with self._home.archive.read():
            self._finder.search(_ask(query))
        return self._noting.asked[0]

    def _sent(self, request: Request) -> float:
        method, path, params, body = request
        started = time.perf_counter()
        self._bare.transport.perform_request(method, path, params=dict(params or {}), body=body)
        return (time.perf_counter() - started) * 1_000


def _ask(query: Query) -> Ask:
    return Ask(
        q=query.text,
        match="any" if query.match == "any" else "auto",
        filters={query.entity[0]: (query.entity[1],)} if query.entity else {},
        start=query.first,
        end=query.last,
        sort="newest" if query.newest else None,
        facets=query.facets,
        facet_limit=FACET_VALUES,
        limit=PAGE,
    )


@contextmanager
def _noted() -> Iterator[list[Request]]:
    """Whatever goes to the cluster until the end of the block."""
    sent: list[Request] = []
    send = Transport.perform_request

    def noting(self: Transport, method: str, url: str, **said: Any) -> Any:
        sent.append((method, url, dict(said.get("params") or {}), said.get("body")))
        return send(self, method, url, **said)

    with patch.object(Transport, "perform_request", noting):
        yield sent
