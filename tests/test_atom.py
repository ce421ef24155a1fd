"""A search as an Atom feed, as a feed reader sees it."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from conftest import Archive, Client, open_archive

from service.article import Article
from service.dates import parse_moment
from service.web.app import create_app

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Four articles, to ask and not to change."""
    archive = open_archive(tmp_path_factory.mktemp("atom"))
    archive.add(
        Article(
            key="full",
            title="Strike <b>& storm</b>",
            standfirst="Ships wait.",
            body="The strike goes on.\x0b\x01 \ufffe So does the storm ]]>.",
            authors=("Jane Doe", "Ján Kováč"),
            source="The Post",
            url="https://example.org/a?b=1&c=2",
            topics=("labour", "labour/ports"),
            language="en",
            rights="© The Post",
            published=parse_moment("2019-01-03T10:30Z"),
            updated=parse_moment("2019-01-04T11:00:01Z"),
        )
    )
    archive.add(
        Article(
            key="day",
            title="A strike of dockers",
            title_derived=True,
            body="A strike of dockers. Nobody knows how long.",
            source="The Times",
            published=parse_moment("2019-01-02"),
        )
    )
    archive.add(Article(key="bare", body="strike", title="strike", source="x", source_derived=True))
    archive.add(Article(key="timed", body="calm", published=parse_moment("2019-01-01T00:00Z")))
    archive.tamper("UPDATE articles SET ingested_at = '2020-02-02T02:02:02Z'")
    return archive


@pytest.fixture(scope="module")
def web(desk: Archive) -> Client:
    return Client(create_app(desk.settings))


def read(web: Client, query: str = "") -> Any:
    response = web.get(f"/v1/search.atom?{query}")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml"
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def links(element: Any) -> list[tuple[str, str, str]]:
    return [(link.rel, link.href, link.type) for link in element.links]


def test_the_feed(web: Client) -> None:
    feed = read(web, "q=strike&source=The+Post&source=The+Times").feed
    assert feed.title == "Cuttings: strike, The Post, The Times"
    assert feed.id.startswith("urn:uuid:")
    assert feed.updated == "2020-02-02T02:02:02Z"
    assert feed.author == "Cuttings"
    assert (feed.opensearch_totalresults, feed.opensearch_itemsperpage) == ("2", "20")
    params = "q=strike&source=The+Post&source=The+Times"
    assert links(feed) == [
        ("self", f"http://localhost/v1/search.atom?{params}", "application/atom+xml"),
        ("alternate", f"http://localhost/v1/search?{params}", "application/json"),
    ]


def test_an_entry_with_everything(web: Client) -> None:
    entry = read(web, "q=storm").entries[0]
    assert entry.title == "Strike <b>& storm</b>"
    assert entry.title_detail.type == "text/plain"
    assert entry.title_detail.language == "en"
    assert entry.id.startswith("urn:uuid:")
    assert (entry.published, entry.updated) == ("2019-01-03T10:30:00Z", "2019-01-04T11:00:01Z")
    assert [author.name for author in entry.authors] == ["Jane Doe", "Ján Kováč"]
    assert [tag.term for tag in entry.tags] == ["labour", "labour/ports"]
    assert entry.rights == "© The Post"
    assert entry.link == "https://example.org/a?b=1&c=2"
    assert links(entry) == [
        ("alternate", "https://example.org/a?b=1&c=2", "text/html"),
        ("alternate", "http://localhost/v1/articles/full", "application/json"),
    ]
    assert "storm ]]>" in entry.summary


def test_only_an_address_on_the_web_is_linked(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    for number, url in enumerate(("javascript:alert(1)", " data:text/html,x", "HTTPS://a.example")):
        archive.add(Article(key=f"k{number}", body="x", url=url))
    found = read(Client(create_app(archive.settings))).entries
    linked = {link.href for entry in found for link in entry.links if link.type == "text/html"}
    assert linked == {"HTTPS://a.example"}


def test_a_date_without_a_time_gets_none(web: Client) -> None:
    document = ET.fromstring(web.get("/v1/search.atom?q=dockers").content)  # noqa: S314 - ours
    entry = document.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.find(f"{ATOM}published") is None
    assert entry.findtext("{http://purl.org/dc/terms/}issued") == "2019-01-02"
    assert entry.findtext(f"{ATOM}updated") == "2020-02-02T02:02:02Z"
    assert entry.findtext(f"{ATOM}title") == "A strike of dockers"


def test_who_wrote_it_as_far_as_known(web: Client) -> None:
    named = {e.title: [a.name for a in e.get("authors", [])] for e in read(web, "q=strike").entries}
    assert named["A strike of dockers"] == ["The Times"]
    # A source that was found in the text is not stated: the feed's own author stands for it.
    assert named["strike"] == []


def test_newest_first_unless_told_otherwise(web: Client) -> None:
    def ids(query: str) -> list[str]:
        return [entry.links[-1].href.rpartition("/")[2] for entry in read(web, query).entries]

    assert ids("q=strike") == ["full", "day", "bare"]
    assert ids("q=strike&sort=oldest") == ["bare", "day", "full"]
    assert set(ids("q=strike&sort=relevance")) == {"full", "day", "bare"}
    assert ids("") == ["full", "day", "timed", "bare"]


def test_pages_are_linked_and_are_one_feed(web: Client) -> None:
    first = read(web, "q=strike&limit=2")
    (following,) = [link for link in first.feed.links if link.rel == "next"]
    assert following.type == "application/atom+xml"
    second = read(web, following.href.partition("?")[2])
    assert second.feed.id == first.feed.id
    assert len(second.entries) == 1
    assert not [link for link in second.feed.links if link.rel == "next"]
    ids = [entry.id for page in (first, second) for entry in page.entries]
    assert len(set(ids)) == 3
    assert read(web, "q=storm").feed.id != first.feed.id


def test_identifiers_are_the_same_in_every_feed(web: Client) -> None:
    (one,) = [entry.id for entry in read(web, "q=dockers").entries]
    assert one in [entry.id for entry in read(web, "q=strike").entries]


def test_a_feed_of_nothing(web: Client) -> None:
    feed = read(web, "q=nothing")
    assert feed.entries == []
    assert feed.feed.opensearch_totalresults == "0"
    assert feed.feed.updated == "1970-01-01T00:00:00Z"


def test_signs_that_xml_does_not_allow_are_taken_out(web: Client) -> None:
    text = web.get("/v1/search.atom?q=storm+%01%EF%BF%BE%F0%9F%98%80").content.decode("utf-8")
    assert "😀" in text
    assert not {"\x01", "\x0b", "\ufffe"} & set(text)
    assert ET.fromstring(text.encode()) is not None  # noqa: S314 - ours


def test_nothing_new_is_304(web: Client) -> None:
    first = web.get("/v1/search.atom?q=strike")
    assert first.headers["cache-control"] == "private, no-cache"
    again = web.get("/v1/search.atom?q=strike", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asked = web("HEAD", "/v1/search.atom?q=strike")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "cursor=x", "facets=source", "sort=best", "format=csv"),
        *("from=soon", "strict=true&q=%22open", "q=a&q=b", "versions=past"),
    ],
)
def test_what_is_wrong_is_a_problem(web: Client, query: str) -> None:
    response = web.get(f"/v1/search.atom?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"]
