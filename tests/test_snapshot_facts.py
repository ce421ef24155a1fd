"""What a snapshot says of itself, and where none is taken."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.engines.opensearch.snapshots.repository import Kept, _has_begun
from service.engines.opensearch.snapshots.sealed import (
    Facts,
    facts_of,
    full_name,
    parted,
    seal_of,
    snapshots_in,
)
from service.settings import Settings, as_environment

# Of the longest name and the largest numbers there may be.
FACTS = Facts(
    archive="a" * 100,
    id="0123456789abcdef" * 2,
    generation=2**63,
    taken_at="2026-11-23T03:30:00Z",
    cuttings="10.10.10",
    schema="0010_columns_and_more",
    numbers=(2**63, 2**63),
    layouts=((10_000, 1024, 8, 100), (10_000, 1, 8, 0)),
    documents=(2**40, 2**40, 2**40, 2**40),
    token="0123456789abcdef",  # noqa: S106 - of nobody
)
MOST_BYTES = 1_024


def kept(name: str, state: str = "SUCCESS", facts: Facts | None = FACTS) -> Kept:
    return Kept(name, state, (), facts.told() if facts else {}, (), 0.0)


def test_the_cluster_takes_what_it_says() -> None:
    text = json.dumps(FACTS.told())
    assert len(text.encode()) < MOST_BYTES
    assert facts_of(json.loads(text)) == FACTS


@pytest.mark.parametrize("told", [{}, {"format": "another"}, {**FACTS.told(), "numbers": None}])
def test_what_is_none_of_ours(told: dict[str, object]) -> None:
    assert facts_of(told) is None
    assert snapshots_in([kept("a.b", facts=None)]) == []


@pytest.mark.parametrize(
    ("state", "sealed", "told"),
    [
        ("SUCCESS", "SUCCESS", "whole"),
        ("SUCCESS", None, "not whole"),
        ("SUCCESS", "PARTIAL", "not whole"),
        ("PARTIAL", "SUCCESS", "not whole"),
        ("FAILED", "SUCCESS", "not whole"),
        ("IN_PROGRESS", "SUCCESS", "being taken"),
        ("IN_PROGRESS", None, "being taken"),
    ],
)
def test_only_what_is_sealed_is_whole(state: str, sealed: str | None, told: str) -> None:
    seals = [kept(seal_of("a.b"), sealed)] if sealed else []
    ((_, found),) = snapshots_in([kept("a.b", state), *seals])
    assert (found.state, found.archive, found.name) == (told, "a", "b")


def test_a_seal_of_another_of_that_name_says_nothing() -> None:
    seal = kept(seal_of("a.b"), facts=replace(FACTS, token="another"))  # noqa: S106 - of nobody
    ((_, found),) = snapshots_in([kept("a.b"), seal])
    assert found.state == "not whole"


def test_the_newest_comes_first() -> None:
    later = replace(FACTS, taken_at="2027-01-01T00:00:00Z")
    found = snapshots_in([kept("a.z"), kept("a.b", facts=later), kept("a.c")])
    assert [each.name for _, each in found] == ["b", "z", "c"]


def test_names_come_apart_as_they_were_put_together() -> None:
    assert parted(full_name("a-b_c", "d-e")) == ("a-b_c", "d-e")


@pytest.mark.parametrize(
    ("shard", "has_begun"),
    [
        ({"stage": "INIT", "node": "n"}, False),
        ({"stage": "STARTED"}, False),
        ({"stage": "STARTED", "node": "n"}, True),
        ({"stage": "FINALIZE"}, True),
        ({"stage": "DONE"}, True),
        ({"stage": "FAILURE"}, False),
    ],
)
def test_when_a_part_has_its_moment(shard: dict[str, str], has_begun: bool) -> None:
    """A cluster says STARTED of one that waits for its node, but not of which."""
    assert _has_begun(shard) == has_begun


@pytest.mark.parametrize(
    "words", [("take",), ("list",), ("restore", "one"), ("delete", "one"), ("take", "--json")]
)
def test_of_a_file_a_backup_is_taken(tmp_path: Path, words: tuple[str, ...]) -> None:
    env = as_environment(Settings(db=tmp_path / "cuttings.db"))
    done = CliRunner().invoke(main, ["snapshot", *words], env=env)
    assert done.exit_code == 2
    assert "of a file take a `cuttings backup`" in done.output
    assert not [*tmp_path.iterdir()]
