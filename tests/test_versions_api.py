"""/v1/articles/{key}/versions: what an article said before, and what was changed in it."""

from dataclasses import replace
from typing import Any

import pytest
from conftest import Archive, Client, archive_of

from service.article import Article
from service.dates import parse_moment
from service.web.app import create_app

FIRST = Article(
    key="story",
    title="Envoy flees Rome",
    standfirst="A rare step",
    body="The envoy fled.\n\nHe is 48.",
    captions=("The embassy in Rome.",),
    authors=("Jane Doe",),
    source="Asia Times",
    language="en",
    published=parse_moment("2019-01-04"),
    extra={"desk": "foreign"},
)
SECOND = replace(
    FIRST,
    title="Envoy leaves Rome",
    body="The envoy left.\n\nHe is 48.\n\nNobody knows where he is.",
    captions=("The embassy in Rome.", "The envoy."),
    updated=parse_moment("2019-01-05T09:15Z"),
)
THIRD = replace(
    SECOND,
    standfirst=None,
    authors=("Jane Doe", "Kim Min"),
    updated=parse_moment("2019-01-06T09:15Z"),
    status="corrected",
    correction="He left and did not flee.",
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """One article in three versions and one in one: to ask, not to change."""
    single = Article(key="single", body="Said once.")
    return archive_of(tmp_path_factory.mktemp("versions"), FIRST, SECOND, THIRD, single)


@pytest.fixture(scope="module")
def asked(told: Archive) -> Client:
    return Client(create_app(told.settings))


def test_every_text_whole_and_newest_first(asked: Client) -> None:
    answer = asked.get("/v1/articles/story/versions").json()
    assert (answer["total"], answer["next"]) == (3, None)
    versions = answer["versions"]
    assert [(v["version"], v["current"]) for v in versions] == [(3, True), (2, False), (1, False)]
    assert [v["body"] for v in versions] == [THIRD.body, SECOND.body, FIRST.body]
    first = versions[-1]
    assert (first["title"], first["captions"]) == (FIRST.title, ["The embassy in Rome."])
    assert (first["published_at"], first["updated_at"]) == ("2019-01-04", None)
    assert (versions[0]["status"], versions[0]["correction"]) == ("corrected", THIRD.correction)
    whole = asked.get("/v1/articles/story").json()
    assert all(whole[name] == value for name, value in versions[0].items() if name != "current")


def test_one_text(asked: Client) -> None:
    listed = asked.get("/v1/articles/story/versions").json()["versions"]
    for version in listed:
        path = f"/v1/articles/story/versions/{version['version']}"
        assert asked.get(path).json() == version


def test_pages(asked: Client) -> None:
    first = asked.get("/v1/articles/story/versions?limit=2").json()
    assert [version["version"] for version in first["versions"]] == [3, 2]
    following = {"limit": 2, "cursor": first["next"]}
    second = asked.get("/v1/articles/story/versions", params=following).json()
    assert [version["version"] for version in second["versions"]] == [1]
    assert (second["total"], second["next"]) == (3, None)
    other = asked.get("/v1/articles/single/versions", params=following)
    assert other.status_code == 422


def test_what_was_changed_since_the_version_before(asked: Client) -> None:
    assert asked.get("/v1/articles/story/versions/2/diff").json() == {
        "key": "story",
        "old": 1,
        "new": 2,
        "texts": {
            "title": [
                {"kind": "same", "text": "Envoy ", "old_start": 0, "new_start": 0},
                {"kind": "removed", "text": "flees", "old_start": 6, "new_start": 6},
                {"kind": "added", "text": "leaves", "old_start": 11, "new_start": 6},
                {"kind": "same", "text": " Rome", "old_start": 11, "new_start": 12},
            ],
            "body": [
                {"kind": "same", "text": "The envoy ", "old_start": 0, "new_start": 0},
                {"kind": "removed", "text": "fled", "old_start": 10, "new_start": 10},
                {"kind": "added", "text": "left", "old_start": 14, "new_start": 10},
                {"kind": "same", "text": ".\n\nHe is 48.", "old_start": 14, "new_start": 14},
                {
                    "kind": "added",
                    "text": "\n\nNobody knows where he is.",
                    "old_start": 26,
                    "new_start": 26,
                },
            ],
            "captions": [
                {"kind": "same", "text": "The embassy in Rome.", "old_start": 0, "new_start": 0},
                {"kind": "added", "text": "\nThe envoy.", "old_start": 20, "new_start": 20},
            ],
        },
        "fields": {"updated_at": {"old": None, "new": "2019-01-05T09:15Z"}},
    }


def test_what_was_changed_between_any_two(asked: Client) -> None:
    answer = asked.get("/v1/articles/story/versions/3/diff?against=1").json()
    assert (answer["old"], answer["new"]) == (1, 3)
    assert answer["texts"]["standfirst"] == [
        {"kind": "removed", "text": "A rare step", "old_start": 0, "new_start": 0}
    ]
    assert answer["fields"] == {
        "authors": {"old": ["Jane Doe"], "new": ["Jane Doe", "Kim Min"]},
        "updated_at": {"old": None, "new": "2019-01-06T09:15Z"},
        "status": {"old": "published", "new": "corrected"},
        "correction": {"old": None, "new": THIRD.correction},
    }
    back = asked.get("/v1/articles/story/versions/1/diff?against=3").json()
    assert back["fields"]["status"] == {"old": "corrected", "new": "published"}
    same = asked.get("/v1/articles/story/versions/2/diff?against=2").json()
    assert (same["texts"], same["fields"]) == ({}, {})


# What is asked -> the status, and what its detail holds.
REFUSED = [
    ("/v1/articles/nobody/versions", 404, "nobody"),
    ("/v1/articles/nobody/versions/1", 404, "nobody"),
    ("/v1/articles/story/versions/4", 404, "the newest are 3, 2, 1"),
    ("/v1/articles/story/versions/4/diff", 404, "no version 4"),
    ("/v1/articles/story/versions/2/diff?against=9", 404, "no version 9"),
    ("/v1/articles/story/versions/1/diff", 404, "before version 1"),
    ("/v1/articles/single/versions/1/diff", 404, "before version 1"),
    ("/v1/articles/story/versions/0", 422, ""),
    ("/v1/articles/story/versions/last", 422, ""),
    ("/v1/articles/story/versions/2/diff?against=x", 422, ""),
    ("/v1/articles/story/versions/2?x=1", 422, ""),
]


@pytest.mark.parametrize(("path", "status", "said"), REFUSED)
def test_what_is_not_there(asked: Client, path: str, status: int, said: str) -> None:
    response = asked.get(path)
    assert response.status_code == status
    assert said in response.json()["detail"]


def test_an_answer_is_fresh_until_the_archive_changes(archive: Archive) -> None:
    archive.add(FIRST)
    client = Client(create_app(archive.settings))
    path = "/v1/articles/story/versions"
    known = {"If-None-Match": client.get(path).headers["etag"]}
    assert client.get(path, headers=known).status_code == 304
    archive.add(SECOND)
    assert client.get(path, headers=known).json()["total"] == 2


@pytest.mark.parametrize("path", ["", "/1", "/1/diff?against=1"])
def test_a_former_key_leads_to_the_present_one(archive: Archive, path: str) -> None:
    was = archive.add(replace(FIRST, key=None, uri="urn:story")).key
    archive.add(replace(FIRST, uri="urn:story"))
    moved = Client(create_app(archive.settings)).get(f"/v1/articles/{was}/versions{path}")
    assert moved.status_code == 307
    assert moved.headers["location"] == f"/v1/articles/story/versions{path}"


@pytest.mark.parametrize("path", ["", "/1", "/2/diff"])
def test_nothing_is_told_of_what_a_killed_article_said(archive: Archive, path: str) -> None:
    archive.add(FIRST)
    archive.add(SECOND)
    archive.killing.kill("story", "an order of the court")
    gone = Client(create_app(archive.settings)).get(f"/v1/articles/story/versions{path}")
    assert gone.status_code == 410
    assert "envoy" not in gone.text.lower()


def test_a_language_that_was_detected_is_no_difference(archive: Archive) -> None:
    """What tells it differently is a longer text, or another release of what detects it."""
    for number, (language, detected) in enumerate(
        [("en", True), (None, False), ("fr", True), ("en", False), ("de", True)]
    ):
        text = replace(FIRST, body=f"Text {number}.", language=language)
        archive.add(replace(text, language_detected=detected))
    client = Client(create_app(archive.settings))
    fields = [
        client.get(f"/v1/articles/story/versions/{number}/diff").json()["fields"]
        for number in (2, 3, 4, 5)
    ]
    stated = {"language": {"old": None, "new": "en"}}
    assert fields == [{}, {}, stated, {"language": {"old": "en", "new": None}}]


def test_topics_and_fields_of_no_place_are_compared_too(archive: Archive) -> None:
    def fields(**changes: Any) -> Any:
        archive.add(replace(FIRST, **changes))
        client = Client(create_app(archive.settings))
        newest = client.get("/v1/articles/story/versions").json()["versions"][0]["version"]
        return client.get(f"/v1/articles/story/versions/{newest}/diff").json()["fields"]

    archive.add(FIRST)
    changed = fields(extra={"desk": "home"}, topics=("politics",))
    assert changed == {
        "extra": {"old": {"desk": "foreign"}, "new": {"desk": "home"}},
        "topics": {"old": [], "new": ["politics"]},
    }
