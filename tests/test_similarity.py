"""Articles like another: found by what they share, and told by it."""

import pytest
from conftest import Client, open_archive

from service.article import Article
from service.database import Connection
from service.extract import extract, load_tagger
from service.findings import Findings
from service.similarity import Similarity
from service.stores.articles import put

STORIES = {
    "oil1": "Crude oil prices rose as the pipeline in Kirkuk stayed shut. Kim Jong Un spoke.",
    "oil2": "The pipeline stayed shut and crude prices rose; Kirkuk waited.",
    "oil3": "Kim Jong Un visited a pipeline.",
    "court": "The court in Manchester heard a burglar. He denied everything.",
    "zh1": "北京市政府昨天宣布了新的规定。",
    "zh2": "新的规定昨天由北京市政府公布。",
    "lone": "Zwq xyv.",
}


@pytest.fixture(scope="module")
def similarity(tmp_path_factory: pytest.TempPathFactory) -> Similarity:
    archive = open_archive(tmp_path_factory.mktemp("similar"))
    tagger = load_tagger("gazetteer")
    filler = [
        Article(key=f"f{number}", body=f"Filler prices number {number}.") for number in range(20)
    ]

    def fill(conn: Connection) -> None:
        for key, body in STORIES.items():
            article = Article(key=key, body=body)
            put(conn, article, extract(article, tagger), tagger.id)
        for article in filler:
            put(conn, article, Findings(), "off")

    archive.change(fill)
    return Similarity(archive.engine, archive.home.lists.articles, archive.home.lists.entities)


def test_the_most_alike_come_first_and_say_why(similarity: Similarity) -> None:
    page = similarity.similar("oil1", 10, 0)
    assert [similar.hit.key for similar in page.articles[:2]] == ["oil2", "oil3"]
    assert "court" not in {similar.hit.key for similar in page.articles}
    first, second = page.articles[:2]
    assert set(first.words) >= {"pipeline", "crude", "stayed", "shut", "rose"}
    assert first.likeness > second.likeness > 0
    assert [entity.name for entity in second.entities] == ["Kim Jong Un"]
    assert {"kim", "jong"} <= set(second.words)


def test_scripts_without_spaces(similarity: Similarity) -> None:
    (found,) = similarity.similar("zh1", 10, 0).articles
    assert found.hit.key == "zh2"
    assert {"北京", "政府", "规定"} <= set(found.words)


def test_nothing_is_like_it(similarity: Similarity) -> None:
    assert similarity.similar("lone", 10, 0).total == 0
    assert similarity.similar("lone", 10, 0).articles == ()


def test_pages_show_each_once(similarity: Similarity) -> None:
    whole = similarity.similar("oil1", 100, 0)
    assert whole.total == len(whole.articles)
    assert not whole.more
    pages = [similarity.similar("oil1", 1, offset) for offset in range(whole.total)]
    assert [page.articles[0].hit.key for page in pages] == [s.hit.key for s in whole.articles]
    assert [page.more for page in pages] == [True] * (whole.total - 1) + [False]


def test_over_http(api: Client) -> None:
    key = api.get("/v1/search", params={"q": "treasure trove"}).json()["hits"][0]["key"]
    answer = api.get(f"/v1/articles/{key}/similar").json()
    (other,) = answer["articles"]
    assert (answer["total"], answer["next"]) == (1, None)
    assert other["key"] != key
    assert {"rome", "ambassador"} & set(other["why"]["words"])
    assert "Jo Song Gil" in {entity["name"] for entity in other["why"]["entities"]}
    assert 0 < other["score"] <= 1
    assert api.get("/v1/articles/nobody/similar").status_code == 404
    assert api.get(f"/v1/articles/{key}/similar", params={"cursor": "x"}).status_code == 422
    foreign = api.get("/v1/entities", params={"limit": 1}).json()["next"]
    assert api.get(f"/v1/articles/{key}/similar", params={"cursor": foreign}).status_code == 422
