"""The same tests on Python's own SQLite, which serves where pysqlite3 has no wheel."""

import subprocess
import sys
from pathlib import Path

from conftest import LONG

HERE = Path(__file__).parent
MASKED = """
import sys
sys.modules["pysqlite3"] = None  # as if it were not installed
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
SHORT_FORM = ("test_store.py", "test_checks.py")
LONG_FORM = (*SHORT_FORM, "test_search.py", "test_sql_room.py", "test_ingest.py", "test_api.py")


def test_everything_holds_without_pysqlite3() -> None:
    files = [str(HERE / name) for name in (LONG_FORM if LONG else SHORT_FORM)]
    command = [sys.executable, "-c", MASKED, "-q", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    assert done.returncode == 0, done.stdout
