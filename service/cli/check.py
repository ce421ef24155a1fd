"""`cuttings check`: whether the archive is sound, and mending what is safe to mend."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict

import click

from service.checks import NAMES, Fault, Progress, inspect
from service.checks.file import is_damage
from service.checks.repair import WHOLE, Repair, repair
from service.cli.command import counted, with_settings
from service.cli.terminal import say, say_json, say_lines
from service.database import Database, archive_database, migrations_folder, private_database
from service.engines import Engine, load_engine
from service.errors import CuttingsError
from service.home import existing_home
from service.killing import Killing
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.quarantine import QuarantineStore
from service.stores.text_rebuild import is_unfinished


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("--list", "as_list", is_flag=True, help="Print what there is to check, and stop.")
@click.option("--repair", "mend", is_flag=True, help="Mend what is safe to mend, and check again.")
@with_settings
def check(settings: Settings, as_json: bool, as_list: bool, mend: bool) -> None:
    """Every consistency check there is; exit 1 and a line with its name for each that fails.

    --repair makes anew what is made of the articles, and touches no article, edit or private text.
    """
    if as_list:
        say_lines("\n".join(f"{name:15} {about}" for name, about in NAMES))
        return
    if settings.engine != "sqlite":
        left = _of_indices(existing_home(settings).engine, mend)
        _tell(left, as_json)
        sys.exit(1 if left else 0)
    existing_home(settings)
    archive = archive_database(settings)
    with _progress() as tell:
        if mend:
            left = _mended(settings, archive, tell, as_json)
        else:
            left = inspect(archive, load_engine("sqlite", archive), _beside(settings), tell)
            _tell(left, as_json)
            _tell_what_helps(left)
    _tell_unfinished(archive)
    sys.exit(1 if left else 0)


def _of_indices(engine: Engine, mend: bool) -> Sequence[Fault]:
    """Each document of a cluster against what is indexed of it; mended by writing all anew.

    What documents say of each other is checked in a file that `move` makes of them.
    """
    if mend and engine.faults():
        engine.rebuild()
    return [Fault("index", message) for message in engine.faults()]


# What the file's place or its state keeps from being looked at is not mended by making it anew.
UNCHECKED = "the file may not be written"


def _tell_what_helps(faults: Sequence[Fault]) -> None:
    if any(fault.check in WHOLE and is_damage(fault.message) for fault in faults):
        say("A file itself is damaged: `cuttings restore` brings a backup back", err=True)
    elif any(UNCHECKED not in fault.message for fault in faults):
        say("`cuttings check --repair` mends what is made of something else", err=True)


def _tell_unfinished(archive: Database) -> None:
    """No fault, since nobody reads what it makes; but each write is done there as well."""
    with suppress(CuttingsError):
        if is_unfinished(archive):
            say(
                "A reindex is at work, or was cut off: `cuttings reindex` ends what was begun, "
                "`cuttings check --repair` clears it away",
                err=True,
            )


def _beside(settings: Settings) -> Database | None:
    """The private file as it is; a copy of an archive may have none."""
    if not settings.private_db.exists():
        return None
    return Database(settings.private_db, migrations_folder() / "private")


def _mended(
    settings: Settings, archive: Database, tell: Progress, as_json: bool
) -> Sequence[Fault]:
    private = private_database(settings)
    engine = load_engine("sqlite", archive)
    mended = repair(archive, engine, private, tell)
    # A kill whose traces could not be erased when it was made.
    Killing(archive, engine, EmbargoStore(private, archive), QuarantineStore(private)).sweep()
    if as_json:
        say_json(json.dumps(asdict(mended), ensure_ascii=False))
    else:
        _tell_repair(mended)
    return mended.left


def _tell_repair(mended: Repair) -> None:
    for line in _lines(mended.found):
        say(f"found  {line}")
    for done in mended.done:
        say(f"did    {done}")
    if mended.left:
        say("What is left is not made of anything else: `cuttings restore` brings a backup back")
    _tell(mended.left, as_json=False)


def _lines(faults: Sequence[Fault]) -> Iterator[str]:
    """Equal ones once: a table whose rows all hang on nothing would fill the screen."""
    for line, times in Counter(f"{each.check}: {each.message}" for each in faults).items():
        yield line if times == 1 else f"{line} ({times:,} times)"


def _tell(faults: Sequence[Fault], as_json: bool) -> None:
    if as_json:
        told = {"faults": [asdict(fault) for fault in faults]}
        say_json(json.dumps(told, ensure_ascii=False))
        return
    for line in _lines(faults):
        say(line)
    say(counted(len(faults), "fault") if faults else "sound")


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere: a check of a large archive takes minutes."""
    if not sys.stderr.isatty():
        yield lambda _name, _done, _all: None
        return
    with click.progressbar(
        length=len(NAMES), label="Checking", file=sys.stderr, item_show_func=str
    ) as bar:

        def tell(name: str, done: int, _all: int) -> None:
            bar.update(max(done - bar.pos, 0), current_item=name)

        yield tell
