"""`cuttings search`: the same search as the API, as a table or as its JSON."""

import time
from typing import Any

import click

from service.cli.command import counted, lift, with_settings
from service.cli.search_options import read_params, selecting
from service.cli.terminal import bold, say, say_json, underlined
from service.home import existing_home
from service.result import Hit, Results
from service.search import Finder
from service.settings import Settings
from service.stores.embargoes import EmbargoStore
from service.web.answers.base import encoded
from service.web.answers.search import search_out
from service.web.parameters import SearchParams

# Without -h, since click would take the h out of `-hanoi`.
ONE_DASH = {"ignore_unknown_options": True, "help_option_names": ["--help"]}


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


@click.command(cls=Asking, context_settings=ONE_DASH)
@click.argument("query", nargs=-1)
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]))
@click.option("--collapse", is_flag=True, help="Show a group of near copies as one hit.")
@click.option("--rank", type=click.Choice(["auto", "exact"]), default="auto")
@click.option("--explain", is_flag=True, help="What each score is made of.")
@click.option("--facets", default="", metavar="FIELDS", help="Fields to count, comma-separated.")
@click.option("--facet-limit", type=click.IntRange(1, 100), default=10, help="Values a field.")
@click.option("--limit", type=click.IntRange(1, 100), default=20)
@click.option("--cursor", metavar="NEXT", help="`next` of the page before.")
@click.option("--json", "as_json", is_flag=True, help="Print what the API would answer.")
@selecting
@with_settings
def search(settings: Settings, query: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Search as the API does; without a query, the newest articles."""
    params = read_params(SearchParams, " ".join(query), options)
    home = existing_home(settings)
    finder = Finder(home.engine, home.lists.entities, settings.half_life, settings.limits)
    lift(EmbargoStore(home.private, home.archive))
    started = time.perf_counter()
    with home.archive.read():
        results = finder.search(params.ask(settings.timezone))
    if as_json:
        took_ms = (time.perf_counter() - started) * 1_000
        say_json(encoded(search_out(results, params.q, took_ms), indent=2))
    else:
        _print_results(results)


def _print_results(results: Results) -> None:
    for diagnostic in results.diagnostics:
        say(f"note: {diagnostic.message}", err=True)
    for expansion in results.expanded:
        say(f"note: {expansion.source} is also {', '.join(expansion.to)}", err=True)
    if results.did_you_mean:
        say(f"note: did you mean {results.did_you_mean}?", err=True)
    grouped = f", {results.groups} without near copies" if results.groups < results.total else ""
    say(counted(results.total, "article") + grouped)
    for hit in results.hits:
        where = " · ".join(
            [hit.source or "source unknown", hit.published.shown if hit.published else "undated"]
        )
        title = hit.title + (" (no headline; first line)" if hit.title_derived else "")
        version = f" · as of version {hit.version}" if hit.version is not None else ""
        say()
        say(bold(title))
        say(f"{where} · {hit.key}{version}")
        if hit.copies:
            say(f"  {_copies(hit)}")
        for snippet in hit.snippets:
            say(underlined(snippet, "  "))
        if hit.explanation is not None:
            parts = [f"{part.score:.3g} {part.text} ({part.why})" for part in hit.explanation.parts]
            say(f"  {hit.explanation.recency:.3g} × ({' + '.join(parts)})")
    for name, facet in results.facets.items():
        say()
        say(f"{name}: " + ", ".join(_value(value) for value in facet.values))
    if results.next is not None:
        say()
        say("There is more: raise --limit, or take `next` of --json as --cursor.")


def _copies(hit: Hit) -> str:
    """`3 near copies: The Post, The Times, …`."""
    sources = dict.fromkeys(copy.source or "source unknown" for copy in hit.copied_in)
    more = ", …" if hit.copies > len(hit.copied_in) else ""
    return (
        f"{hit.copies} near {'copy' if hit.copies == 1 else 'copies'}: {', '.join(sources)}{more}"
    )


def _value(value: Any) -> str:
    label = getattr(value, "label", None) or value.start
    return f"{label} ({value.count})"
