"""`python -m cluster`: three nodes of OpenSearch to work with, until Ctrl-C or --stop."""

import argparse
import signal
import subprocess
import sys
from typing import NoReturn

from cluster.jars import NotHereError
from cluster.keeping import FOLDER, end, keep_apart, keeping, kept


def main() -> int:
    """Exit 1 with one line that says why it cannot be."""
    parser = argparse.ArgumentParser(prog="cluster", description=__doc__)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--port", type=int, default=9200, help="of the first node")
    parser.add_argument("--detach", action="store_true", help="return when it is ready")
    parser.add_argument("--stop", action="store_true", help="end the one that runs")
    given = parser.parse_args()
    try:
        if given.stop:
            return _stop()
        return _run(given.port, given.nodes, detach=given.detach)
    except (NotHereError, OSError, subprocess.CalledProcessError) as exc:
        print(exc, file=sys.stderr)
        return 1


def _run(port: int, nodes: int, *, detach: bool) -> int:
    if now := kept():
        print(f"It runs already: {' '.join(now.urls)}")
    elif detach:
        now = keep_apart(["--port", str(port), "--nodes", str(nodes)])
        print(f"OpenSearch: {' '.join(now.urls)} (make cluster-stop ends it)")
    else:
        _stay(range(port, port + nodes))
    return 0


def _stay(ports: range) -> None:
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with keeping(ports) as now:
            print(
                f"OpenSearch: {' '.join(now.urls)}, data in {FOLDER} (Ctrl-C ends it)", flush=True
            )
            signal.pause()
    except KeyboardInterrupt:
        print("Ended.")


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _stop() -> int:
    now = kept()
    if now:
        end(now)
    print("Ended." if now else "None runs.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
