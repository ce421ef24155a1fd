"""`make fuzz MINUTES=10`: every target in turn under atheris, each for its share of the time.

What makes a target fail is printed and kept in .fuzz/crashes/; what reached new code in
.fuzz/corpus/, so that the next run goes on from there.
"""

import argparse
import importlib
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent.parent / ".fuzz"
LONGEST = 4_096
# For one input, beside the bound on its own time that the target asserts.
TIMEOUT_SECONDS = 20
MEMORY_MB = 2_048
_RUNS = re.compile(r"#(\d+)\s+(?:DONE|NEW|REDUCE|pulse|INITED)|Done (\d+) runs")
_FAULT = "Uncaught Python exception: ==="


@dataclass(frozen=True)
class Outcome:
    name: str
    inputs: int
    crashes: tuple[Path, ...]
    output: str


def _fuzz(name: str, options: Sequence[str]) -> None:
    """Never returns: libFuzzer ends the process."""
    # Not on every machine, and what it is told to instrument must be imported behind it.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["service"]):
        target = importlib.import_module("fuzz.every").TARGETS[name]
    # Half a minute of instrumented loading, which is no input's.
    for seed in target.seeds:
        target.run(seed)
    atheris.Setup([sys.argv[0], *options], target.run)
    atheris.Fuzz()


def _names() -> list[str]:
    return list(importlib.import_module("fuzz.every").TARGETS)


def _corpus(name: str) -> Path:
    """The inputs to begin with, which grow."""
    target = importlib.import_module("fuzz.every").TARGETS[name]
    folder = FOLDER / "corpus" / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in target.words)
    (FOLDER / f"{name}.dict").write_text("".join(lines))
    return folder


def run_target(name: str, seconds: int) -> Outcome:
    crashes = FOLDER / "crashes" / name
    crashes.mkdir(parents=True, exist_ok=True)
    before = set(crashes.iterdir())
    options = [
        str(_corpus(name)),
        f"-dict={FOLDER / f'{name}.dict'}",
        f"-artifact_prefix={crashes}/",
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-timeout={TIMEOUT_SECONDS}",
        f"-rss_limit_mb={MEMORY_MB}",
        "-print_final_stats=1",
    ]
    command = [sys.executable, "-m", "fuzz.run", "--target", name, "--", *options]
    done = subprocess.run(
        command,
        capture_output=True,
        timeout=seconds + 300,
        check=False,
        errors="replace",
        text=True,
    )
    said = done.stdout + done.stderr
    counted = [int(one or two) for one, two in _RUNS.findall(said)]
    found = tuple(sorted(set(crashes.iterdir()) - before))
    if done.returncode and not found:
        raise SystemExit(f"{name} did not run:\n{said[-2_000:]}")
    return Outcome(name, max(counted, default=0), found, said)


def _told(outcome: Outcome) -> None:
    print(f"{outcome.name}: {outcome.inputs:,} inputs, {len(outcome.crashes)} crashes", flush=True)
    for crash in outcome.crashes:
        print(f"  {crash}: {crash.read_bytes()[:300]!r}")
    if outcome.crashes:
        print(outcome.output.partition(_FAULT)[2].partition("\n==")[0] or outcome.output[-2_000:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="for all targets together")
    parser.add_argument("--only", help="targets, comma-separated")
    parser.add_argument("--target", help=argparse.SUPPRESS)
    parser.add_argument("options", nargs="*")
    asked = parser.parse_args()
    if asked.target:
        _fuzz(asked.target, asked.options)
    names = asked.only.split(",") if asked.only else _names()
    started = time.monotonic()
    outcomes = []
    for name in names:
        outcomes.append(run_target(name, max(1, int(asked.minutes * 60 / len(names)))))
        _told(outcomes[-1])
    minutes = (time.monotonic() - started) / 60
    crashes = sum(len(outcome.crashes) for outcome in outcomes)
    inputs = sum(outcome.inputs for outcome in outcomes)
    print(f"{len(names)} targets, {inputs:,} inputs, {crashes} crashes in {minutes:.1f} minutes")
    sys.exit(1 if crashes else 0)


if __name__ == "__main__":
    main()
