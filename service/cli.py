"""The command line: a thin skin over the functions of the service."""

import json
import logging
import os
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, wraps
from typing import Any

import click
import uvicorn
from pydantic import ValidationError

from service import __version__
from service.checks import check as check_archive
from service.database import Database, archive_database, private_database
from service.engines import load_engine
from service.errors import CuttingsError, Misconfigured, NotBuilt
from service.extract import load_tagger
from service.ingest import Ingest, Progress, Report
from service.passages import marked
from service.query import FACET_FIELDS
from service.result import Results
from service.search import Finder
from service.settings import Settings, as_environment, read_settings, serving_at
from service.stores.embargoes import EmbargoStore
from service.stores.entities import EntityStore, recount
from service.stores.keys import SCOPES, KeyStore, Scope
from service.stores.slots import renumber
from service.web.answers.search import search_out
from service.web.parameters import SearchParams
from service.web.problems import message_of

# A long URL can arrive in pieces; h11 refuses what is longer than this (bytes).
LONGEST_REQUEST_HEAD = 262_144
# A terminal holds about as many lines; the JSON report has all of them.
MOST_FAILURES_SHOWN = 50
# In the public contract, not built yet.
UNBUILT = ("backup", "restore", "entity", "retag", "export", "quarantine", "revive")
# Without -h, since click would take the h out of `-hanoi`.
ONE_DASH = {"ignore_unknown_options": True, "help_option_names": ["--help"]}

Command = Callable[..., None]


def with_settings(command: Command) -> Command:
    """Gives a command `--db` and the settings; an error of ours is a line on stderr and exit 2."""

    @click.option("--db", metavar="FILE", help="The archive (CUTTINGS_DB, else cuttings.db).")
    @wraps(command)
    def run(*args: Any, db: str | None = None, **options: Any) -> None:
        try:
            command(read_settings(db=db), *args, **options)
        except CuttingsError as exc:
            for problem in exc.problems:
                click.echo(f"{_option(problem.where)}: {problem.message}", err=True)
            click.echo(f"cuttings: {exc.detail}", err=True)
            sys.exit(2)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cuttings")
def main() -> None:
    """Search a news archive that is one SQLite file."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("cuttings").setLevel(logging.INFO)


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_settings
def ingest(settings: Settings, paths: tuple[str, ...], as_json: bool) -> None:
    """Load articles from files and folders; what cannot be read is named in the report."""
    if "-" in paths:
        raise NotBuilt("Reading from standard input is not built yet: name files or folders")
    archive = archive_database(settings)
    archive.migrate()
    embargoes = EmbargoStore(private_database(settings), archive)
    job = Ingest(archive, embargoes, cache(lambda: load_tagger(settings.tagger)))
    with _progress() as progress:
        report = job.run(paths, progress)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print_report(report, settings)
    sys.exit(1 if report.failed else 0)


class Asking(click.Command):
    """A word with one dash in front is part of the query; one with two is still an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        plain = len(args) - args.index("--") - 1 if "--" in args else 0
        rest = super().parse_args(ctx, ["--help"] if args == ["-h"] else args)
        words: tuple[str, ...] = ctx.params["query"]
        for word in words[: len(words) - plain]:
            if word.startswith("--"):
                raise click.NoSuchOption(word, ctx=ctx)
        return rest


@main.command(cls=Asking, context_settings=ONE_DASH)
@click.argument("query", nargs=-1)
@click.option("--match", type=click.Choice(["auto", "all", "any"]), default="auto")
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]))
@click.option("--from", "from_", metavar="DATE", help="Published from this date on.")
@click.option("--to", metavar="DATE", help="Published up to this date.")
@click.option("--tz", metavar="ZONE", help="The zone of dates without one (CUTTINGS_TIMEZONE).")
@click.option("--expand/--no-expand", default=True, help="Names in their other spellings too.")
@click.option("--rank", type=click.Choice(["auto", "exact"]), default="auto")
@click.option("--explain", is_flag=True, help="What each score is made of.")
@click.option("--facets", default="", metavar="FIELDS", help="Fields to count, comma-separated.")
@click.option("--facet-limit", type=click.IntRange(1, 100), default=10, help="Values a field.")
@click.option("--limit", type=click.IntRange(1, 100), default=20)
@click.option("--cursor", metavar="NEXT", help="`next` of the page before.")
@click.option("--strict", is_flag=True, help="Refuse a query with a mistake.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@with_settings
def search(settings: Settings, query: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Search as the API does; without a query, the newest articles."""
    params = _params(" ".join(query), options)
    archive = existing_archive(settings)
    finder = Finder(load_engine("sqlite", archive), EntityStore(archive), settings.half_life)
    EmbargoStore(private_database(settings), archive).release_due()
    started = time.perf_counter()
    with archive.read():
        results = finder.search(params.ask(settings.timezone))
    if as_json:
        took_ms = (time.perf_counter() - started) * 1_000
        click.echo(search_out(results, params.q, took_ms).model_dump_json(by_alias=True, indent=2))
    else:
        _print_results(results)


for _field in FACET_FIELDS:
    # Two options a facet field, repeatable: several values are alternatives.
    for _name, _with in ((_field, "Only with"), (f"not-{_field}", "Not with")):
        _help = f"{_with} this {_field}."
        click.option(f"--{_name}", multiple=True, metavar="NAME", help=_help)(search)


@main.command()
@click.option("--host", help="The address to listen on (CUTTINGS_HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65_535), help="CUTTINGS_PORT, else 8000.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes that answer.")
@click.option(
    "--open", "open_", is_flag=True, help="Reading needs no key, beyond this machine too."
)
@click.option("--browse", is_flag=True, help="Open a browser on it.")
@with_settings
def serve(
    settings: Settings, host: str | None, port: int | None, workers: int, open_: bool, browse: bool
) -> None:
    """Serve the API, its documentation and the SQL room."""
    settings = serving_at(settings, host, port, open_)
    # Both files before any worker starts: they would race to make them.
    archive_database(settings).migrate()
    private_database(settings)
    _refuse_strangers(settings)
    settings = replace(settings, port=_free_port(settings))
    address = f"http://{_shown_host(settings)}:{settings.port}"
    click.echo(f"Cuttings: {address}/docs (the API), {address}/sql/ (the SQL room)")
    if not settings.on_loopback:
        named = ", ".join(settings.allowed_hosts) or "none"
        click.echo(f"Other names and addresses it answers to (CUTTINGS_ALLOWED_HOSTS): {named}")
    if browse:
        threading.Timer(1.0, webbrowser.open, [f"{address}/"]).start()
    os.environ.update(as_environment(settings))
    uvicorn.run(
        "service.web.app:app_from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        http="h11",
        h11_max_incomplete_event_size=LONGEST_REQUEST_HEAD,
        # It would print whole queries, and what a reporter looks for is nobody's business.
        access_log=False,
        # The gate must see who really asks, so no header may say otherwise.
        proxy_headers=False,
        server_header=False,
        log_level="warning",
    )


@main.command()
@with_settings
def migrate(settings: Settings) -> None:
    """Bring the archive's schema up to date; makes the archive when there is none."""
    done = archive_database(settings).migrate()
    private_database(settings)
    click.echo("\n".join(done) if done else "nothing to do")


@main.command()
@with_settings
def reindex(settings: Settings) -> None:
    """Make ids, the text index and every count anew from the articles and their mentions."""
    archive = existing_archive(settings)
    archive.migrate()
    with archive.write() as conn:
        renumber(conn)
        recount(conn)
    load_engine("sqlite", archive).rebuild()
    click.echo("reindexed")


@main.command()
@with_settings
def check(settings: Settings) -> None:
    """Every consistency check there is; exit 1 and a line for each that fails."""
    archive = existing_archive(settings)
    faults = check_archive(archive, load_engine("sqlite", archive))
    for fault in faults:
        click.echo(fault)
    click.echo(_count(len(faults), "fault") if faults else "sound")
    sys.exit(1 if faults else 0)


@main.group()
def key() -> None:
    """API keys: who may read from beyond this machine, and who may write."""


@key.command("create")
@click.option("--scope", type=click.Choice(SCOPES), required=True)
@click.option("--note", default="", help="Whose it is, or what for.")
@with_settings
def key_create(settings: Settings, scope: Scope, note: str) -> None:
    """Make a key; it is printed once, alone on the last line."""
    created = KeyStore(private_database(settings)).create(scope, note)
    click.echo("Keep it safe: it cannot be shown again.", err=True)
    click.echo(created)


@key.command("list")
@with_settings
def key_list(settings: Settings) -> None:
    """Every key: number, scope, when it was made, revoked or not, note."""
    for kept in KeyStore(private_database(settings)).all():
        state = f"revoked {kept.revoked_at}" if kept.revoked_at else "in use"
        click.echo(f"{kept.id}  {kept.scope:6} {kept.created_at}  {state}  {kept.note}".rstrip())


@key.command("revoke")
@click.argument("number", type=int)
@with_settings
def key_revoke(settings: Settings, number: int) -> None:
    """Take a key out of use at once."""
    KeyStore(private_database(settings)).revoke(number)
    click.echo(f"key {number} is revoked")


def _params(query: str, options: dict[str, Any]) -> SearchParams:
    """The same as the API's; UsageError that names the option for a value that will not do."""
    given = {name.replace("not_", "not.").rstrip("_"): typed for name, typed in options.items()}
    try:
        return SearchParams.model_validate({"q": query} | given)
    except ValidationError as exc:
        name, message = str(exc.errors()[0]["loc"][0]), message_of(dict(exc.errors()[0]))
        typed = f" {given[name]}" if isinstance(given.get(name), str) else ""
        raise click.UsageError(f"{_option(name)}{typed}: {message}") from exc


def _option(parameter: str) -> str:
    """How a parameter of the API is called here."""
    return "query" if parameter == "q" else "--" + parameter.replace(".", "-").replace("_", "-")


def existing_archive(settings: Settings) -> Database:
    """The archive for commands that must not make one; Misconfigured when there is none."""
    if not settings.db.exists():
        raise Misconfigured(
            f"There is no archive at {settings.db}: `cuttings ingest` makes one, --db names another"
        )
    return archive_database(settings)


def _not_built(name: str) -> None:
    @main.command(
        name,
        hidden=True,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
    @with_settings
    def refuse(_settings: Settings) -> None:
        raise NotBuilt(f"`cuttings {name}` is not built yet")


for _name in UNBUILT:
    _not_built(_name)


def _refuse_strangers(settings: Settings) -> None:
    if settings.on_loopback or settings.open or KeyStore(private_database(settings)).any_in_use():
        return
    raise Misconfigured(
        f"{settings.host} is reachable from other machines, and there is no key: make one "
        "(`cuttings key create --scope read`), or say --open if everyone may read"
    )


def _free_port(settings: Settings) -> int:
    """The port asked for, or for 0 one that nobody uses; Misconfigured when it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            return int(probe.getsockname()[1])
        except OSError as exc:
            raise Misconfigured(
                f"Cannot listen on {settings.host}, port {settings.port}: {exc.strerror or exc}. "
                "Name another with --port"
            ) from exc


def _shown_host(settings: Settings) -> str:
    if settings.host in ("0.0.0.0", "::"):  # noqa: S104 - shown, not bound
        return "localhost"
    return f"[{settings.host}]" if ":" in settings.host else settings.host


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label="Ingesting", file=sys.stderr, show_pos=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show


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


def _print_results(results: Results) -> None:
    for diagnostic in results.diagnostics:
        click.echo(f"note: {diagnostic.message}", err=True)
    for expansion in results.expanded:
        click.echo(f"note: {expansion.source} is also {', '.join(expansion.to)}", err=True)
    if results.did_you_mean:
        click.echo(f"note: did you mean {results.did_you_mean}?", err=True)
    click.echo(_count(results.total, "article"))
    for hit in results.hits:
        where = " · ".join(
            [hit.source or "source unknown", hit.published.shown if hit.published else "undated"]
        )
        title = hit.title + (" (no headline; first line)" if hit.title_derived else "")
        click.echo(f"\n{click.style(title, bold=True)}\n{where} · {hit.key}")
        for snippet in hit.snippets:
            click.echo("  " + marked(snippet, lambda word: click.style(word, underline=True)))
        if hit.explanation is not None:
            parts = [f"{part.score:.3g} {part.text} ({part.why})" for part in hit.explanation.parts]
            click.echo(f"  {hit.explanation.recency:.3g} × ({' + '.join(parts)})")
    for name, facet in results.facets.items():
        click.echo(f"\n{name}: " + ", ".join(_counted(value) for value in facet.values))
    if results.next is not None:
        click.echo("\nThere is more: raise --limit, or take `next` of --json as --cursor.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _counted(value: Any) -> str:
    label = getattr(value, "label", None) or value.start
    return f"{label} ({value.count})"


if __name__ == "__main__":
    main()
