"""Metrics over several workers, and what is written about them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import SEEDS, Client, open_archive

from service.stores.ingests import Counts, IngestStore
from service.web.app import create_app

DOCS = Path(__file__).parent.parent / "docs"
NAME = re.compile(r"\bcuttings_[a-z_]+[a-z]\b")
# What a metric is called with what Prometheus puts behind its name.
ENDS = re.compile(r"_(total|count|sum|bucket)$")
WORKER = """
import sys
from service.web.metrics import Metrics
from service.web.slow import Observation
from service.stages import Stages
metrics = Metrics([])
stages = Stages()
stages.seconds["match"] = 0.5
for _ in range(int(sys.argv[1])):
    metrics.begin()
    metrics.note(Observation("GET", "/v1/search", 0.01, "x", stages), 503)
metrics.begin()
print(metrics.exposed("")[0].decode())
"""


def worker(folder: Path, requests: int) -> str:
    """One process that has answered so many requests, and tells what all have counted."""
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", WORKER, str(requests)],
        env=environment,
        cwd=DOCS.parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_any_worker_tells_the_sum(tmp_path: Path) -> None:
    worker(tmp_path, 2)
    told = worker(tmp_path, 3)
    labels = '{method="GET",route="/v1/search",status="5xx"}'
    assert f"cuttings_http_request_duration_seconds_count{labels} 5.0" in told
    assert 'cuttings_http_refusals_total{status="503"} 5.0' in told
    assert 'cuttings_query_stage_seconds_sum{stage="match"} 2.5' in told
    # The first has ended: it takes no memory any more, and has no request at work.
    assert told.count("cuttings_worker_memory_bytes{") == 1
    assert "cuttings_requests_in_progress 1.0" in told


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    archive = open_archive(tmp_path_factory.mktemp("measured"))
    archive.ingest(SEEDS, tagger="off")
    ingests = IngestStore(archive.private)
    ingests.begin(1)
    ingests.end(1, Counts(1, added=1))
    told = Client(create_app(archive.settings)).get("/metrics").text
    named = re.findall(r"^# TYPE (\S+)", told, re.MULTILINE)
    return {ENDS.sub("", name) for name in named}


def test_every_metric_is_documented_and_every_documented_one_is_there(exposed: set[str]) -> None:
    page = (DOCS / "operation.md").read_text("utf-8")
    alerts = (DOCS / "prometheus" / "alerts.yml").read_text("utf-8")
    documented = {ENDS.sub("", name) for name in NAME.findall(page)}
    assert documented == exposed
    assert {ENDS.sub("", name) for name in NAME.findall(alerts)} <= exposed


def test_the_examples_are_what_prometheus_reads() -> None:
    scrape = yaml.safe_load((DOCS / "prometheus" / "scrape.yml").read_text("utf-8"))
    assert scrape["scrape_configs"][0]["job_name"] == "cuttings"
    (group,) = yaml.safe_load((DOCS / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]:
        assert {"alert", "expr", "annotations"} <= rule.keys()
        assert rule["expr"].count("(") == rule["expr"].count(")")
