"""`cuttings kill` and `revive`: taking an article out for good, and letting it in again."""

import click

from service.cli.command import with_settings
from service.cli.terminal import say
from service.home import existing_home
from service.killing import Killing
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.kills import KillStore
from service.stores.quarantine import QuarantineStore


@click.command()
@click.argument("key")
@click.option("--reason", default="", help="Why; the tombstone tells it.")
@with_settings
def kill(settings: Settings, key: str, reason: str) -> None:
    """Take the article KEY out of every answer, and erase its text from the file."""
    home = existing_home(settings)
    embargoes = EmbargoStore(home.private, home.archive)
    killing = Killing(home.archive, home.engine, embargoes, QuarantineStore(home.private))
    killed = killing.kill(key, reason)
    say(f"killed {killed.tombstone.key}; it stays so until `cuttings revive`")
    for copy in killed.copies:
        say(f"a near copy stays: {copy}")
    for origin in killed.origins:
        say(f"it was read from {origin}, which is not ours to erase")
    say("copies of the archive made before, backups and snapshots among them, still have it")
    if killing.sweep():
        say(f"erased from {settings.place}")
    else:
        say("not erased yet: another program reads the archive; the server tries again")


@click.command()
@click.argument("key")
@with_settings
def revive(settings: Settings, key: str) -> None:
    """Let the killed article KEY in again; it comes back when it is ingested."""
    KillStore(existing_home(settings).archive).revive(key)
    say(f"{key} may come in again: ingest it")
