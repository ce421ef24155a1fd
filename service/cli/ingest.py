"""`cuttings ingest`: whatever holds articles into the archive, with progress and a report."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from threading import Event

import click

from service.archive import Archive
from service.cli.command import PROCESSES, progress_bar, with_settings
from service.cli.terminal import say, say_json
from service.engines import Engine, load_engine
from service.errors import InvalidRequest
from service.extract import load_tagger
from service.fetching import Fetcher
from service.formats.document import Options
from service.formats.records.field_names import check_mapping
from service.home import made_home
from service.ingest import Ingest, Report
from service.rehearsal import rehearsal
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.stores.fetches import FetchStore
from service.stores.ingests import IngestStore
from service.stores.quarantine import QuarantineStore
from service.watching import watch_folders

# A terminal holds about as many lines; the JSON report has all of them.
MOST_FAILURES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Job:
    """An ingest as it was asked for, over whichever files."""

    settings: Settings
    options: Options
    fetches: bool
    processes: int | None

    def over(self, archive: Archive, private: Archive, engine: Engine, tagger: str) -> Ingest:
        fetcher = Fetcher(FetchStore(private))
        fetch = fetcher.page if self.fetches else None
        return Ingest(
            archive,
            engine,
            EmbargoStore(private, archive),
            QuarantineStore(private),
            partial(load_tagger, tagger),  # other processes must be able to load it too
            self.processes or self.settings.processes,
            replace(self.options, fetch=fetch),
            fetcher,
            IngestStore(private),
        )

    def real(self) -> Ingest:
        home = made_home(self.settings)
        return self.over(home.archive, home.private, home.engine, self.settings.tagger)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--map", "mapping", multiple=True, metavar="NAME=FIELD", help="headline=title …")
@click.option("--fetch", is_flag=True, help="Read the pages that entries of feeds link to.")
@click.option("--dry-run", is_flag=True, help="Report what would be done, and do nothing.")
@click.option("--watch", is_flag=True, help="Stay, and load what is put into the folders.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@PROCESSES
@with_settings
def ingest(
    settings: Settings,
    paths: tuple[str, ...],
    mapping: tuple[str, ...],
    fetch: bool,
    dry_run: bool,
    watch: bool,
    as_json: bool,
    processes: int | None,
) -> None:
    """Load articles from files, folders, archives, feeds and pages; `-` is standard input.

    What cannot be read is named in the report and kept aside (`cuttings quarantine`).
    """
    if watch and (dry_run or "-" in paths):
        raise InvalidRequest("--watch goes with folders, and without --dry-run")
    job = _Job(settings, Options(check_mapping(mapping), _tell), fetch, processes)
    show = partial(_show, settings=settings, as_json=as_json, is_dry=dry_run)
    if watch:
        _watch(job.real(), paths, show)
        return
    report = _tried(job, paths) if dry_run else _done(job, paths)
    show(report)
    sys.exit(1 if report.failed else 0)


def _tried(job: _Job, paths: tuple[str, ...]) -> Report:
    if job.settings.engine != "sqlite":
        raise InvalidRequest("--dry-run tries on copies of an archive's files, and this has none")
    with rehearsal(job.settings) as copies, progress_bar("Trying") as progress:
        archive, private = copies
        engine = load_engine("sqlite", archive)
        return job.over(archive, private, engine, "off").run(paths, progress)


def _done(job: _Job, paths: tuple[str, ...]) -> Report:
    with progress_bar("Ingesting") as progress:
        return job.real().run(paths, progress)


def _watch(job: Ingest, paths: tuple[str, ...], show: Callable[[Report], None]) -> None:
    stop = Event()
    try:
        watch_folders(job, paths, show, stop)
    except KeyboardInterrupt:
        stop.set()


def _tell(said: str) -> None:
    say(said, err=True)


def _show(report: Report, settings: Settings, as_json: bool, is_dry: bool) -> None:
    if as_json:
        say_json(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print_report(report, settings, is_dry)


def _print_report(report: Report, settings: Settings, is_dry: bool) -> None:
    for failure in report.failed[:MOST_FAILURES_SHOWN]:
        say(f"failed: {failure.origin}: {failure.reason}", err=True)
    if more := len(report.failed[MOST_FAILURES_SHOWN:]):
        say(f"failed: {more} more; `--json` names every one", err=True)
    counts = ("added", "changed", "unchanged", "duplicates", "killed")
    said = ", ".join(f"{getattr(report, name)} {name}" for name in counts)
    where = "nothing was written" if is_dry else settings.place
    say(f"{said}, {report.lost} failed -> {where}")
    if report.waiting:
        say(f"{report.waiting} of them under embargo: {_private(settings)} keeps them")


def _private(settings: Settings) -> str:
    return str(settings.private_db) if settings.engine == "sqlite" else "its private part"
