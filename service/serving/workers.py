"""Several processes that answer, each at a socket that outlives it.

The process that stays holds the sockets and answers nothing. A worker that dies is replaced, and at
SIGHUP all are, one by one: the next one answers before the last one stops taking connections, so no
request meets a closed door. uvicorn's own supervisor stops a worker first, and starts all at one
socket.
"""

import logging
import math
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from service.errors import CuttingsError
from service.logs import configure
from service.serving.server import RETIRE, serve_here
from service.settings import Settings

# How long a worker may take to load, and beyond its bound to stop (seconds).
START_SECONDS = 120.0
STOP_GRACE = 10.0
# One that cannot start again is tried again after so long.
PAUSE = 1.0
_FOR_THE_PARENT = (signal.SIGINT, signal.SIGHUP)
_log = logging.getLogger("cuttings")
_spawn = multiprocessing.get_context("spawn")


@dataclass(eq=False, slots=True)
class Worker:
    """A process at a slot; `told` carries one message, that it answers."""

    process: SpawnProcess
    told: Connection
    slot: int
    settings: Settings
    kill_at: float
    answers: bool = False


@dataclass(eq=False, slots=True)
class Workers:
    """As many workers as sockets. `reread` gives the settings anew, or raises CuttingsError."""

    sockets: Sequence[socket.socket]
    settings: Settings
    reread: Callable[[], Settings]
    tell: Callable[[str], None]
    _serving: dict[int, Worker] = field(default_factory=dict)
    _next: Worker | None = None
    _leaving: set[Worker] = field(default_factory=set)
    _outdated: list[int] = field(default_factory=list)
    _retry: dict[int, float] = field(default_factory=dict)
    _asked: list[int] = field(default_factory=list)
    _stopping: bool = False
    _failed: bool = False
    _has_started: bool = False

    def run(self) -> int:
        """Until told to stop; the exit code: 1 when a worker could not start at first."""
        with self._signals() as wakeup:
            for slot in range(len(self.sockets)):
                self._serving[slot] = self._start(slot)
            while not self._stopping or self._all():
                self._wait(wakeup)
                for number in self._taken():
                    self._heed(number)
                self._see_who_answers()
                self._see_who_is_gone()
                self._go_on()
        return int(self._failed)

    def _all(self) -> list[Worker]:
        others = [self._next] if self._next is not None else []
        return [*self._serving.values(), *others, *self._leaving]

    def _start(self, slot: int) -> Worker:
        ours, theirs = _spawn.Pipe(duplex=False)
        process = _spawn.Process(
            target=work, args=(self.settings, self.sockets[slot], theirs), name=f"worker {slot}"
        )
        # Ctrl-C in a terminal reaches every process of it: only this one shall heed it.
        signal.pthread_sigmask(signal.SIG_BLOCK, _FOR_THE_PARENT)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _FOR_THE_PARENT)
        theirs.close()
        return Worker(process, ours, slot, self.settings, time.monotonic() + START_SECONDS)

    def _wait(self, wakeup: socket.socket) -> None:
        listening = [each.told for each in self._all() if not each.told.closed]
        gone = [each.process.sentinel for each in self._all()]
        wait([wakeup, *listening, *gone], timeout=PAUSE)
        try:
            while wakeup.recv(64):
                pass
        except BlockingIOError:
            pass

    def _taken(self) -> list[int]:
        taken, self._asked[:] = [*self._asked], []
        return taken

    def _heed(self, number: int) -> None:
        if number == signal.SIGHUP:
            self._reload()
        elif self._stopping:
            for worker in self._all():
                worker.process.kill()
            os._exit(128 + number)
        else:
            self._stop()

    def _reload(self) -> None:
        if self._stopping:
            return
        try:
            self.settings = self.reread()
        except CuttingsError as exc:
            _log.error("the settings stay as they are: %s", exc.detail)
            self.tell(f"Cuttings: the settings stay as they are: {exc.detail}")
            return
        self._outdated = [*self._serving]

    def _stop(self) -> None:
        self._stopping = True
        for each in self.sockets:
            each.close()
        for worker in self._all():
            worker.kill_at = time.monotonic() + worker.settings.stop_seconds + STOP_GRACE
            worker.process.terminate()

    def _see_who_answers(self) -> None:
        for worker in self._all():
            if worker.told.closed or not worker.told.poll():
                continue
            try:
                worker.told.recv()
                worker.answers, worker.kill_at = True, math.inf
            except EOFError:
                pass  # it has gone
            worker.told.close()
            if worker.answers and worker is self._next:
                self._take_over(worker)
        if not self._has_started:
            self._has_started = all(each.answers for each in self._serving.values())

    def _take_over(self, worker: Worker) -> None:
        last = self._serving.get(worker.slot)  # None: it has died, and was to be started again
        self._serving[worker.slot], self._next = worker, None
        self._retry.pop(worker.slot, None)
        if last is not None:
            self._retire(last)
        if not self._outdated:
            self.tell(f"Cuttings: {len(self.sockets)} with the new settings")

    def _retire(self, last: Worker) -> None:
        self._leaving.add(last)
        last.kill_at = time.monotonic() + last.settings.stop_seconds + STOP_GRACE
        if last.process.pid is not None and last.process.is_alive():
            os.kill(last.process.pid, RETIRE)

    def _see_who_is_gone(self) -> None:
        for worker in self._all():
            if time.monotonic() > worker.kill_at:
                worker.process.kill()
            if not worker.process.is_alive():
                worker.process.join()
                self._has_gone(worker)

    def _has_gone(self, worker: Worker) -> None:
        if worker in self._leaving:
            self._leaving.discard(worker)
        elif worker is self._next:
            self._next, self._outdated = None, []
            if (last := self._serving.get(worker.slot)) is not None:
                self.settings = last.settings
            if not self._stopping:
                _log.error("a worker with the new settings has not started: the old ones go on")
                self.tell("Cuttings: the settings stay as they are: no worker starts with others")
        else:
            del self._serving[worker.slot]
            if self._stopping:
                return
            if not self._has_started:
                self._failed = True
                self._stop()
                return
            _log.error("a worker has ended (%s): another takes its place", worker.process.exitcode)
            self._retry[worker.slot] = time.monotonic() + (0 if worker.answers else PAUSE)

    def _go_on(self) -> None:
        """Start what has to be started."""
        if self._stopping:
            return
        for slot, at in [*self._retry.items()]:
            if time.monotonic() >= at:
                del self._retry[slot]
                self._serving[slot] = self._start(slot)
        if self._next is None and self._outdated:
            slot = self._outdated.pop(0)
            if slot in self._serving:
                self._next = self._start(slot)

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Signals are noted, and wake up whoever waits at the socket."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        handled = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._note) for number in handled}
        try:
            yield ours
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(-1)
            ours.close()
            theirs.close()

    def _note(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a handler
        self._asked.append(number)


def work(settings: Settings, listening: socket.socket, told: Connection) -> None:
    """What a worker does: the whole of its process."""
    configure(settings.log, settings.log_level)
    parent = multiprocessing.parent_process()

    def started() -> None:
        told.send(True)
        told.close()

    serve_here(settings, [listening], started, until=parent.sentinel if parent else None)
