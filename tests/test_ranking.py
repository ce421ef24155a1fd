"""What comes first and why: nearness, age, and a score by its parts."""

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from conftest import Archive, Client, open_archive
from homes import IN_CLUSTER
from hypothesis import given
from hypothesis import strategies as st

from service.article import Article
from service.dates import parse_moment
from service.engines.sqlite import scoring
from service.engines.sqlite.columns.parts import NO_TIME
from service.engines.sqlite.columns.view import Columns
from service.engines.sqlite.ranking import recency_of
from service.query import Search
from service.search import Ask, Finder
from service.stores.slots import SLOTS_A_DAY, UNDATED_ROOM

FILLER = " ".join(f"w{number}" for number in range(40))


def test_words_side_by_side_come_first(archive: Archive) -> None:
    archive.add(Article(title="near", body=f"The oil price rose. {FILLER}"))
    archive.add(Article(title="far", body=f"The price rose. {FILLER} of oil"))
    for match in ("all", "any"):
        assert archive.find("oil price", match=match) == ["near", "far"]
        assert archive.find("price the oil", match=match) == ["near", "far"]


def test_words_in_other_fields_are_not_side_by_side(archive: Archive) -> None:
    archive.add(Article(title="1", body=f"oil price {FILLER}"))
    found = archive.finder.search(Ask(q="title:oil price", match="any", explain=True))
    assert [part.why for hit in found.hits for part in hit.explanation.parts] == ["words"]  # type: ignore[union-attr]


def test_a_name_as_it_is_typed_comes_before_one_with_its_stem(archive: Archive) -> None:
    for other in ("Davies", "Davis", "Davy"):
        archive.add(Article(title=other, body=f"David {other} spoke."))
    for other in ("Davies", "Davis", "Davy"):
        assert archive.find(other, match="all")[0] == other
    first, *_ = archive.finder.search(Ask(q="David Davis", explain=True, match="all")).hits
    assert {p.why for p in first.explanation.parts} == {"words", "nearness", "as written"}  # type: ignore[union-attr]


def test_a_word_in_a_field_adds_only_to_what_it_finds(archive: Archive) -> None:
    """Of a text that is not English a word of the same stem is another one."""
    for key, language in (("de", "de"), ("en", "en")):
        archive.add(Article(key=key, title="prices", body="oil", language=language))
    for number in range(9):
        archive.add(Article(key=f"k{number}", title="other", body="nothing"))
    found = archive.finder.search(Ask(q="oil title:price", match="any", explain=True)).hits
    told = {hit.key: [part.text for part in hit.explanation.parts] for hit in found}  # type: ignore[union-attr]
    assert told["de"] == ["oil"]
    assert len(told["en"]) == 2


def test_a_word_in_a_field_counts_as_often_as_it_is_found(archive: Archive) -> None:
    for key, language in (("de", "de"), ("en", "en")):
        archive.add(Article(key=f"{key}2", title="price prices", body="", language=language))
        archive.add(Article(key=f"{key}1", title="price other", body="", language=language))
    for number in range(9):
        archive.add(Article(key=f"k{number}", title="other", body="nothing"))
    scores = {hit.key: hit.score or 0.0 for hit in archive.finder.search(Ask(q="title:price")).hits}
    assert scores["de2"] == pytest.approx(scores["de1"], rel=1e-6)
    assert scores["de1"] == pytest.approx(scores["en1"], rel=1e-6)
    assert scores["en2"] > 1.05 * scores["en1"]


def test_words_near_each_other_count_wherever_they_stand(archive: Archive) -> None:
    archive.add(Article(title="twice", body=f"oil is the price. {FILLER} oil and price"))
    archive.add(Article(title="once", body=f"price of oil. {FILLER} gas and water"))
    archive.add(Article(title="far", body=f"oil {FILLER} price"))
    for number in range(5):
        archive.add(Article(title=f"{number}", body=f"oil {number}"))
    (near, once), (both, _) = (
        archive.finder.search(Ask(q=q, explain=True, match="all")).hits
        for q in ('"oil price"~3', '"oil price"~3 "oil" "price"')
    )
    assert [hit.title for hit in (near, once)] == ["twice", "once"]
    assert near.score
    assert both.score
    assert both.score == pytest.approx(2 * near.score, rel=1e-6)


def test_what_is_no_word_takes_nothing_from_those_beside_it(archive: Archive) -> None:
    archive.add(Article(title="oil price", body="AT&T, 2018"))
    for number in range(5):
        archive.add(Article(title=f"{number}", body=f"oil {number}"))
    for one, other in (("oil price", "oil 😀 price"), ("price", "price _"), ("AT&T", "😀 AT&T")):
        (plain,), (odd,) = (archive.finder.search(Ask(q=f'"{q}"~3')).hits for q in (one, other))
        assert plain.score
        assert odd.score == pytest.approx(plain.score, rel=1e-6)


@pytest.mark.parametrize(
    "q",
    [
        *(
            '"oil price"',
            "pri*",
            "title:pri*",
            '"oil price"~3',
            'title:"oil price"~3',
            "title:price",
            "body:prices oil",
        ),
        *(
            '"lodz oil"~3',
            'body:"lodz oil"~3',
            '"lodz oil" pri*',
            '"oil price"~3 OR "gas"',
            '"oil"~3',
        ),
    ],
)
def test_what_is_estimated_first_has_its_exact_score(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    bodies = (
        "oil price {}",
        "the price of oil {} price",
        "{} gas price",
        "Łódź oil lodz price prices {}",
    )
    for number in range(24):
        body, title = bodies[number % 4].format(FILLER[: 9 * number]), bodies[number % 4].format("")
        archive.add(Article(title=title, body=body, language="de" if number % 5 == 0 else "en"))
    exact = archive.finder.search(Ask(q=q, exact=True, explain=True))
    monkeypatch.setattr(scoring, "MOST_SCORED_BY_INDEX", 0)
    found = archive.finder.search(Ask(q=q, explain=True))
    assert exact.hits
    for hit in (*exact.hits, *found.hits):
        assert hit.explanation is not None
        told = sum(part.score for part in hit.explanation.parts)
        assert told == pytest.approx(hit.score, rel=1e-6)
    assert [hit.key for hit in found.hits] == [hit.key for hit in exact.hits]
    scores = [hit.score for hit in exact.hits]
    assert [hit.score for hit in found.hits] == pytest.approx(scores, rel=1e-6)


def test_a_letter_that_is_written_out_as_several_words_is_one(archive: Archive) -> None:
    archive.add(Article(key="k", title="A", body="Ａﷺ spoke of oil"))
    for q in ('"Ａﷺ oil"~3', 'body:"Ａﷺ oil"~3', '"oil Ａﷺ"~3', "Ａﷺ oil"):
        assert archive.find(q) == ["A"]


def test_a_letter_and_its_accent_count_as_one(archive: Archive) -> None:
    archive.add(Article(title="", body="Łódź has oil"))
    for number in range(9):
        archive.add(Article(title=f"{number}", body="gas"))
    for one, other in (("Łódź", "Ło\u0301dź"), ('"Łódź oil"~3', '"Ło\u0301dź oil"~3')):
        (first,), (second,) = (archive.finder.search(Ask(q=q)).hits for q in (one, other))
        assert first.score == pytest.approx(second.score, rel=1e-6)


def aged(archive: Archive, half_life: float) -> Finder:
    return Finder(archive.engine, archive.home.lists.entities, half_life)


def test_age_counts_only_when_it_is_told_to(archive: Archive) -> None:
    dates = ["2019-01-31", "2019-01-21", "2019-01-01", "1990-01-01", None]
    for number, date in enumerate(dates):
        published = parse_moment(date) if date else None
        archive.add(Article(title=f"{number}", body="oil", published=published))
    plain = archive.finder.search(Ask(q="oil", explain=True)).hits
    assert {hit.explanation.recency for hit in plain} == {1.0}  # type: ignore[union-attr]
    found = aged(archive, 10).search(Ask(q="oil", explain=True)).hits
    assert [hit.title for hit in found] == ["0", "1", "2", "3", "4"]
    factors = [hit.explanation.recency for hit in found]  # type: ignore[union-attr]
    assert factors == [1.0, 0.5, 0.125, 1 / 32, 1 / 32]
    assert archive.find("oil -nothing") == archive.find("oil")


def test_what_came_in_one_minute_has_one_age(archive: Archive) -> None:
    for number in range(50):
        published = parse_moment("2019-01-31T09:00Z")
        archive.add(Article(title=f"{number}", body="oil", published=published))
    found = aged(archive, 0.001).search(Ask(q="oil", explain=True, limit=50)).hits
    assert {hit.explanation.recency for hit in found} == {1.0}  # type: ignore[union-attr]


def test_age_weighs_less_than_many_words(archive: Archive) -> None:
    archive.add(Article(title="new", body=f"oil {FILLER}", published=parse_moment("2019-01-31")))
    archive.add(Article(title="oil", body="oil oil", published=parse_moment("2019-01-30")))
    for number in range(8):
        archive.add(Article(title=f"{number}", body="gas"))
    finder = aged(archive, 30)
    assert [hit.title for hit in finder.search(Ask(q="oil")).hits] == ["oil", "new"]
    assert [hit.title for hit in finder.search(Ask(q="oil", sort="newest")).hits] == ["new", "oil"]


@given(st.lists(st.integers(0, 20_000), min_size=2, max_size=30), st.floats(0.01, 50_000))
def test_the_older_never_weighs_more(days: list[int], half_life: float) -> None:
    own = np.array(sorted({*days}, reverse=True))
    ids, seconds = UNDATED_ROOM + own * SLOTS_A_DAY, np.full(len(own), NO_TIME)
    alive = np.ones(len(ids), np.bool_)
    columns = SimpleNamespace(
        ids=ids, alive=alive, articles=len(ids), days=own + 1, seconds=seconds
    )
    search = Search(half_life=half_life)
    factors = recency_of(cast("Columns", columns), search, np.arange(len(ids))).tolist()
    assert factors[0] == 1.0
    assert all(1 / 32 <= older <= newer <= 1 for newer, older in pairwise(factors))


QUERIES = [
    *("kim OR (rome ambassador)", "kim OR (rome (envoy OR (kim jo)))", "body:((kim rome) OR jo)"),
    *("title:(envoy rome) OR acting", "(envoy -rome) OR ambassador"),
    *("envoy", "rome ambassador", "envoy envoy rome", '"acting envoy" rome', "title:rome envoy"),
    *(
        "Rome Ambassador Envoys",
        "defect* -sanctions",
        "(kim OR jo) rome",
        '"envoy rome"~9',
        "조성 rome",
        "jo song-gil",
    ),
    "What did the acting ambassador in Rome do before he disappeared?",
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = open_archive(tmp_path_factory.mktemp("mixed"))
    archive.ingest(Path(__file__).parent.parent / "seeds")
    archive.add(Article(title="로마", body="조성길은 Rome", published=parse_moment("2018-11-01")))
    archive.add(Article(title="Rome", body=f"The acting envoy. {FILLER} Rome", language="it"))
    return archive


@pytest.mark.parametrize("q", QUERIES)
@pytest.mark.parametrize("half_life", [0.0, 100.0])
def test_the_parts_make_the_score(mixed: Archive, q: str, half_life: float) -> None:
    hits = aged(mixed, half_life).search(Ask(q=q, explain=True)).hits
    assert hits
    for hit in hits:
        assert hit.explanation is not None
        whole = sum(part.score for part in hit.explanation.parts) * hit.explanation.recency
        # A cluster has seven digits.
        assert whole == pytest.approx(hit.score, abs=1e-9, rel=1e-5 if IN_CLUSTER else 0)
        words = [part for part in hit.explanation.parts if part.why == "words"]
        assert words
        assert all(part.fields for part in words)


TEXTS = [
    "Łódź trades in oil and Łódź in gas",
    "Lodz trade fell, Łódź trade rose",
    "Lodz lives by ＯＩＬ",
    "The trade of oil",
    "Łódźs and the Łódź trade of ＯＩＬ, of oil and Ｏｉｌ",
    "A strait in Straßburg, and Strassburg beside Łodź",
    "Lodz has oil too",
]
SPELLED_OUT = str.maketrans({"ß": "ss"} | dict(zip("ŁóźＯＩＬｉｌ", "LozOILil", strict=True)))
WORDS = [
    *(
        "lodz",
        "Łódź",
        "Łódź trade",
        "oil",
        "ＯＩＬ trade",
        "lodz oil trade",
        "oil trade oil",
        "stra*",
    ),
    *(
        "lod*",
        '"lodz trade"',
        '"Łódź trade" oil',
        "title:lodz oil",
        "Strassburg strait",
    ),
    *("body:(lodz OR ＯＩＬ)", "lodz -oil", "The trade of Lodz"),
]


@pytest.mark.parametrize("match", ["all", "any"])
def test_a_word_counts_as_one_in_all_its_spellings(tmp_path: Path, match: str) -> None:
    one, another = tmp_path / "written", tmp_path / "spelled-out"
    one.mkdir()
    another.mkdir()
    written, spelled = open_archive(one), open_archive(another)
    for number, text in enumerate(TEXTS):
        for archive, body in ((written, text), (spelled, text.translate(SPELLED_OUT))):
            archive.add(Article(key=f"k{number}", title=body[:9], body=f"{body}. {FILLER}"))
            archive.add(Article(key=f"other{number}", title="Other", body=FILLER))
    for q in WORDS:
        asked = Ask(q=q, match=match, explain=True)  # type: ignore[arg-type]
        hits = written.finder.search(asked).hits
        found = {hit.key: hit.score for hit in hits}
        wanted = {hit.key: hit.score for hit in spelled.finder.search(asked).hits}
        assert found == pytest.approx(wanted, rel=1e-6), q
        assert found, q
        for hit in hits:
            assert hit.explanation is not None
            assert sum(part.score for part in hit.explanation.parts) == pytest.approx(hit.score)
            assert all(part.fields for part in hit.explanation.parts if part.why == "words"), q


def test_words_near_each_other_count_in_all_their_spellings(archive: Archive) -> None:
    archive.add(Article(key="both", body=f"ＯＩＬ from Łódź, {FILLER}"))
    archive.add(Article(key="plain", body=f"Oil from Lodz, {FILLER}"))
    archive.add(Article(key="far", body=f"Oil, {FILLER}, Lodz"))
    for number in range(9):
        archive.add(Article(key=f"other{number}", body=FILLER))
    for q in ('"lodz oil"~4', '"ＯＩＬ Łódź"~4', 'body:"Łódź oil"~4'):
        both, plain = archive.finder.search(Ask(q=q, explain=True)).hits
        assert (both.key, plain.key) == ("plain", "both")
        assert both.score == pytest.approx(plain.score)
        assert [part.fields for part in both.explanation.parts] == [("body",)]  # type: ignore[union-attr]


def test_over_http(api: Client) -> None:
    answer = api.get("/v1/search", params={"q": "envoy", "explain": True}).json()
    for hit in answer["hits"]:
        (part,) = hit["explain"]["parts"]
        assert (part["text"], part["why"], hit["explain"]["recency"]) == ("envoy", "words", 1)
        assert "body" in part["fields"]
    assert "explain" not in api.get("/v1/search", params={"q": "envoy"}).json()["hits"][0]
    newest = api.get("/v1/search", params={"q": "envoy", "explain": True, "sort": "newest"}).json()
    assert "explain" not in newest["hits"][0]
