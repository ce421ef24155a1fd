"""The search page: what it shows, where its links lead, and that no address breaks it."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from conftest import Archive, Client, open_archive
from lxml import html

from service.article import Article
from service.database import Connection
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.web.app import create_app
from service.web.pages.rendering import STATIC

BODY = "Envoys of Rome met in the morning. They spoke of the bridge and went home before noon."


def mention(name: str, kind: EntityType = "person") -> Mention:
    entity = EntityName(entity_key(kind, name) or "", name, kind)
    return Mention("body", 0, 1, "x", name, kind, entity, "model", 0.8)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """45 articles of three months, by one of nine people each."""
    archive = open_archive(tmp_path_factory.mktemp("filled"))
    for number in range(45):
        article = Article(
            key=f"a{number}",
            title=f"Oil price rises for day {number}",
            body=f"{BODY} This is number {number}. {'Gaddafi spoke. ' * (number % 4)}",
            authors=("Jane Doe",) if number % 2 else (),
            source="Post" if number % 3 else "Times",
            topics=("economy/oil",) if number % 5 else (),
            published=parse_moment(f"2018-{number // 15 + 10}-{number % 15 + 1:02}"),
        )
        archive.add(article, [mention(f"Ann Lee{number % 9}"), mention("Rome", "place")])
    return archive


@pytest.fixture(scope="module")
def pages(filled: Archive) -> Client:
    return Client(create_app(filled.settings))


def shown(client: Client, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return html.fromstring(response.text)


def text(page: Any, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in page.xpath(path)]


def headlines(page: Any) -> list[str]:
    return text(page, "//ol[@class='hits']//*[contains(@class, 'headline')]/a")


def follow(client: Client, page: Any, words: str) -> Any:
    """The page behind the link with this text."""
    links = [a for a in page.xpath("//main//a") if " ".join(a.text_content().split()) == words]
    assert links, words
    link = links[0]
    return shown(client, link.get("href"))


def test_at_rest_the_newest_come_first(pages: Client) -> None:
    page = shown(pages, "/")
    assert text(page, "//head/title") == ["Cuttings"]
    assert text(page, "//h1") == ["45 articles"]
    assert "from October 2018 to December 2018, the newest first" in page.text_content()
    assert headlines(page)[0] == "Oil price rises for day 44"
    assert len(headlines(page)) == 20
    assert text(page, "//details//h2") == ["People", "Topics", "Sources", "Authors"]


def test_hits_tell_what_is_known_of_them(api: Client) -> None:
    page = shown(api, "/?q=jo+song-gil+rome")
    assert text(page, "//head/title") == ["jo song-gil rome · Cuttings"]
    assert text(page, "//h1") == ["2 articles for jo song-gil rome"]
    origins = text(page, "//p[@class='origin']")
    assert "source unknown · undated" in origins
    assert "no headline; first line · Asia Times (named in the text) · undated" in origins
    assert {"Jo", "Song-gil", "Rome"} <= set(text(page, "//p[@class='passages']/mark"))
    for passages in text(page, "//p[@class='passages']"):
        assert not passages.startswith("North Korea’s interim ambassador")
    (first, _) = page.xpath("//ol[@class='hits']/li")
    assert "Jo Song Gil" in [chip.text_content() for chip in first.iter("a")]


def test_links_of_a_hit(pages: Client) -> None:
    page = shown(pages, "/?q=oil+rome&expand=false&source=Post&sort=newest&match=all")
    (hit,) = page.xpath("//ol[@class='hits']/li[1]")
    links = [a.get("href") for a in hit.iter("a")]
    search = "?q=oil+rome&expand=false&source=Post&sort=newest&match=all"
    assert links == [
        f"/articles/a44{search}",
        "/entities/person-annlee8",
        "/entities/place-rome",
        "/compare?a=a44",
        f"/articles/a44{search}#cite",
    ]


def test_a_second_article_is_chosen_for_one_that_waits(pages: Client) -> None:
    page = shown(pages, "/?q=oil&compare=a1")
    assert "Oil price rises for day 1”" in text(page, "//p[@class='compared']")[0]
    hrefs = [a.get("href") for a in page.xpath("//ol[@class='hits']//a")]
    assert any(href.startswith("/compare?a=a1&b=a") for href in hrefs)
    gone = shown(pages, "/?q=oil&compare=nothing")
    assert gone.xpath("//p[@class='compared']") == []
    assert "compare=nothing" not in html.tostring(gone.find(".//main")).decode()
    (said,) = text(gone, "//div[@class='mended']/p")
    assert said == "The article that was to be read beside another is not here."


def test_values_narrow_and_let_go(pages: Client) -> None:
    page = shown(pages, "/?q=bridge")
    narrowed = follow(pages, page, "Ann Lee0")
    assert text(narrowed, "//h1") == ["5 articles for bridge"]
    assert text(narrowed, "//ul[@class='held']/li")[0].startswith("person Ann Lee0")
    both = follow(pages, narrowed, "Ann Lee1")
    assert text(both, "//h1") == ["10 articles for bridge"]
    one = follow(pages, both, "Ann Lee0 (chosen: take it out)")
    assert text(one, "//ul[@class='held']/li")[0].startswith("person Ann Lee1")
    (without,) = both.xpath("//li[a='Times']/a[2]")
    assert without.text == "not"
    left = shown(pages, without.get("href"))
    assert text(left, "//ul[@class='held']/li")[2].startswith("not source Times")
    assert "Times (left out: let it in again)" in text(left, "//ul[@class='values']//a")


def test_bars_narrow_to_their_dates(pages: Client) -> None:
    page = shown(pages, "/?q=bridge")
    titles = text(page, "//*[local-name()='svg']/*[local-name()='a']/*[local-name()='title']")
    assert "1 October 2018: 1 article" in titles or "October 2018: 15 articles" in titles
    link = page.xpath("//*[local-name()='svg']/*[local-name()='a']")[0]
    narrowed = shown(pages, link.get("href"))
    count = titles[0].rpartition(": ")[2]
    assert text(narrowed, "//h1") == [f"{count} for bridge"]
    assert text(follow(pages, narrowed, "All dates"), "//h1") == ["45 articles for bridge"]


def test_narrowing_finds_as_many_as_it_says(pages: Client) -> None:
    """Though of so few articles any word would be enough."""
    page = shown(pages, "/?q=gaddafi+bridge")
    rows = page.xpath("//ul[@class='values']/li")
    for row in rows[:4]:
        link, number = row.xpath("a[1]")[0], row.xpath("span")[-1].text
        narrowed = shown(pages, link.get("href"))
        assert text(narrowed, "//h1")[0].split()[0] == number


def test_pages_are_turned(pages: Client) -> None:
    first = shown(pages, "/?q=oil&sort=newest")
    second = follow(pages, first, "next ›")
    third = follow(pages, second, "next ›")
    assert text(third, "//head/title") == ["oil · page 3 · Cuttings"]
    assert "next ›" not in text(third, "//nav//a")
    everything = [*headlines(first), *headlines(second), *headlines(third)]
    assert len(set(everything)) == len(everything) == 45
    back = follow(pages, third, "‹ previous")
    assert headlines(back) == headlines(second)
    assert headlines(follow(pages, back, "‹ previous")) == headlines(first)
    assert headlines(follow(pages, third, "« first")) == headlines(first)


def test_a_page_of_another_search_is_the_first(pages: Client) -> None:
    first = shown(pages, "/?q=oil")
    (following,) = first.xpath("//link[@rel='next']")
    page = shown(pages, following.get("href").replace("q=oil", "q=bridge"))
    assert text(page, "//div[@class='mended']/p") == [
        "This page of the search is no more: here is the first one."
    ]
    assert text(page, "//head/title") == ["bridge · Cuttings"]


@pytest.mark.parametrize(
    "query",
    [
        "from=garbage&to=2018-13-01",
        "sort=best&match=some&tz=Mars&rank=x&versions=x&collapse=x&expand=x",
        "cursor=x&before=x,y",
        "cursor=W10&utm_source=x&fbclid=y",
        "person=%00&place=%ED%A0%80&q=%ff",
        "find.person=%22%3E&more=nothing&find.nothing=x",
        "q=%22&q=(((((",
        "compare=%2F..%2F",
        "q=" + "(" * 300,
    ],
)
def test_no_address_breaks_the_page(pages: Client, query: str) -> None:
    page = shown(pages, f"/?{query}")
    assert len(page.xpath("//h1")) == 1


def test_a_mistake_is_pointed_at(pages: Client) -> None:
    page = shown(pages, "/?q=oil+AND+(rome")
    (line,) = page.xpath("//div[@class='mended']//pre")
    assert line.text_content().splitlines() == ["oil AND (rome", "        ^"]
    (words,) = text(page, "//div[@class='mended']/p")
    assert words == ("“(” is never closed: closed at the end. That is at character 9 of the query.")


def test_other_spellings_are_told_and_undone(api: Client) -> None:
    page = shown(api, "/?q=cho+song+gil")
    assert len(headlines(page)) == 2
    undone = follow(api, page, "×Look for “cho song gil” only as it is typed")
    assert undone.xpath("//input[@id='q']")[0].get("value") == '"cho song gil"'
    assert headlines(undone) == []


def test_nothing_found_helps(pages: Client) -> None:
    page = shown(pages, "/?q=bridge&from=1990-01-01&to=1990-12-31")
    assert text(page, "//h1") == ["Nothing was found"]
    assert "Whenever it was published 45 articles" in text(page, "//div[@class='nothing']//li")
    page = shown(pages, "/?q=bridge+zeppelin&match=all")
    assert text(page, "//h1") == ["Nothing has all of these words"]
    assert text(page, "//div[@class='nothing']//li") == [
        "Any of the words 45 articles",
        "Without “zeppelin” 45 articles",
    ]
    meant = shown(pages, "/?q=brigde")
    assert text(meant, "//p[@class='meant']") == ["Did you mean bridge?"]
    assert text(follow(pages, meant, "bridge"), "//h1") == ["45 articles for bridge"]


def test_an_empty_archive_says_how_to_fill_it(archive: Archive) -> None:
    page = shown(Client(create_app(archive.settings)), "/")
    assert text(page, "//h1") == ["The archive is empty"]
    assert text(page, "//pre") == ["cuttings ingest FOLDER"]
    searched = shown(Client(create_app(archive.settings)), "/?q=rome")
    assert text(searched, "//h1") == ["Nothing was found"]


def test_copies_are_told_and_shown_together(archive: Archive) -> None:
    story = Article(key="a1", title="Bridge", body=f"{BODY} " * 4, source="AFP")
    archive.add(story)
    archive.add(replace(story, key="a2", source="Post", published=parse_moment("2018-12-16")))
    client = Client(create_app(archive.settings))
    page = shown(client, "/?q=bridge")
    assert "in 1 story · show copies together" in text(page, "//div[@class='told']/p")
    assert "1 near copy: Post, 16 December 2018" in text(page, "//p[@class='origin']")
    together = follow(client, page, "show copies together")
    assert headlines(together) == ["Bridge"]
    assert len(headlines(follow(client, together, "×Remove copies together"))) == 2


def test_a_past_version_is_told(archive: Archive) -> None:
    story = Article(key="a1", title="Bridge", body="It was closed on Monday by the mayor.")
    archive.add(story)
    archive.add(replace(story, body="It was closed on Tuesday by the council."))
    page = shown(Client(create_app(archive.settings)), "/?q=monday&versions=all")
    (link,) = page.xpath("//p[@class='origin']/a")
    assert link.get("href") == "/articles/a1/versions/1?q=monday&versions=all"


def test_what_articles_say_is_never_markup(archive: Archive) -> None:
    evil = "<script>alert(1)</script>"
    archive.add(
        Article(
            key="a1", title=f"{evil} bridge", body=f"{evil} bridge", source=evil, authors=(evil,)
        ),
        [mention(f"Ann {evil}")],
    )
    client = Client(create_app(archive.settings))
    for url in ("/", "/?q=bridge", f"/?q={evil}", f"/?source={evil}", f"/?find.source={evil}"):
        page = shown(client, url)
        assert {s.get("src").split("?")[0] for s in page.iter("script")} == {
            f"/static/{name}.js" for name in ("keys", "suggest", "bars", "facets")
        }
        assert page.xpath("//*[@style or @onclick or @onload]") == []


def test_values_are_looked_through(pages: Client) -> None:
    page = shown(pages, "/?q=bridge")
    assert len(page.xpath("//section[@id='by-person']//ul/li")) == 6
    more = follow(pages, page, "more people")
    assert len(more.xpath("//section[@id='by-person']//ul/li")) == 9
    (form,) = page.xpath("//section[@id='by-person']//form")
    fields = {i.get("name"): i.get("value") for i in form.iter("input")}
    assert fields == {"q": "bridge", "find.person": ""}
    found = shown(pages, "/?q=bridge&find.person=Lee7")
    assert text(found, "//section[@id='by-person']//ul/li/a[1]") == ["Ann Lee7"]
    assert len(found.xpath("//details[@open]")) == 1
    none = shown(pages, "/?q=bridge&find.person=Nobody")
    assert text(none, "//section[@id='by-person']//ul/li") == ["none"]


def test_a_new_question_keeps_the_filters(pages: Client) -> None:
    page = shown(pages, "/?q=oil&source=Post&match=all&sort=newest&from=2018-10-02")
    (form,) = page.xpath("//form[@role='search']")
    fields = {i.get("name"): i.get("value") for i in form.iter("input")}
    assert fields == {"q": "oil", "source": "Post", "sort": "newest", "from": "2018-10-02"}


def test_every_link_answers(pages: Client) -> None:
    page = shown(
        pages, "/?q=oil+bridge&source=Post&not.person=Ann+Lee1&from=2018-10-02&more=person"
    )
    seen = {a.get("href") for a in page.xpath("//main//a | //link[@rel='alternate']")}
    ours = {h for h in seen if h.startswith(("/?", "/v1/"))}
    assert len(ours) > 30
    for href in ours:
        assert pages.get(href).status_code == 200, href


def test_fifteen_hits_take_as_many_statements_as_one(pages: Client) -> None:
    shown(pages, "/?q=rome")  # what is read once for a process is read now
    taken = []
    for last_day in ("2018-10-01", "2018-10-15"):
        seen: list[str] = []
        with patch.object(Connection, "execute", _told(seen)):
            shown(pages, f"/?q=oil&from=2018-10-01&to={last_day}")
        taken.append(len(seen))
    assert taken[0] == taken[1]


def _told(seen: list[str]) -> Any:
    execute = Connection.execute

    def told(conn: Connection, sql: str, *values: Any) -> Any:
        seen.append(sql)
        return execute(conn, sql, *values)

    return told


def test_a_page_is_light(pages: Client) -> None:
    """With its styles and scripts, as they are before anything packs them."""
    response = pages.get("/?q=oil+rome+gaddafi")
    own = {link.split("?")[0].rpartition("/")[2] for link in _files(response.text)}
    files = sum((STATIC / name).stat().st_size for name in own)
    assert len(response.content) + files < 60_000


def _files(page: str) -> list[str]:
    found = html.fromstring(page)
    return [*found.xpath("//script/@src"), *found.xpath("//link[@rel='stylesheet']/@href")]


def test_what_a_reader_has_is_not_sent_again(pages: Client) -> None:
    first = pages.get("/?q=oil")
    again = pages.get("/?q=oil", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_example_of_how_to_search_finds_its_way(api: Client) -> None:
    page = shown(api, "/how-to-search")
    examples = [a.get("href") for a in page.xpath("//table//a")]
    assert len(examples) > 20
    for href in examples:
        assert shown(api, href).xpath("//div[@class='mended']") == []
