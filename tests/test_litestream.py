"""Litestream beside a running archive: back to a moment, and what it keeps of what was killed."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from conftest import Archive, open_archive
from copied import keys, opened, story

from service.backup import restore
from service.checks import check
from service.stores.erasure import pending_erasures

PAGE = (Path(__file__).parent.parent / "docs" / "backup.md").read_text("utf-8")
PROGRAM = shutil.which("litestream") or str(Path(sys.executable).with_name("litestream"))
pytestmark = pytest.mark.skipif(not Path(PROGRAM).exists(), reason="Litestream is not there")


def documented(folder: Path) -> Path:
    """The configuration of the docs, for this folder; only quicker."""
    text = PAGE.partition("```yaml\n")[2].partition("```")[0]
    said = yaml.safe_load(text.replace("/srv", str(folder)))
    for database in said["dbs"]:
        database["monitor-interval"] = "50ms"
        database["replica"]["sync-interval"] = "100ms"
    file = folder / "litestream.yml"
    file.write_text(yaml.safe_dump(said))
    return file


@contextmanager
def replicating(config: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [PROGRAM, "replicate", "-config", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)


def back(archive: Archive, config: Path, to: Path, *options: str) -> Archive:
    """Both files as Litestream has them, put in a place of their own as the docs say."""
    to.mkdir()
    for name in ("cuttings.db", "cuttings-private.db"):
        source = archive.settings.db.with_name(name)
        command = [PROGRAM, "restore", "-config", str(config), *options, "-o", str(to / name)]
        subprocess.run([*command, str(source)], check=True, capture_output=True)
    (to / "a").mkdir()
    there = replace(archive.settings, db=to / "a" / "cuttings.db")
    restore(there, to / "cuttings.db", unlisted=True)
    return open_archive(to / "a")


def test_back_to_a_moment_and_what_is_killed_stays_in_the_copies(tmp_path: Path) -> None:
    archive = opened(tmp_path / "cuttings")
    archive.add(story(0, key="a0"))
    config = documented(tmp_path)
    states = {frozenset(keys(archive))}
    copies = tmp_path / "copies" / "cuttings" / "ltx"
    with replicating(config):
        until(lambda: list(copies.rglob("*.ltx")))
        for number in range(1, 7):
            archive.add(story(number, key=f"a{number}"))
            states.add(frozenset(keys(archive)))
            time.sleep(0.3)
            if number == 3:
                moment = datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
        archive.killing.kill("a0")
        assert not archive.killing.sweep()  # Litestream holds the log
        assert pending_erasures(archive.database) == ["a0"]
        time.sleep(0.5)
    then = back(archive, config, tmp_path / "then", "-timestamp", moment)
    assert keys(then) == {"a0", "a1", "a2", "a3"}
    assert frozenset(keys(then)) in states
    assert check(then.database, then.engine) == []
    now = back(archive, config, tmp_path / "now")
    assert keys(now) == {f"a{number}" for number in range(1, 7)}
    assert archive.killing.sweep()
