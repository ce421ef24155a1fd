"""`cuttings move`: a whole archive from its file into a cluster, or back."""

from dataclasses import replace

import click

from service.cli.command import counted, progress_bar, with_settings
from service.cli.terminal import say
from service.cluster import EngineName
from service.errors import NotReady
from service.home import ClusteredHome, clustered_home, existing_home
from service.moving import Shelves, to_file, to_shelves
from service.settings import Settings


@click.command()
@click.option(
    "--to",
    type=click.Choice(["opensearch", "sqlite"]),
    required=True,
    help="Where it is to live: the cluster of CUTTINGS_OPENSEARCH_URL, or the file of --db.",
)
@with_settings
def move(settings: Settings, to: EngineName) -> None:
    """Carry the whole archive, its private part too, into a cluster or back into a file.

    Nobody may write to it meanwhile. Every document is compared where it arrived. The old home
    stays as it is: `CUTTINGS_ENGINE` says which of the two is used from then on.
    """
    file, cluster = (replace(settings, engine=name) for name in ("sqlite", "opensearch"))
    source, target = (file, cluster) if to == "opensearch" else (cluster, file)
    existing_home(source)
    home = clustered_home(cluster)
    with progress_bar("Moving", "documents") as show:

        def tell(_what: str, done: int) -> None:
            show(done, None, done)

        if to == "sqlite":
            counts = to_file(file, _shelves(home), tell)
        elif _stands(home):
            counts = to_shelves(file, _shelves(home), tell)
        else:
            with home.begun() as begun:
                counts = to_shelves(file, _shelves(begun), tell)
    articles = counted(counts.get("article", 0), "article")
    say(f"{articles} and all that belongs to them, compared one by one -> {target.place}")
    say(f"the old archive stays at {source.place}; CUTTINGS_ENGINE={to} uses the new one")


def _shelves(home: ClusteredHome) -> Shelves:
    return Shelves(home.shelf, home.private_shelf)


def _stands(home: ClusteredHome) -> bool:
    """An archive that may be empty, and not one of which a move was cut off."""
    try:
        return home.is_there()
    except NotReady:
        return False
