"""Records by other people's names: what was guessed, what was told, and what is nobody's name."""

import json
from typing import Any

import pytest
from reading import document, read_one

from service.article import Article
from service.dates import Moment
from service.formats import read
from service.formats.document import Content, Found, Options, Refused
from service.formats.mail_dates import mail_moment

BODY = "The council met on Monday and talked about the bridge."


def one(raw: dict[str, Any]) -> Article:
    return read_one(json.dumps({"body": BODY, **raw}).encode(), "a.json")


def contents(data: object, name: str = "a.json", **options: Any) -> list[Content]:
    text = data if isinstance(data, str) else json.dumps(data)
    return list(read(document(text.encode(), name), Options(**options)))


def titles(found: list[Content]) -> list[str]:
    return [content.article.title for content in found if isinstance(content, Found)]


def test_the_value_of_a_keyword_is_the_topic() -> None:
    keywords = [
        {"name": "subject", "value": "Harbors", "rank": 1},
        {"name": "glocations", "value": "Northport"},
    ]
    found = one({"keywords": keywords, "tags": ["ice", "Harbors"]})
    assert sorted(found.topics) == ["Harbors", "Northport", "ice"]
    assert found.extra["keywords"] == keywords
    assert one({"tags": [{"name": "ice"}]}).extra == {}


@pytest.mark.parametrize(
    ("author", "authors", "is_kept"),
    [
        ("nan", (), True),
        ("NaN", (), True),
        ("None", (), True),
        ("null", (), True),
        ("By", (), True),
        ("https://www.example.org/jane", (), True),
        (["Jane Doe", "https://www.example.org/jane"], ("Jane Doe",), True),
        ("By Jane Doe and John Roe", ("Jane Doe", "John Roe"), False),
        ("Jane Doe; John Roe", ("Jane Doe", "John Roe"), False),
        ("Nan Goldin", ("Nan Goldin",), False),
    ],
)
def test_authors(author: Any, authors: tuple[str, ...], *, is_kept: bool) -> None:
    found = one({"author": author})
    assert found.authors == authors
    assert ("author" in found.extra) == is_kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 15 Nov 1994 12:45:26 GMT", "1994-11-15T12:45:26Z"),
        ("15 Nov 94 12:45 +0100", "1994-11-15T11:45Z"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Tue, 15 Nov 1994 12:45:26 +0100 (CET)", "1994-11-15T11:45:26Z"),
        ("Tue, 15 Nov 1994 12:45:26 -0000", "1994-11-15"),
        ("Tue, 15 Nov 1994 12:45:26", "1994-11-15"),
        ("15 Nov 1994", None),  # that are words, which others read
        ("Mon, 30 Nov -0001 00:00:00 +0000", None),
        ("30 Nov 0001 00:00:00 +0000", None),
        ("Tue, 15 Nov 1994 12:45:26 GMT and more", None),
        ("Tue, 35 Nov 1994 12:45:26 GMT", None),
        ("Tue, 15 Foo 1994 12:45:26 GMT", None),
        ("", None),
    ],
)
def test_dates_of_mail(text: str, expected: str | None) -> None:
    found = mail_moment(text)
    assert (found.shown if found else None) == expected


def test_a_date_that_is_none_is_kept() -> None:
    said = "Mon, 30 Nov -0001 00:00:00 +0000"
    found = one({"pubDate": said})
    assert (found.published, found.extra) == (None, {"pubDate": said})
    found = one({"date": "2019-01-03 10:15:00 +0100"})
    assert found.published == Moment("2019-01-03T09:15:00Z", "second")


def test_what_is_told_ends_guessing_only_where_it_is() -> None:
    found = contents(
        [{"kop": "A", "title": "X", "body": BODY}, {"headline": "B", "body": BODY}],
        fields={"kop": "title"},
    )
    assert titles(found) == ["A", "B"]
    assert isinstance(found[0], Found)
    assert found[0].article.extra == {"title": "X"}


def test_a_column_that_is_told_counts_for_every_row() -> None:
    rows = f"kop,headline,body\nA,X,{BODY}\n,Y,{BODY}\n"
    first, second = contents(rows, "a.csv", fields={"kop": "title"})
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert (first.article.title, second.article.title_derived) == ("A", True)
    assert second.article.extra == {"headline": "Y"}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (f'{{"title": "A", "body": "{BODY}"}}', "a.json"),
        (f'[{{"title": "A", "body": "{BODY}"}}]', "a.json"),
        (f'{{"title": "A", "body": "{BODY}"}}\n', "a.ndjson"),
        (f"title,body\nA,{BODY}\n", "a.csv"),
    ],
)
def test_a_name_that_nothing_has_is_told(data: str, name: str) -> None:
    told: list[str] = []
    found = contents(data, name, fields={"kop": "title", "title": "title"}, tell=told.append)
    assert titles(found) == ["A"]
    assert told == [f"fields of {name}: none is called as --map says: kop -> title"]


def test_a_path_that_is_there_is_not_told_as_missing() -> None:
    told: list[str] = []
    raw = {"fields": {"kop": "A"}, "b": {"c": BODY}}
    found = contents(raw, fields={"fields.kop": "title", "b.c": "body"}, tell=told.append)
    assert (titles(found), told) == (["A"], [])


def test_what_is_told_of_a_record_with_its_fields_in_an_object() -> None:
    told: list[str] = []
    raw = {"id": "a/1", "webTitle": "A", "fields": {"headline": "B", "bodyText": BODY, "x": 1}}
    contents([raw], tell=told.append)
    assert told == [
        "fields of a.json: headline -> title, id -> uri, bodyText -> body; kept as extra: x"
    ]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"content": None}, "content: is empty"),
        ({"content": ""}, "content: is empty"),
        ({"fields": {"body": None}, "title": "A"}, "body: is empty"),
        ({"title": "A"}, "has no body: none of its fields is known as one (title)"),
        ({}, "is empty"),
    ],
)
def test_why_a_record_has_no_body(raw: dict[str, Any], reason: str) -> None:
    found = contents([raw, {"body": BODY}])[0]
    assert isinstance(found, Refused)
    assert found.reason == reason
