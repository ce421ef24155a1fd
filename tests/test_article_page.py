"""The page of an article: its text as it is, who and what is in it, and what is like it."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Archive, Client, open_archive
from html_pages import found, hrefs, page, texts

from service.article import Article, Subheading
from service.dates import parse_moment
from service.entity import EntityName, Mention
from service.web.app import create_app

BODY = "Jo Song-gil fled Rome in 2018.\n\nWhere to?\n\nMr Jo is 48. Rome is silent."
ENVOY = Article(
    key="envoy",
    uri="urn:envoy",
    title="Envoy flees Rome",
    standfirst="A rare\u00a0step",
    body=BODY,
    subheadings=(Subheading(32, 41, "Where to?"),),
    captions=("The embassy in Rome.",),
    credits=("AFP / Saul Loeb",),
    related=("Trump meets Kim", "https://example.org/kim"),
    authors=("Jane Doe", "Kim Min"),
    dateline="ROME, Jan 3 -",
    source="Gazette",
    url="https://example.org/envoy",
    origin="/feeds/a.json",
    language="en-GB",
    topics=("diplomacy",),
    rights="© Gazette",
    published=parse_moment("2019-01-04T09:15Z"),
    status="corrected",
    correction="He is 48, not 84.",
)
JO = EntityName("person-josonggil", "Jo Song-gil", "person")
ROME = EntityName("place-rome", "Rome", "place")


def mention(field: str, start: int, text: str, entity: EntityName | None) -> Mention:
    kind = entity.type if entity else "person"
    return Mention(field, start, start + len(text), text, text, kind, entity, "test", 1.0)


MENTIONS = (
    mention("title", 12, "Rome", ROME),
    mention("body", 0, "Jo Song-gil", JO),
    mention("body", 17, "Rome", ROME),
    mention("body", 46, "Jo", None),
    mention("body", 56, "Rome", ROME),
    mention("captions[0]", 15, "Rome", ROME),
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = open_archive(tmp_path_factory.mktemp("article"))
    archive.add(ENVOY, MENTIONS)
    archive.add(Article(key="other", title="Rome waits", body="Rome waits for Jo Song-gil."))
    archive.add(
        Article(key="none", title="It begins so.", title_derived=True, body="It begins so.")
    )
    return archive


@pytest.fixture(scope="module")
def asked(told: Archive) -> Client:
    return Client(create_app(told.settings))


def test_what_is_told_above_the_text(asked: Client) -> None:
    tree = page(asked, "/articles/envoy")
    assert texts(tree, "h1") == ["Envoy flees Rome"]
    assert found(tree, ".standfirst")[0].text_content() == "A rare\u00a0step"
    assert texts(tree, ".notice") == ["Corrected. He is 48, not 84."]
    assert texts(tree, ".byline") == ["By Jane Doe and Kim Min"]
    assert texts(tree, ".text .told") == ["Gazette · 4 January 2019, 09:15 UTC"]
    assert texts(tree, ".dateline") == ["ROME, Jan 3 -"]
    assert found(tree, "h1")[0].get("lang") == "en-GB"
    assert found(tree, "time")[0].get("datetime") == "2019-01-04T09:15Z"
    assert hrefs(tree, ".byline a, .text .told a") == [
        "/?author=Jane+Doe",
        "/?author=Kim+Min",
        "/?source=Gazette",
    ]


def test_the_body_is_all_of_it_in_paragraphs_and_subheadings(asked: Client) -> None:
    tree = page(asked, "/articles/envoy")
    passages = found(tree, ".passages")[0]
    blocks = [
        (each.tag, each.get("id"), each.text_content()) for each in passages if each.get("id")
    ]
    assert blocks == [
        ("p", "p1", "Jo Song-gil fled Rome in 2018."),
        ("h2", "p2", "Where to?"),
        ("p", "p3", "Mr Jo is 48. Rome is silent."),
    ]
    assert [each.get("dir") for each in passages] == ["auto"] * 4
    assert texts(tree, ".text .apart li") == [
        "The embassy in Rome.",
        "AFP / Saul Loeb",
        "Trump meets Kim",
        "https://example.org/kim",
    ]


def test_mentions_lead_to_whom_they_mean(asked: Client) -> None:
    tree = page(asked, "/articles/envoy")
    mentions = [
        (m.get("id"), m.tag, m.get("href"), m.text_content()) for m in found(tree, ".mention")
    ]
    assert mentions == [
        ("m1", "a", "/entities/place-rome", "Rome"),
        ("m2", "a", "/entities/person-josonggil", "Jo Song-gil"),
        ("m3", "a", "/entities/place-rome", "Rome"),
        ("m4", "span", None, "Jo"),
        ("m5", "a", "/entities/place-rome", "Rome"),
        ("m6", "a", "/entities/place-rome", "Rome"),
    ]


def test_the_margin_leads_to_every_place(asked: Client) -> None:
    tree = page(asked, "/articles/envoy")
    assert texts(tree, ".margin h3") == ["People", "Places"]
    jumps = [(a.get("href"), a.text) for a in found(tree, ".margin .jump")]
    assert jumps == [
        *(("#m2", "1"), ("#m1", "headline"), ("#m3", "1"), ("#m5", "3"), ("#m6", "caption 1")),
        ("#m4", "3"),
    ]
    ids = {each.get("id") for each in found(tree, "[id]")}
    assert all(href[1:] in ids for href, _ in jumps)


def test_matches_of_a_search_are_marked_and_lead_on(asked: Client) -> None:
    tree = page(asked, "/articles/envoy?q=jo+rome&sort=newest&utm_source=x")
    marks = [(m.get("id"), m.text_content()) for m in found(tree, "mark[id]")]
    assert marks == [
        *(("match-1", "Rome"), ("match-2", "Jo"), ("match-3", "Rome"), ("match-4", "Jo")),
        *(("match-5", "Rome"), ("match-6", "Rome")),
    ]
    assert hrefs(tree, "a.next") == [f"#match-{n}" for n in (2, 3, 4, 5, 6, 1)]
    assert texts(tree, ".matches") == ["6 matches: first · last"]
    back = found(tree, ".found a")[0]
    assert back.get("href") == "/?q=jo+rome&sort=newest&utm_source=x"
    assert not found(tree, "a a")


def test_who_comes_from_elsewhere_is_shown_no_search(asked: Client) -> None:
    tree = page(asked, "/articles/envoy?utm_source=x&fbclid=1&limit=oops")
    assert not found(tree, ".found, .matches, mark")
    tree = page(asked, "/articles/envoy?q=zebra&from=nonsense")
    assert texts(tree, ".found + p") == ["The words themselves do not stand in this text."]


def test_without_a_headline_it_says_so(asked: Client) -> None:
    tree = page(asked, "/articles/none?q=begins")
    assert texts(tree, "h1") == ["It begins so."]
    assert texts(tree, "header .quiet") == ["No headline: this is how the text begins."]
    assert [m.get("id") for m in found(tree, "mark")] == ["match-1"]
    assert texts(tree, ".text .told") == ["Source unknown · undated"]


def test_similar_articles_say_what_they_share(asked: Client) -> None:
    tree = page(asked, "/articles/envoy")
    (other,) = found(tree, "#similar-title ~ ul > li")
    assert texts(other, "h3") == ["Rome waits"]
    assert hrefs(other, "a.act") == ["/compare?a=envoy&b=other"]


def test_copies_elsewhere(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    body = " ".join(f"The council of town {n} met to hear of the bridge." for n in range(40))
    archive.add(Article(key="a", title="Bridge", body=body, source="Gazette"))
    archive.add(Article(key="b", title="Bridge", body=body, source="Herald"))
    tree = page(Client(create_app(archive.settings)), "/articles/a")
    (copy,) = found(tree, "#copies-title ~ ul > li")
    assert texts(copy, "p")[0] == "Herald · undated · 100% the same text · compare with “Bridge”"
    assert not found(tree, "#similar-title")


def test_what_programs_read(asked: Client) -> None:
    tree = page(asked, "/articles/envoy?q=jo")
    data = json.loads(found(tree, "script[type=application/ld+json]")[0].text)
    assert data["@type"] == "NewsArticle"
    assert (data["headline"], data["datePublished"]) == ("Envoy flees Rome", "2019-01-04T09:15Z")
    assert [each["name"] for each in data["mentions"]] == ["Rome", "Jo Song-gil"]
    assert found(tree, "link[rel=canonical]")[0].get("href") == "http://localhost/articles/envoy"


NASTY = "</script><script>alert(1)</script><!-- \u2028 \u202e & ' \" \x07 <b>b</b> {{ 7*7 }}"


def test_no_text_is_markup(tmp_path: Path) -> None:
    """In any field, and in what is made of the fields for programs and for citing."""
    archive = open_archive(tmp_path)
    fields = ("title", "standfirst", "dateline", "source", "rights", "correction", "url", "uri")
    lists = ("captions", "credits", "related", "authors", "topics")
    filled: dict[str, Any] = {
        **dict.fromkeys(fields, NASTY),
        **dict.fromkeys(lists, (NASTY, "javascript:alert(1)")),
        "language": "en' onload='x",
        "status": "corrected",
    }
    archive.add(Article(key="nasty", body=f"{NASTY}\n\n{NASTY}", origin=NASTY, **filled))
    client = Client(create_app(archive.settings))
    for url in ("/articles/nasty", "/articles/nasty?q=alert", "/articles/nasty/versions/1"):
        tree = page(client, url)
        assert not found(tree, "b, [onload], a[href^=javascript]")
        scripts = [each for each in found(tree, "script") if not each.get("src")]
        assert [each.get("type") for each in scripts] == ["application/ld+json"] * len(scripts)
        for each in scripts:
            assert "alert(1)" in json.loads(each.text)["headline"]
        assert not re.search("[\u2028<>]", "".join(each.text for each in scripts))
        assert "49" not in found(tree, "h1")[0].text_content()


@pytest.mark.parametrize(
    "text", ["\u202eabc\u202d", "a\x00b", "שלום 조성길 سلام", "\u2066x", "👩\u200d👩"]
)
def test_any_script_is_shown(tmp_path: Path, text: str) -> None:
    archive = open_archive(tmp_path)
    archive.add(Article(key="odd", title=text, body=text))
    answer = Client(create_app(archive.settings)).get("/articles/odd")
    assert answer.status_code == 200
    assert text in answer.text


def test_a_long_text_full_of_names_is_shown(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    body = "Rome is silent and waits for another day to come.\n\n" * 2_000
    mentions = [mention("body", 51 * n, "Rome", ROME) for n in range(2_000)]
    archive.add(Article(key="long", title="Long", body=body), mentions)
    tree = page(Client(create_app(archive.settings)), "/articles/long?q=silent")
    assert len(found(tree, ".passages > p")) == 2_000
    assert len(found(tree, ".mention")) == 2_000
    # More than can be followed one by one are neither listed nor marked.
    assert len(found(tree, ".margin .jump")) == 60
    assert len(found(tree, "mark")) == 1_000
    assert texts(tree, ".matches") == ["The first 1,000 matches: first · last"]


def test_an_article_that_is_gone_or_has_moved(tmp_path: Path) -> None:
    archive = open_archive(tmp_path)
    was = archive.add(replace(ENVOY, key=None)).key
    archive.add(ENVOY)
    client = Client(create_app(archive.settings))
    moved = client.get(f"/articles/{was}?q=jo")
    assert (moved.status_code, moved.headers["location"]) == (307, "/articles/envoy?q=jo")
    archive.killing.kill("envoy", "It was wrong")
    for end in ("", "/versions", "/versions/1", "/versions/1/diff"):
        gone = client.get(f"/articles/envoy{end}")
        assert gone.status_code == 410
        assert "It was wrong" in gone.text
        assert client.get(f"/articles/never{end}").status_code == 404


def test_an_answer_is_known_again(asked: Client) -> None:
    answer = asked.get("/articles/envoy")
    known = {"If-None-Match": answer.headers["etag"]}
    assert asked.get("/articles/envoy", headers=known).status_code == 304
