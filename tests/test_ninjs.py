"""ninjs of every generation: what becomes of an item, and why some give no article."""

from contextlib import suppress
from typing import Any

import pytest

from service.article import Article
from service.dates import Moment
from service.errors import Unreadable
from service.formats.document import Withdrawn
from service.formats.records.ninjs import is_ninjs, read_ninjs

PLAIN = "ROME, Italy (AP) -- The trial has begun.\n\nIt was put off twice."
MARKED = "<p>The trial has begun.</p><p>It was put off twice.</p>"
FIRST: dict[str, Any] = {
    "uri": "urn:example:1",
    "type": "text",
    "version": "3",
    "firstcreated": "2013-07-08T08:00:00Z",
    "versioncreated": "2013-07-09T10:37:00+02:00",
    "byline": "Jane Doe and John Roe",
    "headline": "Captain on trial",
    "body_text": PLAIN,
    "body_xhtml": MARKED,
    "description_text": "A long wait is over",
    "language": "en",
    "located": "Grosseto, Italy",
    "copyrightnotice": "© The Agency",
    "usageterms": "Editorial use only",
    "subject": [{"name": "Courts", "code": "1"}],
    "genre": [{"name": "Feature"}],
    "infosource": [{"name": "The Agency"}],
    "ednote": "Corrects paragraph 2",
    "person": [{"name": "Jim Poe"}],
    "associations": {
        "main": {
            "type": "picture",
            "byline": "Max Poe",
            "description_text": "The ship at dawn",
            "renditions": {"small": {"href": "https://example.org/1.jpg"}},
        }
    },
}
THIRD: dict[str, Any] = {
    "standard": {"name": "ninjs", "version": "3.0"},
    "uri": "urn:example:1",
    "type": "text",
    "version": "3",
    "firstCreated": "2013-07-08T08:00:00Z",
    "versionCreated": "2013-07-09T10:37:00+02:00",
    "pubStatus": "usable",
    "by": "Jane Doe and John Roe",
    "headlines": [{"role": "main", "value": "Captain on trial"}],
    "bodies": [
        {"role": "html", "contentType": "text/html", "value": MARKED},
        {"role": "text", "contentType": "text/plain", "value": PLAIN},
    ],
    "descriptions": [{"role": "lead", "value": "A long wait is over"}],
    "language": "en",
    "located": "Grosseto, Italy",
    "copyrightNotice": "© The Agency",
    "usageTerms": "Editorial use only",
    "subjects": [{"name": "Courts"}],
    "genres": [{"name": "Feature"}],
    "infoSources": [{"name": "The Agency"}],
    "edNote": "Corrects paragraph 2",
    "people": [{"name": "Jim Poe"}],
    "associations": [
        {
            "name": "main",
            "type": "picture",
            "by": "Max Poe",
            "descriptions": [{"role": "caption", "value": "The ship at dawn"}],
        }
    ],
}


def read(raw: dict[str, Any]) -> Article:
    assert is_ninjs(raw)
    found = read_ninjs(raw)
    assert isinstance(found, Article)
    return found


@pytest.mark.parametrize("raw", [FIRST, THIRD], ids=["1.x", "3.x"])
def test_every_generation_gives_the_same(raw: dict[str, Any]) -> None:
    article = read(raw)
    assert (article.uri, article.version) == ("urn:example:1", 3)
    assert (article.title, article.standfirst) == ("Captain on trial", "A long wait is over")
    assert article.body == PLAIN
    assert article.authors == ("Jane Doe", "John Roe")
    assert article.dateline == "ROME, Italy (AP)"
    assert (article.source, article.language) == ("The Agency", "en")
    assert article.rights == "© The Agency\nEditorial use only"
    assert article.topics == ("Courts", "Feature")
    assert (article.captions, article.credits) == (("The ship at dawn",), ("Max Poe",))
    assert article.published == Moment("2013-07-08T08:00:00Z", "second")
    assert article.updated == Moment("2013-07-09T08:37:00Z", "second")
    assert article.extra["notes"] == ["Corrects paragraph 2"]
    assert {"person", "people"} & article.extra.keys()


def item(**more: Any) -> dict[str, Any]:
    return {
        "uri": "urn:example:2",
        "type": "text",
        "versioncreated": "2013-07-09T10:37:00Z",
        "headline": "Captain on trial",
        "body_text": "The trial has begun.",
    } | more


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"pubstatus": "withheld"}, "is withheld by its source until further notice"),
        ({"body_text": ""}, "has no text"),
        ({"type": "picture", "body_text": ""}, "is a picture, not an article"),
        ({"type": "picture"}, "is a picture, not an article"),
        ({"type": "video", "body_text": " … "}, "is a video, not an article"),
        ({"type": "composite", "body_text": ""}, "is a package without a text of its own"),
        ({"type": "event", "body_text": ""}, "is an event, not an article"),
        ({"type": "planning", "body_text": ""}, "is a planning item, not an article"),
        ({"embargoed": "tomorrow"}, "embargoed_until: “tomorrow” is neither a full date"),
        ({"body_text": "a\0b"}, "body_text: holds a NUL"),
    ],
)
def test_why_there_is_no_article(more: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(item(**more))
    assert caught.value.detail.startswith(reason)


def test_what_is_cancelled_is_withdrawn() -> None:
    raw = item(pubstatus="canceled", infosource=[{"name": "The Agency"}])
    assert read_ninjs(raw) == Withdrawn(
        "withdrawn by its source", uri="urn:example:2", source="The Agency"
    )


@pytest.mark.parametrize("status", ["canceled", "stat:canceled", "Cancelled"])
@pytest.mark.parametrize("uri", ["", " ", "\n", None, [], 0])
def test_what_is_withdrawn_must_say_what(status: str, uri: Any) -> None:
    """Else everything without a uri would be killed."""
    raw = item(uri=uri, pubstatus=status)
    assert is_ninjs(raw)
    with pytest.raises(Unreadable, match="is withdrawn by its source, but has no uri to tell what"):
        read_ninjs(raw)


def test_what_is_withdrawn_comes_in_under_no_other_name() -> None:
    raw = item(pubstatus="canceled", type="article")
    del raw["uri"]
    assert is_ninjs(raw)
    with pytest.raises(Unreadable, match="has no uri"):
        read_ninjs(raw)


def test_a_blank_uri_is_none() -> None:
    assert read(item(uri=" ")).uri is None
    assert read_ninjs(item(uri=" urn:1\n", pubstatus="canceled")) == Withdrawn(
        "withdrawn by its source", uri="urn:1"
    )


def test_an_embargo_is_kept() -> None:
    until = Moment("2013-07-10T00:00:00Z", "second")
    assert read(item(embargoed="2013-07-10T00:00:00Z")).embargoed_until == until
    assert read(item(embargoedUntil="2013-07-10T00:00:00Z")).embargoed_until == until


@pytest.mark.parametrize(
    ("more", "published", "version"),
    [
        ({}, None, None),
        ({"version": "1"}, "2013-07-09T10:37:00Z", 1),
        ({"version": "2"}, None, 2),
        ({"version": "0"}, None, None),
        ({"contentcreated": "2013-07-01T00:00:00Z"}, "2013-07-01T00:00:00Z", None),
    ],
)
def test_no_date_is_made_up(
    more: dict[str, Any], published: str | None, version: int | None
) -> None:
    article = read(item(**more))
    assert (article.published and article.published.shown) == published
    assert article.version == version
    assert article.updated == Moment("2013-07-09T10:37:00Z", "second")


@pytest.mark.parametrize(
    ("bodies", "body"),
    [
        ([("text/plain", "One two."), ("text/html", "<p>One</p><p>two.</p>")], "One\n\ntwo."),
        ([("text/html", "<p>One</p><p>two.</p>"), ("text/plain", "One\ntwo.")], "One\ntwo."),
        ([("text/vnd.IPTC.NITF", "<nitf><body><p>One.</p></body></nitf>")], "One."),
        ([("text/plain", "Captain on trial\nIt began.")], "It began."),
        ([("text/plain", "")], None),
    ],
)
def test_the_body_that_shows_its_paragraphs(
    bodies: list[tuple[str, str]], body: str | None
) -> None:
    listed = [{"contentType": kind, "value": value} for kind, value in bodies]
    raw = item(bodies=listed) | {"body_text": ""}
    if body is None:
        with pytest.raises(Unreadable, match="has no text"):
            read(raw)
    else:
        assert read(raw).body == body


@pytest.mark.parametrize(
    "raw",
    [
        {"title": "A", "body": "B"},
        {"uri": "urn:1", "title": "A", "body": "B", "published_at": "2019-01-01"},
        {"uri": "urn:1", "type": "object", "description": "a schema", "headlines": 1},
        {"type": "text", "headlines": []},
    ],
)
def test_other_objects_are_no_ninjs(raw: dict[str, Any]) -> None:
    assert not is_ninjs(raw)


@pytest.mark.parametrize("value", [None, 5, "x", [], [5], {}, {"a": 5}, [{"value": 5}], [[]]])
def test_odd_values_are_no_crash(value: Any) -> None:
    names = [*FIRST, *THIRD, "keywords", "embargoed"]
    for name in names:
        with suppress(Unreadable):
            read_ninjs({"uri": "urn:1", "body_text": "Text.", "headlines": []} | {name: value})


@pytest.mark.parametrize("value", [None, 5, "x", [], [5], {}, {"a": 5}, [{"value": 5}], [[]]])
def test_odd_values_in_what_an_archive_gave_away_are_no_crash(value: Any) -> None:
    own = {"altIds": [{"role": "cuttings", "value": "k"}], "bodies": [{"value": "Text."}]}
    for name in [*THIRD, *own, "descriptions", "edNote", "renditions", "embargoedUntil"]:
        with suppress(Unreadable):
            read_ninjs({"uri": "urn:1", "pubStatus": "usable"} | own | {name: value})


def test_what_an_archive_gave_away_has_nothing_left_over() -> None:
    own = {
        **THIRD,
        "altIds": [{"role": "cuttings", "value": "k"}],
        "renditions": [{"name": "web", "href": "https://example.org/1"}],
        "by": "Jane Doe, John Roe",
        "edNote": "For editors",
        "versionCreated": THIRD["firstCreated"],
    }
    article = read(own)
    assert (article.key, article.uri, article.url) == ("k", None, "https://example.org/1")
    assert (article.authors, article.updated) == (("Jane Doe", "John Roe"), None)
    assert article.extra == {"notes": ["For editors"]}


@pytest.mark.parametrize("key", ["", "two words", "x" * 200, "ä"])
def test_what_is_no_key_is_somebody_elses(key: str) -> None:
    article = read(THIRD | {"altIds": [{"role": "cuttings", "value": key}]})
    assert (article.key, article.uri) == (None, "urn:example:1")
