"""Stories in NITF: what goes where, what is taken back, and what is not a story."""

import io
from typing import Any

import pytest

from service.article import Article, Subheading
from service.dates import Moment
from service.errors import Unreadable
from service.formats.document import Content, Document, Found, Options, Withdrawn
from service.formats.xml.nitf import FORMAT

FIRST = "The council met on Monday and talked about the bridge."
SECOND = "Nobody knew who would pay, and nobody asked the mayor."
STORY = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf SYSTEM "http://www.example.org/nitf-3-4.dtd">
<nitf>
 <head>
  <title>Bridge (metadata)</title>
  <tobject><tobject.subject tobject.subject.type="Politics" tobject.subject.matter="Councils"/>
  </tobject>
  <docdata management-status="usable">
   <correction info="The bridge is not a tunnel." id-string="np-1"/>
   <doc-id regsrc="NP" id-string="np-2"/>
   <urgency ed-urg="4"/>
   <date.issue norm="20190103T101500+0100"/>
   <date.expire norm="20200103"/>
   <ed-msg info="Adds quotes"/>
   <du-key key="bridge" version="3"/>
   <doc.copyright holder="Northport Courier" year="2019"/>
   <key-list><keyword key="bridges"/><keyword key="money"/><keyword key="bridges"/></key-list>
  </docdata>
  <pubdata name="Northport Courier" position.section="Local" ex-ref="https://example.org/2"/>
  <revision-history name="J. Doe" norm="20190103"/>
 </head>
 <body>
  <body.head>
   <hedline><hl1>Bridge
     closes</hl1><hl2>A long winter</hl2></hedline>
   <byline>By Jane Doe, <byttl>Staff Reporter</byttl></byline>
   <byline><person>John Roe</person></byline>
   <dateline><location>NORTHPORT</location>, Jan 3</dateline>
   <abstract><p>Engineers fear the ice.</p></abstract>
  </body.head>
  <body.content>
   <block>
    <p>The <org>council</org> met on
       Monday and talked about the bridge.</p>
    <hl2>Money</hl2>
    <media media-type="image"><media-reference source="a.jpg"/>
     <media-caption><p>A bridge at&nbsp;dawn.</p></media-caption>
     <media-producer>Max Poe</media-producer></media>
    <p>{SECOND}</p>
    <table><tr><th>Year</th><td>1</td></tr><tr><td>2019</td><td>2</td></tr></table>
    <ul><li>one<br/>two</li></ul>
   </block>
  </body.content>
  <body.end><tagline>Ann Poe helped.</tagline></body.end>
 </body>
</nitf>"""


def contents(text: str) -> list[Content]:
    document = Document("story.xml", "story.xml", io.BytesIO(text.encode()))
    assert FORMAT.recognises(document)
    return list(FORMAT.read(document, Options()))


def article(text: str) -> Article:
    (found,) = contents(text)
    assert isinstance(found, Found)
    assert found.number is None
    return found.article


def small(docdata: str = "", body: str = f"<p>{FIRST}</p>", status: str = "usable") -> str:
    return f"""<nitf><head><docdata management-status="{status}">{docdata}</docdata></head><body>
      <body.head><hedline><hl1>Title</hl1></hedline></body.head>
      <body.content>{body}</body.content></body></nitf>"""


def test_every_field_has_its_place() -> None:
    start = len(FIRST) + 2
    assert article(STORY) == Article(
        title="Bridge closes",
        standfirst="Engineers fear the ice.",
        body=f"{FIRST}\n\nMoney\n\n{SECOND}\n\nYear | 1\n\n2019 | 2\n\none\ntwo",
        subheadings=(Subheading(start, start + 5, "Money"),),
        captions=("A bridge at\xa0dawn.",),
        credits=("Max Poe",),
        authors=("Jane Doe", "John Roe"),
        dateline="NORTHPORT, Jan 3",
        source="Northport Courier",
        url="https://example.org/2",
        uri="np-2",
        version=3,
        topics=("bridges", "money", "Councils"),
        rights="© 2019 Northport Courier",
        published=Moment("2019-01-03T09:15:00Z", "second"),
        status="corrected",
        correction="The bridge is not a tunnel.",
        extra={
            "notes": ["Adds quotes"],
            "corrects": "np-1",
            "expires": "20200103",
            "urgency": "4",
            "slugline": "bridge",
            "registered_by": "NP",
            "section": "Local",
            "revisions": [{"name": "J. Doe", "norm": "20190103"}],
            "tagline": "Ann Poe helped.",
        },
    )


@pytest.mark.parametrize(
    ("norm", "published", "kept"),
    [
        ("20190103", Moment("2019-01-03", "day"), None),
        ("20190103T101500", Moment("2019-01-03", "day"), None),
        ("2019-01-03T10:15Z", Moment("2019-01-03T10:15:00Z", "minute"), None),
        ("201901", None, "201901"),
        ("soon", None, "soon"),
    ],
)
def test_a_date_is_as_precise_as_it_is_stated(
    norm: str, published: Moment | None, kept: str | None
) -> None:
    found = article(small(f'<date.issue norm="{norm}"/>'))
    assert found.published == published
    assert found.extra.get("published") == kept


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Jane Doe and John Roe", ("Jane Doe", "John Roe")),
        ("Jane Doe", ("Jane Doe",)),
        ("<byttl>Staff</byttl>", ()),
        ("<person>Jane Doe</person>, <byttl>Staff</byttl>", ("Jane Doe",)),
    ],
)
def test_authors(byline: str, authors: tuple[str, ...]) -> None:
    text = small().replace("<hedline>", f"<byline>{byline}</byline><hedline>")
    assert article(text).authors == authors


def test_without_an_abstract_the_second_headline_is_the_standfirst() -> None:
    text = small().replace("</hl1>", "</hl1><hl2>A long winter</hl2>")
    assert article(text).standfirst == "A long winter"


def test_a_namespace_and_loose_words_do_no_harm() -> None:
    text = small(body=f"{FIRST}<p>{SECOND}</p>tail <em>end</em>")
    found = article(text.replace("<nitf>", '<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/">'))
    assert found.body == f"{FIRST}\n\n{SECOND}\n\ntail end"


def test_a_story_may_be_taken_back() -> None:
    text = small('<doc-id id-string="np-2"/>', status="canceled")
    assert contents(text) == [Withdrawn("withdrawn by its source", uri="np-2")]


def test_an_embargo_ends_when_the_story_is_released() -> None:
    text = small('<date.release norm="20190103T101500Z"/>', status="embargoed")
    assert article(text).embargoed_until == Moment("2019-01-03T10:15:00Z", "second")
    free = article(small('<date.release norm="20190103T101500Z"/>'))
    assert free.embargoed_until is None
    assert free.extra == {"released": "20190103T101500Z"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "withheld"}, "is withheld by its source until further notice"),
        (
            {"status": "canceled"},
            "is withdrawn by its source, but does not say which story it is",
        ),
        ({"status": "embargoed"}, "is under an embargo without a clear end: “”"),
        (
            {"status": "embargoed", "docdata": '<date.release norm="20190103T101500"/>'},
            "is under an embargo whose end has no time zone: “20190103T101500”",
        ),
        ({"body": "<p> </p>"}, "has a title but no text"),
    ],
)
def test_what_is_refused(said: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        contents(small(**said))
    assert caught.value.detail == reason


def release_of(norm: str, byline: str = "") -> str:
    return (
        f"<nitf><head><docdata><date.release norm='{norm}'/></docdata></head><body><body.head>"
        f"{byline}</body.head><body.content><p>{FIRST}</p></body.content></body></nitf>"
    )


def read_story(text: str) -> Article:
    (found,) = FORMAT.read(Document("a", "a", io.BytesIO(text.encode())), Options())
    assert isinstance(found, Found)
    return found.article


def test_a_release_to_come_is_an_embargo() -> None:
    assert read_story(release_of("29990103T101500Z")).embargoed_until == Moment(
        "2999-01-03T10:15:00Z", "second"
    )
    past = read_story(release_of("20190103T101500Z"))
    assert (past.embargoed_until, past.extra["released"]) == (None, "20190103T101500Z")
    assert read_story(release_of("soon")).extra["released"] == "soon"
    with pytest.raises(Unreadable, match="no time zone"):
        read_story(release_of("29990103T101500"))


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By <person>Jane Doe</person> and John Roe<byttl>Reporters</byttl>", "Jane Doe|John Roe"),
        ("By John Roe, Max Poe and <person>Jane Doe</person>", "John Roe|Max Poe|Jane Doe"),
        ("<person>Jane Doe</person> in <location>Seoul</location>", "Jane Doe"),
        ("<person>Jane Doe</person> & amp; <person>Doe, John</person>", "Jane Doe|Doe, John"),
        ("By Jane Doe and John Roe", "Jane Doe|John Roe"),
        ("<person>Jane Doe</person>", "Jane Doe"),
    ],
)
def test_every_author_of_a_byline(byline: str, authors: str) -> None:
    marked = f"<byline>{byline.replace('& amp;', '&amp;')}</byline>"
    assert "|".join(read_story(release_of("", marked)).authors) == authors
