"""SQLite for those who are measured beside us: the same library, with its own defaults."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

Connection = sqlite3.Connection


def connect(path: Path) -> Connection:
    return sqlite3.connect(path, check_same_thread=False)
