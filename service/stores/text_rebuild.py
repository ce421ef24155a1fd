"""The text indexes made anew beside those that are searched, and put in their place at once.

The new ones grow by batches of rising ids. Triggers keep what is in them already in step with
every write, also with those in bulk; pieces, which SQL cannot cut, are noted and cut again. At the
end the two sets of FTS5's own tables change names, in a transaction of some milliseconds, and the
old set is emptied in steps. Whatever has `reindexing_` before its name is no part of the schema:
left behind by a run that was killed, it is cleared away by the next one.
"""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from service.database import Connection, Database
from service.errors import Busy, CuttingsError
from service.in_memory import memory_schema
from service.stores.pieces import TEXTS, Table, add_pieces_to
from service.stores.text_indexes import TEXT_INDEXES, merge_segments

PREFIX = "reindexing_"
# Articles in a batch, and characters: other writers wait for one, some tenths of a second.
BATCH, LONG_BATCH = 500, 2_000_000
# What may be left to cut again when the indexes change places; and pages cleared at once.
FEW, CLEARED = 50, 2_000
TRIES = 5
FIELDS = "title, standfirst, body, captions, credits"
OLD = "old.title, old.standfirst, old.body, old.captions, old.credits"
NEW = "new.title, new.standfirst, new.body, new.captions, new.credits"
STATE = """
CREATE TABLE reindexing_state (name TEXT PRIMARY KEY, run TEXT NOT NULL, done INTEGER NOT NULL);
CREATE TABLE reindexing_again (name TEXT, id INTEGER, PRIMARY KEY (name, id)) WITHOUT ROWID
"""
BEGUN = "INSERT INTO reindexing_state VALUES (:name, :run, :done)"
MARK = "SELECT done FROM reindexing_state WHERE name = :name AND run = :run"
MOVE_MARK = "UPDATE reindexing_state SET done = :done WHERE name = :name"
FOLLOWING = """
SELECT id, length(body) AS size FROM {table} WHERE id > :done ORDER BY id LIMIT :most
"""
FILL = f"""
INSERT INTO reindexing_{{index}}(rowid, {FIELDS}) SELECT id, {FIELDS} FROM {{table}}
WHERE id > :done AND id <= :last ORDER BY id
"""  # noqa: S608 - names of our own
AGAIN = "SELECT id FROM reindexing_again WHERE name = :name LIMIT :most"
DONE_AGAIN = """
DELETE FROM reindexing_again WHERE name = :name AND id IN (SELECT value FROM json_each(:ids))
"""
SOME_TEXTS = "{texts} WHERE id IN (SELECT value FROM json_each(:ids))"
KILLED = "SELECT count(*) FROM tombstones"
LEFT_BEHIND = "SELECT type, name FROM sqlite_master WHERE name LIKE 'reindexing\\_%' ESCAPE '\\'"
# An index without these two rows cannot even be dropped.
HEAD = "INSERT INTO reindexing_{index}_data VALUES (?, ?)"
EMPTY = "SELECT id, block FROM {index}_data WHERE id <= 10"
SETTINGS = "SELECT k, v FROM {index}_config WHERE k <> 'version'"
DEFINED = "SELECT sql FROM sqlite_master WHERE name = :name"
_FIRST, _LAST = -(1 << 63), (1 << 63) - 1
# The texts of each, and the names of both of their plain indexes.
INDEXES: dict[Table, tuple[str, str]] = {
    "articles": ("articles_fts", "articles_words"),
    "versions": ("versions_fts", "versions_words"),
}


class Overtaken(Busy):
    """Another run, or a kill that sweeps its traces out, has cleared away what was being made."""

    def __init__(self) -> None:
        super().__init__("Something else has cleared away the indexes that were made: try again")


@dataclass(frozen=True, slots=True)
class _Empty:
    """An index as the migrations make it."""

    sql: str
    settings: Sequence[tuple[str, int]]
    head: Sequence[tuple[int, bytes]]


@cache
def _as_made(index: str) -> _Empty:
    made = memory_schema()
    (sql,) = made.execute(DEFINED, {"name": index}).fetchone()
    settings = made.execute(SETTINGS.replace("{index}", index)).fetchall()
    head = made.execute(EMPTY.replace("{index}", index)).fetchall()
    return _Empty(sql, [(k, v) for k, v in settings], [(id_, block) for id_, block in head])


def rebuild_text_indexes(database: Database, tell: Callable[[int], None] = lambda _: None) -> None:
    """All of them anew; `tell` is told how many texts more are in. Writers wait for batches."""
    for last_try in (*[False] * (TRIES - 1), True):
        try:
            _rebuild(database, tell)
        except Overtaken:
            if last_try:
                raise
        else:
            break
    clear_rebuild(database)


def _rebuild(database: Database, tell: Callable[[int], None]) -> None:
    clear_rebuild(database)
    run = _begin(database)
    try:
        _fill(database, run, tell)
    except CuttingsError:
        with database.read() as conn:
            _mark(conn, run, "articles")  # what is there now may be another's: that stays
        clear_rebuild(database)
        raise


def _fill(database: Database, run: str, tell: Callable[[int], None]) -> None:
    for table in INDEXES:
        is_last = False
        while not is_last:
            done, is_last = _add_batch(database, run, table)
            tell(done)
    for _ in range(TRIES):
        killed = _killed(database)
        for index in TEXT_INDEXES:
            merge_segments(database, PREFIX + index)
        while _cut_again(database, run) > FEW:
            pass
        if _exchange(database, run, killed):
            return
    raise Overtaken


def _begin(database: Database) -> str:
    run = secrets.token_hex(8)
    with database.write() as conn:
        if conn.execute(LEFT_BEHIND).fetchone():
            raise Overtaken
        for statement in STATE.split(";"):
            conn.execute(statement)
        for index in TEXT_INDEXES:
            new, empty = PREFIX + index, _as_made(index)
            conn.execute(empty.sql.replace(f"TABLE {index} ", f"TABLE {new} ", 1))
            conn.executemany(f"INSERT INTO {new}({new}, rank) VALUES (?, ?)", empty.settings)  # noqa: S608 - names of our own
        for table in INDEXES:
            conn.execute(BEGUN, {"name": table, "run": run, "done": _FIRST})
            for statement in _triggers(table):
                conn.execute(statement)
    return run


def _triggers(table: Table) -> Sequence[str]:
    """What is at or below the mark is kept in step, whoever writes, also in bulk."""
    inside = f"<= (SELECT done FROM reindexing_state WHERE name = '{table}')"  # noqa: S608 - names of our own
    out = "".join(
        f"INSERT INTO {PREFIX}{index}({PREFIX}{index}, rowid, {FIELDS}) "
        f"SELECT 'delete', old.id, {OLD} WHERE old.id {inside};"
        for index in INDEXES[table]
    )
    into = "".join(
        f"INSERT INTO {PREFIX}{index}(rowid, {FIELDS}) SELECT new.id, {NEW} WHERE new.id {inside};"
        for index in INDEXES[table]
    )
    noted = f"INSERT OR IGNORE INTO reindexing_again VALUES ('{table}', {{row}}.id);"  # noqa: S608
    gone, come = noted.replace("{row}", "old"), noted.replace("{row}", "new")
    changed = ", ".join(("id", *FIELDS.split(", ")))
    trigger = (
        f"CREATE TRIGGER {PREFIX}{table}_{{name}} AFTER {{event}} ON {table} BEGIN {{body}} END"
    )
    return [
        trigger.format(name="inserted", event="INSERT", body=into + come),
        trigger.format(name="deleted", event="DELETE", body=out + gone),
        trigger.format(name="changed", event=f"UPDATE OF {changed}", body=out + into + gone + come),
    ]


def _add_batch(database: Database, run: str, table: Table) -> tuple[int, bool]:
    """The next texts into the new indexes: how many, and whether none follow, however many come."""
    with database.write() as conn:
        done = _mark(conn, run, table)
        rows = conn.execute(
            FOLLOWING.replace("{table}", table), {"done": done, "most": BATCH}
        ).fetchall()
        ids: list[int] = []
        size = 0
        for row in rows:
            ids.append(row["id"])
            size += row["size"]
            if size > LONG_BATCH:
                break
        if ids:
            values = {"done": done, "last": ids[-1]}
            for index in INDEXES[table]:
                conn.execute(FILL.replace("{index}", index).replace("{table}", table), values)
            _cut(conn, table, ids)
        is_last = len(ids) == len(rows) < BATCH
        conn.execute(MOVE_MARK, {"done": _LAST if is_last else ids[-1], "name": table})
        return len(ids), is_last


def _mark(conn: Connection, run: str, table: Table) -> int:
    has_state = conn.execute(DEFINED, {"name": "reindexing_state"}).fetchone()
    row = conn.execute(MARK, {"name": table, "run": run}).fetchone() if has_state else None
    if row is None:
        raise Overtaken
    return int(row["done"])


def _cut(conn: Connection, table: Table, ids: Sequence[int]) -> None:
    """Their pieces, as the texts are now, into the new index."""
    texts = {"ids": json.dumps(ids)}
    rows = conn.execute(SOME_TEXTS.replace("{texts}", TEXTS[table]), texts).fetchall()
    add_pieces_to(conn, PREFIX + table, rows)


def _cut_again(database: Database, run: str) -> int:
    """Some of those that have been written meanwhile; returns how many there were."""
    with database.write() as conn:
        return sum(_again(conn, run, table) for table in INDEXES)


def _again(conn: Connection, run: str, table: Table, most: int = BATCH) -> int:
    _mark(conn, run, table)
    ids = [row["id"] for row in conn.execute(AGAIN, {"name": table, "most": most})]
    pieces = f"{PREFIX}{table}_pieces"
    conn.executemany(f"DELETE FROM {pieces} WHERE rowid = ?", [(id_,) for id_ in ids])  # noqa: S608 - names of our own
    _cut(conn, table, ids)
    conn.execute(DONE_AGAIN, {"name": table, "ids": json.dumps(ids)})
    return len(ids)


def _killed(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(KILLED).fetchone()[0])


def _exchange(database: Database, run: str, killed: int) -> bool:
    """New for old, at once; False where an article was killed since its words were merged away."""
    with database.write() as conn:
        for table in INDEXES:
            while _again(conn, run, table):
                pass
        if conn.execute(KILLED).fetchone()[0] != killed:
            return False
        # Names in triggers stay what they are.
        conn.execute("PRAGMA legacy_alter_table = ON")
        for index in TEXT_INDEXES:
            contents = ("data", "idx", "docsize", *(["content"] if "pieces" in index else []))
            for part in contents:
                one, other, aside = (f"{index}_{part}", f"{PREFIX}{index}_{part}", f"{PREFIX}aside")
                for before, after in ((one, aside), (other, one), (aside, other)):
                    conn.execute(f'ALTER TABLE "{before}" RENAME TO "{after}"')
        for table in INDEXES:
            for name in ("inserted", "deleted", "changed"):
                conn.execute(f"DROP TRIGGER {PREFIX}{table}_{name}")
        conn.execute("DROP TABLE reindexing_state")
        conn.execute("DROP TABLE reindexing_again")
        conn.execute("UPDATE generation SET number = number + 1")
    return True


def is_unfinished(database: Database) -> bool:
    """Whether a run is at work, or one that was killed has left something behind."""
    with database.read() as conn:
        return conn.execute(LEFT_BEHIND).fetchone() is not None


def clear_rebuild(database: Database) -> None:
    """Take away what a run has left, or is making: it notices, and begins anew."""
    if not is_unfinished(database):
        return
    with database.write() as conn:
        left = conn.execute(LEFT_BEHIND).fetchall()
        for name in [row["name"] for row in left if row["type"] == "trigger"]:
            conn.execute(f'DROP TRIGGER "{name}"')
        for name in ("reindexing_state", "reindexing_again"):
            conn.execute(f"DROP TABLE IF EXISTS {name}")
    for index in TEXT_INDEXES:
        while _clear_some(database, index):
            pass


def _clear_some(database: Database, index: str) -> int:
    """Some pages of it; once it is empty, the index itself."""
    with database.write() as conn:
        there = {row["name"] for row in conn.execute(LEFT_BEHIND)}
        name = PREFIX + index
        if name not in there or "reindexing_state" in there:
            return 0
        cleared = 0
        for part, key in (("data", "id"), ("docsize", "id"), ("content", "id"), ("idx", "pgno")):
            if f"{name}_{part}" in there:
                limited = f"SELECT {key} FROM {name}_{part} LIMIT {CLEARED}"  # noqa: S608 - names of our own
                sql = f"DELETE FROM {name}_{part} WHERE {key} IN ({limited})"  # noqa: S608 - names of our own
                cleared += conn.execute(sql).rowcount
        if not cleared:
            conn.executemany(HEAD.replace("{index}", index), _as_made(index).head)
            conn.execute(f"DROP TABLE {name}")
        return cleared
