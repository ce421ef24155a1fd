"""Where what was asked for stands in one article, in all of its fields and all of a long text."""

from dataclasses import replace
from itertools import pairwise

import pytest
from conftest import Archive

from service.article import Article
from service.result import Places
from service.search import Ask

ENVOY = Article(
    key="envoy",
    title="Envoy defects",
    standfirst="Jo Song-gil is gone",
    body="The envoy has defected, and envoys follow. Łódź is far.",
    captions=("No envoy here.", "The Envoy\nof Rome."),
    credits=("AFP",),
)


def said(archive: Archive, article: Article, q: str, **options: bool) -> dict[str, list[str]]:
    """What stands at the places, by field."""
    places = archive.finder.places(Ask(q=q, **options), article)  # type: ignore[arg-type]  # strict
    return {name: _texts(article, name, places) for name in places}


def _texts(article: Article, name: str, places: Places) -> list[str]:
    field, _, number = name.partition("[")
    value = getattr(article, field)
    text = value[int(number[:-1])] if number else value
    return [text[start:end] for start, end in places[name]]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        (
            "envoy",
            {
                "title": ["Envoy"],
                "body": ["envoy", "envoys"],
                "captions[0]": ["envoy"],
                "captions[1]": ["Envoy"],
            },
        ),
        ("defect", {"title": ["defects"], "body": ["defected"]}),
        ('"envoy has defected"', {"body": ["envoy has defected"]}),
        ("title:envoy -rome", {"title": ["Envoy"]}),
        ("caption:rome", {"captions[1]": ["Rome"]}),
        ("lodz afp", {"body": ["Łódź"], "credits[0]": ["AFP"]}),
        ("zebra", {}),
        ("", {}),
        ("source:Gazette", {}),
    ],
)
def test_places_by_field(archive: Archive, q: str, expected: dict[str, list[str]]) -> None:
    archive.add(ENVOY)
    assert said(archive, ENVOY, q) == expected


def test_a_text_that_is_not_english_is_read_as_written(archive: Archive) -> None:
    french = Article(key="f", body="Les nations et la nation nationale.", language="fr")
    archive.add(french)
    assert said(archive, french, "nation") == {"body": ["nation"]}
    assert said(archive, replace(french, language="en"), "nation")["body"] == [
        "nations",
        "nation",
    ]


def test_scripts_without_spaces(archive: Archive) -> None:
    korean = Article(key="k", body="조성길은 로마 대사였다. 대사 조성길.", language="ko")
    archive.add(korean)
    assert said(archive, korean, "조성길") == {"body": ["조성길", "조성길"]}


def test_all_of_a_long_text_is_looked_through(archive: Archive) -> None:
    for word in ("envoy", "대사"):
        long = Article(key=f"long-{word}", body=f"The {word} waits for a day. " * 8_000)
        archive.add(long)
        (places,) = archive.finder.places(Ask(q=word), long).values()
        assert len(places) == 8_000
        assert all(one[1] <= other[0] for one, other in pairwise(places))


def test_a_past_text_is_read_as_past_texts_are(archive: Archive) -> None:
    """What nobody writes any more is looked for in past texts alone."""
    was = Article(key="k", body="BTS는 로마에 있다. BTS는 갔다.")
    archive.add(was)
    archive.add(replace(was, body="Nobody is here."))
    ask = Ask(q="bts", versions="all")
    assert archive.finder.places(ask, was, is_past=True) == {"body": ((0, 3), (13, 16))}
