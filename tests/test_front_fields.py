"""Front matter that was written for a site: what does not fit is kept, and costs no article."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import document, read_one

from service.article import Article
from service.errors import Unreadable
from service.formats import read
from service.formats.document import Found, Options
from service.formats.front_matter import split_front_matter

TEXT = "The council met on Monday and talked about the bridge."


def story(front: str, marks: str = "---", **options: Any) -> Article:
    data = f"{marks}\n{front}\n{marks}\n{TEXT}\n".encode()
    (found,) = read(document(data, "story.md"), Options(**options))
    assert isinstance(found, Found)
    return found.article


@pytest.mark.parametrize(
    ("line", "field", "expected", "kept"),
    [
        ("permalink: /2020/01/a/", "url", None, {"permalink": "/2020/01/a/"}),
        ("date: 2020-01-02 10:00:00", "published", "2020-01-02", {"date": "2020-01-02 10:00:00"}),
        ("date: 2020-01-02 10:00:00 +0100", "published", "2020-01-02T09:00:00Z", {}),
        ("date: 2020-01-02 10:00 UTC", "published", "2020-01-02T10:00Z", {}),
        ("date: 2020-01", "published", None, {"date": "2020-01"}),
        ("lang: english", "language", None, {"lang": "english"}),
        ("tags: one, two", "topics", ("one", "two"), {}),
        ("tags: [one, two]", "topics", ("one", "two"), {}),
        ("author: {name: Jane Doe}", "authors", ("Jane Doe",), {}),
        (
            "authors: [{name: Jane Doe, bio: x}, {name: John Roe}]",
            "authors",
            ("Jane Doe", "John Roe"),
            {"authors": [{"name": "Jane Doe", "bio": "x"}, {"name": "John Roe"}]},
        ),
        ("author: Jane Doe and John Roe", "authors", ("Jane Doe", "John Roe"), {}),
        ("title_derived: maybe", "title_derived", True, {"title_derived": "maybe"}),
        ("layout: post", "url", None, {"layout": "post"}),
    ],
)
def test_values_that_do_not_fit(line: str, field: str, expected: Any, kept: object) -> None:
    found = story(line)
    value = getattr(found, field)
    assert getattr(value, "shown", value) == expected
    assert found.extra == kept


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("embargo: next week", "embargo: “next week”"),
        ("embargoed_until: 2020-01-02 10:00", "has no time zone"),
        ("key: a/b", "key: “a/b” is not a key"),
        ("status: open", "status: must be"),
        ("draft: nearly", "draft: must be true or false"),
        ("published: nearly", "published: must be a date, or true or false"),
    ],
)
def test_what_must_not_be_guessed(line: str, fault: str) -> None:
    with pytest.raises(Unreadable, match=fault):
        story(line)


def test_toml() -> None:
    found = story(
        'title = "Bridge"\ndate = 2020-01-02T10:00:00+01:00\ntags = ["a", "b"]\n'
        "weight = 3\nratio = nan\n[params]\nday = 2020-01-02\nat = 07:30:00\n",
        "+++",
    )
    assert (found.title, found.topics, found.body) == ("Bridge", ("a", "b"), TEXT)
    assert found.published is not None
    assert found.published.iso == "2020-01-02T09:00:00Z"
    params = {"day": "2020-01-02", "at": "07:30:00"}
    assert found.extra == {"weight": 3, "ratio": "nan", "params": params}


def test_a_draft_in_toml() -> None:
    with pytest.raises(Unreadable, match="is a draft"):
        story("draft = true", "+++")


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_toml_with_every_line_end(ends: str) -> None:
    data = ends.join(("+++", "# c", 'title = "A"', "+++", TEXT)).encode()
    assert read_one(data).title == "A"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"+++\ntitle = x\n+++\n{TEXT}", "is not valid TOML: invalid value (at line 2, column 9)"),
        (f"+++\ntitle = 1\ntitle = 2\n+++\n{TEXT}", "is not valid TOML: cannot overwrite a value"),
        (f'+++\nembargo = "2999-01-01"\n\n{TEXT}', "has no end: a line of three pluses"),
        (f"+++\na = {'[' * 900}{']' * 900}\n+++\n{TEXT}", "nested too deeply"),
    ],
)
def test_mistakes_in_toml(text: str, fault: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_one(text.encode())
    assert fault in caught.value.detail


def test_pluses_in_a_text() -> None:
    text = f"+++\n{TEXT}\n+++\nMore."
    assert split_front_matter(text) == (None, text)


@given(st.text("+\n=ab[]{}\"'., 0:-\r#", max_size=40))
def test_any_toml_is_read_or_refused(block: str) -> None:
    try:
        fields, rest = split_front_matter(f"+++\na = {block}\n+++\nText")
    except Unreadable:
        return
    assert fields is None or rest.endswith("Text")


def test_a_name_that_is_told_counts_before_ours() -> None:
    found = story("title: A\nkop: B", fields={"kop": "title"})
    assert (found.title, found.extra) == ("B", {"title": "A"})
    assert story("title: A", fields={"kop": "title"}).title == "A"
