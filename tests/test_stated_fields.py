"""Names and values that inputs state: which are known, and which are a fault."""

from typing import Any

import pytest

from service.errors import InvalidRequest, Unreadable
from service.formats.records.field_names import check_mapping, field_of, named
from service.formats.stated_fields import FIELDS, checked, read_fields


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (1, {"version": 1}),
        (7, {"version": 7}),
        (0, {"extra": {"version": 0}}),
        (-1, {"extra": {"version": -1}}),
        (True, {"extra": {"version": True}}),
        ("2", {"extra": {"version": "2"}}),
        (2**63, {"extra": {"version": 2**63}}),
        (None, {"extra": {"version": None}}),
    ],
)
def test_a_version_is_a_whole_number(version: Any, expected: dict[str, Any]) -> None:
    assert read_fields({"version": version}) == expected


def test_checked_values() -> None:
    assert checked("title", " a\nb ") == "a b"
    assert checked("standfirst", " ") is None
    with pytest.raises(ValueError, match="BCP 47"):
        checked("language", "english")
    with pytest.raises(ValueError, match="NUL"):
        checked("title", "a\0b")


def test_a_sidecar_knows_fewer_names_than_a_record() -> None:
    assert read_fields({"text": "x", "id": 5}) == {"extra": {"text": "x", "id": 5}}
    with pytest.raises(Unreadable, match="half of a surrogate"):
        read_fields({"text": "\ud800"})


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("title", "title"),
        ("Headline", "title"),
        ("articleBody", "body"),
        ("webPublicationDate", "published_at"),
        ("Pub-Date", "published_at"),
        ("guid", "uri"),
        ("inLanguage", "language"),
        ("constructor", None),
        ("", None),
    ],
)
def test_what_names_mean(name: str, field: str | None) -> None:
    assert field_of(name, {}) == field


def test_a_name_of_ours_comes_first() -> None:
    found = named({"content": "a", "body": "b", "Text": "c", "x": 1}, {})
    assert [each.value for each in found.fields["body"]] == ["b", "a", "c"]
    assert found.extra == {"x": 1}


def test_what_is_told_counts_alone() -> None:
    raw = {"title": "a", "fields": {"kop": "b", "date": "2019-01-01"}}
    found = named(raw, {"fields.kop": "title"})
    assert [each.value for each in found.fields["title"]] == ["b"]
    assert found.extra == {"title": "a"}
    assert found.fields["published_at"][0].value == "2019-01-01"


def test_a_mapping_is_checked() -> None:
    assert check_mapping([]) == {}
    assert check_mapping(["headline=title", " fields.a=b = body "]) == {
        "headline": "title",
        "fields.a=b": "body",
    }


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        (["title"], "is no mapping"),
        (["=title"], "is no mapping"),
        (["kop=headline"], ", ".join(FIELDS)),
        (["kop=title", "kop=body"], "both title and body"),
    ],
)
def test_a_wrong_mapping_says_what_is_allowed(pairs: list[str], told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        check_mapping(pairs)
