"""Snapshots of an archive in the cluster: as of one moment while others write, and brought back."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from opensearchpy import OpenSearch

from cluster.processes import Cluster
from cluster.snapshotted import (
    PEOPLE,
    add,
    beside,
    called,
    documents,
    made,
    quiet,
    repository_in,
    story,
)
from service.backup.carrying import Carried
from service.backup.from_snapshot import restore
from service.checks import inspect
from service.cli import main
from service.database import archive_database, private_database
from service.dates import parse_moment
from service.engines import load_engine
from service.engines.opensearch.home import ClusterHome
from service.engines.opensearch.snapshots import taking
from service.engines.opensearch.snapshots.repository import Begun, Kept, Repository
from service.errors import Busy, Conflict, InvalidRequest, Misconfigured, NotFound
from service.moving import Shelves, to_file
from service.settings import Settings, as_environment
from service.stores.audit import AuditStore, Deed

pytest_plugins = ["cluster.fixtures", "cluster.snapshot_fixtures"]


def run(*words: str, settings: Settings) -> Result:
    return CliRunner().invoke(main, words, env=as_environment(settings))


def test_it_comes_back_as_it_was(settings: Settings, home: ClusterHome) -> None:
    before = documents(home)
    told: list[tuple[int, int]] = []
    taken = home.take_snapshot("one", lambda done, every: told.append((done, every)))
    assert (taken.state, taken.articles, taken.entities) == ("whole", 3, 2)
    assert taken.bytes is not None
    add(home, story(3))
    done = restore(beside(settings), f"{settings.cluster.name}.one", ())
    again = ClusterHome(beside(settings))
    assert documents(again) == before
    assert done.carried == Carried()
    assert not done.lacks
    assert not again.engine.faults()
    add(again, story(3))
    assert documents(again).keys() == documents(home).keys()
    assert all(done <= every for done, every in told)


def test_one_whose_articles_stand_by_their_years(settings: Settings) -> None:
    by_years = called(settings, settings.cluster.name, years=10)
    home = made(by_years)
    for number, year in enumerate(("1931", "1989", "2018", None)):
        add(home, story(number, published=year and parse_moment(f"{year}-05-01")))
    home.take_snapshot("one", quiet)
    restore(beside(by_years), f"{settings.cluster.name}.one", ())
    again = ClusterHome(beside(by_years))
    assert documents(again) == documents(home)
    for number, year in ((4, "1989"), (5, "1950")):
        add(again, story(number, published=parse_moment(f"{year}-05-01")))
    assert len(documents(again)) == len(documents(home)) + 2
    assert not again.engine.faults()


# While others write ----------------------------------------------------------------------------


class Writer(threading.Thread):
    """A line in the log, an article of somebody, and another line, again and again."""

    def __init__(self, settings: Settings, number: int) -> None:
        super().__init__()
        self._home = ClusterHome(settings)
        self._first = number * 10_000
        self.stop = threading.Event()
        self.sent: list[int] = []
        self.acknowledged: list[int] = []
        self.failed: list[BaseException] = []

    def run(self) -> None:
        lines = AuditStore(self._home.private)
        try:
            while not self.stop.is_set():
                number = self._first + len(self.sent)
                self.sent.append(number)
                lines.begin(Deed("writer", f"before {number}"))
                add(self._home, story(number, PEOPLE), PEOPLE)
                lines.begin(Deed("writer", f"after {number}"))
                self.acknowledged.append(number)
        except BaseException as exc:
            self.failed.append(exc)


def wait_for(writers: list[Writer], most: int) -> None:
    """Until there are so many articles."""
    while sum(len(writer.acknowledged) for writer in writers) < most:
        assert not [exc for writer in writers for exc in writer.failed]
        time.sleep(0.1)


def numbers_in(actions: set[str], what: str) -> set[int]:
    return {int(each.split()[1]) for each in actions if each.startswith(what)}


def test_it_is_of_one_moment_though_many_write(settings: Settings, tmp_path: Path) -> None:
    home = made(settings)
    writers = [Writer(settings, number) for number in range(3)]
    for writer in writers:
        writer.start()
    ledger: list[tuple[set[int], set[int]]] = []
    try:
        for number in range(3):
            wait_for(writers, 4 * (number + 1))
            least = {each for writer in writers for each in [*writer.acknowledged]}
            home.take_snapshot(f"s{number}", quiet)
            ledger.append((least, {each for writer in writers for each in [*writer.sent]}))
    finally:
        for writer in writers:
            writer.stop.set()
        for writer in writers:
            writer.join()
    assert not [exc for writer in writers for exc in writer.failed]
    for number, (least, most) in enumerate(ledger):
        then = beside(settings, f"s{number}")
        restore(then, f"{settings.cluster.name}.s{number}", ())
        articles, actions = found_in(then, tmp_path / f"{number}.db")
        assert least <= articles <= most
        assert numbers_in(actions, "after") <= articles <= numbers_in(actions, "before")
        assert least <= numbers_in(actions, "after")


def found_in(settings: Settings, file: Path) -> tuple[set[int], set[str]]:
    """Articles, and what was done; all of it is sound, as a file tells that is made of it."""
    home = ClusterHome(settings)
    assert not home.engine.faults()
    local = replace(settings, db=file, engine="sqlite")
    to_file(local, Shelves(home.shelf, home.private_shelf), lambda _what, _done: None)
    archive, private = archive_database(local), private_database(local)
    found = inspect(archive, load_engine("sqlite", archive), private, lambda *_: None)
    assert not [fault for fault in found if fault.check != "private-mode"]
    with archive.read() as conn:
        keys = {row["key"] for row in conn.execute("SELECT key FROM articles")}
        mentions = [row[0] for row in conn.execute("SELECT mentions FROM entities")]
    assert mentions == [len(keys)] * len(PEOPLE)
    lines = AuditStore(private).latest(100_000)
    return {int(key[1:]) for key in keys}, {line.action for line in lines if line.who == "writer"}


def test_who_does_not_wait_makes_it_begin_anew(
    settings: Settings, home: ClusterHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part of a snapshot has its own moment: what is changed between two of them is told."""
    monkeypatch.setattr(taking, "_BETWEEN", 0.1)
    begun, hurried = Repository.begun, [3, 4]

    def overtaken(self: Repository, name: str) -> Begun:
        if hurried:
            other = ClusterHome(settings)
            monkeypatch.setattr(other.shelf._turns, "give_way", lambda _head: False)
            add(other, story(hurried.pop(0)))
        return begun(self, name)

    monkeypatch.setattr(Repository, "begun", overtaken)
    taken = home.take_snapshot("one", quiet)
    assert taken.articles == 5
    restore(beside(settings), f"{settings.cluster.name}.one", ())
    assert documents(ClusterHome(beside(settings))) == documents(home)
    hurried += range(5, 20)
    with pytest.raises(Busy, match="was changed while its snapshot began"):
        home.take_snapshot("two", quiet)
    assert [each.name for each in home.snapshots()] == ["one"]


def test_one_that_is_not_whole_is_told_and_thrown_away(
    home: ClusterHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Repository.kept

    def partial(self: Repository, pattern: str) -> list[Kept]:
        failures = ("a node is away",)
        found = kept(self, pattern)
        return [each._replace(state="PARTIAL", failures=failures) for each in found]

    with monkeypatch.context() as patched:
        patched.setattr(Repository, "kept", partial)
        with pytest.raises(Busy, match="not whole, and was thrown away: a node is away"):
            home.take_snapshot("one", quiet)
    assert not home.snapshots()


def test_it_is_waited_for_until_all_is_there(
    settings: Settings, home: ClusterHome, cluster: Cluster, opensearch: OpenSearch
) -> None:
    with repository_in(cluster, opensearch, max_restore_bytes_per_sec="20kb") as slow:
        there = called(settings, settings.cluster.name, repository=slow)
        ClusterHome(there).take_snapshot("one", quiet)
        told: list[tuple[int, int]] = []
        full = f"{settings.cluster.name}.one"
        restore(beside(there), full, (), lambda done, every: told.append((done, every)))
        assert documents(ClusterHome(beside(there))) == documents(home)
        assert len(told) > 1
        assert all(done <= every for done, every in told)
        ClusterHome(there).delete_snapshot("one")


def test_one_that_is_damaged_leaves_nothing(
    settings: Settings, home: ClusterHome, cluster: Cluster, opensearch: OpenSearch
) -> None:
    with repository_in(cluster, opensearch) as damaged:
        there = called(settings, settings.cluster.name, repository=damaged)
        ClusterHome(there).take_snapshot("one", quiet)
        pieces = [*(cluster.snapshots / damaged).rglob("__*")]
        assert pieces
        for piece in pieces:
            piece.write_bytes(b"")
        with pytest.raises(Busy, match="does not bring all of it back"):
            restore(beside(there), f"{settings.cluster.name}.one", ())
        assert not opensearch.indices.get_alias(index=f"{beside(there).cluster.name}-*")
        ClusterHome(there).delete_snapshot("one")


# Names and commands ----------------------------------------------------------------------------


def test_nothing_is_replaced(settings: Settings, home: ClusterHome) -> None:
    home.take_snapshot("one", quiet)
    before = documents(home)
    with pytest.raises(Conflict, match="There is a snapshot one already"):
        home.take_snapshot("one", quiet)
    with pytest.raises(Conflict, match="Something stands there already"):
        restore(settings, "one", ())
    assert documents(home) == before


def test_it_comes_back_under_its_own_name(
    settings: Settings, home: ClusterHome, opensearch: OpenSearch
) -> None:
    before = documents(home)
    home.take_snapshot("one", quiet)
    opensearch.indices.delete(index=f"{settings.cluster.name}-*")
    restore(settings, "one", ())
    assert documents(ClusterHome(settings)) == before


@pytest.mark.parametrize("name", ["", "One", "a b", "*", "a,b", "é", "one.seal", "-", "x" * 101])
def test_odd_names(settings: Settings, home: ClusterHome, name: str) -> None:
    with pytest.raises(InvalidRequest, match="is no name of a snapshot"):
        home.take_snapshot(name, quiet)
    for each in (name, f"{name}.one"):
        with pytest.raises((InvalidRequest, NotFound, Misconfigured)):
            home.delete_snapshot(each)


def test_where_no_repository_is(settings: Settings, home: ClusterHome) -> None:
    unnamed = replace(settings, cluster=replace(settings.cluster, repository=""))
    unknown = replace(settings, cluster=replace(settings.cluster, repository="nowhere"))
    for each in (unnamed, unknown):
        for words in (("take",), ("list",), ("delete", "one")):
            said = run("snapshot", *words, settings=each)
            assert said.exit_code == 2
            assert "CUTTINGS_OPENSEARCH_REPOSITORY: name a snapshot repository" in said.output
        with pytest.raises(Misconfigured, match="name a snapshot repository"):
            restore(beside(each), f"{settings.cluster.name}.one", ())


def listed(settings: Settings, *words: str) -> list[dict[str, Any]]:
    done = run("snapshot", "list", "--json", *words, settings=settings)
    assert done.exit_code == 0, done.output
    told: list[dict[str, Any]] = json.loads(done.output)["snapshots"]
    return told


def test_the_commands(settings: Settings, home: ClusterHome) -> None:
    name = settings.cluster.name
    assert run("snapshot", "list", settings=settings).output == "no snapshots\n"
    done = run("snapshot", "take", "one", settings=settings)
    assert done.exit_code == 0, done.output
    assert f"-> {name}.one" in done.output
    unnamed = run("snapshot", "take", settings=settings)
    assert f"-> {name}.20" in unnamed.output, unnamed.output
    assert run("kill", "a0", settings=settings).exit_code == 0
    (newest, oldest) = listed(settings)
    assert (oldest["name"], oldest["killed_since"], newest["killed_since"]) == ("one", 1, 1)
    assert "1 article killed since" in run("snapshot", "list", settings=settings).output
    other = beside(settings)
    assert listed(other) == []
    assert len([each for each in listed(other, "--all") if each["archive"] == name]) == 2
    done = run("snapshot", "restore", f"{name}.one", settings=other)
    assert done.exit_code == 0, done.output
    assert "taken back since and not come again: 1 killed article" in done.output
    assert run("check", settings=other).output == "sound\n"
    assert f"snapshot restore {name}.one  [done]" in run("audit", settings=other).output
    assert "snapshot take one  [done]" in run("audit", settings=settings).output
    assert run("snapshot", "delete", "one", settings=settings).exit_code == 0
    assert len(listed(settings)) == 1
    assert run("snapshot", "delete", "one", settings=settings).exit_code == 2
    refused = run("backup", "x.db", settings=settings)
    assert "cuttings snapshot" in refused.output
