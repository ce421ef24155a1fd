"""JSON Feed: what the items say, and what the feed says for all of them."""

import io
import json
from typing import Any

import pytest

from service.article import Article
from service.dates import Moment
from service.errors import Unreadable
from service.formats.document import Content, Document, Found, Options, Refused
from service.formats.records.json_feed import FORMAT

VERSION = "https://jsonfeed.org/version/1.1"
FEED: dict[str, Any] = {
    "version": VERSION,
    "title": "Northport Courier",
    "language": "en-GB",
    "authors": [{"name": "The desk"}],
    "items": [
        {
            "id": "https://example.org/1",
            "url": "https://example.org/bridge",
            "title": "Bridge closes",
            "content_html": "<p>The bridge is shut.</p><p>For how long?</p>",
            "content_text": "The bridge is shut. For how long?",
            "summary": "A long winter",
            "date_published": "2019-01-03T10:00:00+01:00",
            "date_modified": "2019-01-04T10:00:00+01:00",
            "authors": [{"name": "Jane Doe", "url": "https://example.org/jane"}],
            "tags": ["bridges", "winter"],
            "image": "https://example.org/1.jpg",
        },
        {"id": 2, "content_text": "Nobody knows.", "language": "en-IE"},
        {"id": "3", "summary": "A summary is all there is.", "author": {"name": "John Roe"}},
    ],
}

SENTENCE = "The council met on Monday and talked about the bridge until the lights went out. "
PARAGRAPHS = f"<p>{SENTENCE * 3}</p>" * 4


def document(data: str) -> Document:
    return Document("feed", "feed", io.BytesIO(data.encode()))


def contents(feed: Any) -> list[Content]:
    read = document(feed if isinstance(feed, str) else json.dumps(feed))
    assert FORMAT.recognises(read)
    return list(FORMAT.read(read, Options()))


def articles(feed: Any) -> list[Article]:
    return [each.article for each in contents(feed) if isinstance(each, Found)]


def test_items() -> None:
    full, short, summary = articles(FEED)
    assert full == Article(
        uri="https://example.org/1",
        url="https://example.org/bridge",
        title="Bridge closes",
        standfirst="A long winter",
        body="The bridge is shut.\n\nFor how long?",
        authors=("Jane Doe",),
        topics=("bridges", "winter"),
        source="Northport Courier",
        language="en-GB",
        published=Moment("2019-01-03T09:00:00Z", "second"),
        updated=Moment("2019-01-04T09:00:00Z", "second"),
        extra={
            "image": "https://example.org/1.jpg",
            "authors": [{"name": "Jane Doe", "url": "https://example.org/jane"}],
        },
    )
    assert (short.uri, short.title_derived, short.authors) == ("2", True, ("The desk",))
    assert short.language == "en-IE"
    assert (summary.body, summary.standfirst) == ("A summary is all there is.", None)
    assert summary.authors == ("John Roe",)


def test_the_name_of_the_feed_may_stand_last() -> None:
    feed = {"version": VERSION.replace("1.1", "1"), "items": FEED["items"], "title": "Late"}
    assert articles(feed)[0].source == "Late"
    escaped = json.dumps(feed).replace("/", "\\/")
    assert articles(escaped)[0].source == "Late"


def test_linked_pages() -> None:
    """Of items without content, where pages are fetched; the feed's title and date count."""
    page = f"<html><body><article><h1>Page</h1>{PARAGRAPHS}</article></body></html>".encode()
    asked: list[str] = []

    def fetch(url: str) -> Document:
        asked.append(url)
        if url.endswith("gone"):
            raise Unreadable("answers 404")
        return Document(url, "page", io.BytesIO(page), url=url, media_type="text/html")

    items = [
        {"id": "1", "url": "https://example.org/1", "title": "T", "summary": "In short."},
        {"id": "2", "url": "https://example.org/2", "title": "T"},
        {"id": "3", "url": "https://example.org/3", "content_text": "All of it."},
        {"id": "4", "url": "https://example.org/gone", "title": "T", "summary": "In short."},
        {"id": "5", "url": "https://example.org/gone"},
    ]
    read = document(json.dumps(FEED | {"items": items}))
    found = list(FORMAT.read(read, Options(fetch=fetch)))
    texts = [each.article for each in found if isinstance(each, Found)]
    assert [(article.uri, "lights went out" in article.body) for article in texts] == [
        *(("1", True), ("2", True), ("3", False), ("4", False))
    ]
    assert [article.title for article in texts[:2]] == ["T", "T"]
    assert isinstance(found[4], Refused)
    assert "answers 404" in found[4].reason
    assert "https://example.org/3" not in asked


def test_a_long_feed_is_read_item_by_item() -> None:
    item = {"id": "1", "content_text": "word " * 1_000}
    found = contents(FEED | {"items": [item] * 50 + [{"id": "2", "image": "x"}, 5]})
    assert [each.number for each in found if not isinstance(each, Document)] == list(range(1, 53))
    assert [each.reason for each in found if isinstance(each, Refused)] == [
        "has neither content nor a summary",
        "is no object with fields",
    ]
    assert isinstance(found[0], Found)
    assert found[0].article.source == "Northport Courier"


@pytest.mark.parametrize(
    ("feed", "reason"),
    [
        ({"version": VERSION}, "its list of items is missing"),
        ({"version": VERSION, "items": []}, "holds an empty list"),
        (f'{{"version": "{VERSION}", "items": [{{"id": "1"', "ends inside its list"),
    ],
)
def test_feeds_without_items(feed: Any, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        contents(feed)


def test_other_json_is_no_feed() -> None:
    for data in ('{"version": "1.1", "items": []}', "[]", '{"body": "x"}', "", "text"):
        assert not FORMAT.recognises(document(data))
