"""A file written anew without the remains of what was deleted, by a process of its own.

pysqlite3 keeps all that is temporary in memory, and VACUUM makes a temporary copy of the whole
file; Python's own SQLite puts it into the folder of the file, as an unnamed file.
"""

import os
import subprocess
import sys
from pathlib import Path

from service.sqlite_library import sqlite3

# Prints SQLite's result code and message where it fails.
PROGRAM = """
import sqlite3, sys
uri, patience = sys.argv[1:]
try:
    conn = sqlite3.connect(uri, uri=True, isolation_level=None)
    for pragma in ("temp_store = FILE", "synchronous = FULL", "fullfsync = ON",
                   "secure_delete = ON", "busy_timeout = " + patience):
        conn.execute("PRAGMA " + pragma)
    conn.execute("VACUUM")
    conn.close()
except sqlite3.Error as exc:
    print(exc.sqlite_errorcode, exc)
    sys.exit(1)
"""


def vacuum(database: Path, patience: float) -> None:
    """As SQLite's VACUUM, and with its errors; waits so long (seconds) for other writers."""
    uri = f"{database.absolute().as_uri()}?mode=rw"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, uri, str(int(patience * 1_000))],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SQLITE_TMPDIR": str(database.absolute().parent)},
    )
    if done.returncode == 0:
        return
    code, _, message = done.stdout.strip().partition(" ")
    error = sqlite3.OperationalError(message or "the file could not be written anew")
    error.sqlite_errorcode = int(code or sqlite3.SQLITE_ERROR)
    raise error
