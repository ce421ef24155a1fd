"""`cuttings export`: a whole result as a file, the same as the API's."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from service.cli.command import lift, with_settings, write_whole
from service.cli.search import ONE_DASH, Asking
from service.cli.search_options import read_params, selecting
from service.cli.terminal import write
from service.export import EXPORT_FORMATS
from service.export.walk import Page, Walk, written
from service.home import existing_home
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.web.export import ExportParams


@click.command(cls=Asking, context_settings=ONE_DASH)
@click.argument("query", nargs=-1)
@click.option(
    "--format", type=click.Choice(list(EXPORT_FORMATS)), default="ndjson", help="How it is written."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="-",
    metavar="FILE",
    help="Where to, whole or not at all; otherwise the terminal.",
)
@click.option("--sort", type=click.Choice(["newest", "oldest"]), default="newest")
@selecting
@with_settings
def export(settings: Settings, query: tuple[str, ...], output: Path, **options: Any) -> None:
    """Write every article that a search finds; without a query, all of them."""
    params = read_params(ExportParams, " ".join(query), options)
    home = existing_home(settings)
    lift(EmbargoStore(home.private, home.archive))
    pages = Walk(home.archive, home.engine, home.lists.entities, settings.limits).pages(
        params.ask(settings.timezone)
    )
    form = EXPORT_FORMATS[params.format]
    if str(output) == "-":
        write(written(form, pages))
        return
    write_whole(output, written(form, _followed(pages)), home.own_files())


def _followed(pages: Iterable[Page]) -> Iterator[Page]:
    """With a bar on a terminal, silently elsewhere."""
    hidden = not sys.stderr.isatty()
    bar = click.progressbar(
        length=0, label="Exporting", show_pos=True, file=sys.stderr, hidden=hidden
    )
    with bar:
        for page in pages:
            bar.length = max(page.total, bar.pos + len(page.articles))
            yield page
            bar.update(len(page.articles))
