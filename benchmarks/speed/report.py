"""What a run has measured: printed for people, written as JSON for the documentation."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from speed.measuring import Measured
from speed.percentiles import Spread, by_kind, spread
from speed.rows import Run, as_json, lines, rows


def print_run(run: Run, articles: int, seed: int) -> None:
    print(f"\n{articles:,} articles, mix {seed}\n")
    everyone = [run.ours, *run.peers.values()]
    print("\n".join(_overall(everyone)))
    print("\n".join(_kinds(everyone)))
    print(f"\nSame totals as plain: {_same_totals(run)}\n")
    print("\n".join(lines(rows(run))))
    print("\n".join(_remarks(run)))


def _overall(everyone: Sequence[Measured]) -> Iterator[str]:
    yield "| ms | cold p50 | p95 | p99 | warm p50 | p95 | p99 | client |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for each in everyone:
        cells = [*_cells(spread(t.ms for t in each.cold)), *_cells(spread(t.ms for t in each.warm))]
        too_much = "" if each.counts else " (does not count)"
        yield f"| {each.name} | {' | '.join(cells)} | {each.client:.2f}{too_much} |"


def _kinds(everyone: Sequence[Measured]) -> Iterator[str]:
    yield f"\n| p50, p95 by kind | {' | '.join(each.name for each in everyone)} |"
    yield f"|---|{'--:|' * len(everyone)}"
    kinds = [by_kind(each.warm) for each in everyone]
    for kind in kinds[0]:
        cells = [", ".join(_cells(of[kind])[:2]) if kind in of else "" for of in kinds]
        yield f"| {kind} | {' | '.join(cells)} |"


def _same_totals(run: Run) -> str:
    """How many queries find as many articles as in plain; names and spellings may find more."""
    plain = run.peers.get("plain")
    if plain is None:
        return "not measured"
    totals = {timing.place: timing.total for timing in plain.cold}
    said = []
    for each in (run.ours, *run.peers.values()):
        pairs = [(t.total, totals[t.place]) for t in each.cold if t.place in totals]
        said.append(f"{each.name} {sum(a == b for a, b in pairs)} of {len(pairs)}")
    return "; ".join(said)


def _remarks(run: Run) -> Iterator[str]:
    for name, stages in (run.service.stored_seconds or {}).items():
        spent = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in stages.items())
        yield f"\nSeconds of storing, {name}: {spent}"
    load = run.service.throughput
    if load and load.open_loop:
        waits = load.open_loop
        yield (
            f"\nAt {waits.per_second:.0f} requests/s (open loop): p50 {waits.p50:.1f} ms, "
            f"p95 {waits.p95:.1f} ms, p99 {waits.p99:.1f} ms, "
            f"client {waits.client:.2f}, answers {dict(waits.answers)}"
        )


def _cells(found: Spread) -> list[str]:
    times = (found.p50, found.p95, found.p99)
    return [f"{ms:.3g}" if ms < 100 else f"{ms:,.0f}" for ms in times]


def write_run(run: Run, articles: int, seed: int, results: Path) -> Path:
    """Small, and without a word of the machine: it is kept with the documentation."""
    everyone = {"ours": run.ours, **run.peers}
    answer = {
        "articles": articles,
        "seed": seed,
        "rows": as_json(rows(run)),
        "milliseconds": {name: _spreads(each) for name, each in everyone.items()},
        "newest_first": asdict(run.floor),
        "agreement": run.agreement and asdict(run.agreement),
        "service": asdict(run.service),
    }
    results.mkdir(parents=True, exist_ok=True)
    file = results / f"speed-{articles}-{seed}.json"
    file.write_text(json.dumps(rounded(answer), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return file


def _spreads(each: Measured) -> dict[str, Any]:
    return {
        "client": each.client,
        "cold": asdict(spread(timing.ms for timing in each.cold)),
        "warm": asdict(spread(timing.ms for timing in each.warm)),
        "kinds": {kind: asdict(found) for kind, found in by_kind(each.warm).items()},
    }


def rounded(value: Any) -> Any:
    """To what a shared machine can tell."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: rounded(each) for name, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value
