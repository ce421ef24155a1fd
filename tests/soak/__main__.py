"""`python -m soak`: the whole of it, or parts by name; writes the figures down."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from soak.figures import Row, keep
from soak.parts import PARTS, Size


def main() -> int:
    """Exit 1 when a figure is missed."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("parts", nargs="*", default=[*PARTS], metavar="PART")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=10, help="of the load at fixed rates")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="of the server under load")
    parser.add_argument("--dry-run", action="store_true", help="keep no figures")
    given = parser.parse_args()
    if unknown := [name for name in given.parts if name not in PARTS]:
        parser.error(f"no part is called {unknown[0]}: there are {', '.join(PARTS)}")
    size = Size(given.kills, given.minutes, given.articles, given.seed, given.workers)
    return max(_run(name, PARTS[name], size, keeps=not given.dry_run) for name in given.parts)


def _run(name: str, part: Callable[[Path, Size], list[Row]], size: Size, *, keeps: bool) -> int:
    folder = Path(tempfile.mkdtemp(prefix=f"soak-{name}-"))
    print(f"{name}, seed {size.seed}, in {folder}", flush=True)
    rows = part(folder, size)
    for row in rows:
        met = "" if row.is_met else " (missed)"
        print(f"  {row.figure}: {row.measured}{met}, target {row.target}; {row.how}", flush=True)
    if keeps:
        keep(name, rows)
    if not all(row.is_met for row in rows):
        return 1  # what was found stays where it was told to be
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
