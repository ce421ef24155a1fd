"""The log of edits is only added to, holds only what the replay can read, and says what holds."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import open_archive
from hypothesis import given
from hypothesis import strategies as st

from service.database import Connection, Database
from service.edits import Edit, undone
from service.errors import CuttingsError, Misconfigured
from service.in_memory import memory_schema

KEPT = "the log of edits is only added to"
NOT_NEXT = "an edit has the number after the last"
NOTE = "'', '', 'note', 'person-ann', 'x')"
NUMBERED = f"INTO edits (id, at, who, action, entity, text) VALUES (%d, {NOTE}"
REWRITTEN = [
    ("DELETE FROM edits", KEPT),
    ("UPDATE edits SET who = 'x'", KEPT),
    ("UPDATE OR REPLACE edits SET id = 2 WHERE id = 1", KEPT),
    (f"INSERT OR REPLACE {NUMBERED % 1}", KEPT),
    (f"REPLACE {NUMBERED % 2}", KEPT),
    (f"INSERT OR IGNORE {NUMBERED % 2}", KEPT),
    (f"INSERT {NUMBERED % 2} ON CONFLICT (id) DO UPDATE SET who = 'x'", KEPT),
    (f"INSERT {NUMBERED % 0}", "id > 0"),
    (f"INSERT {NUMBERED % -1}", "id > 0"),
    (f"INSERT {NUMBERED % 4}", NOT_NEXT),
    (f"INSERT {NUMBERED % (2**63 - 1)}", NOT_NEXT),  # there would be no room for another
]
# Columns and values of an edit -> what the refusal says.
MALFORMED = [
    ("action, entity", "'merge', 'person-ann'", "into"),
    ('action, entity, "into"', "'merge', 'person-ann', 'nonsense'", "into"),
    ('action, entity, "into"', "'merge', 'person-ann', 'place-'", "into"),
    ('action, entity, "into"', "'merge', 'person-ann', 'person-ann'", "into"),
    ('action, entity, "into"', "'merge', 'ann', 'person-bob'", "entity GLOB"),
    ('action, entity, "into"', "'dismiss', 'person-ann', 'person-bob'", "into"),
    ("action, entity", "'dismiss', 'person?kim'", "entity GLOB"),
    ("action, entity", "'dismiss', x'706572736f6e2d616e6e'", "BLOB"),
    ("action, entity", "'retype', 'person-ann'", "into"),
    ("action, entity", "'distinct', 'person-ann'", "into"),
    ("action, entity", "'rename', 'person-ann'", "name"),
    ("action, entity, name", "'rename', 'person-ann', ''", "name"),
    ("action, entity", "'alias', 'person-ann'", "text"),
    ("action, entity", "'unalias', 'person-ann'", "text"),
    ("action, entity, text", "'alias', 'person-ann', ''", "text"),
    ("action, entity", "'note', 'person-ann'", "text"),
    ("action, entity", "'undo', 'person-ann'", "undoes"),
    ("action, entity, undoes", "'undo', 'person-ann', 77", "no edit to undo"),
    ("action, entity, undoes", "'undo', 'person-ann', 3", "no edit to undo"),
    ("action, entity, undoes", "'dismiss', 'person-ann', 1", "undoes"),
    ("action, entity, articles", "'dismiss', 'person-ann', '[\"a\"]'", "articles"),
]
SPLIT = ('action, entity, "into", name, aliases', "'split', 'person-ann', 'person-bob', 'Bob', ")
LISTS = [
    ("'[]'", "aliases <> "),
    ("'[1]'", "lists of texts"),
    ("'[\"a\", null]'", "lists of texts"),
    ('\'["a", ["b"]]\'', "lists of texts"),
    ('\'{"a": "b"}\'', "array"),
    ("'\"a\"'", "array"),
    ("'[''a'']'", "JSON|json"),  # newer libraries read it
    ("'nonsense'", "JSON|json"),
]
REFUSED = [
    *REWRITTEN,
    *(
        (f"INSERT INTO edits (at, who, {columns}) VALUES ('', '', {values})", message)
        for columns, values, message in (
            *MALFORMED,
            *((SPLIT[0], SPLIT[1] + aliases, message) for aliases, message in LISTS),
        )
    ),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with two edits, one by either library."""
    archive = open_archive(tmp_path_factory.mktemp("log"))
    archive.tamper(f"INSERT INTO edits (at, who, action, entity, text) VALUES ({NOTE}")
    by_oldest(archive.settings.db, f"INSERT {NUMBERED % 2}")
    return archive.settings.db


def by_oldest(file: Path, sql: str) -> str:
    """By the oldest SQLite that is promised."""
    command = ["sqlite3", "-bail", str(file), sql]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Misconfigured(done.stderr)
    return done.stdout


def by_ours(file: Path, sql: str) -> None:
    with Database(file).write() as conn:
        conn.execute(sql)


@pytest.mark.parametrize(("statement", "message"), REFUSED)
def test_it_is_only_added_to_and_makes_sense(file: Path, statement: str, message: str) -> None:
    """Also by programs that enforce no foreign keys."""
    before = by_oldest(file, "SELECT * FROM edits")
    for write in (by_ours, by_oldest):
        with pytest.raises(CuttingsError, match=message):
            write(file, statement)
    assert by_oldest(file, "SELECT * FROM edits") == before


ADD = """
INSERT INTO edits (at, who, action, entity, text, undoes)
VALUES ('', '', :action, 'person-ann', '', :undoes)
"""
HELD = "SELECT id FROM edit_history WHERE in_force ORDER BY id"


@pytest.fixture(scope="module")
def schema() -> Connection:
    return memory_schema()


def held(conn: Connection, undoings: Sequence[int | None]) -> list[int]:
    """What holds of a log by the view, given what each edit undoes."""
    conn.execute("BEGIN")
    for undoes in undoings:
        conn.execute(ADD, {"action": "note" if undoes is None else "undo", "undoes": undoes})
    found = [row["id"] for row in conn.execute(HELD)]
    conn.rollback()
    return found


def replayed(undoings: Sequence[int | None]) -> list[int]:
    """The same by the service."""
    log = [
        Edit(id=at, at="", who="", action="undo" if n else "note", entity="person-ann", undoes=n)
        for at, n in enumerate(undoings, 1)
    ]
    return [edit.id for edit in log if edit.id not in undone(log)]


@pytest.mark.parametrize(
    ("undoings", "holding"),
    [
        ([], []),
        ([None], [1]),
        ([None, 1], [2]),
        ([None, 1, 2], [1, 3]),
        ([None, 1, 1], [2, 3]),
        # The second undo is undone, but the first has come back.
        ([None, 1, 2, 1, 3, 4], [2, 5, 6]),
        # Numbers that begin alike.
        ([None] * 10 + [1], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
        ([None] * 10 + [10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]),
    ],
)
def test_an_edit_holds_when_no_undo_of_it_holds(
    schema: Connection, undoings: list[int | None], holding: list[int]
) -> None:
    assert held(schema, undoings) == holding == replayed(undoings)


@given(st.lists(st.none() | st.integers(0, 40), max_size=40))
def test_the_view_and_the_service_agree(schema: Connection, drawn: list[int | None]) -> None:
    undoings = [None if not at or n is None else 1 + n % at for at, n in enumerate(drawn)]
    assert held(schema, undoings) == replayed(undoings)


def test_a_long_quarrel(schema: Connection) -> None:
    """Each undoes the one before: it is worked out once for the whole log, not for each edit."""
    undoings = [None, *range(1, 5_000)]
    assert held(schema, undoings) == list(range(2, 5_001, 2))
