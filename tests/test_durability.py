"""Writers wait in a line, a commit is on the disk, and a file that is not ours is left as it is."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Archive, Client, open_archive
from serving import PROGRAM

from service import write_log, write_queue
from service.article import Article
from service.checks import check
from service.database import Connection, Database, migrations_folder, private_database
from service.errors import Busy, CuttingsError, Damaged, DiskFault, Misconfigured, NotFound
from service.extract import load_tagger
from service.sqlite_library import sqlite3
from service.storage_faults import is_of_storage
from service.stores.ingests import IngestStore
from service.stores.keys import KeyStore
from service.web.app import create_app
from service.write_queue import in_turn, queue_file

ROOT = Path(__file__).parent.parent


def stand_in_line(database: Path, number: int, order: list[int], done: threading.Event) -> None:
    with in_turn(database, 30):
        order.append(number)
        done.wait(0.01)


def waiting(database: Path) -> int:
    """How many stand in line, whoever has the turn included."""
    line = os.open(queue_file(database), os.O_RDWR)
    try:
        return write_queue._count(line, 0, time.monotonic_ns(), most=100)
    finally:
        os.close(line)


def until(database: Path, number: int) -> None:
    """So many stand in line."""
    end = time.monotonic() + 20
    while waiting(database) < number:
        assert time.monotonic() < end
        time.sleep(0.001)


needs_line = pytest.mark.skipif(not write_queue._IS_KNOWN, reason="no such locks on this system")


@needs_line
def test_writers_come_in_the_order_in_which_they_asked(archive: Archive) -> None:
    path, order, done = archive.settings.db, list[int](), threading.Event()
    with in_turn(path, 0):
        threads = []
        for number in range(8):
            thread = threading.Thread(target=stand_in_line, args=(path, number, order, done))
            thread.start()
            threads.append(thread)
            until(path, number + 2)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


@needs_line
def test_who_writes_again_and_again_keeps_nobody_out(archive: Archive) -> None:
    """As an ingest does: whoever has come meanwhile is next."""
    turns, came = list[str](), threading.Event()

    def other() -> None:
        came.set()
        with archive.database.write():
            turns.append("other")

    thread = threading.Thread(target=other)
    for number in range(6):
        with archive.database.write():
            turns.append("ingest")
            if number == 0:
                thread.start()
                came.wait()
                until(archive.settings.db, 2)
    thread.join()
    assert turns[:2] == ["ingest", "other"]


HOLDING = """
import sys, time, pathlib
from service.write_queue import in_turn
with in_turn(pathlib.Path(sys.argv[1]), 5):
    print("mine", flush=True)
    time.sleep(60)
"""


@needs_line
def test_a_writer_that_is_killed_leaves_its_place(archive: Archive) -> None:
    command = [sys.executable, "-c", HOLDING, str(archive.settings.db)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"mine\n"
        with pytest.raises(Busy), archive.database.write(patience=0):
            pass
        process.kill()
    with archive.database.write(patience=5):
        pass


def test_without_a_line_writers_wait_as_sqlite_does(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "_IS_KNOWN", False)
    with closing(sqlite3.connect(archive.settings.db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy), archive.database.write(patience=0.05):
            pass
        other.execute("COMMIT")
    archive.add(Article(body="one"))


@needs_line
def test_who_locks_the_whole_line_keeps_nobody_out(archive: Archive) -> None:
    archive.add(Article(body="one"))
    with queue_file(archive.settings.db).open("r+b") as line:
        fcntl.lockf(line, fcntl.LOCK_EX)
        archive.add(Article(body="two"))
    assert len(archive.find("one OR two")) == 2


def test_a_line_is_only_for_those_who_may_write(archive: Archive) -> None:
    archive.add(Article(body="one"))
    KeyStore(archive.private).create("read")
    for path in (archive.settings.db, archive.settings.private_db):
        assert queue_file(path).stat().st_mode & 0o777 == 0o600
    archive.settings.db.chmod(0o660)
    queue_file(archive.settings.db).unlink()
    archive.add(Article(body="two"))
    assert queue_file(archive.settings.db).stat().st_mode & 0o777 == 0o660


def test_every_commit_is_synced(archive: Archive) -> None:
    private = private_database(archive.settings)
    for database in (archive.database, private):
        with database.write() as conn:
            assert conn.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
            assert conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
            assert conn.execute("PRAGMA journal_size_limit").fetchone()[0] == write_log.LARGEST


def test_the_log_is_bounded_and_a_reader_that_keeps_it_is_told_of(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(write_log, "LARGEST", 50_000)
    monkeypatch.setattr(write_log, "_BETWEEN_TRIES", 0.0)
    monkeypatch.setattr(archive.database._log, "_told", 100_000)
    with closing(sqlite3.connect(archive.settings.db, isolation_level=None)) as old:
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM articles").fetchone()
        for number in range(6):
            archive.add(Article(body=f"{number} " * 9_000))
        assert archive.database.log_size() > 100_000
        assert "has been reading an old state" in caplog.text
        old.execute("COMMIT")
    archive.add(Article(body="the reader has gone"))
    assert archive.database.log_size() <= 50_000


def test_a_newer_archive_is_neither_read_nor_written(archive: Archive) -> None:
    archive.add(Article(body="one"))
    before = archive.settings.db.read_bytes()
    newer = "INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('cuttings', '9000_more')"
    with closing(sqlite3.connect(archive.settings.db)) as conn, conn:
        conn.execute(newer)
    fresh = Database(archive.settings.db)
    for step in (fresh.migrate, fresh.pending, lambda: archive.add(Article(body="two"))):
        with pytest.raises(Misconfigured, match="newer version of Cuttings \\(9000_more\\)"):
            step()
    assert check(fresh, archive.engine)[0].endswith("install that one")
    assert before[:16] == archive.settings.db.read_bytes()[:16]


def test_an_older_archive_is_not_written_until_it_is_migrated(tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    schema.mkdir()
    for path in sorted(migrations_folder().glob("*.sql"))[:3]:
        (schema / path.name).write_bytes(path.read_bytes())
    Database(tmp_path / "a.db", schema).migrate()
    database = Database(tmp_path / "a.db")
    with pytest.raises(Misconfigured, match="run `cuttings migrate`"), database.write():
        pass
    database.migrate()
    with database.write():
        pass


def test_what_is_no_archive_is_left_as_it_is(tmp_path: Path) -> None:
    text, other = tmp_path / "text.db", tmp_path / "other.db"
    text.write_text("This is a letter, and no database at all.\n" * 100, "utf-8")
    with closing(sqlite3.connect(other)) as conn, conn:
        conn.execute("CREATE TABLE invoices (number)")
    for path, error in ((text, Damaged), (other, Misconfigured)):
        before = path.read_bytes()
        for step in (Database(path).migrate, Database(path).write().__enter__):
            with pytest.raises(error):
                step()
        assert path.read_bytes() == before
    with pytest.raises(Misconfigured, match="no archive"), Database(tmp_path / "none.db").write():
        pass
    assert not (tmp_path / "none.db").exists()


def damaged_at(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(b"\xff" * 64)


@pytest.mark.parametrize("page", [0, 1, 5])
def test_a_damaged_file_says_so(tmp_path: Path, page: int) -> None:
    """Its header, the first page of a table, a page somewhere: an error of ours, and no other."""
    archive = open_archive(tmp_path)
    for number in range(30):
        archive.add(Article(body=f"Story {number} of harbours.", key=f"k{number}"))
    archive.database.empty_log()
    archive.database.close()
    damaged_at(archive.settings.db, page * 4_096)
    fresh = Database(archive.settings.db)
    faults = check(fresh, archive.engine)
    assert faults
    try:
        with fresh.write() as conn:
            conn.execute("UPDATE articles SET title = 'new'")
    except Misconfigured:
        pass  # Damaged, or what SQLite makes of a table that is not there


def test_a_damaged_log_loses_no_more_than_itself(tmp_path: Path) -> None:
    """SQLite takes a log up to where it is damaged: the file is as it was at some commit."""
    archive = open_archive(tmp_path)
    assert archive.find("nothing") == []  # who reads keeps the log
    archive.database.empty_log()
    for number in range(10):
        archive.add(Article(body=f"Story {number}.", key=f"k{number}"))
    copy = tmp_path / "copy.db"
    log = Path(f"{archive.settings.db}-wal").read_bytes()
    copy.write_bytes(archive.settings.db.read_bytes())
    middle = len(log) // 2
    Path(f"{copy}-wal").write_bytes(log[:middle] + b"\xff" * 64 + log[middle + 64 :])
    database = Database(copy)
    with database.read() as conn:
        keys = [row[0] for row in conn.execute("SELECT key FROM articles")]
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert 0 < len(keys) < 10
    assert set(keys) == {f"k{number}" for number in range(len(keys))}


def test_a_log_that_is_taken_away_stops_reading_and_writing(tmp_path: Path) -> None:
    """Both would mislead; what had reached the file is sound, and a new start goes on there."""
    archive = open_archive(tmp_path)
    archive.add(Article(body="kept", key="kept"))
    assert archive.database.empty_log()
    archive.add(Article(body="in the log alone", key="lost"))
    assert archive.find("log") != []
    Path(f"{archive.settings.db}-wal").unlink()
    for step in (lambda: archive.find("kept"), lambda: archive.add(Article(body="more"))):
        with pytest.raises(DiskFault, match="restart every program"):
            step()
    archive.database.close()
    again = Database(archive.settings.db)
    assert check(again, open_archive(tmp_path).engine) == []
    with again.read() as conn:
        assert conn.execute("SELECT key FROM articles").fetchone()["key"] == "kept"


def test_an_archive_that_is_gone_is_not_made_again_by_a_write(archive: Archive) -> None:
    archive.add(Article(body="one", key="k"))
    archive.settings.db.rename(archive.settings.db.with_name("moved.db"))
    with pytest.raises(Misconfigured, match="There is no archive"):
        archive.add(Article(body="two"))
    assert not archive.settings.db.exists()
    archive.settings.db.with_name("moved.db").rename(archive.settings.db)
    assert archive.find("one") != []


def test_without_the_private_file_reading_goes_on_and_no_key_is_good(archive: Archive) -> None:
    archive.add(Article(body="one", key="k"))
    key = KeyStore(archive.private).create("write")
    client = Client(create_app(archive.settings))
    for path in archive.settings.db.parent.glob("cuttings-private.db*"):
        path.unlink()
    assert client.get("/v1/search?q=one").json()["total"] == 1
    bearer = {"Authorization": f"Bearer {key}"}
    refused = client("PUT", "/v1/articles/n", json={"body": "two"}, headers=bearer)
    assert refused.status_code == 500
    assert client.get("/v1/articles/n").status_code == 404
    assert not archive.settings.private_db.exists()


def test_a_place_without_a_log_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As SQLite says it of a network folder."""

    class Elsewhere(Connection):
        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            said = "SELECT 'delete'" if sql == "PRAGMA journal_mode = WAL" else sql
            return super().execute(said, *values)  # type: ignore[arg-type]

    monkeypatch.setattr("service.database.Connection", Elsewhere)
    with pytest.raises(Misconfigured, match="write-ahead log"):
        Database(tmp_path / "a.db").migrate()


def test_a_fault_of_the_disk_is_no_articles_fault() -> None:
    """Or each article of a batch would be blamed for a full disk."""
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = 13
    wrong = sqlite3.OperationalError("no such table: articles")
    wrong.sqlite_errorcode = 1
    assert is_of_storage(full)
    assert is_of_storage(Busy("later"))
    assert not is_of_storage(wrong)
    assert not is_of_storage(NotFound("nothing"))
    assert isinstance(Busy("later"), CuttingsError)


def test_an_ingest_whose_clock_went_back_is_as_any_other(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number stays above those before, so that what they put aside is resolved."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.txt").write_bytes(b"\x00\x01" * 50)
    job = replace(
        archive.job(lambda: load_tagger("off")),
        ingests=IngestStore(private_database(archive.settings)),
    )
    with monkeypatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: 4_000_000_000 * 10**9)  # in the year 2096
        assert len(job.run([str(inbox)]).failed) == 1
    (inbox / "a.txt").write_text("It reads well now.", "utf-8")
    command = [PROGRAM, "ingest", str(inbox), "--db", str(archive.settings.db)]
    env = os.environ | {"CUTTINGS_TAGGER": "off"}
    subprocess.run(["faketime", "-f", "-10y", *command], check=True, capture_output=True, env=env)
    assert archive.quarantine.total() == 0
    assert check(archive.database, archive.engine) == []
