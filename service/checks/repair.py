"""What can be mended without deciding anything: all that is made of articles, log and readings.

Articles, versions, edits, kills and what waits for its time are never touched: where one of those
is lost, only a backup has it.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from service.checks import INDEX, inspect
from service.checks.check import Fault, Progress
from service.checks.file import (
    CONFIG,
    SCHEMA,
    UNDER_WAY,
    is_damage,
    wanted_config,
    wanted_schema,
)
from service.checks.private import OWNER_ONLY
from service.checks.private import SCHEMA as PRIVATE_SCHEMA
from service.checks.private import wanted_schema as wanted_private_schema
from service.database import Connection, Database
from service.engines import Engine
from service.errors import Misconfigured
from service.stores.copies import rebuild_copies
from service.stores.counts import recount
from service.stores.slots import renumber
from service.stores.text_rebuild import clear_rebuild, is_unfinished

# Rows that hang on nothing; the order is that in which one makes another an orphan.
OF_ARTICLES = ("article_authors", "article_topics", "mentions", "quotes", "mentioned_dates")
ORPHANS: tuple[tuple[str, str], ...] = (
    *((table, "article_id NOT IN (SELECT id FROM articles)") for table in OF_ARTICLES),
    ("article_entities", "article_id NOT IN (SELECT id FROM articles)"),
    ("article_entities", "entity_id NOT IN (SELECT id FROM entities)"),
    ("aliases", "entity_id NOT IN (SELECT id FROM entities)"),
    ("origins", "article_key NOT IN (SELECT key FROM articles)"),
    ("readings", "id NOT IN (SELECT reading_id FROM mentions)"),
    ("postings", "segment_id NOT IN (SELECT id FROM segments)"),
    ("segment_columns", "segment_id NOT IN (SELECT id FROM segments)"),
    ("copies", "article_id NOT IN (SELECT id FROM articles)"),
    ("copy_pairs", "article_id NOT IN (SELECT id FROM articles)"),
)
# What the replay of the log fills in anew.
LEFT_OPEN = """
UPDATE mentions SET entity_id = NULL
WHERE entity_id IS NOT NULL AND entity_id NOT IN (SELECT id FROM entities);
UPDATE quotes SET entity_id = NULL
WHERE entity_id IS NOT NULL AND entity_id NOT IN (SELECT id FROM entities);
UPDATE quotes SET speaker = NULL WHERE speaker IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM mentions m WHERE m.article_id = quotes.article_id AND m.position = quotes.speaker)
"""
WITHOUT_SEGMENTS = """
DELETE FROM postings;
DELETE FROM segment_columns;
DELETE FROM segments;
DELETE FROM unfiled;
INSERT INTO unfiled SELECT id, (SELECT number FROM generation) FROM articles;
UPDATE filing SET number = number + 1;
UPDATE generation SET number = number + 1
"""
AS_KEYED = """
UPDATE entities SET type = substr(key, 1, instr(key, '-') - 1),
  folded = substr(key, instr(key, '-') + 1)
WHERE key <> type || '-' || folded
"""
# The columns that triggers fill in; the name of the archive is only for caches.
NOW = """
DELETE FROM generation WHERE id <> 1;
INSERT OR IGNORE INTO generation (id, number, archive) VALUES (1, 0, lower(hex(randomblob(16))));
UPDATE generation SET in_bulk = 0, number = 1 + max(number,
  (SELECT ifnull(max(max(ifnull(added_in, 0), ifnull(dated_in, 0))), 0) FROM articles));
UPDATE articles SET added_in = ifnull(added_in, 1), dated_in = ifnull(dated_in, 1)
WHERE added_in IS NULL OR dated_in IS NULL;
DELETE FROM filing WHERE id <> 1;
INSERT OR IGNORE INTO filing VALUES (1, 0);
UPDATE filing SET number = number + 1
"""
QUARANTINE = """
INSERT OR REPLACE INTO quarantine_size SELECT 1, count(*),
  ifnull(sum(ifnull(length(data), 0) + ifnull(length(sidecar), 0)), 0) FROM quarantine;
DELETE FROM sessions WHERE key NOT IN (SELECT id FROM api_keys)
"""
_log = logging.getLogger("cuttings")
Step = Callable[[Database], Iterator[str]]
# What finds the files whole.
WHOLE = ("file", "private-file")
IN_ORDER = ("table", "index", "view", "trigger")


@dataclass(frozen=True, slots=True)
class Repair:
    """What was found, what was done about it, and what is left."""

    found: Sequence[Fault]
    done: Sequence[str]
    left: Sequence[Fault]


def repair(
    archive: Database,
    engine: Engine,
    beside: Database,
    tell: Progress = lambda _name, _done, _all: None,
) -> Repair:
    """Mend what is safe to mend, and check again.

    Raises Misconfigured for a file whose pages are damaged: what SQLite makes of them is a guess.
    """
    found = inspect(archive, engine, beside, tell)
    if not found:
        return Repair(found, _tried(_unfinished, archive), ())
    for fault in found:
        if fault.check in WHOLE and is_damage(fault.message):
            raise Misconfigured(
                f"{fault.message}. Nothing was changed: bring a backup back with `cuttings restore`"
            )
    archive = archive.unhurried()
    with closing(archive):
        steps = (*STEPS, _segments) if any(f.check == INDEX[0] for f in found) else STEPS
        done = [said for step in steps for said in _tried(step, archive)]
    done += _tried(lambda _archive: _index(engine), archive)
    done += _tried(_private, beside)
    return Repair(found, done, inspect(archive, engine, beside, tell))


def _tried(step: Step, database: Database) -> list[str]:
    """What a step did; where it fails its transaction has changed nothing, and the others go on."""
    done: list[str] = []
    try:
        done.extend(step(database))
    except Exception as exc:
        _log.debug("a step of the repair failed", exc_info=True)
        done.append(f"could not go on here: {exc}")
    return done


def _unfinished(archive: Database) -> Iterator[str]:
    if is_unfinished(archive):
        clear_rebuild(archive)
        yield "cleared away what a reindex had left"


def _index(engine: Engine) -> Iterator[str]:
    engine.rebuild()
    yield "made the text indexes, words and columns anew"


def _archive_schema(archive: Database) -> Iterator[str]:
    yield from _schema(archive, SCHEMA, wanted_schema())


def _schema(database: Database, sql: str, wanted: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """What is missing, and each index, view and trigger that differs."""
    with database.write() as conn:
        present = {(row[0], row[1]): row[2] for row in conn.execute(sql)}
        for kind, name in sorted(present, key=lambda each: -IN_ORDER.index(each[0])):
            if name.startswith(UNDER_WAY):
                continue
            changed = present[kind, name] != wanted.get((kind, name))
            if changed and kind != "table" and ((kind, name) in wanted or kind == "trigger"):
                conn.execute(f'DROP {kind} "{name}"')
                del present[kind, name]
                yield f"took out the {kind} {name}"
        for kind, name in sorted(wanted, key=lambda each: IN_ORDER.index(each[0])):
            if (kind, name) not in present and _make(conn, name, wanted[kind, name]):
                yield f"made the {kind} {name}"


def _make(conn: Connection, name: str, sql: str) -> bool:
    """False where its rows forbid it: that stays a fault."""
    conn.execute("SAVEPOINT making")
    try:
        if not _is_there(conn, name):  # tables of an index come along with it
            conn.execute(sql)
            return True
    except Exception:
        conn.execute("ROLLBACK TO making")
    finally:
        conn.execute("RELEASE making")
    return False


def _is_there(conn: Connection, name: str) -> bool:
    return bool(conn.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone())


def _settings(archive: Database) -> Iterator[str]:
    """By hand, and before FTS5 reads them: with some of them wrong it opens no index at all."""
    with archive.write() as conn:
        for index, wanted in wanted_config().items():
            if (
                _is_there(conn, f"{index}_config")
                and dict(conn.execute(CONFIG.replace("{index}", index)).fetchall()) != wanted
            ):
                conn.execute(f"DELETE FROM {index}_config")  # noqa: S608 - a fixed table of names
                rows = list(wanted.items())
                conn.executemany(f"INSERT INTO {index}_config VALUES (?, ?)", rows)  # noqa: S608
                yield f"set up the text index {index} as the migrations do"


def _pieces(archive: Database) -> Iterator[str]:
    """From their own texts first, since FTS5 cannot delete what it does not find."""
    with archive.write() as conn:
        conn.execute("INSERT INTO words_draft(words_draft) VALUES ('delete-all')")
        for index in ("articles_pieces", "versions_pieces"):
            conn.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")  # noqa: S608 - fixed
    yield from ()


def _now(archive: Database) -> Iterator[str]:
    with archive.write() as conn:
        for statement in NOW.split(";"):
            conn.execute(statement)
    yield from ()


def _orphans(archive: Database) -> Iterator[str]:
    with archive.write() as conn:
        conn.execute("PRAGMA defer_foreign_keys = ON")
        for statement in LEFT_OPEN.split(";"):
            conn.execute(statement)
        for table, which in ORPHANS:
            gone = conn.execute(f"DELETE FROM {table} WHERE {which}").rowcount  # noqa: S608 - fixed
            if gone:
                yield f"took out {gone} rows of {table} that hung on nothing"


def _ids(archive: Database) -> Iterator[str]:
    with archive.write() as conn:
        if renumber(conn):
            yield "gave the articles the ids of their dates"


def _graph(archive: Database) -> Iterator[str]:
    with archive.write() as conn:
        conn.execute(AS_KEYED)
        recount(conn)
    yield "replayed the editors' log over the readings, and counted all anew"


def _segments(archive: Database) -> Iterator[str]:
    """Until they are made anew all is read from the tables: slower, and right."""
    with archive.write() as conn:
        for statement in WITHOUT_SEGMENTS.split(";"):
            conn.execute(statement)
    yield "let go of the columns"


def _copies(archive: Database) -> Iterator[str]:
    with archive.write() as conn:
        rebuild_copies(conn)
    yield "looked for near copies anew"


STEPS = (_settings, _archive_schema, _settings, _pieces, _now, _orphans, _ids, _graph, _copies)


def _private(beside: Database) -> Iterator[str]:
    yield from _schema(beside, PRIVATE_SCHEMA, wanted_private_schema())
    with beside.write() as conn:
        for statement in QUARANTINE.split(";"):
            conn.execute(statement)
    for end in ("", "-wal", "-shm"):
        file = beside.path.with_name(beside.path.name + end)
        if file.exists() and file.stat().st_mode & 0o777 & ~OWNER_ONLY:
            file.chmod(OWNER_ONLY)
            yield f"{file.name} may be read by its owner only now"
