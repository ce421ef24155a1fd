"""Stated fields over shown ones: sidecar, front matter, and faults that name their field."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import read_one

from service.article import Article, Subheading
from service.dates import Moment
from service.errors import Unreadable
from service.formats.front_matter import split_front_matter

PROSE = "The council met on Monday and talked about the bridge until the lights went out."
MORE = "Nobody knew who would pay for the repairs, and nobody wanted to ask the mayor."
STORY = f"Bridge closes\n\nEngineers fear a long winter\n\n{PROSE}\n\nWho will pay?\n\n{MORE}"


def overlaid(text: str = STORY, **stated: Any) -> Article:
    return read_one(text.encode(), "story.txt", json.dumps(stated).encode())


def reason(data: str, sidecar: str | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read_one(data.encode(), "story.txt", None if sidecar is None else sidecar.encode())
    return caught.value.detail


def test_every_field_can_be_stated() -> None:
    found = overlaid(
        key="rome-1",
        uri="urn:newsml:1",
        title="Another title",
        standfirst="Another standfirst",
        body=f"{PROSE}\r\n\r\nMoney\r\n\r\n{MORE}\n",
        subheadings=[{"start": len(PROSE) + 2, "end": len(PROSE) + 7, "text": "Money"}],
        captions=["A bridge\nat dawn"],
        credits="AFP",
        related=[],
        authors=["Jane Doe"],
        topics="bridges",
        dateline="NORTHPORT",
        source="Northport Courier",
        url="https://example.org/1",
        language="en-GB",
        rights="All ours",
        published_at="2018-12-16T10:30+09:00",
        updated_at="2018-12-17",
        embargoed_until="2018-12-16T10:30:00Z",
        status="corrected",
        correction="It was a bridge.",
        desk={"night": [1, 2.5, None]},
    )
    assert found == Article(
        key="rome-1",
        uri="urn:newsml:1",
        title="Another title",
        standfirst="Another standfirst",
        body=f"{PROSE}\n\nMoney\n\n{MORE}",
        subheadings=(Subheading(len(PROSE) + 2, len(PROSE) + 7, "Money"),),
        captions=("A bridge at dawn",),
        credits=("AFP",),
        authors=("Jane Doe",),
        topics=("bridges",),
        dateline="NORTHPORT",
        source="Northport Courier",
        url="https://example.org/1",
        language="en-GB",
        rights="All ours",
        published=Moment("2018-12-16T01:30:00Z", "minute"),
        updated=Moment("2018-12-17", "day"),
        embargoed_until=Moment("2018-12-16T10:30:00Z", "second"),
        status="corrected",
        correction="It was a bridge.",
        extra={
            "desk": {"night": [1, 2.5, None]},
            "text_said": {
                "body": f"{PROSE}\n\nWho will pay?\n\n{MORE}",
                "title": "Bridge closes",
                "standfirst": "Engineers fear a long winter",
            },
        },
    )


@pytest.mark.parametrize(
    ("stated", "title", "standfirst", "first"),
    [
        ({"title": "bridge  closes"}, "bridge  closes", "Engineers fear a long winter", PROSE),
        ({"title": "Shut"}, "Shut", "Engineers fear a long winter", "Bridge closes"),
        ({"standfirst": "Cold"}, "Bridge closes", "Cold", "Engineers fear a long winter"),
        (
            {"title": "Engineers fear a long winter"},
            "Engineers fear a long winter",
            None,
            "Bridge closes",
        ),
        (
            {"title": "Shut", "standfirst": "Bridge closes"},
            "Shut",
            "Bridge closes",
            "Engineers fear a long winter",
        ),
        (
            {"title": None, "standfirst": " "},
            "Bridge closes",
            "Engineers fear a long winter",
            PROSE,
        ),
    ],
)
def test_a_headline_is_never_lost(
    stated: dict[str, Any], title: str, standfirst: str | None, first: str
) -> None:
    found = overlaid(**stated)
    assert (found.title, found.standfirst) == (title, standfirst)
    assert found.body.split("\n\n")[0] == first
    (heading,) = found.subheadings
    assert found.body[heading.start : heading.end] == heading.text == "Who will pay?"


def test_a_stated_title_is_not_repeated_by_the_body() -> None:
    found = overlaid(f"The bridge is shut.\n\n{PROSE}\n\n{MORE}", title="The bridge is shut.")
    assert (found.title, found.title_derived) == ("The bridge is shut.", False)
    assert found.body == f"{PROSE}\n\n{MORE}"


def test_a_stated_title_or_source_is_not_derived() -> None:
    text = "The bridge is unsafe, Asia Times has learned. Nobody may pass."
    shown = read_one(text.encode(), "story.txt")
    assert (shown.title_derived, shown.source_derived) == (True, True)
    found = overlaid(text, title="Unsafe", source="Courier")
    assert (found.title_derived, found.source_derived, found.body) == (False, False, text)
    assert overlaid(text, title="Unsafe", title_derived=True).title_derived


def test_a_stated_body_is_read_anew() -> None:
    found = overlaid("The bridge is unsafe, Asia Times has learned.", body=f"ROME (AP) — {PROSE}")
    assert (found.title, found.title_derived) == (PROSE, True)
    assert (found.dateline, found.source, found.source_derived) == ("ROME (AP)", "AP", True)
    assert found.extra["text_said"] == {"body": "The bridge is unsafe, Asia Times has learned."}


def test_replaced_items_are_kept() -> None:
    text = f"Bridge closes\n\nBy Jane Doe\n\n{PROSE}\n\nPhoto: Max Poe/Reuters\n\n{MORE}"
    found = overlaid(text, authors=["John Roe"], credits=["MAX POE", "Reuters"])
    assert (found.authors, found.credits) == (("John Roe",), ("MAX POE", "Reuters"))
    assert found.extra == {"text_said": {"authors": ["Jane Doe"]}}


def test_sidecar_over_front_matter_over_text() -> None:
    text = f"---\ntitle: Front\nauthor: Front Doe\ndesk: night\npages: 2\n---\n{STORY}"
    found = overlaid(text, title="Side", desk="day")
    assert (found.title, found.authors) == ("Side", ("Front Doe",))
    assert found.extra == {"desk": "day", "pages": 2}
    assert found.body.startswith("Bridge closes\n\n")


@pytest.mark.parametrize(
    ("name", "value", "field", "read_as"),
    [
        ("headline", "Shut", "title", "Shut"),
        ("byline", "By Jane Doe and John Roe", "authors", ("Jane Doe", "John Roe")),
        ("Author", "Jane Doe", "authors", ("Jane Doe",)),
        ("date", "2018-12-16", "published", Moment("2018-12-16", "day")),
        ("datePublished", "2018-12-16", "published", Moment("2018-12-16", "day")),
        ("last-modified", "2018-12-16", "updated", Moment("2018-12-16", "day")),
        ("keywords", ["a", "b"], "topics", ("a", "b")),
        ("lang", "ko", "language", "ko"),
        ("publication", "Courier", "source", "Courier"),
        ("title", 1984, "title", "1984"),
    ],
)
def test_other_names(name: str, value: Any, field: str, read_as: Any) -> None:
    assert getattr(overlaid(**{name: value}), field) == read_as


def test_beside_our_own_name_another_name_is_extra() -> None:
    found = overlaid(headline="Two", title="One", Id=7, extra={"shelf": "b"})
    assert found.title == "One"
    assert found.extra == {"headline": "Two", "Id": 7, "shelf": "b"}


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        (
            '{"published_at": "2018-13-01"}',
            "published_at: “2018-13-01” is no date: month must be in 1..12",
        ),
        (
            '{"date": "12 May"}',
            "date: “12 May” is neither a full date (2018-12-16) nor a date-time with a zone",
        ),
        (
            '{"date": "2018-12-16T10:00"}',
            "date: “2018-12-16T10:00” has no time zone: add one (Z or +09:00), or give the date"
            " alone",
        ),
        ('{"date": 20181216.5}', "date: must be text"),
        ('{"title": "\\ud800"}', "title: holds a NUL character or half of a surrogate pair"),
        ('{"shelf": ["a\\u0000"]}', "shelf: holds a NUL character or half of a surrogate pair"),
        ('{"\\udfff": 1}', "\\udfff: holds a NUL character or half of a surrogate pair"),
        ('{"title": ["a"]}', "title: must be text"),
        ('{"authors": [1.5]}', "authors: must be a text or a list of texts"),
        ('{"body": " "}', "body: is empty"),
        ('{"title_derived": "yes"}', "title_derived: must be true or false"),
        ('{"status": "open"}', "status: must be published or corrected"),
        ('{"status": "draft"}', "is a draft, by its own status"),
        (
            '{"language": "english"}',
            "language: “english” is not a BCP 47 language tag such as en or pt-BR",
        ),
        ('{"url": "ftp://x"}', "url: “ftp://x” is not a web address such as https://example.org/1"),
        ('{"uri": ["x"]}', "uri: must be text"),
        ('{"subheadings": "a"}', "subheadings: must be a list of {start, end, text}"),
        (
            '{"subheadings": [{"start": true, "end": 2}]}',
            "subheadings[0]: start and end must be whole numbers",
        ),
        (
            '{"subheadings": [{"start": 0, "end": 9999}]}',
            "subheadings[0]: 0 to 9999 lies outside the body of 175 characters",
        ),
        (
            '{"subheadings": [{"start": 0, "end": 2, "text": "X"}]}',
            "subheadings[0]: its text is not what stands in the body at 0 to 2",
        ),
    ],
)
def test_faults_name_their_field(stated: str, fault: str) -> None:
    assert reason(STORY, stated) == fault


@pytest.mark.parametrize("key", ["", "-a", "a b", "a/b", "é", "a" * 129, ".."])
def test_keys_that_are_none(key: str) -> None:
    if key:
        assert reason(STORY, json.dumps({"key": key})).startswith("key: “")
    else:
        assert overlaid(key=key).key is None


@pytest.mark.parametrize(
    ("sidecar", "fault"),
    [
        ("", "is not valid JSON: expecting value: line 1 column 1 (char 0)"),
        ('{"a": NaN}', "is not valid JSON: NaN is no number"),
        ('{"a": 1e999}', "is not valid JSON: 1e999 is no number"),
        ('{"a": 1, "a": 2}', "is not valid JSON: “a” is stated twice"),
        ("[1]", "must hold one JSON object"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_sidecars_that_are_none(sidecar: str, fault: str) -> None:
    assert reason(STORY, sidecar) == f"its sidecar story.txt.json or story.json {fault}"


def test_a_sidecar_may_have_a_byte_order_mark_but_not_another_encoding() -> None:
    assert read_one(STORY.encode(), "a.txt", b'\xef\xbb\xbf{"lang": "en"}').language == "en"
    with pytest.raises(Unreadable, match="is not UTF-8"):
        read_one(STORY.encode(), "a.txt", '{"title": "café"}'.encode("cp1252"))


def test_front_matter_is_read_as_text() -> None:
    block = (
        "date: 2018-12-16\nat: 12:30:45\nland: NO\nlive: true\nno: 007\nv: 1.10\nn: 3\nz:\nq: '4'"
    )
    fields, text = split_front_matter(f"---\n{block}\n---  \r\nStory")
    assert text == "Story"
    assert fields == {
        "date": "2018-12-16",
        "at": "12:30:45",
        "land": "NO",
        "live": True,
        "no": "007",
        "v": "1.10",
        "n": 3,
        "z": None,
        "q": "4",
    }


@pytest.mark.parametrize(
    "text",
    [
        "---\nThe night shift wrote this.\n---\nStory",
        "---\nThe mayor said: no.\n---\nStory",
        "---\n- a\n- b\n---\nStory",
        "---\ntitle: a\nStory without an end",
        "--- \n\nStory\n\n-----\nMore",
        " ---\ntitle: a\n---\nStory",
        "---\n" + "a b c\n" * 20_000 + "---\nStory",
    ],
)
def test_dashes_that_are_no_front_matter(text: str) -> None:
    assert split_front_matter(text) == (None, text)


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ("title: a: b\nlang: en", "line 2: mapping values are not allowed here"),
        ("lang: en\ntags: [a, b", "line 4: expected ',' or ']', but got '<stream end>'"),
        ("lang: en\nlang: ko", "line 3: “lang” is stated twice"),
        ("a: &x [1]\nb: *x", "line 2: references (*) are not read"),
        ("lang: en\nat: 1\n? [a]\n: b", "line 4: a name must be text"),
        ("a: \x07b", "it holds a character that YAML does not allow"),
        ("a: " + "[" * 60 + "]" * 60, "line 2: nested too deeply"),
    ],
)
def test_faults_of_front_matter(block: str, fault: str) -> None:
    told = reason(f"---\n{block}\n---\n{STORY}")
    assert told == f"its front matter is not valid YAML: {fault}"


def test_front_matter_may_state_the_body_and_builds_nothing_from_tags() -> None:
    found = read_one(b"---\nbody: |\n  One.\n\n  Two.\nx: !!python/name:os.system\n---\n", "a.txt")
    assert (found.body, found.title, found.title_derived) == ("One.\n\nTwo.", "One.", True)
    assert found.extra == {"x": None}


JSONABLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    (
        "title",
        "standfirst",
        "body",
        "subheadings",
        "authors",
        "topics",
        "date",
        "lang",
        "extra",
        "rights",
        "x",
    )
)


def article_or_reason(sidecar: bytes) -> Article | str:
    try:
        return read_one(STORY.encode(), "a.txt", sidecar)
    except Unreadable as fault:
        return fault.detail


@given(st.dictionaries(NAMES | st.text(), JSONABLE, max_size=5))
def test_any_sidecar_gives_an_article_or_a_reason(stated: dict[str, Any]) -> None:
    found = article_or_reason(json.dumps(stated).encode())
    if isinstance(found, str):
        assert found.encode("utf-8")
        return
    assert found.body.strip()
    assert found.content_hash()
    for heading in found.subheadings:
        assert found.body[heading.start : heading.end] == heading.text


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: A\nembargoed_until: 2098-01-01\nThe story.\n",
        "---\ntitle: A\n...\nThe story.\n",
        "---\n- title: A\n- source: B\n---\nThe story.\n",
    ],
)
def test_front_matter_that_would_be_read_as_text_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="its front matter has no end"):
        read_one(text.encode(), "story.txt")


def test_a_rule_of_dashes_is_no_front_matter() -> None:
    assert read_one(b"---\nSeoul: a city.\n\nMore.", "story.txt").body.startswith("---")
