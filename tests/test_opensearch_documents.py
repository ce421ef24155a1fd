"""An article as the cluster's document: terms as FTS5 has them, values, dates."""

from collections import Counter

import pytest
from conftest import LONG
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.database import Connection
from service.dates import parse_moment
from service.engines.opensearch.documents import Searched, document_of
from service.engines.opensearch.mapping import index_of_articles
from service.engines.opensearch.terms import LONGEST, term_of, words_of
from service.engines.tokens import TABLES
from service.in_memory import memory
from service.letters import LETTERS


def test_the_terms_of_an_article() -> None:
    made = document_of(
        Searched(article=Article(title="Envoys in Łódź", body="The envoy asked us."), key="k")
    )
    assert made["words"] == {"title": "envoys in lodz", "body": "the envoy asked us"}
    assert made["stems"] == {"title": "envoi in lodz", "body": "the envoi ask us"}
    assert made["pieces"] == {}
    # Twice the weights: 8 in the title, 2 in the body.
    assert set(made["ranked"].split()) == {
        *("envoi|10", "in|8", "lodz|8", "the|2", "ask|2", "us|2", "=us|2")
    }
    assert (made["length"], made["length_in_pieces"]) == (7, None)
    assert set(made["said"]) == {"envoys", "in", "lodz łodz", "the", "envoy", "asked", "us"}


def test_stems_are_english() -> None:
    article = Article(body="Prezzi, used by us.", language="it")
    made = document_of(Searched(article=article, key="k"))
    assert made["stems"]["body"] == "=prezzi =used =by =us"
    assert made["words"]["body"] == "prezzi used by us"
    assert Counter(made["ranked"].split()) == Counter(["=prezzi|2", "=used|2", "=by|2", "=us|2"])


def test_scripts_without_spaces_are_in_pieces() -> None:
    made = document_of(Searched(article=Article(body="Left out\nBTS는 조성길"), key="k"))
    assert made["pieces"]["body"] == "bts 는 조성 성길 길"
    assert made["length_in_pieces"] == 5


def test_values_are_compared_without_the_case_of_ascii_and_counted_as_written() -> None:
    article = Article(
        body="x", source="Daily Öl", topics=("Economy/Trade", "economy"), authors=("Jo", "jo")
    )
    made = document_of(Searched(article=article, key="k", dates=("2018-06-12",)))
    assert made["is"]["source"] == ["daily Öl"]
    assert made["facet"]["source"] == ["daily Öl\x1fDaily Öl"]
    assert made["is"]["topic"] == ["economy/trade", "economy"]
    assert made["facet"]["topic"] == ["economy/trade\x1fEconomy/Trade", "economy\x1fEconomy"]
    assert made["facet"]["author"] == ["jo\x1fJo"]
    assert made["is"]["mentions_date"] == ["2018", "2018-06", "2018-06-12"]


@pytest.mark.parametrize(
    ("published", "dated"),
    [
        (None, {"published": "", "slot": 0}),
        ("0001-01-01", {"day": 1, "month": 12, "year": 1}),
        ("0001-01-02T01:00:01Z", {"day": 2, "instant": 2 * 86_400 + 3_601}),
    ],
)
def test_dates(published: str | None, dated: dict[str, object]) -> None:
    moment = parse_moment(published) if published else None
    made = document_of(Searched(article=Article(body="x", published=moment), key="k"))
    assert made.items() >= dated.items()
    assert ("instant" in made) == bool(moment and moment.precision != "day")


def test_every_field_of_a_document_is_in_the_mapping() -> None:
    article = Article(
        body="조성길 x", source="s", published=parse_moment("2018-12-16T01:30:00Z"), captions=("y",)
    )
    made = document_of(Searched(article=article, key="k", entities={"person": ("person-x",)}))
    mapped = index_of_articles(shards=1, copies=0)["mappings"]["properties"]
    assert set(made) <= set(mapped)
    for name in ("stems", "words", "pieces", "is", "facet"):
        assert set(made[name]) <= set(mapped[name]["properties"])


def test_a_word_of_any_length_is_a_term_that_the_cluster_takes() -> None:
    one, two = "𝔘" * 40_000, "𝔘" * 40_001
    assert term_of(one) != term_of(two)
    assert term_of(one).startswith("𝔘" * LONGEST)
    assert len(term_of(one).encode()) < 32_766


@pytest.fixture(scope="module")
def fts5() -> Connection:
    conn = memory()
    for statement in TABLES:
        conn.execute(statement)
    return conn


def made_by(conn: Connection, text: str) -> list[str]:
    conn.execute("DELETE FROM words")
    conn.execute("INSERT INTO words VALUES (?)", (text,))
    return [term for (term,) in conn.execute("SELECT term FROM words_made ORDER BY offset")]


PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters="".join(LETTERS))
WIDE = {chr(code) for code in range(0xFF10, 0xFF5B)}


@given(text=st.text(PLAIN.filter(lambda c: c not in WIDE)))
def test_words_are_those_of_fts5_where_no_letter_is_written_out(
    fts5: Connection, text: str
) -> None:
    found = made_by(fts5, text)
    kept = [word for word in found if not LETTERS.keys() & set(word)]
    assert [word for word in words_of(text) if word in kept] == kept
    assert len(words_of(text)) == len(found)


@pytest.mark.skipif(not LONG, reason="a million characters")
def test_each_character_parts_words_as_in_fts5(fts5: Connection) -> None:
    codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for start in range(0, len(codes), 5_000):
        text = " ".join(f"x{chr(code)}y" for code in codes[start : start + 5_000])
        terms = words_of(text)
        assert len(terms) == len(made_by(fts5, text))
        # The cluster parts them at what Java calls white space.
        assert not any(character.isspace() for term in terms for character in term)
