"""What a hit's score is made of: each part of it is asked for by itself, of the hits of a page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from service.engines.opensearch.client import Client
from service.engines.opensearch.compiling import Query, texts_with
from service.engines.opensearch.near_copies import Document
from service.engines.opensearch.past_texts import past_text_of
from service.engines.opensearch.runs import sought
from service.engines.opensearch.scoring import Known, Part, parts_of, recency_of
from service.query import Node, Search
from service.result import Explanation, ScorePart

Answer = Mapping[str, Any]
_SLOT = "slot"


def explanations(
    client: Client,
    index: str,
    search: Search,
    tree: Node | None,
    known: Known,
    page: Sequence[Document],
) -> Mapping[str, Explanation]:
    """The score of each hit that has one, by the hit's key."""
    keys = [each["_id"] for each in page if past_text_of(each) is None]
    if not keys:
        return {}
    parts = parts_of(search, tree, known)
    asked = [query for part in parts for query in _queries(part)]
    slots, *answers = client.searches(index, [_body(keys, {}), *(_body(keys, q) for q in asked)])
    explained: dict[str, list[ScorePart]] = defaultdict(list)
    for part, scored, named in zip(parts, answers[::2], answers[1::2], strict=True):
        fields = {each["_id"]: tuple(each.get("matched_queries", ())) for each in _hits(named)}
        for each in _hits(scored):
            if each["_score"] > 0:
                key = each["_id"]
                said = ScorePart(part.text, part.why, each["_score"], fields.get(key, ()))
                explained[key].append(said)
    return {
        each["_id"]: Explanation(
            tuple(explained[each["_id"]]), recency_of(search, each["fields"][_SLOT][0], known)
        )
        for each in _hits(slots)
    }


def _body(keys: Sequence[str], query: Query) -> dict[str, Any]:
    own = {"filter": [{"ids": {"values": [*keys]}}]}
    return {
        "size": len(keys),
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": [_SLOT],
        "query": {"bool": {**own, **query}},
    }


def _hits(answer: Answer) -> Sequence[Document]:
    hits: Sequence[Document] = answer["hits"]["hits"]
    return hits


def _queries(part: Part) -> Iterator[Query]:
    """What scores it, and in which fields it stands."""
    yield {"must": [part.query]}
    yield {"should": [*_in_fields(part.leaf)]}


def _in_fields(leaf: Node | None) -> Iterator[Query]:
    found = sought(leaf) if leaf is not None else None
    if found is None:
        return
    # The other runs of a word stand beside the first one.
    runs = found.runs if found.distance is not None else found.runs[:1]
    for column in found.columns:
        there = texts_with(replace(found, columns=(column,), runs=runs, inside=None))
        yield {"bool": {"filter": [there], "_name": column}}
