"""Whoever takes or restores a snapshot may be killed at any request: others go on, the next one as
well, and nothing is taken for whole that is not.
"""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import LONG
from opensearchpy import OpenSearch

from cluster.processes import Cluster
from cluster.snapshotted import (
    KilledError,
    add,
    called,
    documents,
    fresh,
    made,
    mortal,
    quiet,
    repository_in,
    seen,
    story,
)
from service.backup.from_snapshot import restore
from service.cli import main
from service.engines.opensearch import making
from service.engines.opensearch.home import ClusterHome
from service.engines.opensearch.making import Making
from service.engines.opensearch.shelf import turns
from service.engines.opensearch.snapshots import taking
from service.engines.opensearch.snapshots.bringing import Bringing
from service.engines.opensearch.snapshots.sealed import seal_of
from service.engines.snapshots import Snapshot, Tell
from service.errors import Conflict, CuttingsError, NotReady
from service.settings import Settings, as_environment
from service.working.documents import Document
from service.working.shelf import Changes

pytest_plugins = ["cluster.fixtures", "cluster.snapshot_fixtures"]

# At each of so many requests; in the short form at some of them.
STEP, STEP_BACK = (1, 1) if LONG else (4, 15)
HELD = 1.0
LONGEST_WAIT = HELD + 8.0
FEW_BYTES = "2kb"


@pytest.fixture
def home(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> ClusterHome:
    """An archive of two articles, and less patience with those who were killed."""
    monkeypatch.setattr(turns, "_SECONDS", HELD)
    monkeypatch.setattr(taking, "_RENEWED_AFTER", HELD / 4)
    monkeypatch.setattr(taking, "_BETWEEN", 0.1)
    monkeypatch.setattr(making, "_SECONDS_BETWEEN_BEATS", 0.2)
    monkeypatch.setattr(making, "_SECONDS_WATCHED", HELD)
    home = made(settings)
    for number in range(2):
        add(home, story(number))
    return home


def seconds_to_write(settings: Settings, home: ClusterHome, number: int) -> float:
    """Of one who comes now, in both parts."""
    began = time.monotonic()
    for shelf in (home.shelf, home.private_shelf):
        other = fresh(shelf, settings)
        mark = Document("source" if shelf is home.shelf else "fetch", f"m{number}", {})
        while not other.commit(other.number(), Changes({mark.name: mark}, frozenset())):
            pass
    return time.monotonic() - began


def whole(snapshots: list[Snapshot]) -> set[str]:
    return {each.name for each in snapshots if each.state == "whole"}


def test_who_takes_one_is_killed_at_any_request(settings: Settings, home: ClusterHome) -> None:
    at, was_killed = 0, True
    while was_killed:
        dying, client = mortal(settings, at)
        try:
            dying.take_snapshot(f"s{at}", quiet)
            was_killed = False
        except KilledError:
            assert len(client.asked) == at
        assert seconds_to_write(settings, home, at) < LONGEST_WAIT
        again(home, f"s{at}")
        at += STEP
    assert at > 10
    full = f"{settings.cluster.name}.s{STEP}"
    then = called(settings, f"{settings.cluster.name}-then")
    restore(then, full, ())
    assert {("article", "a0"), ("article", "a1")} <= documents(ClusterHome(then)).keys()
    found = home.snapshots()
    assert {(each.state, each.articles) for each in found} == {("whole", 2)}
    assert len(found) == at // STEP


def test_what_was_cut_off_is_never_restored_and_cleared_away(
    settings: Settings, home: ClusterHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "three"):
        home.take_snapshot(name, quiet)
    repository, archive = home._snapshots.repository, settings.cluster.name
    repository.delete(seal_of(f"{archive}.one"))
    repository.delete(f"{archive}.two")
    assert {each.name: each.state for each in home.snapshots()} == {
        "three": "whole",
        "one": "not whole",
    }
    with pytest.raises(Conflict, match="one is not whole"):
        restore(called(settings, f"{archive}-then"), f"{archive}.one", ())
    home.take_snapshot("four", quiet)
    assert {each.name for each in repository.kept(f"{archive}.*")} == {
        *(f"{archive}.{name}" for name in ("one", "three", "four")),
        *(seal_of(f"{archive}.{name}") for name in ("three", "four")),
    }
    monkeypatch.setattr(taking, "_SECONDS_KEPT", 0.0)
    home.take_snapshot("two", quiet)
    assert {each.name for each in home.snapshots()} == {"two", "three", "four"}


def test_of_two_of_one_name_one_is_taken(settings: Settings, home: ClusterHome) -> None:
    done: list[str] = []

    def take() -> None:
        try:
            done.append(ClusterHome(settings).take_snapshot("one", quiet).state)
        except CuttingsError as exc:
            done.append(type(exc).__name__)

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(threads)
    states = [each.state for each in home.snapshots()]
    assert states == (["whole"] if "whole" in done else [])
    again(home, "one")
    assert whole(home.snapshots()) == {"one"}


def again(home: ClusterHome, name: str) -> None:
    """The same once more, unless it has come to its end by itself."""
    end = time.monotonic() + 60
    while name not in whole(home.snapshots()):
        assert time.monotonic() < end
        try:
            home.take_snapshot(name, quiet)
        except Conflict:
            time.sleep(0.1)


def test_writers_wait_while_it_begins_and_no_longer(
    settings: Settings, home: ClusterHome, cluster: Cluster, opensearch: OpenSearch
) -> None:
    """Copying takes much longer than that."""
    with repository_in(cluster, opensearch, max_snapshot_bytes_per_sec=FEW_BYTES) as slow:
        throttled = made(called(settings, settings.cluster.name, repository=slow))
        began = time.monotonic()
        thread = threading.Thread(target=throttled.take_snapshot, args=("slow", quiet))
        thread.start()
        longest, number = 0.0, 0
        while thread.is_alive():
            number += 1
            longest = max(longest, seconds_to_write(settings, home, number))
        thread.join()
        taken = time.monotonic() - began
        assert number > 2
        assert longest < taken / 2
        assert whole(throttled.snapshots()) == {"slow"}
        throttled.delete_snapshot("slow")


def test_one_that_is_being_taken_can_be_deleted(
    settings: Settings, home: ClusterHome, cluster: Cluster, opensearch: OpenSearch
) -> None:
    with repository_in(cluster, opensearch, max_snapshot_bytes_per_sec=FEW_BYTES) as slow:
        throttled = made(called(settings, settings.cluster.name, repository=slow))
        failed: list[CuttingsError] = []

        def take() -> None:
            try:
                throttled.take_snapshot("slow", quiet)
            except CuttingsError as exc:
                failed.append(exc)

        thread = threading.Thread(target=take)
        thread.start()
        while "being taken" not in {each.state for each in throttled.snapshots()}:
            assert thread.is_alive()
        with pytest.raises(Conflict, match="already: being taken"):
            made(called(settings, settings.cluster.name, repository=slow)).take_snapshot(
                "slow", quiet
            )
        began = time.monotonic()
        throttled.delete_snapshot("slow")
        ended = time.monotonic() - began
        thread.join()
        assert failed
        assert not throttled.snapshots()
        # It is ended, and not waited for.
        began = time.monotonic()
        throttled.take_snapshot("slow", quiet)
        assert ended < 0.75 * (time.monotonic() - began)
        throttled.delete_snapshot("slow")
    assert seconds_to_write(settings, home, 1) < LONGEST_WAIT


def test_who_restores_one_is_killed_at_any_request(settings: Settings, home: ClusterHome) -> None:
    home.take_snapshot("one", quiet)
    before = documents(home)
    full, then = f"{settings.cluster.name}.one", called(settings, f"{settings.cluster.name}-then")
    at, is_there = 0, False
    while not is_there:
        dying, _ = mortal(then, at)
        with suppress(KilledError), dying.restored(full, quiet) as (_, inner):
            inner.make()
        is_there = seen(then)
        if not is_there:
            restore(then, full, ())
        assert documents(ClusterHome(then)) == before
        deleted(then)
        at += STEP_BACK
        assert at < 400


def deleted(settings: Settings) -> None:
    client = ClusterHome(settings)._client
    for name in client.named(f"{settings.cluster.name}-*"):
        client.delete(name)


def test_nobody_looks_before_all_is_there(settings: Settings, home: ClusterHome) -> None:
    home.take_snapshot("one", quiet)
    full, then = f"{settings.cluster.name}.one", called(settings, f"{settings.cluster.name}-then")
    with ClusterHome(then).restored(full, quiet) as (_, inner):
        assert documents(inner) == documents(home)
        other = ClusterHome(then)
        with pytest.raises(NotReady, match="is being restored"):
            other.is_there()
        with pytest.raises(NotReady, match="is being restored"):
            other.migrate()
        for archive in (other.archive, other.private):
            with pytest.raises(NotReady), archive.read():
                pass
        with pytest.raises(Conflict, match="Somebody else begins"):
            restore(then, full, ())
    assert ClusterHome(then).is_there()
    assert documents(ClusterHome(then)) == documents(home)


def run(settings: Settings, *words: str) -> Result:
    return CliRunner().invoke(main, words, env=as_environment(settings))


def test_commands_are_turned_away_meanwhile(
    settings: Settings, home: ClusterHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also before anything of the private part is there."""
    home.take_snapshot("one", quiet)
    full, then = f"{settings.cluster.name}.one", called(settings, f"{settings.cluster.name}-then")
    arrived = tmp_path / "a.txt"
    arrived.write_text("A bridge was opened.", "utf-8")
    commands = ("key", "list"), ("key", "create", "--scope", "read"), ("ingest", str(arrived))
    bring, wait, said = Bringing.indices, Bringing.wait, list[Result]()

    def others() -> None:
        said.extend(run(then, *words) for words in (*commands, ("migrate",)))

    def before(self: Bringing, *args: Any) -> list[str]:
        others()
        return bring(self, *args)

    def while_copied(self: Bringing, names: Sequence[str], tell: Tell) -> None:
        others()
        wait(self, names, tell)

    monkeypatch.setattr(Bringing, "indices", before)
    monkeypatch.setattr(Bringing, "wait", while_copied)
    restore(then, full, ())
    assert len(said) == 2 * (len(commands) + 1)
    assert {each.exit_code for each in said} == {2}
    assert all("is being restored" in each.output for each in said)
    assert documents(ClusterHome(then)) == documents(home)


def test_who_has_looked_for_keys_is_in_nobody_s_way(settings: Settings, home: ClusterHome) -> None:
    home.take_snapshot("one", quiet)
    full, then = f"{settings.cluster.name}.one", called(settings, f"{settings.cluster.name}-then")
    assert run(then, "key", "list").exit_code == 0
    restore(then, full, ())
    assert documents(ClusterHome(then)) == documents(home)


def test_a_key_that_was_made_stays(
    settings: Settings, home: ClusterHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that is made while a restore begins."""
    home.take_snapshot("one", quiet)
    full, then = f"{settings.cluster.name}.one", called(settings, f"{settings.cluster.name}-then")
    refuse = Making._refuse_filled

    def hurried(self: Making) -> None:
        refuse(self)
        assert run(then, "key", "create", "--scope", "read", "--note", "desk").exit_code == 0

    with monkeypatch.context() as patched:
        patched.setattr(Making, "_refuse_filled", hurried)
        with pytest.raises(Conflict, match="Something stands there already"):
            restore(then, full, ())
    with pytest.raises(Conflict, match="Something stands there already"):
        restore(then, full, ())
    assert run(then, "key", "list").output.rstrip().endswith("desk")
    assert not ClusterHome(then).is_there()


def test_what_fails_leaves_nothing(settings: Settings, home: ClusterHome) -> None:
    home.take_snapshot("one", quiet)
    full, then = f"{settings.cluster.name}.one", called(settings, f"{settings.cluster.name}-then")
    with pytest.raises(KilledError), ClusterHome(then).restored(full, quiet):
        raise KilledError("something else fails")
    assert not home._client.named(f"{then.cluster.name}-*")
    assert not ClusterHome(then).is_there()
