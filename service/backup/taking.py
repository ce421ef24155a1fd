"""`backup`: both files as they were at one instant, checked, hashed, and put in place as one."""

import os
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from service import __version__
from service.backup.copying import Pages, at_one_instant, copy, raise_if_others, settle
from service.backup.manifest import (
    IDENTITY,
    CopiedFile,
    Manifest,
    Tell,
    applied,
    counted_rows,
    described,
    manifest_of,
    read_manifest,
    write_manifest,
)
from service.checks import HIDDEN, inspect
from service.checks.file import told_by
from service.database import Connection, Database, migrations_folder
from service.dates import utc_now
from service.engines import load_engine
from service.errors import CuttingsError, Misconfigured
from service.settings import Settings
from service.swapping import Move, making, put_in_place

# How the files are called until they are in place.
ARCHIVE, PRIVATE, MANIFEST = "archive.db", "private.db", "manifest.json"
_SHOWN_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is in place; `private_rows` are for its owner's eyes."""

    file: Path
    private: Path | None
    manifest: Manifest
    private_rows: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What a file is and holds, read in the snapshot that is copied."""

    schema: str
    rows: dict[str, int]
    pages: int

    @classmethod
    def of(cls, conn: Connection) -> "_Snapshot":
        pages = conn.execute("PRAGMA page_count").fetchone()[0]
        return cls(applied(conn)[-1], counted_rows(conn), pages)


def private_of(file: Path) -> Path:
    """Where the private part of a backup lies: beside it, as that of an archive."""
    return Settings(db=file).private_db


def backup(
    settings: Settings,
    file: Path,
    *,
    public_only: bool = False,
    quick: bool = False,
    force: bool = False,
    tell: Tell = lambda _step, _done, _total: None,
) -> Backup:
    """Copy an archive and its private file while others go on; it counts once it is checked.

    An older backup of this archive at `file` is replaced, another file only with `force`. `quick`
    looks at the structure of the copy alone. Raises Misconfigured, and leaves all as it was, when
    anything is not as it must be.
    """
    began = time.monotonic()
    file = file.resolve()
    archive, private = _opened(settings)
    with closing(archive), closing(private or archive):
        _raise_if_own(settings, file)
        with making(file) as folder:
            _raise_if_others_file(archive, file, force=force)
            with_private = private if not public_only else None
            made = _Making(folder, file, quick, tell)
            manifest, rows = made.copies(archive, with_private)
            put_in_place(folder, _moves(file, manifest))
    there = private_of(file) if manifest.private is not None else None
    return Backup(file, there, manifest, rows, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class _Making:
    """Makes the files of one backup in a folder."""

    folder: Path
    file: Path
    quick: bool
    tell: Tell

    def copies(
        self, archive: Database, private: Database | None
    ) -> tuple[Manifest, Mapping[str, int]]:
        with at_one_instant(archive, private) as (conn, secret):
            taken_at, about = utc_now(), conn.execute(IDENTITY).fetchone()
            public = _Snapshot.of(conn)
            hidden = _Snapshot.of(secret) if secret is not None else None
            total = public.pages + (hidden.pages if hidden is not None else 0)
            done = 0
            if secret is not None and hidden is not None:
                self._copy(secret, PRIVATE, 0o600, partial(self._pages, 0, total))
                done = hidden.pages
            self._copy(conn, ARCHIVE, 0o666, partial(self._pages, done, total))
            sqlite = conn.execute("SELECT sqlite_version()").fetchone()[0]
        pending = bool(archive.pending())
        self._check(public, hidden, pending=pending)
        manifest = Manifest(
            archive=about["archive"],
            generation=about["number"],
            taken_at=taken_at,
            cuttings=__version__,
            sqlite=sqlite,
            checked="structure" if self.quick or pending else "everything",
            rows=public.rows,
            file=self._described(ARCHIVE, self.file.name, public.schema),
            private=(
                self._described(PRIVATE, private_of(self.file).name, hidden.schema)
                if hidden is not None
                else None
            ),
        )
        write_manifest(manifest, self.folder / MANIFEST)
        return manifest, hidden.rows if hidden is not None else {}

    def _pages(self, before: int, total: int, done: int, _total: int) -> None:
        self.tell("copying", before + done, total)

    def _copy(self, conn: Connection, name: str, mode: int, tell: Pages) -> None:
        # SQLite would make it readable for others first.
        os.close(os.open(self.folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        copy(conn, self.folder / name, tell)

    def _check(self, public: _Snapshot, hidden: _Snapshot | None, *, pending: bool) -> None:
        """Both copies; an older schema is none that `check` knows."""
        faults = damages(self.folder / ARCHIVE)
        if hidden is not None:
            faults += damages(self.folder / PRIVATE, migrations_folder() / "private")
        if not faults and not self.quick and not pending:
            faults = faults_of(self.folder, hidden is not None, self.tell)
        if faults:
            raise Misconfigured(
                f"The copy is not sound, and was thrown away: {'; '.join(faults[:_SHOWN_FAULTS])}"
            )
        raise_if_others(self.folder / ARCHIVE, public.rows)
        settle(self.folder / ARCHIVE)
        if hidden is not None:
            raise_if_others(self.folder / PRIVATE, hidden.rows)
            settle(self.folder / PRIVATE)

    def _described(self, made: str, name: str, schema: str) -> CopiedFile:
        return described(self.folder / made, name, schema, self.tell)


def _opened(settings: Settings) -> tuple[Database, Database | None]:
    """Not brought up to date: one may want a backup before that. No query is stopped for time."""
    if not settings.db.exists():
        raise Misconfigured(f"There is no archive at {settings.db}")
    archive = Database(settings.db, query_seconds=0)
    if not settings.private_db.exists():
        return archive, None
    folder = migrations_folder() / "private"
    return archive, Database(settings.private_db, folder, query_seconds=0)


def faults_of(folder: Path, with_private: bool, tell: Tell) -> list[str]:
    """What `check` finds in the copies there.

    At the instant of a backup something may be in both files that is about to leave one of them.
    """
    archive = Database(folder / ARCHIVE, query_seconds=0)
    private = Database(folder / PRIVATE, migrations_folder() / "private", query_seconds=0)
    with closing(archive), closing(private):
        found = inspect(
            archive,
            load_engine("sqlite", archive),
            private if with_private else None,
            lambda _name, done, total: tell("checking", done, total),
        )
    return [fault.message for fault in found if fault.check != HIDDEN[0]]


def damages(file: Path, schema: Path | None = None) -> list[str]:
    """What SQLite finds wrong with a copy."""
    with closing(Database(file, schema, query_seconds=0)) as database, database.read() as conn:
        messages = [*told_by(conn, "PRAGMA quick_check")]
    return [f"the file is damaged: {message}" for message in messages]


def _moves(file: Path, manifest: Manifest) -> list[Move]:
    """The manifest last: until it is there, the older one tells that something is amiss."""
    made = PRIVATE if manifest.private is not None else None
    return [
        Move(private_of(file).name, made),
        Move(file.name, ARCHIVE),
        Move(manifest_of(file).name, MANIFEST),
    ]


def _raise_if_own(settings: Settings, file: Path) -> None:
    own = Database(settings.db).files() | Database(settings.private_db).files()
    for path in (file, private_of(file), manifest_of(file)):
        if path in own or any(_is_same(path, each) for each in own):
            raise Misconfigured(f"{path} is a file of the archive itself: name another")
    if file.is_dir() or not file.parent.is_dir():
        problem = "is a folder" if file.is_dir() else "has no folder to lie in"
        raise Misconfigured(f"{file} {problem}: name a file in a folder that is there")


def _is_same(path: Path, other: Path) -> bool:
    """Also under another name."""
    with suppress(FileNotFoundError):
        return path.samefile(other)
    return False


def _raise_if_others_file(archive: Database, file: Path, *, force: bool) -> None:
    """Whatever is not known to be a backup of this archive may be all that somebody has."""
    there = [path for path in (file, private_of(file), manifest_of(file)) if path.exists()]
    if force or not there:
        return
    with suppress(CuttingsError):
        older = read_manifest(manifest_of(file))
        with archive.read() as conn:
            ours = older.archive == conn.execute(IDENTITY).fetchone()["archive"]
        if ours and (older.private is not None or private_of(file) not in there):
            return
    raise Misconfigured(
        f"{there[0]} is there, and is no backup of this archive: name another file, or say --force"
    )
