"""Trees as queries of the cluster: what each node becomes, and what is never too much."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from service.dates import parse_zone, range_of
from service.engines.opensearch.clauses import MOST_CLAUSES, clauses
from service.engines.opensearch.compiling import NOTHING, query_of
from service.engines.opensearch.facets import Days, aggregations
from service.engines.opensearch.scoring import (
    MOST_SCORED,
    Known,
    Texts,
    counted_for,
    parts_of,
    score_of,
)
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
    (Phrase("envoys"), in_fields("terms", ["envoys"])),
    (Or((Phrase("envoys"), Phrase("kim"))), in_fields("terms", ["envoys", "kim"])),
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
    (In("caption", Phrase("kim")), {"terms": {"words.captions": ["kim"]}}),
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


LONG_TREES: list[Node] = [
    Or(tuple(Word(f"word{number}") for number in range(500))),
    And(tuple(Word(f"Word{number}") for number in range(500))),
    Or(tuple(Phrase(f"word{number}") for number in range(500))),
    And(tuple(Word(f"song{number}-gil") for number in range(20))),
    And(tuple(Prefix(f"gov{number}") for number in range(12))),
    And((*(Near(f"one two three{number}", 5) for number in range(20)), Word("kim"))),
]


@pytest.mark.parametrize("tree", LONG_TREES, ids=lambda tree: str(tree)[:30])
def test_what_finds_and_what_scores_are_never_too_many_clauses(tree: And | Or) -> None:
    any_tree = Or(tree.parts)
    search = Search(tree=tree, any_tree=any_tree)
    known = known_of(search)
    finding = clauses(query_of(any_tree)) + clauses(query_of(tree))
    scoring = clauses(score_of(search, any_tree, known))
    assert 0 < scoring <= MOST_CLAUSES - finding
    assert len(known.counts) <= 3 * MOST_SCORED


def known_of(search: Search) -> Known:
    counts = dict.fromkeys(counted_for(search), 1)
    return Known({"length": Texts(10, 5.0), "length_in_pieces": Texts(0, 1.0)}, 0, counts)


def test_what_adds_least_is_left_out_where_there_is_no_room() -> None:
    words = [Word(f"word{number}") for number in range(110)]
    search = Search(tree=And(tuple(words)))
    known = known_of(search)
    known = replace(known, counts={**known.counts, words[7]: 2})
    texts = [part.text for part in parts_of(search, search.tree, known)]
    assert texts[:110] == [*map(str, words)]
    pairs = [f"{one} {two}" for one, two in pairwise(words[:31])]
    left = [pair for pair in pairs if pair not in texts[110:]]
    # Those with the word that tells less, and then the last ones.
    assert left == [pairs[6], pairs[7], *pairs[-len(left) + 2 :]]
    assert 2 < len(left) < 10


def test_beginnings_count_once_a_field_where_there_is_no_room_for_their_words() -> None:
    few, many = (
        Search(tree=And(tuple(Prefix(f"gov{number}") for number in range(times))))
        for times in (3, 7)
    )
    for search, needed in ((few, 250), (many, 5)):
        parts = parts_of(search, search.tree, known_of(search))
        assert [clauses(part.query) for part in parts] == [needed] * len(parts)


def test_a_field_is_counted_without_its_own_filters() -> None:
    fields = {"source": {"terms": {"is.source": ["post"]}}, "topic": {"terms": {"is.topic": ["a"]}}}
    made = aggregations(Search(facets=("source", "published")), fields, Days(None, None))
    assert made["facet source"]["filter"] == fields["topic"]
    assert made["facet published"]["filter"] == {"bool": {"filter": [*fields.values()]}}
    assert set(made["facet published"]["aggs"]) == {"undated", "first", "last"}


def test_dates_and_trees_of_any_depth_are_read() -> None:
    tree: Node = Word("kim")
    for _ in range(32):
        tree = Without(Word("envoys"), tree)
    assert clauses(query_of(tree)) == 33
    assert range_of(None, None, UTC).start is None
