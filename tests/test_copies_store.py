"""Pairs and groups are the same whatever came first, and follow what is changed or killed."""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.database import Connection, Database
from service.in_memory import memory_schema
from service.near_copies import signature
from service.stores import copies
from service.stores.copies import (
    Copy,
    CopyStore,
    components,
    faults,
    file_copies,
    forget_copies,
    rebuild_copies,
)

_chance = random.Random(3)  # noqa: S311 - a fixed seed
WORDS = [[f"w{_chance.randrange(900)}" for _ in range(60)] for _ in range(3)]
# Three stories, each whole, cut to either end (its ends are no copies of each other), and edited.
TEXTS = [
    " ".join(words)
    for story in WORDS
    for words in (story, story[:40], story[20:], [*story[:50], *"and more of it was heard".split()])
]
WHOLE, START, END, EDITED = TEXTS[:4]
INSERT = "INSERT INTO articles (id, key, body) VALUES (?, ?, ?)"


@pytest.fixture
def conn() -> Iterator[Connection]:
    with closing(memory_schema()) as made:
        made.execute("PRAGMA foreign_keys = ON")
        yield made


def add(conn: Connection, article_id: int, body: str, key: str | None = None) -> None:
    conn.execute(INSERT, (article_id, key or f"k{article_id}", body))
    file_copies(conn, article_id, signature("", body))


def change(conn: Connection, article_id: int, body: str) -> None:
    conn.execute("UPDATE articles SET body = ? WHERE id = ?", (body, article_id))
    file_copies(conn, article_id, signature("", body))


def kill(conn: Connection, article_id: int) -> None:
    forget_copies(conn, article_id)
    conn.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def groups(conn: Connection) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for article_id, group in conn.execute("SELECT article_id, group_id FROM copies ORDER BY 1"):
        found.setdefault(group, []).append(article_id)
    return found


class State(NamedTuple):
    """All that is kept about copies."""

    signatures: list[tuple[object, ...]]
    bands: list[tuple[object, ...]]
    pairs: list[tuple[object, ...]]
    groups: list[tuple[object, ...]]


def state(conn: Connection) -> State:
    tables = ("copy_signatures", "copy_bands", "copy_pairs", "copies")
    rows = (conn.execute(f"SELECT * FROM {name} ORDER BY 1, 2") for name in tables)
    return State(*([tuple(row) for row in each] for each in rows))


def test_copies_are_a_group_called_by_its_lowest_article(conn: Connection) -> None:
    add(conn, 7, WHOLE)
    assert groups(conn) == {}
    add(conn, 9, START)
    assert groups(conn) == {7: [7, 9]}
    add(conn, 4, EDITED)
    add(conn, 5, TEXTS[4])
    assert groups(conn) == {4: [4, 7, 9]}


def test_a_bridge_joins_two_and_its_kill_parts_them(conn: Connection) -> None:
    add(conn, 1, START)
    add(conn, 2, END)
    assert groups(conn) == {}
    add(conn, 3, WHOLE)
    assert groups(conn) == {1: [1, 2, 3]}
    kill(conn, 3)
    assert groups(conn) == {}


def test_a_changed_text_changes_its_group(conn: Connection) -> None:
    for article_id, text in enumerate((WHOLE, START, TEXTS[4]), start=1):
        add(conn, article_id, text)
    change(conn, 2, TEXTS[5])
    assert groups(conn) == {2: [2, 3]}
    change(conn, 3, "Too short.")
    assert groups(conn) == {}
    assert list(faults(conn)) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "kill", "move"]),
        st.integers(1, 14),
        st.integers(0, len(TEXTS) - 1),
    ),
    max_size=40,
)


def run(conn: Connection, steps: Sequence[tuple[str, int, int]]) -> None:
    """What is put, killed or moved is known by its key, as its id moves."""
    for what, name, number in steps:
        row = conn.execute("SELECT id FROM articles WHERE key = ?", (f"k{name}",)).fetchone()
        if what == "put" and row is None:
            free = conn.execute("SELECT 1 FROM articles WHERE id = ?", (name,)).fetchone() is None
            add(conn, name if free else name + 100, TEXTS[number], f"k{name}")
        elif what == "put":
            change(conn, row["id"], TEXTS[number])
        elif what == "kill" and row is not None:
            kill(conn, row["id"])
        elif row is not None:
            moved = (row["id"] + 500 * (number + 1)) % 9_000 + 1_000
            conn.execute("UPDATE OR IGNORE articles SET id = ? WHERE id = ?", (moved, row["id"]))


@pytest.mark.parametrize("near", [1, 2, 8])
def test_any_history_ends_as_if_made_anew(
    conn: Connection, near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a bucket holds more than are held against each other."""
    monkeypatch.setattr(copies, "NEAR", near)
    conn.commit()

    @given(STEPS)
    def holds(steps: Sequence[tuple[str, int, int]]) -> None:
        run(conn, steps)
        kept = state(conn)
        assert list(faults(conn)) == []
        rebuild_copies(conn)
        assert kept == state(conn)
        conn.rollback()

    holds()


def test_a_crowded_bucket_stays_one_group(conn: Connection) -> None:
    """Each is held against a few; all hang together, also when some in the middle go."""
    for article_id in range(1, 81):
        add(conn, article_id, WHOLE)
    assert groups(conn) == {1: list(range(1, 81))}
    most = conn.execute(
        "SELECT max(n) FROM (SELECT count(*) n FROM copy_pairs GROUP BY article_id)"
    )
    assert most.fetchone()[0] == 16
    for article_id in range(1, 60, 2):
        kill(conn, article_id)
    assert list(groups(conn)) == [2]
    assert list(faults(conn)) == []


def test_another_program_leaves_nothing_stale_in_sight(conn: Connection) -> None:
    for article_id, text in enumerate((WHOLE, WHOLE, START, EDITED), start=1):
        add(conn, article_id, text)
    seen = "SELECT DISTINCT article FROM near_copies ORDER BY 1"
    conn.execute("UPDATE articles SET body = 'Nothing of it' WHERE id = 1")
    assert [row[0] for row in conn.execute(seen)] == ["k2", "k3", "k4"]
    assert "copies of article k1 are looked for by another text" in next(faults(conn))
    conn.execute("DELETE FROM articles WHERE id = 1")
    assert groups(conn) == {2: [2, 3, 4]}
    assert any("articles that are not there" in fault for fault in faults(conn))
    add(conn, 5, TEXTS[4])
    assert list(faults(conn)) == []
    conn.execute("DELETE FROM articles WHERE id IN (3, 4)")
    assert groups(conn) == {}
    assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_group_follows_a_moved_article(conn: Connection) -> None:
    for article_id, text in enumerate((WHOLE, START, EDITED), start=1):
        add(conn, article_id, text)
    conn.execute("UPDATE articles SET id = 20 WHERE id = 1")
    assert groups(conn) == {2: [2, 3, 20]}
    conn.execute("UPDATE articles SET id = 1 WHERE id = 3")
    assert groups(conn) == {1: [1, 2, 20]}
    assert list(faults(conn)) == []


def test_a_key_that_was_another_articles(conn: Connection) -> None:
    add(conn, 1, WHOLE, "one")
    conn.execute("UPDATE articles SET key = 'other' WHERE id = 1")
    add(conn, 2, START, "one")
    file_copies(conn, 1, signature("", WHOLE))
    assert groups(conn) == {1: [1, 2]}
    assert list(faults(conn)) == []


def test_every_change_raises_the_generation(conn: Connection) -> None:
    add(conn, 1, WHOLE)
    conn.execute(INSERT, (2, "two", START))
    number = "SELECT number FROM generation"
    before = conn.execute(number).fetchone()[0]
    file_copies(conn, 2, signature("", START))
    paired = conn.execute(number).fetchone()[0]
    assert paired > before
    forget_copies(conn, 2)
    assert conn.execute(number).fetchone()[0] > paired


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("DELETE FROM copy_signatures WHERE article_id = 1", "by another text"),
        ("DELETE FROM copy_bands WHERE band = (SELECT max(band) FROM copy_bands)", "another place"),
        ("DELETE FROM copy_pairs", "whether articles 1 and 2 are copies is noted wrong"),
        ("UPDATE copy_pairs SET overlap = 1", "whether articles 1 and 2 are copies is noted wrong"),
        ("UPDATE copies SET group_id = 3", "the copies of article 1 are grouped wrong"),
        ("INSERT INTO copy_bands VALUES (5, 5)", "articles that are not there"),
    ],
)
def test_the_check_names_what_is_wrong_and_a_rebuild_mends_it(
    conn: Connection, tampering: str, fault: str
) -> None:
    add(conn, 1, WHOLE)
    add(conn, 2, START)
    sound = state(conn)
    conn.execute(tampering)
    assert any(fault in each for each in faults(conn))
    told: list[int] = []
    rebuild_copies(conn, told.append)
    assert told == [1, 2, 1, 2]
    assert state(conn) == sound


def test_an_article_is_asked_for_its_copies(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.migrate()
    with database.write() as conn:
        conn.execute("INSERT INTO sources (id, name) VALUES (1, 'The Post')")
        add(conn, 1, START)
        add(conn, 2, END)
        add(conn, 3, WHOLE)
        conn.execute(
            "UPDATE articles SET source_id = 1, title_derived = 1, title = 'A' WHERE id = 2"
        )
        file_copies(conn, 2, signature("", END))
        add(conn, 4, TEXTS[4])
    store = CopyStore(database)
    first, second = store.of("k1")
    assert first == Copy("k2", "A", True, "The Post", None, None)
    assert (second.key, round(second.overlap or 0, 2)) == ("k3", 0.66)
    assert store.of("k4") == store.of("nobody") == ()


def test_components() -> None:
    assert components({1: [5], 5: [1, 3], 3: [5], 2: [4], 4: [2], 6: []}) == {
        **{1: 1, 3: 1, 5: 1},
        **{2: 2, 4: 2},
    }
