"""Two articles side by side, as a page; and how one comes to choose them."""

from pathlib import Path

import pytest
from conftest import Archive, Client, open_archive

from service.article import Article, Filed
from service.comparing import compared
from service.comparing.passages import Told
from service.stores.articles import ArticleStore
from service.web.app import create_app
from service.web.pages.comparison.side_by_side import (
    Differs,
    Paragraph,
    Piece,
    shown_rows,
    sides,
    summary,
)

ROME = "The envoy to Rome fled the embassy in November. Nobody knows where he is."
OTHER = "An envoy fled from the embassy in Rome late in December.\n\nShares rose."


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = open_archive(tmp_path, tagger="off")
    archive.add(Article(body=ROME, title="Envoy missing", key="one", source="Asia Times"))
    archive.add(Article(body=OTHER, key="two", source="La Repubblica"))
    archive.add(Article(body="Cows graze in a field.", title="Cows", key="cows"))
    return archive


@pytest.fixture
def client(archive: Archive) -> Client:
    return Client(create_app(archive.settings))


# The page -----------------------------------------------------------------------------------------


def test_both_stand_side_by_side(client: Client) -> None:
    page = client.get("/compare?a=one&b=two&utm_source=letter")
    assert page.status_code == 200
    assert "etag" in page.headers
    assert '<a href="/articles/one">Envoy missing</a>' in page.text
    assert "1 passage told by both" in page.text
    assert "<strong>dates differ</strong>" in page.text
    assert '<mark class="differs">November</mark>' in page.text
    assert '<mark class="differs">late in December</mark>' in page.text
    assert '<h3 class="only">only here</h3>' in page.text
    assert "/compare?a=two&amp;b=one" in page.text


def test_without_any_it_says_how_to_begin(client: Client) -> None:
    page = client.get("/compare")
    assert page.status_code == 200
    assert "Find the first one" in page.text
    assert 'href="/compare?a=cows"' in page.text


def test_with_one_it_offers_others(client: Client) -> None:
    page = client.get("/compare?a=one")
    assert 'href="/compare?a=one&amp;b=two"' in page.text
    assert 'href="/compare?a=one&amp;b=one"' not in page.text
    assert '<input type="hidden" name="a" value="one">' in page.text


def test_the_other_one_is_searched_for(client: Client) -> None:
    page = client.get("/compare?a=one&q=cows")
    assert 'href="/compare?a=one&amp;b=cows"' in page.text
    assert "Nothing has these words" in client.get("/compare?a=one&q=submarine").text


def test_the_same_article_twice_is_said(client: Client) -> None:
    page = client.get("/compare?a=one&b=one")
    assert page.status_code == 200
    assert "the same article twice" in page.text


@pytest.mark.parametrize(
    ("asked", "said", "offered"),
    [
        ("a=one&b=none", "The second article is not in the archive", 'value="one"'),
        ("a=none&b=one", "The first article is not in the archive", 'value="one"'),
        ("a=none", "The article is not in the archive", "Search for the first article"),
    ],
)
def test_what_is_not_there_is_said(client: Client, asked: str, said: str, offered: str) -> None:
    page = client.get(f"/compare?{asked}")
    assert page.status_code == 404
    assert said in page.text
    assert offered in page.text
    assert page.headers["cache-control"] == "no-store"


def test_what_was_killed_is_said(archive: Archive, client: Client) -> None:
    archive.killing.kill("two", "libel")
    page = client.get("/compare?a=one&b=two")
    assert page.status_code == 410
    assert "The second article was taken out of the archive." in page.text
    assert "La Repubblica" not in page.text


def test_a_former_key_leads_to_the_present_one(tmp_path: Path) -> None:
    archive = open_archive(tmp_path, tagger="off")
    made = archive.add(Article(body=ROME, uri="urn:1")).key
    archive.add(Article(body=OTHER, key="two"))
    archive.add(Article(body=ROME, uri="urn:1", key="stated"))
    answer = Client(create_app(archive.settings)).get(f"/compare?a={made}&b=two")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/compare?a=stated&b=two"


def test_markup_in_an_article_is_text(client: Client, archive: Archive) -> None:
    archive.add(Article(body=f"<script>alert(1)</script> {ROME}", title="<b>", key="evil"))
    page = client.get("/compare?a=evil&b=one")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


# The seeds, which the manual shows ----------------------------------------------------------------


def seeds(api: Client) -> tuple[str, str]:
    found = api.get("/v1/search?sort=oldest").json()["hits"]
    by_title = sorted((hit["title_derived"], hit["key"]) for hit in found)
    return by_title[0][1], by_title[1][1]


def test_the_seeds_name_one_man_in_two_ways(api: Client) -> None:
    one, other = seeds(api)
    page = api.get(f"/compare?a={one}&b={other}")
    assert page.status_code == 200
    text = " ".join(page.text.split())
    assert "Jo Song-gil" in text
    assert "Jo Song Gil" in text
    assert "<strong>spelled two ways</strong>" in text
    assert "October 2017" in text


# What it is made of -------------------------------------------------------------------------------


def filed(archive: Archive, key: str) -> Filed:
    found = ArticleStore(archive.database).get(key)
    assert found is not None
    return found


def test_they_are_called_by_their_sources_where_these_differ(archive: Archive) -> None:
    one, other = sides(filed(archive, "one"), filed(archive, "two"))
    assert (one.name, other.name) == ("Asia Times", "La Repubblica")
    assert (one.label, one.other) == ("Asia Times", "/compare?a=two")
    one, cows = sides(filed(archive, "one"), filed(archive, "cows"))
    assert (one.name, cows.name) == ("Asia Times", "the second")
    assert cows.source == "source unknown"


def test_rows_with_their_marks(archive: Archive) -> None:
    one, other = filed(archive, "one"), filed(archive, "two")
    comparison = compared(Told(one.article), Told(other.article))
    head, both, left, right = shown_rows(comparison)
    assert (head.told_by, head.left) == (
        "head",
        (Paragraph("headline", False, (Piece("Envoy missing"),)),),
    )
    assert both.right == (
        Paragraph(
            "",
            False,
            (
                Piece("An envoy fled from the embassy in Rome "),
                Piece("late in December", "differs"),
                Piece("."),
            ),
        ),
    )
    assert both.differs == (Differs("November", "late in December", "dates differ"),)
    assert (left.told_by, right.told_by) == ("right", "left")


def test_passages_that_stand_apart_have_a_sign_between(archive: Archive) -> None:
    embassy = "The envoy Jo fled the embassy in Rome."
    again = "From the embassy in Rome the envoy fled with a wife."
    body = f"{embassy} It rained all over Paris yesterday evening. {again}"
    comparison = compared(Told(Article(body=body)), Told(Article(body=embassy)))
    row = next(row for row in shown_rows(comparison) if row.told_by == "both")
    texts = ["".join(piece.text for piece in paragraph.pieces) for paragraph in row.left]
    assert texts == [f"{embassy} … {again}"]


def test_the_summary_in_words(archive: Archive) -> None:
    one, other = filed(archive, "one"), filed(archive, "two")
    left, right = sides(one, other)
    told = summary(compared(Told(one.article), Told(other.article)), left, right)
    assert told.said == "1 passage told by both; no name is in both."
    assert told.dates == (Differs("November", "late in December", "dates differ", "row-2"),)
    assert (told.left_times, told.right_times, told.cut) == (
        ("November",),
        ("late in December",),
        "",
    )
    long = Told(Article(body="\n\n".join(f"Number {n} is told." for n in range(400))))
    cut = summary(compared(long, Told(other.article)), left, right).cut
    assert cut == "Only the first 300 passages of Asia Times are held against the other."
