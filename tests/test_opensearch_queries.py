"""Trees as queries of the cluster: what each node becomes, and what is never too much."""

from typing import Any

import pytest

from service.dates import parse_zone, range_of
from service.engines.opensearch.compiling import NOTHING, query_of
from service.engines.opensearch.facets import Days, aggregations
from service.engines.opensearch.scoring import MOST_SCORED, Known, Texts, counted_for, score_of
from service.query import (
    And,
    Dated,
    Filter,
    In,
    Near,
    Node,
    Or,
    Phrase,
    Prefix,
    Search,
    Without,
    Word,
)

UTC = parse_zone("UTC")
ENVOY = {"terms": {"ranked": ["envoi", "~envoys", "=envoys"]}}
KIM = {"terms": {"ranked": ["kim", "~kim", "=kim"]}}


def in_fields(kind: str, value: object, field: str = "words") -> dict[str, Any]:
    columns = ("title", "standfirst", "body", "captions", "credits")
    return {"bool": {"should": [{kind: {f"{field}.{column}": value}} for column in columns]}}


SHAPES: list[tuple[Node, dict[str, Any]]] = [
    (Word("Envoys"), ENVOY),
    (Word("Kim's"), {"terms": {"ranked": ["kim", "=kim"]}}),
    (Word("news's"), {"terms": {"ranked": ["=news"]}}),
    (Word("us"), {"terms": {"ranked": ["=us", "~us"]}}),
    (Phrase("envoys"), in_fields("term", {"value": "envoys", "boost": 1.0})),
    (Phrase("jo Łódź"), in_fields("match_phrase", {"query": "jo lodz", "boost": 1.0})),
    (Prefix("Env"), in_fields("prefix", {"value": "env"})),
    (
        In("title", Prefix("jo e")),
        {
            "match_phrase_prefix": {
                "words.title": {"query": "jo e", "max_expansions": 10_000, "boost": 1.0}
            }
        },
    ),
    (In("caption", Phrase("kim")), {"term": {"words.captions": {"value": "kim", "boost": 1.0}}}),
    (Word("조성길"), in_fields("match_phrase", {"query": "조성 성길", "boost": 1.0}, "pieces")),
    (Word("조"), in_fields("prefix", {"value": "조"}, "pieces")),
    (Phrase("—"), NOTHING),
    (And((Word("envoys"), Word("kim"))), {"bool": {"filter": [ENVOY, KIM]}}),
    (
        Or((Word("envoys"), Word("kim"), Filter("source", "POST"))),
        {
            "bool": {
                "should": [
                    {"terms": {"ranked": ["envoi", "~envoys", "=envoys", "kim", "~kim", "=kim"]}},
                    {"terms": {"is.source": ["post"]}},
                ]
            }
        },
    ),
    (Without(None, Word("kim")), {"bool": {"filter": [], "must_not": [KIM]}}),
    (Without(Word("envoys"), Word("kim")), {"bool": {"filter": [ENVOY], "must_not": [KIM]}}),
    (Filter("person", "person-kim"), {"terms": {"is.person": ["person-kim"]}}),
]


@pytest.mark.parametrize(("tree", "query"), SHAPES, ids=lambda each: str(each)[:40])
def test_what_a_node_becomes(tree: Node, query: dict[str, Any]) -> None:
    assert query_of(tree) == query


@pytest.mark.parametrize(
    ("tree", "gaps"),
    [
        (Near("one two", 4), 4),
        # Of three words the middle one is among the four.
        (Near("one two three", 4), 3),
        (Near("one two one", 4), 4),
        (Near("one two three four", 2), 0),
    ],
)
def test_nearness_counts_all_words_between_the_first_and_the_last(tree: Near, gaps: int) -> None:
    near = query_of(In("body", tree))["intervals"]["words.body"]["all_of"]
    assert (near["max_gaps"], near["ordered"]) == (gaps, False)


def test_what_cannot_be_as_near_is_nothing() -> None:
    assert query_of(In("body", Near("one two three", 0))) == NOTHING


def test_days_compare_with_days_and_instants_with_instants() -> None:
    dates = range_of("0001-01-02", "0001-01-03", parse_zone("Asia/Seoul"))
    by_day, by_time = query_of(Dated("after", "", dates))["bool"]["should"]
    assert by_day["bool"]["filter"] == [{"range": {"day": {"gte": 2, "lte": 3}}}]
    assert by_day["bool"]["must_not"] == [{"exists": {"field": "instant"}}]
    assert set(by_time["range"]["instant"]) == {"gte", "lt"}


def test_very_many_words_are_few_clauses() -> None:
    words = tuple(Word(f"word{number}") for number in range(500))
    assert clauses(query_of(Or(words))) == 1
    search = Search(tree=Or(words), any_tree=Or(words))
    counts = dict.fromkeys(counted_for(search), 1)
    known = Known({"length": Texts(10, 5.0), "length_in_pieces": Texts(0, 1.0)}, 0, counts)
    scored = score_of(search, search.tree, known)
    assert clauses(scored) < 1_000
    assert len(counts) == MOST_SCORED


def clauses(query: object) -> int:
    """The leaves of a query, as the cluster counts them."""
    if isinstance(query, list):
        return sum(map(clauses, query))
    if not isinstance(query, dict):
        return 0
    if query.keys() & {"term", "terms", "match_phrase", "prefix", "range", "intervals"}:
        return 1
    return sum(clauses(each) for each in query.values())


def test_a_field_is_counted_without_its_own_filters() -> None:
    fields = {"source": {"terms": {"is.source": ["post"]}}, "topic": {"terms": {"is.topic": ["a"]}}}
    made = aggregations(Search(facets=("source", "published")), fields, Days(None, None))
    assert made["facet source"]["filter"] == fields["topic"]
    assert made["facet published"]["filter"] == {"bool": {"filter": [*fields.values()]}}
    assert set(made["facet published"]["aggs"]) == {"undated"}


def test_dates_and_trees_of_any_depth_are_read() -> None:
    tree: Node = Word("kim")
    for _ in range(32):
        tree = Without(Word("envoys"), tree)
    assert clauses(query_of(tree)) == 33
    assert range_of(None, None, UTC).start is None
