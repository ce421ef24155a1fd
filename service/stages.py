"""How long each stage of an answer takes, for the metrics and the log of slow queries.

Noted wherever the work is done, for whoever asked to know: a microsecond a stage.
"""

from contextvars import ContextVar
from time import perf_counter
from types import TracebackType


class Stages:
    """What is known of the query that is being answered; a stage that comes twice adds up."""

    __slots__ = ("asked", "seconds", "total")

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.asked: object = None  # what was asked for, as the one who answers it has it
        self.total: int | None = None  # how many articles matched


STAGES: ContextVar[Stages | None] = ContextVar("stages", default=None)


class Stage:
    """`with Stage("match"):` notes how long the block takes, if anybody asked."""

    __slots__ = ("_began", "_name", "_stages")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._stages = STAGES.get()
        self._began = perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stages is not None:
            seconds = self._stages.seconds
            took = perf_counter() - self._began
            seconds[self._name] = seconds.get(self._name, 0.0) + took


def note_query(asked: object, total: int | None = None) -> None:
    """What is being answered, and how many articles match it, if anybody asked."""
    stages = STAGES.get()
    if stages is not None:
        stages.asked, stages.total = asked, total
