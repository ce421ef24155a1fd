"""The pages of an article's versions: all, one, and what was changed."""

from dataclasses import replace

import pytest
from conftest import Archive, Client, archive_of
from html_pages import found, hrefs, page, texts

from service.article import Article
from service.dates import parse_moment
from service.web.app import create_app

FIRST = Article(
    key="story",
    title="Envoy flees Rome",
    body="\n\n".join(["The envoy fled.", *(f"Paragraph {n} stays." for n in range(2, 9)), "Last."]),
    authors=("Jane Doe",),
    source="Gazette",
    published=parse_moment("2019-01-04"),
)
SECOND = replace(
    FIRST,
    title="Envoy leaves Rome",
    body=FIRST.body.replace("The envoy fled.", "The envoy left."),
    updated=parse_moment("2019-01-05T09:15Z"),
)
THIRD = replace(
    SECOND,
    authors=("Jane Doe", "Kim <b>Min"),
    updated=parse_moment("2019-01-06T09:15Z"),
    status="corrected",
    correction="He left and did not flee.",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """One article in three versions and one in one: to ask, not to change."""
    single = Article(key="single", body="Said once.")
    return archive_of(tmp_path_factory.mktemp("versions"), FIRST, SECOND, THIRD, single)


@pytest.fixture(scope="module")
def asked(told: Archive) -> Client:
    return Client(create_app(told.settings))


def test_all_versions_the_newest_first(asked: Client) -> None:
    tree = page(asked, "/articles/story/versions")
    assert texts(tree, "h1") == ["3 versions of “Envoy leaves Rome”"]
    rows = [
        [" ".join(cell.text_content().split()) for cell in row] for row in found(tree, "tbody tr")
    ]
    assert [row[0] for row in rows] == ["Version 3current", "Version 2", "Version 1"]
    assert rows[0][1] == "Envoy leaves RomeCorrected: He left and did not flee."
    assert [row[2] for row in rows] == [
        "6 January 2019, 09:15 UTC",
        "5 January 2019, 09:15 UTC",
        "4 January 2019",
    ]
    assert [row[4] for row in rows][2] == "the first known"
    assert hrefs(tree, "td a") == [
        "/articles/story/versions/3/diff",
        "/articles/story/versions/2/diff",
    ]


def test_the_article_names_its_versions(asked: Client) -> None:
    tree = page(asked, "/articles/story")
    assert texts(tree, "ul.versions li")[0] == (
        "Version 3 (this one), 6 January 2019, 09:15 UTC · what was changed in version 3"
    )
    assert "the only one known" in texts(page(asked, "/articles/single"), "#versions-title + p")[0]


def test_a_past_version_says_that_it_is_past(asked: Client) -> None:
    tree = page(asked, "/articles/story/versions/1?q=fled")
    (told,) = texts(tree, ".pinned.past")
    assert told.startswith("This is not what the article says now. It is version 1;")
    assert texts(tree, "h1") == ["Envoy flees Rome"]
    assert texts(tree, "mark") == ["fled"]
    assert hrefs(tree, ".pinned a") == [
        "/articles/story",
        "/articles/story/versions/1/diff?against=3",
        "/articles/story/versions",
    ]


def test_the_current_version_shows_the_same_text_with_the_same_ids(asked: Client) -> None:
    pages = [page(asked, f"/articles/story{end}") for end in ("", "/versions/3")]
    shown = [
        [(p.get("id"), p.text_content()) for p in found(tree, ".passages [id^=p]")]
        for tree in pages
    ]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 9
    assert texts(pages[1], ".pinned")[0].startswith("Version 3, the current one.")
    links = hrefs(pages[0], "a.pilcrow")
    assert links[:2] == ["/articles/story/versions/3#p1", "/articles/story/versions/3#p2"]
    citations = [texts(tree, "#citation") for tree in pages]
    assert citations[0] == citations[1]
    assert "http://localhost/articles/story/versions/3" in citations[0][0]


def test_what_was_changed(asked: Client) -> None:
    tree = page(asked, "/articles/story/versions/2/diff")
    assert texts(tree, ".told")[0].endswith("2 places in the text and 1 other field changed.")
    assert texts(tree, ".changed h2") == ["Headline", "Text", "Other fields"]
    assert texts(tree, "del") == ["struck out", "[removed: flees]", "[removed: fled]"]
    assert texts(tree, "ins") == ["underlined", "[added: leaves]", "[added: left]"]
    assert texts(tree, ".changed summary") == ["7 paragraphs as before"]
    assert texts(tree, "tbody tr") == ["Updated–5 January 2019, 09:15 UTC"]


def test_any_two_versions_are_compared(asked: Client) -> None:
    tree = page(asked, "/articles/story/versions/3/diff?against=1&utm_source=x")
    assert texts(tree, "tbody th") == ["Authors", "Updated", "Status", "Correction"]
    assert texts(tree, "tbody td")[:2] == ["Jane Doe", "Jane Doe; Kim <b>Min"]
    assert [o.get("value") for o in found(tree, "option")] == ["2", "1"]
    same = page(asked, "/articles/story/versions/3/diff?against=3")
    assert texts(same, ".told")[0].endswith("Nothing is different.")


@pytest.mark.parametrize(
    "end",
    [
        *("/versions/9", "/versions/0", "/versions/x", "/versions/-1", "/versions/²"),
        *("/versions/1/diff", "/versions/2/diff?against=9", "/versions/2/diff?against=x"),
        "/versions/99999999999999999999999",
    ],
)
def test_a_version_that_is_not_there(asked: Client, end: str) -> None:
    assert asked.get(f"/articles/story{end}").status_code == 404
