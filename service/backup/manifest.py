"""The manifest beside a backup: what it is, and by what it is known to be whole.

Plain JSON with SHA-256 of each file, so that in thirty years no program of ours is needed to tell.
Of the private file it says no more than that, since it travels with the archive.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from service.database import Connection, migrations_folder
from service.errors import Misconfigured

FORMAT = "cuttings backup 1"
# Bytes read at once.
_PIECE = 1 << 20

# Told how far a step is: its name, done and total.
Tell = Callable[[str, int, int], None]

APPLIED = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'cuttings' ORDER BY name"
TABLES = """
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
"""
IDENTITY = "SELECT archive, number FROM generation"


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """One file of a backup; `schema` is its newest migration."""

    name: str
    bytes: int
    sha256: str
    schema: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands beside a backup; `rows` counts each table of the archive."""

    archive: str
    generation: int
    taken_at: str
    cuttings: str
    sqlite: str
    checked: str
    rows: Mapping[str, int]
    file: CopiedFile
    private: CopiedFile | None


def manifest_of(file: Path) -> Path:
    """Where the manifest of a backup lies."""
    return file.with_name(f"{file.name}.json")


def write_manifest(manifest: Manifest, to: Path) -> None:
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=2, ensure_ascii=False)
    to.write_text(text + "\n", "utf-8")


def read_manifest(path: Path) -> Manifest:
    """Misconfigured when it is missing or none of ours."""
    try:
        values = json.loads(path.read_text("utf-8"))
        if values.pop("format") != FORMAT:
            raise Misconfigured(f"{path} is of another format than “{FORMAT}”")
        private = values.pop("private")
        file = CopiedFile(**values.pop("file"))
        return Manifest(
            **values, file=file, private=CopiedFile(**private) if private is not None else None
        )
    except FileNotFoundError as exc:
        raise Misconfigured(f"{path} is missing: it tells whether the backup is whole") from exc
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise Misconfigured(f"{path} is no manifest of a backup: {exc}") from exc


def described(path: Path, name: str, schema: str, tell: Tell) -> CopiedFile:
    """A finished file as it lies on the disk, under the name that it will have."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        size = path.stat().st_size
        while piece := file.read(_PIECE):
            digest.update(piece)
            tell("hashing", file.tell(), size)
    return CopiedFile(name, size, digest.hexdigest(), schema)


def copied(source: Path, to: Path, wanted: CopiedFile | None, tell: Tell) -> None:
    """The bytes of a backup, held against its manifest; Misconfigured when they are others."""
    digest, size = hashlib.sha256(), source.stat().st_size
    with source.open("rb") as file, to.open("wb") as copy:
        while piece := file.read(_PIECE):
            digest.update(piece)
            copy.write(piece)
            tell("copying", file.tell(), size)
    if wanted is not None and digest.hexdigest() != wanted.sha256:
        raise Misconfigured(
            f"{source} is not as it was when it was made: its SHA-256 is {digest.hexdigest()},"
            f" its manifest says {wanted.sha256}"
        )


def counted_rows(conn: Connection) -> dict[str, int]:
    """How many rows each ordinary table has; those of text indexes are left to `check`."""
    names = [row["name"] for row in conn.execute(TABLES)]
    return {name: conn.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608 - names of tables


def applied(conn: Connection) -> list[str]:
    """The names of the migrations that a file has been through."""
    return [row["name"] for row in conn.execute(APPLIED)]


def raise_if_newer(schema: str, private: bool, made_by: str) -> None:
    """Misconfigured for a schema that this version does not know."""
    folder = migrations_folder() / "private" if private else migrations_folder()
    known = sorted(path.stem for path in folder.glob("[0-9]*.sql"))
    if schema not in known:
        raise Misconfigured(
            f"The backup was made by {made_by}, with the schema {schema}; this version knows"
            f" schemas up to {known[-1]}: install a newer Cuttings first"
        )
