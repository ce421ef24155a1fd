"""Which migrations a file has had, and whether this version of the service knows all of them."""

from functools import cache
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from service.errors import Misconfigured
from service.sqlite_library import sqlite3

_HERE = Path(__file__).parent
LAST = "SELECT max(name) FROM _sqlite_migrations WHERE migration_set = 'cuttings'"
FOREIGN = """
SELECT count(*) FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE '%sqlite\\_%' ESCAPE '\\'
"""


def migrations_folder() -> Path:
    """Where the SQL files lie: in the package when installed, beside it in a checkout."""
    inside = _HERE / "migrations"
    return inside if inside.is_dir() else _HERE.parent / "migrations"


def read_migrations(folder: Path) -> Migrations:
    """All that there are, in their order."""
    migrations = Migrations("cuttings")
    for path in sorted(folder.glob("[0-9]*.sql")):
        _register(migrations, path)
    return migrations


def refuse_newer(conn: sqlite3.Connection, path: Path, folder: Path) -> None:
    """Misconfigured where a newer version made the file.

    It is not read either: what may be seen there is not known here.
    """
    last = _last(conn)
    if last is not None and last[:4] > newest(folder)[:4]:
        raise Misconfigured(
            f"{path} was made by a newer version of Cuttings ({last}): install that one"
        )


def refuse_other(conn: sqlite3.Connection, path: Path, folder: Path) -> None:
    """For writers: Misconfigured where an older version made the file, too."""
    refuse_newer(conn, path, folder)
    if (last := _last(conn)) != newest(folder):
        made = f"was made by an older version of Cuttings ({last})" if last else "is no archive yet"
        raise Misconfigured(f"{path} {made}: run `cuttings migrate`")


def refuse_foreign(conn: sqlite3.Connection, path: Path) -> None:
    """Misconfigured where the file is another program's: its tables are not ours to stand among."""
    if _last(conn) is None and conn.execute(FOREIGN).fetchone()[0]:
        raise Misconfigured(f"{path} is a database of another program: name another file")


@cache
def newest(folder: Path) -> str:
    """The last migration there."""
    return max(path.stem for path in folder.glob("[0-9]*.sql"))


def of_documents() -> str:
    """Of what rows an archive's documents are made, and those of its private part."""
    folder = migrations_folder()
    return f"{newest(folder)} {newest(folder / 'private')}"


def _last(conn: sqlite3.Connection) -> str | None:
    try:
        last: str | None = conn.execute(LAST).fetchone()[0]
    except sqlite3.OperationalError as exc:
        if "no such table" in str(exc):
            return None
        raise
    return last


def _register(migrations: Migrations, path: Path) -> None:
    script = path.read_text("utf-8")

    @migrations(name=path.stem)
    def run(db: sqlite_utils.Database) -> None:
        # sqlite3's own executescript commits first; this one keeps the migration atomic.
        db.executescript(script)
