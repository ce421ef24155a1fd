"""A drop folder: what stands still is loaded, once, whole, and whatever else goes on there.

The changes and the clock are the test's own, but for one test of the real ones.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import pytest
from conftest import Archive
from watchfiles import Change
from watchfiles.main import FileChange

from service.errors import Busy, InvalidRequest
from service.extract import load_tagger
from service.ingest import Ingest, Report
from service.watching import RETRY_AFTER, STANDS_STILL, follow, watch_folders

LONG_AGO, AHEAD = 1_000_000_000, 4_000_000_000
A_WHILE = STANDS_STILL + 0.1
# A step of a test: what is done then, by which so many seconds pass, and what of it is told.
Step = tuple[Callable[[], object], float, Sequence[Path]]


@dataclass(frozen=True, slots=True)
class Recorded(Ingest):
    """An ingest that remembers what it was to load in each round, and fails when told to."""

    rounds: list[list[str]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    def run(self, paths: Sequence[str], *_: object) -> Report:
        self.rounds.append(sorted(Path(path).name for path in paths))
        if self.faults:
            raise self.faults.pop()
        # Without names, or a class with slots would ask the wrong one.
        return Ingest.run(self, paths)


@dataclass(frozen=True)
class Drop:
    """A folder, and a job that watches it while the steps of a test are taken."""

    folder: Path
    job: Recorded
    said: list[str]
    reports: list[Report] = field(default_factory=list)

    def path(self, name: str) -> Path:
        return self.folder / name

    def put(self, *names: str, when: int = LONG_AGO) -> None:
        """Files with a text of their own, written at a time."""
        for name in names:
            self.write(name, f"The story of {name}.", when)

    def write(self, name: str, text: str, when: int = LONG_AGO) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        # What the system writes as the time may come late.
        os.utime(path, (when, when))

    def watch(self, *steps: Step, stop: threading.Event | None = None) -> list[list[str]]:
        """Names of what is loaded, a list a round."""
        now = 0.0

        def looks() -> Iterator[set[FileChange]]:
            nonlocal now
            yield set()
            for do, seconds, changed in steps:
                do()
                now += seconds
                yield {(Change.added, str(path)) for path in changed}

        stop = stop or threading.Event()
        follow(self.job, [self.folder], looks(), self.reports.append, stop, lambda: now)
        return self.job.rounds


@pytest.fixture
def drop(archive: Archive, tmp_path: Path) -> Drop:
    folder = tmp_path / "drop"
    folder.mkdir()
    said: list[str] = []
    job = archive.job(lambda: load_tagger("off"))
    options = replace(job.options, tell=said.append)
    return Drop(
        folder,
        Recorded(
            job.archive, job.engine, job.embargoes, job.quarantine, job.tagger, options=options
        ),
        said,
    )


def nothing() -> None:
    """Only time passes."""


def pass_by(seconds: float = A_WHILE) -> Step:
    return nothing, seconds, ()


def test_what_is_there_is_loaded_first(drop: Drop) -> None:
    drop.put("a.txt", "d/b.txt")
    assert drop.watch() == [["a.txt", "b.txt"]]
    assert [report.added for report in drop.reports] == [2]


def test_what_is_there_and_young_waits(drop: Drop) -> None:
    drop.put("a.txt", "b.txt", "c.txt")
    # As by another machine's clock, so that this test needs none.
    drop.put("young.txt", when=AHEAD)
    drop.write("c.json", "{}", AHEAD)
    rounds = drop.watch(pass_by(0.5), pass_by())
    assert rounds == [["a.txt", "b.txt"], ["c.txt", "young.txt"]]


def test_an_empty_folder_is_none_to_tell_of(drop: Drop) -> None:
    assert drop.watch(pass_by()) == []
    assert (drop.reports, drop.said) == ([], [])


def test_a_folder_is_moved_in(drop: Drop, tmp_path: Path) -> None:
    moved = replace(drop, folder=tmp_path / "batch")
    moved.put("1.txt", "deep/2.txt", ".git/3.txt", "4.txt.part")

    def move() -> None:
        (tmp_path / "batch").rename(drop.path("batch"))

    assert drop.watch((move, 0, [drop.path("batch")]), pass_by()) == [["1.txt", "2.txt"]]


def test_a_folder_and_what_comes_in_it_are_loaded_once(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.watching._BATCH", 1)
    paths = [drop.path(name) for name in ("d", "d/1.txt", "d/e", "d/e/2.txt")]
    steps = [(lambda: drop.put("d/1.txt", "d/e/2.txt"), 0, paths), pass_by(), pass_by()]
    assert drop.watch(*steps) == [["1.txt"], ["2.txt"]]


def test_a_folder_that_only_changes_is_not_read_again(drop: Drop) -> None:
    drop.put("d/1.txt")

    def looks() -> Iterator[set[FileChange]]:
        yield set()
        yield {(Change.modified, str(drop.path("d"))), (Change.deleted, str(drop.path("e")))}
        yield set()

    now = iter(range(0, 1_000, 10))
    follow(drop.job, [drop.folder], looks(), print, threading.Event(), lambda: next(now))
    assert drop.job.rounds == [["1.txt"]]


def test_a_link_to_a_folder_is_not_entered(drop: Drop, tmp_path: Path) -> None:
    replace(drop, folder=tmp_path / "out").put("1.txt")
    link = drop.path("link")
    steps = [(lambda: link.symlink_to(tmp_path / "out"), 0, [link]), pass_by()]
    assert drop.watch(*steps) == []


def test_a_file_that_is_written_for_long_holds_nothing_back(drop: Drop) -> None:
    slow = drop.path("slow.txt")

    written = count(1)

    def write() -> None:
        drop.write("slow.txt", "A piece of the story. " * next(written))

    def both() -> None:
        write()
        drop.put("quick.txt")

    steps: list[Step] = [(both, 0, [slow, drop.path("quick.txt")])]
    steps += [(write, A_WHILE, [slow])] * 3
    # Then no change comes any more, and it is loaded all the same.
    assert drop.watch(*steps, pass_by(0.5), pass_by(0.7)) == [["quick.txt"], ["slow.txt"]]


def test_a_file_that_grows_unnoticed_waits_on(drop: Drop) -> None:
    path = drop.path("a.txt")
    steps: list[Step] = [(lambda: drop.put("a.txt"), 0, [path])]
    steps += [(lambda: drop.write("a.txt", "Longer. " * 9), A_WHILE, ()), pass_by(0.5)]
    assert drop.watch(*steps) == []
    path.unlink()
    assert drop.watch(*steps, pass_by()) == [["a.txt"]]


def test_what_went_away_again_is_not_missed(drop: Drop) -> None:
    path = drop.path("a.txt")
    steps: list[Step] = [(lambda: drop.put("a.txt"), 0, [path]), (path.unlink, A_WHILE, [path])]
    assert drop.watch(*steps, pass_by()) == []


def test_a_sidecar_that_comes_after_its_text(drop: Drop, archive: Archive) -> None:
    drop.put("a.txt")
    side = drop.path("a.json")

    def state() -> None:
        drop.write("a.json", '{"source": "The Post"}')

    assert drop.watch((state, 0, [side]), pass_by()) == [["a.txt"], ["a.txt"]]
    assert [(report.added, report.changed) for report in drop.reports] == [(1, 0), (0, 1)]
    assert archive.rows("SELECT name FROM sources") == [("The Post",)]
    assert drop.reports[1].failed == []


def test_a_text_waits_for_its_sidecar(drop: Drop) -> None:
    text, side = drop.path("a.txt"), drop.path("a.txt.json")
    steps: list[Step] = [(lambda: drop.put("a.txt"), 0, [text])]
    steps += [(lambda: drop.write(side.name, "{"), 0.9, [side])]
    steps += [(lambda: drop.write(side.name, '{"title": "A"}'), 0.9, [side])]
    assert drop.watch(*steps, pass_by(0.2), pass_by()) == [["a.txt"]]
    assert drop.reports[0].added == 1


def test_other_json_is_an_input(drop: Drop) -> None:
    drop.put("a.html")
    path = drop.path("a.json")
    assert drop.watch((lambda: drop.put("a.json"), 0, [path]), pass_by())[1:] == [["a.json"]]


NOT_TAKEN = (
    *(".a.txt", ".trash/a.txt", "d/.x/e/a.txt", "a.txt.part", "a.tmp", "a.TMP", "a.txt~"),
    *("a.zip.crdownload", "upload.part/a.txt"),
)


@pytest.mark.parametrize("name", NOT_TAKEN)
def test_hidden_and_unfinished_names_are_not_taken(drop: Drop, name: str) -> None:
    path, done = drop.path(name), drop.path("done.txt")
    drop.put("old/" + name)
    steps: list[Step] = [(lambda: drop.put(name), 0, [path]), pass_by()]
    assert drop.watch(*steps) == []
    assert drop.watch(*steps, (lambda: path.rename(done), 0, [done]), pass_by()) == [["done.txt"]]


def test_a_hidden_folder_can_be_watched(drop: Drop) -> None:
    hidden = replace(drop, folder=drop.path(".drop"))
    hidden.put("a.txt")
    assert hidden.watch() == [["a.txt"]]


def test_the_archive_in_the_folder_is_no_input(archive: Archive, drop: Drop) -> None:
    above = replace(drop, folder=archive.settings.db.parent)
    above.put("a.txt")
    own = [path for path in above.folder.iterdir() if path.suffix.startswith(".db")]
    assert archive.settings.db in own
    assert above.watch((nothing, 0, own), pass_by()) == [["a.txt"]]


@pytest.mark.parametrize(
    "fault", [Busy("Another one is writing"), OSError("Another one is writing")]
)
def test_a_round_that_fails_is_told_and_tried_again(drop: Drop, fault: Exception) -> None:
    drop.put("a.txt", "b.txt")
    drop.job.faults.append(fault)
    c = drop.path("c.txt")
    rounds = drop.watch((lambda: drop.put("c.txt"), 0, [c]), pass_by(), pass_by(RETRY_AFTER))
    assert rounds == [["a.txt", "b.txt"], ["c.txt"], ["a.txt", "b.txt"]]
    assert drop.said == ["2 inputs are not loaded, and will be tried again: Another one is writing"]
    assert [report.added for report in drop.reports] == [1, 2]


def test_a_large_folder_is_loaded_in_parts(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.watching._BATCH", 2)
    drop.put("a.txt", "b.txt", "c.txt")
    assert drop.watch() == [["a.txt", "b.txt"], ["c.txt"]]


def test_a_stop_is_heard_between_parts(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.watching._BATCH", 2)
    drop.put("a.txt", "b.txt", "c.txt")
    stop = threading.Event()
    follow(drop.job, [drop.folder], [set()], lambda _report: stop.set(), stop)
    assert drop.job.rounds == [["a.txt", "b.txt"]]


def test_what_lies_at_no_folder_is_not_watched(drop: Drop) -> None:
    with pytest.raises(
        InvalidRequest, match=r"^Only folders can be watched: https://example\.org is none"
    ):
        watch_folders(drop.job, ["https://example.org"], print, threading.Event())


def test_real_changes(drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while the first load goes on is seen too: the watch has begun by then."""
    monkeypatch.setattr("service.watching.STANDS_STILL", 0.05)
    drop.put("a.txt")
    replace(drop, folder=tmp_path / "batch").put("b.txt")
    stop = threading.Event()

    def tell(report: Report) -> None:
        drop.reports.append(report)
        if len(drop.reports) == 1:
            (tmp_path / "batch").rename(drop.path("batch"))
        else:
            stop.set()

    guard = threading.Timer(20, stop.set)
    guard.start()
    watch_folders(drop.job, [str(drop.folder)], tell, stop)
    guard.cancel()
    assert drop.job.rounds == [["a.txt"], ["b.txt"]]
