"""Texts as documents: which are tried as articles, and what Markdown and its marks become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import document, read_one

from service.errors import Unreadable
from service.formats import formats, read, text
from service.formats.beside import is_sidecar, sidecar_names, sidecars_among
from service.formats.document import Found, Options
from service.formats.markdown import read_markdown

PROSE = "The council met on Monday and talked about the bridge until the lights went out."
MORE = "Nobody knew who would pay for the repairs, and nobody wanted to ask the mayor."
STORY = f"Bridge closes\n\n{PROSE}\n\n{MORE}\n".encode()


@pytest.mark.parametrize(
    "name",
    ["story.txt", "STORY.TEXT", "story.md", "story", "AFP.2019-01-03", "story.wire", "a b.TXT"],
)
def test_texts_that_are_tried(name: str) -> None:
    assert read_one(STORY, name).title == "Bridge closes"


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (STORY, "style.css", "is of no known kind (“.css”)"),
        (STORY, "story.PY", "is of no known kind (“.py”)"),
        (b"key = 1\n[a]\n", "app.ini", "is of no known kind (“.ini”)"),
        (b"#!/bin/sh\necho the night shift\n", "run", "is of no known kind (no ending)"),
        (b"12:30 14,5\n12:31 14,6\n", "values", "is of no known kind (no ending)"),
        (b"%PDF-1.7 ...", "report.pdf", "is of no known kind (“.pdf”)"),
        (b"%PDF-1.7 ...", "report.txt", "is binary, not text"),
        (b"", "story.css", "is empty"),
    ],
)
def test_texts_that_are_none(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_one(data, name)
    assert caught.value.detail == reason


@pytest.mark.parametrize(
    ("media_type", "name", "is_text"),
    [
        ("text/plain", "index.php", True),
        ("text/markdown", "readme", True),
        ("text/css", "story", False),
        ("application/octet-stream", "story", True),
        (None, "story", True),
    ],
)
def test_what_a_server_says_counts_more_than_an_ending(
    media_type: str | None, name: str, *, is_text: bool
) -> None:
    assert text.FORMAT.recognises(document(STORY, name, media_type=media_type)) == is_text


def test_formats_are_tried_from_the_clearest_to_the_one_that_anything_could_be() -> None:
    names = [each.name for each in formats()]
    assert (names[0], names[-1]) == ("warc", "text")
    assert len(set(names)) == len(names)
    assert names.index("NewsML-G2") < names.index("feed") < names.index("html")
    assert names.index("JSON Feed") < names.index("json") < names.index("table")


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(Unreadable, match=r"is of no known kind \(image/png\)"):
        list(read(document(b"\x89PNG", "a.png", media_type="image/png")))


def test_fields_of_front_matter_may_have_other_names() -> None:
    data = b"---\nKopf: Bridge\nOrt: Bonn\n---\n" + PROSE.encode()
    (found,) = read(document(data), Options(fields={"Kopf": "title"}))
    assert isinstance(found, Found)
    assert (found.article.title, found.article.extra) == ("Bridge", {"Ort": "Bonn"})


def test_no_article_has_so_much_text() -> None:
    with pytest.raises(Unreadable, match="more than 16 MB of text"):
        read_one(b"a" * (16 * 1024 * 1024 + 1))


MARKED = f"""\
---
author: Jane Doe
---
# The *bridge* closes

**{PROSE}** [Read](https://example.org/a_(b) "On it") it. ![A bridge](a.png)

![The bridge
![The bridge at dawn](b.png "Dawn")

## Who will _pay_? ##

> {MORE} It has snake_case, 2*3*4, `code`, \\*stars\\* and <https://example.org>.

Underlined
----------

* 这是**重点**内容。

***

### Who will _pay_?
{MORE}

[on]: https://example.org
"""


def test_markdown() -> None:
    found = read_one(MARKED.encode(), "story.md")
    assert (found.title, found.title_derived) == ("The bridge closes", False)
    assert found.authors == ("Jane Doe",)
    assert found.captions == ("A bridge", "The bridge at dawn")
    assert [heading.text for heading in found.subheadings] == [
        "Who will pay?",
        "Underlined",
        "Who will pay?",
    ]
    for heading in found.subheadings:
        assert found.body[heading.start : heading.end] == heading.text
    assert found.body.startswith(f"{PROSE} Read it.")
    assert f"\n\nWho will pay?\n\n{MORE} It has snake_case, 2*3*4, code, *stars* and" in found.body
    assert "and https://example.org.\n\nUnderlined\n\n* 这是重点内容。\n\nWho" in found.body
    assert found.body.endswith(f"Who will pay?\n\n{MORE}")


def test_a_text_with_headings_of_markdown_keeps_its_asterisks() -> None:
    data = f"# Bridge closes\n\nIt is 2 * 3 *feet* short. {PROSE}\n\n## Money\n\n{MORE}\n"
    found = read_one(data.encode(), "story.txt")
    assert (found.title, found.title_derived) == ("Bridge closes", False)
    assert [heading.text for heading in found.subheadings] == ["Money"]
    assert found.body == f"It is 2 * 3 *feet* short. {PROSE}\n\nMoney\n\n{MORE}"


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ("# 1 in the charts\nA song.", "# 1 in the charts A song."),
        (f"#bridge\n\n{PROSE}", "#bridge"),
    ],
)
def test_a_sharp_is_no_heading(data: str, title: str) -> None:
    assert read_one(data.encode()).title == title


@pytest.mark.parametrize("data", ["![](a.png)", "***", "[a]: b", "#", "# #", "```\n```", "> "])
def test_markdown_without_text(data: str) -> None:
    assert read_markdown(data, emphasis=True).body.strip()


PIECES = (
    "# ## * ** _ __ ` ``` ~~ [ ] ( ) ![ <http://a> > --- === \\ a the mayor said. \n \n\n".split(
        " "
    )
)


@given(st.lists(st.sampled_from([*PIECES, "\n", "\n\n", " "]), min_size=1, max_size=40))
def test_any_markdown_can_be_read(parts: list[str]) -> None:
    data = "".join(parts)
    if data.strip():
        found = read_markdown(data, emphasis=True)
        assert found.body.strip()
        for heading in found.subheadings:
            assert found.body[heading.start : heading.end] == heading.text


def test_sidecars_by_their_names() -> None:
    assert sidecar_names("a/story.txt") == ("a/story.txt.json", "a/story.json")
    assert is_sidecar("story.json", "story.TXT")
    assert not is_sidecar("story.json", "story.html")
    names = ["a.txt", "a.json", "b.json", "b.html", "c.md.json", "c.md", "d/a.json"]
    assert sidecars_among(names) == {"a.json", "c.md.json"}
