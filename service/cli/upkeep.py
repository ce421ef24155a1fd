"""`cuttings migrate` and `reindex`: the archive file itself."""

import click

from service.cli.command import progress_bar, with_settings
from service.cli.terminal import say, say_lines
from service.database import archive_database
from service.home import existing_home, home_of
from service.reindexing import reindex as make_anew
from service.settings import Settings


@click.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the archive's schema up to date; makes the archive when there is none."""
    done = home_of(settings).migrate()
    say_lines("\n".join(done) if done else "nothing to do")


@click.command()
@with_settings
def reindex(settings: Settings) -> None:
    """Make ids, the text index, near copies and every count anew from the articles."""
    home = existing_home(settings)
    home.migrate()
    with progress_bar("Reindexing") as show:

        def tell(done: int, every: int) -> None:
            show(done, every, done)

        if settings.engine == "sqlite":
            make_anew(archive_database(settings), home.engine, tell)
        else:
            home.engine.rebuild(tell)
    say("reindexed")
