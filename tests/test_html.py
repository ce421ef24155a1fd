"""Pages: which text is the article, and what the markup states of it."""

import io
import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.errors import Unreadable
from service.formats.document import Document, Found, Options
from service.formats.page.dates import stated_moment
from service.formats.page.html import FORMAT, read_page
from service.formats.page.json_ld import article_node

URL = "https://example.org/news/2021/dam.html"
LEAD = "The dam at Corra was opened on Tuesday after nine years of work, the ministry said."
MORE = (
    "Water for 40,000 households is to come from it. The valley above has been cleared of its last"
    " village, whose people moved to the plain two years ago and have sued the state since."
)
END = "“Nobody has paid us yet,” said Ann Lee, who had a farm there and now has none."


def document(data: str | bytes, **said: str) -> Document:
    raw = data if isinstance(data, bytes) else data.encode()
    name = said.pop("name", "dam.html")
    return Document(name, name, io.BytesIO(raw), **said)  # type: ignore[arg-type]


def page(head: str = "", body: str = "", attributes: str = "") -> str:
    return (
        f"<!doctype html><html {attributes}><head>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><p>{LEAD}</p><p>{MORE}</p>{body}<p>{END}</p></article>"
        "<footer>© All rights reserved. Subscribe to our newsletter.</footer></body></html>"
    )


def read(head: str = "", body: str = "", attributes: str = "", **said: str) -> Article:
    return read_page(document(page(head, body, attributes), **said))


def ld(**stated: object) -> str:
    node = json.dumps({"@type": "NewsArticle", **stated})
    return f'<script type="application/ld+json">{node}</script>'


def meta(**stated: str) -> str:
    return "".join(f'<meta name="{n.replace("__", ":")}" content="{v}">' for n, v in stated.items())


def test_paragraphs_are_kept_and_furniture_is_not() -> None:
    assert read().body == f"{LEAD}\n\n{MORE}\n\n{END}"


def test_subheadings_stay_in_the_body_with_their_offsets() -> None:
    article = read(body=f"<h2>What comes next</h2><p>{MORE[:80]}</p>")
    (heading,) = article.subheadings
    assert heading.text == "What comes next" == article.body[heading.start : heading.end]
    assert f"\n\n{heading.text}\n\n" in article.body


def test_items_of_a_list_stand_one_a_line() -> None:
    article = read(body="<p>Three towns:</p><ul><li>Corra</li><li>Lind</li><li>Aster</li></ul>")
    assert "Three towns:\n\n- Corra\n- Lind\n- Aster\n\n" in article.body


def test_captions_are_taken_out_of_the_body() -> None:
    figure = (
        "<figure><img src=a.jpg><figcaption>The dam in March. <span class=credit>Jo Roe</span>"
        "</figcaption></figure>"
    )
    article = read(body=figure)
    assert (article.captions, article.credits) == (("The dam in March.",), ("Jo Roe",))
    assert "in March" not in article.body


def test_the_headline_is_not_repeated_in_the_body() -> None:
    html = page("<title>Dam opened | The Post</title>").replace(
        "<article>", "<article><h1>Dam opened</h1>"
    )
    article = read_page(document(html))
    assert (article.title, article.body[:30]) == ("Dam opened", LEAD[:30])


@pytest.mark.parametrize("byline", ["Ann Lee", "By Ann Lee and Jo Roe", "JO ROE"])
def test_a_byline_of_the_authors_is_not_repeated_in_the_body(byline: str) -> None:
    article = read(ld(author=["Ann Lee", "Jo Roe"]), f"<p>{byline}</p>")
    assert article.body == f"{LEAD}\n\n{MORE}\n\n{END}"


def test_without_a_title_one_is_derived() -> None:
    article = read()
    assert (article.title, article.title_derived) == (LEAD, True)


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        (ld(headline="A") + meta(og__title="B"), "title", "A"),
        (meta(og__title="B") + "<title>C</title>", "title", "B"),
        (meta(og__title="B - The Post", og__site_name="The Post"), "title", "B"),
        ("<title>The Post: C</title>", "title", "The Post: C"),
        (ld(headline="A &amp; B &quot;C&quot;"), "title", 'A & B "C"'),
        (ld(author={"@type": "Person", "name": "Ann Lee"}), "authors", ("Ann Lee",)),
        (ld(author=["Ann Lee", {"name": "Jo Roe"}]), "authors", ("Ann Lee", "Jo Roe")),
        (ld(author="By Ann Lee and Jo Roe"), "authors", ("Ann Lee", "Jo Roe")),
        (meta(author="by Ann Lee"), "authors", ("Ann Lee",)),
        (meta(article__author="https://example.org/ann", byl="By Ann Lee"), "authors", ()),
        (
            meta(citation_author="Ann Lee") + meta(citation_author="Jo Roe"),
            "authors",
            ("Ann Lee", "Jo Roe"),
        ),
        (ld(publisher={"name": "The Post"}) + meta(og__site_name="Post"), "source", "The Post"),
        (meta(og__site_name="Post"), "source", "Post"),
        (
            ld(articleSection="World", keywords="water, dams; World"),
            "topics",
            ("World", "water", "dams"),
        ),
        (
            ld(articleSection=["World", "Asia"], keywords=["Water"]),
            "topics",
            ("World", "Asia", "Water"),
        ),
        (meta(keywords="water, dams"), "topics", ("water", "dams")),
        (ld(copyrightNotice="© The Post"), "rights", "© The Post"),
        (ld(inLanguage="pt-BR"), "language", "pt-BR"),
        (ld(inLanguage="no tag"), "language", None),
        (meta(og__locale="en_GB"), "language", "en-GB"),
        (
            meta(description="Nine years late, it is open."),
            "standfirst",
            "Nine years late, it is open.",
        ),
        (meta(description=LEAD[:50] + "…"), "standfirst", None),
        (ld(description=LEAD + " " + MORE[:40] + "..."), "standfirst", None),
        (meta(description=LEAD.replace(" was", " — was") + " " + MORE[:40]), "standfirst", None),
        (ld(description="Half \ud800 of a pair", headline="\ud800"), "standfirst", None),
        (ld(isAccessibleForFree=False, genre=["A"]), "extra", {"isAccessibleForFree": False}),
        (ld(correction="An earlier version said ten years."), "status", "corrected"),
        (ld(headline="A", alternativeHeadline="Z"), "extra", {"alternativeHeadline": "Z"}),
        ("<link rel=canonical href=/a/b>", "uri", None),
        ("<link rel=canonical href=https://example.org/>", "uri", None),
        ("<link rel=canonical href='https://example.org/a#top'>", "uri", "https://example.org/a"),
        (meta(og__url="https://example.org/og"), "uri", "https://example.org/og"),
    ],
)
def test_what_is_stated_becomes_a_field(head: str, field: str, value: object) -> None:
    assert getattr(read(head), field) == value


def test_the_canonical_address_is_made_absolute() -> None:
    article = read("<link rel=canonical href=../dam?page=1>", url=URL)
    assert article.uri == article.url == "https://example.org/news/dam?page=1"
    assert read(url=URL).uri == URL


def test_bylines_in_the_page() -> None:
    for marked in (
        '<span itemprop="author"><span itemprop="name">Ann Lee</span> 3 March</span>',
        '<a rel="author" href="/ann">Ann Lee</a>',
        '<div class="byline">By <b>Ann Lee</b> <i>3 March 2021</i></div>',
    ):
        assert read(body=marked).authors == ("Ann Lee",), marked
    assert read(body='<div class="author-box">Follow us</div>').authors == ()


@pytest.mark.parametrize(
    ("head", "published", "updated"),
    [
        (
            ld(datePublished="2021-03-04T10:00:00+01:00", dateModified="2021-03-05"),
            "2021-03-04T09:00:00Z",
            "2021-03-05",
        ),
        (ld(datePublished="2021-03-04T10:00:00"), "2021-03-04", None),
        (meta(article__published_time="2021-03-04T10:00Z"), "2021-03-04T10:00Z", None),
        (ld(datePublished="soon") + meta(**{"dc.date": "2021-03-04"}), "2021-03-04", None),
        (meta(lastmod="2021-03-04"), None, "2021-03-04"),
        ("", None, None),
    ],
)
def test_dates_as_they_are_stated(head: str, published: str | None, updated: str | None) -> None:
    article = read(head, url=URL)
    shown = [moment and moment.shown for moment in (article.published, article.updated)]
    assert shown == [published, updated]


def test_a_date_that_only_stands_in_the_text_or_the_address_is_not_taken() -> None:
    article = read(
        body="<p>Posted on 4 March 2021 by our desk.</p>", url="https://example.org/2021/03/04/dam"
    )
    assert article.published is None
    marked = '<time itemprop="datePublished" datetime="2021-03-04">Thursday</time>'
    assert read(body=marked).published is not None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2021-03-04", "2021-03-04"),
        ("2021/3/4", "2021-03-04"),
        ("20210304", "2021-03-04"),
        ("20210304T1015Z", "2021-03-04T10:15Z"),
        ("2021-03-04 10:15", "2021-03-04"),
        ("2021-03-04 10:15:30 +0100", "2021-03-04T09:15:30Z"),
        ("2021-03-04T10:15:30.123+01", "2021-03-04T09:15:30Z"),
        ("2021-03-04T10:15:30 UTC", "2021-03-04T10:15:30Z"),
        ("Thu, 04 Mar 2021 10:15:30 GMT", "2021-03-04T10:15:30Z"),
        ("Thu, 04 Mar 2021 10:15:30 -0000", "2021-03-04"),
        ("4 March 2021", "2021-03-04"),
        ("March 4, 2021, 10:15 am", "2021-03-04"),
        ("03/04/2021", None),
        ("2021-02-30", None),
        ("2021-03", None),
        ("2021-03-04T25:00Z", None),
        ("yesterday", None),
        ("", None),
        ("9" * 99, None),
    ],
)
def test_dates_of_markup(text: str, shown: str | None) -> None:
    moment = stated_moment(text)
    assert (moment and moment.shown) == shown


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "A"}',
        '[{"@type": "Organization"}, {"@type": ["Thing", "NewsArticle"], "headline": "A"}]',
        '{"@graph": [{"@type": "WebPage"}, {"@type": "ReportageNewsArticle", "headline": "A"}]}',
        '{"@type": "Page", "mainEntity": {"@type": "https://schema.org/Article", "headline": "A"}}',
        '<!-- {"@type": "Article", "headline": "A"} -->',
        '//<![CDATA[\n{"@type": "Article", "headline": "A"};\n//]]>',
        '{"@type": "Article", "headline": "A",}',
        '{"@type": "Article", "text": "a\nb", "headline": "A"}',
        "{&quot;@type&quot;: &quot;Article&quot;, &quot;headline&quot;: &quot;A&quot;}",
    ],
)
def test_json_ld_in_its_shapes_and_with_its_faults(script: str) -> None:
    assert article_node(["{broken", "[" * 100_000, script], None)["headline"] == "A"


def test_json_ld_resolves_references_and_prefers_the_pages_own_article() -> None:
    graph = {
        "@graph": [
            {"@type": "Article", "headline": "Other", "url": "https://example.org/other"},
            {
                "@type": "Article",
                "headline": "Own",
                "mainEntityOfPage": {"@id": URL},
                "author": [{"@id": "#ann"}],
            },
            {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
        ]
    }
    node = article_node([json.dumps(graph)], URL)
    assert (node["headline"], node["author"][0]["name"]) == ("Own", "Ann Lee")
    assert article_node([json.dumps(graph)], None)["headline"] == "Other"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (page(body="<p>Zürich</p>").encode("cp1252"), {"charset": "windows-1252"}),
        (page("<meta charset=iso-8859-1>", "<p>Zürich</p>").encode("cp1252"), {}),
        (
            page(
                "<meta http-equiv=Content-Type content='text/html; charset=windows-1252'>",
                "<p>Zürich</p>",
            ).encode("cp1252"),
            {},
        ),
        (page(body="<p>Zürich</p>").encode("utf-8-sig"), {}),
        (page(body="<p>Zürich</p>").encode("utf-16"), {}),
        ('<?xml version="1.0" encoding="utf-8"?>' + page(body="<p>Zürich</p>"), {}),
    ],
)
def test_encodings(data: str | bytes, said: dict[str, str]) -> None:
    found = document(data, **said)
    assert FORMAT.recognises(found)
    assert "\n\nZürich\n\n" in read_page(found).body


@pytest.mark.parametrize(
    ("head", "said", "known"),
    [
        ("<!DOCTYPE html>", {}, True),
        (" \n<!-- saved --><HTML lang=en>", {}, True),
        (
            '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">',
            {},
            True,
        ),
        ("<head><title>A</title>", {}, True),
        ("<body class=a>", {}, True),
        ("<div>A fragment</div>", {"media_type": "text/html"}, True),
        ("<div>A fragment</div>", {}, True),
        ("<div>A fragment</div>", {"name": "dam.txt"}, False),
        ('<?xml version="1.0"?><rss version="2.0">', {"media_type": "text/html"}, False),
        ("<feed xmlns='http://www.w3.org/2005/Atom'>", {}, False),
        ("<nitf><head/><body>", {}, False),
        ("<header>", {"name": "dam.xml"}, False),
        ("He wrote <b>bold</b> words.", {"name": "dam.txt"}, False),
        ("The <html> tag", {"name": "dam.txt"}, False),
        ("", {"media_type": "text/html"}, False),
        ("<!-- " * 1000, {"name": "dam.txt"}, False),
        ("<!-- -->" * 8000 + "x", {"name": "dam.txt"}, False),
    ],
)
def test_recognised_by_its_beginning(head: str, said: dict[str, str], known: bool) -> None:
    assert FORMAT.recognises(document(head, **said)) is known


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("<html><body></body></html>", "has no article text"),
        ("<html><script>var a = 1</script></html>", "has no article text"),
        ("<!doctype html>", "has no article text"),
        ("<p>x" * 30_000, "has more than 20,000 elements"),
        ("<p " + " ".join(f"a{n}=1" for n in range(2_000)) + ">x", "has an element with more than"),
        ("<p>" + "x" * 9_000_000, "is a page of more than 8 MB"),
        (b"\x89PNG\r\n", "is binary, not text"),
    ],
)
def test_what_gives_no_article(data: str | bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_page(document(data))


def test_deep_nesting_ends() -> None:
    deep = "<div>" * 10_000 + f"<p>{LEAD}</p>"
    with pytest.raises(Unreadable, match="has no article text"):
        read_page(document(deep))


def test_the_format_finds_the_one_article() -> None:
    (found,) = FORMAT.read(document(page()), Options())
    assert isinstance(found, Found)
    assert found.number is None


@given(data=st.binary(max_size=400), at=st.integers(0, 900))
@settings(max_examples=50, deadline=None)
def test_any_bytes_give_an_article_or_a_reason(data: bytes, at: int) -> None:
    whole = page(ld(headline="A", datePublished="2021-03-04")).encode()
    with suppress(Unreadable):
        assert read_page(document(whole[:at] + data + whole[at:])).body


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ("Jane Doe and John Roe", ("Jane Doe", "John Roe")),
        ("By Jane Doe; John Roe", ("Jane Doe", "John Roe")),
        ("Jane Doe", ("Jane Doe",)),
        ("nan", ()),
        ("None", ()),
        ("By", ()),
        ("www.example.org/jane", ()),
    ],
)
def test_authors_in_one_line(author: str, authors: tuple[str, ...]) -> None:
    assert read(meta(author=author)).authors == authors
