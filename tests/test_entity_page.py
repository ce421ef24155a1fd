"""/entities/{key}: a name with its spellings, when and where, company, quotes and sentences."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from conftest import Archive, Client, of_a_file
from lxml import html
from test_desk_page import Browser

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.findings import Findings, Quote
from service.stores.edits import Author, EditStore
from service.stores.entities import Alias, EntityRow
from service.stores.related import ARTICLES_OF
from service.stores.sightings import Sighting, SightingStore
from service.web.app import create_app
from service.web.pages.entities.entity import asked, lists_of
from service.web.pages.entities.mentions import naming_articles
from service.web.pages.entities.searches import EntitySearches
from service.web.pages.paging import cursor_at
from service.web.pages.pieces import Linked

DESK = Author("desk", "seen in the register")
KIM = "person-kimjongun"
BODY = "Kim Jong Un met Jo Song-gil. Mr Kim said he was ready in Rome."
Page = Callable[..., Any]


def named(text: str, full: str, kind: EntityType = "person", body: str = BODY) -> Mention:
    entity = EntityName(entity_key(kind, full) or "", full, kind)
    start = body.index(text)
    return Mention("body", start, start + len(text), text, text, kind, entity, "model", 0.8)


KIM_IN_FULL, JO = named("Kim Jong Un", "Kim Jong Un"), named("Jo Song-gil", "Jo Song-gil")
MR_KIM, ROME = named("Mr Kim", "Kim Jong Un"), named("Rome", "Rome", "place")
MENTIONS = (KIM_IN_FULL, JO, MR_KIM, ROME)


def add(
    archive: Archive,
    key: str,
    mentions: Sequence[Mention] = MENTIONS,
    quotes: Sequence[Quote] = (),
    date: str | None = None,
    source: str | None = "Post",
) -> None:
    published = parse_moment(date) if date else None
    article = Article(key=key, title=f"On {key}", body=BODY, published=published, source=source)
    archive.store(article, Findings(tuple(mentions), tuple(quotes)))


@pytest.fixture
def api(archive: Archive) -> Client:
    return Client(create_app(archive.settings))


@pytest.fixture
def page(api: Client) -> Page:
    def shown(key: str = KIM, **params: Any) -> Any:
        response = api.get(f"/entities/{key}", params=params)
        assert response.status_code == 200, response.text
        return html.fromstring(response.text)

    return shown


def text(tree: Any, path: str) -> str:
    return " ".join(" ".join(each.text_content() for each in tree.xpath(path)).split())


def links(tree: Any, path: str) -> list[tuple[str, str]]:
    return [(" ".join(a.text_content().split()), a.get("href")) for a in tree.xpath(f"{path}//a")]


# The page -----------------------------------------------------------------------------------------


def test_it_says_who_it_is_and_how_often(archive: Archive, page: Page) -> None:
    add(archive, "a", date="2018-12-03")
    add(archive, "b", date="2018-12-16", mentions=[KIM_IN_FULL])
    EditStore(archive.database).annotate(KIM, "Leader since 2011", DESK)
    tree = page()
    assert text(tree, "//head/title") == "Kim Jong Un · Cuttings"
    assert text(tree, "//h1") == "Kim Jong Un"
    heading = text(tree, "//*[starts-with(@class, 'heading')]")
    assert "2 articles · 3 mentions · 3 – 16 December 2018" in heading
    assert text(tree, "//*[@class='note']") == "Editors’ note Leader since 2011"
    assert KIM in text(tree, "//code")
    assert links(tree, "//*[contains(@class, 'ways')]")[:2] == [
        ("All articles", f"/?person={KIM}"),
        ("Atom feed of the articles", f"/v1/search.atom?person={KIM}"),
    ]
    assert links(tree, "//*[@class='called-so']") == [
        ("Kim Jong Un", f"/?person={KIM}&q=%22Kim+Jong+Un%22"),
        ("Mr Kim", f"/?person={KIM}&q=%22Mr+Kim%22"),
    ]


def test_bars_and_sources_lead_to_their_articles(archive: Archive, page: Page) -> None:
    add(archive, "a", date="2018-12-03")
    add(archive, "b", date="2018-12-16", source="Gazette")
    add(archive, "c", date="2018-12-16", source="Gazette")
    add(archive, "d", source="Gazette")
    tree = page()
    bars = [a.get("href") for a in tree.xpath("//*[@class='timeline']//a")]
    assert bars == [
        f"/?person={KIM}&from=2018-12-03&to=2018-12-03",
        f"/?person={KIM}&from=2018-12-16&to=2018-12-16",
    ]
    assert [href for _, href in links(tree, "//*[starts-with(@class, 'coverage')]//table")] == bars
    assert "16 December 201824" in text(tree, "//*[starts-with(@class, 'coverage')]//table")
    told = text(tree, "//*[starts-with(@class, 'coverage')]")
    assert "Most on 16 December 2018: 2 articles. 1 article has no date." in told
    assert links(tree, "//*[@class='sources']") == [
        ("Gazette", f"/?person={KIM}&source=Gazette"),
        ("Post", f"/?person={KIM}&source=Post"),
    ]


def test_without_dates_nothing_is_drawn(archive: Archive, page: Page) -> None:
    add(archive, "a", source=None)
    tree = page()
    told = text(tree, "//*[starts-with(@class, 'coverage')]")
    assert "The one article that names Kim Jong Un has no date" in told
    assert not tree.xpath("//*[@class='timeline']")
    assert not tree.xpath("//*[@class='sources']")


def test_the_company_is_a_list_and_the_same_as_a_picture(archive: Archive, page: Page) -> None:
    add(archive, "a", date="2018-12-03")
    add(archive, "b", date="2018-12-16", mentions=[KIM_IN_FULL, ROME])
    tree = page()
    listed = dict(links(tree, "//*[@class='companions']"))
    assert listed["LRome"] == "/entities/place-rome"
    assert listed["2 articles with Rome"] == f"/?person={KIM}&place=place-rome"
    both = f"/?person={KIM}&q=person%3A%22person-josonggil%22"
    assert listed["1 article with Jo Song-gil"] == both
    assert listed["On b"] == "/articles/b"
    for picture in tree.xpath("//svg[starts-with(@class, 'network')]"):
        hrefs = {a.get("href") for a in picture.xpath(".//a")}
        assert hrefs == {"/entities/place-rome", "/entities/person-josonggil"}
        assert "Rome and Jo Song-gil: 1 article" in picture.text_content()
        assert picture.get("aria-hidden") == "true"
        assert {a.get("tabindex") for a in picture.xpath(".//a")} == {"-1"}
    places = page(kind="place")
    assert "LRome" in dict(links(places, "//*[@class='companions']"))
    assert "PJo Song-gil" not in dict(links(places, "//*[@class='companions']"))


def test_what_it_said_stands_in_marks_if_those_are_its_words(archive: Archive, page: Page) -> None:
    told = Quote("body", 40, 52, "he was ready", 2, "Mr Kim", "said", direct=False)
    spoken = Quote("body", 0, 11, "We are here", 0, "Kim Jong Un", None)
    add(archive, "a", quotes=[told, spoken], date="2018-12-03")
    tree = page()
    first, second = (text(li, ".") for li in tree.xpath("//*[@class='quotes']/li"))
    assert first.startswith("he was ready said, in the writer’s words · On a Post")
    assert second.startswith("“We are here” On a Post · 3 December 2018")
    places = [href for _, href in links(tree, "//*[@class='quotes']")]
    assert places == ["/articles/a#q1", "/articles/a#q2"]
    assert not page("place-rome").xpath("//*[@id='quotes']")


def test_every_mention_leads_to_its_place(archive: Archive, page: Page, api: Client) -> None:
    add(archive, "a")
    tree = page()
    assert links(tree, "//*[@class='naming']") == [
        ("On a", "/articles/a"),
        ("Kim Jong Un", "/articles/a#m1"),
        ("Mr Kim", "/articles/a#m3"),
    ]
    assert "Post · undated" in text(tree, "//*[@class='naming']")
    sentences = [li.text_content().strip() for li in tree.xpath("//*[@class='naming']//ul//li")]
    assert sentences == ["Kim Jong Un met Jo Song-gil.", "Mr Kim said he was ready in Rome."]


def test_its_lists_have_pages(archive: Archive, page: Page, api: Client) -> None:
    quotes = [Quote("body", n, n + 1, f"Word {n}", 0, "Kim Jong Un", "said") for n in range(7)]
    for number in range(12):
        towns = [named("Rome", f"Town {number} {each}", "place") for each in "ab"]
        said = quotes if number == 0 else []
        add(archive, f"a{number:02}", [KIM_IN_FULL, MR_KIM, *towns], said)
    tree = page()
    items = {
        "mentions": "//*[@class='naming']/li",
        "quotes": "//*[@class='quotes']/li",
        "beside": "//*[@class='companions']/li",
    }
    for part, shown, rest in (("mentions", 10, 2), ("quotes", 6, 1), ("beside", 12, 12)):
        assert len(tree.xpath(items[part])) == shown
        (link,) = tree.xpath(f"//*[@id='{part}']//a[@rel='next']")
        assert link.get("href").endswith(f"#{part}")
        after = html.fromstring(api.get(link.get("href")).text)
        assert len(after.xpath(items[part])) == rest
        assert not after.xpath(f"//*[@id='{part}']//a[@rel='next']")
        back = after.xpath(f"//*[@id='{part}']//*[@class='pages']//a")[0].get("href")
        assert back == f"/entities/{KIM}#{part}"


def test_beyond_the_end_of_a_list_the_page_says_so(archive: Archive, page: Page) -> None:
    add(archive, "a")
    lists = lists_of(KIM, None)
    later = {name: cursor_at(lists[name], 100) for name in ("beside", "quotes", "mentions")}
    tree = page(**later)
    for part in ("beside", "quotes"):
        assert "The list ends before this page." in text(tree, f"//*[@id='{part}']")
        assert tree.xpath(f"//*[@id='{part}']//*[@class='pages']//a")


def test_what_cannot_be_used_is_told_and_left_out(archive: Archive, page: Page) -> None:
    add(archive, "a")
    tree = page(kind="animal", mentions="x", quotes="W10", utm_source="feed")
    assert len(tree.xpath("//*[@class='told']//p")) == 3
    assert len(tree.xpath("//*[@class='naming']/li")) == 1
    wrong = asked(KIM, {"kind": "animal", "beside": "W10", "other": "1"})
    assert (wrong.kind, wrong.beside, str(wrong.state)) == (None, 0, f"/entities/{KIM}")


def test_a_merged_key_leads_to_the_other_and_an_unknown_one_nowhere(
    archive: Archive, api: Client
) -> None:
    add(archive, "a")
    EditStore(archive.database).merge("person-josonggil", KIM, DESK)
    moved = api.get("/entities/person-josonggil?kind=place")
    assert (moved.status_code, moved.headers["location"]) == (307, f"/entities/{KIM}?kind=place")
    assert api.get("/entities/person-nobody").status_code == 404


HOSTILE = "<script>x</script>\"'"


def test_hostile_names_stay_text(archive: Archive, api: Client) -> None:
    add(archive, "a", mentions=[replace(ROME, alias='<b>"Rome'), KIM_IN_FULL])
    EditStore(archive.database).rename("place-rome", HOSTILE, DESK)
    for key in ("place-rome", KIM):
        shown = api.get(f"/entities/{key}").text
        assert "<script>x" not in shown
        assert "&lt;script&gt;x" in shown
        assert "<b>" not in shown


def test_an_editor_finds_the_desk_on_it(archive: Archive, api: Client) -> None:
    add(archive, "a")
    assert "Edit this name" not in api.get(f"/entities/{KIM}").text
    shown = Browser(archive).get(f"/entities/{KIM}").text
    assert "Edit this name" in shown
    assert f"/desk/entities/{KIM}/rename" in shown


def test_the_page_is_not_made_again_for_who_has_it(archive: Archive, api: Client) -> None:
    add(archive, "a")
    first = api.get(f"/entities/{KIM}")
    again = api.get(f"/entities/{KIM}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


# Its parts ----------------------------------------------------------------------------------------


def test_a_mention_has_the_number_of_those_that_are_names(archive: Archive) -> None:
    add(archive, "a")
    store = SightingStore(archive.database)
    assert [each.number for each in store.page(KIM, 9).sightings] == [0, 2]
    EditStore(archive.database).dismiss("person-josonggil", DESK)
    assert [each.number for each in store.page(KIM, 9).sightings] == [0, 1]


def test_pairs_of_a_few_are_counted(archive: Archive) -> None:
    add(archive, "a", mentions=[KIM_IN_FULL, JO, ROME])
    add(archive, "b", mentions=[JO, ROME])
    add(archive, "c", mentions=[KIM_IN_FULL])
    keys = [KIM, "person-josonggil", "place-rome", "person-nobody"]
    pairs = archive.home.lists.related.among(keys)
    assert [(pair.one, pair.other, pair.shared) for pair in pairs] == [
        (KIM, "person-josonggil", 1),
        (KIM, "place-rome", 1),
        ("person-josonggil", "place-rome", 2),
    ]
    assert pairs[2].significance > 0 > pairs[0].significance
    assert archive.home.lists.related.among([KIM]) == ()
    assert archive.home.lists.related.among([]) == ()


@of_a_file
def test_pairs_are_read_off_an_index(archive: Archive) -> None:
    with archive.database.read() as conn:
        rows = conn.execute("EXPLAIN QUERY PLAN " + ARTICLES_OF, {"keys": "[]"})
        steps = [row["detail"] for row in rows]
    by_entity = "article_entities USING COVERING INDEX article_entities_by_entity (entity_id=?)"
    assert f"SEARCH {by_entity}" in steps
    assert not [s for s in steps if s.startswith("SCAN") and "json_each" not in s]


def sighting(start: int, end: int, **changed: Any) -> Sighting:
    seen = Sighting(
        article="a b",
        title="T",
        title_derived=False,
        source=None,
        published=parse_moment("2018-12-16"),
        number=start,
        field="body",
        start=start,
        end=end,
        text="x",
        sentence="Kim saw Kim.",
        sentence_start=0,
        method="model",
        confidence=0.8,
    )
    return replace(seen, **changed)


def test_a_sentence_that_names_it_twice_is_shown_once() -> None:
    (article,) = naming_articles([sighting(0, 3), sighting(8, 11)])
    (sentence,) = article.sentences
    assert sentence.pieces == (
        Linked("Kim", "/articles/a%20b#m1"),
        Linked(" saw "),
        Linked("Kim", "/articles/a%20b#m9"),
        Linked("."),
    )
    assert (sentence.place, article.published) == ("", "16 December 2018")


def test_a_sentence_says_where_it_stands() -> None:
    fields = ("title", "captions[2]", "body")
    (article,) = naming_articles([sighting(0, 3, field=field) for field in fields])
    assert [sentence.place for sentence in article.sentences] == ["Headline", "Caption", ""]


def test_searches_are_narrowed_to_one(archive: Archive) -> None:
    kim = EntityRow(KIM, "Kim Jong Un", "person", 1, 1)
    searches = EntitySearches(kim, "Asia/Seoul")
    assert searches.written(Alias('the "Respected" one', 0)) == "/?q=%22the++Respected++one%22"
    assert searches.by("Post & Co") == f"/?person={KIM}&source=Post+%26+Co"
