"""The options that select articles: the API's filters, named as they are there."""

from collections.abc import Mapping
from typing import Any, TypeVar

import click
from pydantic import BaseModel, ValidationError

from service.cli.command import Command, option_of
from service.query import FACET_FIELDS
from service.web.problems import message_of

Params = TypeVar("Params", bound=BaseModel)

_OPTIONS = (
    click.option("--match", type=click.Choice(["auto", "all", "any"]), default="auto"),
    click.option("--from", "from_", metavar="DATE", help="Published from this date on."),
    click.option("--to", metavar="DATE", help="Published up to this date."),
    click.option("--tz", metavar="ZONE", help="The zone of dates without one (CUTTINGS_TIMEZONE)."),
    click.option("--expand/--no-expand", default=True, help="Names in their other spellings too."),
    click.option(
        "--versions",
        type=click.Choice(["current", "all"]),
        default="current",
        help="`all` also finds what an article said before.",
    ),
    click.option("--strict", is_flag=True, help="Refuse a query with a mistake."),
    # Two options a facet field, repeatable: several values are alternatives.
    *(
        click.option(
            f"--{beginning}{name}".replace("_", "-"),
            multiple=True,
            metavar="NAME",
            help=f"{which} this {name}.",
        )
        for name in FACET_FIELDS
        for beginning, which in (("", "Only with"), ("not-", "Not with"))
    ),
)


def selecting(command: Command) -> Command:
    """Gives a command the options that select."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_params(model: type[Params], query: str, options: Mapping[str, Any]) -> Params:
    """The same as the API's; UsageError that names the option for a value that will not do."""
    given = {name.replace("not_", "not.").rstrip("_"): typed for name, typed in options.items()}
    try:
        return model.model_validate({"q": query} | given)
    except ValidationError as exc:
        name, message = str(exc.errors()[0]["loc"][0]), message_of(dict(exc.errors()[0]))
        typed = f" {given[name]}" if isinstance(given.get(name), str) else ""
        raise click.UsageError(f"{option_of(name)}{typed}: {message}") from exc
