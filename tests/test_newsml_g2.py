"""NewsML-G2: the envelope over its text, messages of many items, and what is no article."""

import base64
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.dates import Moment
from service.errors import Unreadable
from service.formats.document import Content, Document, Found, Options, Refused, Withdrawn
from service.formats.xml import nitf
from service.formats.xml.newsml_g2 import FORMAT

TEXT = "The council met on Monday and talked about the bridge."
G2 = "http://iptc.org/std/nar/2006-10-01/"
NITF = f"""<inlineXML contenttype="application/nitf+xml">
  <nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body>
    <body.head><hedline><hl1>Bridge shut</hl1></hedline><byline>By John Roe</byline>
      <abstract><p>Engineers fear the ice.</p></abstract></body.head>
    <body.content><p>{TEXT}</p></body.content></body></nitf></inlineXML>"""
ABOUT = """<urgency>4</urgency>
  <contentCreated>2019-01-02</contentCreated>
  <located qcode="city:np"><name>Northport</name></located>
  <creator qcode="staff:1" type="cpnat:person"><name>Nobody</name></creator>
  <infoSource qcode="is:NP"><name>Northport Courier</name></infoSource>
  <creditline>NP/Max Poe</creditline>
  <by>By Jane Doe</by>
  <dateline>NORTHPORT, Jan 3</dateline>
  <language tag="en-GB"/>
  <subject qcode="medtop:1"><name xml:lang="de">Brücken</name>
    <name xml:lang="en">bridges</name></subject>
  <subject qcode="np:2"/><subject qcode="np:3"/>
  <keyword>ice</keyword>
  <slugline>bridge</slugline>
  <headline xml:lang="de">Brücke zu</headline><headline xml:lang="en-US">Bridge
     closes</headline>"""
META = """<itemClass qcode="ninat:text"/><provider qcode="nprov:NPA"/>
  <versionCreated>2019-01-03T11:15:00+01:00</versionCreated>
  <firstCreated>2019-01-03T08:00Z</firstCreated>
  <embargoed>2019-01-04T06:00:00Z</embargoed>
  <pubStatus qcode="stat:usable"/>
  <edNote>It is not a tunnel.</edNote>
  <signal qcode="sig:correction"/>"""


def item(
    content: str = NITF, meta: str = META, about: str = ABOUT, more: str = "", tag: str = "newsItem"
) -> str:
    return f"""<{tag} xmlns="{G2}" guid="urn:np:2" version="3" xml:lang="en">
      <rightsInfo><copyrightHolder><name>NP</name></copyrightHolder>
        <copyrightNotice>All ours</copyrightNotice><usageTerms>Ask</usageTerms></rightsInfo>
      <itemMeta>{meta}</itemMeta><contentMeta>{about}</contentMeta>
      <contentSet>{content}</contentSet>{more}</{tag}>"""


def contents(text: str) -> list[Content]:
    document = Document("a.xml", "a.xml", io.BytesIO(text.encode()))
    assert FORMAT.recognises(document)
    return list(FORMAT.read(document, Options()))


def article(text: str) -> Article:
    (found,) = contents(text)
    assert isinstance(found, Found)
    return found.article


def test_every_field_has_its_place() -> None:
    more = '<assert qcode="np:2"><name>Northport</name></assert>'
    assert article(item(more=more)) == Article(
        title="Bridge closes",
        standfirst="Engineers fear the ice.",
        body=TEXT,
        credits=("NP/Max Poe",),
        authors=("Jane Doe",),
        dateline="NORTHPORT, Jan 3",
        source="Northport Courier",
        uri="urn:np:2",
        version=3,
        language="en-GB",
        topics=("bridges", "Northport", "ice"),
        rights="All ours\nAsk",
        published=Moment("2019-01-03T08:00:00Z", "minute"),
        updated=Moment("2019-01-03T10:15:00Z", "second"),
        status="corrected",
        correction="It is not a tunnel.",
        embargoed_until=Moment("2019-01-04T06:00:00Z", "second"),
        extra={
            "notes": ["It is not a tunnel."],
            "urgency": "4",
            "slugline": "bridge",
            "located": ["Northport"],
            "signals": ["correction"],
            "content_created": "2019-01-02",
            "headline": "Bridge shut",
        },
    )


@pytest.mark.parametrize(
    "content",
    [
        f"<inlineData contenttype='text/plain'>\n  {TEXT}\n\n  And so on.\n</inlineData>",
        f"<inlineData contenttype='text/html'>&lt;p&gt;{TEXT}&lt;/p&gt;&lt;p&gt;And so on."
        "</inlineData>",
        "<inlineXML contenttype='application/xhtml+xml'><h:html"
        " xmlns:h='http://www.w3.org/1999/xhtml'><h:head><h:title>T</h:title></h:head><h:body>"
        f"<h:p>{TEXT}</h:p><h:p>And so on.</h:p></h:body></h:html></inlineXML>",
        "<inlineData contenttype='text/plain' encoding='enc:base64'>"
        + base64.b64encode(f"{TEXT}\n\nAnd so on.".encode()).decode()
        + "</inlineData>",
        "<remoteContent contenttype='image/jpeg' href='a.jpg'/>"
        f"<inlineData contenttype='text/plain'>{TEXT}\n\nAnd so on.</inlineData>",
    ],
    ids=["plain", "html", "xhtml", "base64", "beside a picture"],
)
def test_texts_of_other_kinds(content: str) -> None:
    assert article(item(content)).body == f"{TEXT}\n\nAnd so on."


def test_an_update_is_no_correction() -> None:
    found = article(item(meta=META.replace("sig:correction", "sig:update")))
    assert (found.status, found.correction) == ("published", None)
    assert found.extra["signals"] == ["update"]


def test_what_is_not_stated_is_left_open() -> None:
    found = article(item(meta="<itemClass qcode='ninat:text'/>", about=""))
    assert (found.title, found.published, found.updated, found.source) == (
        "Bridge shut",
        None,
        None,
        None,
    )
    assert (found.authors, found.language) == (("John Roe",), "en")


def test_a_creator_is_an_author_only_if_it_is_a_person() -> None:
    bare = NITF.replace("<byline>By John Roe</byline>", "")
    firm = "<creator><name>Wire Services</name></creator>"
    found = article(item(bare, about=firm))
    assert (found.authors, found.extra["creators"]) == ((), ["Wire Services"])
    person = "<creator type='cpnat:person'><name>Jane Doe</name></creator>"
    assert article(item(bare, about=person)).authors == ("Jane Doe",)


def test_an_item_may_be_taken_back() -> None:
    gone = item(content="", meta="<pubStatus qcode='stat:canceled'/>", about="")
    assert contents(gone) == [Withdrawn("withdrawn by its source", uri="urn:np:2")]


def test_a_message_goes_on_after_a_picture() -> None:
    picture = item(meta="<itemClass qcode='ninat:picture'/>", content="")
    gone = item(meta="<pubStatus uri='http://cv.iptc.org/newscodes/pubstatus/canceled'/>")
    items = picture + item() + gone
    text = f"<newsMessage xmlns='{G2}'><header/><itemSet>{items}</itemSet></newsMessage>"
    refused, found, withdrawn = contents(text)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.number) == ("is a picture, not an article", 1)
    assert b"urn:np:2" in refused.data
    assert isinstance(found, Found)
    assert (found.number, found.article.body) == (2, TEXT)
    assert withdrawn == Withdrawn("withdrawn by its source", uri="urn:np:2", number=3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (item(meta="<itemClass qcode='ninat:video'/>"), "is a video, not an article"),
        (item("", meta="<itemClass qcode='ninat:text'/>"), "has no text"),
        (
            item("", meta="<itemClass qcode='ninat:composite'/>"),
            "is a composite without a text of its own",
        ),
        (item(tag="packageItem"), "is a package without a text of its own"),
        (item(tag="planningItem"), "is a planning item, not an article"),
        (
            item(meta="<pubStatus qcode='stat:withheld'/>"),
            "is withheld by its source until further notice",
        ),
        (
            item(meta="<embargoed/>"),
            "is under an embargo without a clear end: “”",
        ),
        (
            item("<inlineXML><sports-content xmlns='x'/></inlineXML>"),
            "holds XML of a kind that is not read: <sports-content>",
        ),
        (
            item("<remoteContent contenttype='text/html' href='https://example.org/'/>"),
            "holds no text, only the address of one",
        ),
        (
            item("<inlineData contenttype='image/png'>aa</inlineData>"),
            "holds image/png, not a text",
        ),
        (f"<newsMessage xmlns='{G2}'/>", "is a message without items"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        contents(text)
    assert caught.value.detail == reason


_NAMES = st.sampled_from(
    """newsItem newsMessage itemSet itemMeta contentMeta contentSet inlineXML inlineData nitf head
    body body.head body.content docdata hedline hl1 hl2 p media table tr td br byline person
    embargoed headline subject name provider pubStatus signal rightsInfo date.issue
    doc-id html div""".split()
)
_VALUES = st.sampled_from(["", "3", "stat:canceled", "2019-01-03", "text/plain", "base64", "é"])
_ATTRIBUTES = st.sampled_from(
    "guid version qcode norm id-string management-status contenttype encoding type role".split()
)
_TREES = st.recursive(
    st.text("ab \n", max_size=5),
    lambda inside: st.builds(
        lambda name, attribute, value, parts: (
            f'<{name} {attribute}="{value}">{"".join(parts)}</{name}>'
        ),
        _NAMES,
        _ATTRIBUTES,
        _VALUES,
        st.lists(inside, max_size=5),
    ),
    max_leaves=40,
)


@pytest.mark.parametrize("root", ["newsItem", "newsMessage", "nitf"])
@given(st.lists(_TREES, max_size=4))
def test_elements_in_any_order_give_an_article_or_a_reason(root: str, parts: list[str]) -> None:
    read = (nitf.FORMAT if root == "nitf" else FORMAT).read
    text = f"<{root}>{''.join(parts)}</{root}>"
    document = Document("a.xml", "a.xml", io.BytesIO(text.encode()))
    with suppress(Unreadable):
        assert list(read(document, Options()))
