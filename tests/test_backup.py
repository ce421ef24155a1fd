"""Backups: of one instant, checked, never half there, and never over what is none."""

import json
import os
import resource
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import LONG, Archive
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
    whole,
)

from service.backup import Backup, backup, restore
from service.backup import copying as copying_module
from service.backup.manifest import manifest_of, read_manifest
from service.backup.taking import private_of
from service.cli import main
from service.database import Database
from service.errors import Busy, CuttingsError, Misconfigured
from service.findings import Findings
from service.stores.embargoes import EmbargoStore, Held
from service.stores.kills import KillStore

# What it is ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["it's a “b” (1)", "日本 %s;.sqlite", "-b"])
def test_a_backup_is_both_files_and_what_tells_that_they_are_whole(
    tmp_path: Path, name: str
) -> None:
    settings = filled(tmp_path / "a")
    made = backup(settings, tmp_path / name, quick=name != "-b")
    assert made.private is not None
    assert (made.file, made.private) == (tmp_path / name, private_of(tmp_path / name))
    assert read_manifest(manifest_of(made.file)) == made.manifest
    assert made.manifest.rows["articles"] == 3
    assert made.manifest.checked == ("everything" if name == "-b" else "structure")
    assert stat.S_IMODE(made.private.stat().st_mode) == 0o600
    assert made.file.stat().st_mode & 0o044
    made_of = {name, private_of(tmp_path / name).name, manifest_of(tmp_path / name).name}
    assert {path.name for path in tmp_path.iterdir()} == made_of | {"a"}
    archive = restored(settings, made.file, tmp_path / "b")
    assert keys(archive) == {"a0", "a1", "a2"}
    assert archive.find("bridge")


def test_any_sqlite_opens_it_where_nothing_can_be_written(tmp_path: Path) -> None:
    made = backup(filled(tmp_path / "a"), tmp_path / "b.db", quick=True)
    before = made.file.read_bytes()
    assert before[18:20] == b"\1\1"  # no log is needed to read it
    with closing(sqlite3.connect(f"{made.file.as_uri()}?mode=ro", uri=True)) as conn:
        assert conn.execute("SELECT count(*) FROM articles").fetchone() == (3,)
    assert made.file.read_bytes() == before


def test_without_the_private_file(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    backup(settings, tmp_path / "b.db", quick=True)
    made = backup(settings, tmp_path / "b.db", public_only=True, quick=True)
    assert made.private is None
    assert made.manifest.private is None
    assert not private_of(made.file).exists()  # that of the older one belonged to it
    done = restore(replace(settings, db=tmp_path / "c.db"), made.file, quick=True)
    assert "no private part" in done.lacks[0]


def test_the_private_file_is_never_open_to_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, seen = filled(tmp_path / "a"), []

    def looked(_step: str, _done: int, _total: int) -> None:
        folder = tmp_path / ".b.db.unfinished"
        seen.append(stat.S_IMODE(folder.stat().st_mode))
        seen.extend(stat.S_IMODE(path.stat().st_mode) for path in folder.glob("private.db*"))

    backup(settings, tmp_path / "b.db", quick=True, tell=looked)
    assert set(seen) == {0o700, 0o600}


def test_it_ends_under_constant_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written between two steps: each would begin the copy anew outside a snapshot."""
    settings = filled(tmp_path / "a", articles=20)
    archive, steps = opened(tmp_path / "a"), 0
    monkeypatch.setattr(copying_module, "PAGES_AT_ONCE", 16)

    def write(step: str, _done: int, _total: int) -> None:
        nonlocal steps
        if step == "copying":
            steps += 1
            archive.add(story(100 + steps))

    made = backup(settings, tmp_path / "b.db", quick=True, tell=write)
    assert 5 < steps < 1_000
    assert made.manifest.rows["articles"] == 20
    assert len(keys(restored(settings, made.file, tmp_path / "b"))) == 20


def test_one_after_the_other_while_others_write(tmp_path: Path) -> None:
    """Each restores to a state that existed: that of its generation."""
    settings = filled(tmp_path / "a")
    archive, states, stop = opened(tmp_path / "a"), {}, threading.Event()

    def write() -> None:
        mine = opened(tmp_path / "a")
        for number in range(10_000):
            if stop.is_set():
                return
            key = mine.add(story(number % 40, body=f"Bridge {number}."), []).key
            if number % 7 == 0:
                with suppress(CuttingsError):
                    mine.killing.kill(key)
            with mine.database.read() as conn:
                number = conn.execute("SELECT number FROM generation").fetchone()[0]
                states[number] = {row[0] for row in conn.execute("SELECT key FROM articles")}

    states[archive.engine.generation()[1]] = keys(archive)
    writer = threading.Thread(target=write)
    writer.start()
    made = []
    for number in range(40 if LONG else 4):
        made.append(backup(settings, tmp_path / f"b{number}.db", quick=True))
    stop.set()
    writer.join()
    for number, each in enumerate(made):
        found = keys(restored(settings, each.file, tmp_path / f"r{number}"))
        # The state after a kill is not written down when the next article is quicker.
        if each.manifest.generation in states:
            assert found == states[each.manifest.generation]
        else:
            assert any(len(found ^ state) <= 1 for state in states.values())


# What it does not replace -------------------------------------------------------------------------


def test_an_older_backup_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    settings, file = filled(tmp_path / "a"), tmp_path / "b.db"
    backup(settings, file, quick=True)
    backup(settings, file, public_only=True, quick=True)
    other = filled(tmp_path / "other")
    with pytest.raises(Misconfigured, match="no backup of this archive"):
        backup(other, file)
    backup(other, file, force=True, quick=True)
    thesis = tmp_path / "thesis.db"
    thesis.write_text("years of work")
    with pytest.raises(Misconfigured, match="no backup of this archive"):
        backup(settings, thesis)
    assert thesis.read_text() == "years of work"


def test_no_file_of_the_archive_itself(tmp_path: Path) -> None:
    settings = filled(tmp_path)
    link, hard = tmp_path / "link.db", tmp_path / "hard.db"
    link.symlink_to(settings.db)
    hard.hardlink_to(settings.private_db)
    own = [settings.db, settings.private_db, settings.db.with_name("cuttings.db-wal"), link, hard]
    for file in own:
        for force in (False, True):
            with pytest.raises(Misconfigured, match="of the archive itself"):
                backup(settings, file, force=force)
    odd = replace(settings, db=tmp_path / "x-private.db")
    settings.db.rename(odd.db)
    with pytest.raises(Misconfigured, match="of the archive itself"):
        backup(odd, tmp_path / "x.db", force=True)


@pytest.mark.parametrize("where", ["folder", "missing/b.db"])
def test_a_place_that_is_none(tmp_path: Path, where: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Misconfigured, match="name a file in a folder"):
        backup(filled(tmp_path / "a"), tmp_path / where)


def test_one_at_a_time_to_one_file(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    refused: list[str] = []

    def another(step: str, _done: int, _total: int) -> None:
        if not refused:
            with pytest.raises(Busy, match=r"b\.db"):
                backup(settings, tmp_path / "b.db")
            refused.append(step)

    backup(settings, tmp_path / "b.db", quick=True, tell=another)
    assert refused


def test_an_unsound_copy_does_not_take_the_place_of_a_sound_one(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    older = backup(settings, tmp_path / "b.db", quick=True)
    opened(tmp_path / "a").tamper("UPDATE sources SET articles = 9", "DELETE FROM words")
    with pytest.raises(Misconfigured, match="not sound"):
        backup(settings, tmp_path / "b.db")
    assert read_manifest(manifest_of(older.file)) == older.manifest
    assert backup(settings, tmp_path / "b.db", quick=True).manifest.checked == "structure"


def test_before_the_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    with Database(settings.db).alone() as conn:
        conn.execute("DELETE FROM _sqlite_migrations WHERE name > '0009'")
        conn.commit()
    made = backup(settings, tmp_path / "b.db")
    assert made.manifest.checked == "structure"
    assert made.manifest.file.schema == "0008_versions"


# Cut off ------------------------------------------------------------------------------------------


def test_killed_at_any_instant_the_older_one_is_whole(tmp_path: Path) -> None:
    settings, file = filled(tmp_path / "a"), tmp_path / "b.db"
    backup(settings, file, quick=True)
    seen = []
    for number in killed_everywhere(lambda: backup(settings, file, quick=True)):
        opened(tmp_path / "a").add(story(100 + number))
        seen.append(whole(file).rows["articles"])
        assert len(list(tmp_path.glob(".*"))) <= 1
    assert len(seen) > 3
    assert sorted(seen) == seen
    assert seen[0] < seen[-1] < len(seen) + 3
    assert not list(tmp_path.glob(".*"))
    assert whole(file).rows["articles"] == len(seen) + 3


@pytest.mark.parametrize("bytes_left", [0, 100_000, 300_000])
def test_on_a_full_disk_the_older_one_stays(tmp_path: Path, bytes_left: int) -> None:
    settings, file = filled(tmp_path / "a"), tmp_path / "b.db"
    older = backup(settings, file, quick=True)

    def with_little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, bytes_left))
        backup(settings, file, quick=True)

    assert in_child(with_little_room) == 1
    assert whole(file) == older.manifest
    assert not list(tmp_path.glob(".*"))


# Between the two files ----------------------------------------------------------------------------


def at(archive: Archive, file: Path) -> Backup:
    return backup(archive.settings, file, quick=True)


def test_while_an_article_comes_under_embargo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup waits until it is in the one file and no more in the other."""
    archive = opened(tmp_path / "a")
    archive.add(story(1, key="k"))
    made: list[Backup] = []
    backing_up = threading.Thread(target=lambda: made.append(at(archive, tmp_path / "b.db")))
    hold = EmbargoStore.hold

    def held(*args: object, **options: object) -> object:
        done = hold(*args, **options)  # type: ignore[arg-type]
        backing_up.start()
        time.sleep(0.1)
        assert not made
        return done

    monkeypatch.setattr(EmbargoStore, "hold", held)
    (tmp_path / "k.json").write_text(
        json.dumps({"key": "k", "body": "Bridge 1.", "embargoed_until": "2999-01-01"})
    )
    archive.ingest(tmp_path / "k.json")
    backing_up.join()
    assert made[0].private_rows["embargoed"] == 1
    assert made[0].manifest.rows["articles"] == 0
    copy = restored(archive.settings, made[0].file, tmp_path / "b")
    assert keys(copy) == set()
    assert copy.embargoes.find("k") is not None


def test_while_an_embargo_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in both files, and comes over once."""
    archive = opened(tmp_path / "a")
    archive.embargoes.hold(Held(story(1, key="k", embargoed_until=PAST), Findings(), "test"), "k")
    let_go, made = EmbargoStore._let_go, []

    def late(*args: object) -> None:
        made.append(at(archive, tmp_path / "b.db"))
        monkeypatch.setattr(EmbargoStore, "_let_go", let_go)
        let_go(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(EmbargoStore, "_let_go", late)
    assert archive.embargoes.release_due() == 1
    assert (made[0].private_rows["embargoed"], made[0].manifest.rows["articles"]) == (1, 1)
    copy = restored(archive.settings, made[0].file, tmp_path / "b")
    copy.embargoes.release_due()
    assert keys(copy) == {"k"}
    assert copy.rows("SELECT count(*) FROM versions") == [(0,)]
    assert not copy.embargoes.any_held()


@pytest.mark.parametrize("waits", [False, True])
def test_while_an_article_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """Killed in the archive, and perhaps still waiting in the private file: it never comes."""
    archive = opened(tmp_path / "a")
    article = story(1, key="k")
    if waits:
        article = replace(article, embargoed_until=FUTURE)
        archive.embargoes.hold(Held(article, Findings(), "test"), "k")
    else:
        archive.add(article)
    kill, made = EmbargoStore.kill, []

    def late(*args: object) -> int:
        made.append(at(archive, tmp_path / "b.db"))
        monkeypatch.setattr(EmbargoStore, "kill", kill)
        return kill(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(EmbargoStore, "kill", late)
    archive.killing.kill("k")
    copy = restored(archive.settings, made[0].file, tmp_path / "b")
    assert KillStore(copy.database).get("k") is not None
    with Database(copy.settings.private_db).alone() as conn:
        conn.execute("UPDATE embargoed SET embargoed_until = '2001-01-01T00:00:00Z'")
        conn.commit()
    copy.embargoes.release_due()
    assert keys(copy) == set()
    assert copy.killing.sweep()
    assert not copy.embargoes.any_held()


# On the command line ------------------------------------------------------------------------------


def test_what_the_command_says(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    file = tmp_path / "b c.db"
    ran = CliRunner().invoke(main, ["backup", str(file), "--db", str(settings.db), "--json"])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["file"] == str(file)
    assert told["manifest"]["rows"]["articles"] == 3
    gone = CliRunner().invoke(main, ["backup", str(file), "--db", str(tmp_path / "none.db")])
    assert gone.exit_code == 2
    assert not (tmp_path / "none.db").exists()


def test_the_nightly_script_of_the_docs_keeps_the_latest(tmp_path: Path) -> None:
    settings = filled(tmp_path / "a")
    page = (Path(__file__).parent.parent / "docs" / "backup.md").read_text("utf-8")
    script = page.partition("```shell\n")[2].partition("```")[0]
    folder = tmp_path / "backups"
    folder.mkdir()
    script = script.replace("/srv/backups", str(folder))
    script = script.replace("/srv/cuttings/cuttings.db", str(settings.db))
    for day in range(1, 21):
        for end in (".db", "-private.db", ".db.json"):
            (folder / f"cuttings-2019-01-{day:02}{end}").touch()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["sh", "-c", script], env=os.environ | {"PATH": path}, check=True)
    assert len(list(folder.glob("*-??.db"))) == 14
    assert len(list(folder.glob("*-private.db"))) == 14
    assert len(list(folder.glob("*.json"))) == 14
    assert (folder / "cuttings-2019-01-20.db").exists()
    assert max(folder.glob("*-??.db")).stat().st_size
