"""`cuttings snapshot`: copies of an archive in a cluster, which the cluster keeps, and the way
back.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from service.backup.from_snapshot import RestoredSnapshot
from service.backup.from_snapshot import restore as bring_back
from service.cli.backup import told_of_carried
from service.cli.command import counted, progress_bar, with_settings
from service.cli.terminal import say, say_json
from service.dates import utc_now
from service.engines.snapshots import Snapshot, Tell
from service.errors import Misconfigured, NotReady
from service.home import ClusteredHome, clustered_home
from service.settings import Settings

_JSON = click.option("--json", "as_json", is_flag=True, help="The report, for programs.")


@click.group()
def snapshot() -> None:
    """Snapshots of an archive in a cluster: taken while others write, listed, restored."""


@snapshot.command("take")
@click.argument("name", default="")
@_JSON
@with_settings
def snapshot_take(settings: Settings, name: str, as_json: bool) -> None:
    """Keep the archive and its private part as they are now, under NAME (else the time)."""
    home, began = _existing(settings), time.monotonic()
    with _bar("Snapshot") as tell:
        taken = home.take_snapshot(name or _now(), tell)
    seconds = time.monotonic() - began
    if as_json:
        say_json(_dumped({**asdict(taken), "seconds": round(seconds, 3)}))
        return
    say(f"{_size(taken)}, in {seconds:.1f} s -> {taken.archive}.{taken.name}")


@snapshot.command("list")
@click.option("--all", "every", is_flag=True, help="Those of other archives in the cluster too.")
@_JSON
@with_settings
def snapshot_list(settings: Settings, every: bool, as_json: bool) -> None:
    """The archive's snapshots, the newest first; how many articles were killed since each."""
    home = clustered_home(settings)
    found = home.snapshots(of_every_archive=every)
    own = [each for each in found if each.archive == settings.cluster.name]
    killed = _killed_since(home, own) if own else {}
    if as_json:
        told = [{**asdict(each), "killed_since": killed.get(_full(each))} for each in found]
        say_json(_dumped({"snapshots": told}))
        return
    for each in found:
        say(_line(each, killed.get(_full(each))))
    if not found:
        say("no snapshots")


@snapshot.command("restore")
@click.argument("name")
@click.option(
    "--newer",
    multiple=True,
    metavar="ARCHIVE",
    help="An archive of the cluster whose kills, embargoes and revoked keys count too.",
)
@_JSON
@with_settings
def snapshot_restore(settings: Settings, name: str, newer: tuple[str, ...], as_json: bool) -> None:
    """Bring NAME (of another archive: ARCHIVE.NAME) back as the archive that the settings name.

    None may stand there. It is there as a whole in the end, or not at all.
    """
    with _bar("Restore") as tell:
        done = bring_back(settings, name, newer, tell)
    if as_json:
        say_json(_dumped(_restored(settings, done)))
        return
    state = f"as of {done.snapshot.taken_at}, generation {done.snapshot.generation}"
    say(f"restored, {state} -> {settings.place}")
    for line in (*told_of_carried(done.carried), *done.lacks):
        say(line)
    say("`cuttings check` tells whether all of it is as it should be")


@snapshot.command("delete")
@click.argument("name")
@with_settings
def snapshot_delete(settings: Settings, name: str) -> None:
    """Let go of NAME, also while it is being taken."""
    clustered_home(settings).delete_snapshot(name)
    say(f"{name} is deleted")


def _existing(settings: Settings) -> ClusteredHome:
    home = clustered_home(settings)
    if not home.is_there():
        raise Misconfigured(f"There is no archive at {settings.place}")
    return home


def _now() -> str:
    return utc_now().lower().replace(":", "-")


def _full(each: Snapshot) -> str:
    return f"{each.archive}.{each.name}"


def _killed_since(home: ClusteredHome, own: Sequence[Snapshot]) -> dict[str, int]:
    """Of each how many articles it has that were killed later, by name; none without an archive."""
    try:
        killed = [each.killed_at for each in home.lists.kills.all()] if home.is_there() else None
    except NotReady:  # it is being restored
        killed = None
    if killed is None:
        return {}
    return {_full(each): sum(at >= each.taken_at for at in killed) for each in own}


def _line(each: Snapshot, killed: int | None) -> str:
    since = f", {counted(killed, 'article')} killed since" if killed else ""
    return f"{_full(each)}  {each.taken_at}  {each.state}  {_size(each)}{since}"


def _size(each: Snapshot) -> str:
    size = "" if each.bytes is None else f", {each.bytes:,} bytes"
    return f"{counted(each.articles, 'article')}{size}"


def _restored(settings: Settings, done: RestoredSnapshot) -> dict[str, Any]:
    return {
        "archive": settings.cluster.name,
        "snapshot": asdict(done.snapshot),
        "carried": asdict(done.carried),
        "lacks": list(done.lacks),
        "seconds": round(done.seconds, 3),
    }


def _dumped(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)


@contextmanager
def _bar(label: str) -> Iterator[Tell]:
    with progress_bar(label, "bytes") as show:
        yield lambda done, every: show(done, every, done)
