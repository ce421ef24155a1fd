"""The dates that texts mention, as a facet and as a filter: a day counts for its month and year."""

from collections.abc import Mapping
from typing import Any

import pytest
from conftest import Archive, Client, open_archive

from service.article import Article
from service.findings import DatePrecision, Findings, MentionedDate
from service.result import Facet
from service.search import Ask
from service.web.app import create_app

# Title -> the dates that it mentions, in reading order.
ARTICLES = {
    "summit": ("2018-06-12", "2018-06-12", "2018-06-11", "2018"),
    "talks": ("2018-06", "2017-12-31"),
    "history": ("2018", "1948"),
    "none": (),
}
SIZES: Mapping[int, DatePrecision] = {4: "year", 7: "month", 10: "day"}


def dated(iso: str) -> MentionedDate:
    return MentionedDate("body", 0, len(iso), iso, iso, SIZES[len(iso)])


@pytest.fixture(scope="module")
def dates(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = open_archive(tmp_path_factory.mktemp("dates"))
    for title, mentioned in ARTICLES.items():
        article = Article(title=title, body=f"What the {title} said.")
        archive.store(article, Findings(dates=tuple(map(dated, mentioned))))
    return archive


@pytest.fixture(scope="module")
def asked(dates: Archive) -> Client:
    return Client(create_app(dates.settings))


def counts(archive: Archive, **options: Any) -> dict[str, int]:
    asked = Ask(facets=("mentions_date",), facet_limit=100, **options)
    facet = archive.finder.facets(asked)["mentions_date"]
    assert isinstance(facet, Facet)
    assert all(value.value == value.label for value in facet.values)
    return {value.value: value.count for value in facet.values}


def test_a_day_counts_for_its_month_and_year_and_an_article_once(dates: Archive) -> None:
    assert list(counts(dates).items()) == [
        ("2018", 3),
        ("2018-06", 2),
        ("1948", 1),
        ("2017", 1),
        ("2017-12", 1),
        ("2017-12-31", 1),
        ("2018-06-11", 1),
        ("2018-06-12", 1),
    ]


def test_counts_are_of_what_else_is_asked(dates: Archive) -> None:
    assert counts(dates, q="history") == {"2018": 1, "1948": 1}
    chosen = {"mentions_date": ("1948",)}
    assert counts(dates, filters=chosen) == counts(dates), "its own filter does not count"


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("06-1", {"2018-06-11", "2018-06-12"}),
        (" 1948 ", {"1948"}),
        ("01-8", set()),
        ("summit", set()),
    ],
)
def test_contains_is_of_the_date_as_written(dates: Archive, part: str, found: set[str]) -> None:
    assert set(counts(dates, contains=part)) == found


# The values of the filter -> titles.
FILTERED = [
    (("2018",), {"summit", "talks", "history"}),
    (("2018-06",), {"summit", "talks"}),
    (("2018-06-12",), {"summit"}),
    (("1948", "2017"), {"history", "talks"}),
    (("201",), set()),
    (("2018-",), set()),
    (("2018-6",), set()),
    (("2018-06-12T00:00Z",), set()),
    (("June 2018",), set()),
    (("",), set()),
    (("%", "2018\x00", "٢٠١٨", "9999-99-99"), set()),
]


@pytest.mark.parametrize(("values", "titles"), FILTERED)
def test_a_filter_takes_what_lies_within(
    dates: Archive, values: tuple[str, ...], titles: set[str]
) -> None:
    assert set(dates.find(filters={"mentions_date": values})) == titles
    assert set(dates.find(excluded={"mentions_date": values})) == set(ARTICLES) - titles


def test_the_query_language_has_it_too(dates: Archive) -> None:
    assert set(dates.find("mentions_date:2018-06")) == {"summit", "talks"}
    assert dates.find("-mentions_date:2018") == ["none"]


def test_the_api_counts_and_filters(asked: Client) -> None:
    one = asked.get("/v1/facets/mentions_date?contains=1948").json()
    assert one["values"] == [{"value": "1948", "label": "1948", "count": 1}]
    assert (one["exact"], one["more"]) == (True, False)
    assert "mentions_date" in asked.get("/v1/facets").json()["facets"]
    both = asked.get("/v1/search?mentions_date=1948&mentions_date=2017&facets=mentions_date")
    assert both.json()["total"] == 2
    assert both.json()["facets"]["mentions_date"]["values"][0]["value"] == "2018"
    posted = {"mentions_date": ["2018"], "not.mentions_date": ["2018-06"]}
    assert [hit["title"] for hit in asked.post("/v1/search", json=posted).json()["hits"]] == [
        "history"
    ]
