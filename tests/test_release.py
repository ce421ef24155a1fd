"""What its own word keeps from the public is refused, whatever the format, and nothing else is."""

import json
from typing import Any

import pytest
from reading import document, read_one

from service.errors import Unreadable
from service.formats import read
from service.formats.document import Content, Found, Options, Refused

BODY = "The council met on Monday and talked about the bridge."
ITEM = (
    "<item><title>Bridge</title><pubDate>{date}</pubDate>"
    "<content:encoded><![CDATA[<p>{body}</p>]]></content:encoded>"
    "<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>"
    "<wp:post_password>{password}</wp:post_password></item>"
)
EXPORT = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Courier</title>'
    "{}</channel></rss>"
)


def refusal(data: str, name: str, **options: Any) -> str | None:
    """Why the one record of a document is refused; None if it is an article."""
    try:
        (content,) = _contents(data, name, **options)
    except Unreadable as fault:
        return fault.detail
    assert isinstance(content, Found | Refused)
    return content.reason if isinstance(content, Refused) else None


def _contents(data: str, name: str, **options: Any) -> list[Content]:
    return list(read(document(data.encode(), name), Options(**options)))


def record(**said: Any) -> str | None:
    return refusal(json.dumps({"title": "Bridge", "body": BODY, **said}), "a.json")


def exported(status: str = "publish", kind: str = "post", password: str = "") -> str | None:
    item = ITEM.format(body=BODY, status=status, kind=kind, password=password, date="")
    return refusal(EXPORT.format(item), "a.xml")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "draft"}, "is a draft, by its own status"),
        ({"status": "Auto-Draft"}, "is a draft, by its own status"),
        ({"post_status": "private"}, "is private, by its own status"),
        ({"status": "pending"}, "is not released, by its own status"),
        ({"status": "future"}, "is scheduled for later, by its own status"),
        ({"status": "trash"}, "was deleted, by its own status"),
        ({"status": "killed"}, "was taken back, by its own status"),
        ({"publication_status": "canceled"}, "was taken back, by its own status"),
        ({"publishStatus": "stat:withheld"}, "is not released, by its own status"),
        ({"status": "embargoed"}, "is not released, by its own status"),
        ({"status": [{"value": "draft"}]}, "is a draft, by its own status"),
        ({"fields": {"status": "withdrawn"}}, "was taken back, by its own status"),
        ({"fields": {"title": "B", "draft": True}}, "is a draft, by its own word"),
        (
            {"uri": "a", "versioncreated": "2019-01-03", "state": "draft"},
            "is a draft, by its own status",
        ),
        ({"status": False}, "is not published, by its own word"),
        ({"published": False}, "is not published, by its own word"),
        ({"isPublished": 0}, "is not published, by its own word"),
        ({"draft": True}, "is a draft, by its own word"),
        ({"is_draft": "True"}, "is a draft, by its own word"),
        ({"deleted": "1"}, "was deleted, by its own word"),
        ({"deleted_at": "2020-01-01 10:00:00"}, "was deleted, by its own word"),
        ({"post_password": "x"}, "is protected by a password"),
        ({"excerpt": {"rendered": "", "protected": True}}, "is protected by a password"),
        ({"post_type": "attachment"}, "is a WordPress “attachment”, not an article"),
        # These are no such words.
        ({"status": "publish"}, None),
        ({"status": "corrected"}, None),
        ({"pubstatus": "stat:usable"}, None),
        ({"status": "ok"}, None),
        ({"status": None, "draft": None, "deleted_at": None}, None),
        ({"deleted_at": "NaN"}, None),
        ({"state": "Texas"}, None),
        ({"draft": False, "private": "no", "published": "2019-01-03"}, None),
        ({"draft": "the second"}, None),
        ({"post_type": "post", "post_password": ""}, None),
        ({"status": "embargoed", "embargoed_until": "2999-01-01T00:00Z"}, None),
    ],
)
def test_records(said: dict[str, Any], reason: str | None) -> None:
    assert record(**said) == reason


@pytest.mark.parametrize("mapping", [{}, {"kop": "title"}])
@pytest.mark.parametrize("status", ["canceled", "withheld", "stat:canceled"])
def test_a_status_of_ninjs_counts_in_any_record(status: str, mapping: dict[str, str]) -> None:
    data = json.dumps({"title": "Bridge", "body": BODY, "pubstatus": status})
    assert refusal(data, "a.json", fields=mapping) is not None


def test_a_name_that_is_told_to_be_the_status() -> None:
    data = json.dumps({"body": BODY, "stand": "draft"})
    assert refusal(data, "a.json") is None
    told = refusal(data, "a.json", fields={"stand": "status"})
    assert told == "is a draft, by its own status"


def test_rows_of_a_table() -> None:
    data = f"title,body,status\nA,{BODY},draft\nB,{BODY},publish\n"
    found = _contents(data, "a.csv")
    assert [isinstance(content, Found) for content in found] == [False, True]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, None),
        ({"kind": "page"}, None),
        ({"status": "draft"}, "is a draft, by its own status"),
        ({"status": "private"}, "is private, by its own status"),
        ({"status": "trash"}, "was deleted, by its own status"),
        ({"status": "future"}, "is scheduled for later, by its own status"),
        (
            {"status": "inherit", "kind": "attachment"},
            "is a WordPress “attachment”, not an article",
        ),
        ({"kind": "nav_menu_item"}, "is a WordPress “nav_menu_item”, not an article"),
        ({"password": "secret"}, "is protected by a password"),
    ],
)
def test_exports_of_wordpress(said: dict[str, str], reason: str | None) -> None:
    assert exported(**said) == reason


def test_a_draft_of_atom() -> None:
    entry = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:app="http://www.w3.org/2007/app"><entry>'
        f"<title>A</title><content>{BODY}</content><app:control><app:draft>{{}}</app:draft>"
        "</app:control></entry></feed>"
    )
    assert refusal(entry.format("yes"), "a.atom") == "is a draft, by its own word"
    assert refusal(entry.format("no"), "a.atom") is None


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ("draft: true", "is a draft, by its own word"),
        ("draft: yes", "is a draft, by its own word"),
        ("draft: on", "is a draft, by its own word"),
        ("published: off", "is not published, by its own word"),
        ("published: false", "is not published, by its own word"),
        ("status: draft", "is a draft, by its own status"),
        ("status: private", "is private, by its own status"),
        ("status: open", "status: must be published or corrected"),
        ("draft: false", None),
        ("draft:", None),
        ("published: true", None),
        ("published: 2019-01-03", None),
        ("status: publish", None),
    ],
)
def test_front_matter(front: str, reason: str | None) -> None:
    assert refusal(f"---\ntitle: Bridge\n{front}\n---\n{BODY}\n", "a.md") == reason


def test_a_sidecar() -> None:
    with pytest.raises(Unreadable, match="is a draft"):
        read_one(BODY.encode(), sidecar=b'{"draft": true}')
