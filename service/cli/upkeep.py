"""`cuttings migrate` and `reindex`: the archive file itself."""

import click

from service.cli.command import existing_archive, progress_bar, with_settings
from service.cli.terminal import say, say_lines
from service.database import archive_database, private_database
from service.engines import load_engine
from service.reindexing import reindex as make_anew
from service.settings import Settings


@click.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the archive's schema up to date; makes the archive when there is none."""
    done = archive_database(settings).migrate()
    private_database(settings)
    say_lines("\n".join(done) if done else "nothing to do")


@click.command()
@with_settings
def reindex(settings: Settings) -> None:
    """Make ids, the text index, near copies and every count anew from the articles."""
    archive = existing_archive(settings)
    archive.migrate()
    with progress_bar("Reindexing") as show:
        make_anew(
            archive,
            load_engine("sqlite", archive),
            lambda done, every: show(done, every, done),
        )
    say("reindexed")
