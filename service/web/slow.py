"""The log of slow queries: how long each stage took, and never what was asked.

Equal queries can be told by a digest, keyed with a secret of the process, so that nobody can try
guesses. With CUTTINGS_LOG_QUERIES the private file keeps what was asked, for some days.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import asdict, dataclass

from service.search import Ask
from service.settings import Settings
from service.stages import Stages
from service.stores.slow_queries import SlowQuery, SlowQueryStore

_log = logging.getLogger("cuttings.slow")
_DIGEST = 6  # bytes


@dataclass(frozen=True, slots=True)
class Observation:
    """A request that is over."""

    method: str
    route: str
    seconds: float
    request_id: str
    stages: Stages


class SlowLog:
    """Tells of requests with a query that took longer than the setting says."""

    def __init__(self, settings: Settings, store: SlowQueryStore, threads: Executor) -> None:
        self._seconds = settings.slow_seconds
        self._keeps = settings.log_queries
        self._store = store
        self._threads = threads
        self._secret = secrets.token_bytes(32)

    def note(self, seen: Observation) -> None:
        """Without waiting: what is kept is written in another thread."""
        if seen.seconds < self._seconds or not self._seconds or not seen.stages.seconds:
            return
        stages = {name: round(s * 1_000, 1) for name, s in seen.stages.seconds.items()}
        asked = asked_for(seen.stages.asked)
        ms = round(seen.seconds * 1_000, 1)
        facts = {
            **{"method": seen.method, "route": seen.route, "ms": ms, "stages": stages},
            **{"total": seen.stages.total, "query": self._digest(asked)},
        }
        told = ", ".join(f"{name} {took}" for name, took in stages.items())
        line = "slow: %s %s took %s ms (%s), %s articles, query %s"
        values = (seen.method, seen.route, ms, told, facts["total"], facts["query"])
        _log.warning(line, *values, extra=facts)
        if self._keeps:
            slow = SlowQuery(
                seen.request_id, seen.method, seen.route, ms, stages, seen.stages.total, asked
            )
            self._threads.submit(copy_context().run, self._keep, slow)

    def _keep(self, slow: SlowQuery) -> None:
        try:
            self._store.add(slow)
        except Exception as exc:
            _log.warning("a slow query is not kept: %s", exc)

    def _digest(self, asked: Mapping[str, object]) -> str:
        text = json.dumps(asked, sort_keys=True).encode()
        return hashlib.blake2b(text, key=self._secret, digest_size=_DIGEST).hexdigest()


def asked_for(asked: object) -> Mapping[str, object]:
    """What makes a search this one: whatever is not as by default, but not the page."""
    if not isinstance(asked, Ask):
        return {}
    values = asdict(asked)
    plain = asdict(Ask())
    return {name: v for name, v in values.items() if name != "cursor" and v != plain[name]}
