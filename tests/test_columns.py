"""The parts that columns are made of: tokens as FTS5 makes them, postings, lists, what waits."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import LONG, Archive, open_archive
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.database import Connection
from service.engines.sqlite.columns import filing
from service.engines.sqlite.columns.filing import file_articles, unfiled
from service.engines.sqlite.columns.lists import Growing, Lists
from service.engines.sqlite.columns.parts import packed, read_part, unpacked
from service.engines.sqlite.columns.postings import LARGEST, Posting, Text, count, pack, unpack
from service.engines.sqlite.engine import SqliteEngine
from service.engines.tokens import TABLES, Tokens
from service.in_memory import memory
from service.query import Search, Word

TOKENS = Tokens()


def made(conn: Connection, table: str, text: str) -> list[str]:
    conn.execute(f"DELETE FROM {table}")
    conn.execute(f"INSERT INTO {table} VALUES (?)", (text,))
    return [term for (term,) in conn.execute(f"SELECT term FROM {table}_made ORDER BY offset")]


@pytest.fixture(scope="module")
def fts5() -> Connection:
    conn = memory()
    for statement in TABLES:
        conn.execute(statement)
    return conn


ENCODABLE = st.characters(exclude_categories=["Cs"])
ODD = st.sampled_from(["\u0301", "\xad", "\x00", "\x1c", "\u2028", "İ", "ﬁ", "ß", "Σς", "'", "😀"])


@given(text=st.lists(st.one_of(st.text(ENCODABLE), ODD)).map("".join))
def test_words_are_those_of_fts5(fts5: Connection, text: str) -> None:
    assert TOKENS.words(text) == made(fts5, "words", text)


@pytest.mark.skipif(not LONG, reason="a million characters")
def test_every_character_is_as_fts5_has_it(fts5: Connection) -> None:
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(codes), 5_000):
        text = " ".join(f"x{chr(code)}y {chr(code)}" for code in codes[start : start + 5_000])
        assert TOKENS.words(text) == made(fts5, "words", text)


@given(text=st.text("abcdefgilmnoprstuyzé'", max_size=80))
def test_stems_are_those_of_fts5(fts5: Connection, text: str) -> None:
    stems = [TOKENS.stem(word) for word in TOKENS.words(text)]
    assert stems == made(fts5, "stems", text)


@pytest.mark.parametrize("word", ["", "s", "as", "a" * 63 + "s", "a" * 64 + "s", "é" * 40 + "s"])
def test_short_and_long_words_are_stemmed_as_fts5_does(fts5: Connection, word: str) -> None:
    assert [TOKENS.stem(each) for each in TOKENS.words(word)] == made(fts5, "stems", word)


@pytest.mark.parametrize(
    ("places", "size"),
    [
        ([0], 1),
        ([0], 16),
        ([0], 17),
        ([16], 17),
        ([15], 16),
        ([3, 7], 32),
        ([3, 7], 33),
        (range(LARGEST), LARGEST),
        (range(0, LARGEST, 16), LARGEST),
        (range(0, LARGEST, 17), LARGEST),
        ([LARGEST - 1], LARGEST),
        ([0, LARGEST - 1], LARGEST),
    ],
)
def test_postings_come_back_as_they_were(places: range | list[int], size: int) -> None:
    positions = np.array([*places], np.uint16)
    posting = Posting(positions, (np.arange(len(positions)) % 255 + 1).astype(np.uint8))
    found = unpack(pack(posting, size), len(positions), size)
    assert found.positions.tolist() == positions.tolist()
    assert found.frequencies.tolist() == posting.frequencies.tolist()


@given(places=st.sets(st.integers(0, 199), min_size=1))
def test_dense_and_sparse_postings_come_back(places: set[int]) -> None:
    posting = Posting(np.array(sorted(places), np.uint16), np.ones(len(places), np.uint8))
    found = unpack(pack(posting, 200), len(places), 200)
    assert found.positions.tolist() == sorted(places)


def counted(*fields: str, is_english: bool = True) -> dict[str, int]:
    texts = [Text((*fields, *[""] * (5 - len(fields))), is_english)]
    return {term: int(each.frequencies[0]) for term, each in count(TOKENS, texts).postings.items()}


def test_frequencies_are_weighted_in_halves_and_end_at_what_a_byte_holds() -> None:
    assert counted("prices", "price", "prices oil", "oil", "oil") == {"price": 14, "oil": 5}
    assert counted("", "", "oil " * 126) == {"oil": 252}
    assert counted("", "", "oil " * 127, "", "oil") == {"oil": 255}
    assert counted("oil " * 1_000) == {"oil": 255}


def test_words_that_are_not_stemmed() -> None:
    assert counted("used by us") == {"us": 16, "by": 8, "=us": 8}
    assert counted("used by us", is_english=False) == {"=used": 8, "=by": 8, "=us": 8}


def test_nothing_can_be_counted() -> None:
    assert count(TOKENS, []).postings == {}
    assert count(TOKENS, [Text(("",) * 5, True), Text(("-",) * 5, False)]).lengths.tolist() == [
        0,
        0,
    ]


def test_parts_come_back_as_they_were(archive: Archive) -> None:
    archive.add(Article(key="a", body="oil", source="Post “Ö”", authors=("A", "a", "B")))
    archive.add(Article(key="b", body="gas", topics=("x/y", "x"), language="de"))
    with archive.database.read() as conn:
        part = read_part(conn, TOKENS, unfiled(conn))
    found = unpacked(packed(part))
    for name, column in part.plain._asdict().items():
        assert getattr(found.plain, name).tolist() == column.tolist()
    for name, lists in part.lists.items():
        assert found.lists[name].values.tolist() == lists.values.tolist()
        assert found.lists[name].sizes.tolist() == lists.sizes.tolist()
    assert found.texts == {name: list(texts) for name, texts in part.texts.items()}


@given(
    rows=st.lists(st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=9),
    asked=st.lists(st.integers(0, 8), max_size=12),
)
def test_lists_give_the_values_of_some_in_their_order(
    rows: list[list[int]], asked: list[int]
) -> None:
    flat = np.array([value for row in rows for value in row], np.int32)
    lists = Lists.of_sizes(np.array([len(row) for row in rows]), flat)
    chosen = [place % len(rows) for place in asked]
    values, sizes = lists.gathered(np.array(chosen, np.int64))
    assert values.tolist() == [value for place in chosen for value in rows[place]]
    assert sizes.tolist() == [len(rows[place]) for place in chosen]
    owners = [number for number, row in enumerate(rows) for _ in row]
    assert lists.owners(np.arange(len(flat))).tolist() == owners


@given(steps=st.lists(st.tuples(st.integers(0, 20), st.lists(st.integers(0, 99), max_size=5))))
def test_arrays_grow_from_any_view_and_none_changes(steps: list[tuple[int, list[int]]]) -> None:
    growing = Growing()
    views = [np.empty(0, np.int64)]
    expected: list[list[int]] = [[]]
    for number, values in steps:
        old = number % len(views)
        views.append(growing.extended("x", views[old], [np.array(values, np.int64)]))
        expected.append(expected[old] + values)
        assert [view.tolist() for view in views] == expected


def test_more_articles_than_a_segment_holds_are_several(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        archive.add(Article(title=f"{number}", body="oil"))
    monkeypatch.setattr(filing, "LARGEST", 4)
    with archive.database.write() as conn:
        file_articles(conn, TOKENS, unfiled(conn))
    assert archive.rows("SELECT articles FROM segments ORDER BY id") == [(4,), (4,), (2,)]
    assert archive.engine.search(Search(tree=Word("oil"))).total == 10


# What waits to be filed: every article whose answer can change, whoever writes.

COLUMNS_READ = {
    "articles": (
        *("id", "published_at", "published_precision", "source_id", "language"),
        *("title", "standfirst", "body", "captions", "credits"),
    ),
    "article_authors": ("article_id", "author"),
    "article_topics": ("article_id", "topic"),
    "article_entities": ("article_id", "entity_id"),
    "mentioned_dates": ("article_id", "date"),
    "copies": ("article_id", "group_id"),
    "sources": ("id", "name"),
    "entities": ("id", "type"),
}
ROWS = """
INSERT INTO sources (id, name) VALUES (1, 'Post'), (2, 'Times');
INSERT INTO articles (id, key, title, body, source_id, published_at, published_precision, language)
VALUES (11, 'a', 'oil', 'oil', 1, '2018-06-12T01:30:00Z', 'minute', 'en'),
  (12, 'b', 'gas', 'gas', 2, '2018-06-12', 'day', 'de');
INSERT INTO article_authors VALUES (11, 0, 'Jane');
INSERT INTO article_topics VALUES (11, 0, 'economy');
INSERT INTO entities (id, key, name, type, folded)
VALUES (1, 'place-rome', 'Rome', 'place', 'rome'), (2, 'place-bonn', 'Bonn', 'place', 'bonn');
INSERT INTO article_entities VALUES (11, 1, 1);
INSERT INTO mentioned_dates VALUES (11, 0, '2018', 'year', 'body', 0, 1, 'o');
INSERT INTO copies VALUES (11, 11), (12, 11);
"""
WRITES = {
    "articles.id": "UPDATE articles SET id = 13 WHERE id = 11",
    "articles.published_at": (
        "UPDATE articles SET published_at = '2018-06-12T01:31:00Z' WHERE id = 11"
    ),
    "articles.published_precision": (
        "UPDATE articles SET published_at = '2018-06-12', published_precision = 'day' WHERE id = 11"
    ),
    "articles.source_id": "UPDATE articles SET source_id = 2 WHERE id = 11",
    **{
        f"articles.{name}": f"UPDATE articles SET {name} = 'rain' WHERE id = 11"
        for name in ("language", "title", "standfirst", "body", "captions", "credits")
    },
    "article_authors.article_id": "UPDATE article_authors SET article_id = 12",
    "article_authors.author": "UPDATE article_authors SET author = 'x'",
    "article_topics.article_id": "UPDATE article_topics SET article_id = 12",
    "article_topics.topic": "UPDATE article_topics SET topic = 'x'",
    "article_entities.article_id": "UPDATE article_entities SET article_id = 12",
    "article_entities.entity_id": "UPDATE article_entities SET entity_id = 2",
    "mentioned_dates.article_id": "UPDATE mentioned_dates SET article_id = 12",
    "mentioned_dates.date": "UPDATE mentioned_dates SET date = '2017'",
    "copies.article_id": "UPDATE copies SET article_id = 13 WHERE article_id = 12",
    "copies.group_id": "UPDATE copies SET group_id = 12",
    "sources.id": "UPDATE sources SET id = 3 WHERE id = 1",
    "sources.name": "UPDATE sources SET name = 'x' WHERE id = 1",
    "entities.id": "UPDATE entities SET id = 3 WHERE id = 1",
    "entities.type": "UPDATE entities SET type = 'person', key = 'person-rome' WHERE id = 1",
    **{f"delete from {table}": f"DELETE FROM {table}" for table in COLUMNS_READ},
    "insert article": "INSERT INTO articles (id, key, body) VALUES (14, 'c', 'oil')",
    "replace an article": "REPLACE INTO articles (id, key, body) VALUES (11, 'a', 'rain')",
    "replace one of that key": "REPLACE INTO articles (id, key, body) VALUES (14, 'a', 'rain')",
    "take the key of one": "UPDATE OR REPLACE articles SET key = 'b' WHERE id = 11",
    "take the id of one": "UPDATE OR REPLACE articles SET id = 12 WHERE id = 11",
    "insert author": "INSERT INTO article_authors VALUES (12, 0, 'x')",
    "replace author": "REPLACE INTO article_authors VALUES (11, 0, 'x')",
    "insert topic": "INSERT INTO article_topics VALUES (12, 0, 'x')",
    "replace topic": "REPLACE INTO article_topics VALUES (11, 0, 'x')",
    "insert entity of article": "INSERT INTO article_entities VALUES (12, 1, 1)",
    "insert date": "INSERT INTO mentioned_dates VALUES (12, 0, '2018', 'year', 'body', 0, 1, 'x')",
    "replace date": "REPLACE INTO mentioned_dates VALUES (11, 0, '1', 'year', 'body', 0, 1, 'x')",
    "replace copy": "REPLACE INTO copies VALUES (12, 12)",
    "replace source": "REPLACE INTO sources (id, name) VALUES (1, 'x')",
    "replace entity": (
        "REPLACE INTO entities (id, key, name, type, folded) "
        "VALUES (1, 'person-rome', 'Rome', 'person', 'rome')"
    ),
    "an author of nobody": "INSERT INTO article_authors VALUES (5, 0, 'x')",
}


def columns_of(archive: Archive) -> Callable[[], dict[int, str]]:
    """Reads what columns would say of each article now."""

    def read() -> dict[int, str]:
        with archive.database.read() as conn:
            ids = [id_ for (id_,) in conn.execute("SELECT id FROM articles ORDER BY id")]
            parts = {id_: read_part(conn, TOKENS, [id_]) for id_ in ids}
        return {
            id_: json.dumps(
                [
                    {name: blob.hex() for name, blob in packed(part).items()},
                    {term: str(posting) for term, posting in sorted(part.postings.items())},
                ]
            )
            for id_, part in parts.items()
        }

    return read


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = open_archive(tmp_path_factory.mktemp("empty"))
    with archive.database.write() as conn:
        for statement in ROWS.split(";"):
            conn.execute(statement)
        file_articles(conn, TOKENS, unfiled(conn))
    archive.database.empty_log()
    return archive.settings.db


def test_every_column_that_is_read_is_written_here() -> None:
    named = {f"{table}.{name}" for table, names in COLUMNS_READ.items() for name in names}
    assert named <= set(WRITES)


@pytest.mark.parametrize(
    ("recursive", "foreign_keys"),
    [(False, False), (True, True), *([(False, True), (True, False)] if LONG else [])],
)
@pytest.mark.parametrize("name", WRITES)
def test_whatever_changes_an_article_it_waits_to_be_filed(
    empty: Path, tmp_path: Path, name: str, *, recursive: bool, foreign_keys: bool
) -> None:
    (tmp_path / "cuttings.db").write_bytes(empty.read_bytes())
    archive = open_archive(tmp_path)
    live, read = archive.engine, columns_of(archive)
    search = Search(facets=("source", "place", "person", "author", "topic", "mentions_date"))
    live.search(search)
    before = read()
    with archive.database.write() as conn:
        conn.execute(f"PRAGMA recursive_triggers = {recursive:d}")
        if foreign_keys:
            conn.execute("PRAGMA defer_foreign_keys = ON")
        else:
            conn.commit()
            conn.execute("PRAGMA foreign_keys = OFF")
            conn.execute("BEGIN")
        try:
            conn.execute(WRITES[name])
            conn.execute("SAVEPOINT done")
        except Exception as exc:
            pytest.skip(str(exc))
        broken = foreign_keys and conn.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            conn.rollback()
            pytest.skip("foreign keys forbid it")
    after = read()
    changed = {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}
    with archive.database.read() as conn:
        assert changed <= set(unfiled(conn))
    fresh = SqliteEngine(archive.database).search(search)
    assert live.search(search).facets == fresh.facets
    assert live.search(search).total == fresh.total == len(after)
    archive.database.close()
