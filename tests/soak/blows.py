"""What is killed: each kind of run, struck at a random instant, looked at, and run to its end then.

Each returns whether the kill met a living process.
"""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

from service.checks import check
from service.database import Database
from service.engines import load_engine
from service.names import name_key
from soak.holding import seen_in
from soak.ledger import ABSENT, KILLED, State
from soak.programs import Server
from soak.site import Site, Wrong
from soak.texts import key_of, people_of
from soak.writing import Editor, Told, Writer, keep_writing

_INGESTED = (10, 60)
_SECONDS_SERVED = 0.5
_STRUCK_AT_START, _STRUCK_ON_ANSWER, _STRUCK_WORKER = 0.1, 0.3, 0.5


def ingest(site: Site, processes: int = 1) -> bool:
    """A file of new articles, new texts of old ones, and some that were killed."""
    texts, states = _inbox(site)
    writes = [site.ledger.send(number, state) for number, state in states.items()]
    inbox = site.write_inbox(texts)
    words = ("ingest", inbox, "--processes", str(processes))
    killed = site.struck(f"ingest {processes}", *words)
    if not killed:
        for write in writes:
            site.ledger.acknowledge(write)
    site.hold(states)
    if killed:
        again = [site.ledger.send(number, state) for number, state in states.items()]
        site.run(*words)
        for write in again:
            site.ledger.acknowledge(write)
        site.hold(states, is_checked=False)
    return killed


def ingest_in_two_processes(site: Site) -> bool:
    """The group of processes dies together."""
    return ingest(site, 2)


def _inbox(site: Site) -> tuple[dict[int, int], dict[int, State]]:
    texts: dict[int, int] = {}
    states: dict[int, State] = {}
    known = site.ledger.numbers()
    size = site.random.randint(*_INGESTED)
    for number in site.random.sample(known, min(len(known), size // 3)):
        latest = site.ledger.latest(number)
        if latest == KILLED:
            texts[number], states[number] = 1, KILLED
        elif latest.fate == "shown":
            texts[number] = latest.version + 1
            states[number] = State(texts[number])
    while len(texts) < size:
        number = site.ledger.new_number()
        site.ledger.let_go(number)
        texts[number], states[number] = 1, State(1)
    return texts, states


def serve(site: Site, workers: int = 1) -> bool:
    """A server while two write and one edits; killed between two writes, in one, or right after."""
    told, stop = Told(), threading.Event()
    server = site.serve(workers)
    if site.random.random() < _STRUCK_AT_START:
        server.ends_within(site.random.uniform(0, 0.5))
        killed = server.kill()
    else:
        server.wait_until_ready()
        threads = _start_writing(site, server, told, stop)
        _wait(site, told)
        if workers > 1 and site.random.random() < _STRUCK_WORKER:
            _strike_worker(site, server)
        killed = server.kill()
        stop.set()
        for thread in threads:
            thread.join()
    site.hold(told.touched)
    if told.faults:
        raise Wrong("\n".join(told.faults[:20]))
    return killed


def serve_with_two_workers(site: Site) -> bool:
    """One of them dies first, at times; the other goes on."""
    return serve(site, 2)


def _start_writing(
    site: Site, server: Server, told: Told, stop: threading.Event
) -> list[threading.Thread]:
    def own() -> Random:
        return Random(site.random.random())  # noqa: S311 - a run can be repeated

    writers = [Writer(site, server.address, own(), told) for _ in range(2)]
    editor = Editor(site, server.address, own(), told)
    threads = [threading.Thread(target=keep_writing, args=(w, stop)) for w in (*writers, editor)]
    for thread in threads:
        thread.start()
    return threads


def _wait(site: Site, told: Told) -> None:
    """For a random time, or until right after an answer."""
    until = time.monotonic() + site.random.uniform(0, _SECONDS_SERVED)
    on_answer = site.random.random() < _STRUCK_ON_ANSWER
    while time.monotonic() < until:
        time.sleep(0.001)
    before = told.acknowledged
    while on_answer and told.acknowledged == before and time.monotonic() < until + 1:
        time.sleep(0.0005)


def _strike_worker(site: Site, server: Server) -> None:
    workers = server.children()
    if workers:
        server.kill_child(site.random.choice(workers))
        time.sleep(site.random.uniform(0, _SECONDS_SERVED))


def reindex(site: Site) -> bool:
    killed = site.struck("reindex", "reindex")
    site.hold(site.ledger.numbers())
    if killed:
        site.run("reindex")
        site.hold(site.ledger.numbers(), is_checked=False)
    return killed


def kill(site: Site) -> bool:
    """`cuttings kill`, which sweeps the bytes of the file as well."""
    shown = [n for n in site.ledger.numbers() if site.ledger.latest(n).fate == "shown"]
    there = [number for number in shown if site.ledger.latest(number).version]
    if not there:
        return ingest(site)
    number = site.random.choice(there)
    write = site.ledger.send(number, KILLED)
    killed = site.struck("kill", "kill", key_of(number), "--reason", "asked for")
    if not killed:
        site.ledger.acknowledge(write)
    site.hold([number])
    if killed:
        if site.ledger.latest(number) != KILLED:
            with site.ledger.writing(number, KILLED):
                site.run("kill", key_of(number), "--reason", "asked for")
        else:
            site.run("ingest", site.write_inbox({number: 1}))  # its end sweeps
        site.hold([number], is_checked=False)
        if not site.is_erased():
            raise Wrong(f"article {number} was killed, and its erasure is never done")
    return killed


def edit(site: Site) -> bool:
    """A name that is given on the command line."""
    name, _ = people_of(site.random.randrange(max(site.ledger.count(), 1)), 1)
    entity = f"person-{name_key(name)}"
    if not site.has_entity(entity):
        return ingest(site)
    reason = site.edits.send()
    words = ("entity", "rename", entity, f"Called {site.random.random()}", "--reason", reason)
    killed = site.struck("edit", *words)
    if not killed:
        site.edits.acknowledge(reason)
    site.hold([])
    return killed


def migrate(site: Site) -> bool:
    """An archive that is being made."""
    fresh = Site(site.folder / f"fresh-{site.random.random()}", site.seed)
    fresh.folder.mkdir()
    fresh.lasts, fresh.random = site.lasts, site.random
    killed = fresh.struck("migrate", "migrate")
    fresh.run("migrate")
    fresh.hold([])
    return killed


def backup(site: Site) -> bool:
    """A copy that is whole or not there; an older one stays until the new one is."""
    copy = site.folder / "copy.db"
    killed = site.struck("backup", "backup", copy)
    site.hold([])
    if copy.exists():
        _hold_copy(site, copy)
    if killed:
        site.run("backup", copy)
        _hold_copy(site, copy)
    return killed


def restore(site: Site) -> bool:
    """A backup into the place of the archive, which has changed in nothing since."""
    copy = site.folder / "restored-from.db"
    site.run("backup", "--quick", copy)
    words = ("restore", copy, "--replace", "--quick")
    killed = site.struck("restore", *words)
    site.hold(site.ledger.numbers())
    if killed:
        site.run(*words)
        site.hold(site.ledger.numbers(), is_checked=False)
    return killed


def _hold_copy(site: Site, copy: Path) -> None:
    """Sound, with nothing that was never sent; nobody writes, so a new one has all."""
    with closing(Database(copy, query_seconds=0)) as archive:
        faults = check(archive, load_engine("sqlite", archive))
        seen = seen_in(archive)
    faults += seen.faults
    for number in site.ledger.numbers():
        state = seen.states.get(number, ABSENT)
        states = [write.state for write in site.ledger.writes()[number]]
        if not any(each.allows(state) for each in states):
            faults.append(f"article {number} is {state} in a copy, and was never so")
    if faults:
        raise Wrong("\n".join(faults[:20]))


Blow = Callable[[Site], bool]
# How often each, among all.
BLOWS: dict[Blow, int] = {
    serve: 7,
    ingest: 5,
    reindex: 2,
    kill: 2,
    backup: 2,
    restore: 1,
    edit: 1,
    migrate: 1,
    ingest_in_two_processes: 1,
    serve_with_two_workers: 1,
}
