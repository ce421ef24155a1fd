"""What has to happen though nobody asks: embargoes end, and what was killed is erased."""

import logging
import threading
from collections.abc import Callable
from itertools import count

from service.database import WAIT_FOR_WRITER
from service.errors import Busy, CuttingsError
from service.memory import collect
from service.query import FACET_FIELDS, Search
from service.web.desk import Desk
from service.web.metrics import Metrics

_log = logging.getLogger("cuttings")
# How long an embargoed article may be late for those who ask nothing (the SQL room, the file).
SECONDS_BETWEEN_ROUNDS = 5.0
# Until then each worker takes what was written from the tables itself.
WORTH_INDEXING = 200
# Memory and what is left over are looked through once in so many rounds.
ROUNDS_A_COLLECTION = 12
EVERYTHING = Search(facets=FACET_FIELDS)


class Rounds:
    """Steps that are tried again and again; a trouble that stays is told when it comes."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def attempt(self, otherwise: str, step: Callable[[], object]) -> None:
        """Whatever goes wrong with one, the others go on, and the next round tries again."""
        try:
            step()
        except CuttingsError as exc:
            self._tell(otherwise, exc.detail, None)
        except Exception as exc:
            self._tell(otherwise, repr(exc), exc)
        else:
            self._told.pop(otherwise, None)

    def _tell(self, otherwise: str, why: str, fault: Exception | None) -> None:
        if self._told.get(otherwise) != why:
            self._told[otherwise] = why
            _log.warning("%s: %s", otherwise, why, exc_info=fault)


def keep_in_order(desk: Desk, metrics: Metrics, stop: threading.Event) -> None:
    """Make rounds until told to stop.

    What the first search would have to wait for is loaded beforehand, and what others have written
    is taken up by the index, so that each worker need not read it for itself.
    """
    attempt = Rounds().attempt
    attempt("the archive cannot be searched", lambda: desk.engine.facets(EVERYTHING))
    metrics.note_process()
    rounds = count(1)
    while not stop.wait(SECONDS_BETWEEN_ROUNDS):
        attempt("this worker cannot be measured", metrics.note_process)
        attempt("embargoes cannot be lifted", lambda: desk.embargoes.release_due(WAIT_FOR_WRITER))
        attempt("the use of keys cannot be noted", desk.keys.note_uses)
        attempt("what was killed cannot be erased", lambda: _sweep(desk))
        attempt("the index lags behind", lambda: desk.engine.index(WORTH_INDEXING))
        attempt("old lines are not forgotten", lambda: desk.audit.forget(desk.settings.audit_days))
        attempt("slow queries are not forgotten", lambda: _forget_queries(desk))
        if next(rounds) % ROUNDS_A_COLLECTION == 0:
            attempt("what is left over cannot be forgotten", desk.home.tidy)
            collect()


def _forget_queries(desk: Desk) -> None:
    kept = desk.settings.log_queries
    desk.slow_queries.forget(desk.settings.log_queries_days if kept else 0)


def _sweep(desk: Desk) -> None:
    if not desk.killing.sweep():
        raise Busy("another program reads or writes the archive")
