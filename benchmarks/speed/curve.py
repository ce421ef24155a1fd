"""`make bench-curve`: how each figure grows with the archive, as a table and a plot in docs/.

    python -m speed.curve [--sizes 10000,100000,1000000] [options of speed.run]
        [--docs docs] [--only-draw]

Every size is a run of its own; `--only-draw` takes the results that are there. The table stands
between two marks in docs/speed.md, and what is written around it stays.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from speed.command import numbers, tell
from speed.plot import svg
from speed.run import Bench, measure_all, parser

DOCS = Path(__file__).parent.parent.parent / "docs"
_BEGIN, _END = "<!-- measured: make bench-curve -->", "<!-- end of what is measured -->"
_TEXT = f"""# How fast it is, and how that grows

Times are milliseconds of one machine; what counts is the ratio between lines of one column. How
they are measured, and beside whom, stands in [benchmarks](../benchmarks/README.md).

![Times over the number of articles](speed.svg)

{_BEGIN}
{_END}
"""
_GROWTH = 5.0

Result = dict[str, Any]


def main() -> int:
    options = parser()
    options.add_argument("--sizes", type=numbers, default=[10_000, 100_000, 1_000_000])
    options.add_argument("--docs", type=Path, default=DOCS)
    options.add_argument("--only-draw", action="store_true")
    arguments = options.parse_args()
    for size in [] if arguments.only_draw else arguments.sizes:
        tell(f"{size:,} articles")
        arguments.articles = size
        measure_all(Bench(arguments), arguments)
    found = {size: list(results(arguments, size)) for size in arguments.sizes}
    missing = [size for size, each in found.items() if not each]
    if missing:
        tell(f"Nothing is measured yet of {missing[0]:,} articles")
        return 1
    write(found, arguments.docs)
    return 0


def results(arguments: argparse.Namespace, size: int) -> Iterator[Result]:
    """One a mix."""
    for seed in arguments.seeds:
        file = arguments.results / f"speed-{size}-{seed}.json"
        if file.exists():
            yield json.loads(file.read_text("utf-8"))


def write(found: Mapping[int, Sequence[Result]], docs: Path) -> None:
    page = docs / "speed.md"
    text = page.read_text("utf-8") if page.exists() else _TEXT
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    table_ = "\n".join(table(found))
    page.write_text(f"{before}{_BEGIN}\n\n{table_}\n\n{_END}{after}", "utf-8")
    (docs / "speed.svg").write_text(drawing(found), "utf-8")
    tell("written: speed.md, speed.svg")


def table(found: Mapping[int, Sequence[Result]]) -> Iterator[str]:
    """Medians of the mixes; of what is measured once a run, that."""
    mixes = min(len(each) for each in found.values())
    over = "one mix" if mixes == 1 else f"median of {mixes} mixes"
    yield f"| {over} | {' | '.join(f'{size:,} articles' for size in found)} |"
    yield f"|---|{'--:|' * len(found)}"
    for name in _names(found):
        cells = [_cells(each, name) for each in found.values()]
        yield f"| {name}: p50, p95, p99 (ms) | {' | '.join(cells)} |"
    for number, row in enumerate(next(iter(found.values()))[0]["rows"]):
        figures = [_shown(middle(each, _figure(number))) for each in found.values()]
        sign = ">=" if row["least"] else "<="
        yield f"| {row['name']} ({sign} {row['target']:.3g}) | {' | '.join(figures)} |"
    yield from _growth(found)


def _names(found: Mapping[int, Sequence[Result]]) -> list[str]:
    """Everybody who was measured at any size, the others in their order."""
    return list(dict.fromkeys(n for each in found.values() for n in each[0]["milliseconds"]))


def _cells(each: Sequence[Result], name: str) -> str:
    if name not in each[0]["milliseconds"]:
        return ""
    shown = (_shown(middle(each, _warm(name, p))) for p in ("p50", "p95", "p99"))
    return ", ".join(shown)


def _growth(found: Mapping[int, Sequence[Result]]) -> Iterator[str]:
    """p95 at the largest size against a tenth of it."""
    largest = max(found)
    if largest // 10 not in found:
        return
    many, few = (middle(found[size], _warm("ours", "p95")) for size in (largest, largest // 10))
    if many and few:
        name = f"p95 at {largest:,} against {largest // 10:,} (<= {_GROWTH:g})"
        yield f"| {name} |{' |' * (len(found) - 1)} {_shown(many / few)} |"


def drawing(found: Mapping[int, Sequence[Result]]) -> str:
    panels = {
        f"{share} of the mix": {
            name: [
                (float(size), ms)
                for size, each in found.items()
                if name in each[0]["milliseconds"] and (ms := middle(each, _warm(name, share)))
            ]
            for name in _names(found)
        }
        for share in ("p50", "p95")
    }
    return svg(panels, "articles", "ms")


def middle(each: Sequence[Result], read: Callable[[Result], float | None]) -> float | None:
    """The median over the mixes that have it."""
    values = [value for result in each if (value := read(result)) is not None]
    return median(values) if values else None


def _warm(name: str, share: str) -> Callable[[Result], float | None]:
    return lambda result: result["milliseconds"].get(name, {}).get("warm", {}).get(share)


def _figure(number: int) -> Callable[[Result], float | None]:
    return lambda result: result["rows"][number]["figure"]


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
