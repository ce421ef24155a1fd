"""`cuttings slow`: what was asked when answers took long."""

import json

import click

from service.cli.command import with_settings
from service.cli.terminal import say, say_json
from service.home import home_of
from service.settings import Settings
from service.stores.slow_queries import SlowQuery, SlowQueryStore


@click.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON, one a line.")
@with_settings
def slow(settings: Settings, limit: int, as_json: bool) -> None:
    """The latest slow queries that were kept (CUTTINGS_LOG_QUERIES), each with its stages."""
    store = SlowQueryStore(home_of(settings).private)
    if settings.log_queries:
        # No server may be running that forgets them in time. Where the setting is in the server's
        # environment alone, that server knows how long they are kept, and looking deletes nothing.
        store.forget(settings.log_queries_days)
    for each in store.latest(limit):
        if as_json:
            say_json(_as_json(each))
        else:
            say(_as_text(each))


def _as_json(each: SlowQuery) -> str:
    return json.dumps({name: getattr(each, name) for name in SlowQuery.__slots__})


def _as_text(each: SlowQuery) -> str:
    """As ASCII, so that nothing that was asked moves a terminal's cursor."""
    stages = ", ".join(f"{name} {ms:g}" for name, ms in each.stages.items())
    request = f"{each.method} {each.route}  {each.request_id}"
    return f"{each.at}  {each.ms:g} ms ({stages})  {request}  {json.dumps(each.query)}"
