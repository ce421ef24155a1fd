"""Load from many at once, by wrk or oha, which cost little and run beside.

wrk asks again as soon as it is answered: it tells how many requests a second there can be. oha
asks at a fixed rate whether answers come or not (an open loop, a request's time counted from when
it was due): it tells how long one waits under such a load. A run whose client takes more than half
a core does not count.
"""

import json
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from speed.measuring import MOST_OF_A_CORE

INSTALL = "apt-get install wrk (requests a second); cargo install oha (an open loop)"
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_WRONG = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")
_SCRIPT = """
local paths, at = {}, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second, the share of a core that the client took, and what went wrong."""

    per_second: float
    client: float
    wrong: str = ""

    @property
    def counts(self) -> bool:
        return self.client <= MOST_OF_A_CORE and not self.wrong


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds under an open loop of so many requests a second, answered like that."""

    per_second: float
    p50: float
    p95: float
    p99: float
    client: float
    answers: Mapping[str, int]


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


def has_oha() -> bool:
    """One that takes a file of addresses."""
    if shutil.which("oha") is None:
        return False
    said = subprocess.run(["oha", "--help"], capture_output=True, text=True, check=False).stdout
    return "--urls-from-file" in said


def requests_a_second(
    port: int, paths: Sequence[str], seconds: float, connections: int = 8
) -> Rate:
    """As many as there can be, the paths in turn."""
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder) / "paths", Path(folder) / "paths.lua"
        listed.write_text("\n".join(paths), "utf-8")
        script.write_text(_SCRIPT % listed, "utf-8")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "60s"]
        said, client = _run([*command, "-s", str(script), f"http://127.0.0.1:{port}"])
    found, wrong = _RATE.search(said), _WRONG.search(said)
    assert found is not None, said
    return Rate(float(found[1]), client, wrong[0] if wrong else "")


def waits_at(port: int, paths: Sequence[str], per_second: float, seconds: float) -> Waits:
    """The paths by chance, so many a second."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "addresses"
        addresses = (f"http://127.0.0.1:{port}{path}" for path in paths)
        listed.write_text("\n".join(addresses), "utf-8")
        rate = ["-q", f"{per_second:.2f}", "--latency-correction", "-c", "64"]
        command = ["oha", "--no-tui", "--output-format", "json", "-z", f"{seconds:.0f}s", *rate]
        said, client = _run([*command, "--urls-from-file", str(listed)])
    answer = json.loads(said)
    percentiles = answer["latencyPercentiles"]
    p50, p95, p99 = (percentiles[share] * 1_000 for share in ("p50", "p95", "p99"))
    return Waits(per_second, p50, p95, p99, client, answer["statusCodeDistribution"])


def _run(command: Sequence[str]) -> tuple[str, float]:
    """What it says, and its share of a core."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after, spent = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.stdout, cpu / spent
