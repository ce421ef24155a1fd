"""What stands in docs/scale.md between its marks: tables of what was measured, and what follows.

python -m cluster_scale.page
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import isinf
from pathlib import Path
from typing import Any

from cluster_scale.model import (
    TARGETS,
    Line,
    Model,
    largest_file,
    model_of,
    needed,
)
from cluster_scale.results import FOLDER, every

PAGE = Path(__file__).parent.parent.parent / "docs" / "scale.md"
BEGIN, END = "<!-- measured: make bench-cluster -->", "<!-- end of what is measured -->"
MOVED = FOLDER / "cluster-move.json"
_SLOW = 500.0

Measured = Mapping[str, Any]


def write() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{measured()}\n\n{END}{after}", "utf-8")


def measured() -> str:
    """All of it, made of the results that are kept."""
    sizes = [*every()]
    parts = ["## Measured", *beside(sizes), "", "## By kind of query", *kinds(sizes[-1])]
    if MOVED.exists():
        parts += ["", *moved(json.loads(MOVED.read_text("utf-8")))]
    found = model_of(sizes)
    parts += ["", "## Formulas", *formulas(found), "", "## From 10^5 to 10^9", *targets(found)]
    return "\n".join([*parts, "", "## When to leave the file", *leaving()])


def of_size(one: Measured) -> Iterator[str]:
    """What one run has found, for whoever waits for it."""
    yield f"\n{one['articles']:,} articles\n"
    yield from beside([one])
    yield ""
    yield from kinds(one)


def beside(sizes: Sequence[Measured]) -> Iterator[str]:
    yield f"\n| | {' | '.join(map(_articles, sizes))} |"
    yield f"|---|{'--:|' * len(sizes)}"
    for name, read in _ROWS:
        yield f"| {name} | {' | '.join(read(each) for each in sizes)} |"


def kinds(one: Measured) -> Iterator[str]:
    """Of the largest archive."""
    ways, layer = one["ways"], one["layer"]["kinds"]
    heads = "file p50, p95 | cluster p50, p95 | requests | engine : bare"
    yield f"\n| {one['articles']:,} articles, ms | {heads} |"
    yield "|---|--:|--:|--:|--:|"
    for kind, own in ways["file"]["kinds"].items():
        cluster = ways["cluster"]["kinds"][kind]
        cells = [f"{_n(each['p50'])}, {_n(each['p95'])}" for each in (own, cluster)]
        added = layer.get(kind)
        cells += [_n(added["requests"]), _n(added["ratio_p50"])] if added else ["", ""]
        yield f"| {kind} | {' | '.join(cells)} |"


def moved(found: Measured) -> Iterator[str]:
    yield (
        f"`cuttings move` of {found['articles']:,} agency reports: {_n(found['to_cluster'])} s "
        f"into the cluster, {_n(found['to_file'])} s back into a file, everything compared; "
        f"{'all' if found['equal'] else 'NOT all'} {found['documents']:,} documents of the two "
        "files are equal, but for what the commands themselves write to the log of changes."
    )


def formulas(found: Model) -> Iterator[str]:
    yield "\n| N articles | formula | off at the largest size, if fitted without it |"
    yield "|---|---|--:|"
    lines = {
        "bytes of all indices, without copies": found.size,
        "ms of processors of all nodes for a search": found.search_ms,
        "ms that a search takes at the median, here": found.p50,
        "s that a move takes, here": found.move_seconds,
        "s of processors of all nodes for a move": found.move_node_seconds,
        "s of the service's processor for a move": found.move_own_seconds,
    }
    for name, each in lines.items():
        yield f"| {name} | {_line(each)} | {_error(each)} |"


def targets(found: Model) -> Iterator[str]:
    yield (
        "\n| articles | indices with a copy | shards | machines by disk, by searches | machines "
        "| core-ms a search | hours of filling | first short of |"
    )
    yield "|--:|--:|--:|--:|--:|--:|--:|---|"
    for articles in TARGETS:
        each = needed(found, articles)
        yield (
            f"| {articles:,} | {_bytes(each.bytes_with_copies)} | {each.shards:,} "
            f"| {each.by_disk:,}, {each.by_search:,} | {each.machines:,} "
            f"| {_n(each.search_core_ms)} | {_n(each.ingest_hours)} | {each.bottleneck} |"
        )


def leaving() -> Iterator[str]:
    files = sorted(FOLDER.glob("speed-*-1.json"), key=lambda path: int(path.stem.split("-")[1]))
    sizes = [json.loads(path.read_text("utf-8")) for path in files]
    most = largest_file(sizes, _SLOW)
    yield (
        f"\nBy the line through what `make bench` has measured of a file "
        f"({', '.join(map(_articles, sizes))} articles), its p95 reaches "
        f"{_SLOW:.0f} ms at about {most / 1e6:.0f} million articles on two cores."
    )


def _articles(one: Measured) -> str:
    return f"{one['articles']:,}"


def _n(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _bytes(value: float) -> str:
    return f"{_n(value / 1e12)} TB" if value >= 1e12 else f"{_n(value / 1e9)} GB"


def _line(found: Line) -> str:
    return f"{_n(found.fixed)} + {found.each:.3g} N"


def _error(found: Line) -> str:
    return "" if isinf(found.error) else f"{found.error:.0%}"


def _way(name: str, *shares: str) -> Any:
    return lambda one: ", ".join(_n(one["ways"][name]["all"][share]) for share in shares)


def _at(*path: str, over: float = 1) -> Any:
    def read(one: Measured) -> str:
        found: Any = one
        for name in path:
            found = found.get(name, {})
        return _n(found / over) if found != {} else ""

    return read


def _a_second(name: str) -> Any:
    return lambda one: _n(one["articles"] / one["seconds"][name])


def _of_articles(name: str) -> Any:
    return lambda one: _n(one["bytes"][name] / one["articles"])


_ROWS = (
    ("file: p50, p95 (ms, HTTP)", _way("file", "p50", "p95")),
    ("cluster: p50, p95 (ms, HTTP)", _way("cluster", "p50", "p95")),
    ("file: requests/s, four at once", _at("rates", "file")),
    ("cluster: requests/s, four at once", _at("rates", "cluster")),
    ("queries with the same total", lambda one: "{} of {}".format(*one["same_totals"])),
    ("engine's search: p50 (ms)", _at("layer", "all", "engine_p50")),
    ("the same requests bare: p50 (ms)", _at("layer", "all", "bare_p50")),
    ("engine : bare, at p50 (<= 1.3)", _at("layer", "all", "ratio_of_p50")),
    ("engine : its dearest request alone", _at("layer", "all", "to_largest_p50")),
    ("requests to the cluster a search", _at("layer", "all", "requests")),
    ("ms of the nodes' processors a search", _at("node_cpu_ms_a_search")),
    ("into the file, articles/s", _a_second("file")),
    ("into the cluster by `move`, articles/s", _a_second("move")),
    ("file: one article, s", _at("writing", "file", "one article")),
    ("cluster: one article, s", _at("writing", "cluster", "one article")),
    ("file: a hundred articles, s", _at("writing", "file", "a hundred articles")),
    ("cluster: a hundred articles, s", _at("writing", "cluster", "a hundred articles")),
    ("file: `check`, s", _at("writing", "file", "check")),
    ("cluster: `check`, s", _at("writing", "cluster", "check")),
    ("file: bytes an article", _of_articles("file")),
    ("cluster: bytes an article, without copies", _of_articles("cluster")),
    (
        "heap of three nodes, used of all (MB)",
        lambda one: "{} of {}".format(
            _n(one["memory"]["heap_mb"]), _n(one["memory"]["most_heap_mb"])
        ),
    ),
    ("resident memory of three nodes (MB)", _at("memory", "resident_mb")),
)


if __name__ == "__main__":
    write()
