"""`cuttings ingest`: files and folders into the archive, a progress bar, and a report."""

import json
import sys
from functools import partial

import click

from service.cli.command import PROCESSES, progress_bar, with_settings
from service.database import archive_database, private_database
from service.errors import NotBuilt
from service.extract import load_tagger
from service.ingest import Ingest, Report
from service.settings import Settings
from service.stores.embargoes import EmbargoStore

# A terminal holds about as many lines; the JSON report has all of them.
MOST_FAILURES_SHOWN = 50


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@PROCESSES
@with_settings
def ingest(
    settings: Settings, paths: tuple[str, ...], as_json: bool, processes: int | None
) -> None:
    """Load articles from files and folders; what cannot be read is named in the report."""
    if "-" in paths:
        raise NotBuilt("Reading from standard input is not built yet: name files or folders")
    archive = archive_database(settings)
    archive.migrate()
    embargoes = EmbargoStore(private_database(settings), archive)
    tagger = partial(load_tagger, settings.tagger)  # other processes must be able to load it too
    job = Ingest(archive, embargoes, tagger, processes or settings.processes)
    with progress_bar("Ingesting") as progress:
        report = job.run(paths, progress)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print_report(report, settings)
    sys.exit(1 if report.failed else 0)


def _print_report(report: Report, settings: Settings) -> None:
    for failure in report.failed[:MOST_FAILURES_SHOWN]:
        click.echo(f"failed: {failure.origin}: {failure.reason}", err=True)
    if more := len(report.failed[MOST_FAILURES_SHOWN:]):
        click.echo(f"failed: {more} more; `--json` names every one", err=True)
    counts = ("added", "changed", "unchanged", "duplicates", "killed")
    said = ", ".join(f"{getattr(report, name)} {name}" for name in counts)
    click.echo(f"{said}, {len(report.failed)} failed -> {settings.db}")
    if report.waiting:
        click.echo(f"{report.waiting} of them under embargo: {settings.private_db} keeps them")
