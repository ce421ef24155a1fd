"""`cuttings check` is silent on a sound archive and names each way to break one."""

import pytest
from conftest import SEEDS, Archive

from service.article import Article
from service.checks import check
from service.dates import parse_moment
from service.errors import Misconfigured
from service.stores.copies import rebuild_copies
from service.stores.counts import recount
from service.stores.edits import Author, EditStore
from service.stores.slots import renumber


@pytest.fixture
def sound(archive: Archive) -> Archive:
    archive.ingest(SEEDS, tagger="gazetteer")
    archive.add(Article(body="dated", key="d1", published=parse_moment("2018-12-16")))
    archive.add(Article(body="dated too", key="d2", published=parse_moment("2018-12-17")))
    assert check(archive.database, archive.engine) == []
    return archive


def faults(archive: Archive) -> str:
    return "\n".join(check(archive.database, archive.engine))


TRIGGER = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"


def test_a_row_changed_behind_the_triggers_back(sound: Archive) -> None:
    ((trigger,),) = sound.rows(TRIGGER, "articles_reworded")
    sound.tamper(
        "DROP TRIGGER articles_reworded",
        "UPDATE articles SET body = 'unheard of ' || body WHERE key <> 'd1'",
        trigger,
    )
    assert "does not agree with the articles" in faults(sound)


def test_a_replaced_row_corrupts_the_index_and_is_noticed(sound: Archive) -> None:
    """INSERT OR REPLACE without recursive triggers leaves the old words in the index."""
    sound.tamper(
        "INSERT OR REPLACE INTO articles (id, key, body) SELECT id, key, 'new' FROM articles"
        " WHERE key = 'd1'"
    )
    assert "does not agree with the articles" in faults(sound)


@pytest.mark.parametrize("name", ["articles_inserted", "mentions_deleted", "articles_moved"])
def test_a_missing_trigger(sound: Archive, name: str) -> None:
    sound.tamper(f"DROP TRIGGER {name}")
    assert f"the trigger {name} is missing" in faults(sound)


def test_a_trigger_that_does_something_else(sound: Archive) -> None:
    sound.tamper(
        "DROP TRIGGER articles_moved",
        "CREATE TRIGGER articles_moved AFTER UPDATE ON articles BEGIN SELECT 1; END",
    )
    assert "the trigger articles_moved is not as the migrations make it" in faults(sound)


def test_a_missing_view_and_index(sound: Archive) -> None:
    sound.tamper("DROP VIEW people", "DROP INDEX articles_by_date")
    assert "the view people is missing" in faults(sound)
    assert "the index articles_by_date is missing" in faults(sound)


def test_offsets_that_no_longer_give_the_text(sound: Archive) -> None:
    sound.tamper(
        "UPDATE mentions SET start_offset = start_offset + 1 WHERE article_id ="
        " (SELECT min(article_id) FROM mentions) AND position = 3"
    )
    found = check(sound.database, sound.engine)
    assert len(found) == 1
    assert "does not stand at" in found[0]


def test_a_field_that_is_none(sound: Archive) -> None:
    sound.tamper("UPDATE mentions SET field = 'captions[9]' WHERE position = 0")
    assert "captions[9]" in faults(sound)


def test_a_text_edited_under_its_mentions(sound: Archive) -> None:
    sound.tamper("UPDATE articles SET body = ' ' || body WHERE key NOT LIKE 'd_'")
    assert "does not stand at body" in faults(sound)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE entities SET articles = articles + 1 WHERE id = 1", "articles of an entity"),
        ("UPDATE entities SET mentions = 0 WHERE id = 1", "mentions of an entity"),
        ("UPDATE aliases SET mentions = 9999 WHERE entity_id = 1", "mentions of a spelling"),
        ("UPDATE article_entities SET mentions = 77", "mentions of an entity in an article"),
        ("UPDATE sources SET articles = 5", "articles of a source"),
    ],
)
def test_a_count_that_is_off(sound: Archive, statement: str, fault: str) -> None:
    sound.tamper(statement)
    assert f"the count of {fault} is off" in faults(sound)
    with sound.database.write() as conn:
        recount(conn)
    assert faults(sound) == ""


def test_ids_that_do_not_follow_dates(sound: Archive) -> None:
    sound.tamper("UPDATE articles SET published_at = '2019-01-01' WHERE key = 'd1'")
    assert "article d2 has a later id than d1, but an earlier date" in faults(sound)
    sound.tamper(
        "INSERT INTO articles (key, body, published_at, published_precision)"
        " VALUES ('d3', 'x', '2018-12-16', 'day')",
        "UPDATE articles SET id = 1 << 50, published_at = NULL, published_precision = NULL"
        " WHERE key = 'd2'",
    )
    assert "article d2 has an id that does not go with its date" in faults(sound)
    with sound.database.write() as conn:
        assert renumber(conn) is True
    assert faults(sound) == ""
    dated = sound.rows("SELECT key FROM articles WHERE key LIKE 'd_' ORDER BY id")
    assert dated == [("d2",), ("d3",), ("d1",)]
    with sound.database.write() as conn:
        assert renumber(conn) is False


def test_spellings_and_arrivals(sound: Archive) -> None:
    sound.tamper("UPDATE aliases SET folded = 'x' WHERE text = 'North Korea'")
    assert "“North Korea” of place-northkorea is filed under x, not northkorea" in faults(sound)
    with sound.database.write() as conn:
        recount(conn)
    assert faults(sound) == ""
    sound.tamper("UPDATE generation SET number = 1")
    assert "has arrived later than now" in faults(sound)


KOREA = "(SELECT id FROM entities WHERE key = 'place-northkorea')"


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "UPDATE entities SET name = 'Mallory' WHERE key = 'place-northkorea'",
            "place-northkorea is called “Mallory”, not “North Korea”",
        ),
        (
            "UPDATE aliases SET whole = 'Mallory' WHERE text = 'North Korea'",
            "“North Korea” of place-northkorea is filed under Mallory, not North Korea",
        ),
        (
            f"INSERT INTO aliases VALUES ({KOREA}, 'Mallory', 'mallory', NULL, 1, 0)",
            "no editor gave place-northkorea the spelling “Mallory”",
        ),
        (
            f"INSERT INTO aliases VALUES ({KOREA}, 'Mallory', 'mallory', NULL, 0, 0)",
            "the spelling “Mallory” of place-northkorea is nobody's",
        ),
        (
            "UPDATE aliases SET added = 0 WHERE text = 'Mr Jo'",
            "place-rome lacks the spelling “Mr Jo” that an editor gave",
        ),
        (
            "DELETE FROM aliases WHERE text = 'North Korea'",
            "mentions lack their spellings",
        ),
        (
            "UPDATE mentions SET type = 'person' WHERE alias = 'North Korea'",
            "stand for place-northkorea (person), not for place-northkorea",
        ),
        (
            "UPDATE quotes SET entity_id = 1 + (entity_id IS 1)",
            "has another speaker than its mention",
        ),
    ],
)
def test_what_another_program_made_of_an_entity(sound: Archive, statement: str, fault: str) -> None:
    EditStore(sound.database).add_alias("place-rome", "Mr Jo", Author("desk"))
    assert sound.rows("SELECT 1 FROM quotes")
    assert faults(sound) == ""
    before = sound.rows(OF_ENTITIES)
    sound.tamper(statement)
    assert fault in faults(sound)
    with sound.database.write() as conn:
        recount(conn)
    assert faults(sound) == ""
    assert sound.rows(OF_ENTITIES) == before


OF_ENTITIES = """
SELECT e.key, e.name, e.type, e.folded, e.articles, e.mentions, al.text, al.folded, al.whole,
  al.added, al.mentions
FROM entities e JOIN aliases al ON al.entity_id = e.id ORDER BY e.key, al.text
"""


@pytest.mark.parametrize("column", ["type = 'person'", "folded = 'x'", "key = 'place-x'"])
def test_an_entity_is_what_its_key_says(sound: Archive, column: str) -> None:
    with pytest.raises(Misconfigured, match="CHECK"):
        sound.tamper(f"UPDATE entities SET {column} WHERE key = 'place-northkorea'")


# Counts too low and too high, of all that hangs on an entity.
WRONG_COUNTS = [
    f"UPDATE {table} SET mentions = {count}"
    for table in ("entities", "aliases", "article_entities")
    for count in (1, 99)
]


@pytest.mark.parametrize("statement", [*WRONG_COUNTS, f"UPDATE quotes SET entity_id = {KOREA}"])
def test_wrong_counts_stop_neither_an_edit_nor_their_own_repair(
    sound: Archive, statement: str
) -> None:
    edits, desk = EditStore(sound.database), Author("desk")
    logged = (
        "INSERT INTO edits (at, who, action, entity, \"into\") VALUES ('', '', 'merge', '{}', '{}')"
    )
    sound.tamper(
        statement,
        logged.format("place-northkorea", "place-rome"),
        logged.format("person-josonggil", "person-x"),
    )
    with sound.database.write() as conn:
        recount(conn)
    assert faults(sound) == ""
    sound.tamper(statement)
    edits.merge("place-rome", "place-italy", desk)
    edits.split("place-italy", ["North Korea"], "North", desk)
    sound.tamper("DELETE FROM articles WHERE key NOT LIKE 'd_'")
    with sound.database.write() as conn:
        recount(conn)
        rebuild_copies(conn)
    assert faults(sound) == ""
    assert sound.rows("SELECT * FROM entities") == []


def test_a_row_that_names_nothing(sound: Archive) -> None:
    with sound.database.write() as conn:
        conn.execute("COMMIT")
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("BEGIN")
        conn.execute("INSERT INTO article_authors VALUES (999999, 0, 'Jane')")
    assert "a row of article_authors names a row of articles that is not there" in faults(sound)


def test_reindex_mends_the_index_and_the_counts(sound: Archive) -> None:
    sound.tamper("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')")
    assert "text index" in faults(sound)
    sound.engine.rebuild()
    assert faults(sound) == ""
    assert len(sound.find("jo song-gil")) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE words SET articles = articles + 1 WHERE word = 'rome'",
        "DELETE FROM words WHERE word = 'rome'",
        "INSERT INTO words VALUES ('zzz', 1)",
        "DELETE FROM words_folded",
        "UPDATE words_folded SET folded = 'nix'",
        "INSERT INTO words_folded VALUES ('rome', 'rome')",
    ],
)
def test_words_that_are_counted_wrong(sound: Archive, statement: str) -> None:
    sound.add(Article(body="Łódź"))
    assert faults(sound) == ""
    sound.tamper(statement)
    assert "words are counted wrong: run `cuttings reindex`" in faults(sound)
    sound.engine.rebuild()
    assert faults(sound) == ""


def test_a_damaged_file(sound: Archive) -> None:
    path = sound.settings.db
    with sound.database.write() as conn:
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        conn.execute("BEGIN")
    sound.database.close()
    data = bytearray(path.read_bytes())
    for page in range(20, len(data) // 4096, 7):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(data)
    assert check(sound.database, sound.engine) != []


def test_a_mention_moved_behind_the_editors_back(sound: Archive) -> None:
    edits = EditStore(sound.database)
    edits.merge("place-rome", "place-italy", Author("desk"))
    assert faults(sound) == ""
    sound.tamper(
        "UPDATE mentions SET edit_id = NULL WHERE entity_id ="
        " (SELECT id FROM entities WHERE key = 'place-italy') AND alias = 'Rome'"
    )
    assert "mentions of “Rome” stand for place-italy" in faults(sound)
    with sound.database.write() as conn:
        recount(conn)
    assert faults(sound) == ""


def test_a_quote_whose_speaker_is_not_its_mention(sound: Archive) -> None:
    sound.tamper(
        "INSERT INTO quotes SELECT id, 99, 0, NULL, 'Ann', 'said', 1, 'body', 0, 1, 'x'"
        " FROM articles WHERE key NOT LIKE 'd_' LIMIT 1"
    )
    assert "has another speaker than its mention" in faults(sound)
