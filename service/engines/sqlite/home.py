"""An archive in a SQLite file, with its private file beside it."""

import importlib
import shutil
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from service.database import Database, archive_database, private_database
from service.engines import Engine, load_engine
from service.settings import Settings

if TYPE_CHECKING:
    from service.engines.lists import Lists


# Bytes: with less, the next ingest may not find the room for its log.
LEAST_ROOM = 200_000_000


class FileHome:
    """The files that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def archive(self) -> Database:
        return archive_database(self._settings)

    @cached_property
    def private(self) -> Database:
        """Made when it is missing."""
        return private_database(self._settings)

    @cached_property
    def engine(self) -> Engine:
        return load_engine("sqlite", self.archive)

    @cached_property
    def lists(self) -> "Lists":
        made: Lists = importlib.import_module("service.engines.sqlite.lists").lists_of(self)
        return made

    def is_there(self) -> bool:
        return self._settings.db.exists()

    def migrate(self) -> list[str]:
        done = self.archive.migrate()
        _ = self.private
        return done

    def pending(self) -> list[str]:
        return self.archive.pending()

    def pending_private(self) -> list[str]:
        return self.private.pending()

    def weakness(self) -> str:
        try:
            free = shutil.disk_usage(self._settings.db.absolute().parent).free
        except OSError as exc:
            return exc.strerror or str(exc)
        if free >= LEAST_ROOM:
            return ""
        return f"{free // 1_000_000:,} MB are free: soon nothing more can be stored"

    def tidy(self) -> None:
        """Whoever writes leaves nothing."""

    def own_files(self) -> frozenset[Path]:
        return self.archive.files() | self.private.files()
