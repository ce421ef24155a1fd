"""An archive with something in every table, and every single way to break it behind its back.

Triggers are put away meanwhile and foreign keys are off: what a fault of a disk, of another program
or of ours could leave behind.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conftest import SEEDS, Archive, open_archive

from service.article import Article
from service.database import Connection
from service.dates import parse_moment
from service.stores.edits import Author, EditStore

LONG_TEXT = " ".join(
    f"The council of Rome met in hall {n} to hear what the envoy {n} had said of bridge {n}."
    for n in range(12)
)
DESK = Author("desk")


def full_archive(folder: Path) -> Archive:
    """Copies, versions, edits, kills, a former key, words in scripts without spaces."""
    folder.mkdir()
    archive = open_archive(folder)
    archive.ingest(SEEDS, tagger="gazetteer")
    for number, body in enumerate(
        (LONG_TEXT, LONG_TEXT + " It was late.", "首相は東京で会見した。Łódź")
    ):
        article = Article(
            body=body,
            key=f"k{number}",
            title=f"Council {number}",
            uri=f"urn:x:{number}",
            source=f"Wire {number % 2}",
            authors=("Ann Lee", "Bo Ray"),
            topics=("economy/trade",),
            captions=("A hall",),
            published=parse_moment(f"2019-03-0{number + 1}"),
            origin=f"in/{number}.txt",
            version=1,
        )
        archive.add(article)
        if not number:
            archive.add(replace(article, body=f"{body} It rained. 東京", version=2))
    archive.add(Article(body="Not for long", key="gone", uri="urn:x:gone", origin="in/gone.txt"))
    archive.killing.kill("gone")
    assert archive.killing.sweep()
    edits = EditStore(archive.database)
    edits.merge("place-rome", "place-italy", DESK)
    edits.add_alias("place-italy", "Bel Paese", DESK)
    edits.rename("place-italy", "The Republic", DESK)
    archive.engine.index()
    # One that is not filed yet, and one whose key is another since.
    archive.add(Article(body="Later on", key="late", published=parse_moment("2020-01-01")))
    archive.tamper("UPDATE articles SET key = 'later' WHERE key = 'late'")
    archive.killing.kill("k2")
    for path in folder.glob("cuttings-private.db*"):
        path.chmod(0o600)
    return archive


def copied(archive: Archive, folder: Path) -> Archive:
    """The same archive in another folder, with its log."""
    folder.mkdir()
    for source in (archive.settings.db, archive.settings.private_db):
        for end in ("", "-wal"):
            path = source.with_name(source.name + end)
            if path.exists():
                shutil.copy(path, folder / path.name)
    return open_archive(folder)


@dataclass(frozen=True)
class Tampering:
    """One change to one table; `row` is counted from the first."""

    table: str
    what: str  # "delete", or the column that is changed
    sql: str

    def __str__(self) -> str:
        return f"{self.table}:{self.what}"


TABLES = """
SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'
AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_sqlite%' ESCAPE '\\' ORDER BY name
"""
CHANGED = {
    "integer": "{c} + 1",
    "real": "{c} + 0.25",
    "text": "{c} || 'x'",
    "blob": "CAST(x'00' || {c} AS BLOB)",
}


def tamperings(archive: Archive) -> Iterator[Tampering]:
    """Of each table: a row deleted, each of its values changed, each set to nothing."""
    with archive.database.read() as conn:
        for table, _ in conn.execute(TABLES).fetchall():
            keys, columns = _columns(conn, table)
            first = f'FROM "{table}" ORDER BY {keys} LIMIT 1'
            if conn.execute(f"SELECT 1 {first}").fetchone() is None:
                continue
            where = f"({keys}) = (SELECT {keys} {first})"
            yield Tampering(table, "delete", f'DELETE FROM "{table}" WHERE {where}')
            for column in columns:
                (kind,) = conn.execute(f'SELECT typeof("{column}") {first}').fetchone()
                change = CHANGED.get(kind, "'x'").format(c=f'"{column}"')
                sql = f'UPDATE "{table}" SET "{column}" = {change} WHERE {where}'
                yield Tampering(table, column, sql)


def _columns(conn: Connection, table: str) -> tuple[str, list[str]]:
    """Its key, as SQL, and its columns."""
    rows = conn.execute(f'PRAGMA table_info("{table}")').fetchall()
    keys = [row["name"] for row in rows if row["pk"]] or ["rowid"]
    return ", ".join(f'"{key}"' if key != "rowid" else key for key in keys), [
        row["name"] for row in rows
    ]


TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


def tamper(archive: Archive, *statements: str) -> Any:
    """Run without any trigger or rule; None, or what the file itself says against it."""
    with archive.database.write() as conn:
        conn.execute("COMMIT")
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("PRAGMA ignore_check_constraints = ON")
        conn.execute("BEGIN")
        triggers = conn.execute(TRIGGERS).fetchall()
        for name, _ in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            conn.execute(statement)
        for _, sql in triggers:
            conn.execute(sql)
