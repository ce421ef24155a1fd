"""The file itself: its pages, its schema, its references, and the settings of its text indexes."""

from collections.abc import Iterator, Mapping
from functools import cache

from service.database import Connection
from service.engines.sqlite.index_pages import lost_pages
from service.in_memory import memory_schema
from service.sqlite_library import sqlite3
from service.stores.text_indexes import TEXT_INDEXES

# A table that was renamed stands in other quotes; what `cuttings reindex` makes is not yet ours.
SCHEMA = """
SELECT type, name, replace(sql, '''' || name || '''', '"' || name || '"') AS sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_sqlite%' ESCAPE '\\'
"""
ORDINARY = """
SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')
"""
CONFIG = "SELECT k, v FROM {index}_config ORDER BY k"
# One more, into which the words of one article at a time are laid.
CONFIGURED = (*TEXT_INDEXES, "words_draft")
# What SQLite says where the pages are whole all the same: a value that a rule of its column
# forbids, an index to be made anew.
RULES = ("CHECK constraint failed", "NULL value in", "NUMERIC value in", "TEXT value in")
FTS5 = "fts5"
INDEXES = (FTS5, "FTS5", "missing from index", "wrong # of entries", "non-unique entry")
OUTSIDE, INDEX_DAMAGED = "a value is outside its rules", "an index is damaged"
# A reindex that is at work, or was cut off, has tables and triggers of its own.
UNDER_WAY = "reindexing_"
ROWS = "SELECT count(*) FROM {table}"
IN_BULK = "SELECT in_bulk FROM generation"


@cache
def wanted_schema() -> Mapping[tuple[str, str], str]:
    """By kind and name, how the migrations make it."""
    return {(row[0], row[1]): row[2] for row in memory_schema().execute(SCHEMA)}


@cache
def wanted_config() -> Mapping[str, Mapping[str, int]]:
    """The settings of each text index, as the migrations make them."""
    made = memory_schema()
    return {
        index: dict(made.execute(CONFIG.replace("{index}", index)).fetchall())
        for index in CONFIGURED
    }


def damage(conn: Connection) -> Iterator[str]:
    """SQLite's own check, which looks at rules of columns only where it might write."""
    for message in told_by(conn, "PRAGMA integrity_check"):
        if message.startswith(RULES):
            yield f"{OUTSIDE}: {message}"
        elif any(sign in message for sign in INDEXES):
            yield f"{INDEX_DAMAGED}: {message}"
        else:
            yield f"the file is damaged: {message}"


def told_by(conn: Connection, pragma: str) -> Iterator[str]:
    """What SQLite's own check finds; not of what a reindex makes or clears, which nobody reads."""
    for message in _told(conn, pragma):
        if message != "ok" and not (UNDER_WAY in message and FTS5 in message.lower()):
            yield message


def _told(conn: Connection, pragma: str) -> Iterator[str]:
    """One text index that cannot be opened keeps SQLite from looking at all else at once."""
    try:
        told = conn.execute(pragma).fetchall()
    except sqlite3.OperationalError as exc:
        if FTS5 not in str(exc):
            raise
        yield str(exc)
        names = [row["name"] for row in conn.execute(ORDINARY).fetchall()]
        told = [row for name in names for row in conn.execute(f'{pragma}("{name}")')]
    yield from (row[0] for row in told)


def is_damage(message: str) -> bool:
    """Whether what `damage` told, or was told when it could not ask, is of the pages themselves."""
    return not message.startswith((OUTSIDE, INDEX_DAMAGED))


def schema(conn: Connection) -> Iterator[str]:
    """Tables, indexes, triggers and views, each as the migrations make it."""
    wanted = wanted_schema()
    present = {tuple(row[:2]): row[2] for row in conn.execute(SCHEMA)}
    for kind, name in sorted(wanted.keys() - present.keys()):
        yield f"the {kind} {name} is missing: the file was changed by another program"
    for kind, name in sorted(wanted.keys() & present.keys()):
        if wanted[kind, name] != present[kind, name]:
            yield f"the {kind} {name} is not as the migrations make it"
    for kind, name in sorted(present.keys() - wanted.keys()):
        # A table of somebody's own harms nobody; a trigger writes along with us.
        if kind == "trigger" and not name.startswith(UNDER_WAY):
            yield f"the trigger {name} is none of ours"


def references(conn: Connection) -> Iterator[str]:
    for table, _, parent, _ in conn.execute("PRAGMA foreign_key_check"):
        yield f"a row of {table} names a row of {parent} that is not there"


def text_indexes(conn: Connection) -> Iterator[str]:
    """Their settings, on which it depends who can read them, and the way to each of their pages."""
    for index, wanted in wanted_config().items():
        # The version of its format as well: old versions of SQLite cannot read the newest one.
        if dict(conn.execute(CONFIG.replace("{index}", index)).fetchall()) != wanted:
            yield f"the text index {index} is not set up as the migrations do"
    for index in TEXT_INDEXES:
        if lost := lost_pages(conn, index):
            yield f"{lost} pages of the text index {index} cannot be found by their words"


def single_rows(conn: Connection) -> Iterator[str]:
    for table in ("generation", "filing"):
        if conn.execute(ROWS.replace("{table}", table)).fetchone()[0] != 1:
            yield f"the table {table} has not one row: answers can be stale"
    for (in_bulk,) in conn.execute(IN_BULK):
        if in_bulk:
            yield "the flag of a bulk write was left set: triggers do not keep the counts"
