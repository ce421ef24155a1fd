"""/v1/quotes: who said what, by speaker and article, the newest article first."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from conftest import Archive, Client, open_archive

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.findings import Findings, Quote
from service.stores.edits import Author, EditStore
from service.stores.entities import EntityStore
from service.stores.quotes import QuoteStore
from service.web.app import create_app


def named(alias: str, full: str, kind: EntityType = "person") -> Mention:
    entity = EntityName(entity_key(kind, full) or "", full, kind)
    return Mention("body", 0, len(alias), alias, alias, kind, entity, "model", 0.8)


def said(text: str, speaker: int | None, name: str | None, *, direct: bool = True) -> Quote:
    verb = "said" if name else None
    return Quote("body", 5, 5 + len(text), text, speaker, name, verb, direct)


KIM = named("Mr Kim", "Kim Jong Un")
MOON = named("Moon", "Moon Jae-in")
OFFICE = named("the Blue House", "Blue House", "organization")


def add(
    archive: Archive, key: str, day: str, mentions: Sequence[Mention], quotes: Sequence[Quote]
) -> None:
    article = Article(
        key=key, title=f"On {key}", body=key, source="Asia Times", published=parse_moment(day)
    )
    archive.store(article, Findings(tuple(mentions), tuple(quotes)))


def filled(archive: Archive) -> Archive:
    kim, moon = said("We are ready.", 0, "Mr Kim"), said("So are we.", 1, "Moon")
    full = named("Kim Jong Un", "Kim Jong Un")
    add(
        archive,
        "new",
        "2019-01-04",
        [KIM, MOON, full],
        [kim, moon, said("Nobody knows.", None, None)],
    )
    source = said("It was late.", None, "An informed source")
    report = said("it had heard", 0, "the Blue House", direct=False)
    add(
        archive,
        "old",
        "2018-12-16T01:30Z",
        [OFFICE, KIM],
        [source, report, replace(kim, speaker=1)],
    )
    return archive


@pytest.fixture(scope="module")
def quoted(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """To ask, not to change."""
    return filled(open_archive(tmp_path_factory.mktemp("quotes")))


@pytest.fixture(scope="module")
def asked(quoted: Archive) -> Client:
    return Client(create_app(quoted.settings))


def texts(client: Client, **params: Any) -> list[str]:
    answer = client.get("/v1/quotes", params=params).json()
    assert answer["total"] == len(answer["quotes"])
    return [quote["quote"] for quote in answer["quotes"]]


def test_a_quote_has_its_place_and_its_article(asked: Client) -> None:
    answer = asked.get("/v1/quotes?speaker=person-kimjongun&limit=1").json()
    assert answer["total"] == 2
    assert answer["quotes"] == [
        {
            "speaker": "person-kimjongun",
            "speaker_name": "Mr Kim",
            "verb": "said",
            "quote": "We are ready.",
            "article": "new",
            "field": "body",
            "start": 5,
            "end": 18,
            "direct": True,
            "name": "Kim Jong Un",
            "title": "On new",
            "source": "Asia Times",
            "published_at": "2019-01-04",
        }
    ]


def test_newest_article_first_and_reading_order_within(asked: Client) -> None:
    assert texts(asked) == [
        *("We are ready.", "So are we.", "Nobody knows."),
        *("It was late.", "it had heard", "We are ready."),
    ]
    last = asked.get("/v1/quotes").json()["quotes"][-1]
    assert (last["article"], last["published_at"]) == ("old", "2018-12-16T01:30Z")


# What is asked -> what is found.
ASKED: list[tuple[dict[str, Any], list[str]]] = [
    ({"speaker": "person-moonjaein"}, ["So are we."]),
    ({"speaker": "mr kim"}, ["We are ready.", "We are ready."]),
    ({"speaker": "Blue House"}, ["it had heard"]),
    ({"speaker": "an informed  source"}, ["It was late."]),
    ({"speaker": ["Moon Jae-in", "an informed source"]}, ["So are we.", "It was late."]),
    (
        {"speaker": ["Mr Kim", "Kim Jong Un", "Moon"], "article": "new"},
        ["We are ready.", "So are we."],
    ),
    ({"speaker": "nobody in particular"}, []),
    ({"speaker": "person-nobody"}, []),
    ({"speaker": ""}, []),
    ({"speaker": "%"}, []),
    ({"article": "old"}, ["It was late.", "it had heard", "We are ready."]),
    ({"article": "none"}, []),
    ({"direct": "false"}, ["it had heard"]),
    ({"direct": "true", "article": "old"}, ["It was late.", "We are ready."]),
    ({"direct": "false", "speaker": "Mr Kim"}, []),
]


@pytest.mark.parametrize(("params", "found"), ASKED)
def test_quotes_are_found_by_speaker_and_article(
    asked: Client, params: dict[str, Any], found: list[str]
) -> None:
    assert texts(asked, **params) == found


def test_what_nobody_is_named_for_has_no_speaker(asked: Client) -> None:
    quotes = asked.get("/v1/quotes").json()["quotes"]
    told = [(q["speaker"], q["name"], q["speaker_name"], q["verb"]) for q in quotes[2:4]]
    assert told == [(None, None, None, None), (None, None, "An informed source", "said")]


def test_a_walk_sees_each_quote_once(asked: Client) -> None:
    url, walked = "/v1/quotes?limit=2", []
    while True:
        page = asked.get(url).json()
        walked += [(quote["article"], quote["quote"]) for quote in page["quotes"]]
        if page["next"] is None:
            break
        url = f"/v1/quotes?limit=2&cursor={page['next']}"
    assert (len(walked), len(set(walked))) == (6, 6)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("direct=perhaps", "direct"),
        ("article=a&article=b", "article"),
        ("cursor=abc", "cursor"),
        ("speaker=" + "&speaker=".join("x" * 101), "speaker"),
    ],
)
def test_refused(asked: Client, query: str, parameter: str) -> None:
    response = asked.get(f"/v1/quotes?{query}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_a_cursor_belongs_to_its_list(asked: Client) -> None:
    cursor = asked.get("/v1/quotes?limit=1").json()["next"]
    assert asked.get(f"/v1/quotes?limit=1&speaker=Moon&cursor={cursor}").status_code == 422


def test_it_is_cached_and_answers_head(asked: Client) -> None:
    first = asked.get("/v1/quotes")
    again = asked.get("/v1/quotes", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = asked("HEAD", "/v1/quotes")
    assert (head.status_code, head.content) == (200, b"")


def test_quotes_follow_the_editors(archive: Archive) -> None:
    api, edits = Client(create_app(filled(archive).settings)), EditStore(archive.database)
    before = api.get("/v1/quotes").headers["etag"]
    edit = edits.merge("person-moonjaein", "person-kimjongun", Author("desk"))
    assert api.get("/v1/quotes").headers["etag"] != before
    together = ["We are ready.", "So are we.", "We are ready."]
    for speaker in ("person-kimjongun", "person-moonjaein", "Moon"):
        assert texts(api, speaker=speaker) == together, speaker
    edits.undo(edit.id, Author("desk"))
    assert texts(api, speaker="person-moonjaein") == ["So are we."]


def test_a_page_and_its_total_come_off_an_index(quoted: Archive) -> None:
    """Of a million quotes nobody waits for a look at each."""
    store = QuoteStore(quoted.database, EntityStore(quoted.database), EditStore(quoted.database))
    ran: list[str] = []
    with quoted.database.read() as conn:
        conn.set_trace_callback(ran.append)
        store.page(speakers=["Mr Kim", "somebody"], direct=True)
        conn.set_trace_callback(None)
        plans = [
            [row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
            for sql in ran
            if "FROM quotes" in sql
        ]
    assert len(plans) == 2
    for steps in plans:
        assert "SEARCH quotes USING COVERING INDEX quotes_by_entity (entity_id=?)" in steps
        assert "SEARCH quotes USING COVERING INDEX quotes_by_name (speaker_name=?)" in steps
        assert not any(step.startswith(("SCAN q", "SCAN a", "SCAN e")) for step in steps)


def test_the_openapi_document_tells_of_it(asked: Client) -> None:
    document = asked.get("/openapi.json").json()
    operation = document["paths"]["/v1/quotes"]["get"]
    assert {p["name"] for p in operation["parameters"]} == {
        *("speaker", "article", "direct", "limit", "cursor"),
    }
    assert "QuotesOut" in json.dumps(operation["responses"]["200"])
