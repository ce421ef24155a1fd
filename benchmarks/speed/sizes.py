"""What takes how much room in a file, by table: SQLite's dbstat, which Debian's sqlite3 has."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

SIZES = "SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC"
# What the others do not keep: what articles said before.
_VERSIONS = ("versions", "sqlite_autoindex_versions")
# What is in the plain file beside articles, full text and mentions: facets by hand.
_FACETS = ("article_values", "sqlite_autoindex_article_values")


def sizes(file: Path) -> Mapping[str, int]:
    """Bytes of each table and index."""
    command = ["sqlite3", "-readonly", "-json", str(file), SIZES]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {row["name"]: row["bytes"] for row in json.loads(said)}


def without_versions(found: Mapping[str, int]) -> int:
    return sum(size for name, size in found.items() if not name.startswith(_VERSIONS))


def without_facets(found: Mapping[str, int]) -> int:
    """Articles, full text and mentions of the plain file."""
    return sum(size for name, size in found.items() if not name.startswith(_FACETS))
