"""How much memory a server and its workers have resident, looked at by /proc twice a second."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Self

_BETWEEN_LOOKS = 0.5
_MIB = 1024


def resident(pid: int) -> float:
    """Of a process and those that it started, in MiB; pages that they share count for each."""
    total = 0.0
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1]) / _MIB
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
        total += sum(resident(int(child)) for child in listed.split())
    return total


class Watch:
    """Looks as long as the block lasts."""

    def __init__(self, pid: int) -> None:
        self._pid, self._stop = pid, threading.Event()
        self.looks: list[tuple[float, float]] = []
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, _: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def most(self) -> float:
        return max(mib for _, mib in self.looks)

    def fifths(self) -> list[float]:
        """The median of each fifth of the time: in the first one the server warms up."""
        mibs = [mib for _, mib in self.looks]
        fifth = max(len(mibs) // 5, 1)
        return [median(mibs[at * fifth : (at + 1) * fifth] or mibs) for at in range(5)]

    def _look(self) -> None:
        while not self._stop.wait(_BETWEEN_LOOKS):
            self.looks.append((time.monotonic(), resident(self._pid)))
