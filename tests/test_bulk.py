"""A batch leaves the archive as the same articles do that come one by one, through the triggers."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import LONG, Archive, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.checks import check
from service.dates import Moment, parse_moment
from service.entity import EntityName, Mention
from service.extract import load_tagger
from service.findings import Findings, MentionedDate, Quote
from service.intake import Intake, Taken
from service.near_copies import signature
from service.stores.articles import put
from service.stores.batches import Stored, store_batch
from service.stores.edits import Author, EditStore
from service.stores.text_indexes import TEXT_INDEXES, optimize_in_steps

# Rows by what they are about: ids of names, and ids within a day, depend on the way.
DUMPS = {
    "articles": """
SELECT key, key_made, uri, title, standfirst, body, captions, credits, s.name, s.articles,
  published_at, language, version, stated_version, origin, tagger, content_hash
FROM articles a LEFT JOIN sources s ON s.id = a.source_id ORDER BY a.id
""",
    "arrival": "SELECT key FROM articles ORDER BY added_in",
    "dated": "SELECT key FROM articles ORDER BY published_at, dated_in",
    "authors": """
SELECT key, position, author FROM article_authors JOIN articles ON id = article_id ORDER BY 1, 2
""",
    "topics": """
SELECT key, position, topic FROM article_topics JOIN articles ON id = article_id ORDER BY 1, 2
""",
    "origins": "SELECT origin, article_key, content_hash, record FROM origins ORDER BY 1, 2",
    "words": "SELECT word, articles FROM words ORDER BY 1",
    "words without marks": "SELECT folded, word FROM words_folded ORDER BY 1, 2",
    "entities": "SELECT key, name, type, folded, articles, mentions FROM entities ORDER BY 1",
    "aliases": """
SELECT key, text, al.folded, whole, added, al.mentions FROM aliases al
JOIN entities e ON e.id = al.entity_id ORDER BY 1, 2
""",
    "readings": "SELECT key FROM readings ORDER BY 1",
    "mentions": """
SELECT a.key, position, r.key, e.key, edit_id, dismissed, m.type, field, start_offset, end_offset,
  text, alias, method, confidence
FROM mentions m JOIN articles a ON a.id = m.article_id JOIN readings r ON r.id = m.reading_id
LEFT JOIN entities e ON e.id = m.entity_id ORDER BY 1, 2
""",
    "entities of articles": """
SELECT a.key, e.key, ae.mentions FROM article_entities ae JOIN articles a ON a.id = ae.article_id
JOIN entities e ON e.id = ae.entity_id ORDER BY 1, 2
""",
    "quotes": """
SELECT a.key, position, speaker, e.key, speaker_name, verb, direct, field, start_offset, text
FROM quotes q JOIN articles a ON a.id = q.article_id LEFT JOIN entities e ON e.id = q.entity_id
ORDER BY 1, 2
""",
    "dates": """
SELECT key, position, date, precision, field, text FROM mentioned_dates
JOIN articles ON id = article_id ORDER BY 1, 2
""",
    "pieces": """
SELECT a.key, p.title, p.body FROM articles_pieces p JOIN articles a ON a.id = p.rowid ORDER BY 1
""",
    "copies": """
SELECT a.key, b.key, overlap FROM copy_pairs p JOIN articles a ON a.id = p.article_id
JOIN articles b ON b.id = p.other_id ORDER BY 1, 2
""",
    "versions": "SELECT article_key, version, body FROM versions ORDER BY 1, 2",
    "unfiled": "SELECT a.key FROM unfiled JOIN articles a ON a.id = article_id ORDER BY 1",
    "in bulk": "SELECT in_bulk FROM generation",
}
# What another program may do to what a batch has brought. Not to a text in pieces: these wait for
# `cuttings reindex` then.
CHANGES = (
    "DELETE FROM articles WHERE id = (SELECT min(id) FROM articles)",
    "UPDATE articles SET body = body || ' zebra' WHERE id = (SELECT max(id) FROM articles"
    " WHERE id NOT IN (SELECT rowid FROM articles_pieces))",
    "UPDATE articles SET published_at = '2020-01-01', published_precision = 'day'"
    " WHERE id = (SELECT min(id) FROM articles)",
    "DELETE FROM mentions WHERE position = 1",
    "INSERT INTO articles (key, title, body) VALUES ('own', 'Own', 'Straße of another program')",
)

KIM = EntityName("person-kimjongun", "Kim Jong Un", "person")
UN = EntityName("organization-unitednations", "United Nations", "organization")
NAMES = (
    ("Kim Jong Un", "Kim Jong Un", "person", KIM, "model"),
    ("Kim", "Mr Kim", "person", KIM, "article"),
    ("Kim Jong-un", "Kim Jong-un", "person", KIM, "model"),
    ("Jo", "Jo", "person", None, "unresolved"),
    ("UN", "UN", "organization", UN, "model"),
    ("the United Nations", "the United Nations", "organization", UN, "model"),
)
TEXTS = ("a common word", "Straße in 서울에서 bts는", "another word and a common one", "no")
LONG_TEXT = " ".join(f"word{n % 17} of{n}" for n in range(40))


@st.composite
def stored(draw: st.DrawFn) -> Stored:
    number = draw(st.integers(0, 7))
    names = draw(st.lists(st.sampled_from(NAMES), max_size=3))
    body = draw(st.sampled_from((*TEXTS, LONG_TEXT)))
    date = draw(st.sampled_from([None, "2018-12-16", "2018-12-16T10:00:05Z", "2018-12-17T10:00Z"]))
    article = Article(
        body=". ".join((*(name[0] for name in names), body)),
        title=draw(st.sampled_from(["", "A title", "Ein Grüß"])),
        key=draw(st.sampled_from([None, f"k{number}"])),
        uri=draw(st.sampled_from([None, f"urn:{number}"])),
        origin=draw(st.sampled_from([None, "a.txt", "records.json"])),
        record=draw(st.sampled_from([None, number])),
        source=draw(st.sampled_from([None, "AFP", "Reuters"])),
        version=draw(st.sampled_from([None, 1, 3])),
        published=parse_moment(date) if date else None,
        authors=tuple(draw(st.lists(st.sampled_from(["Jane", "John"]), max_size=2, unique=True))),
        topics=tuple(draw(st.lists(st.sampled_from(["trade", "war"]), max_size=1))),
        captions=draw(st.sampled_from([(), ("A caption", "née")])),
    )
    made = signature(article.title, article.body)
    return Stored(article, _findings(article.body, names), "test", made)


def _findings(body: str, names: list[Any]) -> Findings:
    mentions: list[Mention] = []
    start = 0
    for text, alias, kind, entity, method in names:
        span = ("body", start, start + len(text), text)
        mentions.append(Mention(*span, alias, kind, entity, method, 0.9))
        start += len(text) + 2
    quote = Quote("body", 0, 2, body[:2], 0 if names else None, "who", "said")
    dates = (MentionedDate("body", 0, 2, body[:2], "2018-06", "month"),)
    return Findings(tuple(mentions), (quote,), dates)


@settings(max_examples=60 if LONG else 12)  # each makes two archives
@given(
    st.lists(st.lists(stored(), min_size=1, max_size=8), min_size=1, max_size=3),
    st.sampled_from(CHANGES),
    st.booleans(),
)
def test_a_batch_is_as_its_articles_one_by_one(
    batches: list[list[Stored]], change: str, edited: bool
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        singly, together = open_archive(Path(one)), open_archive(Path(other))
        for batch in batches:
            batch = _without_contradictions(batch)
            with together.database.write() as conn:
                decided = store_batch(conn, batch)
            assert [decision.outcome for decision in decided] == _put(singly, batch)
            if edited:
                _merge(singly, together)
            assert dump(together) == dump(singly)
        for archive in (singly, together):
            archive.tamper(change)
        assert dump(together) == dump(singly)
        for archive in (singly, together):
            assert archive.engine.faults() == []


def _without_contradictions(batch: list[Stored]) -> list[Stored]:
    """A key and a uri of two articles are refused: here every article has its own of both."""
    return [
        replace(each, article=replace(each.article, uri=None)) if each.article.key else each
        for each in batch
    ]


def _put(archive: Archive, batch: list[Stored]) -> list[str]:
    outcomes: list[str] = []
    for each in batch:
        with archive.database.write() as conn:
            read = (each.article, each.findings, each.tagger)
            outcomes.append(put(conn, *read, signature=each.signature).outcome)
    return outcomes


def _merge(*archives: Archive) -> None:
    for archive in archives:
        if archive.rows("SELECT 1 FROM entities WHERE key = ?", UN.key):
            EditStore(archive.database).rename(UN.key, f"UN {len(archives)}", Author("me"))
            EditStore(archive.database).dismiss(UN.key, Author("me"))


def dump(archive: Archive) -> dict[str, list[tuple[Any, ...]]]:
    return {name: archive.rows(sql) for name, sql in DUMPS.items()}


@pytest.fixture
def batch() -> list[Stored]:
    article = Article(body="one common word", published=parse_moment("2018-12-16"))
    return [
        Stored(replace(article, body=f"{n} common word"), Findings(), "test") for n in range(20)
    ]


def test_a_batch_is_sound_and_raises_the_generation_by_each_article(
    archive: Archive, batch: list[Stored]
) -> None:
    with archive.database.write() as conn:
        store_batch(conn, batch)
    assert check(archive.database, archive.engine) == []
    assert archive.rows("SELECT number, in_bulk FROM generation") == [(20, 0)]
    assert archive.rows("SELECT body FROM articles ORDER BY id")[3] == ("3 common word",)
    assert archive.rows("SELECT articles FROM words WHERE word = 'common'") == [(20,)]


def test_a_batch_is_one_segment_of_each_index(archive: Archive, batch: list[Stored]) -> None:
    with archive.database.write() as conn:
        store_batch(conn, batch)
    for index in ("articles_fts", "articles_words"):
        assert archive.rows(f"SELECT count(DISTINCT segid) FROM {index}_idx") == [(1,)]


def test_segments_are_merged_in_steps(archive: Archive, batch: list[Stored]) -> None:
    for start in range(0, 20, 5):
        with archive.database.write() as conn:
            store_batch(conn, batch[start : start + 5])
    archive.add(Article(title="Korean", body="서울에서"))
    counted = [f"SELECT count(DISTINCT segid) FROM {index}_idx" for index in TEXT_INDEXES[:2]]
    assert all(archive.rows(sql) > [(1,)] for sql in counted)
    optimize_in_steps(archive.database)
    assert all(archive.rows(sql) == [(1,)] for sql in counted)
    assert check(archive.database, archive.engine) == []


def test_one_that_cannot_be_stored_loses_no_other(archive: Archive) -> None:
    articles = [Article(body=f"{number} common word") for number in range(5)]
    articles[2] = replace(articles[2], published=Moment("2018-02-31", "day"))
    intake = Intake(
        archive.database, archive.embargoes, archive.killing, lambda: load_tagger("off")
    )
    taken = [each for each in intake.take(articles) if isinstance(each, Taken)]
    assert [each.outcome for each in taken] == ["added", "added", None, "added", "added"]
    assert taken[2].problem.startswith("cannot be stored: ")
    assert check(archive.database, archive.engine) == []


def test_two_texts_of_one_article_in_a_batch(archive: Archive) -> None:
    texts = [Article(body=body, key="one") for body in ("first", "second", "second")]
    others = [Article(body=f"other {number}") for number in range(3)]
    batch = [article for pair in zip(others, texts, strict=True) for article in pair]
    with archive.database.write() as conn:
        decided = store_batch(conn, [Stored(each, Findings(), "test") for each in batch])
    outcomes = [each.outcome for each in decided]
    assert outcomes == ["added", "added", "added", "changed", "added", "unchanged"]
    assert archive.rows("SELECT body, version FROM articles WHERE key = 'one'") == [("second", 2)]


def test_nobody_sees_that_triggers_wait(archive: Archive, batch: list[Stored]) -> None:
    with pytest.raises(ZeroDivisionError):
        _break_off(archive, batch)
    assert archive.rows("SELECT number, in_bulk FROM generation") == [(0, 0)]
    archive.add(Article(title="By itself", body="a common word"))
    assert archive.find("common") == ["By itself"]


def _break_off(archive: Archive, batch: list[Stored]) -> None:
    with archive.database.write() as conn:
        store_batch(conn, batch)
        conn.execute("UPDATE generation SET in_bulk = 1")
        raise ZeroDivisionError


def test_neighbours_move_where_a_batch_has_no_room(archive: Archive) -> None:
    dates = ("2018-12-16T10:00:00Z", "2018-12-16T10:00:59Z")
    for number in range(200):
        moment = parse_moment(dates[number % 2])
        archive.add(Article(body=f"{number} first", title=f"{number}", published=moment))
    between = parse_moment("2018-12-16T10:00:30Z")
    new = [Article(body=f"{n} between", title=f"b{n}", published=between) for n in range(100)]
    with archive.database.write() as conn:
        store_batch(conn, [Stored(article, Findings(), "test") for article in new])
    titles = [row[0] for row in archive.rows("SELECT title FROM articles ORDER BY id")]
    assert titles[:100] == [f"{n}" for n in range(0, 200, 2)]
    assert titles[100:200] == [f"b{n}" for n in range(100)]
    assert check(archive.database, archive.engine) == []
