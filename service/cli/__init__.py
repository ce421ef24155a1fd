"""The command line: a thin skin over the functions of the service, a file for each subject."""

import logging

import click

from service import __version__
from service.cli import entity, export, ingest, key, kill, quarantine, retag, search, serve, upkeep
from service.cli.command import with_settings
from service.errors import NotBuilt
from service.settings import Settings

# In the public contract, not built yet.
UNBUILT = ("backup", "restore")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cuttings")
def main() -> None:
    """Search a news archive that is one SQLite file."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("cuttings").setLevel(logging.INFO)


for _command in (
    *(ingest.ingest, search.search, serve.serve, upkeep.migrate, upkeep.reindex, upkeep.check),
    *(retag.retag, key.key, entity.entity, kill.kill, kill.revive),
    *(quarantine.quarantine, export.export),
):
    main.add_command(_command)


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
