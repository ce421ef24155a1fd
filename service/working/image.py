"""The schema of the archive without its text indexes, as an empty database in memory.

A working copy is read by nobody but the functions that write: an index of texts would cost more
than all else. Empty views stand in the place of these, so that every statement runs as it is.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import cache

from service.database import Connection, memory, memory_schema

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
COLUMNS = "SELECT name FROM pragma_table_xinfo(:table) WHERE name <> 'rank'"
BEGUN = """
INSERT INTO generation (id, number, archive, in_bulk) VALUES (1, 0, lower(hex(randomblob(16))), 1);
INSERT INTO filing VALUES (1, 0);
"""
# Most mentions of an entity are not in a working copy: whether any is left is told by their count.
_ASKED_OF_MENTIONS = "NOT EXISTS (SELECT 1 FROM mentions WHERE entity_id = old.entity_id)"
_ASKED_OF_THE_COUNT = "mentions = 0"
_MIGRATIONS = "_sqlite_migrations"


def empty_copy() -> Connection:
    """A database of its own, in bulk: triggers leave rows alone until all are laid."""
    conn = memory()
    _image().backup(conn)
    return conn


@cache
def _image() -> Connection:
    image = memory()
    with closing(memory_schema()) as schema:
        image.executescript(";\n".join(_statements(schema)) + ";\n" + BEGUN)
    return image


@cache
def columns_of(table: str) -> tuple[str, ...]:
    rows = _image().execute("SELECT name FROM pragma_table_info(?)", (table,))
    return tuple(row["name"] for row in rows)


def _statements(schema: Connection) -> Iterator[str]:
    rows = schema.execute(SCHEMA).fetchall()
    virtual = [row["name"] for row in rows if row["sql"].startswith("CREATE VIRTUAL")]
    of_indexes = [f"{name}_" for name in virtual]
    for row in rows:
        name, sql = row["name"], row["sql"]
        if name in virtual:
            yield from _blank(schema, name)
        elif name.startswith(("sqlite_", *of_indexes)) or row["tbl_name"] == _MIGRATIONS:
            continue
        elif row["type"] != "trigger" or not name.endswith("_unfiled"):
            yield sql.replace(_ASKED_OF_MENTIONS, _ASKED_OF_THE_COUNT)


def _blank(schema: Connection, table: str) -> Iterator[str]:
    """Takes everything, and has nothing."""
    columns = ["rowid", *(row["name"] for row in schema.execute(COLUMNS, {"table": table}))]
    listed = ", ".join(f'NULL AS "{name}"' for name in columns)
    yield f"CREATE VIEW {table} AS SELECT {listed} WHERE false"
    for verb in ("INSERT", "UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_{verb.lower()} INSTEAD OF {verb} ON {table} "
            "BEGIN SELECT 1; END"
        )
