"""`cuttings migrate`, `reindex` and `check`: the archive file itself."""

import sys

import click

from service.checks import check as check_archive
from service.cli.command import counted, existing_archive, with_settings
from service.database import archive_database, private_database
from service.engines import load_engine
from service.settings import Settings
from service.stores.copies import rebuild_copies
from service.stores.counts import recount
from service.stores.slots import renumber


@click.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the archive's schema up to date; makes the archive when there is none."""
    done = archive_database(settings).migrate()
    private_database(settings)
    click.echo("\n".join(done) if done else "nothing to do")


@click.command()
@with_settings
def reindex(settings: Settings) -> None:
    """Make ids, the text index, near copies and every count anew from the articles."""
    archive = existing_archive(settings)
    archive.migrate()
    with archive.write() as conn:
        renumber(conn)
        recount(conn)
        rebuild_copies(conn)
    load_engine("sqlite", archive).rebuild()
    click.echo("reindexed")


@click.command()
@with_settings
def check(settings: Settings) -> None:
    """Every consistency check there is; exit 1 and a line for each that fails."""
    archive = existing_archive(settings)
    faults = check_archive(archive, load_engine("sqlite", archive))
    for fault in faults:
        click.echo(fault)
    click.echo(counted(len(faults), "fault") if faults else "sound")
    sys.exit(1 if faults else 0)
