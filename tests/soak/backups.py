"""A backup every second while others write: each restores to a state that existed."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from service.checks import check
from service.database import archive_database
from service.engines import load_engine
from service.settings import Settings
from soak.holding import Seen, seen_in
from soak.ledger import ABSENT, Ledger, Write
from soak.load import READS, WRITES, Crowd, fill
from soak.site import Site, Wrong

_APART = 1.0
# Every so manieth is held against every consistency check there is, as well.
_CHECKED = 10


@dataclass(frozen=True)
class Taken:
    """One backup, and when it was begun and done."""

    file: Path
    begun: float
    ended: float


@dataclass
class Backups:
    """What came of them; seconds are those that one took, from the start of the command."""

    seconds: list[float] = field(default_factory=list)
    writes: int = 0
    faults: list[str] = field(default_factory=list)


def back_up_meanwhile(site: Site, articles: int, seconds: float) -> Backups:
    """Load as ever, a backup each second, and each restored and looked at after it."""
    site.prepare()
    fill(site, articles)
    taken: list[Taken] = []
    stop = threading.Event()
    thread = threading.Thread(target=_keep_taking, args=(site, taken, stop))
    with site.serving() as server, Crowd(site, server.address) as crowd:
        thread.start()
        crowd.spell(seconds, READS, WRITES)
        stop.set()
        thread.join()
        done = Backups([each.ended - each.begun for each in taken], crowd.told.acknowledged)
        done.faults += crowd.faults()
    if not taken:
        done.faults.append("no backup was made")
    for at, each in enumerate(taken):
        done.faults += _restored(site, each, is_checked=at % _CHECKED == 0)
    return done


def _keep_taking(site: Site, taken: list[Taken], stop: threading.Event) -> None:
    begun = time.monotonic()
    while not stop.wait(max(begun + len(taken) * _APART - time.monotonic(), 0)):
        file = site.folder / f"backup-{len(taken)}.db"
        started = time.monotonic()
        site.run("backup", "--quick", file)
        taken.append(Taken(file, started, time.monotonic()))


def _restored(site: Site, taken: Taken, *, is_checked: bool) -> list[str]:
    """By `cuttings restore` to a place of its own."""
    restored = Site(site.folder / "restored", site.seed)
    restored.folder.mkdir(exist_ok=True)
    for file in restored.folder.iterdir():
        file.unlink()
    try:
        restored.run("restore", "--quick", taken.file)
    except (Wrong, AssertionError) as exc:
        return [f"{taken.file.name} cannot be restored: {exc}"]
    with closing(archive_database(Settings(db=restored.db))) as archive:
        seen = seen_in(archive)
        faults = check(archive, load_engine("sqlite", archive)) if is_checked else []
    never = [*seen.faults, *was_never(seen, site.ledger, taken.begun, taken.ended)]
    return [f"{taken.file.name}: {fault}" for fault in (*faults, *never)]


def was_never(seen: Seen, ledger: Ledger, begun: float, ended: float) -> Iterator[str]:
    """Why an archive is none of the states that there were between two times.

    It has every write that was acknowledged before, none that was sent after; and with each write
    all that was acknowledged before that one was sent.
    """
    writes = ledger.writes()
    last: dict[int, int] = {}
    for number, story in writes.items():
        state = seen.states.get(number, ABSENT)
        states = [write.state for write in story]
        if not any(each.allows(state) for each in states):
            yield f"article {number} is {state}, and was never so"
            continue
        last[number] = at = states.index(state)
        if story[at].sent > ended:
            yield f"article {number} is {state}, which was sent later"
        if any(write.acked < begun for write in story[at + 1 :]):
            yield f"article {number} is {state}, and was changed before"
        if seen.versions.get(number, []) != _earlier(story[: at + 1]):
            yield f"article {number} has had the texts {seen.versions.get(number)}"
    newest = max((writes[number][at].sent for number, at in last.items()), default=0.0)
    for number, at in last.items():
        for write in writes[number][at + 1 :]:
            if write.acked < newest:
                yield f"article {number} lacks {write.state}, and a later write is there"


def _earlier(story: list[Write]) -> list[int]:
    """The versions before the last, where the article is there."""
    versions = [write.state.version for write in story if write.state.version]
    return versions[:-1] if story[-1].state.is_shown else []
