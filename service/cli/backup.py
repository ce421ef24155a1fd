"""`cuttings backup` and `restore`: copies of an archive, and the way back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from service.backup import Backup, Restored
from service.backup import backup as make_backup
from service.backup import restore as restore_backup
from service.backup.carrying import Carried
from service.backup.manifest import Tell
from service.cli.command import counted, progress_bar, with_settings
from service.cli.terminal import say, say_json
from service.home import existing_home, refuse_cluster
from service.settings import Settings

_FILE = click.Path(path_type=Path)
# A cluster copies what it holds by itself.
_SNAPSHOTS = "take a `cuttings snapshot`, or make a file of it by `cuttings move --to sqlite`"
_QUICK = click.option("--quick", is_flag=True, help="Look at the structure of the copy alone.")
_JSON = click.option("--json", "as_json", is_flag=True, help="The report, for programs.")


@click.command()
@click.argument("file", type=_FILE)
@click.option("--public-only", is_flag=True, help="Without keys, embargoed articles, quarantine.")
@_QUICK
@click.option("--force", is_flag=True, help="Also over a file that is no backup of this archive.")
@_JSON
@with_settings
def backup(
    settings: Settings, file: Path, public_only: bool, quick: bool, force: bool, as_json: bool
) -> None:
    """Copy the archive to FILE while others write; checked, and whole or not at all."""
    refuse_cluster(settings, "backup", _SNAPSHOTS)
    existing_home(settings)
    with _steps("Backup", "pages") as tell:
        made = make_backup(
            settings, file, public_only=public_only, quick=quick, force=force, tell=tell
        )
    if as_json:
        say_json(json.dumps(_backup(made), ensure_ascii=False))
        return
    about = made.manifest.file
    say(
        f"{counted(made.manifest.rows['articles'], 'article')}, {about.bytes:,} bytes,"
        f" in {made.seconds:.1f} s -> {made.file}"
    )
    say(f"SHA-256 {about.sha256}")
    if made.private is not None:
        say(f"what only its owner may see -> {made.private}")


@click.command()
@click.argument("file", type=_FILE)
@click.option("--replace", "replacing", is_flag=True, help="Keep what stands there, dated.")
@_QUICK
@click.option("--without-manifest", is_flag=True, help="For a copy that another program made.")
@click.option(
    "--newer",
    type=_FILE,
    multiple=True,
    metavar="FILE",
    help="A newer backup, whose kills, embargoes and revoked keys count too.",
)
@_JSON
@with_settings
def restore(
    settings: Settings,
    file: Path,
    replacing: bool,
    quick: bool,
    without_manifest: bool,
    newer: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Put a backup in the place of the archive, whole or not at all."""
    refuse_cluster(settings, "restore", _SNAPSHOTS)
    with _steps("Restore", "bytes") as tell:
        done = restore_backup(
            settings,
            file,
            replacing=replacing,
            quick=quick,
            unlisted=without_manifest,
            newer=newer,
            tell=tell,
        )
    if as_json:
        say_json(json.dumps(_restored(done), ensure_ascii=False))
        return
    for line in _told(done):
        say(line)


def _told(done: Restored) -> Iterator[str]:
    about = done.manifest
    state = f"as of {about.taken_at}, generation {about.generation}" if about else "as is"
    yield f"restored, {state} -> {done.archive}"
    if done.migrations:
        yield f"brought up to date: {', '.join(done.migrations)}"
    yield from told_of_carried(done.carried)
    yield from (f"kept: {path}" for path in done.kept)
    yield from done.lacks


def told_of_carried(carried: Carried) -> Iterator[str]:
    """What did not come back with an older state, if there was any."""
    if carried != Carried():
        yield "taken back since and not come again: " + ", ".join(_words(carried))


def _words(carried: Carried) -> Iterator[str]:
    for number, noun in (
        (carried.kills, "killed article"),
        (carried.embargoes, "article under embargo"),
        (carried.keys, "revoked key"),
    ):
        if number:
            yield f"{number} {noun}" if number == 1 else f"{number} {_plural(noun)}"


def _plural(noun: str) -> str:
    return noun.replace("article", "articles").replace("key", "keys")


def _backup(made: Backup) -> dict[str, Any]:
    return {
        "file": str(made.file),
        "private": str(made.private) if made.private is not None else None,
        "seconds": round(made.seconds, 3),
        "manifest": asdict(made.manifest),
        "private_rows": dict(made.private_rows),
    }


def _restored(done: Restored) -> dict[str, Any]:
    return {
        "archive": str(done.archive),
        "taken_at": done.manifest.taken_at if done.manifest is not None else None,
        "generation": done.manifest.generation if done.manifest is not None else None,
        "kept": [str(path) for path in done.kept],
        "migrations": list(done.migrations),
        "carried": asdict(done.carried),
        "lacks": list(done.lacks),
        "seconds": round(done.seconds, 3),
    }


@contextmanager
def _steps(label: str, noun: str) -> Iterator[Tell]:
    """One bar for all that is copied and hashed; a check tells no length."""
    with progress_bar(label, noun) as show:
        yield lambda step, done, total: show(done, total, done) if step == "copying" else None
