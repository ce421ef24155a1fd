"""Where an archive lives: in a file beside its private one, or in a cluster that many share."""

import importlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, cast

from service.archive import Archive
from service.cluster import EngineName
from service.engines import Engine
from service.engines.snapshots import Snapshot, Tell
from service.errors import Misconfigured
from service.settings import Settings
from service.working.shelf import Shelf

if TYPE_CHECKING:
    # For a type alone: most commands ask for no lists, which bring numpy along.
    from service.engines.lists import Lists


class Home(Protocol):
    """An archive with its private part, of which only its owner knows, and what searches it."""

    @property
    def archive(self) -> Archive: ...

    @property
    def private(self) -> Archive: ...

    @property
    def engine(self) -> Engine: ...

    @property
    def lists(self) -> "Lists": ...

    def is_there(self) -> bool:
        """Whether there is an archive."""
        ...

    def migrate(self) -> list[str]:
        """Make it, or bring its layout up to date; names what was done."""
        ...

    def pending(self) -> list[str]:
        """Names what `migrate` would do."""
        ...

    def pending_private(self) -> list[str]:
        """The same of the private part, which reading goes on without."""
        ...

    def weakness(self) -> str:
        """What is off with the place though all goes on: little room, a node that is away."""
        ...

    def own_files(self) -> frozenset[Path]:
        """Files of this machine that it consists of, links resolved."""
        ...

    def tidy(self) -> None:
        """Forget what nobody needs any more, now and then."""
        ...


class ShelvedHome(Home, Protocol):
    """One that is no file: its documents, and those of its private part."""

    @property
    def shelf(self) -> Shelf: ...

    @property
    def private_shelf(self) -> Shelf: ...


class ClusteredHome(ShelvedHome, Protocol):
    """One in a cluster, which keeps snapshots of it."""

    def begun(self) -> AbstractContextManager[Self]:
        """An empty archive where nothing stands: for everybody when the block ends, until then for
        the home that is given alone. Nothing is left where it fails; Conflict where one stands.
        """
        ...

    def take_snapshot(self, name: str, tell: Tell) -> Snapshot:
        """As of one moment, while others write. Conflict if there is one of that name."""
        ...

    def snapshots(self, *, of_every_archive: bool = False) -> list[Snapshot]:
        """The newest first."""
        ...

    def delete_snapshot(self, name: str) -> None:
        """NotFound if there is none."""
        ...

    def restored(self, name: str, tell: Tell) -> AbstractContextManager[tuple[Snapshot, Self]]:
        """A snapshot as this archive: for everybody when the block ends, until then for the home
        that is given alone. Nothing is left where it fails; Conflict where an archive stands.
        """
        ...


_HOMES: Mapping[EngineName, str] = {
    "sqlite": "service.engines.sqlite.home:FileHome",
    "opensearch": "service.engines.opensearch.home:ClusterHome",
}


def home_of(settings: Settings) -> Home:
    """As the settings say, whether anything is there or not; what it needs is imported only now.

    Misconfigured where that is not installed.
    """
    module, _, cls = _HOMES[settings.engine].partition(":")
    try:
        home: Home = getattr(importlib.import_module(module), cls)(settings)
    except ModuleNotFoundError as exc:
        if (exc.name or "").startswith("service"):
            raise
        raise Misconfigured(
            f"CUTTINGS_ENGINE={settings.engine} needs the package {exc.name}: "
            f"pip install '.[{settings.engine}]' where Cuttings was fetched to"
        ) from exc
    return home


def existing_home(settings: Settings) -> Home:
    """For commands that must not make an archive; Misconfigured when there is none."""
    home = home_of(settings)
    if not home.is_there():
        raise Misconfigured(
            f"There is no archive at {settings.place}: `cuttings ingest` makes one, "
            f"{_ANOTHER[settings.engine]} names another"
        )
    return home


def made_home(settings: Settings) -> Home:
    """With an archive that is up to date, made if there was none."""
    home = home_of(settings)
    home.migrate()
    return home


def clustered_home(settings: Settings) -> ClusteredHome:
    """For what only a cluster has, whether an archive is there or not."""
    if settings.engine == "sqlite":
        raise Misconfigured(
            "`cuttings snapshot` is for an archive in a cluster: of a file take a `cuttings backup`"
        )
    return cast("ClusteredHome", home_of(settings))


def refuse_cluster(settings: Settings, command: str, instead: str) -> None:
    """Misconfigured, with what is done there `instead`, where the archive is no file."""
    if settings.engine != "sqlite":
        raise Misconfigured(f"`cuttings {command}` is for an archive in a file: {instead}")


_ANOTHER: Mapping[EngineName, str] = {"sqlite": "--db", "opensearch": "CUTTINGS_OPENSEARCH_NAME"}
