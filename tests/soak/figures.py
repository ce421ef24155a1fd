"""What a soak found, as rows of a table: target and measured side by side, kept part by part."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_ROOT = Path(__file__).parent.parent.parent
RESULTS = _ROOT / "benchmarks" / "results" / "soak.json"
PAGE = _ROOT / "docs" / "promises.md"
BEGIN, END = "<!-- measured: make soak -->", "<!-- end of what is measured -->"


@dataclass(frozen=True)
class Row:
    """One figure; `how` tells on what it was measured."""

    figure: str
    target: str
    measured: str
    how: str
    is_met: bool


def keep(part: str, rows: Sequence[Row]) -> None:
    """Into the file of results, where the other parts stay, and from it into the page."""
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    kept[part] = [asdict(row) for row in rows]
    RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(kept)}{END}{after}", "utf-8")


def table(kept: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """In the order in which the parts run."""
    lines = ["| figure | target | measured | how |", "|---|---|--:|---|"]
    for rows in kept.values():
        for each in rows:
            met = "" if each["is_met"] else " **(missed)**"
            lines.append(
                f"| {each['figure']} | {each['target']} | {each['measured']}{met} | {each['how']} |"
            )
    return "\n".join(lines) + "\n"
