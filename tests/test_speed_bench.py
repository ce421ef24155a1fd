"""What the bench measures with is the same every time, natural and whole; nothing is timed."""

import json
from collections import Counter
from pathlib import Path

import pytest
from speed.corpus import ARTICLES_A_DAY, Corpus, open_corpus
from speed.made_up import make_texts
from speed.mix import BANDS, FIVE, HISTOGRAM, Query, make_mix
from speed.ours import article_of, findings_of, path_of
from speed.peers.plain import Plain, match_of
from speed.percentiles import Timing, by_kind, percentile, spread
from speed.plot import svg
from speed.texts import read_texts

from service.entity import ENTITY_TYPES

ARTICLES = 300


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(make_texts(300))


@pytest.fixture(scope="module")
def mix(corpus: Corpus) -> list[Query]:
    return make_mix(corpus, ARTICLES, 1)


def test_an_article_is_a_function_of_its_number(corpus: Corpus) -> None:
    again = Corpus(make_texts(300))
    numbers = [7, 0, 999_999, 12, 345_678]
    assert [corpus.article(n) for n in numbers] == [again.article(n) for n in reversed(numbers)][
        ::-1
    ]
    assert corpus.article(5) != Corpus(make_texts(300), seed=1).article(5)


def test_articles_follow_each_other_in_time(corpus: Corpus) -> None:
    dates = [item.published for item in corpus.articles(0, ARTICLES)]
    assert dates == sorted(dates)
    days = Counter(date[:10] for date in dates)
    assert max(days.values()) == ARTICLES_A_DAY
    assert corpus.article(999_999).published.startswith("2020-")


def test_names_stand_where_they_are_said_to(corpus: Corpus) -> None:
    types: Counter[str] = Counter()
    for item in corpus.articles(0, ARTICLES):
        for name in item.names:
            assert item.body[name.start : name.end] == name.text
            types[name.type] += 1
    assert types.keys() == set(ENTITY_TYPES)
    assert 4 * ARTICLES < types.total() < 20 * ARTICLES


def test_words_follow_zipf(corpus: Corpus) -> None:
    """The tenth most frequent word is about a third as frequent as the third."""
    words = Counter(word for item in corpus.articles(0, ARTICLES) for word in item.body.split())
    ranked = [count for _, count in words.most_common()]
    assert 2 < ranked[2] / ranked[9] < 4
    having = sum(" said " in item.body for item in corpus.articles(0, ARTICLES))
    assert having > 0.9 * ARTICLES


def test_articles_of_a_folder(tmp_path: Path) -> None:
    body = (
        "BERN, Switzerland. Foreign Minister Anna Keller said the talks in Bern with Alpine Bank "
        "Corp would go on. She\nspoke to reporters. \n    Analysts at Alpine Bank Corp saw no "
        "reason to wait any longer for an answer, said Anna Keller."
    )
    records = [
        {"title": "TALKS <ABC> GO ON", "body": body, "places": ["bern"], "topics": ["trade"]},
        {"title": "Too short", "body": "Five words are not enough."},
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    (text,) = read_texts(tmp_path)
    assert text.title == "TALKS GO ON"
    assert text.topics == ("economy/trade",)
    assert "She spoke to reporters.\n\nAnalysts" in text.body
    assert {(name.text, name.type) for name in text.names} == {
        ("Anna Keller", "person"),
        ("Alpine Bank Corp", "organization"),
        ("Bern", "place"),
    }
    assert open_corpus(tmp_path).article(0).body.count(text.body) >= 2


def test_a_mix_comes_from_its_seed(corpus: Corpus, mix: list[Query]) -> None:
    assert mix == make_mix(corpus, ARTICLES, 1)
    assert mix != make_mix(corpus, ARTICLES, 2)


def test_a_mix_has_queries_of_every_kind(mix: list[Query]) -> None:
    assert len(mix) >= 300
    kinds = Counter(query.kind for query in mix)
    assert kinds.keys() >= set(BANDS) | {
        *("name", "2-4 words", "question", "phrase", "prefix", "entity filter", "date filter"),
        *("newest first", "page 1", "page 10", "page 1,000", "facets off", "date histogram"),
    }
    assert {query.facets for query in mix} == {FIVE, HISTOGRAM, ()}
    assert {query.match for query in mix} == {"all", "any", "phrase", "prefix"}
    assert all(query.text and query.words for query in mix if query.kind != "newest first")
    assert len({query.words for query in mix}) > len(mix) / 2
    assert any(query.words == ("said",) for query in mix)


def test_every_query_of_a_mix_can_be_asked_of_the_plain_file(
    corpus: Corpus, mix: list[Query], tmp_path: Path
) -> None:
    """By all its words: the totals are those of a look at every text."""
    plain = Plain(tmp_path / "plain")
    plain.build(corpus.articles(0, ARTICLES))
    having: Counter[str] = Counter()
    for item in corpus.articles(0, ARTICLES):
        having.update(set(item.body.lower().replace(".", " ").split()))
    with plain:
        found = {query: plain.ask(query) for query in mix}
        assert plain.count(Query("newest first", "", ())) == ARTICLES
    for query, total in found.items():
        if query.kind in BANDS and query.page == 1:
            assert total >= having[query.words[0]]  # its stem is others' too
    filtered = [query for query in mix if query.kind == "entity filter"]
    assert any(found[query] for query in filtered)


QUERIES = (
    (Query("a", "oil price", ("oil", "price")), '"oil" "price"', "q=oil+price&limit=10"),
    (Query("a", "of oil", ("oil",), "any"), '"oil"', "q=of+oil&limit=10&match=any"),
    (Query("a", '"oil price"', ("oil", "price"), "phrase"), '"oil price"', "q=%22oil+price%22"),
    (Query("a", "oi*", ("oi",), "prefix"), '"oi"*', "q=oi%2A&limit=10"),
    (Query("a", "oil", ("oil",), newest=True), '"oil"', "sort=newest"),
    (Query("a", "oil", ("oil",), entity=("place", "New York")), '"oil"', "place=New+York"),
    (
        Query("a", "oil", ("oil",), first="1990-01-02", last="1990-02-01"),
        '"oil"',
        "from=1990-01-02&to=1990-02-01",
    ),
    (Query("a", "oil", ("oil",)), '"oil"', "facets=source%2Cperson%2Corganization%2Cplace%2Ctopic"),
)


@pytest.mark.parametrize(("query", "match", "part"), QUERIES, ids=range(len(QUERIES)))
def test_what_is_made_of_a_query(query: Query, match: str, part: str) -> None:
    assert match_of(query) == match
    assert part in path_of(query)


def test_ours_gets_what_the_others_get(corpus: Corpus) -> None:
    item = corpus.article(3)
    article, findings = article_of(item), findings_of(item)
    assert (article.title, article.body, article.topics) == (item.title, item.body, item.topics)
    assert article.published
    assert article.published.iso == item.published
    assert [mention.text for mention in findings.mentions] == [name.text for name in item.names]


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([4.0], 0.99, 4.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([3.0, 1.0], 0.5, 2.0),
        ([float(n) for n in range(101)], 0.95, 95.0),
        ([0.0, 10.0], 0.99, 9.9),
    ],
)
def test_percentiles(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == pytest.approx(expected)


def test_times_by_kind() -> None:
    timings = [Timing(0, "name", 1, 5), Timing(1, "word", 8, 5), Timing(2, "name", 3, 5)]
    assert by_kind(timings)["name"] == spread([1, 3])
    assert by_kind(timings)["word"].p99 == 8


def test_a_plot_holds_its_lines() -> None:
    drawn = svg({"p50": {"ours & co": [(10, 1), (100, 2.5)]}}, "articles", "ms")
    assert "ours &amp; co" in drawn
    assert drawn.count("<circle") == 2
