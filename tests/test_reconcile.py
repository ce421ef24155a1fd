"""The reconciliation service: who is offered for a name, and that clients of 0.2 can read it."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from conftest import Archive, Client, examples, of_a_file, open_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.dates import parse_moment
from service.entity import EntityName, EntityType, Mention, entity_key
from service.names import name_key
from service.reconciliation import FORM, LEAST, MOST, Candidate, Reconciler, Wanted, likeness
from service.stores.candidates import (
    AFTER,
    BEFORE,
    MOST_MENTIONED,
    SPELLED,
)
from service.stores.edits import Author, EditStore
from service.stores.entities import BEGINNING
from service.web.answers.reconcile import BATCH
from service.web.app import create_app

SCHEMAS = json.loads(
    (Path(__file__).parent / "schemas" / "reconciliation" / "answers.json").read_text("utf-8")
)

# Name, type, other spellings, articles.
ENTITIES: list[tuple[str, EntityType, tuple[str, ...], int]] = [
    ("Jo Song Gil", "person", ("Jo Song-gil", "Mr Jo", "조성길"), 3),
    ("Kim Jong Un", "person", ("Kim", "Mr Kim"), 5),
    ("Kim Jong Il", "person", (), 1),
    ("Donald J. Trump", "person", ("Trump",), 4),
    ("William Barr", "person", (), 1),
    ("Vladimir Putin", "person", ("Putin",), 2),
    ("Angela Müller", "person", (), 1),
    ("Georgia", "place", (), 2),
    ("Georgia", "organization", (), 1),
    ("North Korea", "place", ("DPRK",), 6),
    ("Washington", "place", (), 3),
    ("Denzel Washington", "person", ("Washington",), 1),
    ("Organization and Guidance Department", "organization", ("OGD",), 1),
    ("Apple", "organization", ("Apple Inc",), 1),
    ("<b>Bold</b> & Co", "organization", ('"><script>alert(1)</script>',), 1),
]


def fill(archive: Archive, *names: str) -> None:
    """With those whom a test asks for, or all."""
    archive.add_all(_naming(names))


def _naming(names: Sequence[str]) -> Iterator[tuple[Article, Sequence[Mention]]]:
    for number, (name, type_, spellings, articles) in enumerate(ENTITIES):
        if names and name not in names:
            continue
        key = entity_key(type_, name) or ""
        entity = EntityName(key, name, type_)
        mentions = [
            Mention("body", 0, 1, text, text, type_, entity, "test", 1.0)
            for text in (name, *spellings)
        ]
        for article in range(articles):
            published = parse_moment(f"201{article}-01-0{article + 1}")
            key = f"a{number}-{article}"
            yield Article(body=f"x{number}", key=key, published=published), mentions


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = open_archive(tmp_path_factory.mktemp("named"))
    fill(archive)
    return archive


@pytest.fixture(scope="module")
def web(named: Archive) -> Client:
    return Client(create_app(named.settings))


def candidates(archive: Archive, name: str, *types: str, **options: Any) -> tuple[Candidate, ...]:
    (found,) = Reconciler(archive.home.lists.candidates).reconcile([Wanted(name, types, **options)])
    return found


def valid(kind: str, answer: Any) -> Any:
    schema = {**SCHEMAS, "$ref": f"#/definitions/{kind}"}
    jsonschema_rs.validate(schema, answer)
    return answer


def asked(web: Client, **queries: Any) -> Any:
    response = web.get("/v1/reconcile", params={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    return valid("results", response.json())


@pytest.mark.parametrize(
    ("name", "types", "key", "score", "match"),
    [
        ("Jo Song Gil", (), "person-josonggil", 100, True),
        ("JO SONG-GIL", (), "person-josonggil", 100, True),
        ("조성길", (), "person-josonggil", 100, True),
        ("person-josonggil", (), "person-josonggil", 100, True),
        ("DPRK", (), "place-northkorea", 100, True),
        ("OGD", (), "organization-organizationandguidancedepartment", 100, True),
        # Another form is very likely, and never certain.
        ("Cho Song Gil", (), "person-josonggil", 95, False),
        ("Trump, Donald J.", (), "person-donaldjtrump", 95, False),
        ("Putin Vladimir", (), "person-vladimirputin", 95, False),
        ("Donald Trump", (), "person-donaldjtrump", 95, False),
        ("President Vladimir Putin", (), "person-vladimirputin", 95, False),
        ("Bill Barr", (), "person-williambarr", 95, False),
        ("Angela Mueller", (), "person-angelamuller", 95, False),
        ("Korea, North", (), "place-northkorea", 95, False),
        ("The Apple Corp.", (), "organization-apple", 95, False),
        # A part of a name is borne by others too.
        ("Mr Jo", (), "person-josonggil", 90, False),
        ("Trump", ("person",), "person-donaldjtrump", 90, False),
        # Two are written so; a type tells which.
        ("Georgia", (), "place-georgia", 100, False),
        ("Georgia", ("place",), "place-georgia", 100, True),
        ("Washington", (), "place-washington", 100, False),
        ("Washington", ("place", "organization"), "place-washington", 100, True),
        # Words in common, and mistakes.
        ("D. Trump", (), "person-donaldjtrump", None, False),
        (
            "Organization and Guid",
            (),
            "organization-organizationandguidancedepartment",
            None,
            False,
        ),
        ("Vladimir Puttin", (), "person-vladimirputin", None, False),
        ("Putni, Vladimir", (), "person-vladimirputin", None, False),
        ("Xladimir Putin", (), "person-vladimirputin", None, False),
    ],
)
def test_who_is_offered_first(
    named: Archive, name: str, types: tuple[str, ...], key: str, score: float | None, match: bool
) -> None:
    first = candidates(named, name, *types)[0]
    assert (first.entity.key, first.match) == (key, match)
    assert first.score == score if score else LEAST <= first.score < FORM


@pytest.mark.parametrize("name", ["", " ", "!!", "🙂", "Zzyzx Qwxq", "x" * 201, "a" * 200, "\x00"])
def test_nobody_is_offered_for_what_is_no_name_here(named: Archive, name: str) -> None:
    assert candidates(named, name) == ()


def test_a_romanisation_is_not_taken_for_a_namesake(named: Archive) -> None:
    scores = {c.entity.name: c.score for c in candidates(named, "Kim Jong-un")}
    assert scores["Kim Jong Un"] == 100
    assert scores["Kim Jong Il"] < FORM


def test_types_narrow_or_only_prefer(named: Archive) -> None:
    def types(*wanted: str, **options: Any) -> list[str]:
        return [c.entity.type for c in candidates(named, "Georgia", *wanted, **options)]

    assert types() == ["place", "organization"]
    assert types("organization") == ["organization"]
    assert types("river") == []
    assert types("river", "place") == ["place"]
    assert types("organization", strictness="should") == ["organization", "place"]
    assert types("organization", "place", strictness="all") == []
    assert types("place", "place", strictness="all") == ["place"]
    preferred = candidates(named, "Georgia", "organization", strictness="should")
    assert [(c.score, c.match) for c in preferred] == [(100, True), (90, False)]


def test_a_limit_is_held(named: Archive) -> None:
    assert len(candidates(named, "Kim Jong", limit=1)) == 1
    assert len(candidates(named, "Kim Jong", limit=10_000)) <= MOST


def test_namesakes_are_in_order_of_mentions(archive: Archive) -> None:
    values = ",".join(
        f"('person-johnsmith{n}', 'John Smith {n}', 'person', 'johnsmith{n}', {n})"
        for n in range(60)
    )
    archive.tamper(f"INSERT INTO entities (key, name, type, folded, mentions) VALUES {values}")
    archive.tamper(
        "INSERT INTO aliases (entity_id, text, folded) SELECT id, 'J Smith', 'jsmith' FROM entities"
    )
    found = candidates(archive, "J Smith", limit=100)
    assert len(found) == MOST
    assert not any(c.match for c in found)
    assert [c.entity.mentions for c in found] == sorted(
        (c.entity.mentions for c in found), reverse=True
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_has_no_sides(one: str, other: str) -> None:
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= FORM


NAMES = st.sampled_from([name for name, *_ in ENTITIES]).flatmap(
    lambda name: st.tuples(st.just(name), st.integers(0, 40), st.text(max_size=2))
)


@settings(max_examples=examples(settings().max_examples, 15))
@given(NAMES)
def test_only_what_is_written_so_is_certain(named: Archive, changed: tuple[str, int, str]) -> None:
    name, place, text = changed
    typed = name[:place] + text + name[place + 1 :]
    for candidate in candidates(named, typed):
        if candidate.match:
            assert candidate.score == 100
            sql = (
                "SELECT a.folded FROM aliases a JOIN entities e ON e.id = entity_id WHERE e.key = ?"
            )
            assert (name_key(typed),) in named.rows(sql, candidate.entity.key)


@of_a_file
@pytest.mark.parametrize("statement", [SPELLED, BEFORE, AFTER, BEGINNING, MOST_MENTIONED])
def test_no_look_up_reads_all_names(named: Archive, statement: str) -> None:
    values = {
        **{"folded": '["a"]', "key": "", "types": '["person"]', "start": "a", "end": "b"},
        **{"survivor": None, "words": "a", "looked_at": 5, "most": 5, "limit": 5},
    }
    with named.database.read() as conn:
        plan = [row["detail"] for row in conn.execute("EXPLAIN QUERY PLAN " + statement, values)]
    read = [step for step in plan if re.match(r"SCAN (?!json_each|al$|\()", step)]
    assert all("USING INDEX entities_by_mentions" in step for step in read), plan
    assert not any("entities_by_articles" in step for step in plan), plan


def test_the_manifest_says_where_everything_is(web: Client) -> None:
    manifest = valid("manifest", web.get("/v1/reconcile").json())
    assert manifest["versions"] == ["0.2"]
    assert manifest["batchSize"] == BATCH
    assert [t["id"] for t in manifest["defaultTypes"]] == ["person", "organization", "place"]
    for url in (manifest["view"]["url"], manifest["preview"]["url"]):
        assert web.get(url.replace("{{id}}", "place-georgia")).status_code == 200
    services = [*manifest["suggest"].values(), manifest["extend"]["propose_properties"]]
    for service in services:
        assert web.get(service["service_url"] + service["service_path"]).status_code == 200
    elsewhere = web.get("http://127.0.0.1:8000/v1/reconcile").json()
    assert elsewhere["identifierSpace"] == "http://127.0.0.1:8000/v1/entities/"


def test_a_batch_is_answered_by_get_and_as_a_form(web: Client) -> None:
    queries = {
        "q0": {"query": "Jo Song-gil", "type": "person", "limit": 1, "type_strict": "any"},
        "q1": {"query": "no such name"},
        "q2": {"query": "georgia", "type": ["place"], "properties": [], "unknown": {"a": 1}},
        "q3": "DPRK",
        "q4": {"query": None, "limit": None, "type": ""},
        "": {"query": "OGD", "limit": 3.0},
    }
    got = asked(web, **queries)
    assert got["q0"]["result"] == [
        {
            "id": "person-josonggil",
            "name": "Jo Song Gil",
            "description": "in 3 articles",
            "type": [{"id": "person", "name": "Person"}],
            "score": 100,
            "match": True,
        }
    ]
    assert got["q1"] == got["q4"] == {"result": []}
    assert [got[q]["result"][0]["match"] for q in ("q2", "q3", "")] == [True, True, True]
    posted = web.post("/v1/reconcile", data={"queries": json.dumps(queries)})
    assert posted.json() == got
    assert web.post("/v1/reconcile", data={"queries": "{}"}).json() == {}


def test_each_query_is_answered_as_if_alone(web: Client) -> None:
    names = [name for name, *_ in ENTITIES]
    together = asked(web, **{name: {"query": name} for name in names})
    for name in names:
        assert asked(web, q={"query": name})["q"] == together[name]


def test_properties_state_a_name_and_a_type(web: Client) -> None:
    by_property = asked(
        web,
        q={
            "properties": [
                {"pid": "name", "v": "Georgia"},
                {"pid": "type", "v": [{"id": "place"}, 7, None]},
                {"pid": "P31", "v": True},
            ]
        },
    )
    assert by_property == asked(web, q={"query": "Georgia", "type": "place"})


@pytest.mark.parametrize(
    ("queries", "place"),
    [
        ("Jo Song Gil", "queries"),
        ("[]", "queries"),
        ('{"q": 5}', "queries/q"),
        ('{"q": {"query": 5}}', "queries/q/query"),
        ('{"q": {"query": "x", "limit": -1}}', "queries/q/limit"),
        ('{"q": {"query": "x", "limit": "many"}}', "queries/q/limit"),
        ('{"q": {"query": "x", "type_strict": "maybe"}}', "queries/q/type_strict"),
        ('{"q": {"query": "\\ud800"}}', "queries"),
        ('{"a":' * 500 + "1" + "}" * 500, "queries"),
    ],
)
def test_a_batch_that_is_none_is_refused_with_its_place(
    web: Client, queries: str, place: str
) -> None:
    got = web.get("/v1/reconcile", params={"queries": queries})
    assert got.status_code == 422
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json()["errors"][0]["parameter"] == place
    posted = web.post("/v1/reconcile", data={"queries": queries})
    assert posted.status_code == 422
    assert posted.json()["errors"][0]["pointer"] == f"/{place}"


def test_what_is_sent_has_bounds(web: Client) -> None:
    full = {f"q{n}": {"query": "x"} for n in range(BATCH + 1)}
    ids = {"ids": ["x"] * (BATCH + 1), "properties": []}
    for sent in ({"queries": json.dumps(full)}, {"extend": json.dumps(ids)}):
        response = web.post("/v1/reconcile", data=sent)
        assert (response.status_code, response.json()["type"]) == (413, "/errors/too-large")
    assert web.post("/v1/reconcile", data={}).status_code == 415
    assert web.post("/v1/reconcile", data={"query": "x"}).status_code == 422
    assert web.post("/v1/reconcile", json={"queries": {}}).status_code == 415
    both = {"queries": "{}", "extend": '{"ids": [], "properties": []}'}
    assert web.post("/v1/reconcile", data=both).status_code == 422
    assert web.post("/v1/reconcile", data={"queries": ""}).status_code == 422
    assert web.get("/v1/reconcile?queries=").status_code == 422
    assert web.get("/v1/reconcile?queries={}&queries={}").status_code == 422


@settings(max_examples=examples(settings().max_examples, 15))
@given(st.text(max_size=60))
def test_no_name_breaks_a_batch(web: Client, name: str) -> None:
    text = json.dumps({"q": {"query": name, "type": name, "type_strict": "should"}})
    response = web.post("/v1/reconcile", data={"queries": text})
    surrogates = any("\ud800" <= c <= "\udfff" for c in name)
    assert response.status_code == (422 if surrogates else 200)


def test_entities_are_suggested(web: Client) -> None:
    def ids(**params: Any) -> list[str]:
        response = web.get("/v1/reconcile/suggest/entity", params=params)
        return [e["id"] for e in valid("suggested_entities", response.json())["result"]]

    assert ids(prefix="kim jong")[:2] == ["person-kimjongun", "person-kimjongil"]
    assert ids(prefix="kim jong", cursor=1)[:1] == ["person-kimjongil"]
    assert ids(prefix="person-kimjongil") == ["person-kimjongil"]
    assert ids(prefix="geor", type="organization") == ["organization-georgia"]
    assert ids(prefix="geor", type=["place", "organization"], callback="f") == [
        *("place-georgia", "organization-georgia")
    ]
    assert ids(prefix="") == ids(prefix="zzz") == ids(prefix="geor", cursor=500) == []
    assert web.get("/v1/reconcile/suggest/entity?cursor=-1").status_code == 422


def test_other_types_do_not_crowd_out_those_asked_for(archive: Archive) -> None:
    rows: list[tuple[str, EntityType, int]] = [
        (f"Inter {n}", "organization", 9) for n in range(250)
    ]
    rows += [(f"Inter{n}", "place", 1) for n in range(4)]
    values = ",".join(
        f"('{entity_key(type_, name)}', '{name}', '{type_}', '{name_key(name)}', {n}, {n})"
        for name, type_, n in rows
    )
    columns = "key, name, type, folded, articles, mentions"
    archive.tamper(
        f"INSERT INTO entities ({columns}) VALUES {values}",
        "INSERT INTO aliases (entity_id, text, folded) SELECT id, name, folded FROM entities",
    )
    web = Client(create_app(archive.settings))

    def ids(**params: Any) -> list[str]:
        found = web.get("/v1/reconcile/suggest/entity", params={"prefix": "inter", **params})
        return [e["id"] for e in found.json()["result"]]

    assert ids(type="place") == [f"place-inter{n}" for n in range(4)]
    assert ids(type="place", cursor=2) == ["place-inter2", "place-inter3"]
    assert ids(type="person") == ids(type="ship") == ids(type="place", prefix="%nter") == []
    assert ids(type=["place", "organization"])[0].startswith("organization-")
    assert ids(type="place", prefix="organization-inter0") == []
    assert len(ids(type="organization", cursor=190)) == 10


def test_a_key_that_was_merged_stands_for_the_survivor(archive: Archive) -> None:
    fill(archive, "Kim Jong Un", "Kim Jong Il")
    old, new = "person-kimjongil", "person-kimjongun"
    EditStore(archive.database).merge(old, new, Author("desk"))
    web = Client(create_app(archive.settings))
    extend = json.dumps({"ids": [old, new], "properties": [{"id": "name"}, {"id": "aliases"}]})
    rows = web.get("/v1/reconcile", params={"extend": extend}).json()["rows"]
    assert list(rows) == [old, new]
    assert rows[old] == rows[new]
    assert rows[old]["name"] == [{"str": "Kim Jong Un"}]
    preview = web.get("/v1/reconcile/preview", params={"id": old})
    assert (preview.status_code, "Kim Jong Un" in preview.text) == (200, True)
    suggested = web.get("/v1/reconcile/suggest/entity", params={"prefix": old}).json()["result"]
    assert [entity["id"] for entity in suggested] == [new]
    (candidate,) = asked(web, q={"query": old, "limit": 1})["q"]["result"]
    assert (candidate["id"], candidate["match"]) == (new, True)
    assert asked(web, q={"query": old, "type": "place"})["q"]["result"] == []


def test_a_key_that_was_dismissed_stands_for_nobody(archive: Archive) -> None:
    fill(archive, "Kim Jong Un", "Kim Jong Il")
    key = "person-kimjongil"
    EditStore(archive.database).dismiss(key, Author("desk"))
    web = Client(create_app(archive.settings))
    assert web.get("/v1/reconcile/preview", params={"id": key}).status_code == 404
    assert all(c["id"] != key for c in asked(web, q={"query": key})["q"]["result"])


def test_types_and_properties_are_suggested(web: Client) -> None:
    def ids(path: str, prefix: str = "") -> list[str]:
        answer = web.get(f"/v1/reconcile/suggest/{path}", params={"prefix": prefix}).json()
        return [named["id"] for named in valid("suggested_names", answer)["result"]]

    assert ids("type") == ["person", "organization", "place"]
    assert ids("type", "Organis") == ids("type", "organiz") == ["organization"]
    assert ids("property", "first") == ["first_seen"]
    assert ids("property", "zz") == []
    proposed = web.get("/v1/reconcile/properties", params={"type": "person", "limit": 20}).json()
    assert [p["id"] for p in proposed["properties"]] == ids("property")


def test_properties_extend_a_table(web: Client) -> None:
    properties = ["name", "type", "aliases", "articles", "mentions", "first_seen", "last_seen"]
    extend = {
        "ids": ["person-josonggil", "person-nobody"],
        "properties": [{"id": id_, "settings": {}} for id_ in properties],
    }
    response = web.post("/v1/reconcile", data={"extend": json.dumps(extend)})
    answer = valid("extension", response.json())
    assert answer == web.get("/v1/reconcile", params={"extend": json.dumps(extend)}).json()
    assert [m["id"] for m in answer["meta"]] == properties
    assert answer["rows"]["person-nobody"] == {id_: [] for id_ in properties}
    row = answer["rows"]["person-josonggil"]
    assert (row["name"], row["type"]) == ([{"str": "Jo Song Gil"}], [{"str": "person"}])
    assert {"str": "조성길"} in row["aliases"]
    assert (row["articles"], row["mentions"]) == ([{"int": 3}], [{"int": 12}])
    assert (row["first_seen"], row["last_seen"]) == (
        [{"str": "2010-01-01"}],
        [{"str": "2012-01-03"}],
    )
    unknown = {"ids": [], "properties": [{"id": "P31"}]}
    refused = web.get("/v1/reconcile", params={"extend": json.dumps(unknown)})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "extend/properties/0/id"


def test_a_preview_shows_an_entity_and_runs_nothing(web: Client) -> None:
    page = web.get("/v1/reconcile/preview", params={"id": "person-josonggil"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha2")
    for text in ("Jo Song Gil", "Person", "조성길", "2010-01-01", "2012-01-03"):
        assert text in page.text
    assert "//" not in page.text
    bold = web.get("/v1/reconcile/preview", params={"id": "organization-bboldb"})
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in bold.text
    assert "<script" not in bold.text
    for unknown in ("person-nobody", "<script>", ""):
        missing = web.get("/v1/reconcile/preview", params={"id": unknown})
        assert (missing.status_code, missing.json()["type"]) == (404, "/errors/not-found")
    assert web.get("/v1/reconcile/preview").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        *("", "?queries={}", "/suggest/entity?prefix=kim", "/suggest/type", "/suggest/property"),
        *("/properties", "/preview?id=place-georgia"),
    ],
)
def test_reads_are_fresh_and_have_heads(web: Client, path: str) -> None:
    got = web.get(f"/v1/reconcile{path}")
    head = web("HEAD", f"/v1/reconcile{path}")
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    again = web.get(f"/v1/reconcile{path}", headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_beyond_this_machine_a_key_is_needed(named: Archive) -> None:
    away = Client(create_app(named.settings), "203.0.113.9")
    assert away.get("/v1/reconcile").status_code == 401
    assert away.get("/v1/reconcile/preview?id=place-georgia").status_code == 401


def test_no_foreign_page_may_read_it(web: Client) -> None:
    response = web.get("/v1/reconcile?callback=f", headers={"Origin": "http://elsewhere.example"})
    assert "access-control-allow-origin" not in response.headers
    assert response.headers["content-type"] == "application/json"
