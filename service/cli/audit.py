"""`cuttings audit`: who changed or took away what."""

import re
from dataclasses import asdict

import click

from service.cli.command import with_settings
from service.cli.terminal import say, say_json
from service.home import existing_home
from service.settings import Settings
from service.stores.audit import AuditStore, Line
from service.web.answers.base import encoded

# The beginning of a moment stands before it in the order of texts.
_MOMENT = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\dZ?)?)?)?)?)?", re.ASCII)


@click.command()
@click.option(
    "--since",
    default="",
    metavar="MOMENT",
    callback=lambda _context, _option, given: _moment(given),
    help="From then on, in UTC: 2019-01-08, or 2019-01-08T06:30.",
)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, help="Lines at most.")
@click.option("--json", "as_json", is_flag=True, help="Print every field, a line of JSON each.")
@with_settings
def audit(settings: Settings, since: str, limit: int, as_json: bool) -> None:
    """Who changed or took away what, the newest first; it is in the private file."""
    for line in AuditStore(existing_home(settings).private).latest(limit, since):
        if as_json:
            say_json(encoded(asdict(line)))
        else:
            say(_shown(line))


def _moment(given: str) -> str:
    if given and not _MOMENT.fullmatch(given):
        raise click.BadParameter("write it as 2019-01-08, or 2019-01-08T06:30")
    return given


def _shown(line: Line) -> str:
    outcome = line.outcome or "begun, and no outcome"
    parts = [line.at, line.who, line.address, line.action, f"[{outcome}]", line.keys, line.asked]
    return "  ".join(filter(None, parts))
