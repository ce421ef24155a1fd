"""What articles used to say: which text is the current one, and in which order the others stand."""

from dataclasses import replace
from itertools import permutations

import pytest
from conftest import Archive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.article import Article
from service.dates import parse_moment
from service.stores.versions import VersionStore, is_older

MONDAY, TUESDAY = parse_moment("2020-03-02T10:00Z"), parse_moment("2020-03-03T09:00Z")
LATE_ON_MONDAY, MONDAY_ALONE = parse_moment("2020-03-02T23:00Z"), parse_moment("2020-03-02")


def text(body: str, **fields: object) -> Article:
    return replace(Article(body=body, uri="wire:1", source="Wire"), **fields)  # type: ignore[arg-type]


def said(archive: Archive) -> list[tuple[int, str]]:
    """The texts of the only article, the current one first."""
    ((key,),) = archive.rows("SELECT key FROM articles")
    return [(each.version, each.article.body) for each in VersionStore(archive.database).all(key)]


@pytest.mark.parametrize(
    ("one", "other", "older"),
    [
        (text("a", version=1), text("b", version=2), True),
        (text("a", version=2), text("b", version=1), False),
        (text("a", version=1, updated=TUESDAY), text("b", version=2, updated=MONDAY), True),
        (text("a", updated=MONDAY), text("b", updated=TUESDAY), True),
        (text("a", published=MONDAY), text("b", published=TUESDAY), True),
        (text("a", published=MONDAY), text("b", published=MONDAY, updated=TUESDAY), True),
        (text("a", published=TUESDAY), text("b"), False),
        (text("a"), text("b", published=MONDAY), False),
        (text("a", published=MONDAY_ALONE), text("b", published=LATE_ON_MONDAY), False),
        (text("a", published=MONDAY_ALONE), text("b", published=TUESDAY), True),
    ],
)
def test_the_source_decides_which_text_is_older(one: Article, other: Article, older: bool) -> None:
    assert is_older(one, other) is older


def test_a_file_that_was_edited_is_newer_though_its_date_was_put_back() -> None:
    corrected, before = text("b", published=MONDAY), text("a", published=TUESDAY)
    assert is_older(corrected, before)
    assert not is_older(corrected, before, same_place=True)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_arrival_gives_the_same_versions(
    archive: Archive, order: tuple[int, ...]
) -> None:
    texts = [text("one", version=1), text("two", version=2), text("three", version=5)]
    for number in order:
        archive.add(texts[number])
    assert said(archive) == [(5, "three"), (2, "two"), (1, "one")]
    assert archive.find("three") == [""]
    assert archive.find("two") == []


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations([1, 2, 2, 3, 4, 4]))
def test_dates_decide_as_numbers_do(archive: Archive, days: list[int]) -> None:
    archive.tamper("DELETE FROM articles")
    for day in days:
        archive.add(text(f"of day {day}", updated=parse_moment(f"2020-03-0{day}")))
    assert said(archive) == [(4 - n, f"of day {4 - n}") for n in range(4)]


def test_a_known_text_is_unchanged_and_does_not_come_back(archive: Archive) -> None:
    outcomes = [archive.add(text(body)).outcome for body in ("one", "two", "one", "two")]
    assert outcomes == ["added", "changed", "unchanged", "unchanged"]
    assert said(archive) == [(2, "two"), (1, "one")]


def test_a_source_may_go_back_to_a_text_by_its_number(archive: Archive) -> None:
    for version, body in enumerate(("one", "two", "one"), start=1):
        archive.add(text(body, version=version))
    assert said(archive) == [(3, "one"), (2, "two")]
    # Whatever comes late, the number that counts is the highest.
    assert archive.add(text("one", version=1)).outcome == "unchanged"
    assert archive.add(text("new", version=2)).outcome == "changed"
    assert [body for _, body in said(archive)] == ["one", "new", "two"]


def test_texts_without_numbers_or_dates_follow_as_they_come(archive: Archive) -> None:
    for body in ("one", "two", "three"):
        archive.add(text(body))
    assert said(archive) == [(3, "three"), (2, "two"), (1, "one")]


def test_versions_go_with_a_key_that_the_source_states_later(archive: Archive) -> None:
    archive.add(text("one"))
    archive.add(text("two"))
    archive.add(text("two", key="stated"))
    assert said(archive) == [(2, "two"), (1, "one")]
    assert archive.rows("SELECT key, version FROM articles") == [("stated", 2)]


def test_past_texts_are_in_sql_and_in_sound_indexes(archive: Archive) -> None:
    archive.add(text("a crab in spring"))
    archive.add(text("a lobster in summer"))
    rows = archive.rows("SELECT version, body FROM earlier_versions")
    assert rows == [(1, "a crab in spring")]
    for index in ("versions_fts", "versions_words"):
        archive.tamper(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
        found = archive.rows(f"SELECT rowid FROM {index} WHERE {index} MATCH 'crab'")
        assert len(found) == 1


def test_an_unknown_article_has_no_versions(archive: Archive) -> None:
    assert VersionStore(archive.database).all("nobody") == ()


def test_a_known_text_with_a_higher_number_takes_its_place(archive: Archive) -> None:
    for version, body in ((1, "zero"), (4, "three"), (2, "one"), (3, "zero")):
        archive.add(text(body, version=version))
    assert said(archive) == [(4, "three"), (3, "zero"), (2, "one")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_key_that_any_text_states_is_the_article_s(
    archive: Archive, order: tuple[int, ...]
) -> None:
    texts = [text("one", version=1, key="k0"), text("two", version=2), text("three", version=3)]
    for number in order:
        archive.add(texts[number])
    archive.add(Article(body="four", key="k0", version=4))
    assert said(archive) == [(4, "four"), (3, "three"), (2, "two"), (1, "one")]
    assert archive.rows("SELECT key FROM articles") == [("k0",)]
