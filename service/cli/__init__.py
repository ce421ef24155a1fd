"""The command line: a thin skin over the functions of the service, a file for each subject."""

import importlib
from collections import UserDict
from collections.abc import Mapping
from typing import Any

import click

from service import __version__
from service.cli.command import with_settings
from service.cli.terminal import harmless_mistakes
from service.errors import NotBuilt
from service.logs import configure
from service.settings import Settings

# Name -> where it lives; a module is imported only when its command is chosen, or help lists it.
COMMANDS: Mapping[str, str] = {
    "ingest": "service.cli.ingest:ingest",
    "search": "service.cli.search:search",
    "serve": "service.cli.serve:serve",
    "migrate": "service.cli.upkeep:migrate",
    "reindex": "service.cli.upkeep:reindex",
    "check": "service.cli.check:check",
    "backup": "service.cli.backup:backup",
    "restore": "service.cli.backup:restore",
    "snapshot": "service.cli.snapshot:snapshot",
    "retag": "service.cli.retag:retag",
    "slow": "service.cli.slow:slow",
    "key": "service.cli.key:key",
    "audit": "service.cli.audit:audit",
    "entity": "service.cli.entity:entity",
    "kill": "service.cli.kill:kill",
    "revive": "service.cli.kill:revive",
    "quarantine": "service.cli.quarantine:quarantine",
    "export": "service.cli.export:export",
    "move": "service.cli.move:move",
}
# In the public contract, not built yet.
UNBUILT: tuple[str, ...] = ()


class _Commands(UserDict[str, Any]):
    """The commands by name; of those that are not loaded yet, where they live."""

    def __getitem__(self, name: str) -> click.Command:
        if isinstance(place := self.data[name], str):
            module, _, command = place.partition(":")
            self.data[name] = getattr(importlib.import_module(module), command)
        loaded: click.Command = self.data[name]
        return loaded


class _Harmless(click.Group):
    """A group that repeats what it was given without the signs that move a terminal."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        with harmless_mistakes():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with harmless_mistakes():
            return super().invoke(ctx)


@click.group(
    cls=_Harmless,
    commands=_Commands(COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="cuttings")
def main() -> None:
    """Search a news archive that is one SQLite file."""
    configure(None)  # until the settings are read


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
