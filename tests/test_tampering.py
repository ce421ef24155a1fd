"""Whatever is changed behind the service's back in any table is found, or is no fault.

And what is made of articles, log and readings is mended by `check --repair`, with the same answers
as before. In the short form of the tests some of the ways to break it, in the long one all.
"""

from pathlib import Path

import pytest
from conftest import FORM, Archive
from tampered_archive import Tampering, copied, full_archive, tamper, tamperings

from service.checks import inspect
from service.checks.repair import repair
from service.database import Database, migrations_folder, private_database
from service.errors import Misconfigured

# What no other table tells: another value there is another truth, and no contradiction.
TOLD_ONCE = {
    "article_authors": {"delete", "position", "author", "article_id"},
    "article_topics": {"delete", "position", "topic", "article_id"},
    "articles": {
        *("uri", "title_derived", "related", "dateline", "source_derived", "ingested_at", "url"),
        *("rights", "correction", "version", "stated_version", "origin", "tagger", "content_hash"),
        *("added_in", "dated_in"),  # earlier than now, as every arrival
    },
    "edits": {"at", "who", "name", "reason"},
    "erasures": {"delete", "names"},
    "former_keys": {"delete", "former", "key"},
    "generation": {"number", "archive"},  # caches ask anew
    "filing": {"number"},
    "killed_identities": {"delete", "digest"},
    "mentions": {"method", "confidence"},
    "origins": {"delete", "origin", "content_hash", "record"},
    "quotes": {"speaker", "speaker_name", "verb", "direct"},
    "tombstones": {"reason", "later_key"},
    "unfiled": {"delete", "article_id", "generation"},  # of one that is gone
    "versions": {"version", "ingested_at", "content_hash"},
    # No words were ever in these, or none are.
    "versions_pieces_data": {"block"},
    "words_draft_data": {"delete", "id", "block"},
}
# All of it is made of other tables.
MADE = (
    *("articles_fts", "articles_words", "articles_pieces", "versions_fts", "versions_words"),
    *("versions_pieces", "words", "segment", "postings", "filing", "generation", "unfiled"),
    *("copies", "copy_", "article_entities", "aliases", "entities"),
)
# A way to break each kind of thing.
SOME = {
    *("articles:body", "articles:added_in", "articles_fts_idx:delete", "versions:title"),
    *("segment_columns:data", "entities:type", "edits:delete", "tombstones:delete"),
    "articles_pieces_config:delete",
}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = full_archive(tmp_path_factory.mktemp("full") / "archive")
    assert inspect(archive.database, archive.engine, private(archive)) == []
    return archive


def private(archive: Archive) -> Database:
    return private_database(archive.settings)


def chosen(archive: Archive) -> list[Tampering]:
    """Some; in the long form every fifth as well, and all of them when run by hand."""
    # A list: an open read would go on meanwhile, with its time limit.
    every = [*tamperings(archive)]
    step = {"short": len(every), "wild": 1}.get(FORM, 5)
    return [each for at, each in enumerate(every) if at % step == 0 or str(each) in SOME]


def answers(archive: Archive) -> list[object]:
    """What readers see, whatever ids it has."""
    queries = ("council", '"envoy 3"', "brid*", "東京", "rome", "title:council")
    return [
        *(archive.find(query, versions="all") for query in queries),
        archive.find(collapse=True),
        archive.rows("SELECT key, name, articles, mentions FROM entities ORDER BY key"),
        archive.rows("SELECT name, articles FROM sources ORDER BY name"),
        archive.rows("SELECT word, articles FROM words ORDER BY word"),
    ]


def test_any_single_change_is_found_or_is_no_fault(full: Archive, tmp_path: Path) -> None:
    """And what is made of something else is mended, with the same answers as before."""
    before, wrong = answers(full), []
    for number, each in enumerate(chosen(full)):
        broken = copied(full, tmp_path / str(number))
        try:
            tamper(broken, each.sql)
        except Misconfigured:
            continue  # the file itself allows no such row
        found = inspect(broken.database, broken.engine, private(broken))
        if not found and each.what not in TOLD_ONCE.get(each.table, ()):
            wrong.append(f"{each} is not found")
        if found and each.table.startswith(MADE):
            mended = repair(broken.database, broken.engine, private(broken))
            if mended.left or answers(broken) != before:
                wrong.append(f"{each} is not mended: {mended.left[:2]}")
        broken.database.close()
    assert not wrong, "\n".join(wrong)


SCHEMA = [
    *("DROP TRIGGER articles_inserted", "DROP INDEX articles_by_date", "DROP VIEW people"),
    *("DROP TABLE articles_fts", "DROP TABLE postings", "DROP TABLE words"),
    "CREATE TRIGGER mine AFTER INSERT ON articles BEGIN DELETE FROM words; END",
]


def test_a_changed_schema_is_made_anew(full: Archive, tmp_path: Path) -> None:
    before = answers(full)
    broken = copied(full, tmp_path / "broken")
    with broken.database.write() as conn:
        conn.execute("COMMIT")
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("BEGIN")
        for statement in SCHEMA:
            conn.execute(statement)
    mended = repair(broken.database, broken.engine, private(broken))
    assert {fault.check for fault in mended.found} >= {"schema", "index"}
    assert mended.left == []
    assert answers(broken) == before


def test_a_damaged_file_is_left_alone(full: Archive, tmp_path: Path) -> None:
    broken = copied(full, tmp_path / "broken")
    broken.database.empty_log()
    broken.database.close()
    data = bytearray(broken.settings.db.read_bytes())
    for page in range(5, len(data) // 4096, 3):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    broken.settings.db.write_bytes(data)
    with pytest.raises(Misconfigured, match="cuttings restore"):
        repair(broken.database, broken.engine, private(broken))
    assert broken.settings.db.read_bytes() == data


def test_the_private_file_is_looked_at_and_mended(full: Archive, tmp_path: Path) -> None:
    broken = copied(full, tmp_path / "broken")
    path = broken.settings.private_db
    with private(broken).write() as conn:
        conn.execute("UPDATE quarantine_size SET inputs = 7")
        conn.execute(
            "INSERT INTO embargoed (key, embargoed_until, stated, held_at, content_hash, document)"
            " VALUES ('k0', '2100-01-01', 1, '', '', '{}')"
        )
        conn.execute("DROP INDEX embargoed_by_time")
    path.chmod(0o644)
    beside = Database(path, migrations_folder() / "private")
    found = {each.check for each in inspect(broken.database, broken.engine, beside)}
    assert found == {"private-schema", "embargoes", "quarantine", "private-mode", "hidden"}
    left = repair(broken.database, broken.engine, beside).left
    # What waits is nobody's to decide about.
    assert {each.check for each in left} == {"embargoes", "hidden"}
    assert path.stat().st_mode & 0o777 == 0o600
