"""Exports of WordPress: what the classic editor leaves to the site, and what its API says twice."""

import json

from reading import document, read_one

from service.article import Article
from service.dates import Moment
from service.formats import read
from service.formats.document import Found

HEAD = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
 <channel><title>Courier</title>
 <wp:author><wp:author_id>1</wp:author_id><wp:author_login><![CDATA[jd]]></wp:author_login>
 <wp:author_display_name><![CDATA[Jane Doe]]></wp:author_display_name></wp:author>
 <wp:author><wp:author_login>jr</wp:author_login></wp:author>"""


def exported(content: str, more: str = "") -> Article:
    item = (
        f"<item><title>Bridge</title><description></description>{more}<content:encoded>"
        f"<![CDATA[{content}]]></content:encoded><wp:status>publish</wp:status>"
        "<wp:post_type>post</wp:post_type></item>"
    )
    (found,) = read(document(f"{HEAD}{item}</channel></rss>".encode(), "export.xml"))
    assert isinstance(found, Found)
    return found.article


def test_blank_lines_are_paragraphs() -> None:
    assert exported("The <b>council</b> met\non Monday.\n\n<h2>Money</h2>\nNobody paid.").body == (
        "The council met on Monday.\n\nMoney\n\nNobody paid."
    )
    assert exported("No markup at all.\r\n\r\nA second.").body == "No markup at all.\n\nA second."


def test_marked_paragraphs_stay() -> None:
    assert exported("<p>One\n\nstill one.</p>\n\n<p>Two.</p>").body == "One still one.\n\nTwo."


def test_captions_in_brackets() -> None:
    found = exported(
        'First.\n\n[caption id="a_1" width="300"]<img src="x.jpg" /> A bridge at <i>dawn</i>.'
        '[/caption]\n\n[caption caption="The mayor"]<img src="y.jpg"/>[/caption]\nSecond.'
    )
    assert found.captions == ("A bridge at dawn.", "The mayor")
    assert found.body == "First.\n\nSecond."
    assert exported("A [caption that never ends.").body == "A [caption that never ends."


def test_authors_by_the_names_that_readers_see() -> None:
    assert exported("Text.", "<dc:creator>jd</dc:creator>").authors == ("Jane Doe",)
    assert exported("Text.", "<dc:creator>jr</dc:creator>").authors == ("jr",)


def test_the_excerpt_is_the_standfirst() -> None:
    found = exported("Text.", "<excerpt:encoded><![CDATA[In short.]]></excerpt:encoded>")
    assert (found.standfirst, found.body) == ("In short.", "Text.")


def test_its_api_states_times_twice_and_texts_with_flags() -> None:
    raw = {
        "id": 7,
        "link": "https://example.org/1",
        "date": "2019-01-03T10:15:00",
        "date_gmt": "2019-01-03T09:15:00",
        "modified": "2019-01-04T10:15:00",
        "modified_gmt": "2019-01-04T09:15:00",
        "title": {"rendered": "Bridge &amp; road"},
        "content": {"rendered": "<p>The council met.</p>", "protected": False},
    }
    found = read_one(json.dumps(raw).encode(), "post.json")
    assert (found.title, found.body) == ("Bridge & road", "The council met.")
    assert found.published == Moment("2019-01-03T09:15:00Z", "second")
    assert found.updated == Moment("2019-01-04T09:15:00Z", "second")
    assert found.extra["content"] == {"protected": False}
