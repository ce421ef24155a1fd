"""Articles read in this process or in several at once; what was read comes back in their order.

A pool of our own, since concurrent.futures gives up all that waits when one process dies, and
multiprocessing.Pool waits for the dead forever. Processes are started anew (spawn): a fork would
copy locks that other threads hold.
"""

import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Self

from service.article import Article
from service.errors import CuttingsError
from service.extract import Tagger, extract_all, with_language
from service.findings import Findings
from service.near_copies import signature

# Loading a model takes a process as long as it takes one to read so many articles.
_WORTH_A_PROCESS = 200
# One process reads files and stores; it keeps no more than about this many busy.
_MOST = 4
# Batches that are read or wait for each process: enough that none is idle while a long one lasts.
_AHEAD = 3
_DIED = "cannot be tagged: the process that read it ended without an answer"

_spawn = get_context("spawn")


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with its language, what was read out of it, by which tagger, and its signature.

    `findings` is None where it cannot be read; `problem` then says why. Its `content_hash` is empty
    where nobody has taken it yet.
    """

    article: Article
    findings: Findings | None
    tagger: str
    problem: str = ""
    signature: bytes | None = None
    content_hash: str = ""


def processes_for(inputs: int, wanted: int | None) -> int:
    """How many processes read so many inputs: as many as are wanted, or as pay off (None)."""
    if wanted is not None:
        return wanted
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, _MOST, inputs // _WORTH_A_PROCESS))


def read_batch(articles: Sequence[Article], tagger: Tagger) -> list[Reading]:
    """A batch at once, which is faster; after a failure one by one, to find its cause."""
    try:
        known = [with_language(article) for article in articles]
        found = extract_all(known, tagger)
    except CuttingsError:
        raise
    except Exception as exc:
        if len(articles) > 1:
            return [reading for a in articles for reading in read_batch([a], tagger)]
        return [Reading(articles[0], None, tagger.id, f"cannot be tagged: {exc}")]
    return [
        Reading(article, findings, tagger.id, signature=_signature(article))
        for article, findings in zip(known, found, strict=True)
    ]


def _signature(article: Article) -> bytes | None:
    """A derived title is in the body."""
    return signature("" if article.title_derived else article.title, article.body)


class Extraction:
    """Reads batches of articles with a tagger, which is loaded when the first one comes.

    With two and more `processes` each of them loads its own, so `tagger` has to be picklable, and
    this one stays free to read files and to store. Close it (`with`) to end them.
    """

    def __init__(self, tagger: Callable[[], Tagger], processes: int = 1) -> None:
        self._load = tagger
        self._processes = processes
        self._workers: list[_Worker] = []
        self._started = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _exc: BaseException | None, _: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()

    def here(self, articles: Sequence[Article]) -> list[Reading]:
        """Read in this process."""
        return read_batch(articles, self._tagger) if articles else []

    def extract(self, batches: Iterable[Sequence[Article]]) -> Iterator[list[Reading]]:
        """What was read out of each batch, in their order; empty ones cost nothing.

        Several batches are taken ahead, before the results of the first are used.
        """
        if self._processes < 2:
            yield from map(self.here, batches)
            return
        jobs = _Jobs(batches)
        while True:
            jobs.take(ahead=_AHEAD * self._processes)
            self._give(jobs)
            if jobs.is_next_done():
                yield jobs.next_done()
            elif jobs.is_all_done():
                return
            elif self._workers:
                self._collect(jobs)

    @cached_property
    def _tagger(self) -> Tagger:
        return self._load()

    def _give(self, jobs: "_Jobs") -> None:
        if jobs.todo and not self._started:
            self._started = True
            self._workers = [_Worker(self._load, n == 0) for n in range(self._processes)]
        for worker in self._workers:
            if jobs.todo and worker.ready and worker.job is None:
                worker.job = jobs.todo.popleft()
                worker.send(worker.job[1])
        if jobs.todo and not self._workers:
            number, batch = jobs.todo.popleft()
            jobs.done[number] = self.here(batch)

    def _collect(self, jobs: "_Jobs") -> None:
        """Wait until at least one process has something to say."""
        waited_for = {w.pipe: w for w in self._workers if w.job is not None or not w.ready}
        for pipe in wait(list(waited_for)):
            worker = waited_for[pipe]  # type: ignore[index]  # wait() returns what it was given
            try:
                readings = worker.receive()
            except _Died:
                self._bury(worker, jobs)
            else:
                if readings is not None and worker.job is not None:
                    jobs.done[worker.job[0]] = readings
                    worker.job = None

    def _bury(self, dead: "_Worker", jobs: "_Jobs") -> None:
        """One that dies while it loads could not live here; another has a batch to be saved."""
        dead.end()
        self._workers.remove(dead)
        if dead.job is not None:
            number, batch = dead.job
            jobs.done[number] = self._one_by_one(batch)

    def _one_by_one(self, batch: Sequence[Article]) -> list[Reading]:
        """One of these may have killed a process: in new ones, which nothing else is lost with."""
        readings: list[Reading] = []
        worker = self._new()
        for article in batch:
            if worker is None:
                readings += self.here([article])
                continue
            try:
                worker.send([article])
                readings += worker.receive() or []
            except _Died:
                worker.end()
                readings.append(Reading(article, None, "", _DIED))
                worker = self._new()
        self._workers += [worker] if worker else []
        return readings

    def _new(self) -> "_Worker | None":
        """A process with its tagger loaded; None where none can be had."""
        worker = _Worker(self._load, speaks=False)
        try:
            worker.receive()
        except _Died:
            worker.end()
            return None
        return worker


_Job = tuple[int, Sequence[Article]]


class _Jobs:
    """Numbered batches: those to be read, and what was read out of those that are done."""

    def __init__(self, batches: Iterable[Sequence[Article]]) -> None:
        self._batches = enumerate(batches)
        self._taken = 0
        self._next = 0
        self.todo: deque[_Job] = deque()
        self.done: dict[int, list[Reading]] = {}

    def take(self, ahead: int) -> None:
        """One more batch, unless there are enough."""
        if self._taken >= self._next + ahead:
            return
        for number, batch in self._batches:
            self._taken += 1
            if batch:
                self.todo.append((number, batch))
            else:
                self.done[number] = []
            return

    def is_next_done(self) -> bool:
        return self._next in self.done

    def next_done(self) -> list[Reading]:
        self._next += 1
        return self.done.pop(self._next - 1)

    def is_all_done(self) -> bool:
        return self._next == self._taken


class _Died(Exception):
    """A process has ended without an answer."""


class _Worker:
    """A process with a tagger of its own, and the batch that it is reading."""

    def __init__(self, tagger: Callable[[], Tagger], speaks: bool) -> None:
        self.pipe, theirs = _spawn.Pipe()
        self.ready = False
        self.job: _Job | None = None
        self._process = _spawn.Process(target=_work, args=(tagger, theirs, speaks), daemon=True)
        self._process.start()
        # So that the end of the process is the end of the pipe.
        theirs.close()

    def send(self, articles: Sequence[Article]) -> None:
        """To one that is ready only: another reads nothing, and a large batch would block."""
        with suppress(OSError):  # where it has died, the next receive tells
            self.pipe.send(articles)

    def receive(self) -> list[Reading] | None:
        """What it has read; None when it says that its tagger is loaded."""
        try:
            answer: Any = self.pipe.recv()
        except (EOFError, OSError) as exc:
            raise _Died from exc
        if isinstance(answer, CuttingsError):
            raise answer
        self.ready = True
        return answer  # type: ignore[no-any-return]  # what _work sends

    def end(self) -> None:
        self.pipe.close()
        self._process.terminate()
        self._process.join()


def _work(load: Callable[[], Tagger], pipe: "Connection[Any, Any]", speaks: bool) -> None:
    """What a process does: load the tagger, say so, read batches until the pipe is closed."""
    # Ctrl-C reaches all processes of a terminal; the parent's is enough, since it ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not speaks:
        logging.getLogger("cuttings").setLevel(logging.ERROR)  # one has said it already
    try:
        tagger = load()
        pipe.send(None)
        while True:
            pipe.send(read_batch(pipe.recv(), tagger))
    except (EOFError, OSError):
        return  # the parent has gone, or wants no more
    except CuttingsError as exc:
        pipe.send(exc)
