"""`collapse=true`: a group of near copies is one hit, which tells for how many others it stands."""

from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Archive, Client, open_archive
from test_versions_search import group, said_before

from service.article import Article
from service.cli import main
from service.dates import parse_moment
from service.query import Sort
from service.result import Results
from service.search import Ask
from service.web.app import create_app


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """A report that came three times, once without the strike; one that came twice; and another."""
    archive = open_archive(tmp_path_factory.mktemp("wire"))
    for key, day, body, source in [
        ("first", "2018-12-01", "A strike closes the port. A strike!", "Agency"),
        ("second", "2018-12-02", "A strike closes the port.", "Post"),
        ("third", "2018-12-03", "The port is closed.", "Times"),
        ("rain", "2018-12-04", "Rain and a strike strike strike.", "Post"),
        ("rain2", "2018-12-05", "Rain and a strike.", None),
        ("alone", "2018-12-06", "A strike.", "Post"),
    ]:
        archive.add(Article(key=key, body=body, source=source, published=parse_moment(day)))
    group(archive, "first", "second", "third")
    group(archive, "rain", "rain2")
    return archive


def search(archive: Archive, q: str = "", **options: Any) -> Results:
    return archive.finder.search(Ask(q=q, **{"match": "all", "collapse": True, **options}))


def keys(results: Results) -> list[str]:
    return [hit.key for hit in results.hits]


@pytest.mark.parametrize(
    ("q", "sort", "expected"),
    [
        ("", "newest", ["alone", "rain", "first"]),
        ("", "oldest", ["first", "rain", "alone"]),
        ("strike", "newest", ["alone", "rain", "first"]),
        ("strike", "oldest", ["first", "rain", "alone"]),
        ("port", "relevance", ["first"]),
        ("closed", "relevance", ["first"]),
        ('"is closed"', "relevance", ["third"]),
        ("source:Post", "oldest", ["second", "rain", "alone"]),
        ("source:Times OR rain", "oldest", ["third", "rain"]),
        ('port -"closes"', "relevance", ["third"]),
        ("after:2018-12-02", "oldest", ["second", "rain", "alone"]),
    ],
)
def test_a_group_is_shown_by_its_first_match(
    wire: Archive, q: str, sort: Sort, expected: list[str]
) -> None:
    results = search(wire, q, sort=sort)
    assert keys(results) == expected
    assert results.groups == len(expected)
    plain = search(wire, q, sort=sort, collapse=False)
    assert (plain.groups, plain.total) == (len(expected), results.total)
    assert len(plain.hits) == plain.total


def test_a_score_is_the_same_as_without(wire: Archive) -> None:
    plain = {hit.key: hit.score for hit in search(wire, "strike port", collapse=False).hits}
    collapsed = {hit.key: hit.score for hit in search(wire, "strike port").hits}
    assert collapsed == {"first": plain["first"]}


def test_a_hit_tells_what_it_stands_for(wire: Archive) -> None:
    first, rain, alone = search(wire, "strike", sort="oldest").hits
    assert (first.copies, rain.copies, alone.copies) == (1, 1, 0)
    (copy,) = first.copied_in
    assert (copy.key, copy.source) == ("second", "Post")
    assert copy.published == parse_moment("2018-12-02")
    assert [(copy.key, copy.source) for copy in rain.copied_in] == [("rain2", None)]
    assert alone.copied_in == ()


def test_without_collapsing_a_hit_tells_its_copies_in_the_archive(wire: Archive) -> None:
    hits = {hit.key: hit for hit in search(wire, "strike", collapse=False).hits}
    assert {key: hit.copies for key, hit in hits.items()} == {
        **{"first": 2, "second": 2, "rain": 1, "rain2": 1, "alone": 0}
    }
    assert [copy.key for copy in hits["second"].copied_in] == ["first", "third"]


def test_the_oldest_ten_are_named_and_all_are_counted(archive: Archive) -> None:
    names = [f"k{number:02}" for number in range(15)]
    for name in names:
        archive.add(Article(key=name, body="strike"))
    group(archive, *names)
    (hit,) = search(archive, "strike").hits
    assert (hit.key, hit.copies) == ("k00", 14)
    assert [copy.key for copy in hit.copied_in] == names[1:11]
    last = search(archive, "strike", collapse=False, sort="newest").hits[0]
    assert (last.key, last.copies) == ("k14", 14)
    assert [copy.key for copy in last.copied_in] == names[:10]


def test_facets_count_articles(wire: Archive) -> None:
    collapsed = search(wire, "strike", facets=("source", "published"))
    assert collapsed.facets == search(wire, "strike", facets=("source", "published")).facets
    assert collapsed.total == 5


def test_a_past_text_makes_a_group_of_its_own_kind_of_match(archive: Archive) -> None:
    """The first match is shown, even where only a past text of it matches."""
    archive.add(Article(key="old", body="calm", published=parse_moment("2018-12-01")))
    archive.add(Article(key="new", body="storm", published=parse_moment("2018-12-02")))
    said_before(archive, "old", 1, "storm")
    group(archive, "old", "new")
    assert keys(search(archive, "storm")) == ["new"]
    for sort in ("relevance", "newest", "oldest"):
        results = search(archive, "storm", versions="all", sort=sort)
        assert [(h.key, h.version, h.copies) for h in results.hits] == [("old", 1, 1)]
        assert (results.total, results.groups) == (2, 1)


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_a_walk_is_not_led_astray_by_new_copies(archive: Archive, sort: Sort) -> None:
    """A copy that comes during a walk, older than all others, is not there for it."""
    for day in range(2, 8):
        published = parse_moment(f"2018-12-0{day}")
        archive.add(Article(key=f"d{day}", body="strike", published=published))
    group(archive, "d3", "d6")
    ask = Ask(q="strike", sort=sort, collapse=True, limit=2)
    page = archive.finder.search(ask)
    seen = keys(page)
    archive.add(Article(key="d1", body="strike", published=parse_moment("2018-12-01")))
    archive.tamper("DELETE FROM copies")
    group(archive, "d1", "d3", "d6")
    while page.next is not None:
        page = archive.finder.search(replace(ask, cursor=page.next))
        seen += keys(page)
        assert (page.total, page.groups) == (6, 5)
    assert sorted(seen) == ["d2", "d3", "d4", "d5", "d7"]


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
def test_what_has_many_copies_stands_where_its_first_stands(archive: Archive, sort: Sort) -> None:
    """However many of them a walk meets before that."""
    copies = [
        Article(key=f"c{number:02}", body=f"strike {number}", published=parse_moment("2018-12-03"))
        for number in range(40)
    ]
    first = Article(key="first", body="strike", published=parse_moment("2018-12-01"))
    others = [
        Article(key=f"d{day}", body="strike " * day, published=parse_moment(f"2018-12-0{day}"))
        for day in range(2, 7)
    ]
    archive.add_all((each, ()) for each in (first, *others, *copies))
    group(archive, "first", *(str(each.key) for each in copies))
    ask = Ask(q="strike", sort=sort, collapse=True, limit=2)
    page = archive.finder.search(ask)
    seen = keys(page)
    while page.next is not None:
        page = archive.finder.search(replace(ask, cursor=page.next))
        seen += keys(page)
        assert (page.total, page.groups) == (46, 6)
    if sort == "relevance":
        plain = archive.finder.search(replace(ask, collapse=False, limit=100))
        assert seen == [key for key in keys(plain) if not key.startswith("c")]
    else:
        assert seen == sorted(seen, reverse=sort == "newest", key=lambda key: (key != "first", key))
        assert len(seen) == 6


def test_the_api_tells_of_copies(wire: Archive) -> None:
    client = Client(create_app(wire.settings))
    asked = {"q": "strike", "collapse": "true", "sort": "oldest", "limit": "1"}
    got = client.get("/v1/search", params=asked).json()
    posted = client.post("/v1/search", json=asked | {"limit": 1, "collapse": True}).json()
    assert posted | {"took_ms": 0} == got | {"took_ms": 0}
    assert (got["total"], got["groups"]) == (5, 3)
    (hit,) = got["hits"]
    assert (hit["key"], hit["copies"], hit["version"]) == ("first", 1, None)
    assert hit["copied_in"] == [{"key": "second", "source": "Post", "published_at": "2018-12-02"}]
    following = client.get("/v1/search", params=asked | {"cursor": got["next"]})
    assert [hit["key"] for hit in following.json()["hits"]] == ["rain"]
    other = client.get("/v1/search", params=asked | {"cursor": got["next"], "collapse": "false"})
    assert other.status_code == 422


def test_the_command_line_tells_of_copies(wire: Archive) -> None:
    command = ["strike", "--match", "all", "--collapse", "--versions", "all"]
    shown = CliRunner().invoke(main, ["search", *command], env=wire.environment).output
    assert "5 articles, 3 without near copies" in shown
    assert "1 near copy: Post" in shown
    assert "1 near copy: source unknown" in shown
