"""A disk that is full, fails or may only be read: what was acknowledged stays, and reads go on."""

from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from conftest import LONG, Client, open_archive
from faults.disk import fill, read_only, small_disk
from faults.histories import (
    hold,
    ingest_on_a_bad_disk,
    put,
    put_on_a_bad_disk,
    random_history,
    text_of,
    write_inbox,
)
from faults.injection import (
    FAULTS,
    FULL,
    UNREADABLE,
    UNSYNCED,
    UNWRITABLE,
    Fault,
    run,
    serving_on_a_bad_disk,
)
from serving import cuttings, new_key

from service.article import Article
from service.errors import DiskFull, ReadOnly
from service.sqlite_library import sqlite3
from service.stores.keys import KeyStore
from service.web.app import create_app

OFF = {"CUTTINGS_TAGGER": "off"}


def test_a_full_disk_stops_writing_and_not_reading(tmp_path: Path) -> None:
    """And the same server goes on once there is room."""
    with small_disk(tmp_path / "disk", 8) as disk:
        if disk is None:  # nothing may be mounted here: the next test lets writes fail
            return
        archive = open_archive(disk, tagger="off")
        archive.add(Article(body=text_of(1), key="n1"))
        client = Client(create_app(archive.settings))
        key = KeyStore(archive.private).create("write")
        bearer = {"Authorization": f"Bearer {key}"}
        everything = fill(disk)
        article = {"body": text_of(2) * 100}
        refused = client("PUT", "/v1/articles/n2", json=article, headers=bearer)
        assert (refused.status_code, refused.json()["type"]) == (503, "/errors/disk-full")
        assert refused.headers["retry-after"] == "60"
        assert client.get("/v1/search?q=n1").json()["total"] == 1
        inbox = write_inbox(tmp_path / "inbox", range(10, 200))
        with pytest.raises(DiskFull, match="run it again"):
            archive.ingest(inbox)
        everything.unlink()
        again = client("PUT", "/v1/articles/n2", json={"body": text_of(2)}, headers=bearer)
        assert again.status_code == 201
        assert archive.ingest(inbox).failed == []
        hold(archive.settings.db, {1, 2, *range(10, 200)})
        archive.database.close()


def test_a_full_disk_lets_a_server_start_and_a_command_search(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4) as disk:
        if disk is None:
            return
        db = disk / "cuttings.db"
        made = open_archive(disk)
        made.add(Article(body=text_of(1), key="n1"))
        made.database.close()
        _fold(db, made.settings.private_db)
        fill(disk)
        assert cuttings("search", "n1", "--db", db).startswith("1 article")
        client = Client(create_app(made.settings))
        assert client.get("/v1/search?q=n1").json()["total"] == 1


@pytest.mark.parametrize("journal", ["wal", "delete"], ids=["as an archive", "as a backup"])
def test_a_folder_that_may_only_be_read_is_read(tmp_path: Path, journal: str) -> None:
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(tmp_path / "disk", 4)) or tmp_path / "folder"
        disk.mkdir(exist_ok=True)
        archive = open_archive(disk)
        archive.add(Article(body=text_of(1), key="n1"))
        key = KeyStore(archive.private).create("write")
        archive.database.close()
        for name in ("cuttings.db", "cuttings-private.db"):
            _fold(disk / name, journal=journal)
        if not stack.enter_context(read_only(disk)):
            pytest.skip("the super-user may write everywhere, and nothing may be mounted here")
        assert cuttings("search", "n1", "--db", disk / "cuttings.db").startswith("1 article")
        client = Client(create_app(archive.settings))
        assert client.get("/v1/search?q=n1").json()["total"] == 1
        bearer = {"Authorization": f"Bearer {key}"}
        refused = client("PUT", "/v1/articles/n2", json={"body": "two"}, headers=bearer)
        assert refused.status_code == 503
        assert client.get("/v1/articles/n2").status_code == 404
        with pytest.raises(ReadOnly):
            archive.add(Article(body="three"))
        archive.database.close()


def test_what_is_acknowledged_on_a_bad_disk_is_there(tmp_path: Path) -> None:
    """Each call fails in its turn under a running server, which goes on when it is well again."""
    db = tmp_path / "cuttings.db"
    cuttings("migrate", "--db", db)
    key = new_key(db, "write")
    with serving_on_a_bad_disk(db, tmp_path / "fiu", OFF) as server:
        assert put(server, key, 0) == 201
        acknowledged, first = {0}, 1
        for fault in FAULTS:
            done = put_on_a_bad_disk(server, key, fault, range(first, first + 1))
            assert not done or fault == UNREADABLE, fault  # of that the memory may have all
            acknowledged |= done
            acknowledged |= put_on_a_bad_disk(
                server, key, fault, range(first + 1, first + (40 if LONG else 4)), 0.1
            )
            first += 100
            assert put(server, key, first) == 201, fault
            acknowledged.add(first)
        for number in acknowledged:
            assert server.client.get(f"/v1/articles/n{number}").status_code == 200
    hold(db, acknowledged)


def test_what_is_not_on_the_disk_is_not_acknowledged(tmp_path: Path) -> None:
    """A commit is synced before it is answered: where no sync succeeds, no write does."""
    db = tmp_path / "cuttings.db"
    cuttings("migrate", "--db", db)
    inbox = write_inbox(tmp_path / "inbox", range(3))
    for fault in (UNSYNCED, FULL, UNWRITABLE):
        done = run(fault, 1.0, "ingest", inbox, "--db", db, **OFF)
        assert (done.returncode, done.stdout) == (2, ""), fault
        assert hold(db, set()) <= {0, 1, 2}


@pytest.mark.parametrize("fault", FAULTS if LONG else [FULL], ids=str)
def test_an_ingest_on_a_bad_disk_is_completed_by_the_next(tmp_path: Path, fault: Fault) -> None:
    db, numbers = tmp_path / "cuttings.db", range(60)
    cuttings("migrate", "--db", db)
    inbox = write_inbox(tmp_path / "inbox", numbers)
    for probability in (0.3, 0.05, 0.01) if LONG else (0.05,):
        ingest_on_a_bad_disk(db, inbox, numbers, fault, probability)


def test_a_reindex_on_a_bad_disk_leaves_the_index_that_was(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    for number in range(20):
        archive.add(Article(body=text_of(number), key=f"n{number}"))
    archive.database.close()
    for fault in FAULTS if LONG else (UNWRITABLE,):
        run(fault, 0.2, "reindex", "--db", archive.settings.db)
        hold(archive.settings.db, set(range(20)))


@pytest.mark.skipif(not LONG, reason="for the long form")
def test_random_histories_on_a_bad_disk(tmp_path: Path) -> None:
    for seed in range(8):
        random_history(tmp_path / str(seed), seed)


def _fold(*databases: Path, journal: str = "wal") -> None:
    """As an ingest leaves them, the log in the file, or as a backup, which has none."""
    for database in databases:
        with closing(sqlite3.connect(database)) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            conn.execute(f"PRAGMA journal_mode = {journal}")
