"""`cuttings key`: who may read from beyond this machine, and who may write."""

import click

from service.cli.command import with_settings
from service.cli.terminal import say
from service.home import home_of
from service.settings import Settings
from service.stores.keys import SCOPES, KeyStore, Scope


@click.group()
def key() -> None:
    """API keys: who may read from beyond this machine, and who may write."""


@key.command("create")
@click.option("--scope", type=click.Choice(SCOPES), required=True)
@click.option("--note", default="", help="Whose it is, or what for.")
@with_settings
def key_create(settings: Settings, scope: Scope, note: str) -> None:
    """Make a key; it is printed once, alone on the last line."""
    created = KeyStore(home_of(settings).private).create(scope, note)
    say("Keep it safe: it cannot be shown again.", err=True)
    say(created)


@key.command("list")
@with_settings
def key_list(settings: Settings) -> None:
    """Every key: number, scope, when it was made, revoked or not, last use, note."""
    for kept in KeyStore(home_of(settings).private).all():
        state = f"revoked {kept.revoked_at}" if kept.revoked_at else "in use"
        used = f"last used {kept.last_used_at}" if kept.last_used_at else "never used"
        line = f"{kept.number}  {kept.scope:6} {kept.created_at}  {used}  {state}  {kept.note}"
        say(line.rstrip())


@key.command("revoke")
@click.argument("number", type=int)
@with_settings
def key_revoke(settings: Settings, number: int) -> None:
    """Take a key out of use at once."""
    KeyStore(home_of(settings).private).revoke(number)
    say(f"key {number} is revoked")
