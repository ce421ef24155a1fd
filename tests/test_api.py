"""The public contract over HTTP, asked through httpx."""

import json
from typing import Any

import pytest
from conftest import Archive, Client, examples, of_a_file
from hypothesis import given, settings
from hypothesis import strategies as st

from service.article import Article
from service.dates import parse_moment
from service.web.app import create_app


def found(api: Client, q: str, **params: Any) -> Any:
    response = api.get("/v1/search", params={"q": q, **params})
    assert response.status_code == 200, response.text
    return response.json()


def titles(api: Client, q: str) -> list[str]:
    return sorted(hit["title"][:20] for hit in found(api, q)["hits"])


FIRST, SECOND = "North Korea's Rome a", "North Korea’s interi"


@pytest.mark.parametrize("q", ["jo song-gil", "Jo Song Gil", "JO SONG‑GIL", '"jo song gil"'])
def test_one_name_in_any_spelling_finds_both(api: Client, q: str) -> None:
    assert titles(api, q) == [FIRST, SECOND]


def test_what_only_one_article_tells(api: Client) -> None:
    (hit,) = found(api, "treasure trove")["hits"]
    assert (hit["source"], hit["title_derived"], hit["published_at"]) == ("Asia Times", True, None)
    assert titles(api, "caption:hotel") == [FIRST]
    assert titles(api, "body:hotel") == []
    assert titles(api, 'body:"sexual violence"') == []
    assert titles(api, '"sexual violence"') == []


def test_facets_name_each_person_once(api: Client) -> None:
    facets = found(api, "", facets="person,organization,place,source", facet_limit=100)["facets"]
    people = {v["label"]: v["count"] for v in facets["person"]["values"]}
    assert people["Jo Song Gil"] == 2
    assert people["Kim Jong Un"] == 2
    assert people["Thae Yong Ho"] == 2
    assert people["Kim Jong Il"] == 1
    assert facets["person"]["exact"] is True
    surnames = [label.split()[0] for label in people]
    assert surnames.count("Jo") == surnames.count("Thae") == 1
    everything = {v["label"] for field in facets.values() for v in field["values"]}
    assert not everything & {"FILES", "North", "Capella Hotel on", "Diplomat", "Kim", "Jo", "Mr Jo"}
    places = {v["label"] for v in facets["place"]["values"]}
    assert not places & {"Joongang Ilbo", "La Repubblica"}
    assert {v["label"]: v["count"] for v in facets["source"]["values"]} == {"Asia Times": 1}


def test_a_search_has_the_contracts_shape(api: Client) -> None:
    answer = found(api, "jo song-gil", facets="person,published", limit=1)
    assert set(answer) == {
        *("total", "groups", "took_ms", "query", "hits", "facets", "next", "diagnostics")
    }
    assert (answer["total"], answer["groups"], len(answer["hits"])) == (2, 2, 1)
    assert answer["query"] == {
        "text": "jo song-gil",
        "understood": "jo song-gil",
        "match": "all",
        "expanded": [],
        "did_you_mean": None,
    }
    hit = answer["hits"][0]
    assert set(hit) == {
        *("key", "title", "title_derived", "source", "source_derived", "authors", "published_at"),
        *("url", "language", "score", "copies", "copied_in", "version", "snippets"),
    }
    assert set(hit["snippets"][0]) == {"field", "text", "highlights"}
    assert answer["facets"]["published"] == {
        "interval": "year",
        "values": [],
        "undated": 2,
        "exact": True,
    }


def test_post_takes_the_same_as_json(api: Client) -> None:
    params = {"q": "jo song-gil", "facets": "person", "limit": 1}
    posted = api.post("/v1/search", json=params).json()
    got = api.get("/v1/search", params=params).json()
    assert posted | {"took_ms": 0} == got | {"took_ms": 0}
    listed = api.post("/v1/search", json={"person": "Jo Song Gil", "facets": ["person", "place"]})
    assert listed.json()["total"] == 2
    assert set(listed.json()["facets"]) == {"person", "place"}


def test_pages_follow_their_link(api: Client) -> None:
    response = api.get("/v1/search", params={"q": "korea", "limit": 1, "person": "Kim Jong Un"})
    assert response.links["next"]["rel"] == "next"
    second = api.get(response.links["next"]["url"])
    keys = {h["key"] for r in (response, second) for h in r.json()["hits"]}
    assert len(keys) == 2
    assert "next" not in second.links
    assert second.json()["next"] is None


def test_filters_by_any_name_and_their_opposites(api: Client) -> None:
    for name in ("person-josonggil", "Jo Song-gil", "mr jo"):
        assert found(api, "", person=name)["total"] == 2
    assert found(api, "", **{"not.person": "Donald Trump"})["total"] == 1
    assert found(api, "", source=["Asia Times", "Nobody"])["total"] == 1
    assert found(api, "", person="Nobody")["total"] == 0


def test_an_article_with_its_names(api: Client) -> None:
    key = found(api, "treasure trove")["hits"][0]["key"]
    article = api.get(f"/v1/articles/{key}").json()
    assert article["source_derived"] is True
    assert article["published_at"] is None
    assert (article["language"], article["language_detected"]) == ("en", True)
    assert [h["text"] for h in article["subheadings"]] == [
        "Where to defect to?",
        "All roads lead to Rome",
    ]
    for heading in article["subheadings"]:
        assert article["body"][heading["start"] : heading["end"]] == heading["text"]
    names = {e["name"]: e for e in article["entities"]}
    assert names["Jo Song Gil"]["count"] == 7
    assert names["Organization and Guidance Department"]["count"] == 5
    for mention in article["mentions"]:
        assert article[mention["field"]][mention["start"] : mention["end"]] == mention["text"]
    assert {m["entity"] for m in article["mentions"]} - {None} == {
        e["key"] for e in article["entities"]
    }


def test_the_captions_mentions_stand_in_the_caption(api: Client) -> None:
    key = found(api, "caption:hotel")["hits"][0]["key"]
    article = api.get(f"/v1/articles/{key}").json()
    assert article["credits"] == ["AFP", "SAUL LOEB"]
    assert len(article["related"]) == 4
    assert article["standfirst"] == "Diplomat believed to seek new life in Western country"
    inside = [m for m in article["mentions"] if m["field"] == "captions[0]"]
    assert "Sentosa" in {m["text"] for m in inside}
    for mention in inside:
        assert article["captions"][0][mention["start"] : mention["end"]] == mention["text"]


def test_entities_by_name_and_type(api: Client) -> None:
    listed = api.get("/v1/entities", params={"name": "kim jong-un"}).json()
    assert listed["entities"][0]["name"] == "Kim Jong Un"
    kim = api.get("/v1/entities/person-kimjongun").json()
    assert {alias["text"] for alias in kim["aliases"]} == {
        *("Kim Jong-un", "Kim Jong Un", "Kim", "Mr Kim")
    }
    assert kim["articles"] == 2
    assert kim["mentions"] == sum(alias["count"] for alias in kim["aliases"])
    places = api.get("/v1/entities", params={"type": "place", "limit": 2}).json()
    assert {e["type"] for e in places["entities"]} == {"place"}
    following = api.get(
        "/v1/entities", params={"type": "place", "limit": 2, "cursor": places["next"]}
    ).json()
    assert not {e["key"] for e in places["entities"]} & {e["key"] for e in following["entities"]}
    recent = api.get("/v1/entities", params={"sort": "recent", "type": "person"}).json()
    assert recent["total"] == api.get("/v1/entities", params={"type": "person"}).json()["total"]
    assert api.get("/v1/entities", params={"name": "!!"}).json()["total"] == 0


def test_organisations_are_whole(api: Client) -> None:
    found_ = api.get("/v1/entities", params={"name": "ogd"}).json()["entities"]
    assert [e["name"] for e in found_] == ["Organization and Guidance Department"]
    council = api.get("/v1/entities", params={"name": "un security council"}).json()["entities"][0]
    nations = api.get("/v1/entities", params={"name": "united nations", "type": "organization"})
    assert council["key"] != "organization-unitednations"
    assert "UN" not in {alias["text"] for alias in council["aliases"]}
    assert (
        nations.json()["entities"] == [] or council["key"] != nations.json()["entities"][0]["key"]
    )


def test_facets_alone(api: Client) -> None:
    facets = api.get("/v1/facets", params={"q": "treasure"}).json()["facets"]
    assert {v["label"] for v in facets["source"]["values"]} == {"Asia Times"}
    assert "published" in facets
    one = api.get("/v1/facets/person", params={"contains": "jong", "facet_limit": 2}).json()
    assert one["more"] is True
    assert all("jong" in v["label"].lower() for v in one["values"])


def test_an_article_by_the_sources_identifier(archive: Archive) -> None:
    api = Client(create_app(archive.settings))
    archive.add(Article(body="x", uri="urn:a/b?c", key="k", published=parse_moment("2018-12-16")))
    moved = api.get("/v1/articles", params={"uri": "urn:a/b?c"})
    assert (moved.status_code, moved.headers["location"]) == (307, "/v1/articles/k")
    assert api.get("/v1/articles", params={"uri": "urn:none"}).status_code == 404
    assert api.get("/v1/articles/k").json()["published_precision"] == "day"


def test_etags_hold_until_something_changes(archive: Archive) -> None:
    api = Client(create_app(archive.settings))
    archive.add(Article(body="one", key="k"))
    first = api.get("/v1/search")
    etag = first.headers["etag"]
    assert etag.startswith('W/"')
    assert first.headers["cache-control"] == "private, no-cache"
    for known in (etag, f'"x", {etag}', etag.removeprefix("W/")):
        again = api.get("/v1/search", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    archive.tamper("UPDATE articles SET language = 'en'")
    changed = api.get("/v1/search", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


@of_a_file
def test_a_write_by_another_program_is_never_answered_stale(archive: Archive) -> None:
    api = Client(create_app(archive.settings))
    archive.add(Article(body="one", key="k"))
    writes = [
        "UPDATE articles SET body = 'two'",
        "INSERT INTO article_authors SELECT id, 0, 'Jane' FROM articles",
        "UPDATE article_authors SET author = 'Joan'",
        "DELETE FROM article_authors",
        "INSERT INTO sources (name) VALUES ('Post')",
        "UPDATE articles SET source_id = 1",
        "UPDATE sources SET name = 'The Post'",
        "INSERT INTO entities (key, name, type, folded) VALUES ('person-a', 'A', 'person', 'a')",
        "INSERT INTO aliases (entity_id, text, folded) VALUES (1, 'A', 'a')",
        "INSERT INTO readings (key) VALUES ('person-a')",
        "INSERT INTO mentions"
        " SELECT id, 0, 1, 1, NULL, 0, 'person', 'body', 0, 1, 't', 'A', 'x', 1 FROM articles",
        "UPDATE entities SET name = 'B'",
        "DELETE FROM mentions",
        "DELETE FROM articles",
    ]
    for write in writes:
        before = api.get("/v1/search").headers["etag"]
        archive.tamper(write)
        if not write.startswith(("INSERT INTO sources", "INSERT INTO readings")):
            assert api.get("/v1/search").headers["etag"] != before, write
    assert api.get("/v1/search").json()["total"] == 0


def test_head_works_wherever_get_does(api: Client) -> None:
    for path in ("/v1/search?q=jo", "/healthz", "/v1/entities/person-josonggil", "/openapi.json"):
        head, get = api("HEAD", path), api.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == get.headers["content-type"]
    assert api("HEAD", "/v1/articles/none").status_code == 404


NONSENSE = [
    *("don't", "U.S.", "AT&T", "*", '"', "a AND", "title:", "Jo Song-gil", "50%", "jo, song"),
    *("", " ", "-", "NOT", "( ) OR", "'; DROP TABLE articles; --", "\ufdd0", "𝔘", "a\u0301"),
    *("x" * 10_000, "a " * 5_000, "(" * 10_000, '"' * 9_999, "a*" * 3_000, "-a " * 3_000),
    *("NEAR(a b)", "a^2", "{title}: x", "rowid:1", "articles_fts:x", "+", "a + b", "\\", "a\x00b"),
]


@pytest.mark.parametrize("q", NONSENSE, ids=range(len(NONSENSE)))
def test_every_string_is_a_query(api: Client, q: str) -> None:
    assert api.get("/v1/search", params={"q": q}).status_code == 200
    assert api.post("/v1/search", json={"q": q, "match": "any"}).status_code == 200


@pytest.mark.parametrize("q", ["%00", "%ED%A0%80", "%FF%FE", "a%00b", "%"])
def test_broken_escapes_are_queries_too(api: Client, q: str) -> None:
    assert api.get(f"/v1/search?q={q}").status_code == 200


def test_a_lone_surrogate_in_json_is_refused_politely(api: Client) -> None:
    headers = {"content-type": "application/json"}
    for body in (b'{"q": "\\ud800"}', b'{"person": ["\\udfff"]}', b'{"cursor": "\\ud800"}'):
        assert api.post("/v1/search", content=body, headers=headers).status_code == 422


@settings(max_examples=examples(settings().max_examples, 15))
@given(st.text(max_size=80), st.sampled_from(["relevance", "newest", "oldest"]))
def test_no_text_breaks_a_search(api: Client, q: str, sort: str) -> None:
    body = json.dumps({"q": q, "sort": sort, "person": [q], "not.source": q[:9]})
    response = api.post("/v1/search", content=body, headers={"content-type": "application/json"})
    surrogates = any("\ud800" <= c <= "\udfff" for c in q)
    assert response.status_code == (422 if surrogates else 200)


def test_openapi_describes_every_built_path_with_an_example(api: Client) -> None:
    document = api.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    described = set(document["paths"])
    assert described >= {
        *("/v1/search", "/v1/facets", "/v1/facets/{field}", "/v1/articles", "/v1/articles/{key}"),
        *("/v1/entities", "/v1/entities/{key}", "/healthz", "/readyz"),
    }
    for path, operations in document["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            assert "HTTPValidationError" not in json.dumps(responses), path
            assert "application/problem+json" in responses["422"]["content"], path
            if "200" in responses:
                answers = responses["200"]["content"].values()
                assert all("example" in content for content in answers), path


def test_one_value_is_documented_beside_a_list_of_them(api: Client) -> None:
    sent = api.get("/openapi.json").json()["components"]["schemas"]["SearchParams"]["properties"]
    for name in ("person", "not.source", "facets"):
        assert {each["type"] for each in sent[name]["anyOf"]} == {"array", "string"}


def test_the_documentation_asks_no_foreign_host(api: Client) -> None:
    page = api.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/files/{name}" in page.text
        assert api.get(f"/docs/files/{name}").status_code == 200


def test_ready_and_healthy(api: Client) -> None:
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").json()["status"] == "ready"


@of_a_file
def test_a_file_of_an_older_version_is_not_ready(archive: Archive) -> None:
    old = Client(create_app(archive.settings))
    archive.tamper("DELETE FROM _sqlite_migrations WHERE name = '0003_entities'")
    response = old.get("/readyz")
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert "cuttings migrate" in response.json()["detail"]
