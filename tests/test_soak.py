"""The soak in short: what `make soak` does for half an hour, in some seconds."""

import json
from pathlib import Path

import pytest
from conftest import LONG
from soak.backups import back_up_meanwhile, was_never
from soak.figures import BEGIN, END, PAGE, RESULTS, table
from soak.greedy import CEILING, ask_greedily
from soak.holding import Seen
from soak.kills import strike
from soak.ledger import KILLED, Ledger, State
from soak.load import Plan, load
from soak.site import Site
from soak.tally import ALL


def test_killed_at_any_instant_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    # An ingest, a server, a kill, a backup and a server again.
    done = strike(tmp_path, 40 if LONG else 5, seed=14_137)
    assert done.faults == []


def test_readers_and_writers_at_once_never_get_a_wrong_answer(tmp_path: Path) -> None:
    plan = Plan(2_000, 3, 3, 6, 3) if LONG else Plan(120, 1, 0.5, 2, 1)
    done = load(Site(tmp_path, 1), plan)
    assert done.faults == []
    assert done.reads > 40
    assert done.writes > 3


def test_each_backup_under_load_is_a_state_that_existed(tmp_path: Path) -> None:
    done = back_up_meanwhile(Site(tmp_path, 1), 60, 8 if LONG else 2)
    assert done.faults == []


@pytest.mark.skipif(not LONG, reason="each demand needs its time")
@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_hardest_to_answer_is_stopped(tmp_path: Path, workers: int) -> None:
    # Other tests run beside this one. Without a limit the endless one would not end at all.
    done = ask_greedily(Site(tmp_path, 1), 300, 1, 5, workers, margin=40)
    assert done.faults == []
    assert 0 < done.memory < CEILING * workers


def test_the_page_shows_what_was_measured() -> None:
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    shown = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert shown.strip() == (table(kept) if kept else "").strip()


# The ledger itself --------------------------------------------------------------------------------


@pytest.fixture
def ledger() -> Ledger:
    """Article 0 in its second version, article 1 killed, article 2 sent and not acknowledged."""
    made = Ledger()
    for number in range(3):
        assert made.new_number() == number
    for number, states in enumerate([[State(1), State(2)], [State(1), KILLED]]):
        for state in states:
            with made.writing(number, state):
                pass
    made.send(2, State(1))
    return made


def test_what_is_not_acknowledged_may_be_there(ledger: Ledger) -> None:
    assert ledger.allowed(0) == [State(2)]
    assert ledger.allowed(1) == [KILLED]
    assert ledger.allowed(2) == [State(), State(1)]
    assert ledger.allowed(0, begun=0.0) == [State(), State(1), State(2)]
    assert ledger.tally.between(ALL, 1e12, 1e12) == (1, 2)
    assert ledger.tally.between(ALL, 0.0, 1e12) == (0, 2)


def test_after_a_kill_what_is_there_stays(ledger: Ledger) -> None:
    ledger.settle(2, State(1))
    assert ledger.allowed(2) == [State(1)]
    assert ledger.versions(2) == [1]


@pytest.mark.parametrize(
    ("states", "versions", "said"),
    [
        ({0: State(2), 1: KILLED}, {0: [1]}, ""),
        ({0: State(2), 1: KILLED, 2: State(1)}, {0: [1]}, ""),
        ({0: State(1), 1: KILLED}, {}, "was changed before"),
        ({1: KILLED}, {}, "was changed before"),
        ({0: State(2), 1: State(1)}, {0: [1]}, "was changed before"),
        ({0: State(3), 1: KILLED}, {0: [1, 2]}, "was never so"),
        ({0: State(2), 1: KILLED}, {}, "has had the texts"),
    ],
)
def test_what_never_was_is_found_out(
    ledger: Ledger, states: dict[int, State], versions: dict[int, list[int]], said: str
) -> None:
    faults = [*was_never(Seen(states, versions), ledger, 1e12, 1e12)]
    assert bool(faults) == bool(said)
    assert any(said in fault for fault in faults) or not said


def test_a_later_write_without_an_earlier_one_is_found_out(ledger: Ledger) -> None:
    """Also for a copy that was begun before either was acknowledged."""
    (fault,) = was_never(Seen({0: State(1), 1: KILLED}), ledger, 0.0, 1e12)
    assert "a later write is there" in fault
