"""The file beside the archive: keys, what waits for its time, what could not be read."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from service.database import Connection, migrations_folder
from service.in_memory import memory_schema
from service.stores.documents import article_of

SCHEMA = (
    "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
)
DOCUMENTS = "SELECT key, document FROM embargoed"
KEPT = """
SELECT s.inputs, s.bytes, count(q.id),
  ifnull(sum(ifnull(length(q.data), 0) + ifnull(length(q.sidecar), 0)), 0)
FROM quarantine_size s LEFT JOIN quarantine q GROUP BY s.id
"""
LATE = """
SELECT key FROM embargoed WHERE embargoed_until < strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-1 hour')
"""
WAITING = "SELECT key, public_key FROM embargoed"
IS_SEEN = "SELECT 1 FROM articles WHERE key = :key"
OWNER_ONLY = 0o600


@cache
def wanted_schema() -> Mapping[tuple[str, str], str]:
    """By kind and name, how the migrations make it."""
    made = memory_schema(migrations_folder() / "private")
    return {(row[0], row[1]): row[2] for row in made.execute(SCHEMA)}


def references(conn: Connection) -> Iterator[str]:
    for table, _, parent, _ in conn.execute("PRAGMA foreign_key_check"):
        yield f"a row of {table} names a row of {parent} that is not there"


def schema(conn: Connection) -> Iterator[str]:
    wanted = wanted_schema()
    present = {tuple(row[:2]): row[2] for row in conn.execute(SCHEMA)}
    for kind, name in sorted(wanted.keys() - present.keys()):
        yield f"the {kind} {name} is missing in the private file"
    for kind, name in sorted(wanted.keys() & present.keys()):
        if wanted[kind, name] != present[kind, name]:
            yield f"the {kind} {name} of the private file is not as the migrations make it"


def embargoes(conn: Connection) -> Iterator[str]:
    """Each waiting article can be read, and none has waited longer than it has to."""
    for key, document in conn.execute(DOCUMENTS):
        try:
            article_of(json.loads(document)["article"])
        except (ValueError, TypeError, KeyError):
            yield f"the article {key} under embargo cannot be read: it will never be released"
    for (key,) in conn.execute(LATE):
        yield f"the embargo of {key} is over, and it waits: `cuttings serve` lets it go"


def quarantine(conn: Connection) -> Iterator[str]:
    for inputs, size, counted, counted_size in conn.execute(KEPT):
        if (inputs, size) != (counted, counted_size):
            yield (
                f"the quarantine says it holds {inputs} inputs of {size} bytes: "
                f"there are {counted} of {counted_size}"
            )


def mode(path: Path) -> Iterator[str]:
    """Readable by its owner only, with what SQLite keeps beside it."""
    for end in ("", "-wal", "-shm"):
        file = path.with_name(path.name + end)
        if file.exists() and (found := file.stat().st_mode & 0o777) & ~OWNER_ONLY:
            yield f"{file.name} may be read by others ({found:o}): `chmod 600` it"


def waiting_and_seen(archive: Connection, private: Connection) -> Iterator[str]:
    """An article under embargo is in no other place. The private file is asked first."""
    waiting = private.execute(WAITING).fetchall()
    for key, public_key in waiting:
        for each in {key, public_key} - {None}:
            if archive.execute(IS_SEEN, {"key": each}).fetchone() is not None:
                yield f"article {each} is under embargo, and is there"
