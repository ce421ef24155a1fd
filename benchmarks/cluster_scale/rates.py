"""Requests a second of several who ask at once, each again as soon as it is answered."""

import threading
import time
from collections.abc import Sequence

from speed.client import Client


def requests_a_second(port: int, paths: Sequence[str], seconds: float, clients: int) -> float:
    """Each client begins elsewhere in the paths, so that no two ask the same at one moment."""
    end = time.perf_counter() + seconds
    counts = [0] * clients

    def ask(number: int) -> None:
        at = number * len(paths) // clients
        with Client(port) as client:
            while time.perf_counter() < end:
                client.get(paths[at % len(paths)])
                counts[number] += 1
                at += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)
