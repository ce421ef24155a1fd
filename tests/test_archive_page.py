"""The archive at a glance: the page, and what its numbers are made of."""

from pathlib import Path

import pytest
from conftest import Archive, Client, of_a_file, open_archive
from homes import IN_CLUSTER

from service.article import Article
from service.dates import Moment
from service.result import Bin, Facet, FacetValue, Histogram
from service.stores.glance import Arrival, Health
from service.stores.keys import KeyStore
from service.stores.quarantine import Aside, Kept, QuarantinePage
from service.web.app import create_app
from service.web.pages.archive.ingests import (
    ShownArrival,
    ShownAside,
    name_of,
    shown_arrival,
    shown_asides,
)
from service.web.pages.archive.page import (
    Counted,
    Listed,
    dated,
    figures,
    listed,
    most,
    notes,
    queries,
    size_of,
)


def reports(archive: Archive) -> None:
    for number, (day, source, language) in enumerate(
        [
            ("2018-12-16", "Asia Times", "en"),
            ("2018-12-17", "Asia Times", "en"),
            ("2019-02-01", "La Repubblica", "it"),
        ]
    ):
        published = Moment(day, "day")
        body = f"Report {number} of the envoy to Rome."
        archive.add(Article(body=body, source=source, language=language, published=published))
    archive.add(Article(body="A note without a date."))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(tmp_path, tagger="off")


# The page -----------------------------------------------------------------------------------------


def test_it_tells_what_it_holds(archive: Archive) -> None:
    reports(archive)
    page = Client(create_app(archive.settings)).get("/archive")
    assert page.status_code == 200
    assert "4 articles." in page.text
    assert 'href="/?source=Asia+Times">Asia Times</a> <span>2</span>' in page.text
    assert 'href="/?language=it">Italian</a> <span>1</span>' in page.text
    assert "Published from 16 December 2018 to 1 February 2019; 1 undated." in page.text
    assert 'href="/?from=2018-12-16&amp;to=2018-12-16"' in page.text


def test_an_empty_archive_says_how_to_begin(archive: Archive) -> None:
    page = Client(create_app(archive.settings)).get("/archive?utm_source=letter")
    assert page.status_code == 200
    assert "cuttings ingest" in page.text


def test_the_seeds_are_told(api: Client) -> None:
    page = api.get("/archive")
    assert "2 articles. None of them has a date." in page.text
    assert "000_1e6b6544a64f08ef.txt, 004_c9ebabb383c1b6a6.txt" in page.text


def test_it_is_not_asked_for_again_until_something_changes(archive: Archive) -> None:
    reports(archive)
    client = Client(create_app(archive.settings))
    etag = client.get("/archive").headers["etag"]
    assert client.get("/archive", headers={"If-None-Match": etag}).status_code == 304
    archive.add(Article(body="Another report."))
    assert client.get("/archive", headers={"If-None-Match": etag}).status_code == 200


@of_a_file
def test_it_is_asked_for_again_when_its_index_has_changed(archive: Archive) -> None:
    reports(archive)
    client = Client(create_app(archive.settings))
    etag = client.get("/archive").headers["etag"]
    archive.engine.index()
    assert client.get("/archive", headers={"If-None-Match": etag}).status_code == 200


def test_the_quarantine_is_for_editors(archive: Archive) -> None:
    archive.quarantine.keep([Aside("/feeds/broken.json", 7, "has no body", "json", b"{}", 2)], 1)
    keys = KeyStore(archive.private)
    client = Client(create_app(archive.settings))
    for scope, sees in (("edit", True), ("admin", True), ("write", False), ("read", False)):
        headers = {"Authorization": f"Bearer {keys.create(scope, 'Ann')}"}  # type: ignore[arg-type]
        page = client.get("/archive", headers=headers)
        assert ("has no body" in page.text) is sees
        assert ("broken.json, record 7" in page.text) is sees
        assert (page.headers["cache-control"] == "no-store") is sees
    assert "What could not be read" not in client.get("/archive").text


def test_the_sql_room_is_offered_on_this_machine_only(archive: Archive) -> None:
    key = KeyStore(archive.private).create("read", "Ann")
    headers = {"Authorization": f"Bearer {key}"}
    here = Client(create_app(archive.settings)).get("/archive", headers=headers)
    away = Client(create_app(archive.settings), "203.0.113.7").get("/archive", headers=headers)
    assert ('href="/sql/cuttings/quotes_of"' in here.text) is not IN_CLUSTER
    assert "/sql/cuttings" not in away.text
    assert IN_CLUSTER or away.headers["etag"] != here.headers["etag"]


# What it is made of -------------------------------------------------------------------------------


def test_arrivals_are_told_apart_by_pauses(archive: Archive) -> None:
    for number in range(4):
        archive.add(Article(body=f"Number {number}.", origin=f"/feeds/{number}.txt"))
    archive.tamper(
        "UPDATE articles SET ingested_at = '2019-01-01T10:00:00Z' WHERE id IN "
        "(SELECT id FROM articles ORDER BY added_in LIMIT 2)",
        "UPDATE articles SET ingested_at = '2019-01-01T10:09:00Z' WHERE origin = '/feeds/1.txt'",
        "UPDATE articles SET ingested_at = '2019-01-02T06:00:00Z' WHERE origin = '/feeds/2.txt'",
        "UPDATE articles SET ingested_at = 'yesterday' WHERE origin = '/feeds/3.txt'",
    )
    assert archive.home.lists.glance.arrivals(5) == (
        Arrival("2019-01-02T06:00:00Z", 1, ("/feeds/2.txt",), False),
        Arrival(
            "2019-01-01T10:09:00Z",
            2,
            ("/feeds/0.txt", "/feeds/1.txt"),
            False,
        ),
    )


def test_totals_and_health(archive: Archive) -> None:
    reports(archive)
    store = archive.home.lists.glance
    totals = store.totals()
    assert (totals.versions, totals.quotes, totals.entities) == (
        0,
        0,
        {"person": 0, "organization": 0, "place": 0},
    )
    assert [figure.number for figure in figures(4, totals)] == [4, 0, 0, 0, 0, 0]
    health = store.health()
    # A cluster has filed what it has taken.
    assert (health.unfiled, health.pending) == (0 if IN_CLUSTER else 4, ())
    assert health.size > 0
    archive.engine.index()
    assert store.health().unfiled == 0


def test_an_arrival_in_words() -> None:
    origins = ("/a/b/x.txt", "/a/c/x.txt", "/a/w.tar.gz!one.xml", "https://x.org/feed", "/a/z.txt")
    arrival = Arrival("2019-01-01T10:09:30Z", 1_300, origins, True)
    assert shown_arrival(arrival) == ShownArrival(
        "1 January 2019, 10:09 UTC",
        "1,300 or more",
        ("x.txt", "w.tar.gz!one.xml", "https://x.org/feed"),
        1,
    )


def test_an_aside_in_words() -> None:
    kept = Kept(
        3, "/f/a.ndjson", 1_204, "has no body", "json", 61, 2, "", "2019-01-09T06:30:00Z", True
    )
    shown = shown_asides(QuarantinePage(21, (kept,), True))
    assert shown.total == 21
    assert shown.asides == (
        ShownAside(
            "a.ndjson, record 1,204",
            "/f/a.ndjson",
            "has no body",
            "9 January 2019, 06:30 UTC",
            2,
        ),
    )


def test_values_lead_to_their_searches() -> None:
    values = [FacetValue(code, code, 7) for code in ("en", "en-GB", "tlh")]
    assert listed(Facet(tuple(values), more=True), "language") == Listed(
        (
            Counted("English", 7, "/?language=en"),
            Counted("English (en-GB)", 7, "/?language=en-GB"),
            Counted("tlh", 7, "/?language=tlh"),
        ),
        True,
    )


@pytest.mark.parametrize(
    ("histogram", "said"),
    [
        (Histogram("year", (), 0), ""),
        (Histogram("year", (), 3), "None of them has a date."),
        (
            Histogram("month", (Bin("2018-12-01", "2018-12-31", 2),), 0),
            "Published in December 2018.",
        ),
        (
            Histogram(
                "year", (Bin("1987-01-01", "1987-12-31", 2), Bin("1988-01-01", "1988-12-31", 1)), 9
            ),
            "Published from 1987 to 1988; 9 undated.",
        ),
    ],
)
def test_its_times_in_words(histogram: Histogram, said: str) -> None:
    assert dated(histogram) == said


def test_when_most_was_published() -> None:
    day, month = Bin("1987-03-05", "1987-03-05", 2), Bin("1987-03-01", "1987-03-31", 3)
    assert most(Histogram("day", (day,), 0)) == "most on 5 March 1987: 2"
    assert most(Histogram("month", (month,), 0)) == "most in March 1987: 3"


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (123_456, "123 kB"),
        (1_096_294_400, "1.1 GB"),
    ],
)
def test_a_size_in_words(size: int, said: str) -> None:
    assert size_of(size) == said


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("/a/b.txt", "b.txt"),
        ("b", "b"),
        ("/a/b.zip!c/d.xml", "b.zip!d.xml"),
        ("https://x.org/a", "https://x.org/a"),
    ],
)
def test_an_origin_is_called_by_its_file(origin: str, name: str) -> None:
    assert name_of(origin) == name


def test_what_is_not_well_is_said() -> None:
    said = notes(Health(1, 2, "3.50.4", 5_000, ("0011_ingests",)))
    assert [(note.name, note.said, note.is_well) for note in said] == [
        ("Schema", "Old: run cuttings migrate (0011_ingests)", False),
        ("Index", "1 article waits to be taken up; found all the same", True),
        ("Taken out", "2 articles being erased from the file", True),
        ("File", "5.0 kB", True),
        ("SQLite", "3.50.4", True),
    ]


def test_a_cluster_is_no_file() -> None:
    said = {note.name: note.said for note in notes(Health(0, 1, "", 5_000, ()))}
    assert said["Taken out"] == "1 article being erased from the cluster"
    assert said["In the cluster"] == "5.0 kB"
    assert not {"File", "SQLite"} & said.keys()


def test_every_query_of_the_sql_room_is_linked() -> None:
    assert "/sql/cuttings/most_mentioned_people" in [query.href for query in queries()]
