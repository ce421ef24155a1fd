"""Databases in memory: empty ones, and such with a whole schema to hold a file's against."""

from contextlib import closing
from pathlib import Path

import sqlite_utils

from service.database import Connection
from service.schema_versions import migrations_folder, read_migrations
from service.sqlite_library import sqlite3


def bound_memory(most: int) -> None:
    """Let SQLite hold so many bytes in this process, all connections together."""
    with closing(memory()) as conn:
        conn.execute(f"PRAGMA hard_heap_limit = {most:d}")


def memory() -> Connection:
    """An empty database in memory, for one thread at a time."""
    conn = sqlite3.connect(":memory:", check_same_thread=False, factory=Connection)
    conn.row_factory = sqlite3.Row
    return conn


def memory_schema(schema: Path | None = None) -> Connection:
    """An empty database in memory with the whole schema, to hold another file's against."""
    conn = memory()
    migrations = read_migrations(schema or migrations_folder())
    migrations.apply(sqlite_utils.Database(conn, execute_plugins=False))
    return conn
