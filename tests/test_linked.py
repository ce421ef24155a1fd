"""Entries of feeds beside the pages that they link to."""

import io

import pytest

from service.article import Article
from service.dates import Moment
from service.errors import Unreadable
from service.formats.document import Document, Options
from service.formats.page.linked import NOT_READ, with_page

URL = "https://example.org/dam"
SENTENCE = "The dam at Corra was opened on Tuesday after nine years of work, the ministry said."
PAGE = f"""<!doctype html><html lang="en"><head><title>Dam opened at last</title>
<meta property="og:site_name" content="The Corra Post"><meta name="author" content="Ann Lee">
<meta property="article:published_time" content="2021-03-04T10:00:00+01:00">
<meta name="keywords" content="water, dams"></head>
<body><article><h1>Dam opened at last</h1><p>{SENTENCE}</p><p>Water for 40,000 households is to come
from it, and the valley above has been cleared of its last village.</p></article></body></html>"""
ENTRY = Article(
    title="Dam opened",
    body="Nine years late, water flows.",
    uri="tag:1",
    published=Moment("2021-03-05", "day"),
    extra={"feed": "Corra"},
)


def options(page: str | Unreadable = PAGE, media_type: str = "text/html") -> Options:
    def fetch(url: str) -> Document:
        if isinstance(page, Unreadable):
            raise page
        data = page.encode()
        return Document(url, "dam", io.BytesIO(data), url=url, media_type=media_type)

    return Options(fetch=fetch)


def test_the_page_gives_the_text_and_the_feed_keeps_its_word() -> None:
    found = with_page(ENTRY, URL, options())
    assert found.body.startswith(SENTENCE)
    assert found.standfirst == "Nine years late, water flows."
    assert (found.title, found.uri, found.published) == ("Dam opened", "tag:1", ENTRY.published)
    assert (found.authors, found.source, found.url) == (("Ann Lee",), "The Corra Post", URL)
    assert (found.topics, found.language) == (("water", "dams"), "en")
    assert found.extra == {"feed": "Corra"}


def test_an_entry_without_a_text_is_its_page() -> None:
    found = with_page(None, URL, options())
    assert (found.title, found.uri) == ("Dam opened at last", URL)


def test_a_summary_that_the_page_repeats_is_no_standfirst() -> None:
    entry = Article(title="Dam opened", body="The dam at Corra was opened on Tuesday …")
    assert with_page(entry, URL, options()).standfirst is None


def test_a_derived_title_gives_way() -> None:
    entry = Article(title="Nine years late", title_derived=True, body="Nine years late.")
    found = with_page(entry, URL, options())
    assert (found.title, found.title_derived) == ("Dam opened at last", False)


def test_a_full_text_in_the_feed_stays() -> None:
    entry = Article(title="Dam opened", body=f"{SENTENCE} " * 9)
    found = with_page(entry, URL, options())
    assert (found.body, found.source) == (entry.body, "The Corra Post")


def test_pages_are_fetched_only_when_asked_for() -> None:
    assert with_page(ENTRY, URL, Options()) is ENTRY
    with pytest.raises(Unreadable, match="has no text of its own"):
        with_page(None, URL, Options())


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (options(Unreadable("answers 404 Not Found")), "answers 404 Not Found"),
        (options("<html><body><p></p></body></html>"), "has no article text"),
        (options("%PDF-1.7 …", "application/pdf"), "is no web page"),
        (options("", "text/html"), "is no web page"),
    ],
)
def test_a_page_that_cannot_be_read_leaves_the_entry_as_it_is(given: Options, reason: str) -> None:
    found = with_page(ENTRY, URL, given)
    assert found.body == ENTRY.body
    assert found.extra == {"feed": "Corra", NOT_READ: f"{URL} {reason}"}
    with pytest.raises(Unreadable, match=f"^its page {URL} {reason}$"):
        with_page(None, URL, given)
