"""Which SQLite it is: pysqlite3 brings a newer one than most systems have (its bm25 takes half the
time); where it has no wheel, the standard library's serves.

sqlite-utils and Datasette choose in the same way, and they must: one process may open a file
through one SQLite library only.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["sqlite3"]
