"""A schema without its text indexes, as an empty database in memory.

A working copy is read by nobody but the functions that write: an index of texts would cost more
than all else. Empty views stand in the place of these, so that every statement runs as it is.
"""

from collections.abc import Iterator
from contextlib import closing
from functools import cache

from service.database import Connection
from service.in_memory import memory, memory_schema
from service.working.schemas import ARCHIVE, Schema, schema_of

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
COLUMNS = "SELECT name FROM pragma_table_xinfo(:table) WHERE name <> 'rank'"
_MIGRATIONS = "_sqlite_migrations"
# SQLite keeps count of the numbers that it gives in these tables, and gives none twice.
_GIVEN, _GIVEN_ONCE = "id INTEGER PRIMARY KEY,", "id INTEGER PRIMARY KEY AUTOINCREMENT,"


def empty_copy(schema: Schema = ARCHIVE) -> Connection:
    """A database of its own; that of an archive in bulk, so that triggers leave rows alone."""
    conn = memory()
    _image(schema).backup(conn)
    return conn


@cache
def _image(schema: Schema) -> Connection:
    image = memory()
    with closing(memory_schema(schema.migrations)) as made:
        image.executescript(";\n".join(_statements(made, schema)) + ";\n" + schema.begun)
    return image


@cache
def columns_of(table: str) -> tuple[str, ...]:
    image = _image(schema_of(table))
    rows = image.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return tuple(row["name"] for row in rows)


def _statements(made: Connection, schema: Schema) -> Iterator[str]:
    rows = made.execute(SCHEMA).fetchall()
    virtual = [row["name"] for row in rows if row["sql"].startswith("CREATE VIRTUAL")]
    of_indexes = [f"{name}_" for name in virtual]
    for row in rows:
        name, sql = row["name"], row["sql"]
        if name in virtual:
            yield from _blank(made, name)
        elif name.startswith(("sqlite_", *of_indexes)) or row["tbl_name"] == _MIGRATIONS:
            continue
        elif row["type"] == "table" and name in schema.numbered:
            yield sql.replace(_GIVEN, _GIVEN_ONCE)
        elif row["type"] != "trigger" or not name.endswith(schema.without):
            yield _asked_otherwise(sql, schema)


def _asked_otherwise(sql: str, schema: Schema) -> str:
    for asked, otherwise in schema.otherwise.items():
        sql = sql.replace(asked, otherwise)
    return sql


def _blank(made: Connection, table: str) -> Iterator[str]:
    """Takes everything, and has nothing."""
    columns = ["rowid", *(row["name"] for row in made.execute(COLUMNS, {"table": table}))]
    listed = ", ".join(f'NULL AS "{name}"' for name in columns)
    yield f"CREATE VIEW {table} AS SELECT {listed} WHERE false"
    for verb in ("INSERT", "UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {table}_{verb.lower()} INSTEAD OF {verb} ON {table} "
            "BEGIN SELECT 1; END"
        )
