"""What of a document the cluster's lists look for, and how they ask for it."""

from collections import Counter
from itertools import islice
from typing import Any

import pytest
from cluster.listing import fill_with_names
from conftest import Archive, open_archive
from hypothesis import given
from hypothesis import strategies as st

from service.engines.opensearch.lists.asking import either, growing
from service.engines.opensearch.lists.candidates import _before
from service.engines.opensearch.lists.fields import (
    ANYBODY,
    LISTED_OF_ARTICLES,
    LISTED_OF_ENTITIES,
    LISTED_OF_OTHERS,
    fields_of,
    quote_term,
    speaker_of,
    term_of,
)
from service.engines.opensearch.lists.known import written
from service.working.documents import Document
from service.working.rows import no_ids, read

MENTIONS = """
SELECT a.key, e.key, ae.mentions FROM article_entities ae
JOIN articles a ON a.id = ae.article_id JOIN entities e ON e.id = ae.entity_id
"""
QUOTES = """
SELECT a.key, e.key, q.speaker_name, q.direct FROM quotes q
JOIN articles a ON a.id = q.article_id LEFT JOIN entities e ON e.id = q.entity_id
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    made = open_archive(tmp_path_factory.mktemp("listed"))
    fill_with_names(made, 3, 60)
    return made


@pytest.fixture(scope="module")
def documents(archive: Archive) -> list[Document]:
    with archive.database.read() as conn:
        return [*read(conn, no_ids()).values()]


def test_all_that_is_made_has_a_place_in_the_index(documents: list[Document]) -> None:
    for each in documents:
        listed = LISTED_OF_ENTITIES if each.kind == "entity" else LISTED_OF_ARTICLES
        if "articles" not in each.rows and each.kind == "article":
            listed = LISTED_OF_OTHERS
        assert fields_of(each).keys() <= listed["properties"].keys(), each.name


def test_articles_say_how_often_they_name_whom(archive: Archive, documents: list[Document]) -> None:
    told = {
        (each.key, term): count
        for each in documents
        for term, count in _terms(each, "mentions").items()
    }
    rows = archive.rows(MENTIONS)
    assert rows
    assert told == {(article, term_of(entity)): count for article, entity, count in rows}


def test_articles_say_whom_they_quote(archive: Archive, documents: list[Document]) -> None:
    told = {
        (each.key, term): count
        for each in documents
        for term, count in _terms(each, "quotes").items()
    }
    expected: Counter[tuple[Any, str]] = Counter()
    for article, entity, name, direct in archive.rows(QUOTES):
        speakers = [ANYBODY]
        if entity is not None:
            speakers.append(term_of(entity))
        elif name is not None:
            speakers.append(speaker_of(name))
        for speaker in speakers:
            expected[article, quote_term(speaker, direct=None)] += 1
            expected[article, quote_term(speaker, direct=bool(direct))] += 1
    assert expected
    assert told == expected


def _terms(document: Document, field: str) -> dict[str, int]:
    listed = fields_of(document).get(field, "") if document.kind == "article" else ""
    parted = (each.rpartition("|") for each in listed.split())
    return {term: int(count) for term, _, count in parted}


def test_of_a_killed_article_nothing_is_listed_but_that(documents: list[Document]) -> None:
    killed = [each for each in documents if "tombstones" in each.rows]
    assert killed
    for each in killed:
        assert fields_of(each).keys() == {"killed_at", "killed", "erasing"}


def test_capitals_do_not_tell_speakers_apart() -> None:
    assert speaker_of("An Official") == speaker_of("an official")
    # As in SQLite, where only ASCII has capitals.
    assert speaker_of("Öffentlich") != speaker_of("öffentlich")


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (("", "kim", ""), "*kim*"),
        (("john", "smith"), "john*smith"),
        (("", "a*b?c\\d", ""), "*a\\*b\\?c\\\\d*"),
    ],
)
def test_signs_of_a_pattern_are_meant_as_they_are(texts: tuple[str, ...], pattern: str) -> None:
    assert written("folded", *texts) == {"wildcard": {"lists.folded.parts": {"value": pattern}}}


LETTERS = st.text(st.characters(blacklist_categories=["Cs"], max_codepoint=0x2FFFF), max_size=6)


@given(LETTERS.filter(bool), LETTERS)
def test_nothing_stands_between_a_name_and_what_is_before_it(name: str, other: str) -> None:
    before = _before(name)
    assert before < name
    assert not before < other < name


def test_whoever_asks_for_none_finds_none() -> None:
    assert either([]) == {"match_none": {}}


def test_pieces_grow_up_to_a_limit() -> None:
    assert [*islice(growing(3, 10), 4)] == [3, 6, 10, 10]
