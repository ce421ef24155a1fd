"""Taggers that go wrong, in a module of their own so that other processes can load them."""

import os
import signal
from collections.abc import Sequence
from multiprocessing import parent_process
from pathlib import Path

from service.entity import Span
from service.errors import Misconfigured
from service.extract.gazetteer import Gazetteer


class Broken(Gazetteer):
    """Cannot read one kind of story."""

    id = "broken"

    def tag(self, texts: Sequence[str], languages: Sequence[str | None], /) -> list[list[Span]]:
        if any("impossible" in text for text in texts):
            raise RuntimeError("out of words")
        return super().tag(texts, languages)


class Killed(Gazetteer):
    """Its process is killed by a kind of story; once only, if there is a file to remember it by."""

    def __init__(self, memory: Path | None = None) -> None:
        super().__init__()
        self._memory = memory

    def tag(self, texts: Sequence[str], languages: Sequence[str | None], /) -> list[list[Span]]:
        known = self._memory is not None and self._memory.exists()
        if any("deadly" in text for text in texts) and not known:
            if self._memory is not None:
                self._memory.touch()
            _die()
        return super().tag(texts, languages)


def never_starts() -> Gazetteer:
    """Loads in the first process only."""
    if parent_process() is not None:
        _die()
    return Gazetteer()


def misconfigured() -> Gazetteer:
    raise Misconfigured("The model is not installed")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
