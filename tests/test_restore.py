"""The way back: whole or not at all, over nothing silently, and what was killed stays away."""

import gc
import json
import os
import resource
import signal
import stat
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import Archive
from copied import (
    FUTURE,
    PAST,
    filled,
    in_child,
    keys,
    killed_everywhere,
    opened,
    restored,
    story,
)

from service.backup import backup, restore
from service.backup.carrying import Carried
from service.backup.manifest import manifest_of
from service.backup.taking import private_of
from service.checks import check
from service.cli import main
from service.database import Database, archive_database, migrations_folder, private_database
from service.errors import Conflict, Misconfigured
from service.findings import Findings
from service.settings import Settings
from service.stores.embargoes import Held
from service.stores.keys import KeyStore
from service.stores.kills import KillStore
from service.stores.sessions import SessionStore

PARTS = ("cuttings.db", "cuttings-private.db")


def taken(settings: Settings, name: str = "b.db") -> Path:
    """A backup beside the folder of the archive."""
    return backup(settings, settings.db.parent.parent / name, quick=True).file


def changed(settings: Settings, change: Callable[[Archive], object]) -> Settings:
    """After a change, and with nobody having it open."""
    archive = opened(settings.db.parent)
    change(archive)
    del archive
    gc.collect()
    return settings


def under_embargo(number: int = 0) -> Held:
    article = story(number, key=f"a{number}", embargoed_until=FUTURE)
    return Held(article, Findings(), "test", earlier=(story(number, key=f"a{number}"),))


def hold(archive: Archive) -> None:
    """As an ingest does when an article that could be seen comes under embargo."""
    with archive.database.write() as conn:
        archive.embargoes.hold(under_embargo(), "a0")
        archive.killing.take_out(conn, "a0")


# Over nothing silently ----------------------------------------------------------------------------


def test_what_stands_there_is_kept_under_a_dated_name(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    changed(settings, lambda archive: archive.add(story(9, key="a9")))
    with pytest.raises(Conflict, match="--replace"):
        restore(settings, file)
    settings.db.chmod(0o640)
    done = restore(settings, file, replacing=True, quick=True)
    assert keys(opened(tmp_path / "a")) == {"a0", "a1", "a2"}
    private, public = done.kept
    assert public.name.startswith("cuttings-before-2")
    assert private == private_of(public)
    assert keys(opened_at(public)) == {"a0", "a1", "a2", "a9"}
    assert stat.S_IMODE(settings.db.stat().st_mode) == 0o640
    assert stat.S_IMODE(settings.private_db.stat().st_mode) == 0o600


def opened_at(file: Path) -> Archive:
    archive = opened(file.parent)
    return replace(archive, database=Database(file))


def test_a_private_file_alone_is_not_replaced_either(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    settings.db.unlink()
    with pytest.raises(Conflict, match=r"cuttings-private\.db is there"):
        restore(settings, file, quick=True)


@pytest.mark.parametrize("part", PARTS)
def test_not_while_somebody_has_it_open(tmp_path: Path, part: str) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    before = settings.db.read_bytes()
    folder = migrations_folder() / "private" if "private" in part else migrations_folder()
    with closing(Database(tmp_path / "a" / part, folder)) as reading:
        with reading.read() as conn:
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with pytest.raises(Conflict, match="open in another program"):
            restore(settings, file, replacing=True)
    assert settings.db.read_bytes() == before
    assert not list((tmp_path / "a").glob(".*"))
    restore(settings, file, replacing=True, quick=True)


def test_who_writes_meanwhile_waits(tmp_path: Path) -> None:
    """And finds the new archive: what it writes is not lost in the old one."""
    settings = filled(tmp_path / "a")
    file = taken(settings)
    changed(settings, lambda archive: archive.killing.kill("a1"))
    wrote: list[threading.Thread] = []

    def write() -> None:
        with Database(settings.db).write() as conn:
            conn.execute("INSERT INTO sources (name) VALUES ('late')")

    def begin(step: str, _done: int, _total: int) -> None:
        if step == "checking" and not wrote:
            wrote.append(threading.Thread(target=write))
            wrote[0].start()
            time.sleep(0.05)

    restore(settings, file, replacing=True, tell=begin)
    wrote[0].join()
    archive = opened(tmp_path / "a")
    assert archive.rows("SELECT name FROM sources") == [("late",)]
    assert keys(archive) == {"a0", "a2"}


def test_the_log_of_the_older_archive_is_not_taken_for_its_own(tmp_path: Path) -> None:
    """A process that was killed leaves a log with all that it wrote."""
    settings = filled(tmp_path / "a")
    file = taken(settings)

    def write() -> None:
        archive = opened(tmp_path / "a")
        assert len(keys(archive)) == 3
        archive.add(story(9, key="a9"))
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(write) == -signal.SIGKILL
    assert settings.db.with_name("cuttings.db-wal").stat().st_size
    done = restore(settings, file, replacing=True, quick=True)
    archive = opened(tmp_path / "a")
    assert keys(archive) == {"a0", "a1", "a2"}
    assert check(archive.database, archive.engine) == []
    assert "a9" in keys(opened_at(done.kept[1]))


def test_in_place_of_a_damaged_archive(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    settings.db.write_bytes(b"\0" * 5_000)
    log = settings.db.with_name("cuttings.db-wal")
    log.write_bytes(b"what may still be of use")
    done = restore(settings, file, replacing=True, quick=True)
    assert "is not known" in done.lacks[0]
    assert "--newer" in done.lacks[0]
    kept = done.kept[1]
    assert kept.read_bytes() == b"\0" * 5_000
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"what may still be of use"
    assert not log.exists()
    assert len(keys(opened(tmp_path / "a"))) == 3


# Only what is whole -------------------------------------------------------------------------------


@pytest.mark.parametrize("private", [False, True])
def test_not_what_was_changed_since(tmp_path: Path, private: bool) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    part = private_of(file) if private else file
    data = bytearray(part.read_bytes())
    data[-1] ^= 1
    part.write_bytes(data)
    with pytest.raises(Misconfigured, match="SHA-256"):
        restore(replace(settings, db=tmp_path / "c.db"), file, quick=True)
    assert not (tmp_path / "c.db").exists()


def test_not_without_a_manifest_unless_told(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file, there = taken(settings), replace(settings, db=tmp_path / "c.db")
    manifest_of(file).write_text("{}")
    with pytest.raises(Misconfigured, match="no manifest"):
        restore(there, file)
    manifest_of(file).unlink()
    with pytest.raises(Misconfigured, match="is missing"):
        restore(there, file)
    file.write_bytes(b"anything" * 999)
    with pytest.raises(Misconfigured):
        restore(there, file, unlisted=True)
    assert not there.db.exists()
    with pytest.raises(Misconfigured, match="There is no backup"):
        restore(there, tmp_path / "nothing.db", unlisted=True)


def test_without_the_private_part_what_stands_there_stays(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    private_of(file).unlink()
    changed(settings, hold)
    done = restore(settings, file, replacing=True, quick=True)
    assert "stays as it is" in done.lacks[0]
    archive = opened(tmp_path / "a")
    assert keys(archive) == {"a1", "a2"}
    assert archive.embargoes.find("a0") is not None


def test_one_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    text = manifest_of(file).read_text().replace("0011_", "9911_")
    manifest_of(file).write_text(text)
    with pytest.raises(Misconfigured, match="install a newer Cuttings"):
        restore(replace(settings, db=tmp_path / "c.db"), file, quick=True)


def test_an_older_one_is_brought_up_to_date(tmp_path: Path) -> None:
    """Of the archive before its last migration, which does not touch what articles say."""
    schema = tmp_path / "schema"
    schema.mkdir()
    for path in sorted(migrations_folder().glob("*.sql"))[:-1]:
        (schema / path.name).write_bytes(path.read_bytes())
    settings = Settings(db=tmp_path / "old.db")
    Database(settings.db, schema).migrate()
    private_database(settings)
    made = backup(settings, tmp_path / "b.db", quick=True)
    done = restore(replace(settings, db=tmp_path / "c.db"), made.file, quick=True)
    assert len(done.migrations) == 1
    assert archive_database(replace(settings, db=tmp_path / "c.db")).pending() == []


# Cut off ------------------------------------------------------------------------------------------


def test_killed_at_any_instant_it_is_the_old_archive_or_the_new_one(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file, seen = taken(settings), []
    changed(settings, lambda archive: archive.add(story(9, key="a9")))

    def step() -> None:
        restore(settings, file, replacing=True, quick=True)

    for _ in killed_everywhere(step):
        file_alone = (None, archive_database(settings), *[None] * 4)
        archive = Archive(settings, *file_alone)  # type: ignore[arg-type]
        del file_alone
        found = keys(archive)
        assert found in ({"a0", "a1", "a2"}, {"a0", "a1", "a2", "a9"})
        seen.append(len(found))
        assert archive.rows("PRAGMA integrity_check") == [("ok",)]
        assert len(list((tmp_path / "a").glob(".*"))) <= 1
        if len(found) == 3:
            archive.database.close()
            changed(settings, lambda archive: archive.add(story(9, key="a9")))
        del archive
        gc.collect()
    assert {3, 4} == set(seen)
    assert not list((tmp_path / "a").glob(".*"))


def test_on_a_full_disk_the_old_archive_stays(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings)
    before = settings.db.read_bytes()

    def with_little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        restore(settings, file, replacing=True)

    assert in_child(with_little_room) == 1
    assert settings.db.read_bytes() == before
    assert not list((tmp_path / "a").glob(".*"))


# What does not come back --------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [False, True])
def test_nothing_that_was_taken_back_since(tmp_path: Path, lost: bool) -> None:
    """Nor where the archive that is replaced is lost, and there is a newer backup."""
    settings = filled(tmp_path / "a")
    keystore = KeyStore(private_database(settings))
    key = keystore.create("read", "")
    kept = keystore.find(key)
    assert kept is not None
    token = SessionStore(private_database(settings)).begin(kept)
    del keystore
    gc.collect()
    file = taken(settings)

    def take_back(archive: Archive) -> None:
        archive.killing.kill("a1", "a court's order")
        hold(archive)
        KeyStore(private_database(settings)).revoke(kept.number)

    changed(settings, take_back)
    newer = [taken(settings, "newer.db")] if lost else []
    if lost:
        for part in PARTS:
            (tmp_path / "a" / part).unlink()
    done = restore(settings, file, replacing=True, quick=True, newer=newer)
    assert done.carried == Carried(kills=1, embargoes=1, keys=1)
    archive = opened(tmp_path / "a")
    assert keys(archive) == {"a2"}
    stone = KillStore(archive.database).get("a1")
    assert stone is not None
    assert stone.reason == "a court's order"
    assert archive.add(story(1)).outcome == "killed"
    assert b"bridge 1." not in settings.db.read_bytes()
    assert archive.embargoes.find("a0") is not None
    private = private_database(settings)
    assert KeyStore(private).find(key) is None
    assert SessionStore(private).find(token) is None


def test_an_article_that_had_another_key_when_it_was_killed(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a", articles=0)
    changed(settings, lambda archive: archive.add(story(1)))
    file = taken(settings)
    changed(settings, lambda archive: archive.killing.withdraw(None, "wire:1", None, ""))
    with Database(settings.db).alone() as conn:
        conn.execute("UPDATE tombstones SET key = 'another'")
        conn.execute("UPDATE killed_identities SET key = 'another'")
        conn.commit()
    assert restore(settings, file, replacing=True, quick=True).carried.kills == 1
    assert keys(opened(tmp_path / "a")) == set()


def test_an_embargo_that_was_made_longer_stays_so(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a", articles=0)
    soon = Held(story(0, key="a0", embargoed_until=PAST), Findings(), "test")
    changed(settings, lambda archive: archive.embargoes.hold(soon, "a0"))
    file = taken(settings)
    changed(settings, lambda archive: archive.embargoes.hold(under_embargo(), "a0"))
    restore(settings, file, replacing=True, quick=True)
    archive = opened(tmp_path / "a")
    assert archive.embargoes.release_due() == 0
    assert keys(archive) == set()


def test_kills_of_another_archive_are_its_own(tmp_path: Path) -> None:
    file = taken(filled(tmp_path / "a"))
    (tmp_path / "other").mkdir()
    other = changed(filled(tmp_path / "other"), lambda archive: archive.killing.kill("a1"))
    done = restore(other, file, replacing=True, quick=True)
    assert "another archive" in done.lacks[0]
    assert len(keys(opened(tmp_path / "other"))) == 3


def test_no_reader_takes_an_older_answer_for_the_present_one(tmp_path: Path) -> None:
    """The number that ETags are made of never comes again."""
    settings = filled(tmp_path / "a")
    file = taken(settings)
    changed(settings, lambda archive: archive.add(story(9)))
    before = opened(tmp_path / "a").engine.generation()[1]
    gc.collect()
    restore(settings, file, replacing=True, quick=True)
    assert opened(tmp_path / "a").engine.generation()[1] > before
    gc.collect()
    assert restored(settings, file, tmp_path / "c").engine.generation()[1] > before


# On the command line ------------------------------------------------------------------------------


def test_what_the_command_says(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = taken(settings, "it's a “b”.db")
    changed(settings, lambda archive: archive.killing.kill("a1"))

    def run(*words: str) -> str:
        ran = CliRunner().invoke(main, ["restore", str(file), "--db", str(settings.db), *words])
        gc.collect()
        return ran.output if ran.exit_code == 0 else f"{ran.exit_code} {ran.output}"

    assert run().startswith("2 cuttings:")
    told = run("--replace", "--quick")
    assert "taken back since and not come again: 1 killed article\nkept: " in told
    assert json.loads(run("--replace", "--quick", "--json"))["carried"]["kills"] == 1
    assert run("--without-manifest", "--newer", str(file)).startswith("2 cuttings:")
