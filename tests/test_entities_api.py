"""The answers about entities: names in any spelling, one in full, its mentions, and merged keys."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Archive, Client

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.histogram import bins
from service.other_names import other_names
from service.stores.edits import Author, EditStore
from service.web.app import create_app

DESK = Author("desk", "seen in the register")
KIM = "person-kimjongun"
Add = Callable[..., None]


def named(text: str, full: str, kind: EntityType = "person", **places: Any) -> Mention:
    entity = EntityName(entity_key(kind, full) or "", full, kind)
    field, start = places.get("field", "body"), places.get("start", 0)
    return Mention(field, start, start + len(text), text, text, kind, entity, "model", 0.8)


@pytest.fixture
def api(archive: Archive) -> Client:
    return Client(create_app(archive.settings))


@pytest.fixture
def edits(archive: Archive) -> EditStore:
    return EditStore(archive.database)


@pytest.fixture
def add(archive: Archive) -> Add:
    def added(key: str, *mentions: Mention, date: str | None = None, **fields: Any) -> None:
        published = parse_moment(date) if date else None
        fields = {"body": f"{key} " + "x" * 40} | fields
        archive.add(Article(key=key, published=published, **fields), mentions)

    return added


def keys(api: Client, **params: Any) -> list[str]:
    listed = api.get("/v1/entities", params=params).json()
    assert listed["total"] == len(listed["entities"])
    return [entity["key"] for entity in listed["entities"]]


# Names -----------------------------------------------------------------------------------------


def test_an_exact_name_comes_before_one_that_contains_it(add: Add, api: Client) -> None:
    long = named("Kim Jong Un School", "Kim Jong Un School", "organization")
    add("one", named("Kim Jong Un", "Kim Jong Un"), long, long)
    assert keys(api, name="kim jong-un") == [KIM, "organization-kimjongunschool"]
    assert keys(api, name="jong un") == ["organization-kimjongunschool", KIM]
    assert keys(api, name="jong un", type="person") == [KIM]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Jo Song Gil", "Cho Song-gil"),
        ("Jo Song Gil", "조성길"),
        ("Kim Jong Un", "Jong-un Kim"),
        ("Donald Trump", "Trump, Donald"),
        ("Donald Trump", "Trump Donald"),
        ("Donald J. Trump", "Donald Trump"),
        ("Donald Trump", "Donald J. Trump"),
        ("John F. Kennedy", "Kennedy, John"),
        ("William Clinton", "Bill Clinton"),
        ("Muammar Qaddafi", "Moammar Gadhafi"),
    ],
)
def test_a_name_is_found_in_other_spellings(
    archive: Archive, add: Add, api: Client, written: str, asked: str
) -> None:
    add("one", named(written, written), named(written, written, "place"), named("Bo", "Bo Li"))
    found = [entity_key("person", written)]
    assert keys(api, name=asked) == found
    assert list(archive.home.lists.entities.keys_spelled("person", asked)) == found
    assert keys(api, name=asked, type="place") == []


def test_who_is_called_exactly_so_is_meant_alone(add: Add, api: Client) -> None:
    add("one", named("Bill Clinton", "Bill Clinton"))
    add("two", named("William Clinton", "William Clinton"))
    assert keys(api, name="bill clinton") == ["person-billclinton"]


def test_what_editors_call_somebody_is_found(add: Add, api: Client, edits: EditStore) -> None:
    add("one", named("Kim Jong Un", "Kim Jong Un"))
    edits.add_alias(KIM, "The Marshal", DESK)
    edits.rename(KIM, "Kim III", DESK)
    assert keys(api, name="marshal") == keys(api, name="kim iii") == [KIM]
    found = api.get(f"/v1/entities/{KIM}").json()
    assert found["name"] == "Kim III"
    assert {"text": "The Marshal", "count": 0} in found["aliases"]


@pytest.mark.parametrize("name", ["kim", "Jo", "", ",", "x,", "a " * 400, "김"])
def test_what_is_no_whole_name_has_no_other(name: str) -> None:
    assert other_names(name) == ()


def test_the_most_recent_and_the_most_mentioned(add: Add, api: Client) -> None:
    add("old", *[named("Ann Lee", "Ann Lee")] * 3, date="2018-01-01")
    add("new", named("Bob Ray", "Bob Ray"), date="2019-01-01")
    assert keys(api) == ["person-annlee", "person-bobray"]
    assert keys(api, sort="recent") == ["person-bobray", "person-annlee"]


# One in full -----------------------------------------------------------------------------------


def test_an_entity_over_time_and_by_source(add: Add, api: Client, edits: EditStore) -> None:
    ann, lee = named("Ann Lee", "Ann Lee"), named("Lee", "Ann Lee")
    add("one", ann, lee, lee, date="2018-12-31", source="Post")
    add("two", ann, date="2019-02-01T23:30:00-05:00", source="Herald")
    add("three", ann, date="2019-03-05", source="post")
    add("four", ann, lee)
    edits.annotate("person-annlee", "Not the singer", DESK)
    found = api.get("/v1/entities/person-annlee").json()
    assert found["over_time"]["interval"] == "month"
    assert found["over_time"]["undated"] == {"articles": 1, "mentions": 2}
    assert [tuple(v.values()) for v in found["over_time"]["values"]] == [
        ("2018-12-01", "2018-12-31", 1, 3),
        ("2019-01-01", "2019-01-31", 0, 0),
        ("2019-02-01", "2019-02-28", 1, 1),
        ("2019-03-01", "2019-03-31", 1, 1),
    ]
    assert found["sources"] == {
        "values": [{"value": "Post", "count": 2}, {"value": "Herald", "count": 1}],
        "more": False,
    }
    assert (found["first_seen"], found["last_seen"]) == ("2018-12-31", "2019-03-05")
    assert found["note"] == "Not the singer"
    assert api.get("/v1/entities").json()["entities"][0]["note"] == "Not the singer"


def test_over_time_agrees_with_the_facet(add: Add, api: Client) -> None:
    dates = [f"2019-{month:02}-{day:02}" for month in (1, 2, 3) for day in (1, 15, 28)]
    dates += ["2019-01-31T23:59:59Z", "2019-02-28T23:59Z", "2019-03-01T00:00:00Z"]
    for number, date in enumerate(dates):
        add(f"a{number}", named("Ann Lee", "Ann Lee"), date=date)
        add(f"b{number}", date=date)
    over_time = api.get("/v1/entities/person-annlee").json()["over_time"]
    params = {"person": "person-annlee"}
    facet = api.get("/v1/facets/published", params=params).json()
    assert over_time["interval"] == facet["interval"]
    counted = [(v["from"], v["to"], v["articles"]) for v in over_time["values"]]
    assert counted == [(v["from"], v["to"], v["count"]) for v in facet["values"]]


def test_times_are_as_precise_as_known(add: Add, api: Client) -> None:
    add("one", named("Ann Lee", "Ann Lee"), date="2019-01-08T06:30Z")
    assert api.get("/v1/entities/person-annlee").json()["last_seen"] == "2019-01-08T06:30Z"


def test_only_twenty_sources_are_named(add: Add, api: Client) -> None:
    for number in range(21):
        add(f"a{number}", named("Ann Lee", "Ann Lee"), source=f"Source {number:02}")
    sources = api.get("/v1/entities/person-annlee").json()["sources"]
    assert (len(sources["values"]), sources["more"]) == (20, True)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2019-01-01", "2019-01-01", ("day", 1, "2019-01-01", "2019-01-01")),
        ("2019-01-01", "2019-03-03", ("day", 62, "2019-01-01", "2019-03-03")),
        ("2019-01-01", "2019-03-04", ("month", 3, "2019-01-01", "2019-03-31")),
        ("2015-01-31", "2019-12-01", ("month", 60, "2015-01-01", "2019-12-31")),
        ("2015-01-31", "2020-01-01", ("year", 6, "2015-01-01", "2020-12-31")),
        ("9998-01-01", "9999-12-31", ("month", 24, "9998-01-01", "9999-12-31")),
    ],
)
def test_bins_are_of_a_readable_width(
    first: str, last: str, expected: tuple[str, int, str, str]
) -> None:
    interval, days = bins(first, last)
    assert (interval, len(days), days[0].start, days[-1].end) == expected


# Mentions --------------------------------------------------------------------------------------

BODY = "Nobody came. Dr. Ann Lee, 48, spoke at noon. Then Lee left.\n\nMs. Lee was gone."


def add_story(add: Add, key: str, date: str | None = None) -> None:
    texts = {"title": "Lee speaks", "body": BODY}
    captions = ("Rome.", "Ann Lee smiles. She left.")
    places = [
        ("title", "Lee", 0),
        ("body", "Ann Lee", 17),
        ("body", "Lee", 50),
        ("body", "Lee", 65),
    ]
    mentions = [named(text, "Ann Lee", field=name, start=at) for name, text, at in places]
    caption = named("Ann Lee", "Ann Lee", field="captions[1]", start=0)
    add(key, *mentions, caption, date=date, captions=captions, source="Post", **texts)


def test_mentions_stand_in_their_sentences(add: Add, api: Client) -> None:
    add_story(add, "old", "2018-01-01")
    add_story(add, "new", "2019-01-08T06:30Z")
    found = api.get("/v1/entities/person-annlee/mentions").json()
    assert (found["total"], found["next"]) == (10, None)
    assert [m["article"] for m in found["mentions"]] == ["new"] * 5 + ["old"] * 5
    assert [(m["field"], m["sentence"]) for m in found["mentions"][:5]] == [
        ("title", "Lee speaks"),
        ("body", "Dr. Ann Lee, 48, spoke at noon."),
        ("body", "Then Lee left."),
        ("body", "Ms. Lee was gone."),
        ("captions[1]", "Ann Lee smiles."),
    ]
    for mention in found["mentions"]:
        start, end = (mention[name] - mention["sentence_start"] for name in ("start", "end"))
        assert mention["sentence"][start:end] == mention["text"]
    first = found["mentions"][0]
    assert first["published_at"] == "2019-01-08T06:30Z"
    assert (first["title"], first["title_derived"], first["source"]) == (
        "Lee speaks",
        False,
        "Post",
    )
    assert (first["method"], first["confidence"]) == ("model", 0.8)


def walk(api: Client, limit: int) -> Iterator[dict[str, Any]]:
    """Pages, one at a time."""
    params: dict[str, Any] = {"limit": limit}
    while True:
        page = api.get("/v1/entities/person-annlee/mentions", params=params).json()
        yield page
        if page["next"] is None:
            return
        params["cursor"] = page["next"]


@pytest.mark.parametrize("limit", [1, 3, 5, 7])
def test_pages_of_mentions_meet_without_a_gap(add: Add, api: Client, limit: int) -> None:
    for number in range(3):
        add_story(add, f"a{number}", None if number == 0 else f"2019-01-0{number}")
    pages = list(walk(api, limit))
    seen = [(m["article"], m["field"], m["start"]) for page in pages for m in page["mentions"]]
    assert {page["total"] for page in pages} == {15}
    assert [article for article, *_ in seen] == ["a2"] * 5 + ["a1"] * 5 + ["a0"] * 5
    assert len(set(seen)) == 15


@pytest.mark.parametrize("change", ["arrives", "leaves", "moves"])
def test_a_walk_goes_on_whatever_happens_meanwhile(
    archive: Archive, add: Add, api: Client, change: str
) -> None:
    for number in (1, 2, 3):
        add_story(add, f"a{number}", f"2019-01-0{number}")
    pages = walk(api, 7)
    assert [m["article"] for m in next(pages)["mentions"]] == ["a3"] * 5 + ["a2"] * 2
    if change == "arrives":
        add_story(add, "a4", "2019-01-04")
    elif change == "leaves":
        archive.killing.kill("a2")
    else:
        add_story(add, "a2", "2019-02-01")
    rest = [m["article"] for page in pages for m in page["mentions"]]
    assert rest == ([] if change != "arrives" else ["a2"] * 3) + ["a1"] * 5


# Paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["", "/related", "/mentions"])
def test_a_merged_key_leads_to_its_survivor(
    add: Add, api: Client, edits: EditStore, rest: str
) -> None:
    add("one", named("Kim Jong Un", "Kim Jong Un"), named("김정은", "김정은"))
    survivor = entity_key("person", "김정은") or ""
    merged = edits.merge(KIM, survivor, DESK)
    query = "?limit=5" if rest else ""
    moved = api.get(f"/v1/entities/{KIM}{rest}{query}")
    assert moved.status_code == 307
    location = moved.headers["location"]
    assert location == f"/v1/entities/{quote(survivor)}{rest}{query}"
    assert api.get(location).status_code == 200
    assert api("HEAD", f"/v1/entities/{KIM}{rest}").status_code == 307
    edits.undo(merged.id, DESK)
    assert api.get(f"/v1/entities/{KIM}{rest}").status_code == 200


@pytest.mark.parametrize("rest", ["", "/related", "/mentions"])
def test_what_is_no_entity_is_not_found(add: Add, api: Client, edits: EditStore, rest: str) -> None:
    add("one", named("Net", "Net", "organization"))
    edits.dismiss("organization-net", DESK)
    for key in ("organization-net", "person-nobody", "x" * 900):
        response = api.get(f"/v1/entities/{key}{rest}")
        assert (response.status_code, response.json()["type"]) == (404, "/errors/not-found")


@pytest.mark.parametrize("rest", ["", "/person-annlee", "/person-annlee/related"])
def test_answers_are_fresh_and_strict(add: Add, api: Client, rest: str) -> None:
    add("one", named("Ann Lee", "Ann Lee"))
    path = f"/v1/entities{rest}"
    found = api.get(path)
    headers = {"If-None-Match": found.headers["etag"]}
    assert api.get(path, headers=headers).status_code == 304
    assert api("HEAD", path).status_code == 200
    add("two", named("Ann Lee", "Ann Lee"))
    assert api.get(path, headers=headers).status_code == 200
    assert api.get(path, params={"x": "1"}).status_code == 422


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("", {"type": "people"}),
        ("", {"sort": "name"}),
        ("/person-annlee/related", {"sort": "mentions"}),
        ("/person-annlee/related", {"type": "topic"}),
        ("/person-annlee/related", {"limit": "101"}),
        ("/person-annlee/mentions", {"sort": "newest"}),
        ("/person-annlee/mentions", {"cursor": "nonsense"}),
    ],
)
def test_parameters_are_strict(add: Add, api: Client, path: str, params: dict[str, str]) -> None:
    add("one", named("Ann Lee", "Ann Lee"))
    response = api.get(f"/v1/entities{path}", params=params)
    assert response.status_code == 422
    assert [e["parameter"] for e in response.json()["errors"]] == list(params)


def test_a_cursor_belongs_to_its_list(add: Add, api: Client) -> None:
    others = (named(f"Other {c}", f"Other {c}") for c in "abc")
    add("one", named("Ann Lee", "Ann Lee"), named("Lee", "Ann Lee"), *others)
    paths = ("", "/person-annlee/related", "/person-annlee/mentions")
    cursors = {
        path: api.get(f"/v1/entities{path}", params={"limit": 1}).json()["next"] for path in paths
    }
    for path in paths:
        for other, cursor in cursors.items():
            response = api.get(f"/v1/entities{path}", params={"limit": 1, "cursor": cursor})
            assert response.status_code == (200 if path == other else 422)
