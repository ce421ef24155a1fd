"""`restore`: a backup in the place of an archive, whole or not at all, and the older one kept."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from service.archive import Archive
from service.backup.carrying import Carried, Carrying, forget_sessions, told_by
from service.backup.copying import settle
from service.backup.manifest import (
    IDENTITY,
    CopiedFile,
    Manifest,
    Tell,
    copied,
    manifest_of,
    raise_if_newer,
    read_manifest,
)
from service.backup.replacing import Standing, kept_from_writing, locked
from service.backup.taking import ARCHIVE, PRIVATE, damages, faults_of, private_of
from service.database import Database, migrations_folder
from service.dates import utc_now
from service.errors import Conflict, CuttingsError, Misconfigured
from service.settings import Settings
from service.storage_faults import WHAT_TO_DO
from service.swapping import Move, finish, give, making, put_in_place, sync

# So that no reader takes an answer for unchanged whose number the archive had before.
FAR_AHEAD = 1_000_000
RAISE = "UPDATE generation SET number = max(number, :least) + 1"
_SHOWN_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Restored:
    """What stands there now.

    `kept` is what stood there before, `migrations` those that ran, `carried` what was taken back
    since the backup and stays so, `lacks` what is missing or could not be done, a sentence each.
    """

    archive: Path
    manifest: Manifest | None
    kept: tuple[Path, ...]
    migrations: tuple[str, ...]
    carried: Carried
    lacks: tuple[str, ...]
    seconds: float


def restore(
    settings: Settings,
    file: Path,
    *,
    replacing: bool = False,
    quick: bool = False,
    unlisted: bool = False,
    newer: Sequence[Path] = (),
    tell: Tell = lambda _step, _done, _total: None,
) -> Restored:
    """Put a backup in the place of the archive and its private file.

    `replacing` keeps an archive that stands there under a dated name, else it is a Conflict.
    `unlisted` takes a file without a manifest, `newer` are backups whose kills, embargoes and
    revoked keys count as well as those of the archive that is replaced.
    """
    began = time.monotonic()
    finish(file)
    if not file.exists():
        raise Misconfigured(f"There is no backup at {file}")
    place, private = _places(settings)
    if file.resolve() in Database(place).files() | Database(private).files():
        raise Misconfigured(f"{file} is the archive itself: name a backup")
    manifest = None if unlisted else read_manifest(manifest_of(file))
    with making(place) as folder:
        restoring = _Restoring(folder, file, place, private, quick, tell)
        restoring.copies(manifest)
        standing = [each for each in restoring.replaced() if each.exists()]
        if standing and not replacing:
            raise Conflict(f"{standing[0]} is there: --replace keeps it under a dated name")
        with kept_from_writing(standing) as older:
            migrations = restoring.prepare()
            carried, lacks = restoring.carry(older, newer)
            restoring.check()
            restoring.settle(older)
            moves = restoring.moves(utc_now().replace(":", ""))
            with locked(older):
                put_in_place(folder, moves)
    seconds = time.monotonic() - began
    return Restored(place, manifest, _kept(place, moves), migrations, carried, lacks, seconds)


def _kept(place: Path, moves: Sequence[Move]) -> tuple[Path, ...]:
    named = (place.with_name(move.kept) for move in moves if move.kept is not None)
    return tuple(path for path in named if path.exists())


def _places(settings: Settings) -> tuple[Path, Path]:
    """Where both files really lie; they change places within one folder."""
    place, private = settings.db.resolve(), settings.private_db.resolve()
    if place.parent != private.parent:
        raise Misconfigured(f"{place} and {private} do not lie in one folder: name the real file")
    if not place.parent.is_dir():
        raise Misconfigured(f"{place.parent} is no folder: make it first")
    return place, private


@dataclass(frozen=True, slots=True)
class _Restoring:
    """One restored archive on its way into its place."""

    folder: Path
    file: Path
    place: Path
    private: Path
    quick: bool
    tell: Tell

    @property
    def with_private(self) -> bool:
        return (self.folder / PRIVATE).exists()

    def copies(self, manifest: Manifest | None) -> None:
        """The bytes of the backup, each held against its hash."""
        if manifest is None:
            self._copied(self.file, ARCHIVE, 0o666, None)
            if private_of(self.file).exists():
                self._copied(private_of(self.file), PRIVATE, 0o600, None)
            return
        raise_if_newer(manifest.file.schema, private=False, made_by=f"Cuttings {manifest.cuttings}")
        self._copied(self.file, ARCHIVE, 0o666, manifest.file)
        hidden = manifest.private
        if hidden is not None and private_of(self.file).exists():
            raise_if_newer(hidden.schema, private=True, made_by=f"Cuttings {manifest.cuttings}")
            self._copied(private_of(self.file), PRIVATE, 0o600, hidden)

    def _copied(self, source: Path, name: str, mode: int, wanted: CopiedFile | None) -> None:
        if not source.is_file():
            raise Misconfigured(f"There is no backup at {source}")
        os.close(os.open(self.folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
        copied(source, self.folder / name, wanted, self.tell)

    def replaced(self) -> list[Path]:
        """The private file stays where the backup has none."""
        return [self.private, self.place] if self.with_private else [self.place]

    def prepare(self) -> tuple[str, ...]:
        """Of this version's schema; nobody is logged in."""
        done = []
        with self._opened() as (archive, private):
            for database, name in ((archive, ARCHIVE), (private, PRIVATE)):
                if database is not None:
                    if faults := damages(self.folder / name):
                        raise Misconfigured(f"The backup is damaged: {faults[0]}")
                    _keep_log(database)
                    done += database.migrate()
            if private is not None:
                with private.write() as conn:
                    forget_sessions(conn)
        return tuple(done)

    def carry(
        self, older: Sequence[Standing], newer: Sequence[Path]
    ) -> tuple[Carried, tuple[str, ...]]:
        """What was taken back since; what cannot be read of that is said."""
        lacks = [] if self.with_private else [self._without_private()]
        sources = [*newer, *(each.path for each in older if each.path == self.place)]
        carried, reached = Carried(), [0]
        with self._opened() as (archive, private):
            carrying = Carrying.into_files(archive, private or self._scratch())
            for source in sources:
                try:
                    carried += self._carried(carrying, source)
                    reached += [_generation(source)] if source == self.place else []
                except CuttingsError as exc:
                    lacks.append(_unknown(source, exc))
            least = max(reached) or _generation(self.folder / ARCHIVE) + FAR_AHEAD
            with archive.write() as conn:
                conn.execute(RAISE, {"least": least})
        return carried, tuple(lacks)

    def _carried(self, carrying: Carrying, source: Path) -> Carried:
        hidden = private_of(source)
        folder = migrations_folder() / "private"
        public = Database(source, query_seconds=0)
        private = Database(hidden, folder, query_seconds=0) if hidden.exists() else None
        with closing(public), closing(private or public):
            if _name(public) != _name(carrying.archive):
                raise Misconfigured("it is another archive")
            return carrying.from_newer(told_by(public, private))

    def _scratch(self) -> Database:
        """For what a private file has to take part in where the backup has none."""
        scratch = Database(self.folder / "scratch.db", migrations_folder() / "private")
        scratch.migrate()
        return scratch

    def _without_private(self) -> str:
        missing = "The backup has no private part (keys, embargoed articles, quarantine, audit log)"
        if self.private.exists():
            return f"{missing}: {self.private} stays as it is"
        return f"{missing}: there are none, so make keys anew"

    def check(self) -> None:
        if self.quick:
            return
        if faults := faults_of(self.folder, self.with_private, self.tell):
            raise Misconfigured(
                f"The backup is not sound, so nothing was replaced: "
                f"{'; '.join(faults[:_SHOWN_FAULTS])}"
            )

    def settle(self, older: Sequence[Standing]) -> None:
        """One file each, nothing in a log, and whose the older ones were."""
        paths = {each.path: each.path for each in older}
        for name, place in ((ARCHIVE, self.place), (PRIVATE, self.private)):
            if (made := self.folder / name).exists():
                settle(made)
                _keep_log(Database(made))
                if place in paths:
                    give(made, like=place)
                sync(made)  # now, since nobody may open the older ones while they change places

    def moves(self, now: str) -> list[Move]:
        """The private file first: an article that is in neither for a moment is seen by nobody."""
        kept = self._unused(f"{self.place.stem}-before-{now}")
        moves = [Move(self.place.name, ARCHIVE, kept.name)]
        if self.with_private:
            moves.insert(0, Move(self.private.name, PRIVATE, private_of(kept).name))
        return moves

    def _unused(self, stem: str) -> Path:
        for number in count(1):
            name = stem if number == 1 else f"{stem}-{number}"
            path = self.place.with_name(f"{name}{self.place.suffix}")
            if not path.exists() and not private_of(path).exists():
                break
        return path

    @contextmanager
    def _opened(self) -> Iterator[tuple[Database, Database | None]]:
        archive = Database(self.folder / ARCHIVE, query_seconds=0)
        private = Database(self.folder / PRIVATE, migrations_folder() / "private", query_seconds=0)
        with closing(archive), closing(private):
            yield archive, private if self.with_private else None


def _unknown(source: Path, exc: CuttingsError) -> str:
    return (
        f"What was taken back in {source} is not known ({exc.detail.removesuffix(WHAT_TO_DO)}): "
        "restore again with --newer and the newest backup there is, or kill, put under embargo "
        "and revoke again what was since the backup"
    )


def _name(archive: Archive) -> str:
    with archive.read() as conn:
        name: str = conn.execute(IDENTITY).fetchone()["archive"]
        return name


def _generation(file: Path) -> int:
    with closing(Database(file)) as archive, archive.read() as conn:
        number: int = conn.execute(IDENTITY).fetchone()["number"]
        return number


def _keep_log(database: Database) -> None:
    with database.alone() as conn:
        conn.execute("PRAGMA journal_mode = WAL")
