"""Who is named beside whom: counted exactly, and measured against chance."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Archive, Client
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.stores.coverage import FIRST_IDS, NAMED_IN
from service.stores.entities import (
    ALIASES,
    LIST,
    NAMED,
    NAMED_LIST,
    NEWEST,
    ORDERS,
    READ_BY,
    SEEN,
    SPELLED_SO,
    WITH_ENDS,
    WITH_NAMES,
)
from service.stores.entities import SHARED as SHARED_NAMES
from service.stores.related import BESIDE, OF_TYPE, SHARED, significance
from service.stores.sightings import ARTICLES, PAGE
from service.web.app import create_app

Add = Callable[..., None]


def named(full: str, kind: EntityType = "person") -> Mention:
    entity = EntityName(entity_key(kind, full) or "", full, kind)
    return Mention("body", 0, 1, "x", full, kind, entity, "model", 0.8)


@pytest.fixture
def add(archive: Archive) -> Add:
    def added(key: str, *names: str, date: str | None = None) -> None:
        published = parse_moment(date) if date else None
        mentions = [named(n, "place" if n.endswith("land") else "person") for n in names]
        archive.add(Article(key=key, title=key, body=f"x {key}", published=published), mentions)

    return added


@pytest.fixture
def ask(archive: Archive) -> Callable[..., Any]:
    api = Client(create_app(archive.settings))

    def asked(path: str, **params: Any) -> Any:
        response = api.get(path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    return asked


def test_who_is_in_every_article_stands_beside_nobody_in_particular(add: Add, ask: Any) -> None:
    for number in range(8):
        add(f"a{number}", "Ann Lee", "Everyland", *(["Bob Ray"] if number < 3 else []))
    for number in range(8):
        add(f"b{number}", "Everyland", *(["Cy Moe"] if number < 5 else []))
    add("both", "Ann Lee", "Cy Moe", "Everyland")
    found = ask("/v1/entities/person-annlee/related")
    assert [(e["name"], e["articles"], e["of"]) for e in found["entities"]] == [
        ("Bob Ray", 3, 3),
        ("Everyland", 9, 17),
        ("Cy Moe", 1, 6),
    ]
    first, second, third = (e["significance"] for e in found["entities"])
    assert first > 0 == second > third
    by_count = ask("/v1/entities/person-annlee/related", sort="count")["entities"]
    assert [e["name"] for e in by_count] == ["Everyland", "Bob Ray", "Cy Moe"]
    places = ask("/v1/entities/person-annlee/related", type="place")
    assert (places["total"], [e["key"] for e in places["entities"]]) == (1, ["place-everyland"])


def test_the_newest_three_articles_are_shown(add: Add, ask: Any) -> None:
    for day in (3, 1, 4, 2):
        add(f"d{day}", "Ann Lee", "Bob Ray", date=f"2019-01-0{day}")
    add("undated", "Ann Lee", "Bob Ray")
    add("alone", "Ann Lee", date="2019-02-01")
    (bob,) = ask("/v1/entities/person-annlee/related")["entities"]
    assert (bob["articles"], bob["of"]) == (5, 5)
    assert [(a["key"], a["published_at"]) for a in bob["shared"]] == [
        *(("d4", "2019-01-04"), ("d3", "2019-01-03"), ("d2", "2019-01-02"))
    ]


def test_two_spellings_in_one_article_are_one(archive: Archive, ask: Any) -> None:
    archive.add(Article(key="one", body="x"), [named("Ann Lee"), named("Ann Lee"), named("B C")])
    (found,) = ask("/v1/entities/person-bc/related")["entities"]
    assert found["articles"] == found["of"] == 1


def test_pages_meet_without_a_gap(add: Add, ask: Any) -> None:
    names = [f"Name {letter}" for letter in "abcdefghijk"]
    add("one", "Ann Lee", *names)
    add("two", "Ann Lee", *names[:5])
    add("three", "Somebody Else")
    for sort in ("significance", "count"):
        params, seen = {"limit": 4, "sort": sort}, []
        while True:
            page = ask("/v1/entities/person-annlee/related", **params)
            seen += [e["key"] for e in page["entities"]]
            if page["next"] is None:
                break
            params["cursor"] = page["next"]
        assert (page["total"], len(seen), len(set(seen))) == (11, 11, 11)
        assert set(seen[:5]) == {f"person-name{letter}" for letter in "abcde"}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # `the swiss`, `can be` and `previous year` in Dunning's own table of 31,777 bigrams.
        ((110, 2442 + 110, 111 + 110, 110 + 2442 + 111 + 29114), 270.72),
        ((29, 13 + 29, 123 + 29, 29 + 13 + 123 + 31612), 263.90),
        ((1, 1, 2, 31_777), 19.96),
        ((5, 10, 50, 100), 0.0),
        ((0, 10, 50, 100), -14.9),
        ((7, 7, 7, 7), 0.0),
    ],
)
def test_significance_is_dunnings(counts: tuple[int, int, int, int], expected: float) -> None:
    assert significance(*counts) == pytest.approx(expected, abs=0.1)


@given(*(st.integers(0, 10_000) for _ in range(4)))
def test_significance_is_the_same_from_both_sides(both: int, one: int, two: int, none: int) -> None:
    size = both + one + two + none
    if size:
        there = significance(both, both + one, both + two, size)
        assert there == pytest.approx(significance(both, both + two, both + one, size))
        assert (there > 0) <= (both * size >= (both + one) * (both + two))


VALUES = {
    **{"entity": 1, "type": None, "ids": "[1]", "pairs": "[[1, 2]]", "limit": 3, "offset": 0},
    **{"article": 9, "position": 0, "name": "a", "others": json.dumps(["b"]), "names": "[]"},
    **{"first": 0, "after": 9, "after_all": 9, "days": "[]", "last": "b", "key": "a", "keys": "[]"},
    **{"dated": 0},
}


@pytest.mark.parametrize(
    "sql",
    [
        *(BESIDE, OF_TYPE, SHARED, PAGE, ARTICLES, NAMED_IN, FIRST_IDS, WITH_ENDS, SPELLED_SO),
        *(WITH_NAMES, ALIASES, SEEN, SHARED_NAMES),
    ],
    ids=[
        *("beside", "of_type", "shared", "mentions", "articles", "named_in", "first_ids"),
        *("with_ends", "spelled_so", "with_names", "aliases", "seen", "shared_names"),
    ],
)
def test_no_table_is_read_through(archive: Archive, sql: str) -> None:
    scanned = [step for step in plan(archive, sql) if step.startswith("SCAN")]
    tables = [step for step in scanned if "VIRTUAL TABLE" not in step and "(sub" not in step]
    assert not [step for step in tables if "json_each" not in step]


def test_whom_the_newest_articles_name_comes_off_the_index(archive: Archive) -> None:
    with archive.database.read() as conn:
        values = {"before": 9, "read": 3, "type": None}
        steps = [row["detail"] for row in conn.execute("EXPLAIN QUERY PLAN " + NEWEST, values)]
    assert "SEARCH article_entities USING PRIMARY KEY (article_id<?)" in steps


def test_mentions_come_off_the_indexes_in_their_order(archive: Archive) -> None:
    steps = plan(archive, PAGE)
    assert any("article_entities_by_entity" in step for step in steps)
    # Only within an article.
    sorts = [step for step in steps if "TEMP B-TREE" in step]
    assert sorts == ["USE TEMP B-TREE FOR LAST TERM OF ORDER BY"]


def test_a_list_without_a_name_comes_off_the_index(archive: Archive) -> None:
    sql = LIST.replace("{index}", READ_BY["mentions"]).replace("{order}", ORDERS["mentions"])
    first, *others = plan(archive, sql)
    assert "entities_by_mentions" in first
    assert others == ["USE TEMP B-TREE FOR LAST TERM OF ORDER BY"]


def test_a_name_is_looked_for_once_in_the_index_of_spellings(archive: Archive) -> None:
    steps = plan(archive, NAMED + NAMED_LIST.replace("{order}", ORDERS["mentions"]))
    scanned = [s for s in steps if s.startswith("SCAN") and "json_each" not in s]
    assert "SCAN aliases USING COVERING INDEX aliases_by_folded" in scanned
    assert {s.partition(" ")[2] for s in scanned} <= {
        *("aliases USING COVERING INDEX aliases_by_folded", "named", "(subquery-4)")
    }


def plan(archive: Archive, sql: str) -> list[str]:
    with archive.database.read() as conn:
        return [row["detail"] for row in conn.execute("EXPLAIN QUERY PLAN " + sql, VALUES)]
