"""Feeds: RSS, Atom and CDF give the same articles, and nothing is invented or fetched."""

import io
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.dates import Moment
from service.errors import Unreadable
from service.formats.document import Content, Document, Found, Options, Refused
from service.formats.xml.feed import FORMAT

TEXT = "The council met on Monday and talked about the bridge."
MORE = "Nobody knew who would pay for the repairs."
RSS = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
 <channel><title>Northport Courier</title><language>en-gb</language>
  <copyright>All ours</copyright><managingEditor>ed@example.org (Ed Itor)</managingEditor>
  <item><title>Bridge &amp;amp; road &lt;i&gt;close&lt;/i&gt;</title>
   <link>https://example.org/1</link><guid isPermaLink="false">np-1</guid>
   <description>Engineers fear the ice.</description>
   <content:encoded><![CDATA[<p>{TEXT}</p><script>x()</script><p>{MORE}</p>]]></content:encoded>
   <pubDate>Thu, 03 Jan 2019 10:15:00 +0100</pubDate>
   <dc:creator>Jane Doe</dc:creator><dc:creator>John Roe</dc:creator>
   <category>bridges</category><category>ice</category>
   <enclosure url="https://example.org/1.jpg" length="1" type="image/jpeg"/>
   <media:credit role="photographer">Max Poe</media:credit>
  </item>
 </channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB"><title>Courier</title>
 <author><name>The desk</name></author>
 <entry><id>urn:np:1</id><title type="html">Bridge &lt;b&gt;closes&lt;/b&gt;</title>
  <link rel="alternate" href="https://example.org/1"/>
  <published>2019-01-03T10:15+01:00</published><updated>2019-01-04T10:15:00Z</updated>
  <category term="b" label="bridges"/><summary>{TEXT}…</summary>
  <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p><p>{MORE}</p></div>
  </content></entry>
 <entry><id>urn:np:2</id><title>Title</title><updated>2019-01-04T10:15:00Z</updated></entry>
</feed>"""


def contents(text: str | bytes, options: Options | None = None) -> list[Content]:
    data = text if isinstance(text, bytes) else text.encode()
    document = Document("feed", "feed", io.BytesIO(data))
    assert FORMAT.recognises(document)
    return list(FORMAT.read(document, options or Options()))


def article(text: str | bytes) -> Article:
    found = contents(text)[0]
    assert isinstance(found, Found)
    return found.article


def rss(item: str, channel: str = "<title>Courier</title>") -> str:
    return f'<rss version="2.0"><channel>{channel}<item>{item}</item></channel></rss>'


def reason(text: str) -> str:
    with pytest.raises(Unreadable) as caught:
        contents(text)
    return caught.value.detail


def test_every_field_of_rss_has_its_place() -> None:
    assert article(RSS) == Article(
        title="Bridge & road close",
        standfirst="Engineers fear the ice.",
        body=f"{TEXT}\n\n{MORE}",
        credits=("Max Poe",),
        authors=("Jane Doe", "John Roe"),
        source="Northport Courier",
        url="https://example.org/1",
        uri="np-1",
        language="en-gb",
        topics=("bridges", "ice"),
        rights="All ours",
        published=Moment("2019-01-03T09:15:00Z", "second"),
        extra={"enclosures": ["https://example.org/1.jpg"]},
    )


def test_every_field_of_atom_has_its_place() -> None:
    found, refused = contents(ATOM)
    assert found == Found(
        Article(
            title="Bridge closes",
            body=f"{TEXT}\n\n{MORE}",
            authors=("The desk",),
            source="Courier",
            url="https://example.org/1",
            uri="urn:np:1",
            language="en-GB",
            topics=("bridges",),
            published=Moment("2019-01-03T09:15:00Z", "minute"),
            updated=Moment("2019-01-04T10:15:00Z", "second"),
        ),
        1,
    )
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.number) == ("has a title but no text", 2)
    assert b"urn:np:2" in refused.data


def test_rss_1_and_its_only_date() -> None:
    text = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel rdf:about="x"><title>Courier</title></channel>
      <item rdf:about="https://example.org/1"><title>Bridge</title>
      <link>https://example.org/1</link><description>{TEXT}</description>
      <dc:date>2019-01-03</dc:date></item></rdf:RDF>"""
    found = article(text)
    assert (found.published, found.updated) == (Moment("2019-01-03", "day"), None)
    assert (found.body, found.uri, found.source) == (TEXT, "https://example.org/1", "Courier")


def test_cdf() -> None:
    text = f"""<CHANNEL HREF="https://example.org/"><TITLE>Courier</TITLE>
      <ITEM HREF="https://example.org/1"><TITLE>Bridge</TITLE><ABSTRACT>{TEXT}</ABSTRACT>
      </ITEM></CHANNEL>"""
    found = article(text)
    assert (found.title, found.body, found.url) == ("Bridge", TEXT, "https://example.org/1")


@pytest.mark.parametrize(
    ("stated", "published", "kept"),
    [
        ("Thu, 03 Jan 2019 10:15 GMT", Moment("2019-01-03T10:15:00Z", "minute"), None),
        ("Thu, 03 Jan 2019 10:15:00", Moment("2019-01-03", "day"), None),
        ("2019-01-03T23:15:00", Moment("2019-01-03", "day"), None),
        ("2019-01-03T10:15:00.250Z", Moment("2019-01-03T10:15:00Z", "second"), None),
        ("01/03/2019 or so", None, "01/03/2019 or so"),
    ],
)
def test_a_date_is_as_precise_as_it_is_stated(
    stated: str, published: Moment | None, kept: str | None
) -> None:
    text = rss(f"<description>{TEXT}</description><pubDate>{stated}</pubDate>")
    found = article(text)
    assert (found.published, found.extra.get("published")) == (published, kept)


def test_the_editor_of_a_site_is_not_the_author_of_its_entries() -> None:
    channel = "<title>Courier</title><managingEditor>ed@example.org (Ed)</managingEditor>"
    assert article(rss(f"<description>{TEXT}</description>", channel)).authors == ()


def test_an_address_that_leads_nowhere_is_kept_aside() -> None:
    found = article(rss(f"<link>/a/1</link><description>{TEXT}</description>"))
    assert (found.url, found.uri, found.extra) == (None, "/a/1", {"url": "/a/1"})


def test_an_encoding_that_is_mended_is_told() -> None:
    text = rss("<title>Café</title><description>Où est le café ?</description>")
    found = article(b'<?xml version="1.0" encoding="utf-8"?>' + text.encode("cp1252"))
    assert (found.title, found.body) == ("Café", "Où est le café ?")
    assert found.extra["mended"] == ["read as windows-1252, not in the encoding that it states"]


def test_a_broken_feed_gives_what_there_is() -> None:
    broken = rss(f"<title>A & B</title><description>{TEXT}</description>")
    assert article(broken.removesuffix("</channel></rss>")).body == TEXT


def test_linked_pages_are_read_where_they_are_fetched() -> None:
    page = f"<html><body><article><h1>Page</h1><p>{TEXT}</p><p>{MORE}</p></article></body></html>"

    def fetch(url: str) -> Document:
        if url.endswith("gone"):
            raise Unreadable("is gone")
        return Document(url, "1", io.BytesIO(page.encode()), url=url, media_type="text/html")

    options = Options(fetch=fetch)
    item = "<title>Ours</title><guid>np-1</guid><link>https://example.org/{}</link>"
    (found,) = contents(rss(item.format("1")), options)
    assert isinstance(found, Found)
    assert (found.article.title, found.article.uri) == ("Ours", "np-1")
    assert TEXT in found.article.body
    (refused,) = contents(rss(item.format("gone")), options)
    assert isinstance(refused, Refused)
    assert refused.reason == "has no text, and its page https://example.org/gone is gone"
    (kept,) = contents(rss(item.format("gone") + f"<description>{TEXT}</description>"), options)
    assert isinstance(kept, Found)
    assert kept.article.body == TEXT


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('<rss version="2.0"><channel/></rss>', "is a feed without entries"),
        ("<rss", "is no feed"),
        (
            "<rss>" + "".join(f'<a xmlns:b{n}="{n}"/>' for n in range(600)) + "</rss>",
            "is a feed of more than 500 namespaces",
        ),
        ("<rss>" + "<a>" * 1_000_001, "is a feed of more than 1,000,000 tags"),
    ],
    ids=range(4),
)
def test_what_is_refused(text: str, wanted: str) -> None:
    assert reason(text + " " if text == "<rss" else text) == wanted


def test_a_long_author_costs_no_time() -> None:
    author = "a." * 200_000 + "@ Jane Doe"
    found = article(rss(f"<author>{author}</author><description>{TEXT}</description>"))
    assert found.body == TEXT


def test_nothing_is_fetched_or_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    item = f'<description>{TEXT}&lt;img src="http://127.0.0.1:9/a"/&gt;</description>'
    found = article('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/a.dtd">' + rss(item))
    assert found.body == TEXT


@pytest.mark.parametrize("opening", ["", '<?xml version="1.0"?>\n<!-- a feed -->'])
@pytest.mark.parametrize("entity", ["<!ENTITY a SYSTEM 'file:///etc/hostname'>", "<!ENTITY a 'b'>"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_entities_of_its_own(opening: str, entity: str, charset: str) -> None:
    doctype = f'{opening}<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/a.dtd" [{entity}]>'
    feed = doctype + rss(f"<title>&a;</title><description>{TEXT}</description>")
    with pytest.raises(Unreadable, match="declares entities of its own"):
        contents(feed.encode(charset))


def test_a_feed_that_speaks_of_entities() -> None:
    assert article(rss(f"<description>{TEXT} &lt;!ENTITY a 'b'&gt;</description>")).body


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 30 Nov -0001 00:00:00 +0000",
        "0000-00-00 00:00:00",
        "30 Nov 200 10:00:00 GMT",
    ],
)
def test_a_date_that_is_none_is_not_made_one(date: str) -> None:
    found = article(rss(f"<description>{TEXT}</description><pubDate>{date}</pubDate>"))
    assert found.published is None
    assert found.extra["published"] == date


def test_other_rdf_and_web_pages_are_left_to_others() -> None:
    for data in (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><a/></rdf:RDF>',
        b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        b"All about <rss> and how to use it",
    ):
        assert not FORMAT.recognises(Document("a", "a", io.BytesIO(data)))


@given(st.integers(0, len(RSS) - 1), st.text("<>/a&;![]\"' \n\x00é", max_size=8), st.booleans())
def test_a_damaged_feed_gives_articles_or_a_reason(at: int, noise: str, cut: bool) -> None:
    text = RSS[:at] + noise + ("" if cut else RSS[at:])
    document = Document("feed", "feed", io.BytesIO(text.encode()))
    if not FORMAT.recognises(document):
        return
    try:
        found = list(FORMAT.read(document, Options()))
    except Unreadable:
        return
    assert all(isinstance(content, Found | Refused) for content in found)
