"""Many write on one shelf, and some are killed, as nodes are: nothing is lost or doubled."""

import signal
import threading
import time
from collections.abc import Iterator, Mapping
from functools import partial
from random import Random
from typing import Any

import pytest
from conftest import LONG
from opensearchpy import OpenSearch

from cluster.processes import Cluster
from cluster.shelf_writers import (
    COUNTER,
    Done,
    counted,
    in_process,
    leave_mark,
    marks,
    write,
    write_and_die,
)
from cluster.shelves import PARTS, connected, empty_shelf, name_of
from service.database import Connection
from service.engines.opensearch.client import Client, Place
from service.engines.opensearch.nodes import Address
from service.engines.opensearch.shelf import indices as indices_module
from service.engines.opensearch.shelf import register as register_module
from service.engines.opensearch.shelf.applying import Applying, Leaving
from service.engines.opensearch.shelf.fields import LOOKED_UP_OF_OTHERS
from service.engines.opensearch.shelf.layouts import laid_out
from service.engines.opensearch.shelf.shelf import OpenSearchShelf
from service.errors import Busy
from service.needs import NOTHING, SOURCE
from service.working.shared import SharedArchive
from service.working.shelf import Changes

pytest_plugins = ["cluster.fixtures"]


class Unreliable(Client):
    """Loses answers to writes, some before and some after they were done."""

    lost: list[str] = []  # noqa: RUF012 - of one test at a time

    def replace(
        self, index: str, key: str, body: Mapping[str, Any], place: Place | None
    ) -> Place | None:
        how = self.lost.pop(0) if self.lost else ""
        if how == "before":
            raise Busy("no answer")
        done = super().replace(index, key, body, place)
        if how == "after":
            raise Busy("no answer")
        return done


@pytest.fixture(scope="module")
def client(cluster: Cluster) -> Iterator[Unreliable]:
    with connected(cluster, Unreliable) as made:
        yield made


@pytest.fixture
def shelf(client: Unreliable) -> Iterator[OpenSearchShelf]:
    client.lost.clear()
    with empty_shelf(client) as made:
        yield made
        client.lost.clear()


def test_an_archive_gets_the_fields_that_it_lacks(
    opensearch: OpenSearch, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_mark(shelf, "one", Done())
    later = {**LOOKED_UP_OF_OTHERS, "later": {"type": "keyword"}}
    monkeypatch.setattr(indices_module, "LOOKED_UP_OF_OTHERS", later)
    shelf.create(PARTS)
    others = shelf.indices.others
    (about,) = opensearch.indices.get_mapping(index=others).values()
    assert about["mappings"]["properties"]["later"] == {"type": "keyword"}
    assert shelf.number() == 1
    assert marks(shelf) == (1, {"one"})


def test_processes_at_once(cluster: Cluster, shelf: OpenSearchShelf) -> None:
    wanted = [[f"w{writer}-{number}" for number in range(8)] for writer in range(3)]
    processes = [in_process(write, cluster.urls, name_of(shelf), each) for each in wanted]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert shelf.number() == 24
    assert marks(shelf) == (24, {mark for each in wanted for mark in each})


def test_whoever_comes_next_ends_what_a_killed_process_began(
    cluster: Cluster, shelf: OpenSearchShelf
) -> None:
    leave_mark(shelf, "first", Done())
    kill_writing(["second"], cluster, shelf)
    assert [*shelf.get([("source", "second")])] == []
    assert shelf.number() == 2
    assert marks(shelf) == (2, {"first", "second"})
    leave_mark(shelf, "third", Done())
    assert marks(shelf) == (3, {"first", "second", "third"})


def test_a_reader_in_a_hurry_ends_what_was_large(
    cluster: Cluster, client: Client, shelf: OpenSearchShelf
) -> None:
    """Longer than any of them waits they all have waited together."""
    wanted = [f"second{number}" for number in range(900)]
    leave_mark(shelf, "first", Done())
    kill_writing(wanted, cluster, shelf)
    archive = SharedArchive(OpenSearchShelf(client, name_of(shelf)), query_seconds=1.5)
    end = time.monotonic() + 30
    while True:
        try:
            with archive.read():
                break
        except Busy:
            assert time.monotonic() < end
    assert shelf.number() == 2
    assert marks(shelf) == (901, {"first", *wanted})


def kill_writing(marks: list[str], cluster: Cluster, shelf: OpenSearchShelf) -> None:
    """With a change that is made, and not applied."""
    process = in_process(write_and_die, cluster.urls, name_of(shelf), marks)
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize("lost", [["before"], ["after"], ["after", "before"], ["before"] * 3])
def test_lost_answers(client: Unreliable, shelf: OpenSearchShelf, lost: list[str]) -> None:
    done = Done()
    client.lost.extend(lost)
    leave_mark(shelf, "one", done)
    client.lost.extend(["", lost[0]])  # of the one that tells that it is applied
    leave_mark(shelf, "two", done)
    assert done == Done(["one", "two"])
    assert shelf.number() == 2
    assert marks(shelf) == (2, {"one", "two"})


def test_what_nobody_can_tell_is_said(
    client: Unreliable, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_module, "_SECONDS_IN_DOUBT", 1.0)
    done = Done()
    client.lost.extend(["after"] * 1_000)
    leave_mark(shelf, "one", done)
    assert done == Done(unknown=["one"])
    client.lost.clear()
    assert shelf.number() == 1
    assert marks(shelf) == (1, {"one"})


def applying(client: Client, shelf: OpenSearchShelf, changes: Changes) -> Applying:
    layouts = (laid_out(PARTS),)
    change = Leaving(client, shelf.indices, layouts).change(changes)
    return Applying(client, shelf.indices, 1, change, layouts)


def test_who_comes_late_writes_over_nothing(client: Unreliable, shelf: OpenSearchShelf) -> None:
    """Old changes may be applied again at any time, also to what was deleted since."""
    late = applying(client, shelf, Changes({COUNTER: counted(COUNTER[1], 7)}, frozenset()))
    leave_mark(shelf, "one", Done())
    leave_mark(shelf, "two", Done())
    assert shelf.commit(2, Changes({}, frozenset({("source", "one")})))
    late.write()
    gone = applying(client, shelf, Changes({("source", "one"): counted("one", 1)}, frozenset()))
    gone.write()
    assert marks(shelf) == (2, {"two"})


def test_a_large_change_is_made_whole(
    cluster: Cluster, shelf: OpenSearchShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_module, "_MOST_CHARACTERS", 1_000)
    monkeypatch.setattr(register_module, "_PIECE", 3_000)
    put = {each.name: each for each in (counted(f"s{number}", number) for number in range(700))}
    assert shelf.commit(shelf.number(), Changes(put, frozenset()))
    assert {each.name: each for each in shelf.every("source")} == put
    assert shelf.commit(shelf.number(), Changes({}, frozenset(put)))
    assert shelf.every("source") == []
    other = OpenSearchShelf(Client(Address(tuple(cluster.urls))), name_of(shelf))
    assert other.number() == 2
    assert other.find(SOURCE, ["s1"]) == []


def test_who_is_slow_gets_a_turn(cluster: Cluster, shelf: OpenSearchShelf) -> None:
    tries, stop = [], threading.Event()

    def another() -> OpenSearchShelf:
        return OpenSearchShelf(Client(Address(tuple(cluster.urls))), name_of(shelf))

    def hurry(writer: int) -> None:
        archive, number = SharedArchive(another()), 0
        while not stop.is_set():
            archive.change(NOTHING, partial(add_source, f"w{writer}-{number}"))
            number += 1

    def take_time(conn: Connection) -> None:
        tries.append(1)
        time.sleep(0.5)
        add_source("slow", conn)

    threads = [threading.Thread(target=hurry, args=(writer,)) for writer in range(2)]
    for thread in threads:
        thread.start()
    try:
        SharedArchive(another()).change(NOTHING, take_time)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert [each.key for each in shelf.get([("source", "slow")])] == ["slow"]
    assert len(tries) <= 12


def add_source(name: str, conn: Connection) -> None:
    conn.execute("INSERT INTO sources (name, articles) VALUES (?, 1)", (name,))


@pytest.mark.parametrize("seed", range(20 if LONG else 2))
def test_nodes_killed_while_many_write(cluster: Cluster, shelf: OpenSearchShelf, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - to be repeated
    done, stop = [Done(), Done()], threading.Event()

    def go_on(writer: int) -> None:
        other = OpenSearchShelf(Client(Address(tuple(cluster.urls))), name_of(shelf))
        number = 0
        while not stop.is_set():
            leave_mark(other, f"w{writer}-{number}", done[writer])
            number += 1

    threads = [threading.Thread(target=go_on, args=(writer,)) for writer in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(1 + random.random())
    victim = random.randrange(3)
    cluster.kill(victim)
    time.sleep(3)
    cluster.restart(victim)
    stop.set()
    for thread in threads:
        thread.join()
    acknowledged = {mark for each in done for mark in each.acknowledged}
    unknown = {mark for each in done for mark in each.unknown}
    number = shelf.number()
    count, found = marks(shelf)
    assert count == len(found) == number
    assert acknowledged <= found <= acknowledged | unknown
    assert len(acknowledged) >= 4
