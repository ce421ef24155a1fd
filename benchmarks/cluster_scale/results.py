"""What a run has measured, kept a size a file, rounded to what a shared machine can tell."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from speed.percentiles import Timing, by_kind, percentile, spread
from speed.report import rounded

from cluster_scale.layer import Layered

FOLDER = Path(__file__).parent.parent / "results"
Measured = dict[str, Any]


def file_of(articles: int) -> Path:
    return FOLDER / f"cluster-{articles}.json"


def read(articles: int) -> Measured:
    found: Measured = json.loads(file_of(articles).read_text("utf-8"))
    return found


def every() -> Iterator[Measured]:
    """All sizes that were measured, the smallest first."""
    sizes = (path.stem.removeprefix("cluster-") for path in FOLDER.glob("cluster-*.json"))
    return map(read, sorted(int(size) for size in sizes if size.isdecimal()))


def write(measured: Measured, articles: int) -> None:
    text = json.dumps(rounded(measured), indent=1, ensure_ascii=False)
    file_of(articles).write_text(f"{text}\n", "utf-8")


def ways_of(timings: Mapping[str, Sequence[Timing]]) -> dict[str, Any]:
    """Milliseconds over HTTP."""
    return {
        name: {
            "all": asdict(spread(each.ms for each in found)),
            "kinds": {kind: asdict(each) for kind, each in by_kind(found).items()},
        }
        for name, found in timings.items()
    }


def layer_of(found: Sequence[Layered]) -> dict[str, Any]:
    """At the median over the queries: of all of them, and of each kind."""
    kinds: dict[str, list[Layered]] = defaultdict(list)
    for each in found:
        kinds[each.kind].append(each)
    return {"all": _layer(found), "kinds": {kind: _layer(each) for kind, each in kinds.items()}}


def _layer(found: Sequence[Layered]) -> dict[str, float]:
    engine = [each.engine for each in found]
    bare = [sum(each.bare) for each in found]
    return {
        "requests": sum(len(each.bare) for each in found) / len(found),
        "engine_p50": percentile(engine, 0.5),
        "bare_p50": percentile(bare, 0.5),
        "ratio_of_p50": percentile(engine, 0.5) / percentile(bare, 0.5),
        "ratio_p50": percentile([each.ratio for each in found], 0.5),
        "to_largest_p50": percentile([each.to_largest for each in found], 0.5),
    }
