"""Where the archives of tests live: in files, or all of them in one cluster.

CUTTINGS_TEST_ENGINE=opensearch runs the same tests on a cluster that is started for them.
"""

import os
import subprocess
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from secrets import token_hex
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

from cluster.node import QUICK
from cluster.ports import free_ports
from cluster.processes import Cluster
from kept_in_cluster import Kept
from opensearchpy import OpenSearch

from service.cluster import ClusterSettings
from service.database import archive_database, private_database
from service.home import Home, made_home
from service.settings import Settings

# Where one runs already (`make cluster`), its nodes: it is left as it was.
RUNNING = os.environ.get("CUTTINGS_TEST_CLUSTER_AT") or ""
IN_CLUSTER = os.environ.get("CUTTINGS_TEST_ENGINE") == "opensearch"


class OneCluster:
    """Started when the first archive is made, ended by `stop`.

    Making indices takes longer than most tests take, so that emptied ones are used again.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._cluster: Cluster | None = None
        self._used: dict[Path, str] = {}
        self._free: list[str] = []

    def settings(self, folder: Path, options: dict[str, Any]) -> Settings:
        """Of the archive of this folder, which need not be there."""
        place = folder.resolve()
        if place not in self._used:
            self._used[place] = self._free.pop() if self._free else f"test-{token_hex(6)}"
        name = self._used[place]
        cluster = ClusterSettings(tuple(self._urls()), name=name, shards=1, copies=0)
        return Settings(db=folder / "cuttings.db", engine="opensearch", cluster=cluster, **options)

    def forget(self, folder: Path) -> None:
        """The archives below a folder are needed no more."""
        gone = [path for path in self._used if path.is_relative_to(folder.resolve())]
        names = [self._used.pop(path) for path in gone]
        if names:
            # All but the register of changes: numbers of the old documents are remembered.
            indices = ",".join(f"{name}-*,-{name}-*head" for name in names)
            with OpenSearch(self._urls(), timeout=60) as client:
                client.indices.refresh(index=indices)
                client.delete_by_query(
                    index=indices, body={"query": {"match_all": {}}}, params={"refresh": "true"}
                )
        self._free += names

    def stop(self) -> None:
        if RUNNING:
            with OpenSearch(RUNNING.split(), timeout=60) as client:
                for name in {*self._used.values(), *self._free}:
                    client.indices.delete(index=f"{name}-*")
        self._open.close()

    def _urls(self) -> list[str]:
        return RUNNING.split() or self._started().urls

    def _started(self) -> Cluster:
        if self._cluster is None:
            folder = self._open.enter_context(TemporaryDirectory(prefix="cluster-of-tests-"))
            made = Cluster(Path(folder), free_ports(3), QUICK)
            self._cluster = self._open.enter_context(made)
        return self._cluster


CLUSTER = OneCluster()


def settings_in(folder: Path, options: dict[str, Any]) -> Settings:
    if IN_CLUSTER:
        return CLUSTER.settings(folder, options)
    return Settings(db=folder / "cuttings.db", **options)


def home_in(settings: Settings) -> Home:
    """An archive that is there already, or an empty one."""
    if not IN_CLUSTER and not settings.db.exists() and not settings.private_db.exists():
        _copy_empty(settings)
    return made_home(settings)


def _copy_empty(settings: Settings) -> None:
    """Making the schema takes longer than most tests, so that it is made once."""
    empty = Settings(db=Path(_empty().name) / "cuttings.db")
    settings.db.parent.mkdir(parents=True, exist_ok=True)
    copyfile(empty.db, settings.db)
    copyfile(empty.private_db, settings.private_db)
    with archive_database(settings).write() as conn:
        conn.execute("UPDATE generation SET archive = ?", (token_hex(16),))


@cache
def _empty() -> "TemporaryDirectory[str]":
    folder = TemporaryDirectory(prefix="empty-archive-")
    settings = Settings(db=Path(folder.name) / "cuttings.db")
    for database in (archive_database(settings), private_database(settings)):
        database.migrate()
        database.empty_log()
        database.close()
    return folder


def files_of(settings: Settings, *, private: bool = True) -> list[Path]:
    """All in which something of an archive may be, and of its private part or not."""
    if IN_CLUSTER:
        return [*Kept(settings.cluster).files(private=private)]
    return sorted(settings.db.parent.glob("cuttings*.db*" if private else "cuttings.db*"))


def bytes_of(path: Path) -> bytes:
    """Read by another process: where this one closes a file, it loses SQLite's locks on it."""
    read = subprocess.run(["cat", path], capture_output=True, check=False)
    assert read.returncode == 0 or not path.exists(), read.stderr  # a merge may have taken it away
    return read.stdout
