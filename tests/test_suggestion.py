"""Suggestions: names, words and headlines of the archive that go on as typed."""

import pytest
from conftest import Archive, Client

from service.article import Article
from service.suggestion import Suggester


@pytest.fixture(scope="module")
def suggester(seeded: Archive) -> Suggester:
    return Suggester(seeded.engine.vocabulary, seeded.home.lists.entities)


def shown(suggester: Suggester, typed: str, limit: int = 8) -> list[tuple[str, str, int]]:
    return [(s.kind, s.text, s.count) for s in suggester.suggest(typed, limit)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("jo so", ("entity", "Jo Song Gil", 2)),
        ("JO SONG-G", ("entity", "Jo Song Gil", 2)),
        ("kim jong i", ("entity", "Kim Jong Il", 1)),
        ("jong un", ("entity", "Kim Jong Un", 2)),
        ("song", ("entity", "Jo Song Gil", 2)),
        ("ambas", ("word", "ambassador", 2)),
        ("Rome ambas", ("word", "Rome ambassador", 2)),
        ("rome's ambas", ("headline", "North Korea's Rome ambassador defects to West", 1)),
        ("north korea's rome", ("headline", "North Korea's Rome ambassador defects to West", 1)),
    ],
)
def test_what_goes_on_as_typed(
    suggester: Suggester, typed: str, expected: tuple[str, str, int]
) -> None:
    assert expected in shown(suggester, typed)


@pytest.mark.parametrize(
    "typed", ["", " ", "*", '"', "-", "zzzzz", "ambassador zzz", "%", "_", "\\", "\x00"]
)
def test_nothing_goes_on_so(suggester: Suggester, typed: str) -> None:
    assert shown(suggester, typed) == []


def test_what_is_suggested_finds_as_many(suggester: Suggester, seeded: Archive) -> None:
    for typed in ("de", "north k", "a", "sec"):
        for kind, text, count in shown(suggester, typed, 20):
            if kind == "word":
                assert (
                    len(seeded.find(" ".join(f'"{w}"' for w in text.split()), match="all")) == count
                )


def test_no_more_than_asked(suggester: Suggester) -> None:
    for limit in (1, 2, 3, 20):
        assert len(shown(suggester, "a", limit)) <= limit
    kinds = {kind for kind, _, _ in shown(suggester, "nor", 8)}
    assert kinds == {"entity", "word", "headline"}


def test_words_without_accents_suggest_those_with_letters(archive: Archive) -> None:
    archive.add(Article(title="Nachts in Łódź", body="Straßenbahn"))
    suggester = Suggester(archive.engine.vocabulary, archive.home.lists.entities)
    assert ("word", "łodz", 1) in shown(suggester, "lod")
    assert ("headline", "Nachts in Łódź", 1) in shown(suggester, "lodz")


def test_scripts_without_spaces_suggest_headlines(archive: Archive) -> None:
    archive.add(Article(title="북한 대사 망명", body="조성길은"))
    suggester = Suggester(archive.engine.vocabulary, archive.home.lists.entities)
    assert shown(suggester, "대사") == [("headline", "북한 대사 망명", 1)]


def test_what_has_left_the_archive_is_suggested_no_more(archive: Archive) -> None:
    archive.add(Article(title="Secret plan", body="A confidential memorandum."))
    suggester = Suggester(archive.engine.vocabulary, archive.home.lists.entities)
    assert shown(suggester, "confid") == [("word", "confidential", 1)]
    archive.tamper("DELETE FROM articles")
    assert shown(suggester, "confid") == shown(suggester, "secr") == []


def test_over_http(api: Client) -> None:
    answer = api.get("/v1/suggest", params={"q": "jo so", "limit": 2}).json()
    assert answer["suggestions"][0] == {
        "text": "Jo Song Gil",
        "kind": "entity",
        "key": "person-josonggil",
        "count": 2,
    }
    assert api.get("/v1/suggest").json() == {"suggestions": []}
    assert api.get("/v1/suggest", params={"q": "x", "limit": 0}).status_code == 422
    assert api.get("/v1/suggest", params={"prefix": "x"}).status_code == 422


def test_words_are_those_that_articles_have_next(archive: Archive) -> None:
    filler = "A text of some length that says nothing at all. " * 60
    archive.add(Article(title="1", body=f"It's true. {filler}President Trump spoke."))
    archive.add(Article(title="2", body="They were trying. Seeking truth, president and all."))
    suggester = Suggester(archive.engine.vocabulary, archive.home.lists.entities)
    assert shown(suggester, "it's") == []
    assert shown(suggester, "president tr") == [("word", "president trump", 1)]
    assert ("word", "president OR true", 1) in shown(suggester, "president OR tr") or shown(
        suggester, "president OR tr"
    ) == [("word", "president OR trump", 1)]
