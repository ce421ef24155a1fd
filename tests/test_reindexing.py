"""Making all anew while others write: whatever comes in between, the archive is as without it."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import LONG, Archive, open_archive

from service.article import Article
from service.backup import backup
from service.checks import check
from service.cli import main
from service.database import WAIT_FOR_WRITER, Connection, Database
from service.engines.sqlite.columns import filing
from service.engines.sqlite.engine import SqliteEngine
from service.reindexing import reindex
from service.stores import text_rebuild
from service.stores.edits import Author, EditStore

WORDS = "envoy rome left post 특사 로마 東京で会談 straße Łódź bts는 quoted again".split()
QUERIES = ("envoy", '"left post"', "po*", "특사", "東京", "strasse", "rome OR again", "title:envoy")


class Interrupted(Database):
    """Before each transaction of the one, another writer has its turn."""

    def __init__(self, path: Path, between: Callable[[], None]) -> None:
        super().__init__(path, query_seconds=0)
        self._between = between

    def unhurried(self) -> Database:
        return self

    @contextmanager
    def write(self, patience: float = WAIT_FOR_WRITER) -> Iterator[Connection]:
        self._between()
        with super().write(patience) as conn:
            yield conn


def said(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=12))


def some_article(rng: random.Random) -> Article:
    return Article(uri=str(rng.randrange(40)), title=said(rng), body=said(rng))


class Writer:
    """Others who write: the service one by one and in bulk, editors, a plain sqlite3."""

    def __init__(self, archive: Archive, folder: Path, rng: random.Random) -> None:
        self._archive, self._folder, self._rng = archive, folder, rng
        self._ways = (self._put, self._put, self._ingest, self._kill, self._edit, *self._foreign())

    def __call__(self) -> None:
        if self._rng.random() < 0.4:
            self._rng.choice(self._ways)()

    def _put(self) -> None:
        self._archive.add(some_article(self._rng))

    def _ingest(self) -> None:
        number = self._rng.randrange(10**9)
        for part in range(3):
            text = f"{said(self._rng)}\n\n{number}: {said(self._rng)} for Kim Jong Un."
            (self._folder / f"{number}-{part}.txt").write_text(text, "utf-8")
        self._archive.ingest(*sorted(self._folder.glob(f"{number}-*")))

    def _kill(self) -> None:
        rows = self._archive.rows("SELECT key FROM articles")
        if len(rows) > 5 and self._rng.random() < 0.3:
            self._archive.killing.kill(self._rng.choice(rows)[0])
            if self._rng.random() < 0.2:
                self._archive.killing.sweep()

    def _edit(self) -> None:
        rows = self._archive.rows("SELECT key FROM entities")
        if rows:
            edits = EditStore(self._archive.database)
            edits.annotate(self._rng.choice(rows)[0], said(self._rng), Author("desk"))

    def _foreign(self) -> tuple[Callable[[], None], ...]:
        return (
            lambda: self._archive.tamper("UPDATE articles SET title = 'changed by hand'"),
            lambda: self._archive.tamper(
                "UPDATE articles SET id = (SELECT max(id) FROM articles)"
                " + 1 WHERE id = (SELECT max(id) FROM articles)"
            ),
            lambda: self._archive.tamper(
                "DELETE FROM articles WHERE id IN"
                " (SELECT id FROM articles WHERE uri <> '1' ORDER BY random() LIMIT 1)"
            ),
        )


def answers(archive: Archive, *, of_any_writer: bool = False) -> list[list[str]]:
    """Titles found, in their own order; of scripts with spaces only, which anybody can index."""
    queries = [q for q in QUERIES if q.isascii()] if of_any_writer else QUERIES
    return [sorted(archive.find(q, limit=100)) for q in queries]


def left_behind(archive: Archive) -> list[tuple[object, ...]]:
    return archive.rows("SELECT name FROM sqlite_master WHERE name LIKE 'reindexing%'")


@pytest.mark.parametrize("seed", range(12 if LONG else 1))
def test_writes_in_between_change_nothing_but_what_they_say(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_rebuild, "BATCH", 5)
    monkeypatch.setattr(text_rebuild, "CLEARED", 20)
    monkeypatch.setattr(text_rebuild, "FEW", 2)
    monkeypatch.setattr(filing, "REFILED_AT_ONCE", 9)
    rng = random.Random(seed)  # noqa: S311 - a test that can be repeated
    archive = open_archive(tmp_path)
    for _ in range(30 if LONG else 16):
        archive.add(some_article(rng))
    between = Writer(archive, tmp_path, rng)
    database = Interrupted(archive.settings.db, between)
    try:
        reindex(database, SqliteEngine(database))
    except text_rebuild.Overtaken:
        reindex(archive.database, archive.engine)  # one kill after the other was swept out
    found = answers(archive, of_any_writer=True)
    assert left_behind(archive) == []
    # What others have written waits for the service to cut it; all else is sound.
    faults = [each for each in check(archive.database, archive.engine) if "pieces" not in each]
    assert [each for each in faults if not each.startswith("copies ")] == []
    reindex(archive.database, archive.engine)
    assert check(archive.database, archive.engine) == []
    assert found == answers(archive, of_any_writer=True)


DAMAGES = (
    "INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')",
    "DELETE FROM articles_words_data WHERE id > 10",
    "DELETE FROM versions_fts_docsize",
    "UPDATE articles_pieces SET body = 'nothing'",
    "UPDATE words SET articles = articles + 1",
    "DELETE FROM words_folded",
    "UPDATE segment_columns SET data = x'00' WHERE name = 'ids'",
    "UPDATE segment_columns SET data = zeroblob(length(data)) WHERE name = 'days'",
    "DELETE FROM postings",
)


@pytest.mark.parametrize("damage", DAMAGES if LONG else DAMAGES[:2] + DAMAGES[-3:-2])
def test_what_others_have_broken_is_whole_again(tmp_path: Path, damage: str) -> None:
    archive = open_archive(tmp_path)
    rng = random.Random(1)  # noqa: S311
    for _ in range(6):
        archive.add(some_article(rng))
    archive.engine.index()
    before = answers(archive)
    archive.tamper(damage)
    reindex(archive.database, archive.engine)
    assert check(archive.database, archive.engine) == []
    assert answers(archive) == before


def test_nobody_waits_for_more_than_a_step(archive: Archive) -> None:
    """A snapshot can be taken, and a write goes through, between any two transactions."""
    turns = 0

    def between() -> None:
        nonlocal turns
        turns += 1
        archive.add(Article(uri=f"new {turns}", body="It came while all was made anew."))

    for number in range(3):
        archive.add(Article(uri=str(number), body=f"Number {number} stands here."))
    database = Interrupted(archive.settings.db, between)
    SqliteEngine(database).rebuild()
    assert turns > 5
    assert len(archive.find("anew", limit=100)) == turns
    assert check(archive.database, archive.engine) == []


def test_killed_at_any_instant_the_next_run_completes_it(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    rng = random.Random(2)  # noqa: S311
    for _ in range(20):
        archive.add(some_article(rng))
    before = answers(archive)
    slow = (
        "import sys, time; from service.stores import text_rebuild as t; t.BATCH = 2;"
        "from service.cli import main; main()"
    )
    command = [sys.executable, "-c", slow, "reindex", "--db", str(archive.settings.db)]
    for _ in range(6 if LONG else 2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while process.poll() is None and not left_behind(archive) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(rng.random() * 0.2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert check(archive.database, archive.engine) == []
        assert answers(archive) == before
    reindex(archive.database, archive.engine)
    assert left_behind(archive) == []
    assert check(archive.database, archive.engine) == []
    assert answers(archive) == before


@pytest.mark.skipif(not LONG, reason="they hold each other up for seconds")
def test_of_several_at_once_one_completes_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each clears away what another has made, but the last of them gives way."""
    monkeypatch.setattr(text_rebuild, "BATCH", 3)
    for number in range(12):
        archive.add(Article(uri=str(number), body=f"Number {number} stands here."))
    ended: list[bool] = []

    def run() -> None:
        try:
            text_rebuild.rebuild_text_indexes(Database(archive.settings.db, query_seconds=0))
        except text_rebuild.Overtaken:
            ended.append(False)
        else:
            ended.append(True)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert True in ended
    assert left_behind(archive) == []
    assert check(archive.database, archive.engine) == []


def cut_off(archive: Archive, steps: int) -> None:
    """A run that is killed after so many transactions, of which each does little."""
    code = (
        "import os, sys; from service.stores import text_rebuild as t; t.BATCH = t.CLEARED = 2;"
        "from service.database import Database as D; write, left = D.write, [int(sys.argv[1])]\n"
        "def counted(self, *given):\n"
        "    left[0] -= 1\n"
        "    if left[0] < 0: os._exit(9)\n"
        "    return write(self, *given)\n"
        "D.write = counted; from pathlib import Path\n"
        "t.rebuild_text_indexes(D(Path(sys.argv[2]), query_seconds=0))"
    )
    subprocess.run([sys.executable, "-c", code, str(steps), archive.settings.db], check=False)


@pytest.mark.parametrize("steps", range(3, 50, 3) if LONG else [28])
def test_what_was_cut_off_is_no_damage_and_can_be_cleared_away(tmp_path: Path, steps: int) -> None:
    archive = open_archive(tmp_path)
    for number in range(8):
        archive.add(Article(uri=str(number), body=f"Number {number} stands here, and {number}."))
    archive.engine.index()
    before = answers(archive)
    cut_off(archive, steps)
    assert check(archive.database, archive.engine) == []
    backup(archive.settings, tmp_path / "copy.db")
    was_left = bool(left_behind(archive))
    called = CliRunner().invoke(main, ["check", "--repair", "--db", str(archive.settings.db)])
    assert (called.exit_code, left_behind(archive)) == (0, [])
    assert ("cleared away" in called.output) == was_left
    assert answers(archive) == before
