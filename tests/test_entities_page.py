"""/entities: people, organisations and places by name, kind and order, page by page."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Archive, Client
from lxml import html

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.web.app import create_app
from service.web.pages.entities.listing import asked, seen
from service.web.pages.paging import cursor_at

Add = Callable[..., None]
Page = Callable[..., Any]


def named(text: str, full: str, kind: EntityType = "person") -> Mention:
    entity = EntityName(entity_key(kind, full) or "", full, kind)
    return Mention("body", 0, len(text), text, text, kind, entity, "model", 0.8)


@pytest.fixture
def add(archive: Archive) -> Add:
    def added(key: str, *mentions: Mention, date: str | None = None) -> None:
        published = parse_moment(date) if date else None
        archive.add(Article(key=key, body="x" * 40, published=published), mentions)

    return added


@pytest.fixture
def api(archive: Archive) -> Client:
    return Client(create_app(archive.settings))


@pytest.fixture
def page(api: Client) -> Page:
    def shown(**params: Any) -> Any:
        response = api.get("/entities", params=params)
        assert response.status_code == 200, response.text
        return html.fromstring(response.text)

    return shown


def names(tree: Any) -> list[str]:
    called = tree.xpath("//*[@class='names']//h2//*[@class='called']")
    return [each.text_content() for each in called]


def text(tree: Any, path: str) -> str:
    return " ".join(" ".join(each.text_content() for each in tree.xpath(path)).split())


def filled(add: Add) -> None:
    kim = [named(each, "Kim Jong Un") for each in ("Kim Jong Un", "Kim Jong-un", "Mr Kim")]
    add("a", *kim, named("Rome", "Rome", "place"), date="2018-12-03")
    add("b", *kim, named("Jo Song-gil", "Jo Song-gil"), date="2018-12-16")
    add("c", named("UN", "United Nations", "organization"))


def test_the_most_mentioned_come_first_with_spellings_counts_and_dates(
    add: Add, page: Page
) -> None:
    filled(add)
    tree = page()
    assert names(tree) == ["Kim Jong Un", "United Nations", "Jo Song-gil", "Rome"]
    first = text(tree, "//*[@class='names']/li[1]")
    assert "also Kim Jong-un · Mr Kim" in first
    assert "2 articles 6 mentions" in first
    assert "3 – 16 December 2018" in first
    assert "undated" in text(tree, "//*[@class='names']/li[2]")
    assert tree.xpath("//*[@class='names']//h2//a")[0].get("href") == "/entities/person-kimjongun"
    assert text(tree, "//*[contains(@class, 'found')]") == "4 names"


def test_each_kind_has_a_list_of_its_own(add: Add, page: Page) -> None:
    filled(add)
    tree = page(type="person")
    assert names(tree) == ["Kim Jong Un", "Jo Song-gil"]
    assert text(tree, "//h1") == "People"
    assert text(tree, "//title") == "People · Cuttings"
    kinds = [text(a, ".") for a in tree.xpath("//nav[@aria-label='Kinds']//a")]
    assert kinds == ["All 4", "People 2", "Organisations 1", "Places 1"]
    assert text(tree, "//nav[@aria-label='Kinds']//a[@aria-current]") == "People 2"


def test_a_name_is_found_in_any_spelling(add: Add, page: Page) -> None:
    filled(add)
    tree = page(name="mr kim")
    assert names(tree) == ["Kim Jong Un"]
    assert text(tree, "//*[contains(@class, 'found')]") == "1 name like “mr kim”"
    assert tree.xpath("//input[@name='name']")[0].get("value") == "mr kim"
    every = tree.xpath("//nav[@aria-label='Kinds']//a")[2].get("href")
    assert every == "/entities?name=mr+kim&type=organization"


def test_whom_the_newest_article_names_may_come_first(add: Add, page: Page) -> None:
    filled(add)
    tree = page(sort="recent")
    assert names(tree) == ["Jo Song-gil", "Kim Jong Un", "Rome", "United Nations"]
    assert tree.xpath("//input[@name='sort']")[0].get("value") == "recent"


def test_where_nothing_is_found_it_says_what_to_do(add: Add, page: Page) -> None:
    filled(add)
    tree = page(name="Zorro <b>", type="place")
    assert "among the places has a name like “Zorro <b>”" in text(tree, "//*[@class='nothing']")
    links = [a.get("href") for a in tree.xpath("//*[@class='nothing']//a")]
    assert links == ["/entities?name=Zorro+%3Cb%3E", "/?q=Zorro%20%3Cb%3E"]


def test_who_may_be_meant_is_offered(add: Add, page: Page) -> None:
    filled(add)
    tree = page(name="Kim Jnog Un")
    assert text(tree, "//*[@class='perhaps']/li[1]") == "PKim Jong Un 2 articles"
    (link, *_) = tree.xpath("//*[@class='perhaps']//a")
    assert link.get("href") == "/entities/person-kimjongun"
    assert not page(name="Kim Jnog Un", type="place").xpath("//*[@class='perhaps']")


def test_an_empty_archive_says_so(page: Page) -> None:
    assert "There are no names here yet" in text(page(), "//*[@class='nothing']")
    assert "There are no people here yet" in text(page(type="person"), "//*[@class='nothing']")


def test_long_lists_have_pages_in_both_directions(add: Add, page: Page, api: Client) -> None:
    letters = [f"{one}{two}" for one in "abcdefghijk" for two in "abcdefghij"]
    add("a", *(named(f"Ann {each}", f"Ann {each}") for each in letters))
    tree, seen_names = page(utm_source="feed"), []
    for number in range(3):
        seen_names += names(tree)
        link = tree.xpath("//*[@class='pages']//a[@rel='next']")
        assert bool(link) == (number < 2)
        if link:
            tree = html.fromstring(api.get(link[0].get("href")).text)
    assert seen_names == [f"Ann {each}" for each in letters]
    assert text(tree, "//*[contains(@class, 'found')]") == "110 names, 101–110 of 110"
    before = tree.xpath("//*[@class='pages']//a[@rel='prev']")[0].get("href")
    assert names(html.fromstring(api.get(before).text)) == seen_names[50:100]
    first = tree.xpath("//*[@class='pages']//a")[0].get("href")
    assert first == "/entities"
    as_json = api.get(tree.xpath("//*[contains(@class, 'ways')]//a")[0].get("href")).json()
    assert [each["name"] for each in as_json["entities"]] == seen_names[100:]


def test_beyond_the_end_there_is_a_way_back(add: Add, page: Page) -> None:
    filled(add)
    params, _ = asked({"name": "kim"})
    tree = page(name="kim", cursor=cursor_at(params.what, 100))
    assert text(tree, "//*[@class='nothing']") == "The list ends before this page."
    assert tree.xpath("//*[@class='pages']//a")[0].get("href") == "/entities?name=kim"


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"type": "animal"}, "There is no such kind"),
        ({"sort": "size"}, "The list has no such order"),
        ({"cursor": "x"}, "There is no such page of this list"),
        ({"name": "x" * 1_001}, "This name is too long"),
    ],
)
def test_what_cannot_be_used_is_told_and_left_out(
    add: Add, page: Page, params: dict[str, str], told: str
) -> None:
    filled(add)
    tree = page(**params, utm_source="x")
    assert told in text(tree, "//*[@class='told']")
    assert len(names(tree)) == 4


def test_the_cursor_of_another_list_is_left_out() -> None:
    given, told = asked({"type": "person", "cursor": "W10", "limit": "0", "unknown": "1"})
    assert (given.type, given.cursor, given.limit) == ("person", None, 50)
    assert told == ("There is no such page of this list: here is the first one.",)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2018-12-03", "2018-12-16", "3 – 16 December 2018"),
        ("2018-11-03", "2018-12-16", "3 November – 16 December 2018"),
        ("2017-12-16", "2018-12-16", "16 December 2017 – 16 December 2018"),
        ("2018-12-16", "2018-12-16T10:00Z", "16 December 2018"),
        (None, None, ""),
    ],
)
def test_what_two_dates_share_is_said_once(first: str, last: str, told: str) -> None:
    assert seen(first, last) == told
