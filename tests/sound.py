"""Whether an archive is sound; one in a cluster is looked at in a file as well."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from conftest import Archive
from homes import IN_CLUSTER

from service.checks import check
from service.database import archive_database
from service.engines import load_engine
from service.home import ShelvedHome
from service.moving import Shelves, to_file
from service.settings import Settings


def faults(archive: Archive) -> list[str]:
    """A sentence each; none when it is sound."""
    if not IN_CLUSTER:
        return check(archive.database, archive.engine)
    home = cast("ShelvedHome", archive.home)
    with TemporaryDirectory(prefix="looked-at-") as folder:
        file = Settings(db=Path(folder) / "cuttings.db")
        to_file(file, Shelves(home.shelf, home.private_shelf), lambda _name, _done: None)
        with closing(archive_database(file)) as database:
            return [*archive.engine.faults(), *check(database, load_engine("sqlite", database))]
