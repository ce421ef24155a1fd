"""`cuttings retag`: reading again what another tagger has read."""

import sys
from functools import partial

import click

from service.cli.command import (
    PROCESSES,
    counted,
    progress_bar,
    with_settings,
)
from service.cli.terminal import say
from service.extract import load_tagger
from service.home import existing_home
from service.retag import Retag
from service.settings import Settings


@click.command()
@click.option("--all", "every", is_flag=True, help="Also what this tagger has read.")
@PROCESSES
@with_settings
def retag(settings: Settings, every: bool, processes: int | None) -> None:
    """Read names again where another tagger has; editors' decisions hold."""
    home = existing_home(settings)
    home.migrate()
    job = Retag(
        home.lists.rereading, partial(load_tagger, settings.tagger), processes or settings.processes
    )
    with progress_bar("Reading") as progress:
        report = job.run(every=every, progress=progress)
    for failure in report.failed:
        say(f"failed: {failure.origin}: {failure.reason}", err=True)
    if report.changed_meanwhile:
        say(f"{report.changed_meanwhile} changed meanwhile, and were read then", err=True)
    say(f"{counted(report.read, 'article')} read by {report.tagger} -> {settings.place}")
    sys.exit(1 if report.failed else 0)
